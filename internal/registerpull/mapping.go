package registerpull

import (
	"fmt"
	"slices"

	"sohoa/internal/register"
)

// mapping makes records of JSON: each becomes a row of cells under the register's own columns.
type mapping struct {
	list    List
	fields  []string
	columns register.Mapping
}

func newMapping(k register.Kind, l List) mapping {
	m := mapping{list: l}
	for _, c := range register.Columns(k) {
		if _, ok := l.Columns[c.Field]; ok {
			m.fields = append(m.fields, c.Field)
		}
	}
	m.columns, _ = register.Map(k, m.fields) // check has seen to what must be there
	return m
}

func (m mapping) cell(field string, rec any) string { return m.list.Columns[field].cell(rec) }

// lastOf says where each code stands last among records.
func (m mapping) lastOf(records []any) map[string]int {
	at := map[string]int{}
	for i, rec := range records {
		if code := m.cell("code", rec); code != "" {
			at[code] = i
		}
	}
	return at
}

func (m mapping) given(line int, rec any) register.Given {
	g := register.Given{Line: line}
	if _, ok := rec.(map[string]any); !ok {
		g.Problems = []register.Problem{{What: "the record is no JSON object", Cure: "correct records in the configuration"}}
		return g
	}
	cells := make([]string, len(m.fields))
	for i, f := range m.fields {
		cells[i] = m.cell(f, rec)
	}
	g.Record, g.Problems = m.columns.Record(cells)
	return g
}

// bad says where in the source's answer a problem is.
func (m mapping) bad(b register.Bad, page int, records Path, all []any) Bad {
	field := m.columns.Heading(b.Column)
	out := Bad{Page: page, Record: fmt.Sprintf("%s[%d]", records, b.Line-1), Field: field, What: b.What, Cure: b.Cure}
	if v, ok := m.list.Columns[field]; ok {
		switch out.Path = v.Path.String(); {
		case v.Is != "":
			out.Path = "(set in the configuration)"
		case v.Text != "":
			out.Path = v.Each.String()
		}
	}
	if i := b.Line - 1; i >= 0 && i < len(all) && slices.Contains(m.fields, "code") {
		if code := m.cell("code", all[i]); len(code) <= 64 {
			out.Code = code
		}
	}
	return out
}
