package describe

import (
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fold"
)

// inferAgency finds the issuing agency of a paper without a letterhead: behind a label, or as the people's committee whose
// name stands in the text and agrees with the signature or the place.
func (d *doc) inferAgency() {
	if f, ok := d.labelledAgency(); ok {
		d.add(f)
		return
	}
	best, conf := d.committee()
	f := archive.Field{Name: Agency, Value: best, Confidence: conf, Source: FromRule, Page: d.first.ordinal}
	if best == "" {
		f.Confidence = 0
	}
	d.add(f)
}

// committee finds the people's committee that the paper is likely to come from.
func (d *doc) committee() (name string, conf float64) {
	title := strings.Join(d.sig.title, " ")
	committee := strings.Contains(title, "ỦY BAN NHÂN DÂN") || strings.Contains(title, "CHỦ TỊCH") ||
		len(d.sig.title) == 0 && strings.HasPrefix(d.head.kind, "Giấy chứng nhận quyền sử dụng đất") // district committees gave these
	place := fold.Plain(textOf(d.header.date.place))
	if d.header.date.row < 0 {
		if t, s := d.lateDate(); s != nil {
			place = fold.Plain(textOf(t.place))
		}
	}
	votes := map[string]float64{}
	for _, m := range d.committees() {
		v := 1.0
		if place != "" && fold.Plain(agencyPlace(m)) == place {
			v += 3
		}
		votes[m] += v
	}
	conf = 0.6
	if len(votes) == 0 && committee && place != "" {
		for _, u := range d.placesNamed() { // the place with its level, from an address
			if fold.Plain(agencyPlace(" "+u)) == place {
				votes["Ủy ban nhân dân "+u]++
			}
		}
		conf = 0.5
	}
	best := ""
	for m, v := range votes {
		if v > votes[best] || v == votes[best] && m < best {
			best = m
		}
	}
	if committee {
		conf += 0.15
	}
	return best, conf
}

// labelledAgency takes the agency behind "Đơn vị thu:", "Cơ quan cấp:".
func (d *doc) labelledAgency() (archive.Field, bool) {
	for _, label := range []string{"don vi thu", "co quan thu", "co quan cap", "don vi cap", "don vi"} {
		for _, s := range d.sheets {
			at := s.seekLabel(strings.Fields(label))
			if at.row < 0 {
				continue
			}
			ws := s.uptoNextLabel(s.rows[at.row].words[at.to:])
			for i := 1; i < len(ws); i++ { // the name ends where the next column begins
				if ws[i].x0-ws[i-1].x1 > 1.1*s.size {
					ws = ws[:i]
				}
			}
			text := strings.Trim(textOf(ws), " :.,;")
			if !beginsAgency(text) {
				continue
			}
			name, _ := agencyName([]string{text}, d.hints.Units)
			if capitals(text) < 0.6 {
				name = firstUpper(fold.Tones(text)) // in running case already: names of its own are large
				for _, head := range []string{"Ủy ban nhân dân", "Hội đồng nhân dân"} {
					if n := len([]rune(head)); strings.HasPrefix(fold.Plain(name), fold.Plain(head)) && len([]rune(name)) > n {
						name = head + string([]rune(name)[n:])
					}
				}
			}
			return archive.Field{Name: Agency, Value: name, Printed: text, Confidence: 0.25 + 0.65*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)}, true
		}
	}
	return archive.Field{}, false
}

// committees lists the people's committees that the text names with level and place, in running case.
func (d *doc) committees() []string {
	var out []string
	for _, m := range d.mentions([]string{"uy", "ban", "nhan", "dan"}) {
		out = append(out, "Ủy ban nhân dân "+m)
	}
	return out
}

// placesNamed lists places with their level ("thị xã Tân Thạnh") in the text.
func (d *doc) placesNamed() []string { return d.mentions(nil) }

// mentions finds "<head> <level> <Name>" in the running text of the main part and gives level and name.
func (d *doc) mentions(head []string) []string {
	var out []string
	for _, s := range d.sheets {
		if s.ordinal > d.parts[0].To {
			break
		}
		var ws []word
		for _, r := range s.rows {
			ws = append(ws, r.words...)
		}
		plain := make([]string, len(ws))
		for i, w := range ws {
			plain[i] = skeletonWord(w.Text)
		}
		for i := range ws {
			at := i + len(head)
			if at >= len(ws) || !slices.Equal(plain[i:at], head) {
				continue
			}
			level, _ := phraseAt(plain[at:], levelEntries(), 1)
			if level.words == 0 || startsUpper(ws[at].Text) && capitals(ws[at].Text) == 1 {
				continue
			}
			name := properName(ws[at+level.words:])
			if name != "" {
				out = append(out, level.text+" "+name)
			}
		}
	}
	return out
}

// properName takes the words of a place's name: large first letters, up to a sign that ends it.
func properName(ws []word) string {
	var out []string
	for _, w := range ws {
		if len(out) == 4 || !startsUpper(w.Text) {
			break
		}
		t := strings.TrimRight(w.Text, ",.;:)")
		out = append(out, fold.Tones(t))
		if t != w.Text {
			break
		}
	}
	return strings.Join(out, " ")
}
