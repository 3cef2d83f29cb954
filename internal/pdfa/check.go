package pdfa

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"

	"sohoa/internal/digitise"
)

// CheckName names Check where a manifest says which check a rendition passed. The number counts what it looks at.
const CheckName = "sohoa self-check 1"

// Report is what Check found out about a file that passed.
type Report struct {
	Check       string // CheckName
	Conformance string // the level the file claims and, as far as Check looks, holds
	Pages       int
	SizeBytes   int64
}

// Check reads a rendition back as it lies on disk. It takes only files of this package, and of those only whole ones:
//   - every byte is under the digest in the trailer, so a cut, a flipped bit or a foreign hand shows;
//   - the objects fill the file without gaps, each where the cross-reference table says, each reached from the catalog;
//   - catalog, metadata, output intent, pages, pictures and font hold what PDF/A-2u asks for and nothing that it forbids, key by key;
//   - every page's content stream unpacks, uses only the operators that the writer uses, and shows only codes that have a glyph, a width that agrees with
//     the font program, and a Unicode meaning.
//
// It does not decode pictures. It is fast (it reads the file once, and the small parts again) and keeps little memory. An error that is not ctx's or
// the disk's says what is wrong with the file.
func Check(ctx context.Context, path string) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Report{}, err
	}
	c := &checker{ctx: ctx, f: f, size: info.Size()}
	for _, step := range []func() error{c.trailer, c.digest, c.table, c.frames, c.catalog, c.reached} {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if err := step(); err != nil {
			return Report{}, fmt.Errorf("%s: %w", CheckName, err)
		}
	}
	return Report{Check: CheckName, Conformance: Conformance, Pages: c.pages, SizeBytes: c.size}, nil
}

// Checker is Check as assembling wants it. Its zero value is ready.
type Checker struct{}

var _ digitise.Checker = Checker{}

// Check returns the level that the file at path holds and CheckName.
func (Checker) Check(ctx context.Context, path string) (conformance, checkedBy string, err error) {
	r, err := Check(ctx, path)
	return r.Conformance, r.Check, err
}

// checker is one file under check.
type checker struct {
	ctx  context.Context //nolint:containedctx // lives for one call of Check
	f    io.ReaderAt
	size int64

	root, info ref
	count      int   // objects
	tableAt    int64 // of xref
	idAt       int64 // where the trailer's ID begins: what is before it is under the digest
	trailerAt  int64
	id         []byte
	start, end []int64 // extent of object i+1
	seen       []bool  // object i+1 was reached from the trailer

	pages int
	used  []bool // codes shown on some page
	fonts map[ref]bool
}

// read gives n bytes at off.
func (c *checker) read(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off+n > c.size {
		return nil, fmt.Errorf("bytes %d to %d of a file of %d", off, off+n, c.size)
	}
	b := make([]byte, n)
	if _, err := c.f.ReadAt(b, off); err != nil {
		return nil, err
	}
	return b, nil
}

// trailer reads the end of the file, which must be what the writer writes, byte by byte.
func (c *checker) trailer() error {
	if c.size < int64(len(header)) {
		return fmt.Errorf("file has %d bytes", c.size)
	}
	head, err := c.read(0, int64(len(header)))
	if err != nil {
		return err
	}
	if string(head) != header {
		return errors.New("header is not that of a rendition")
	}
	tail, err := c.read(c.size-min(c.size, 512), min(c.size, 512))
	if err != nil {
		return err
	}
	at := bytes.LastIndex(tail, []byte("trailer\n"))
	if at < 0 {
		return errors.New("file does not end with a trailer: it is cut short or changed")
	}
	c.trailerAt = c.size - int64(len(tail)-at)
	p := parser{b: tail, at: at + len("trailer\n")}
	v, err := p.value()
	if err != nil {
		return fmt.Errorf("trailer: %w", err)
	}
	d, _ := v.(dict)
	size, _ := d["Size"].(int64)
	c.root, _ = d["Root"].(ref)
	c.info, _ = d["Info"].(ref)
	ids, _ := d["ID"].([]any)
	if len(ids) == 2 {
		c.id, _ = ids[0].([]byte)
	}
	const start = "\nstartxref\n"
	if rest := string(tail[p.at:]); len(rest) > len(start) && rest[:len(start)] == start {
		digits, _, _ := bytes.Cut(tail[p.at+len(start):], []byte("\n"))
		c.tableAt, err = strconv.ParseInt(string(digits), 10, 64)
		if err != nil {
			return fmt.Errorf("startxref: %w", err)
		}
	}
	before, after := trailerText(int(size), int(c.root), int(c.info), c.tableAt, c.id)
	if string(tail[at:]) != before+after {
		return errors.New("trailer is not as the writer writes it: file is cut short or changed")
	}
	c.idAt = c.trailerAt + int64(len(before))
	c.count = int(size) - 1
	if c.count < 1 || c.tableAt < int64(len(header)) || c.tableAt > c.trailerAt || len(c.id) != idSize {
		return errors.New("trailer makes no sense")
	}
	return nil
}

// digest compares the ID with the bytes it was made from.
func (c *checker) digest() error {
	h := sha256.New()
	buf := make([]byte, 256<<10)
	for at := int64(0); at < c.idAt; {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		part := buf[:min(int64(len(buf)), c.idAt-at)]
		if _, err := c.f.ReadAt(part, at); err != nil {
			return err
		}
		h.Write(part)
		at += int64(len(part))
	}
	if got := h.Sum(nil)[:idSize]; !bytes.Equal(got, c.id) {
		return fmt.Errorf("bytes do not match the ID %s: file was changed", hex.EncodeToString(c.id))
	}
	return nil
}

// table reads the cross-reference table and gives each object its extent: up to the next one.
func (c *checker) table() error {
	head := fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", c.count+1)
	const entry = 20
	if want := int64(len(head)) + entry*int64(c.count); c.trailerAt-c.tableAt != want {
		return fmt.Errorf("cross-reference table has %d bytes, want %d for %d objects", c.trailerAt-c.tableAt, want, c.count)
	}
	b, err := c.read(c.tableAt, c.trailerAt-c.tableAt)
	if err != nil {
		return err
	}
	if string(b[:len(head)]) != head {
		return errors.New("cross-reference table begins wrongly")
	}
	b = b[len(head):]
	c.start, c.end = make([]int64, c.count), make([]int64, c.count)
	c.seen = make([]bool, c.count)
	order := make([]int, c.count)
	for i := range c.count {
		line := string(b[entry*i : entry*(i+1)])
		off, err := strconv.ParseInt(line[:10], 10, 64)
		if err != nil || line[10:] != " 00000 n \n" {
			return fmt.Errorf("cross-reference entry of object %d is %q", i+1, line)
		}
		c.start[i], order[i] = off, i
	}
	slices.SortFunc(order, func(a, b int) int { return int(max(-1, min(1, c.start[a]-c.start[b]))) })
	next := c.tableAt
	for _, i := range slices.Backward(order) {
		c.end[i], next = next, c.start[i]
	}
	if next != int64(len(header)) {
		return fmt.Errorf("first object begins at byte %d, want %d", next, len(header))
	}
	return nil
}

// frames looks at the beginning and end of every object.
func (c *checker) frames() error {
	for i := range c.count {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if _, err := c.object(ref(i + 1)); err != nil {
			return err
		}
	}
	return nil
}

// object is one object read: its value, and where its stream lies if it has one.
type object struct {
	value  any
	stream bool
	at, n  int64
}

// maxObject bounds what is read of an object besides its stream: page labels are the longest.
const maxObject = 64 << 20

// object reads object r and checks that it fills its extent.
func (c *checker) object(r ref) (object, error) {
	o, err := c.rawObject(r)
	if err != nil {
		return object{}, fmt.Errorf("object %d: %w", r, err)
	}
	return o, nil
}

func (c *checker) rawObject(r ref) (object, error) {
	if r < 1 || int(r) > c.count {
		return object{}, errors.New("does not exist")
	}
	start, end := c.start[r-1], c.end[r-1]
	head := strconv.Itoa(int(r)) + " 0 obj\n"
	for size := int64(2048); ; size *= 8 {
		whole := end-start <= size
		b, err := c.read(start, min(end-start, size))
		if err != nil {
			return object{}, err
		}
		if !bytes.HasPrefix(b, []byte(head)) {
			return object{}, errors.New("is not where the cross-reference table says")
		}
		p := parser{b: b, at: len(head)}
		v, err := p.value()
		if !whole && (err != nil || len(b)-p.at < 64) && size < maxObject {
			continue // read too little of it
		}
		if err != nil {
			return object{}, fmt.Errorf("at byte %d: %w", p.at, err)
		}
		if rest := b[p.at:]; !bytes.HasPrefix(rest, []byte("stream\n")) {
			if !whole || string(rest) != "\nendobj\n" {
				return object{}, errors.New("does not end where the next begins")
			}
			return object{value: v}, nil
		}
		d, _ := v.(dict)
		n, ok := d["Length"].(int64)
		at := start + int64(p.at+len("stream\n"))
		const tail = "\nendstream\nendobj\n"
		if !ok || n < 0 || at+n+int64(len(tail)) != end {
			return object{}, fmt.Errorf("/Length is %v, which does not fill the object", d["Length"])
		}
		t, err := c.read(at+n, int64(len(tail)))
		if err != nil {
			return object{}, err
		}
		if string(t) != tail {
			return object{}, errors.New("stream does not end where it should")
		}
		return object{value: v, stream: true, at: at, n: n}, nil
	}
}

// dictAt reads the dictionary that v refers to and marks it as reached.
func (c *checker) dictAt(v any, stream bool) (dict, object, error) {
	r, ok := v.(ref)
	if !ok {
		return nil, object{}, fmt.Errorf("%v is no reference", v)
	}
	o, err := c.object(r)
	if err != nil {
		return nil, object{}, err
	}
	d, ok := o.value.(dict)
	if !ok || o.stream != stream {
		return nil, object{}, fmt.Errorf("object %d is not what it should be", r)
	}
	c.seen[r-1] = true
	return d, o, nil
}

// maxUnpacked bounds one unpacked stream.
const maxUnpacked = 256 << 20

// unpack reads a whole stream, through zlib where the dictionary says so.
func (c *checker) unpack(d dict, o object) ([]byte, error) {
	section := io.NewSectionReader(c.f, o.at, o.n)
	var r io.Reader = section
	switch d["Filter"] {
	case nil:
	case name("FlateDecode"):
		z, err := zlib.NewReader(section)
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("/Filter is %v", d["Filter"])
	}
	b, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxUnpacked {
		return nil, fmt.Errorf("stream unpacks to more than %d bytes", maxUnpacked)
	}
	return b, nil
}

// reached reports objects that nothing refers to.
func (c *checker) reached() error {
	for i, seen := range c.seen {
		if !seen {
			return fmt.Errorf("object %d is reached from nowhere", i+1)
		}
	}
	return nil
}

// side reports whether v is a length that a page may have.
func side(v any) bool {
	n, ok := num(v)
	return ok && !math.IsNaN(n) && n >= minSide && n <= maxSide
}
