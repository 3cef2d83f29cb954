package sample

import (
	"bytes"
	"context"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sohoa/internal/register"
	"sohoa/internal/separator"
)

// composed composes a stack without drawing it.
func composed(t *testing.T, pages int, seed uint64) *stacker {
	t.Helper()
	p := mustPlan(t, Options{Seed: seed, Grades: []int{1, 2}})
	s := &stacker{plan: p, o: StackOptions{Pages: pages, Seed: seed, Unit: "P1", Batch: "Lô"}, r: newRNG(seed, 0, "stack")}
	s.home = newLocality(s.r)
	if err := s.compose(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAStackHoldsEverySpecialPaperOnceAndEveryPageOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		for _, pages := range []int{MinStackPages, 60, 120} {
			s := composed(t, pages, seed)
			tr, reg := s.truth(), s.register()
			seen := make([]int, pages+1)
			for _, sh := range tr.Sheets {
				seen[sh.Page]++
			}
			known := map[string]bool{}
			for _, d := range reg.Dossiers {
				known[d.Code] = true
			}
			upside, blank, secret, damaged, unknown, twice := 0, 0, 0, 0, 0, 0
			for i, p := range tr.Papers {
				for _, n := range slices.Concat(p.Pages, p.Blank) {
					seen[n]++
				}
				upside += len(p.UpsideDown)
				blank += len(p.Blank)
				if p.Secret {
					secret++
				}
				if p.AfterDamaged {
					damaged++
					if !tr.Sheets[i].Damaged {
						t.Errorf("seed %d: the sheet of paper %d is whole", seed, i)
					}
				}
				if p.DuplicateOf != nil {
					twice++
					if first := tr.Papers[*p.DuplicateOf]; first.Dossier != p.Dossier || first.Fields.NumberSymbol != p.Fields.NumberSymbol || len(first.Pages) != len(p.Pages) {
						t.Errorf("seed %d: paper %d is not paper %d", seed, i, *p.DuplicateOf)
					}
				}
				if p.UnknownDossier {
					unknown++
				}
				if known[p.Dossier] == p.UnknownDossier {
					t.Errorf("seed %d: paper %d unknown %v, but the register says %v", seed, i, p.UnknownDossier, known[p.Dossier])
				}
				if p.Fields.Pages != len(p.Pages) || p.Fields.SignaturePage < 1 || p.Fields.SignaturePage > len(p.Pages) {
					t.Errorf("seed %d: paper %d has pages %v, signature on %d", seed, i, p.Pages, p.Fields.SignaturePage)
				}
			}
			if upside != 2 || secret != 1 || damaged != 1 || unknown != 1 || twice != 1 || blank == 0 && pages >= 60 {
				t.Errorf("seed %d, %d pages: %d upside down, %d secret, %d damaged, %d unknown, %d twice, %d blank", seed, pages, upside, secret, damaged, unknown, twice, blank)
			}
			for n, times := range seen[1:] {
				if times != 1 {
					t.Errorf("seed %d: page %d of %d belongs to %d", seed, n+1, pages, times)
				}
			}
			for _, d := range reg.Dossiers {
				if problems := d.Tidy(); len(problems) > 0 {
					t.Errorf("seed %d: dossier %s: %v", seed, d.Code, problems)
				}
			}
		}
	}
}

func TestAStackIsOneFileWithItsRegisterBesideIt(t *testing.T) {
	t.Parallel()
	blank := func(context.Context, separator.Sheet) (*image.Gray, error) {
		g := image.NewGray(image.Rect(0, 0, 420, 594))
		for i := range g.Pix {
			g.Pix[i] = 255
		}
		return g, nil
	}
	s, err := GenerateStack(t.Context(), StackOptions{Pages: MinStackPages, Seed: 2, Unit: "P1", Print: blank})
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(s.PDF, []byte("/Type /Page ")); n != MinStackPages {
		t.Errorf("%d pages", n)
	}
	dir := t.TempDir()
	if err := WriteStack(s, filepath.Join(dir, "s.pdf"), filepath.Join(dir, "s.json"), filepath.Join(dir, "reg")); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "reg", "dossiers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if m, problems := register.Map(register.Dossiers, strings.Split(lines[0], ",")); len(problems) > 0 || len(m.Columns) == 0 || len(lines) != len(s.Register.Dossiers)+1 {
		t.Errorf("%d lines, headings %v", len(lines), problems)
	}
	if _, err := GenerateStack(t.Context(), StackOptions{Pages: 10, Unit: "P1", Print: blank}); err == nil {
		t.Error("ten pages are taken")
	}
}

func TestScribblesTakeHalfOfEachCode(t *testing.T) {
	t.Parallel()
	g := image.NewGray(image.Rect(0, 0, 840, 1188))
	for i := range g.Pix {
		g.Pix[i] = 128
	}
	out := scratched(g, newRNG(1, 0, "scratches"))
	for _, c := range []image.Rectangle{image.Rect(60, 60, 348, 348), image.Rect(492, 840, 780, 1128)} {
		changed := 0
		for y := c.Min.Y; y < c.Max.Y; y++ {
			for x := c.Min.X; x < c.Max.X; x++ {
				if out.Pix[y*out.Stride+x] != 128 {
					changed++
				}
			}
		}
		if share := float64(changed) / float64(c.Dx()*c.Dy()); share < 0.3 || share > 0.95 {
			t.Errorf("%.0f%% of the code at %v is gone", share*100, c)
		}
	}
}
