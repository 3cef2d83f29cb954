package workers_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfa/layered"
	"sohoa/internal/pdfatest"
	"sohoa/internal/pipetest"
	"sohoa/internal/retrieve"
	"sohoa/internal/sample"
)

// TestCopiesOfAnArchivedPaper archives a colour scan and looks at what comes back: the rendition byte by byte when it is written again, an access copy of a
// fifth, and from both, by poppler and by PDFium, our own words in order.
func TestCopiesOfAnArchivedPaper(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 1, Seed: 77, Dir: dir, Grades: []int{2}, Layouts: []string{"directive"}, Formats: []sample.Format{"pdf"}})
	if err != nil {
		t.Fatal(err)
	}
	scan, err := os.ReadFile(papers[0].Scan)
	if err != nil {
		t.Fatal(err)
	}
	p := pipetest.New(t, pipetest.Options{})
	p.Accept(t, intake.Request{Name: "a.pdf"}, bytes.NewReader(scan))
	p.Start(t)
	waitFor(t, "archived", 3*time.Minute, done(t, p))
	docs, err := p.Catalogue.Documents(t.Context(), retrieve.DocumentQuery{Limit: 2})
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	s := retrieve.New(retrieve.Deps{
		Catalogue: p.Catalogue, Operations: p.Catalogue, Objects: p.Archive,
		Copies: retrieve.NewCopies(retrieve.CopyDeps{
			Maker: p.Steps.Copier(layered.Writer{Inner: pdfa.Writer{}}), Store: p.Archive, Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Patience: time.Minute,
		}),
	})
	admin := archive.Actor{Account: "tester", Role: archive.Admin}
	fetch := func(kind retrieve.PartKind) (b []byte, etag string) {
		t.Helper()
		c, err := s.Open(t.Context(), admin, docs[0].ID, kind)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		defer c.Close()
		if b, err = io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
		return b, c.ETag
	}
	full, _ := fetch(retrieve.PartRendition)
	access, etag := fetch(retrieve.PartAccess)
	again, _ := fetch(retrieve.PartAccess)
	if etag != fixity.Of(access).String() || !bytes.Equal(access, again) {
		t.Errorf("the access copy has ETag %s; asked for twice, it is the same: %t", etag, bytes.Equal(access, again))
	}
	if 5*len(access) > len(scan) {
		t.Errorf("the access copy has %d bytes, more than a fifth of the scan's %d", len(access), len(scan))
	}
	v, err := s.Document(t.Context(), admin, docs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten bytes.Buffer
	if err := p.Steps.Copier(pdfa.Writer{}).Write(t.Context(), v.Manifest, &rewritten); err != nil {
		t.Fatal(err)
	}
	if got := fixity.Of(rewritten.Bytes()); got != v.Rendition.Digest {
		t.Errorf("written again the rendition has digest %s, the manifest says %s", got, v.Rendition.Digest)
	}
	results, err := s.Results(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	pdfium := pdfatest.NewPDFium(t)
	var paths []string
	for name, b := range map[string][]byte{"full": full, "access": access} {
		path := filepath.Join(dir, name+".copy.pdf")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
		readBack(t, pdfium, path, results)
	}
	pdfatest.Validate(t, paths...)
}

// readBack compares what poppler and PDFium find in a file with what was recognised, word by word in order, and searches phrases that go on in the next line.
func readBack(t *testing.T, pdfium *pdfatest.PDFium, path string, results []page.Result) {
	t.Helper()
	doc := pdfium.Open(t, path)
	defer doc.Close()
	for i, text := range pdfatest.PopplerText(t, path) {
		want := strings.Fields(results[i].Text())
		for reader, got := range map[string]string{"poppler": text, "PDFium": doc.Text(i + 1)} {
			if got := strings.Fields(got); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s, page %d: %s reads\n%s\nwant\n%s", filepath.Base(path), i+1, reader, strings.Join(got, " "), strings.Join(want, " "))
			}
		}
		for j, line := range results[i].Lines[:max(len(results[i].Lines)-1, 0)] {
			next := results[i].Lines[j+1]
			if next.Block != line.Block || len(line.Words) < 2 || len(next.Words) < 2 {
				continue
			}
			phrase := line.Words[len(line.Words)-2].Text + " " + line.Words[len(line.Words)-1].Text + " " + next.Words[0].Text + " " + next.Words[1].Text
			if len(doc.Find(i+1, phrase)) == 0 && !strings.ContainsAny(phrase, "-\u00ad") { // PDFium joins what a hyphen parts
				t.Errorf("%s, page %d: PDFium does not find %q, which goes on in the next line", filepath.Base(path), i+1, phrase)
			}
		}
	}
}
