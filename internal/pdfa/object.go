package pdfa

import (
	"errors"
	"fmt"
	"strconv"
)

// The values of PDF objects as Check reads them: int64, float64, bool, name, ref, []byte (strings), []any (arrays), dict.
type (
	name string
	ref  int
	dict map[name]any
)

// maxDepth bounds how deep arrays and dictionaries nest.
const maxDepth = 16

// parser reads the strict subset of PDF syntax that this package writes, from memory.
type parser struct {
	b     []byte
	at    int
	depth int
}

var errCut = errors.New("ends too early")

func (p *parser) space() {
	for p.at < len(p.b) && (p.b[p.at] == ' ' || p.b[p.at] == '\n') {
		p.at++
	}
}

// value reads the next object; operators of a content stream come out as op.
func (p *parser) value() (any, error) {
	p.space()
	if p.at >= len(p.b) {
		return nil, errCut
	}
	switch c := p.b[p.at]; {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '[':
		return p.array()
	case c == '<':
		if p.at+1 < len(p.b) && p.b[p.at+1] == '<' {
			return p.dict()
		}
		return p.hex()
	case c == '-' || c == '.' || c >= '0' && c <= '9':
		return p.number()
	case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
		return p.word()
	}
	return nil, fmt.Errorf("byte %q begins no object", p.b[p.at])
}

// op is a bare word: true and false apart, an operator of a content stream.
type op string

func (p *parser) word() (any, error) {
	from := p.at
	for p.at < len(p.b) && (p.b[p.at] >= 'A' && p.b[p.at] <= 'Z' || p.b[p.at] >= 'a' && p.b[p.at] <= 'z') {
		p.at++
	}
	switch w := string(p.b[from:p.at]); w {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return op(w), nil
	}
}

func (p *parser) name() (any, error) {
	from := p.at + 1
	for p.at++; p.at < len(p.b); p.at++ {
		c := p.b[p.at]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			break
		}
	}
	if p.at == from {
		return nil, errors.New("empty name")
	}
	return name(p.b[from:p.at]), nil
}

// number reads an integer, a real, or a reference.
func (p *parser) number() (any, error) {
	from, real := p.at, false
	for ; p.at < len(p.b); p.at++ {
		c := p.b[p.at]
		if c == '.' {
			real = true
		} else if (c < '0' || c > '9') && (c != '-' || p.at != from) {
			break
		}
	}
	text := string(p.b[from:p.at])
	if real {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("number %q", text)
		}
		return v, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("number %q", text)
	}
	if v > 0 && len(p.b)-p.at >= 4 && string(p.b[p.at:p.at+4]) == " 0 R" {
		p.at += 4
		return ref(v), nil
	}
	return v, nil
}

func (p *parser) literal() (any, error) {
	out := []byte{}
	for p.at++; p.at < len(p.b); p.at++ {
		switch c := p.b[p.at]; c {
		case ')':
			p.at++
			return out, nil
		case '(', '\r', '\n':
			return nil, fmt.Errorf("byte %q is not escaped in a string", c)
		case '\\':
			p.at++
			if p.at >= len(p.b) {
				return nil, errCut
			}
			switch e := p.b[p.at]; e {
			case '(', ')', '\\':
				out = append(out, e)
			case 'r':
				out = append(out, '\r')
			case 'n':
				out = append(out, '\n')
			default:
				return nil, fmt.Errorf("escape %q in a string", e)
			}
		default:
			out = append(out, c)
		}
	}
	return nil, errCut
}

func (p *parser) hex() (any, error) {
	from := p.at + 1
	for p.at < len(p.b) && p.b[p.at] != '>' {
		p.at++
	}
	if p.at >= len(p.b) {
		return nil, errCut
	}
	text := p.b[from:p.at]
	p.at++
	if len(text)%2 != 0 {
		return nil, errors.New("hexadecimal string of an odd length")
	}
	out := make([]byte, len(text)/2)
	for i := range out {
		v, err := strconv.ParseUint(string(text[2*i:2*i+2]), 16, 8)
		if err != nil {
			return nil, fmt.Errorf("hexadecimal string with %q", text[2*i:2*i+2])
		}
		out[i] = byte(v)
	}
	return out, nil
}

func (p *parser) array() (any, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("nested too deep")
	}
	defer func() { p.depth-- }()
	out := []any{}
	for p.at++; ; {
		p.space()
		if p.at >= len(p.b) {
			return nil, errCut
		}
		if p.b[p.at] == ']' {
			p.at++
			return out, nil
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
}

func (p *parser) dict() (any, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("nested too deep")
	}
	defer func() { p.depth-- }()
	out := dict{}
	for p.at += 2; ; {
		p.space()
		if p.at+1 >= len(p.b) {
			return nil, errCut
		}
		if p.b[p.at] == '>' && p.b[p.at+1] == '>' {
			p.at += 2
			return out, nil
		}
		k, err := p.value()
		if err != nil {
			return nil, err
		}
		key, ok := k.(name)
		if !ok {
			return nil, fmt.Errorf("dictionary key %v is no name", k)
		}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("dictionary has /%s twice", key)
		}
		v, err := p.value()
		if err != nil {
			return nil, fmt.Errorf("/%s: %w", key, err)
		}
		out[key] = v
	}
}

// only reports the first key that is not among allowed: what this package never writes has no place in its files.
func (d dict) only(allowed ...name) error {
	for k := range d {
		found := false
		for _, a := range allowed {
			found = found || a == k
		}
		if !found {
			return fmt.Errorf("unexpected /%s", k)
		}
	}
	return nil
}

// is reports whether the entry is this name.
func (d dict) is(key, value name) error {
	if v, ok := d[key].(name); !ok || v != value {
		return fmt.Errorf("/%s is %v, want /%s", key, d[key], value)
	}
	return nil
}

// num reads a number, integer or real.
func num(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
