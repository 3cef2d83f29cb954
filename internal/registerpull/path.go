package registerpull

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Path is a place in a JSON value: names with dots between them, [2] for an element, [*] for all of them.
type Path struct {
	given string
	steps []step
}

// step is a name, or an element of an array when index is not notIndex.
type step struct {
	name  string
	index int
}

const (
	notIndex = -1
	allOf    = -2
)

// maxSteps bounds a path.
const maxSteps = 32

// ParsePath reads a path; an empty one is the value itself.
func ParsePath(s string) (Path, error) {
	p := Path{given: s}
	rest := strings.TrimPrefix(s, "$.")
	for first := true; rest != ""; first = false {
		if rest[0] == '[' {
			in, after, ok := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(in)
			switch {
			case !ok || in != "*" && (err != nil || n < 0 || n > 1_000_000):
				return p, fmt.Errorf("%q is no path: write a.b, a[0].b or a[*].b", s)
			case in == "*":
				n = allOf
			}
			p.steps, rest = append(p.steps, step{index: n}), after
		} else {
			if !first {
				if rest[0] != '.' {
					return p, fmt.Errorf("%q is no path: a dot is missing", s)
				}
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if end == 0 {
				return p, fmt.Errorf("%q is no path: a name is empty", s)
			}
			p.steps, rest = append(p.steps, step{rest[:end], notIndex}), rest[end:]
		}
		if len(p.steps) > maxSteps {
			return p, fmt.Errorf("a path has at most %d steps", maxSteps)
		}
	}
	return p, nil
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *Path) UnmarshalYAML(n *yaml.Node) error {
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	var err error
	*p, err = ParsePath(s)
	return err
}

func (p Path) empty() bool    { return len(p.steps) == 0 }
func (p Path) String() string { return p.given }

// all gives what lies at the path; nothing where a step leads nowhere, several with [*].
func (p Path) all(v any) []any {
	vs := []any{v}
	for _, s := range p.steps {
		var next []any
		for _, v := range vs {
			switch x := v.(type) {
			case map[string]any:
				if e, ok := x[s.name]; ok && s.index == notIndex {
					next = append(next, e)
				}
			case []any:
				switch {
				case s.index == allOf:
					next = append(next, x...)
				case s.index >= 0 && s.index < len(x):
					next = append(next, x[s.index])
				}
			}
		}
		vs = next
	}
	return vs
}

// texts gives the values at the path as cells would hold them. null is nothing.
func (p Path) texts(v any) []string {
	var out []string
	for _, e := range p.all(v) {
		if s := text(e); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (p Path) text(v any) string {
	if t := p.texts(v); len(t) > 0 {
		return t[0]
	}
	return ""
}

// text writes a JSON value as a cell: an array's elements parted by semicolons.
func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return x.String()
	case []any:
		var parts []string
		for _, e := range x {
			if s := text(e); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ";")
	}
	return "" // an object is no cell
}

// Value says where a column's value is: a path, or with more to say an object.
type Value struct {
	Path    Path              `yaml:"path"`
	Is      string            `yaml:"is"`      // the same for every record
	Values  map[string]string `yaml:"values"`  // what the other side's words are here; others pass as they are
	Default string            `yaml:"default"` // where there is nothing
	Each    Path              `yaml:"each"`    // of an array, of whose every element Text makes one value
	Text    string            `yaml:"text"`    // with {path} for what lies there in the element
	Unix    string            `yaml:"unix"`    // s or ms: the number is a time
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (c *Value) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return c.Path.UnmarshalYAML(n)
	}
	type plain Value
	if err := n.Decode((*plain)(c)); err != nil {
		return err
	}
	if c.Unix != "" && c.Unix != "s" && c.Unix != "ms" {
		return fmt.Errorf("line %d: unix is s or ms", n.Line)
	}
	_, err := c.fill(nil)
	return err
}

// cell gives the column's value of a record.
func (c Value) cell(rec any) string {
	switch {
	case c.Is != "":
		return c.Is
	case c.Text != "":
		var parts []string
		for _, e := range c.Each.all(rec) {
			if s, err := c.fill(e); err == nil && strings.Trim(s, " ()") != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ";")
	}
	var parts []string
	for _, s := range c.Path.texts(rec) {
		if to, ok := c.Values[s]; ok {
			s = to
		}
		parts = append(parts, moment(s, c.Unix))
	}
	if len(parts) == 0 {
		return c.Default
	}
	return strings.Join(parts, ";")
}

// fill puts an element's values into Text.
func (c Value) fill(e any) (string, error) {
	var b strings.Builder
	rest := c.Text
	for {
		before, after, ok := strings.Cut(rest, "{")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		name, tail, closed := strings.Cut(after, "}")
		p, err := ParsePath(name)
		if !closed || err != nil {
			return "", fmt.Errorf("text %q: {…} holds a path", c.Text)
		}
		b.WriteString(p.text(e))
		rest = tail
	}
}
