package pdfread

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

var (
	// errMore: the bytes at hand end before the object does.
	errMore = errors.New("object is cut off")
	// errBroken: no object can begin like this.
	errBroken = errors.New("object is malformed")
)

// maxNesting bounds arrays and dictionaries inside each other; real files stay under ten.
const maxNesting = 64

// parser reads objects from bytes in memory, into the types pdfcpu knows. It takes time linear in the bytes.
type parser struct {
	b     []byte
	i     int
	whole bool // b reaches the end of the file: nothing more will come
	depth int
}

// space steps over white space and comments.
func (p *parser) space() {
	for p.i < len(p.b) {
		switch c := p.b[p.i]; {
		case isSpace(c):
			p.i++
		case c == '%':
			n := bytes.IndexAny(p.b[p.i:], "\r\n")
			if n < 0 {
				p.i = len(p.b)
				return
			}
			p.i += n
		default:
			return
		}
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// word takes the regular characters that come next; errMore where they may go on past the bytes at hand.
func (p *parser) word() (string, error) {
	start := p.i
	for p.i < len(p.b) && !isSpace(p.b[p.i]) && !isDelimiter(p.b[p.i]) {
		p.i++
	}
	if p.i == len(p.b) && !p.whole {
		return "", errMore
	}
	return string(p.b[start:p.i]), nil
}

// keyword takes a given word, after white space.
func (p *parser) keyword(want string) error {
	p.space()
	w, err := p.word()
	if err != nil {
		return err
	}
	if w != want {
		return errBroken
	}
	return nil
}

// integer takes a non-negative integer, after white space.
func (p *parser) integer() (int64, error) {
	p.space()
	w, err := p.word()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil || n < 0 {
		return 0, errBroken
	}
	return n, nil
}

// object takes one object; nil is null.
func (p *parser) object() (types.Object, error) {
	p.space()
	if p.i >= len(p.b) {
		return nil, errMore
	}
	switch c := p.b[p.i]; {
	case c == '/':
		return p.nameObject()
	case c == '(':
		return p.literal()
	case c == '<':
		if p.i+1 >= len(p.b) {
			return nil, errMore
		}
		if p.b[p.i+1] == '<' {
			return p.dict()
		}
		return p.hex()
	case c == '[':
		return p.list()
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		return p.number()
	}
	w, err := p.word()
	if err != nil {
		return nil, err
	}
	switch w {
	case "true":
		return types.Boolean(true), nil
	case "false":
		return types.Boolean(false), nil
	case "null":
		return nil, nil
	}
	return nil, errBroken
}

func (p *parser) nameObject() (types.Object, error) {
	p.i++
	w, err := p.word()
	if err != nil {
		return nil, err
	}
	return types.Name(unescapeName([]byte(w))), nil
}

func (p *parser) literal() (types.Object, error) {
	rest := skipString(p.b[p.i:])
	if rest == nil {
		return nil, errMore
	}
	end := len(p.b) - len(rest)
	s := types.StringLiteral(p.b[p.i+1 : end-1])
	p.i = end
	return s, nil
}

func (p *parser) hex() (types.Object, error) {
	n := bytes.IndexByte(p.b[p.i:], '>')
	if n < 0 {
		return nil, errMore
	}
	s := types.HexLiteral(p.b[p.i+1 : p.i+n])
	p.i += n + 1
	return s, nil
}

// number takes a number, or the reference that it begins.
func (p *parser) number() (types.Object, error) {
	w, err := p.word()
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(w); err == nil {
		if w[0] < '0' || n > math.MaxInt32 {
			return types.Integer(n), nil
		}
		after := p.i
		switch gen, err := p.integer(); {
		case errors.Is(err, errMore):
			return nil, err
		case err == nil && gen <= math.MaxUint16:
			switch err := p.keyword("R"); {
			case err == nil:
				return *types.NewIndirectRef(n, int(gen)), nil
			case errors.Is(err, errMore):
				return nil, err
			}
		}
		p.i = after
		return types.Integer(n), nil
	}
	f, err := strconv.ParseFloat(w, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return types.Integer(0), nil // viewers take what they cannot read as zero
	}
	return types.Float(f), nil
}

func (p *parser) nest() error {
	if p.depth++; p.depth > maxNesting {
		return errBroken
	}
	return nil
}

func (p *parser) list() (types.Object, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.i++
	a := types.Array{}
	for {
		p.space()
		if p.i >= len(p.b) {
			return nil, errMore
		}
		if p.b[p.i] == ']' {
			p.i++
			return a, nil
		}
		o, err := p.object()
		if err != nil {
			return nil, err
		}
		a = append(a, o)
	}
}

func (p *parser) dict() (types.Object, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.i += 2
	d := types.Dict{}
	for {
		p.space()
		if p.i+1 >= len(p.b) {
			return nil, errMore
		}
		if p.b[p.i] == '>' && p.b[p.i+1] == '>' {
			p.i += 2
			return d, nil
		}
		if p.b[p.i] != '/' {
			return nil, errBroken
		}
		key, err := p.nameObject()
		if err != nil {
			return nil, err
		}
		value, err := p.object()
		if err != nil {
			return nil, err
		}
		if name, ok := key.(types.Name); ok && value != nil {
			d[string(name)] = value
		}
	}
}
