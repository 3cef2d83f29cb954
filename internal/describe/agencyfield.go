package describe

import (
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fold"
)

func (d *doc) agencyFields() {
	h := d.header
	if len(h.agency) == 0 || !h.hasAgent && d.head.kindRow >= 0 {
		d.inferAgency()
		return
	}
	var lines []string
	var ws []word
	for _, l := range h.agency[h.issuer:] {
		lines = append(lines, textOf(l))
		ws = append(ws, l...)
	}
	name, known := agencyName(lines, d.hints.Units)
	conf := 0.35 + 0.3*known + 0.34*confidenceOf(ws)
	if !h.hasAgent {
		conf *= 0.7
	}
	if h.motto.row < 0 {
		conf *= 0.85
	}
	if full, ok := d.completePlace(name); ok {
		name, conf = full, min(conf, 0.8)
	}
	if plain := fold.Plain(name); plain == "uy ban nhan dan" || plain == "ubnd" || plain == "hoi dong nhan dan" {
		conf = min(conf, 0.5) // whose is not read
		if full, _ := d.committee(); full != "" && plain == "uy ban nhan dan" {
			name = full
		}
	}
	if place := agencyPlace(name); place != "" {
		if best, sc := nearest(place, provinces()); sc < 1 || fold.Accented(best) != fold.Accented(place) {
			name = strings.TrimSuffix(name, place) + d.mendName(place)
		}
	}
	printed := printedAs(lines, name)
	if len(fold.Tokens(printed)) != len(fold.Tokens(name)) {
		conf = min(conf, 0.85) // a word was lost or parted
	}
	d.add(archive.Field{Name: Agency, Value: name, Printed: printed, Confidence: conf, Page: d.first.ordinal, Box: boxOf(ws)})
	d.add(archive.Field{Name: AgencyPrinted, Value: printed, Confidence: min(confidenceOf(ws), conf+0.05), Page: d.first.ordinal, Box: boxOf(ws)})
	if h.issuer > 0 {
		lines, ws = nil, nil
		for _, l := range h.agency[:h.issuer] {
			lines = append(lines, textOf(l))
			ws = append(ws, l...)
		}
		d.add(archive.Field{Name: Superior, Value: strings.Join(lines, " / "), Confidence: confidenceOf(ws), Page: d.first.ordinal, Box: boxOf(ws)})
	}
}

// completePlace completes the place of an agency's name that was read in part, by the place in the date line.
func (d *doc) completePlace(name string) (string, bool) {
	part := agencyPlace(name)
	if part == "" || len(d.header.date.place) == 0 {
		return name, false
	}
	whole, sc := nearest(textOf(d.header.date.place), provinces())
	if sc < 0.9 || !strings.HasPrefix(fold.Plain(whole), fold.Plain(part)+" ") {
		return name, false
	}
	return strings.TrimSuffix(name, part) + whole, true
}

// printedAs mends lost marks in printed lines by the name they were read as; where only the place of a tone mark differs
// the printed one stays.
func printedAs(lines []string, name string) string {
	forms := map[string]string{}
	for _, t := range fold.Tokens(name) {
		forms[t.Plain] = t.Accented
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		ws := strings.Fields(l)
		for k, w := range ws {
			if f, ok := forms[fold.Plain(w)]; ok && f != fold.Accented(w) {
				ws[k] = recase(w, f)
			}
		}
		out[i] = strings.Join(ws, " ")
	}
	return strings.Join(out, " / ")
}
