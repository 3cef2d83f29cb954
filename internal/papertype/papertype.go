package papertype

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

//go:embed types.json
var typesJSON []byte //nolint:gochecknoglobals // embedded data

// Kind says how a value is written. The zero value is free text.
type Kind string

// The kinds of values.
const (
	Text       Kind = ""
	Date       Kind = "date"       // yyyy-mm-dd, or yyyy-mm where the day is by hand
	Number     Kind = "number"     // digits
	Name       Kind = "name"       // of a person or firm: letters
	Identifier Kind = "identifier" // masked
)

// Field is what papers of a type may carry.
type Field struct {
	Name       string `json:"name"`
	Vietnamese string `json:"vi"`
	English    string `json:"en"`
	Kind       Kind   `json:"kind,omitempty"`
	Pattern    string `json:"pattern,omitempty"` // of the whole value, where one is fixed
	Required   bool   `json:"required,omitempty"`
}

// Type is a kind of paper. The zero value is one that nobody has listed.
type Type struct {
	Name      string            `json:"name"`
	Code      string            `json:"code,omitempty"`
	Retention archive.Retention `json:"retention"` // unknown: its procedure or the city says
	Fields    []Field           `json:"fields"`
}

// table is types.json, read once.
//
//nolint:gochecknoglobals // a table that never changes
var table = sync.OnceValue(func() (t struct {
	fields map[string]Field
	common []Field
	types  []Type
	keys   []string // of types, folded
	rules  map[string]*regexp.Regexp
}) {
	var in struct {
		Fields map[string]Field `json:"fields"`
		Common []string         `json:"common"`
		Types  []struct {
			Name, Code string
			Retention  archive.Retention
			Fields     []string
			Required   []string
		} `json:"types"`
	}
	if err := json.Unmarshal(typesJSON, &in); err != nil {
		panic(fmt.Sprintf("types.json: %v", err)) // its test reads it
	}
	t.fields, t.rules = in.Fields, map[string]*regexp.Regexp{}
	for name, f := range in.Fields {
		f.Name = name
		in.Fields[name] = f
		if f.Pattern != "" {
			t.rules[name] = regexp.MustCompile("^(?:" + f.Pattern + ")$")
		}
	}
	for _, name := range in.Common {
		t.common = append(t.common, in.Fields[name])
	}
	for _, x := range in.Types {
		ty := Type{Name: x.Name, Code: x.Code, Retention: x.Retention, Fields: slices.Clone(t.common)}
		for _, name := range x.Fields {
			f := in.Fields[name]
			f.Required = slices.Contains(x.Required, name)
			ty.Fields = append(ty.Fields, f)
		}
		t.types, t.keys = append(t.types, ty), append(t.keys, fold.Plain(x.Name))
	}
	return t
})

// Types lists the types in the order of the file.
func Types() []Type { return slices.Clone(table().types) }

// Of gives the type of a name as read on a paper. One that is not listed has the name and the fields that all papers have.
func Of(name string) Type {
	t := table()
	key := fold.Plain(name)
	best := -1
	for i, k := range t.keys {
		if (key == k || strings.HasPrefix(key, k+" ")) && (best < 0 || len(k) > len(t.keys[best])) {
			best = i
		}
	}
	if best < 0 {
		return Type{Name: name, Fields: slices.Clone(t.common)}
	}
	return t.types[best]
}

// Check says what is wrong with a value of a field, as what to write instead; nil for an empty one, and for fields that are not listed.
func Check(field, value string) error {
	f, ok := table().fields[field]
	if !ok || value == "" {
		return nil
	}
	if rule := table().rules[field]; rule != nil && !rule.MatchString(value) {
		return fmt.Errorf("%s is not written like that (%s)", f.English, f.Pattern)
	}
	switch f.Kind {
	case Date:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			if _, err := time.Parse("2006-01", value); err != nil {
				return fmt.Errorf("%s is not like 2024-05-23", f.English)
			}
		}
	case Number:
		if strings.Trim(value, "0123456789") != "" {
			return fmt.Errorf("%s is no number", f.English)
		}
	case Name:
		if len([]rune(value)) < 2 {
			return fmt.Errorf("%s is too short", f.English)
		}
	case Identifier:
		if !strings.Contains(value, "•") { // masked, or a tax code
			if _, err := dossier.ParseIdentifier(value); err != nil {
				return fmt.Errorf("%s: %w", f.English, err)
			}
		}
	case Text:
	}
	return nil
}

// Ask marks what a person must look at: values that are not written as their field is, and fields that a paper of the type must have and
// that were not found, which are added empty. What a person has said stays.
func Ask(fields []archive.Field) []archive.Field {
	kind := ""
	have := map[string]bool{}
	for _, f := range fields {
		if f.Name == "type" && kind == "" {
			kind = f.Value
		}
		have[f.Name] = true
	}
	out := slices.Clone(fields)
	for i, f := range out {
		if f.Source != "person" && !f.Handwritten && Check(f.Name, f.Value) != nil {
			out[i].Asked, out[i].Confidence = true, min(f.Confidence, 0.5)
		}
	}
	if kind == "" {
		return out
	}
	for _, f := range Of(kind).Fields {
		if f.Required && !have[f.Name] {
			out = append(out, archive.Field{Name: f.Name, Asked: true, Source: "rule"})
		}
	}
	return out
}
