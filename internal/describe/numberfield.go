package describe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

func (d *doc) numberFields() {
	n := d.header.number
	if n.row < 0 {
		if f, ok := d.serialNumber(); ok {
			d.add(f)
			return
		}
		if d.header.mottoScore > 0 {
			box := d.numberPlace()
			d.add(archive.Field{Name: Number, Page: d.first.ordinal, Box: box, Handwritten: !box.Empty()})
			d.symbolByRule(box)
		}
		return
	}
	f := archive.Field{Name: Number, Page: d.first.ordinal, Box: n.gap}
	if laid := d.laidDigits(n.gap); laid != "" {
		f.Value, f.Source, f.Confidence, f.Asked = laid, FromLaid, 0.95, true
	} else if v, conf := d.printedNumber(); v != "" {
		f.Value, f.Confidence = v, conf
	} else {
		f.Handwritten = true
	}
	f.Printed = n.written
	d.add(f)

	if n.symbol == "" {
		d.symbolByRule(n.gap)
		return
	}
	mended := d.mendSymbol()
	conf := d.symbolConfidence()
	if mended {
		conf = min(conf, 0.8)
	}
	n = d.header.number
	d.add(archive.Field{Name: Symbol, Value: n.symbol, Printed: textOf(n.symbolAt), Confidence: conf, Page: d.first.ordinal, Box: boxOf(n.symbolAt)})
	if f.Value != "" {
		d.add(archive.Field{
			Name: NumberSymbol, Value: f.Value + "/" + n.symbol, Confidence: min(conf, f.Confidence), Source: f.Source, Asked: f.Asked,
			Page: d.first.ordinal, Box: n.gap.Union(boxOf(n.symbolAt)),
		})
	}
}

// mendSymbol mends the type within a symbol by the printed type, where one letter of it was misread (Tr-SNV on a Tờ trình).
func (d *doc) mendSymbol() bool {
	n := &d.header.number
	ty, ok := dossier.TypeNamed(d.head.kind)
	head, rest, two := strings.Cut(n.symbol, "-")
	if !ok || !two || ty.Abbreviation == "" || head == ty.Abbreviation || len([]rune(ty.Abbreviation)) < 2 {
		return false
	}
	if distance([]rune(head), []rune(ty.Abbreviation)) != 1 || len([]rune(head)) < 2 {
		return false
	}
	n.symbol = ty.Abbreviation + "-" + rest
	return true
}

// numberPlace is where the number stands when nothing of its line was read: left of the date, under the agency.
func (d *doc) numberPlace() page.Box {
	h := d.header
	if !h.hasAgent || h.split == 0 || h.date.row <= h.motto.row || h.motto.row < 0 || len(h.date.words) == 0 {
		return page.Box{}
	}
	agency := boxOf(h.agency[len(h.agency)-1])
	date := boxOf(h.date.words)
	pad := int(0.5 * d.first.size)
	b := page.Box{X0: max(0, agency.X0-2*pad), X1: int(h.split), Y0: max(agency.Y1, date.Y0-pad), Y1: date.Y1 + pad}
	if b.Empty() {
		return page.Box{}
	}
	return b
}

// symbolByRule offers the symbol that type and agency would make, where it could not be read: a decision of a people's
// committee is QĐ-UBND. It is asked, always.
func (d *doc) symbolByRule(box page.Box) {
	f := archive.Field{Name: Symbol, Page: d.first.ordinal, Box: box}
	if ty, ok := dossier.TypeNamed(d.head.kind); ok && ty.Abbreviation != "" && bearsSubject(ty.Name) && d.header.hasAgent {
		issuer := textOf(d.header.agency[d.header.issuer])
		var lines []string
		for _, l := range d.header.agency[d.header.issuer:] {
			lines = append(lines, textOf(l))
		}
		plain := fold.Plain(issuer)
		short := ""
		switch {
		case strings.HasPrefix(plain, "uy ban nhan dan"), strings.HasPrefix(plain, "ubnd"):
			short = "UBND"
		case strings.HasPrefix(plain, "hoi dong nhan dan"):
			short = "HĐND"
		case strings.HasPrefix(plain, "so "):
			short = initials(strings.Join(lines, " "))
		}
		if short != "" {
			f.Value, f.Confidence, f.Source = ty.Abbreviation+"-"+short, 0.6, FromRule
		}
	}
	d.add(f)
}

// serialNumber finds the printed number of a form that has no symbol: "Số: 4255404" at the top.
func (d *doc) serialNumber() (archive.Field, bool) {
	s := d.first
	for k := range s.rowsAbove(0.45 * s.h) {
		ws := s.rows[k].words
		for i := 0; i+1 < len(ws); i++ {
			t := strings.Trim(ws[i+1].Text, ".,;")
			if skeletonWord(ws[i].Text) != "so" || !strings.HasSuffix(ws[i].Text, ":") || len(t) < 5 || len(t) > 9 || strings.Trim(t, "0123456789") != "" {
				continue
			}
			if ws[i+1].Confidence < 80 || i+2 < len(ws) && ws[i+2].x0-ws[i+1].x1 < s.size {
				continue
			}
			return archive.Field{Name: Number, Value: t, Printed: ws[i+1].Text, Confidence: 0.9 * ws[i+1].Confidence / 100, Page: s.ordinal, Box: ws[i+1].Box}, true
		}
	}
	for _, s := range d.sheets { // a notary's or registrar's number, written into the form
		at := s.seekLabel([]string{"so", "chung", "thuc"})
		if at.row < 0 {
			continue
		}
		r := s.rows[at.row]
		f := archive.Field{Name: Number, Handwritten: true, Page: s.ordinal}
		after := r.words[at.to:]
		for len(after) > 0 && letterCount(after[0].Text) < 3 {
			after = after[1:]
		}
		f.Box = gapBox(r, r.words[at.from:at.to], after)
		if f.Box.Empty() {
			w := r.words[at.to-1]
			f.Box = page.Box{X0: w.Box.X1, X1: w.Box.X1 + int(4*s.size), Y0: w.Box.Y0, Y1: w.Box.Y1}
		}
		return f, true
	}
	return archive.Field{}, false
}

// symbolConfidence weighs what else on the paper says the same: the printed type, the agency's initials, the clerk's marks
// among the recipients, the same symbol in the text.
func (d *doc) symbolConfidence() float64 {
	n := d.header.number
	conf := 0.45 + 0.15*confidenceOf(n.symbolAt)
	if !n.labelled {
		conf -= 0.1
	}
	parts := strings.Split(n.symbol, "-")
	abbr := dossier.SymbolType(n.symbol)
	ty, _ := dossier.TypeOf(abbr)
	switch {
	case abbr != "" && ty.Name == d.head.kind:
		conf += 0.25
		parts = parts[1:]
	case abbr != "":
		conf += 0.05
		parts = parts[1:]
	case d.head.kindRow < 0 && d.head.letterLike:
		conf += 0.1
	}
	if len(parts) == 0 {
		return conf
	}
	vouched := 0
	for _, p := range parts {
		if d.knowsPart(p) {
			vouched++
		}
	}
	return conf + (0.985-conf)*float64(vouched)/float64(len(parts))
}

// knowsPart reports whether the paper vouches for a part of its symbol.
func (d *doc) knowsPart(part string) bool {
	if part == "UBND" || part == "HĐND" {
		return true
	}
	for _, l := range d.header.agency {
		if in := initials(textOf(l)); len(part) >= 2 && (in == part || strings.HasPrefix(in, part)) {
			return true
		}
	}
	if d.header.hasAgent {
		var all []string
		for _, l := range d.header.agency[d.header.issuer:] {
			all = append(all, textOf(l))
		}
		if in := initials(strings.Join(all, " ")); len(part) >= 2 && strings.HasPrefix(in, part) {
			return true
		}
	}
	for _, r := range d.sig.recipients {
		for _, w := range strings.FieldsFunc(r, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if w == part || len(part) >= 3 && strings.HasPrefix(w, part) {
				return true
			}
		}
	}
	for _, s := range d.sheets {
		for k, r := range s.rows {
			if s == d.first && k == d.header.number.row {
				continue
			}
			for _, f := range dossier.FindNumbers(r.text()) {
				for p := range strings.SplitSeq(f.Value.Symbol, "-") {
					if p == part {
						return true
					}
				}
			}
		}
	}
	return false
}

// initials abbreviates an agency as symbols do: SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG is STNMT.
func initials(name string) string {
	var b strings.Builder
	for _, t := range fold.Tokens(name) {
		if t.Plain == "va" || t.Plain == "cua" || t.Plain == "cac" {
			continue
		}
		r, _ := utf8.DecodeRuneInString(t.Accented)
		if r != 'đ' {
			r = rune(t.Plain[0])
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// laidDigits gives the digits that a signature laid over the box, empty when there are none.
func (d *doc) laidDigits(box page.Box) string {
	if box.Empty() {
		return ""
	}
	pad := int(d.first.size)
	box = d.first.back(box)
	for _, l := range d.first.result.Laid {
		for _, w := range l.Words {
			cx, cy := (w.Box.X0+w.Box.X1)/2, (w.Box.Y0+w.Box.Y1)/2
			if cx < box.X0-pad/2 || cx > box.X1+pad/2 || cy < box.Y0-pad/3 || cy > box.Y1+pad/3 {
				continue
			}
			t := strings.Trim(w.Text, ".,;: ")
			if len(t) > 0 && len(t) <= 6 && strings.Trim(t, "0123456789") == "" {
				return t
			}
		}
	}
	return ""
}

// printedNumber gives the number where it is printed: its digits are read surely and stand as printed digits do. A number
// written by hand is never read, however sure the engine is: engines are sure of the wrong digit too.
func (d *doc) printedNumber() (string, float64) {
	n := d.header.number
	if !d.handFree() {
		return "", 0
	}
	v := strings.TrimLeft(n.written, " /:.")
	if v == "" || len(v) > 6 || strings.Trim(v, "0123456789") != "" {
		return "", 0
	}
	return v, 0.35 + 0.6*confidenceOf(n.digits)
}

// handFree reports whether number and day are printed: both read as digits, surely, and set as print sets them.
func (d *doc) handFree() bool {
	if d.first.result.Source == page.Embedded {
		return true
	}
	t, s := d.header.date, d.first
	if t.row < 0 { // certificates have their date above the signature
		t, s = d.lateDate()
	}
	return d.numberIsPrinted() && t.row >= 0 && d.dayIsPrinted(s, t)
}

// numberIsPrinted reports whether the number is set without a blank before the slash, so that the engine reads one word, or is
// followed by no slash at all.
func (d *doc) numberIsPrinted() bool {
	n := d.header.number
	if n.row < 0 || len(n.digits) == 0 || len(n.symbolAt) == 0 {
		return false
	}
	for _, w := range n.digits {
		if w.Confidence < 85 {
			return false
		}
	}
	return n.digits[len(n.digits)-1].Box == n.symbolAt[0].Box
}
