package pdfread

import (
	"bytes"
	"math"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// matrix is a PDF transformation [a b c d e f].
type matrix [6]float64

func identity() matrix { return matrix{1, 0, 0, 1, 0, 0} }

// then applies m first and n after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// bounds is the box around a rectangle after the transformation.
func (m matrix) bounds(r rect) rect {
	x0, y0 := m.apply(r.x0, r.y0)
	out := rect{x0, y0, x0, y0}
	for _, p := range [3][2]float64{{r.x1, r.y0}, {r.x0, r.y1}, {r.x1, r.y1}} {
		x, y := m.apply(p[0], p[1])
		out = out.union(rect{x, y, x, y})
	}
	return out
}

// placed is a picture and where the content puts it.
type placed struct {
	image types.StreamDict
	ctm   matrix
}

// graphics is the part of the graphics state that decides what is seen.
type graphics struct {
	ctm    matrix
	mode   int  // text rendering mode
	tinted bool // the fill colour may not be black: matters for stencils only
}

// scan runs through a page's content to learn whether all that is seen is one picture that fills the page.
type scan struct {
	s        *structure
	facts    pageFacts
	g        graphics
	stack    []graphics
	operands []operand
	path     []rect // rectangles of the current path, page space
	odd      bool   // the path has more than rectangles
	clip     bool   // W was met
	found    *placed
	dirtied  bool // something is painted over the picture, or the content cannot be told
}

type operand struct {
	number float64
	name   string
	isNum  bool
}

// onlyPicture returns the picture that is all that is seen of a page, or nil. Text drawn invisibly (the text layer of a scanner) and
// whatever lies under the picture do not count. Callers guard it.
func (s *structure) onlyPicture(f pageFacts) *placed {
	content, ok := s.content(f.dict)
	if !ok {
		return nil
	}
	c := &scan{s: s, facts: f, g: graphics{ctm: identity()}}
	c.run(content)
	if c.dirtied {
		return nil
	}
	return c.found
}

// content unpacks and joins a page's content streams, at most maxPageContent.
func (s *structure) content(d types.Dict) ([]byte, bool) {
	var streams []types.Object
	switch o := s.resolve(d["Contents"]).(type) {
	case types.StreamDict:
		streams = []types.Object{o}
	case types.Array:
		streams = o
	default:
		return nil, false
	}
	if len(streams) > 1000 {
		return nil, false
	}
	var all []byte
	for _, o := range streams {
		sd, ok := s.resolve(o).(types.StreamDict)
		if !ok {
			continue
		}
		if s.load(&sd, maxPageContent) != nil || sd.DecodeWithLimit(maxPageContent) != nil {
			return nil, false
		}
		if len(all)+len(sd.Content) > maxPageContent {
			return nil, false
		}
		all = append(append(all, sd.Content...), '\n')
	}
	return all, true
}

func (c *scan) run(b []byte) {
	for len(b) > 0 && !c.dirtied {
		var tok token
		tok, b = nextToken(b)
		switch tok.kind {
		case tokenEnd:
			return
		case tokenNumber:
			c.push(operand{number: tok.number, isNum: true})
		case tokenName:
			c.push(operand{name: tok.text})
		case tokenOther:
			c.push(operand{})
		case tokenOperator:
			c.do(tok.text)
			c.operands = c.operands[:0]
		}
	}
}

func (c *scan) push(o operand) {
	if len(c.operands) < 64 {
		c.operands = append(c.operands, o)
	}
}

// numbers gives the last n operands as numbers.
func (c *scan) numbers(n int) ([]float64, bool) {
	if len(c.operands) < n {
		return nil, false
	}
	out := make([]float64, n)
	for i, o := range c.operands[len(c.operands)-n:] {
		if !o.isNum {
			return nil, false
		}
		out[i] = o.number
	}
	return out, true
}

func (c *scan) lastName() string {
	if len(c.operands) == 0 {
		return ""
	}
	return c.operands[len(c.operands)-1].name
}

func (c *scan) do(op string) {
	switch op {
	case "q":
		if len(c.stack) > 512 {
			c.dirtied = true
			return
		}
		c.stack = append(c.stack, c.g)
	case "Q":
		if n := len(c.stack); n > 0 {
			c.g, c.stack = c.stack[n-1], c.stack[:n-1]
		}
	case "cm":
		if v, ok := c.numbers(6); ok {
			c.g.ctm = matrix(v).then(c.g.ctm)
		} else {
			c.dirtied = true
		}
	case "re":
		if v, ok := c.numbers(4); ok {
			c.path = append(c.path, c.g.ctm.bounds(rect{v[0], v[1], v[0] + v[2], v[1] + v[3]}))
			if v[2] < 0 || v[3] < 0 {
				c.odd = true
			}
		}
		if len(c.path) > 64 {
			c.odd, c.path = true, c.path[:1]
		}
	case "m", "l", "c", "v", "y":
		c.odd = true
	case "W", "W*":
		c.clip = true
	case "n":
		c.endPath()
	case "f", "F", "f*", "S", "s", "B", "B*", "b", "b*":
		c.paint()
		c.endPath()
	case "sh", "BI", "EI":
		c.paint()
		if op != "sh" {
			c.dirtied = true // the data of an inline picture cannot be stepped over safely
		}
	case "Tj", "TJ", "'", "\"":
		if c.g.mode != 3 {
			c.paint()
		}
	case "Tr":
		if v, ok := c.numbers(1); ok {
			c.g.mode = int(v[0])
		}
		if c.g.mode > 3 {
			c.dirtied = true // text as a clip
		}
	case "Do":
		c.xobject(c.lastName())
	case "gs":
		c.extended(c.lastName())
	case "g", "rg", "k", "sc", "scn", "cs":
		c.g.tinted = true
		if v, ok := c.numbers(1); ok && op == "g" && v[0] == 0 {
			c.g.tinted = false
		}
	case "BDC":
		if len(c.operands) > 0 && c.operands[0].name == "OC" {
			c.dirtied = true // a layer that may be switched off
		}
	}
}

// paint notes that something visible is drawn: before the picture it does not matter, after it the page is more than the picture.
func (c *scan) paint() {
	if c.found != nil {
		c.dirtied = true
	}
}

func (c *scan) endPath() {
	if c.clip {
		// A clip that leaves the whole page visible changes nothing.
		if c.odd || len(c.path) != 1 || !covers(c.path[0], c.facts.box) {
			c.dirtied = true
		}
	}
	c.path, c.odd, c.clip = c.path[:0], false, false
}

// covers reports whether r holds box up to one percent of its sides.
func covers(r, box rect) bool {
	dx, dy := math.Max(1, box.width()/100), math.Max(1, box.height()/100)
	return r.x0 <= box.x0+dx && r.y0 <= box.y0+dy && r.x1 >= box.x1-dx && r.y1 >= box.y1-dy
}

// matches reports whether r is box up to one percent: nothing of the picture is cut away, nothing of the page left bare.
func matches(r, box rect) bool { return covers(r, box) && covers(box, r) }

func (c *scan) extended(name string) {
	d := c.s.dict(c.s.dict(c.facts.resources["ExtGState"])[name])
	if d == nil {
		return
	}
	for _, key := range []string{"ca", "CA"} {
		if v, ok := c.s.number(d[key]); ok && v < 1 {
			c.dirtied = true
		}
	}
	if m := c.s.get(d, "SMask"); m != nil && c.s.name(m) != "None" {
		c.dirtied = true
	}
	if m := c.s.get(d, "BM"); m != nil && c.s.name(m) != "Normal" && c.s.name(m) != "Compatible" {
		c.dirtied = true
	}
}

func (c *scan) xobject(name string) {
	x, ok := c.s.resolve(c.s.dict(c.facts.resources["XObject"])[name]).(types.StreamDict)
	if !ok {
		return // drawn by nobody
	}
	if c.s.name(x.Dict["Subtype"]) != "Image" || c.s.get(x.Dict, "OC") != nil {
		c.dirtied = true // a form: PDFium will tell
		return
	}
	if c.s.boolean(x.Dict["ImageMask"]) && c.g.tinted {
		c.dirtied = true
		return
	}
	if !matches(c.g.ctm.bounds(rect{0, 0, 1, 1}), c.facts.box) || c.s.get(x.Dict, "SMask") != nil || c.s.get(x.Dict, "Mask") != nil {
		c.dirtied = true
		return
	}
	c.found = &placed{image: x, ctm: c.g.ctm}
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenName
	tokenOperator
	tokenOther // strings, arrays, dictionaries
)

type token struct {
	kind   tokenKind
	text   string
	number float64
}

const whiteSpace = "\x00\t\n\f\r "

// nextToken takes one token off content. It always takes at least a byte.
func nextToken(b []byte) (token, []byte) {
	for b = bytes.TrimLeft(b, whiteSpace); len(b) > 0 && b[0] == '%'; b = bytes.TrimLeft(b, whiteSpace) {
		i := bytes.IndexAny(b, "\r\n")
		if i < 0 {
			return token{}, nil
		}
		b = b[i:]
	}
	if len(b) == 0 {
		return token{}, nil
	}
	switch b[0] {
	case '(':
		return token{kind: tokenOther}, skipString(b)
	case '<', '>':
		if len(b) > 1 && b[1] == b[0] {
			return token{kind: tokenOther}, b[2:]
		}
		if i := bytes.IndexByte(b, '>'); i >= 0 {
			return token{kind: tokenOther}, b[i+1:]
		}
		return token{}, nil
	case '[', ']', '{', '}', ')':
		return token{kind: tokenOther}, b[1:]
	case '/':
		n := regular(b[1:])
		return token{kind: tokenName, text: unescapeName(b[1 : 1+n])}, b[1+n:]
	}
	n := regular(b)
	word := string(b[:n])
	if f, err := strconv.ParseFloat(word, 64); err == nil && word[0] != 'n' && word[0] != 'N' && word[0] != 'i' && word[0] != 'I' {
		return token{kind: tokenNumber, number: f}, b[n:]
	}
	return token{kind: tokenOperator, text: word}, b[n:]
}

// regular counts the bytes up to the next delimiter or white space.
func regular(b []byte) int {
	if n := bytes.IndexAny(b, whiteSpace+"()<>[]{}/%"); n >= 0 {
		return n
	}
	return len(b)
}

func skipString(b []byte) []byte {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return b[i+1:]
			}
		}
	}
	return nil
}

func unescapeName(b []byte) string {
	if bytes.IndexByte(b, '#') < 0 {
		return string(b)
	}
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			if v, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}
