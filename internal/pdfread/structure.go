package pdfread

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"sohoa/internal/page"
)

// structure is what pdfcpu read of a file. Every use of it goes through guarded: pdfcpu panics on some broken files.
type structure struct {
	ctx   *model.Context
	pages int
}

var (
	errPassword = errors.New("a password is needed")
	errSlow     = errors.New("reading the structure takes too long")
)

// readStructure reads a file with pdfcpu under its resource limits. pdfcpu cannot be stopped: past the deadline of ctx its result is
// abandoned, and what it still holds is bounded by the size of the file and the limits.
func readStructure(ctx context.Context, f io.ReadSeeker) (*structure, error) {
	type result struct {
		s   *structure
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = guarded(func() error {
			r.s = &structure{}
			return r.s.read(f)
		})
		done <- r
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		return r.s, nil
	case <-ctx.Done():
		return nil, errSlow
	}
}

// guarded turns a panic of pdfcpu into an error.
func guarded(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("pdfcpu panicked: %v", r)
		}
	}()
	return fn()
}

func (s *structure) read(f io.ReadSeeker) error {
	api.DisableConfigDir() // it would write into the home folder
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes: maxStructured, MaxDecodeBytes: 64 << 20, MaxImagePixels: MaxPixels, MaxImageBytes: 64 << 20,
		MaxObjectCount: 2_000_000, MaxObjectStreamCount: 200_000, MaxObjectStreamFirst: 4 << 20, MaxXRefEntries: 2_000_000, MaxRecursionDepth: 100,
	}
	ctx, err := api.ReadContext(f, conf)
	if errors.Is(err, pdfcpu.ErrWrongPassword) {
		return fmt.Errorf("%w: %w", errPassword, err)
	}
	if err != nil {
		return err
	}
	if err := ctx.EnsurePageCount(); err != nil {
		return err
	}
	if ctx.PageCount < 0 {
		return errors.New("the page count is negative")
	}
	s.ctx, s.pages = ctx, ctx.PageCount
	return nil
}

// encrypted reports whether the file is encrypted (and opened without a password).
func (s *structure) encrypted() bool { return s.ctx.Encrypt != nil }

// resolve follows references; nil stands for null and for what is missing or broken.
func (s *structure) resolve(o types.Object) types.Object {
	for range 8 {
		if _, ok := o.(types.IndirectRef); !ok {
			return o
		}
		var err error
		if o, err = s.ctx.Dereference(o); err != nil {
			return nil
		}
	}
	return nil
}

func (s *structure) get(d types.Dict, key string) types.Object {
	o, ok := d[key]
	if !ok {
		return nil
	}
	return s.resolve(o)
}

func (s *structure) dict(o types.Object) types.Dict {
	switch o := s.resolve(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	case types.ObjectStreamDict:
		return o.Dict
	}
	return nil
}

func (s *structure) array(o types.Object) types.Array {
	a, _ := s.resolve(o).(types.Array)
	return a
}

func (s *structure) name(o types.Object) string {
	n, _ := s.resolve(o).(types.Name)
	return string(n)
}

func (s *structure) number(o types.Object) (float64, bool) {
	switch o := s.resolve(o).(type) {
	case types.Integer:
		return float64(o), true
	case types.Float:
		f := float64(o)
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

func (s *structure) integer(o types.Object, otherwise int) int {
	if f, ok := s.number(o); ok && math.Abs(f) < 1<<31 {
		return int(f)
	}
	return otherwise
}

func (s *structure) boolean(o types.Object) bool {
	b, _ := s.resolve(o).(types.Boolean)
	return bool(b)
}

// rect is a rectangle in user space, points with the origin at the bottom left.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) width() float64  { return r.x1 - r.x0 }
func (r rect) height() float64 { return r.y1 - r.y0 }
func (r rect) empty() bool     { return !(r.x1 > r.x0 && r.y1 > r.y0) }

func (r rect) intersect(o rect) rect {
	return rect{math.Max(r.x0, o.x0), math.Max(r.y0, o.y0), math.Min(r.x1, o.x1), math.Min(r.y1, o.y1)}
}

func (r rect) union(o rect) rect {
	return rect{math.Min(r.x0, o.x0), math.Min(r.y0, o.y0), math.Max(r.x1, o.x1), math.Max(r.y1, o.y1)}
}

// rectangle reads four numbers in any order of corners.
func (s *structure) rectangle(o types.Object) (rect, bool) {
	a := s.array(o)
	if len(a) != 4 {
		return rect{}, false
	}
	var v [4]float64
	for i := range v {
		f, ok := s.number(a[i])
		if !ok {
			return rect{}, false
		}
		v[i] = f
	}
	return rect{math.Min(v[0], v[2]), math.Min(v[1], v[3]), math.Max(v[0], v[2]), math.Max(v[1], v[3])}, true
}

// pageFacts is what the structure says of one page.
type pageFacts struct {
	box         rect // what is shown, user space
	turn        page.Turn
	unit        float64 // points per user space unit
	resources   types.Dict
	dict        types.Dict
	annotations bool // something may be laid over the page
}

func (f pageFacts) size() (w, h float64) {
	w, h = f.box.width()*f.unit, f.box.height()*f.unit
	if f.turn.Swaps() {
		return h, w
	}
	return w, h
}

// page reads the facts of page n. Callers guard it.
func (s *structure) page(n int) (pageFacts, error) {
	d, _, inherited, err := s.ctx.PageDict(n, false)
	if err != nil {
		return pageFacts{}, err
	}
	f := pageFacts{dict: d, unit: 1, resources: inherited.Resources}
	if f.resources == nil {
		f.resources = s.dict(d["Resources"])
	}
	box := func(r *types.Rectangle, key string) (rect, bool) {
		if own, ok := s.rectangle(d[key]); ok {
			return own, true
		}
		if r == nil {
			return rect{}, false
		}
		return rect{math.Min(r.LL.X, r.UR.X), math.Min(r.LL.Y, r.UR.Y), math.Max(r.LL.X, r.UR.X), math.Max(r.LL.Y, r.UR.Y)}, true
	}
	media, ok := box(inherited.MediaBox, "MediaBox")
	if !ok || media.empty() {
		return pageFacts{}, errors.New("the page has no size")
	}
	f.box = media
	if crop, ok := box(inherited.CropBox, "CropBox"); ok {
		if c := crop.intersect(media); !c.empty() {
			f.box = c
		}
	}
	if u, ok := s.number(d["UserUnit"]); ok && u > 0 && u <= 1000 {
		f.unit = u
	}
	rotate := inherited.Rotate
	if own, ok := s.number(d["Rotate"]); ok {
		rotate = int(own)
	}
	if f.turn, err = page.TurnOf(rotate); err != nil {
		f.turn = 0 // viewers ignore a turn that is no multiple of 90
	}
	f.annotations = s.hasOverlay(d)
	return f, nil
}

// hasOverlay reports whether an annotation of the page may be seen.
func (s *structure) hasOverlay(d types.Dict) bool {
	annots := s.array(d["Annots"])
	if len(annots) > maxAnnotations {
		return true
	}
	for _, a := range annots {
		if s.annotationShows(s.dict(a)) {
			return true
		}
	}
	return false
}

func (s *structure) annotationShows(a types.Dict) bool {
	if a == nil {
		return false
	}
	const hidden, noView = 1 << 1, 1 << 5
	if s.integer(a["F"], 0)&(hidden|noView) != 0 {
		return false
	}
	switch s.name(a["Subtype"]) {
	case "Link", "Popup":
		return false
	}
	r, ok := s.rectangle(a["Rect"])
	return ok && !r.empty()
}
