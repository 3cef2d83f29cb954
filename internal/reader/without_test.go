package reader_test

import (
	"os"
	"path/filepath"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/reader"
	"sohoa/internal/roottest"
)

// TestRealScansComeApart: every real scan of several pages loses its second page, and the others look as before; Without compares them.
func TestRealScansComeApart(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "..", "shared", "data", "real-scans", "pdf", "*.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Log("no real scans beside the module; the generated files of pdfread and pageimage stand for them")
	}
	r := newReader(t, reader.Deps{})
	done := 0
	for _, f := range files {
		m, err := r.Open(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		n := m.Len()
		m.Close()
		if n < 2 || n > 6 || done == 8 { // enough, and quick
			continue
		}
		done++
		out, err := os.Create(filepath.Join(t.TempDir(), "out.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Without(t.Context(), f, []int{2}, out); err != nil {
			t.Errorf("%s: %v", filepath.Base(f), err)
		}
		in, _ := os.Stat(f)
		if st, err := out.Stat(); err != nil || st.Size() >= in.Size() {
			t.Errorf("%s: %d bytes became %d (%v)", filepath.Base(f), in.Size(), st.Size(), err)
		}
		out.Close()
	}
}

func TestAPictureHasNoPageToSpare(t *testing.T) {
	t.Parallel()
	r := newReader(t, reader.Deps{})
	in := filepath.Join(t.TempDir(), "in.png")
	if err := os.WriteFile(in, []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := r.Without(t.Context(), in, []int{1}, out); fault.CodeOf(err) != fault.FileUnreadable {
		t.Errorf("Without = %v", err)
	}
}
