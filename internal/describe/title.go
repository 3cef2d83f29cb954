package describe

import (
	"strings"

	"sohoa/internal/archive"
)

// Title names a document for people, from its fields: "Quyết định 123/QĐ-UBND ngày 12/3/2024: về việc …". What is not known is
// left out; a document of which nothing is known is called "Văn bản".
func Title(fields []archive.Field) string {
	v := map[string]string{}
	for _, f := range fields {
		if _, ok := v[f.Name]; !ok {
			v[f.Name] = strings.TrimSpace(f.Value)
		}
	}
	var b strings.Builder
	b.WriteString(v[Type])
	if v[Type] == "" {
		b.WriteString("Văn bản")
	}
	switch {
	case v[Number] != "" && v[Symbol] != "":
		b.WriteString(" " + v[Number] + "/" + v[Symbol])
	case v[Symbol] != "":
		b.WriteString(" …/" + v[Symbol])
	case v[Serial] != "":
		b.WriteString(" " + v[Serial])
	}
	if date := printedDate(v[Date]); date != "" {
		b.WriteString(" " + date)
	}
	switch {
	case v[Subject] != "":
		s := v[Subject]
		for _, p := range []string{"V/v ", "Về việc ", "Về "} {
			if rest, ok := strings.CutPrefix(s, p); ok {
				s = strings.ToLower(p[:1]) + p[1:] + rest
				if p == "V/v " {
					s = "về việc " + rest
				} else if p != "V/v " {
					s = "về" + strings.TrimPrefix(p, "Về") + rest
				}
				break
			}
		}
		b.WriteString(": " + s)
	case v[Holder] != "":
		b.WriteString(": " + v[Holder])
	case v[Agency] != "" && v[Number] == "":
		b.WriteString(" của " + v[Agency])
	}
	return clip(b.String(), 250)
}

// printedDate writes yyyy-mm-dd as people do here; a date without day gives month and year.
func printedDate(iso string) string {
	p := strings.Split(iso, "-")
	for i := range p {
		p[i] = strings.TrimLeft(p[i], "0")
	}
	switch len(p) {
	case 3:
		return "ngày " + p[2] + "/" + p[1] + "/" + p[0]
	case 2:
		return "tháng " + p[1] + "/" + p[0]
	}
	return ""
}

// clip cuts s after n runes, at a blank where there is one near.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	s = string(r[:n])
	if i := strings.LastIndexByte(s, ' '); i > len(s)*3/4 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:-") + "…"
}
