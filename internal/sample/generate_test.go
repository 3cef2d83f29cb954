package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/image/tiff"
	"golang.org/x/text/unicode/norm"

	"sohoa/internal/page"
)

func mustPlan(t *testing.T, o Options) *plan {
	t.Helper()
	p, err := newPlan(o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// everyLayout names all layouts, held back or not.
func everyLayout() []string {
	var out []string
	for _, l := range Layouts() {
		out = append(out, l.Name)
	}
	return out
}

func TestTenPapersAreTheFirstOfMore(t *testing.T) {
	t.Parallel()
	few, more := t.TempDir(), t.TempDir()
	if _, err := Generate(t.Context(), Options{Count: 2, Seed: 9, Dir: few}); err != nil {
		t.Fatal(err)
	}
	papers, err := Generate(t.Context(), Options{Count: 4, Seed: 9, Dir: more, Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range papers[:2] {
		for _, path := range []string{p.Scan, p.Text, p.JSON} {
			a, errA := os.ReadFile(filepath.Join(few, filepath.Base(path)))
			b, errB := os.ReadFile(path)
			if errA != nil || errB != nil || !bytes.Equal(a, b) {
				t.Errorf("%s differs between two runs (%v, %v)", filepath.Base(path), errA, errB)
			}
		}
	}
}

func TestOtherSeedsMakeOtherPapers(t *testing.T) {
	t.Parallel()
	a, b := mustPlan(t, Options{Seed: 1}), mustPlan(t, Options{Seed: 2})
	pa, _, errA := a.paper(0)
	pb, _, errB := b.paper(0)
	if errA != nil || errB != nil || pa.Truth.Text() == pb.Truth.Text() {
		t.Errorf("seeds 1 and 2 wrote the same paper (%v, %v)", errA, errB)
	}
}

func TestTruthOfEveryLayoutHolds(t *testing.T) {
	t.Parallel()
	for n, name := range everyLayout() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustPlan(t, Options{Seed: 5, Layouts: []string{name}, Grades: []int{1 + n%5}})
			paper, scan, err := p.paper(n)
			if err != nil {
				t.Fatal(err)
			}
			checkTruth(t, paper.Truth)
			checkScan(t, paper.Truth, scan)
		})
	}
}

func TestEveryLayoutCanBeSetManyTimes(t *testing.T) {
	t.Parallel()
	p := mustPlan(t, Options{Layouts: everyLayout()})
	for _, lay := range p.layouts {
		t.Run(lay.name, func(t *testing.T) {
			t.Parallel()
			texts := map[string]bool{}
			for i := range 40 {
				w := p.set(lay, i, 1+i%5) // panics at a missing rule or character
				text := ""
				for n, s := range w.sheets {
					if len(s.lines) == 0 && s.kind == page.Text {
						t.Errorf("paper %d: side %d is empty and not said to be blank", i, n+1)
					}
					for _, l := range s.lines {
						text += l.text() + "\n"
						for _, word := range l.words {
							if word.x0 < 0 || word.x1 > s.w || word.y0 < 0 || word.y1 > s.h {
								t.Errorf("paper %d: %q leaves side %d", i, word.text, n+1)
							}
						}
					}
					for _, se := range s.seals {
						p.fonts.width(sansBold, 1, se.ring+se.core)
					}
				}
				texts[text] = true
			}
			if len(texts) < 40 {
				t.Errorf("40 papers have %d texts", len(texts))
			}
		})
	}
}

func checkTruth(t *testing.T, truth Truth) {
	t.Helper()
	text := truth.Text()
	if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) {
		t.Error("the text is not UTF-8 in NFC")
	}
	if n := strings.Count(text, "\f") + 1; n != len(truth.Pages) {
		t.Errorf("the text has %d pages, the truth %d", n, len(truth.Pages))
	}
	if strings.ContainsAny(text, "{}*[]") || strings.Contains(text, "//") || strings.Contains(text, "  ") {
		t.Errorf("marks are left in the text:\n%s", text)
	}
	f := truth.Fields
	if f.Type == "" || f.Agency == "" || f.SignerName == "" {
		t.Errorf("type, agency or signer is missing: %+v", f)
	}
	if f.SignaturePage < 1 || f.SignaturePage > f.Pages {
		t.Errorf("signature page %d of %d", f.SignaturePage, f.Pages)
	}
	flat := strings.Join(strings.Fields(text), " ")
	if f.TypePrinted && !strings.Contains(strings.ToUpper(flat), strings.ToUpper(f.Type)) {
		t.Errorf("type %q is not on the paper", f.Type)
	}
	for _, want := range []string{f.SignerName, f.Number, f.Symbol} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
	for key, v := range f.Extra {
		for _, word := range strings.Fields(v) { // a value in a narrow column breaks over lines shared with its neighbour
			if !strings.Contains(flat, word) {
				t.Errorf("%q of extra field %s=%q is not on the paper", word, key, v)
			}
		}
	}
	number, day := false, false
	for _, p := range truth.Pages {
		for _, l := range p.Lines {
			for _, w := range l.Words {
				number = number || w.Field == "number" && w.Handwritten && w.Text == f.Number
				day = day || w.Field == "day" && w.Handwritten && strings.HasSuffix(f.Date, "-"+w.Text)
			}
		}
	}
	if number != f.Flags.HandwrittenNumber || day != f.Flags.HandwrittenDay {
		t.Errorf("handwritten number %v and day %v, flags say %+v", number, day, f.Flags)
	}
	for _, p := range truth.Pages {
		if p.Kind == page.Blank.String() && len(p.Lines) > 0 {
			t.Errorf("page %d is blank and has lines", p.Number)
		}
		if !p.Turn.Valid() {
			t.Errorf("page %d is turned by %d", p.Number, p.Turn)
		}
		for _, l := range p.Lines {
			for _, w := range l.Words {
				b := w.Box
				if b.Empty() || b.X0 < 0 || b.Y0 < 0 || b.X1 > p.Width || b.Y1 > p.Height {
					t.Errorf("page %d: word %q has box %v on %d×%d", p.Number, w.Text, b, p.Width, p.Height)
				}
			}
		}
	}
}

func checkScan(t *testing.T, truth Truth, scan []byte) {
	t.Helper()
	first := truth.Pages[0]
	w, h := first.Width, first.Height
	if first.Turn.Swaps() {
		w, h = h, w
	}
	switch truth.Format {
	case JPEG:
		c, err := jpeg.DecodeConfig(bytes.NewReader(scan))
		if err != nil || c.Width != w || c.Height != h {
			t.Errorf("JPEG is %d×%d (%v), truth %d×%d", c.Width, c.Height, err, w, h)
		}
	case PNG:
		c, err := png.DecodeConfig(bytes.NewReader(scan))
		if err != nil || c.Width != w || c.Height != h {
			t.Errorf("PNG is %d×%d (%v), truth %d×%d", c.Width, c.Height, err, w, h)
		}
	case TIFF:
		c, err := tiff.DecodeConfig(bytes.NewReader(scan))
		if err == nil && (c.Width != w || c.Height != h) {
			t.Errorf("TIFF is %d×%d, truth %d×%d", c.Width, c.Height, w, h)
		}
	case PDF:
		if !bytes.HasPrefix(scan, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(scan, []byte("%%EOF\n")) {
			t.Error("PDF has no head or end")
		}
		if n := bytes.Count(scan, []byte("/Type /Page ")); n != len(truth.Pages) {
			t.Errorf("PDF has %d pages, truth %d", n, len(truth.Pages))
		}
	}
}

func TestEveryLayoutMeetsEveryGrade(t *testing.T) {
	t.Parallel()
	p := mustPlan(t, Options{})
	seen := map[[2]string]bool{}
	n := len(p.layouts) * len(p.grades)
	for i := range n {
		l, g := p.choose(i)
		seen[[2]string{l.name, string(rune('0' + g))}] = true
	}
	if len(seen) != n {
		t.Errorf("%d pairs of %d in the first run", len(seen), n)
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"a layout nobody wrote":   {Layouts: []string{"poem"}},
		"a grade out of range":    {Grades: []int{6}},
		"a format nobody writes":  {Formats: []Format{"bmp"}},
		"fewer than no papers":    {Count: -1},
		"no layout left":          {Layouts: []string{}},
		"fonts that are not here": {FontDirs: []string{"/nonexistent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Dir = t.TempDir()
			if _, err := Generate(t.Context(), o); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestMissingFontsNameTheirPackages(t *testing.T) {
	t.Parallel()
	_, err := loadFonts([]string{t.TempDir()})
	for _, pkg := range Packages() {
		if err == nil || !strings.Contains(err.Error(), pkg) {
			t.Errorf("%v does not name %s", err, pkg)
		}
	}
}

func TestGenerationStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Generate(ctx, Options{Count: 3, Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("Generate = %v, want context.Canceled", err)
	}
}

func TestTruthFileReadsBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	papers, err := Generate(t.Context(), Options{Count: 1, Seed: 3, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(papers[0].JSON)
	if err != nil {
		t.Fatal(err)
	}
	var back Truth
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(papers[0].Text)
	if err != nil || back.Text() != string(text) {
		t.Errorf("the truth and the text file tell different texts (%v)", err)
	}
}
