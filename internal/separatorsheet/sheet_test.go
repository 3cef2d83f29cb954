package separatorsheet

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/separator"
)

func TestASheetSaysInWordsWhatItsCodeSays(t *testing.T) {
	t.Parallel()
	sheets := []separator.Sheet{
		{Unit: "H26.12", Batch: "Đợt 3 – 2024", Dossier: "000.00.53.H48-220921-0099", Shelf: "Kệ 7, hộp 12", Procedure: "1.001234"},
		{},
	}
	var b bytes.Buffer
	if err := Write(&b, sheets); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sheets.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	pages := strings.Split(string(text), "\f")
	if len(pages) != 3 { // a form feed after each page
		t.Fatalf("%d pages, want 2", len(pages)-1)
	}
	for _, want := range []string{"H26.12", "Đợt 3 – 2024", "000.00.53.H48-220921-0099", "Kệ 7, hộp 12", "1.001234"} {
		if !strings.Contains(pages[0], want) {
			t.Errorf("the first sheet does not say %q:\n%s", want, pages[0])
		}
	}
	for i, p := range pages[:2] {
		if n := strings.Count(p, separator.Heading); n != 2 {
			t.Errorf("sheet %d bears its heading %d times, want twice", i+1, n)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "qpdf", "--check", file).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
}

func TestTheSameSheetsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Write(w, []separator.Sheet{{Dossier: "1", Shelf: "Kệ"}}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of the same sheets differ")
	}
}

func TestWhatCannotBePrintedIsRefused(t *testing.T) {
	t.Parallel()
	for name, sheets := range map[string][]separator.Sheet{
		"no sheet":            nil,
		"too many sheets":     make([]separator.Sheet, MaxSheets+1),
		"a value too long":    {{Dossier: strings.Repeat("x", separator.MaxValueBytes+1)}},
		"a value of no text":  {{Dossier: "\xff"}},
		"a value of two rows": {{Shelf: "a\nb"}},
	} {
		if err := Write(&bytes.Buffer{}, sheets); err == nil {
			t.Errorf("%s was printed", name)
		}
	}
}
