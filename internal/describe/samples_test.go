package describe

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
	"sohoa/internal/sample"
)

// printedPages gives the pages of a generated paper as a perfect engine would read them: every printed word where it stands, and
// of what is written by hand only that something is there.
func printedPages(tr sample.Truth) []page.Result {
	out := make([]page.Result, len(tr.Pages))
	for i, p := range tr.Pages {
		r := page.Result{Width: p.Width, Height: p.Height, Source: page.Recognised, Skew: p.SkewDeg}
		if p.Kind == "blank" {
			r.Kind = page.Blank
		}
		for _, l := range p.Lines {
			line := page.Line{Box: l.Box, Size: 45 * float64(tr.DPI) / 300}
			for _, w := range l.Words {
				if w.Handwritten {
					line.Words = append(line.Words, page.Word{Text: "đ#", Box: w.Box, Confidence: 40})
					continue
				}
				for _, t := range strings.Fields(w.Text) {
					line.Words = append(line.Words, page.Word{Text: t, Box: w.Box, Confidence: 95})
				}
			}
			r.Lines = append(r.Lines, line)
		}
		out[i] = r
	}
	return out
}

// covered is the share of the inner box that the outer one holds.
func covered(inner, outer page.Box) float64 {
	x := max(0, min(inner.X1, outer.X1)-max(inner.X0, outer.X0))
	y := max(0, min(inner.Y1, outer.Y1)-max(inner.Y0, outer.Y0))
	return float64(x*y) / float64((inner.X1-inner.X0)*(inner.Y1-inner.Y0))
}

// TestGeneratedPapers describes one paper of every layout that is not held back, read without a fault: what is missed here the
// rules miss, not the engine.
func TestGeneratedPapers(t *testing.T) {
	t.Parallel()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 14, Seed: 2025, Dir: t.TempDir(), Formats: []sample.Format{sample.PDF}})
	if err != nil {
		t.Fatal(err)
	}
	var truth []Truth
	read := map[string][]archive.Field{}
	for _, p := range papers {
		b, err := os.ReadFile(p.JSON)
		if err != nil {
			t.Fatal(err)
		}
		var x struct{ Fields Truth }
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatal(err)
		}
		x.Fields.File = p.Name
		truth = append(truth, x.Fields)
		fields := Fields(printedPages(p.Truth), Hints{})
		read[p.Name] = fields
		checkCrops(t, p, fields)
	}
	s := Score(truth, read)
	t.Logf("\n%s", s)
	for _, m := range s.Misses {
		t.Logf("%s %s (asked %v)\n  want %q\n  got  %q", m.File, m.Field, m.Asked, m.Want, m.Got)
	}
	for _, name := range []string{Agency, Symbol, Type, Date, Place, SubjectClose, SignerTitle, SignaturePage, Pages, NumberFound, DayFound} {
		if f := s.Fields[name]; f.Normalised != f.N {
			t.Errorf("%s: %d of %d", name, f.Normalised, f.N)
		}
	}
	for _, name := range []string{SignerName, Holder} {
		if f := s.Fields[name]; f.N-f.Normalised > 1 {
			t.Errorf("%s: %d of %d", name, f.Normalised, f.N)
		}
	}
}

// checkCrops compares the boxes of handwritten number and day with where they were written.
func checkCrops(t *testing.T, p sample.Paper, fields []archive.Field) {
	t.Helper()
	number, day := get(fields, Number), get(fields, Day)
	for _, pt := range p.Truth.Pages {
		for _, l := range pt.Lines {
			for _, w := range l.Words {
				if !w.Handwritten {
					continue
				}
				best := 0.0
				for _, f := range []archive.Field{number, day} {
					if f.Handwritten && f.Page == pt.Number {
						best = max(best, covered(w.Box, f.Box))
					}
				}
				if best < 0.6 {
					t.Errorf("%s: %q is written at %v; crops are %v and %v", p.Name, w.Text, w.Box, number.Box, day.Box)
				}
			}
		}
	}
}
