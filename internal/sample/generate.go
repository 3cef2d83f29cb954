package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/page"
)

// Options say what to make. The zero value makes nothing.
type Options struct {
	Count    int      // how many papers
	Seed     uint64   // same seed, same papers
	Dir      string   // where they go; made when missing
	Layouts  []string // names as Layouts tells them, or HeldBack; nil for all that are not held back
	Grades   []int    // 1 to 5; nil for all
	Formats  []Format // nil for all
	FontDirs []string // nil for FontDirs()
	Jobs     int      // papers made at once; 0 for one a processor

	// Progress is called after each paper, never twice at once; it may be nil.
	Progress func(done, total int)
}

// Paper is one sample on disk.
type Paper struct {
	Name  string // without extension
	Scan  string // path of the scan
	Text  string // path of its text
	JSON  string // path of its truth
	Truth Truth
}

// Layout is a kind of paper.
type Layout struct {
	Name     string // as in Options.Layouts
	Title    string // in Vietnamese
	HeldBack bool   // made only when asked for by name
	Seen     bool   // held back once, and looked at since: no longer for judging
}

// HeldBack stands in Options.Layouts for every layout that no rule and no threshold was chosen on.
const HeldBack = "held-back"

// Layouts lists every layout, those held back last.
func Layouts() []Layout {
	var out []Layout
	for _, l := range layouts() {
		out = append(out, Layout{l.name, l.title, l.heldBack, l.seen})
	}
	return out
}

// Generate makes the papers of opts, in order. It stops at the first error or when ctx ends; what was written
// before stays.
func Generate(ctx context.Context, opts Options) ([]Paper, error) {
	plan, err := newPlan(opts)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("sample folder: %w", err)
	}
	jobs := opts.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	papers := make([]Paper, opts.Count)
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(jobs)
	for i := range opts.Count {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			p, scan, err := plan.paper(i)
			if err != nil {
				return fmt.Errorf("sample %d: %w", i, err)
			}
			if err := write(opts.Dir, &p, scan); err != nil {
				return fmt.Errorf("sample %d: %w", i, err)
			}
			papers[i] = p
			mu.Lock()
			defer mu.Unlock()
			done++
			if opts.Progress != nil {
				opts.Progress(done, opts.Count)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return papers, nil
}

func write(dir string, p *Paper, scan []byte) error {
	truth, err := json.MarshalIndent(p.Truth, "", " ")
	if err != nil {
		return err
	}
	p.Scan = filepath.Join(dir, p.Truth.File)
	p.Text, p.JSON = filepath.Join(dir, p.Name+".txt"), filepath.Join(dir, p.Name+".json")
	for path, data := range map[string][]byte{p.Scan: scan, p.Text: []byte(p.Truth.Text()), p.JSON: append(truth, '\n')} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Text is the whole paper as the truth file has it: pages parted by form feed.
func (t Truth) Text() string {
	pages := make([]string, len(t.Pages))
	for i, p := range t.Pages {
		pages[i] = p.Text()
	}
	return strings.Join(pages, "\f")
}

// plan is checked options.
type plan struct {
	fonts   *fontSet
	seed    uint64
	layouts []layout
	grades  []int
	formats []Format
}

func newPlan(opts Options) (*plan, error) {
	if opts.Count < 0 {
		return nil, fmt.Errorf("sample: count %d is negative", opts.Count)
	}
	p := &plan{seed: opts.Seed, grades: opts.Grades, formats: opts.Formats}
	all := layouts()
	for _, name := range opts.Layouts {
		if name == HeldBack {
			p.layouts = append(p.layouts, slices.DeleteFunc(slices.Clone(all), func(l layout) bool { return !l.heldBack || l.seen })...)
			continue
		}
		i := slices.IndexFunc(all, func(l layout) bool { return l.name == name })
		if i < 0 {
			return nil, fmt.Errorf("sample: no layout %q; there are %s", name, names(all))
		}
		p.layouts = append(p.layouts, all[i])
	}
	if opts.Layouts == nil {
		p.layouts = slices.DeleteFunc(all, func(l layout) bool { return l.heldBack })
	}
	if p.grades == nil {
		p.grades = []int{1, 2, 3, 4, 5}
	}
	for _, g := range p.grades {
		if g < 1 || g > 5 {
			return nil, fmt.Errorf("sample: grade %d is not 1 to 5", g)
		}
	}
	if p.formats == nil {
		p.formats = []Format{PDF, TIFF, JPEG, PNG}
	}
	for _, f := range p.formats {
		if !slices.Contains([]Format{PDF, TIFF, JPEG, PNG}, f) {
			return nil, fmt.Errorf("sample: no format %q; there are pdf, tif, jpg, png", f)
		}
	}
	if len(p.layouts) == 0 || len(p.grades) == 0 || len(p.formats) == 0 {
		return nil, fmt.Errorf("sample: no layout, grade or format left to make")
	}
	dirs := opts.FontDirs
	if dirs == nil {
		dirs = FontDirs()
	}
	var err error
	p.fonts, err = loadFonts(dirs)
	return p, err
}

func names(ls []layout) string {
	var out []string
	for _, l := range ls {
		out = append(out, l.name)
	}
	return strings.Join(out, ", ")
}

// choose picks layout and grade so that every pair comes once in each run of all pairs, neighbours differing in both.
func (p *plan) choose(i int) (layout, int) {
	nl, ng := len(p.layouts), len(p.grades)
	k := i % (nl * ng)
	return p.layouts[k%nl], p.grades[(k/nl+k%nl)%ng]
}

// paper makes paper i: its truth and the bytes of its scan.
func (p *plan) paper(i int) (Paper, []byte, error) {
	lay, grade := p.choose(i)
	w := p.set(lay, i, grade)

	r := newRNG(p.seed, i, "scan")
	wear := gradeWear(r, grade)
	scan := p.scanning(r, w, grade)
	d := &renderer{fonts: p.fonts, dpi: scan.dpi, wear: wear, r: r}
	enc := &encoder{g4: newG4Encoder(), quality: wear.quality, cutAt: wear.threshold}

	t := Truth{
		Layout: lay.name, HeldBack: lay.heldBack, Grade: grade, Seed: p.seed, Index: i,
		Format: scan.format, Colour: scan.colour, DPI: scan.dpi, Fields: *w.fields,
	}
	name := fmt.Sprintf("%04d-%s", i, lay.name)
	t.File = name + "." + string(scan.format)
	channels := 3
	if scan.colour != RGB {
		channels = 1
	}
	var frames []frame
	var single []byte
	for n, s := range w.sheets {
		pic, truth := d.side(s, n+1, channels)
		t.Pages = append(t.Pages, truth)
		if s == w.fields.signSheet {
			t.Fields.SignaturePage = n + 1
		}
		if scan.format == PNG {
			var err error
			if single, err = encodePNG(pic, scan.colour, wear.threshold, scan.dpi); err != nil {
				return Paper{}, nil, err
			}
			continue
		}
		f, err := enc.frame(pic, scan.colour, scan.codec, scan.dpi)
		if err != nil {
			return Paper{}, nil, err
		}
		frames = append(frames, f)
	}
	finish(&t)
	out := single
	switch scan.format {
	case PDF:
		out = writePDF(frames, w.made)
	case TIFF:
		out = writeTIFF(frames)
	case JPEG:
		out = frames[0].data
	case PNG:
	}
	return Paper{Name: name, Truth: t}, out, nil
}

// set writes paper i and does with it what a mailroom does.
func (p *plan) set(lay layout, i, grade int) *writer {
	w := newWriter(p.fonts, newRNG(p.seed, i, "text"), careOf(grade))
	lay.write(w)
	w.mailroom()
	w.spellFields()
	return w
}

// careOf is how likely the clerks of a grade keep seals and stamps off the print.
func careOf(grade int) float64 { return [...]float64{0.92, 0.65, 0.5, 0.4, 0.35}[grade-1] }

// finish fills in what only the whole paper tells.
func finish(t *Truth) {
	f := &t.Fields
	f.File, f.Pages = t.File, len(t.Pages)
	f.Flags.SkewDeg = t.Pages[0].SkewDeg
	f.Flags.Skew = f.Flags.SkewDeg >= 0.75 || f.Flags.SkewDeg <= -0.75
	f.Flags.Bitonal = t.Colour == Bitonal
	if f.Flags.RedStamp && t.Colour != RGB {
		f.Flags.RedStamp, f.Flags.BlackStamp = false, true
	}
	for _, p := range t.Pages {
		if p.Lines == nil && p.Kind == page.Text.String() {
			panic("sample: a text side without text in " + t.Layout)
		}
	}
}

// scanning is how one paper was scanned.
type scanning struct {
	format Format
	colour Colour
	codec  string
	dpi    int
}

func (p *plan) scanning(r *rng, w *writer, grade int) scanning {
	s := scanning{dpi: 300}
	switch {
	case r.chance(0.12):
		s.dpi = 200
	case r.chance(0.05):
		s.dpi = 400
	}
	formats := slices.DeleteFunc(slices.Clone(p.formats), func(f Format) bool {
		return len(w.sheets) > 1 && (f == JPEG || f == PNG)
	})
	if len(formats) == 0 {
		formats = []Format{PDF} // several pages asked for as a picture: nothing else holds them
	}
	s.format = pick(r, formats)
	if slices.Contains(formats, PDF) && r.chance(0.45) {
		s.format = PDF
	}
	u := r.float()
	switch {
	case u < 0.55:
		s.colour = RGB
	case u < 0.8 || grade >= 4 && u < 0.92:
		s.colour = Gray
	default:
		s.colour = Bitonal
	}
	if s.colour == Bitonal && w.sheets[0].framed {
		s.colour = RGB // nobody scans a certificate in black and white
	}
	switch {
	case s.format == PNG:
	case s.format == JPEG:
		s.codec = "jpeg"
		if s.colour == Bitonal {
			s.colour = Gray
		}
	case s.colour == Bitonal:
		s.codec = "g4"
		if s.format == TIFF {
			s.codec = pick(r, []string{"g4", "g4", "lzw"})
		}
	case s.format == TIFF:
		s.codec = pick(r, []string{"jpeg", "jpeg", "lzw", "deflate"})
	default:
		s.codec = "jpeg"
	}
	return s
}
