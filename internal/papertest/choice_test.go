package papertest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/pdfatest"
	"sohoa/internal/sample"
)

// TestOnlyThePagesAskedForAreRead: the others are in the rendition as pictures, and our own rendition is read anew only when told to.
func TestOnlyThePagesAskedForAreRead(t *testing.T) {
	t.Parallel()
	d := deps(t)
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 1, Seed: 5, Dir: dir, Layouts: []string{"decision"}, Grades: []int{1}, Formats: []sample.Format{sample.PDF}})
	if err != nil {
		t.Fatal(err)
	}
	convert := func(name string, in string, o digitise.FileOptions) (digitise.FileReport, string) {
		t.Helper()
		out := filepath.Join(dir, name)
		f, err := os.Create(out)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		o.Name, o.Jobs = name, jobs
		rep, err := digitise.File(t.Context(), d, in, f, o)
		if err != nil {
			t.Fatal(err)
		}
		return rep, out
	}
	set, err := digitise.ParsePageSet("1")
	if err != nil {
		t.Fatal(err)
	}
	rep, chosen := convert("chosen.pdf", papers[0].Scan, digitise.FileOptions{Only: set.Has})
	if len(rep.Results) < 2 || rep.Results[0].Kind != page.Text || rep.Results[1].Kind != page.Unread || rep.Results[1].Fault != "" {
		t.Fatalf("pages became %+v", rep.Pages)
	}
	text := pdfatest.PopplerText(t, chosen)
	if text[0] == "" || text[1] != "" {
		t.Errorf("page 1 has %d bytes of text, page 2 %q", len(text[0]), text[1])
	}
	born := filepath.Join(dir, "born.pdf")
	if err := os.WriteFile(born, bornDigital(), 0o600); err != nil {
		t.Fatal(err)
	}
	kept, _ := convert("kept.pdf", born, digitise.FileOptions{})
	redone, out := convert("redone.pdf", born, digitise.FileOptions{Redo: true})
	if kept.Results[0].Source != page.Embedded || redone.Results[0].Source != page.Recognised {
		t.Errorf("real text was %s, and with redo %s", kept.Results[0].Source, redone.Results[0].Source)
	}
	pdfatest.Validate(t, chosen, out)
}

// bornDigital is a page with one line of real text.
func bornDigital() []byte {
	const content = "BT /F 24 Tf 20 100 Td (Quyet dinh so 12) Tj ET"
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s endobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", len(at)+1, start)
	return b.Bytes()
}
