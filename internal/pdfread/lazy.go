package pdfread

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	maxXRefEntries  = 1_000_000
	maxXRefSections = 512
	maxObjectBytes  = 8 << 20  // an object without its stream
	maxObjectStream = 32 << 20 // unpacked
	maxCached       = 20_000
	maxCachedBytes  = 8 << 20 // of objects as written; in memory a dense one takes twenty times that
	maxIndirect     = 16      // references that lead to references, lengths of lengths
)

// errEncrypted: the objects are encrypted; pdfcpu can decrypt them.
var errEncrypted = errors.New("the file is encrypted")

// lazyFile reads the objects of a sound PDF one by one, when they are asked for. It keeps no stream, so a file of five hundred pages costs
// no more than one of five, and it gives up at the first thing that is out of order: repairing is left to others.
type lazyFile struct {
	ctx     context.Context //nolint:containedctx // bounds the opening; every read checks it
	r       io.ReaderAt
	size    int64
	base    int64 // where %PDF- stands: offsets count from there
	xref    map[int]xrefEntry
	trailer types.Dict
	cache   map[int]types.Object
	streams map[int]*objectStream
	recent  []int // keys of streams, oldest first
	cached  int   // bytes of cache
	took    int   // bytes of the object read last
	depth   int
	broken  error // the first disorder met
}

// xrefEntry is where an object is: at an offset, or in an object stream. Zero is free.
type xrefEntry struct {
	at     int64 // offset, 0 for free
	stream int32 // number of the object stream, 0 for none
	index  int32 // in the object stream
}

type objectStream struct {
	data    []byte
	numbers []int
	offsets []int
}

// openLazy reads the cross-references of a file.
func openLazy(ctx context.Context, r io.ReaderAt, size int64) (*lazyFile, error) {
	l := &lazyFile{ctx: ctx, r: r, size: size, xref: map[int]xrefEntry{}, cache: map[int]types.Object{}, streams: map[int]*objectStream{}}
	head, err := l.bytes(0, min(size, 1029))
	if err != nil {
		return nil, err
	}
	at := bytes.Index(head, []byte("%PDF-"))
	if at < 0 {
		return nil, errors.New("the file has no header")
	}
	l.base = int64(at)
	start, err := l.startXRef()
	if err != nil {
		return nil, err
	}
	if err := l.sections(start); err != nil {
		return nil, err
	}
	if _, ok := l.trailer["Encrypt"]; ok {
		return nil, errEncrypted
	}
	return l, nil
}

// bytes reads n bytes at an absolute offset.
func (l *lazyFile) bytes(at, n int64) ([]byte, error) {
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	if at < 0 || n < 0 || at > l.size || n > l.size-at {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	if m, err := l.r.ReadAt(b, at); int64(m) < n {
		return nil, err
	}
	return b, nil
}

func (l *lazyFile) startXRef() (int64, error) {
	n := min(l.size, 2048)
	tail, err := l.bytes(l.size-n, n)
	if err != nil {
		return 0, err
	}
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return 0, errors.New("startxref is missing")
	}
	p := parser{b: tail, i: i + len("startxref"), whole: true}
	return p.integer()
}

// sections follows the chain of cross-reference sections, newest first.
func (l *lazyFile) sections(start int64) error {
	seen := map[int64]bool{}
	queue := []int64{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || len(seen) > maxXRefSections {
			return errors.New("the cross-references run in a circle")
		}
		seen[at] = true
		d, err := l.section(at)
		if err != nil {
			return fmt.Errorf("cross-references at %d: %w", at, err)
		}
		if l.trailer == nil {
			l.trailer = d
		}
		for _, key := range []string{"XRefStm", "Prev"} { // a hybrid file's stream comes before what is older
			switch o := d[key].(type) {
			case nil:
			case types.Integer:
				queue = append(queue, int64(o))
			default:
				return fmt.Errorf("%s is no number", key)
			}
		}
	}
	return nil
}

// section reads one section, a table or a stream, and returns its trailer.
func (l *lazyFile) section(at int64) (types.Dict, error) {
	head, err := l.bytes(l.base+at, min(l.size-l.base-at, 32))
	if err != nil {
		return nil, err
	}
	p := parser{b: head, whole: true}
	if p.keyword("xref") == nil {
		return l.table(l.base + at + int64(p.i))
	}
	o, err := l.read(at, -1)
	if err != nil {
		return nil, err
	}
	sd, ok := o.(types.StreamDict)
	if !ok {
		return nil, errBroken
	}
	return sd.Dict, l.xrefStream(sd)
}

// table reads the subsections of a table: fixed entries of 20 bytes, then the trailer.
func (l *lazyFile) table(at int64) (types.Dict, error) {
	for {
		head, err := l.bytes(at, min(l.size-at, 64))
		if err != nil {
			return nil, err
		}
		p := parser{b: head, whole: true}
		first, err := p.integer()
		if err != nil {
			break // the trailer
		}
		n, err := p.integer()
		if err != nil || first > maxXRefEntries || n > maxXRefEntries {
			return nil, errBroken
		}
		p.space()
		at += int64(p.i)
		b, err := l.bytes(at, 20*n)
		if err != nil {
			return nil, err
		}
		for i := range n {
			if err := l.tableEntry(int(first+i), b[20*i:20*i+20]); err != nil {
				return nil, err
			}
		}
		at += 20 * n
	}
	var d types.Dict
	err := l.window(at, func(p *parser) error {
		if err := p.keyword("trailer"); err != nil {
			return err
		}
		o, err := p.object()
		if err != nil {
			return err
		}
		var ok bool
		if d, ok = o.(types.Dict); !ok {
			return errBroken
		}
		return nil
	})
	return d, err
}

func (l *lazyFile) tableEntry(number int, b []byte) error {
	p := parser{b: b, whole: true}
	at, err := p.integer()
	if err != nil {
		return err
	}
	if _, err := p.integer(); err != nil {
		return err
	}
	p.space()
	switch w, _ := p.word(); w {
	case "n":
		return l.add(number, xrefEntry{at: at})
	case "f":
		return l.add(number, xrefEntry{})
	}
	return errBroken
}

// add keeps an entry unless a newer section had one.
func (l *lazyFile) add(number int, e xrefEntry) error {
	if _, newer := l.xref[number]; newer {
		return nil
	}
	if len(l.xref) >= maxXRefEntries {
		return errors.New("too many objects")
	}
	l.xref[number] = e
	return nil
}

func (l *lazyFile) xrefStream(sd types.StreamDict) error {
	if t, _ := sd.Dict["Type"].(types.Name); t != "XRef" {
		return errBroken
	}
	w, ok := integers(sd.Dict["W"])
	if !ok || len(w) != 3 || slices.Max(w) > 8 || slices.Min(w) < 0 {
		return errBroken
	}
	size, ok := sd.Dict["Size"].(types.Integer)
	if !ok || size < 0 {
		return errBroken
	}
	index, ok := integers(sd.Dict["Index"])
	if !ok {
		index = []int{0, int(size)}
	}
	if err := l.load(&sd, maxObjectStream); err != nil {
		return err
	}
	if err := sd.DecodeWithLimit(maxObjectStream); err != nil {
		return err
	}
	b, width := sd.Content, w[0]+w[1]+w[2]
	if width == 0 || len(index)%2 != 0 {
		return errBroken
	}
	for i := 0; i+1 < len(index); i += 2 {
		for k := range index[i+1] {
			if len(b) < width {
				return io.ErrUnexpectedEOF
			}
			kind := int64(1)
			if w[0] > 0 {
				kind = big(b[:w[0]])
			}
			second, third := big(b[w[0]:w[0]+w[1]]), big(b[w[0]+w[1]:width])
			b = b[width:]
			e := xrefEntry{}
			switch {
			case kind == 1:
				e.at = second
			case kind == 2 && second > 0 && second < 1<<31 && third < 1<<31:
				e.stream, e.index = int32(second), int32(third)
			}
			if err := l.add(index[i]+k, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func big(b []byte) int64 {
	var v int64
	for _, c := range b {
		v = v<<8 | int64(c)
	}
	return v
}

func integers(o types.Object) ([]int, bool) {
	a, ok := o.(types.Array)
	if !ok {
		return nil, false
	}
	out := make([]int, len(a))
	for i, v := range a {
		n, ok := v.(types.Integer)
		if !ok || n < 0 {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, true
}

// window gives fn the bytes at an absolute offset, more of them as long as it asks.
func (l *lazyFile) window(at int64, fn func(*parser) error) error {
	for n := int64(2048); ; n *= 4 {
		have := min(n, l.size-at)
		b, err := l.bytes(at, have)
		if err != nil {
			return err
		}
		whole := have == l.size-at
		err = fn(&parser{b: b, whole: whole})
		if !errors.Is(err, errMore) || whole {
			return err
		}
		if n >= maxObjectBytes {
			return errors.New("object is too long")
		}
	}
}

// read reads the object at an offset. Its number must be as expected, unless that is negative.
func (l *lazyFile) read(at int64, number int) (types.Object, error) {
	var out types.Object
	err := l.window(l.base+at, func(p *parser) error {
		n, err := p.integer()
		if err != nil {
			return err
		}
		if _, err = p.integer(); err != nil {
			return err
		}
		if err := p.keyword("obj"); err != nil {
			return err
		}
		if number >= 0 && int(n) != number {
			return fmt.Errorf("object %d stands where object %d should", n, number)
		}
		if out, err = p.object(); err != nil {
			return err
		}
		l.took = p.i
		d, ok := out.(types.Dict)
		if !ok {
			return nil
		}
		p.space()
		switch w, err := p.word(); {
		case err != nil:
			return err
		case w != "stream":
			return nil
		}
		if p.i+2 > len(p.b) {
			return errMore
		}
		if p.b[p.i] == '\r' {
			p.i++
		}
		if p.b[p.i] == '\n' {
			p.i++
		}
		out, err = l.streamDict(d, l.base+at+int64(p.i))
		return err
	})
	return out, err
}

// streamDict describes a stream whose data begins at an absolute offset. The data stays in the file.
func (l *lazyFile) streamDict(d types.Dict, at int64) (types.Object, error) {
	length, ok := l.resolve(d["Length"]).(types.Integer)
	if !ok || length < 0 {
		return nil, errors.New("stream without a length")
	}
	n := int64(length)
	tail, err := l.bytes(at+n, min(32, l.size-at-n))
	if err != nil {
		return nil, err
	}
	p := parser{b: tail, whole: true}
	if p.space(); !bytes.HasPrefix(tail[p.i:], []byte("endstream")) {
		return nil, errors.New("stream does not end where its length says")
	}
	return types.NewStreamDict(d, at, &n, nil, l.filters(d)), nil
}

// filters lists a stream's filters with their parameters resolved, as pdfcpu's decoders want them.
func (l *lazyFile) filters(d types.Dict) []types.PDFFilter {
	list := func(o types.Object) types.Array {
		switch o := l.resolve(o).(type) {
		case types.Array:
			return o
		case nil:
			return nil
		default:
			return types.Array{o}
		}
	}
	names, parms := list(d["Filter"]), list(d["DecodeParms"])
	var out []types.PDFFilter
	for i, n := range names {
		name, _ := l.resolve(n).(types.Name)
		f := types.PDFFilter{Name: string(name)}
		if i < len(parms) {
			if from, ok := l.resolve(parms[i]).(types.Dict); ok {
				f.DecodeParms = types.Dict{}
				for k, v := range from {
					if v = l.resolve(v); v != nil {
						f.DecodeParms[k] = v
					}
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// load reads a stream's data, where that was not done yet.
func (l *lazyFile) load(sd *types.StreamDict, most int64) error {
	if sd.Raw != nil || sd.StreamLength == nil {
		return nil
	}
	if *sd.StreamLength > most {
		return errors.New("stream is too long")
	}
	b, err := l.bytes(sd.StreamOffset, *sd.StreamLength)
	if err != nil {
		return err
	}
	sd.Raw = b
	return nil
}

// resolve follows references; nil for null and what is missing. Disorder is noted in broken.
func (l *lazyFile) resolve(o types.Object) types.Object {
	for range maxIndirect {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		o = l.object(ref.ObjectNumber.Value())
	}
	return nil
}

func (l *lazyFile) object(number int) types.Object {
	if o, ok := l.cache[number]; ok {
		return o
	}
	e, ok := l.xref[number]
	if !ok || e == (xrefEntry{}) {
		return nil
	}
	if l.depth++; l.depth > maxIndirect {
		l.fail(errors.New("references run in a circle"))
		l.depth--
		return nil
	}
	var o types.Object
	var err error
	if e.stream != 0 {
		o, err = l.inStream(number, e)
	} else {
		o, err = l.read(e.at, number)
	}
	l.depth--
	if err != nil {
		l.fail(fmt.Errorf("object %d: %w", number, err))
		return nil
	}
	if len(l.cache) >= maxCached || l.cached > maxCachedBytes {
		clear(l.cache)
		l.cached = 0
	}
	l.cache[number] = o
	l.cached += l.took
	return o
}

func (l *lazyFile) fail(err error) {
	if l.broken == nil {
		l.broken = err
	}
}

// inStream takes an object out of an object stream; the last few streams stay unpacked.
func (l *lazyFile) inStream(number int, e xrefEntry) (types.Object, error) {
	s, ok := l.streams[int(e.stream)]
	if !ok {
		var err error
		if s, err = l.objectStream(int(e.stream)); err != nil {
			return nil, err
		}
		if len(l.recent) >= 3 {
			delete(l.streams, l.recent[0])
			l.recent = l.recent[1:]
		}
		l.streams[int(e.stream)] = s
		l.recent = append(l.recent, int(e.stream))
	}
	i := int(e.index)
	if i >= len(s.numbers) || s.numbers[i] != number {
		if i = slices.Index(s.numbers, number); i < 0 {
			return nil, fmt.Errorf("object stream %d does not hold it", e.stream)
		}
	}
	p := parser{b: s.data, i: s.offsets[i], whole: true}
	o, err := p.object()
	l.took = p.i - s.offsets[i]
	return o, err
}

func (l *lazyFile) objectStream(number int) (*objectStream, error) {
	e := l.xref[number]
	if e.stream != 0 || e.at == 0 {
		return nil, errBroken
	}
	o, err := l.read(e.at, number)
	if err != nil {
		return nil, err
	}
	sd, ok := o.(types.StreamDict)
	if !ok {
		return nil, errBroken
	}
	n, ok1 := l.resolve(sd.Dict["N"]).(types.Integer)
	first, ok2 := l.resolve(sd.Dict["First"]).(types.Integer)
	if !ok1 || !ok2 || n < 0 || n > 200_000 || first < 0 {
		return nil, errBroken
	}
	if err := l.load(&sd, maxObjectStream); err != nil {
		return nil, err
	}
	if err := sd.DecodeWithLimit(maxObjectStream); err != nil {
		return nil, err
	}
	s := &objectStream{data: sd.Content}
	p := parser{b: s.data, whole: true}
	for range int(n) {
		num, err := p.integer()
		if err != nil {
			return nil, err
		}
		at, err := p.integer()
		if err != nil || at > int64(len(s.data))-int64(first) {
			return nil, errBroken
		}
		s.numbers, s.offsets = append(s.numbers, int(num)), append(s.offsets, int(at)+int(first))
	}
	return s, nil
}

// root gives the catalog.
func (l *lazyFile) root() types.Dict {
	d, _ := l.resolve(l.trailer["Root"]).(types.Dict)
	return d
}

// each gives every object once, those of one object stream after each other. It ends at the first false.
func (l *lazyFile) each(fn func(types.Object) bool) {
	numbers := slices.Collect(maps.Keys(l.xref))
	slices.SortFunc(numbers, func(a, b int) int {
		x, y := l.xref[a], l.xref[b]
		if x.stream != y.stream {
			return int(x.stream) - int(y.stream)
		}
		return a - b
	})
	for _, n := range numbers {
		if l.ctx.Err() != nil {
			l.fail(l.ctx.Err())
			return
		}
		if o := l.object(n); o != nil && !fn(o) {
			return
		}
	}
}
