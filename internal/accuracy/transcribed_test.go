package accuracy_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/accuracy"
)

func TestTheTranscriptionsAreWhole(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "real-scans", "gt")
	pages, err := accuracy.ReadTranscriptions(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(pages) != len(files) || len(pages) == 0 {
		t.Fatalf("%d rows for %d texts, %v", len(pages), len(files), err)
	}
	for _, p := range pages {
		if p.File == "" || p.Page < 1 || len(p.Text) < 500 || !norm.NFC.IsNormalString(p.Text) {
			t.Errorf("%s, page %d of %q: %d bytes", p.Name, p.Page, p.File, len(p.Text))
		}
	}
}

func TestATranscriptionThatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, rows := range []string{"", "file\tpage\tgt\nx.pdf\tone\tx.txt\n", "file\tpage\tgt\nx.pdf\t1\tx.txt\n"} {
		if err := os.WriteFile(filepath.Join(dir, "pages.tsv"), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		if pages, err := accuracy.ReadTranscriptions(dir); err == nil {
			t.Errorf("%q became %v", rows, pages)
		}
	}
}
