package pdfread

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// maxCarriedStream bounds one stream that is taken over as it is.
const maxCarriedStream = 1 << 30

// carrier takes objects of one file over into another, each once, and writes them as it goes.
type carrier struct {
	s       *structure
	w       io.Writer
	at      int64
	offsets []int64     // by number, from 1
	numbers map[int]int // old to new
	waiting []int       // old numbers that have a new one and are not written yet
	failed  error       // of w
	deep    bool        // something nests too deep
}

func newCarrier(s *structure, w io.Writer) *carrier {
	return &carrier{s: s, w: w, numbers: map[int]int{}}
}

func reference(n int) types.IndirectRef { return *types.NewIndirectRef(n, 0) }

// reserve gives the next number of the new file.
func (c *carrier) reserve() int {
	c.offsets = append(c.offsets, 0)
	return len(c.offsets)
}

func (c *carrier) print(s string) {
	if c.failed != nil {
		return
	}
	n, err := io.WriteString(c.w, s)
	c.at += int64(n)
	c.failed = err
}

// object writes an object that is made here.
func (c *carrier) object(n int, o types.Object) {
	c.offsets[n-1] = c.at
	c.print(strconv.Itoa(n) + " 0 obj\n" + written(o) + "\nendobj\n")
}

// drain writes all that is waiting, and what comes up on the way.
func (c *carrier) drain() error {
	for len(c.waiting) > 0 && c.failed == nil {
		old := c.waiting[0]
		c.waiting = c.waiting[1:]
		if err := c.carry(old); err != nil {
			return err
		}
	}
	if c.deep {
		return errors.New("its objects nest too deep")
	}
	return c.failed
}

// carry writes one object of the old file.
func (c *carrier) carry(old int) error {
	n := c.numbers[old]
	o := c.s.resolve(reference(old))
	sd, ok := o.(types.StreamDict)
	if !ok {
		c.object(n, c.value(o, 0))
		return nil
	}
	if err := c.s.load(&sd, maxCarriedStream); err != nil {
		return err
	}
	d, err := c.streamDict(sd)
	if err != nil {
		return err
	}
	d["Length"] = types.Integer(len(sd.Raw))
	c.offsets[n-1] = c.at
	c.print(strconv.Itoa(n) + " 0 obj\n" + written(d) + "\nstream\n" + string(sd.Raw) + "\nendstream\nendobj\n")
	return nil
}

// streamDict takes the dictionary of a stream over: the resources of a form or a pattern shrink to what its content names.
func (c *carrier) streamDict(sd types.StreamDict) (types.Dict, error) {
	d := types.Dict{}
	for _, k := range sortedKeys(sd.Dict) {
		if !c.belongsElsewhere(k, sd.Dict[k]) && k != "Length" && k != "Resources" {
			if v := c.value(sd.Dict[k], 0); v != nil {
				d[k] = v
			}
		}
	}
	if r, ok := sd.Dict["Resources"]; ok {
		names := nameSet{}
		if err := c.namesOfStream(sd, r, names); err != nil {
			return nil, err
		}
		d["Resources"] = c.resources(r, names)
	}
	return d, nil
}

// belongsElsewhere lists keys that lead from what is drawn into the rest of a document, or tell of how it was made.
func (c *carrier) belongsElsewhere(key string, v types.Object) bool {
	switch key {
	case "Parent", "Popup", "IRT", "Dest", "AA", "StructParent", "StructParents", "Metadata", "PieceInfo", "LastModified", "AF", "Thumb", "OPI", "Ref":
		return true
	case "P", "A", "B": // a page, an action, beads; elsewhere short names and numbers
		switch c.s.resolve(v).(type) {
		case types.Dict, types.Array:
			return true
		}
	}
	return false
}

// value takes an object over as far as it is written in place; what it refers to waits. References into the tree of pages or the structure are
// dropped.
func (c *carrier) value(o types.Object, depth int) types.Object {
	if depth > maxNesting {
		c.deep = true
		return nil
	}
	switch o := o.(type) {
	case types.IndirectRef:
		return c.follow(o, depth)
	case types.Array:
		out := make(types.Array, len(o))
		for i, v := range o {
			out[i] = c.value(v, depth+1)
		}
		return out
	case types.Dict:
		if elsewhere(c.s.name(o["Type"])) {
			return nil
		}
		out := types.Dict{}
		for _, k := range sortedKeys(o) {
			if c.belongsElsewhere(k, o[k]) {
				continue
			}
			if v := c.value(o[k], depth+1); v != nil {
				out[k] = v
			}
		}
		return c.type3(o, out)
	}
	return o
}

// follow gives the new reference for an old one.
func (c *carrier) follow(ref types.IndirectRef, depth int) types.Object {
	old := ref.ObjectNumber.Value()
	if n, ok := c.numbers[old]; ok {
		return reference(n)
	}
	switch o := c.s.resolve(ref).(type) {
	case nil:
		return nil
	case types.Dict:
		if elsewhere(c.s.name(o["Type"])) {
			return nil
		}
	case types.StreamDict:
		if elsewhere(c.s.name(o.Dict["Type"])) {
			return nil
		}
	case types.Array:
		return c.value(o, depth+1) // shared lists are short: boxes, colour spaces, kinds of content
	case types.ObjectStreamDict, types.XRefStreamDict:
		return nil
	}
	n := c.reserve()
	c.numbers[old] = n
	c.waiting = append(c.waiting, old)
	return reference(n)
}

// elsewhere lists kinds of objects that are no part of how a page looks.
func elsewhere(kind string) bool {
	return slices.Contains([]string{
		"Page", "Pages", "Catalog", "Outlines", "StructTreeRoot", "StructElem", "MCR", "OBJR", "Bead", "Thread", "Action", "Sig", "Metadata", "Filespec", "EmbeddedFile", "ObjStm", "XRef",
	}, kind)
}

func sortedKeys(d types.Dict) []string { return slices.Sorted(maps.Keys(d)) }

// written gives an object in PDF's syntax, dictionaries in the order of their keys.
func written(o types.Object) string {
	var b strings.Builder
	write(&b, o)
	return b.String()
}

func write(b *strings.Builder, o types.Object) {
	switch o := o.(type) {
	case types.Dict:
		b.WriteString("<<")
		for _, k := range sortedKeys(o) {
			writeName(b, k)
			b.WriteByte(' ')
			write(b, o[k])
		}
		b.WriteString(">>")
	case types.Array:
		b.WriteByte('[')
		for i, v := range o {
			if i > 0 {
				b.WriteByte(' ')
			}
			write(b, v)
		}
		b.WriteByte(']')
	case types.Name:
		writeName(b, string(o))
	case types.StringLiteral:
		b.WriteString("(" + string(o) + ")")
	case types.HexLiteral:
		b.WriteString("<" + string(o) + ">")
	case types.Integer:
		b.WriteString(strconv.Itoa(int(o)))
	case types.Float:
		b.WriteString(strconv.FormatFloat(float64(o), 'f', -1, 64))
	case types.Boolean:
		b.WriteString(strconv.FormatBool(bool(o)))
	case types.IndirectRef:
		fmt.Fprintf(b, "%d 0 R", o.ObjectNumber.Value())
	default:
		b.WriteString("null")
	}
}

func writeName(b *strings.Builder, name string) {
	b.WriteByte('/')
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == '#' || isDelimiter(c) {
			fmt.Fprintf(b, "#%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
}
