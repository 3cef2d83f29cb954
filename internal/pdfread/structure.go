package pdfread

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"sohoa/internal/page"
)

// objects gives the objects of a file. Two things do: lazyFile for sound files, cpuFile for what only pdfcpu can open.
type objects interface {
	// resolve follows references; nil stands for null and for what is missing or broken.
	resolve(types.Object) types.Object
	// load reads the data of a stream, at most so many bytes.
	load(*types.StreamDict, int64) error
	// root gives the catalog, nil where there is none.
	root() types.Dict
	// each gives every object once, until fn returns false.
	each(fn func(types.Object) bool)
}

// structure is what the objects of a file say. Every use of it goes through guarded: pdfcpu, which decodes streams, panics on some
// broken files.
type structure struct {
	objects
	lazy      *lazyFile // nil where pdfcpu holds the objects
	encrypted bool
	pages     []pageNode
	faxes     map[[sha256.Size]byte]bool // whether Group 4 streams can be decoded: a page is read twice, and trying takes longest
}

// pageNode is a page of the tree with what it inherits.
type pageNode struct {
	dict      types.Dict
	inherited [4]types.Object // in the order of inheritable
}

func inheritable() [4]string { return [4]string{"Resources", "MediaBox", "CropBox", "Rotate"} }

var (
	errPassword = errors.New("a password is needed")
	errSlow     = errors.New("reading the structure takes too long")
	errTooMany  = errors.New("too many pages")
)

// readStructure reads a file's cross-references and page tree: lazily where it is sound, with pdfcpu where it is damaged or encrypted
// and small enough for that.
func readStructure(ctx context.Context, r io.ReaderAt, size int64) (*structure, error) {
	s := &structure{}
	l, err := openLazy(ctx, r, size)
	if err == nil {
		s.objects, s.lazy = l, l
		if err = guarded(s.readPages); err == nil && l.broken != nil {
			err = l.broken
		}
		if err == nil || errors.Is(err, errTooMany) {
			return s, err
		}
	}
	if ctx.Err() != nil {
		return nil, errSlow
	}
	if size > maxForPdfcpu {
		return nil, err
	}
	return readWithPdfcpu(ctx, io.NewSectionReader(r, 0, size), errors.Is(err, errEncrypted))
}

// within sets the context that bounds reading from here on, and forgets disorder met elsewhere in the file.
func (s *structure) within(ctx context.Context) {
	if s.lazy != nil {
		s.lazy.ctx, s.lazy.broken = ctx, nil
	}
}

// disorder is the first thing found broken since within.
func (s *structure) disorder() error {
	if s.lazy != nil {
		return s.lazy.broken
	}
	return nil
}

// readPages walks the page tree. A node is entered once, so circles end; nesting is bounded.
func (s *structure) readPages() error {
	root := s.root()
	if root == nil {
		return errors.New("the catalog is missing")
	}
	seen := map[types.IndirectRef]bool{}
	var walk func(o types.Object, from pageNode, depth int) error
	walk = func(o types.Object, from pageNode, depth int) error {
		if ref, ok := o.(types.IndirectRef); ok {
			if seen[ref] && depth > 0 && s.array(s.dict(o)["Kids"]) != nil {
				return nil // a circle; a page may come twice
			}
			seen[ref] = true
		}
		d := s.dict(o)
		if d == nil {
			return nil
		}
		if len(seen) > 20*MaxPages {
			return errTooMany
		}
		for i, key := range inheritable() {
			if v, ok := d[key]; ok {
				from.inherited[i] = v
			}
		}
		kids := s.array(d["Kids"])
		if kids == nil {
			if t := s.name(d["Type"]); t == "Pages" {
				return nil
			}
			if len(s.pages) >= MaxPages {
				return errTooMany
			}
			from.dict = d
			s.pages = append(s.pages, from)
			return nil
		}
		if depth >= maxTreeDepth {
			return errors.New("the page tree is too deep")
		}
		for _, k := range kids {
			if err := walk(k, from, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	tree := s.dict(root["Pages"])
	if tree == nil {
		return errors.New("the page tree is missing")
	}
	// The count is not believed, but a tree that has none or says none is taken at its word, as viewers do.
	switch count, ok := s.number(tree["Count"]); {
	case !ok:
		return errors.New("the page tree has no count")
	case count == 0:
		return nil
	}
	return walk(root["Pages"], pageNode{}, 0)
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
	node := s.pages[n-1]
	d := node.dict
	f := pageFacts{dict: d, unit: 1, resources: s.dict(node.inherited[0])}
	media, ok := s.rectangle(node.inherited[1])
	if !ok || media.empty() {
		return pageFacts{}, errors.New("the page has no size")
	}
	var err error
	f.box = media
	if crop, ok := s.rectangle(node.inherited[2]); ok {
		if c := crop.intersect(media); !c.empty() {
			f.box = c
		}
	}
	if u, ok := s.number(d["UserUnit"]); ok && u > 0 && u <= 1000 {
		f.unit = u
	}
	if f.turn, err = page.TurnOf(s.integer(node.inherited[3], 0)); err != nil {
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
