package pdfatest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/roottest"
)

// TestTheJudgeIsRight gives veraPDF files whose verdict is known, from its own corpus: each name says profile and verdict.
func TestTheJudgeIsRight(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "../shared/data/hostile")
	for _, level := range []string{"1b", "2b"} {
		paths, err := filepath.Glob(filepath.Join(dir, "verapdf-PDF_A-"+level+"_*.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		if len(paths) == 0 {
			t.Logf("no files of profile %s at %s", level, dir)
			continue
		}
		verdicts, err := Judge(t.Context(), level, paths...)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			if want := strings.Contains(v.Path, "-pass-"); v.OK() != want {
				t.Errorf("want OK=%t: %s", want, v)
			}
		}
	}
}

func TestTheJudgePassesNothingThatIsNoPDF(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{"empty.pdf": "", "text.pdf": "not a PDF", "header only.pdf": "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n%%EOF\n", "no extension": "%PDF-1.7\n"}
	var paths []string
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	verdicts, err := Judge(t.Context(), Level, paths...)
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != len(paths) {
		t.Fatalf("%d verdicts on %d files", len(verdicts), len(paths))
	}
	for i, v := range verdicts {
		if v.OK() || v.Path != paths[i] {
			t.Errorf("verdict %d: %s", i, v)
		}
	}
	if _, err := Judge(t.Context(), Level, filepath.Join(dir, "missing.pdf")); err == nil {
		t.Error("a missing file was judged")
	}
}
