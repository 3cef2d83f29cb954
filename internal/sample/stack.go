package sample

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/page"
	"sohoa/internal/separator"
)

// StackOptions say what stack to make.
type StackOptions struct {
	Pages  int    // of the stack, sheets and blank backs among them; at least MinStackPages
	Seed   uint64 // same seed, same stack
	Unit   string // whose papers they are
	Batch  string // that the sheets name; empty: none
	Grades []int  // 1 to 5; nil for 1 and 2
	// Print gives a separator sheet as it comes out of a printer: black on white, A4 upright, any resolution.
	Print    func(ctx context.Context, s separator.Sheet) (*image.Gray, error)
	FontDirs []string // nil for FontDirs()
	Jobs     int      // papers drawn at once; 0 for one a processor
}

// MinStackPages is the smallest stack: it has to hold one paper of every special kind.
const MinStackPages = 30

// Stack is a scanned stack with its truth: everything that happens to a stack at an office, once.
type Stack struct {
	PDF      []byte
	Truth    StackTruth
	Register StackRegister
}

// StackTruth is what is known about a stack. Pages count from 1.
type StackTruth struct {
	Seed   uint64       `json:"seed"`
	Pages  int          `json:"pages"`
	Unit   string       `json:"unit"`
	Batch  string       `json:"batch,omitempty"`
	Sheets []StackSheet `json:"sheets"`
	Papers []StackPaper `json:"papers"`
}

// StackSheet is a separator sheet in the stack.
type StackSheet struct {
	Page    int    `json:"page"`
	Dossier string `json:"dossier"`
	Damaged bool   `json:"damaged,omitempty"` // both of its codes are lost; its heading can be read
}

// StackPaper is one paper in the stack.
type StackPaper struct {
	Layout         string `json:"layout"`
	Grade          int    `json:"grade"`
	Pages          []int  `json:"pages"`                 // with text, in order
	Blank          []int  `json:"blank,omitempty"`       // empty backs
	UpsideDown     []int  `json:"upside_down,omitempty"` // of Pages
	Dossier        string `json:"dossier"`
	UnknownDossier bool   `json:"unknown_dossier,omitempty"` // the register does not have it
	AfterDamaged   bool   `json:"after_damaged,omitempty"`   // its sheet's codes are lost
	Secret         bool   `json:"secret,omitempty"`          // bears the stamp MẬT: it should not be here
	DuplicateOf    *int   `json:"duplicate_of,omitempty"`    // index of the paper that was scanned before
	Fields         Fields `json:"fields"`
}

// The special papers, by their place in the stack.
const (
	afterDamagedAt = 1
	secretAt       = 2
	duplicatedAt   = 3 // is scanned again right after the next paper
	unknownAt      = 6
)

// group is a separator sheet with the paper below it.
type group struct {
	sheet   separator.Sheet
	damaged bool
	print   *image.Gray
	paper   *writer
	truth   StackPaper
	draw    int // stream of its scan: a paper scanned again looks another way
}

func (g *group) sides() int { return 1 + len(g.paper.sheets) }

// GenerateStack makes a stack.
func GenerateStack(ctx context.Context, o StackOptions) (Stack, error) {
	if o.Pages < MinStackPages || o.Unit == "" || o.Print == nil {
		return Stack{}, fmt.Errorf("sample: a stack has at least %d pages, a unit, and somebody who prints its sheets", MinStackPages)
	}
	if o.Grades == nil {
		o.Grades = []int{1, 2}
	}
	p, err := newPlan(Options{Seed: o.Seed, Grades: o.Grades, FontDirs: o.FontDirs})
	if err != nil {
		return Stack{}, err
	}
	s := &stacker{plan: p, o: o, r: newRNG(o.Seed, 0, "stack")}
	s.home = newLocality(s.r)
	if err := s.compose(); err != nil {
		return Stack{}, err
	}
	for _, g := range s.groups {
		if g.print, err = o.Print(ctx, g.sheet); err != nil {
			return Stack{}, fmt.Errorf("print a separator sheet: %w", err)
		}
		if g.damaged {
			g.print = scratched(g.print, newRNG(o.Seed, 0, "scratches"))
		}
	}
	frames, err := s.scan(ctx)
	if err != nil {
		return Stack{}, err
	}
	return Stack{PDF: writePDF(frames, date{2025, 6, 2}), Truth: s.truth(), Register: s.register()}, nil
}

type stacker struct {
	plan   *plan
	o      StackOptions
	r      *rng
	home   locality
	groups []*group
}

// compose fills the stack with papers to the very page.
func (s *stacker) compose() error {
	left := s.o.Pages
	for next := 0; left >= 2; next++ {
		if next > 40*s.o.Pages {
			return fmt.Errorf("sample: no stack of %d pages comes out of seed %d", s.o.Pages, s.o.Seed)
		}
		at := len(s.groups)
		g := s.paper(next)
		again := at == duplicatedAt+1 // the paper before comes once more below this one
		need := g.sides()
		if again {
			need += s.groups[duplicatedAt].sides()
		}
		// A long paper would leave no room for the special ones, and a rest of one page takes none.
		if need > left || at <= unknownAt && len(g.paper.sheets) > 3 || left-need == 1 && need > 2 {
			continue
		}
		s.special(at, g)
		s.groups = append(s.groups, g)
		left -= g.sides()
		if again {
			d := *s.groups[duplicatedAt]
			first := duplicatedAt
			d.truth.DuplicateOf, d.draw = &first, 1_000_000+duplicatedAt
			d.truth.UpsideDown = nil
			s.groups = append(s.groups, &d)
			left -= d.sides()
		}
		if left == 1 { // a sheet of paper more on the glass: the back of the last one
			g.paper.blankBack()
			left = 0
		}
	}
	if len(s.groups) <= unknownAt {
		return fmt.Errorf("sample: %d pages hold only %d papers", s.o.Pages, len(s.groups))
	}
	s.turn()
	return nil
}

// paper writes candidate paper n of the stack, with the sheet that lies on it.
func (s *stacker) paper(n int) *group {
	lay, grade := s.plan.choose(n)
	w := newWriter(s.plan.fonts, newRNG(s.plan.seed, n, "stack text"), careOf(grade))
	w.home = &s.home
	lay.write(w)
	w.mailroom()
	w.spellFields()
	if last := w.sheets[len(w.sheets)-1]; last.kind == page.Text && last.turn == 0 && s.r.chance(0.35) {
		w.cur = last
		w.blankBack()
	}
	g := &group{paper: w, draw: n}
	g.truth = StackPaper{Layout: lay.name, Grade: grade, Dossier: s.code(n, w.made)}
	g.sheet = separator.Sheet{Unit: s.o.Unit, Batch: s.o.Batch, Dossier: g.truth.Dossier, Procedure: procedureOf(lay.name)}
	return g
}

// takenIn is how many days before a paper is made its dossier was taken in.
const takenIn = 8

// code is the code of a dossier that was taken in before the paper was made.
func (s *stacker) code(n int, made date) string {
	return fmt.Sprintf("000.00.%02d.H24-%s-%04d", s.r.span(10, 89), made.add(-takenIn).Format("060102"), n+1)
}

// add is the day so many days later.
func (d date) add(days int) time.Time {
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
}

func (s *stacker) special(at int, g *group) {
	switch at {
	case afterDamagedAt:
		g.damaged, g.truth.AfterDamaged = true, true
	case secretAt:
		g.truth.Secret = true
		g.paper.secret()
	case unknownAt:
		g.truth.UnknownDossier = true
	}
}

// turn puts two pages in upside down, of papers that are nothing special otherwise.
func (s *stacker) turn() {
	turned := 0
	for i := len(s.groups) - 1; i >= 0 && turned < 2; i-- {
		g := s.groups[i]
		if g.truth.Secret || g.truth.AfterDamaged || g.truth.UnknownDossier || g.truth.DuplicateOf != nil || i == duplicatedAt {
			continue
		}
		for k, sh := range g.paper.sheets {
			if sh.kind == page.Text && sh.turn == 0 && sh.w < sh.h {
				sh.turn = 180
				g.truth.UpsideDown = []int{k} // made a page of the stack by truth
				turned++
				break
			}
		}
	}
}

// scan draws every page as one scanner with one setting does: 300 dpi, colour, JPEG.
func (s *stacker) scan(ctx context.Context) ([]frame, error) {
	jobs := s.o.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	pages := make([][]frame, len(s.groups))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(jobs)
	for i, g := range s.groups {
		work.Go(func() error {
			r := newRNG(s.o.Seed, g.draw, "stack scan")
			d := &renderer{fonts: s.plan.fonts, dpi: 300, wear: gradeWear(r, g.truth.Grade), r: r}
			e := &encoder{quality: d.wear.quality}
			first := &sheet{w: a4Width, h: a4Height, kind: page.Text, print: g.print}
			for n, sh := range append([]*sheet{first}, g.paper.sheets...) {
				if err := ctx.Err(); err != nil {
					return err
				}
				pic, truth := d.side(sh, n, 3)
				if n == 1 {
					g.truth.Fields.Flags.SkewDeg = truth.SkewDeg
				}
				f, err := e.frame(pic, RGB, "jpeg", d.dpi)
				if err != nil {
					return err
				}
				pages[i] = append(pages[i], f)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(pages...), nil
}

// truth says what lies where.
func (s *stacker) truth() StackTruth {
	t := StackTruth{Seed: s.o.Seed, Pages: s.o.Pages, Unit: s.o.Unit, Batch: s.o.Batch}
	at := 1
	for _, g := range s.groups {
		t.Sheets = append(t.Sheets, StackSheet{Page: at, Dossier: g.sheet.Dossier, Damaged: g.damaged})
		p := g.truth
		p.UpsideDown = nil
		skew := p.Fields.Flags.SkewDeg
		p.Fields = *g.paper.fields
		p.Fields.Flags.SkewDeg, p.Fields.Flags.Skew = skew, skew >= 0.75 || skew <= -0.75
		p.Fields.File = ""
		for k, sh := range g.paper.sheets {
			n := at + 1 + k
			if sh.kind == page.Blank {
				p.Blank = append(p.Blank, n)
				continue
			}
			p.Pages = append(p.Pages, n)
			if sh == g.paper.fields.signSheet {
				p.Fields.SignaturePage = len(p.Pages)
			}
			if slices.Contains(g.truth.UpsideDown, k) {
				p.UpsideDown = append(p.UpsideDown, n)
			}
		}
		p.Fields.Pages = len(p.Pages)
		t.Papers = append(t.Papers, p)
		at += g.sides()
	}
	return t
}

// WriteStack writes the stack, its truth, and the lists of its register beside it.
func WriteStack(s Stack, pdf, truth, registerDir string) error {
	for _, f := range []struct {
		path  string
		write func(path string) error
	}{
		{pdf, func(p string) error { return os.WriteFile(p, s.PDF, 0o644) }},
		{truth, func(p string) error { return writeJSON(p, s.Truth) }},
		{registerDir, s.Register.Write},
	} {
		if f.path == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return err
		}
		if err := f.write(f.path); err != nil {
			return fmt.Errorf("write stack: %w", err)
		}
	}
	return nil
}
