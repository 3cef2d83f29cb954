package describe

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// Hints are what is known about a paper beside its pages. The zero value is no hint.
type Hints struct {
	Name  string   // the file's name as sent; only codes are taken from it
	Units []string // names of the units that issue papers, as the register writes them
}

// Fields describes one document from the results of its pages, in order. It never fails: what is not found is left out, or
// given without value where a paper of its kind must have it, so that a person is asked.
func Fields(pages []page.Result, hints Hints) []archive.Field {
	d := newDoc(pages, hints)
	if len(d.sheets) == 0 {
		return d.counts(nil)
	}
	return d.fields()
}

// A document is described from its first and last pages; in between stands nothing that describes it. This bounds time and
// memory for files of thousands of pages.
const (
	firstPages = 250
	lastPages  = 20
)

// doc is a document while it is described.
type doc struct {
	pages  []page.Result
	hints  Hints
	sheets []*sheet // of pages with text
	parts  []Part
	first  *sheet
	header header
	head   heading
	sig    signature
	// contexts counts how the paper writes words beside their neighbours; made when first asked for.
	contexts map[string]map[string]float64
	out      []archive.Field
}

func newDoc(pages []page.Result, hints Hints) *doc {
	d := &doc{pages: pages, hints: hints}
	for i := range pages {
		if i >= firstPages && i < len(pages)-lastPages {
			continue
		}
		if pages[i].Kind == page.Text && len(pages[i].Lines) > 0 {
			d.sheets = append(d.sheets, newSheet(i+1, &pages[i]))
		}
	}
	if len(d.sheets) == 0 {
		return d
	}
	d.parts = partsOf(d.sheets, len(pages))
	d.first = d.sheets[0]
	for _, s := range d.sheets { // a cover or a receipt may lie on top: begin with the first page that looks like one
		if s.ordinal == d.parts[0].From {
			d.first = s
		}
	}
	d.header = findHeader(d.first)
	d.head = findHeading(d.first, d.header)
	d.findSignature()
	return d
}

// findSignature takes the best block on the pages of the main part, the last page first.
func (d *doc) findSignature() {
	head := ""
	if d.header.hasAgent {
		head = headOf(textOf(d.header.agency[d.header.issuer]))
	}
	best := -1.0
	for i := len(d.sheets) - 1; i >= 0; i-- {
		s := d.sheets[i]
		if s.ordinal < d.parts[0].From || s.ordinal > d.parts[0].To {
			continue
		}
		sig := findSignature(s, head)
		if !sig.found {
			continue
		}
		score := 1.5*sig.titleScore + sig.nameScore
		if len(sig.recipients) > 0 {
			score += 0.5
		}
		if score > best {
			best, d.sig = score, sig
		}
	}
}

func (d *doc) add(f archive.Field) {
	f.Confidence = math.Round(max(0, min(0.999, f.Confidence))*1000) / 1000
	if f.Source == "" {
		f.Source = FromText
	}
	for _, s := range d.sheets {
		if s.ordinal == f.Page {
			f.Box = s.back(f.Box)
		}
	}
	if f.Value == "" || f.Confidence < AskBelow {
		f.Asked = true
	}
	d.out = append(d.out, f)
}

func (d *doc) fields() []archive.Field {
	d.agencyFields()
	d.numberFields()
	d.typeField()
	d.dateFields()
	d.subjectField()
	d.signatureFields()
	d.codeFields()
	d.labelledFields()
	d.partFields()
	return d.counts(d.out)
}

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
	return d.numberIsPrinted() && d.header.date.row >= 0 && d.dayIsPrinted(d.first, d.header.date)
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

// dayIsPrinted reports whether the day is a word of two digits that stands as the year beside it does: as high, on the same
// line, as close. Handwriting fails one of these even where the engine is sure of it.
func (d *doc) dayIsPrinted(s *sheet, t dateLine) bool {
	if s.result.Source == page.Embedded || t.figures && confidenceOf(t.words) > 0.85 {
		return true
	}
	if t.day == "" || len(t.dayWords) != 1 {
		return false
	}
	day := t.dayWords[0]
	core := strings.Trim(day.Text, ",.;")
	if core != t.day || len(core) != 2 && day.x1-day.x0 > s.size || day.Confidence < 85 {
		return false
	}
	var year *word
	for i := range t.words {
		if strings.Contains(t.words[i].Text, t.year) {
			year = &t.words[i]
		}
	}
	if year == nil {
		return false
	}
	h, yh := day.y1-day.y0, year.y1-year.y0
	slack := 0.2 * yh
	if len([]rune(year.Text)) > 4 {
		slack = 0.35 * yh // a comma hangs below the year
	}
	perDigit, yearDigit := (day.x1-day.x0)/float64(len(core)), (year.x1-year.x0)/float64(max(4, len([]rune(year.Text))))
	return math.Abs(h-yh) <= slack && math.Abs(day.y1-year.y1) <= slack && math.Abs(perDigit-yearDigit) <= 0.3*yearDigit
}

func (d *doc) typeField() {
	g, n := d.head, d.header.number
	if g.kindRow >= 0 {
		conf := 0.4*g.kindScore + 0.3*confidenceOf(g.kindWords) + 0.25
		if ty, ok := dossier.TypeOf(dossier.SymbolType(n.symbol)); ok {
			if ty.Name == g.kind {
				conf += 0.1
			} else {
				conf -= 0.2
			}
		}
		if g.kindScore < 0.93 {
			conf = min(conf, 0.85) // no known type: as printed, or the nearest one
		}
		d.add(archive.Field{Name: Type, Value: g.kind, Printed: textOf(g.kindWords), Confidence: conf, Page: d.first.ordinal, Box: boxOf(g.kindWords)})
		return
	}
	if name := d.kindByContent(); name != "" {
		d.add(archive.Field{Name: Type, Value: name, Confidence: 0.75, Source: FromRule, Page: d.first.ordinal})
		return
	}
	if ty, ok := dossier.TypeOf(dossier.SymbolType(n.symbol)); ok {
		d.add(archive.Field{Name: Type, Value: ty.Name, Confidence: 0.8, Source: FromRule, Page: d.first.ordinal, Box: boxOf(n.symbolAt)})
		return
	}
	if g.letterLike || dossier.OfficialLetter(n.symbol) {
		conf := 0.6
		if g.letterLike {
			conf += 0.2
		}
		if dossier.OfficialLetter(n.symbol) {
			conf += 0.18
		}
		d.add(archive.Field{Name: Type, Value: dossier.OfficialLetterName, Confidence: conf, Source: FromRule, Page: d.first.ordinal, Box: boxOf(n.symbolAt)})
		return
	}
	d.add(archive.Field{Name: Type, Page: d.first.ordinal})
}

func (d *doc) dateFields() {
	t, s := d.header.date, d.first
	if t.row < 0 {
		t, s = d.lateDate()
	}
	if t.row < 0 {
		if d.header.mottoScore > 0 {
			d.add(archive.Field{Name: Date, Page: d.first.ordinal})
		}
		return
	}
	f := archive.Field{Name: Date, Printed: textOf(t.words), Page: s.ordinal, Box: boxOf(t.words)}
	day, source, hand := "", FromText, false
	if laid := laidIn(s, t.gap, d); laid != "" {
		day, source = laid, FromLaid
	} else if d.dayIsPrinted(s, t) && (s != d.first || t.row != d.header.date.row || d.header.number.row < 0 || d.numberIsPrinted()) {
		// Who writes the number by hand writes the day too.
		day = t.day
	} else {
		hand = true
	}
	conf := 0.3 + 0.65*confidenceOf(withoutDay(t))
	if !t.clean {
		conf *= 0.75
	}
	if year, err := strconv.Atoi(t.year); err == nil && d.latestYearCited() > year {
		conf *= 0.6 // a paper seldom cites what is yet to come
	}
	if t.year != "" && t.month != "" {
		f.Value = t.year + "-" + pad2(t.month)
		if day != "" {
			f.Value += "-" + pad2(day)
		}
		f.Confidence = conf
	}
	f.Source, f.Handwritten = source, hand
	f.Asked = hand || source == FromLaid
	d.add(f)
	if hand {
		d.add(archive.Field{Name: Day, Page: s.ordinal, Box: t.gap, Handwritten: true, Printed: textOf(t.dayWords)})
	}
	d.placeField(t, s)
}

func (d *doc) placeField(t dateLine, s *sheet) {
	f := archive.Field{Name: Place, Printed: textOf(t.place), Page: s.ordinal, Box: boxOf(t.place)}
	for len(t.place) > 0 && skeletonWord(t.place[0].Text) == "" {
		t.place = t.place[1:]
	}
	f.Value = strings.Trim(fold.Tones(textOf(t.place)), " ,.;:'`")
	f.Confidence = 0.3 + 0.6*confidenceOf(t.place)
	agency := agencyPlace(value(d.out, Agency))
	f.Value = d.mendName(f.Value)
	plain := fold.Plain(f.Value)
	switch best, sc := nearest(f.Value, provinces()); {
	case sc == 1:
		f.Value, f.Confidence = best, max(f.Confidence, 0.97)
	case plain != "" && plain == d.superiorPlace():
		f.Confidence = max(f.Confidence, 0.96)
	case agency != "" && plain == fold.Plain(agency):
		f.Value, f.Confidence = agency, max(f.Confidence, 0.96) // read twice
	case agency != "" && strings.HasPrefix(fold.Plain(agency), plain):
		f.Value, f.Confidence, f.Source = agency, 0.75, FromRule // read in part
	case sc > 0.86:
		f.Confidence = min(f.Confidence, 0.8) // one letter off a province: misread, or a commune
	}
	d.add(f)
}

// superiorPlace is the place of the agency above, folded plain: a department's letterhead names its province there.
func (d *doc) superiorPlace() string {
	var lines []string
	for _, l := range d.header.agency[:min(d.header.issuer, len(d.header.agency))] {
		lines = append(lines, textOf(l))
	}
	if len(lines) == 0 {
		return ""
	}
	name, _ := agencyName(lines, nil)
	return fold.Plain(agencyPlace(name))
}

func value(fields []archive.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// agencyPlace gives the place an agency's name ends with: what follows its last level word.
func agencyPlace(name string) string {
	at, n := -1, 0
	for _, l := range levels() {
		if i := strings.LastIndex(name, " "+l+" "); i >= 0 && i >= at {
			at, n = i, len(l)+2
		}
	}
	if at < 0 {
		return ""
	}
	return name[at+n:]
}

// latestYearCited is the latest year of a document cited with number and date in the main part; 0 without one. Deadlines, which
// may lie ahead, are not meant.
func (d *doc) latestYearCited() int {
	latest := 0
	for _, s := range d.sheets {
		if s.ordinal > d.parts[0].To {
			break
		}
		for k, r := range s.rows {
			if s == d.first && k == d.header.date.row {
				continue
			}
			for _, m := range citedRule().FindAllStringSubmatch(r.text(), -1) {
				if y, err := strconv.Atoi(m[1]); err == nil && y < 2100 {
					latest = max(latest, y)
				}
			}
		}
	}
	return latest
}

// citedRule finds the date of a cited document: behind its number and symbol.
//
//nolint:gochecknoglobals // a constant in all but syntax
var citedRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/\p{Lu}[\p{L}0-9-]* ngày [0-3]?[0-9](?:/| tháng )[01]?[0-9](?:/| năm )((?:19|20)[0-9]{2})\b`)
})

func laidIn(s *sheet, box page.Box, d *doc) string {
	if s != d.first {
		return ""
	}
	v := d.laidDigits(box)
	if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 31 {
		return ""
	}
	return v
}

func withoutDay(t dateLine) []word {
	var out []word
	for _, w := range t.words {
		skip := false
		for _, x := range t.dayWords {
			skip = skip || x.Box == w.Box
		}
		if !skip {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return t.words
	}
	return out
}

// lateDate looks for the date above the signature, where certificates have it.
func (d *doc) lateDate() (dateLine, *sheet) {
	for _, s := range []*sheet{d.sig.sheet, d.first} {
		if s == nil {
			continue
		}
		for k := len(s.rows) - 1; k >= 0; k-- {
			r := s.rows[k]
			t, ok := readDate(r, false)
			if ok && len(t.place) > 0 && startsUpper(t.place[0].Text) && centreOf(t.words) > 0.45*s.w && t.words[len(t.words)-1].x1 >= r.x1()-1 {
				t.row = k
				return t, s
			}
		}
	}
	return d.labelledDate()
}

// labelledDate takes the date behind a label, where forms of civil status have it.
func (d *doc) labelledDate() (dateLine, *sheet) {
	for _, label := range []string{"ngay thang nam dang ky", "ngay dang ky", "dang ky lan dau", "ngay cap", "hom nay"} {
		for _, s := range d.sheets {
			at := s.seekLabel(strings.Fields(label))
			if at.row < 0 {
				continue
			}
			r := s.rows[at.row]
			text := textOf(r.words[at.to:])
			if m := figureDateRule().FindStringSubmatchIndex(text); m != nil {
				ws := span(r.words[at.to:], runeIndex(text, m[0]), runeIndex(text, m[1]))
				return dateLine{row: at.row, words: ws, dayWords: ws, day: text[m[2]:m[3]], month: text[m[4]:m[5]], year: text[m[6]:m[7]], clean: true, figures: true}, s
			}
			if t, ok := readDate(r, false); ok {
				t.row = at.row
				t.place = nil
				return t, s
			}
		}
	}
	return dateLine{row: -1}, nil
}

// figureDateRule is a date in figures alone.
//
//nolint:gochecknoglobals // a constant in all but syntax
var figureDateRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b([0-3]?[0-9])[/.-]([01]?[0-9])[/.-]((?:19|20)[0-9]{2})\b`)
})

func pad2(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return fmt.Sprintf("%02d", n)
	}
	return s
}

func (d *doc) subjectField() {
	g := d.head
	if len(g.subject) == 0 {
		if g.kindRow < 0 && !g.letterLike {
			return
		}
		if g.kindRow >= 0 && !bearsSubject(g.kind) {
			return
		}
		d.add(archive.Field{Name: Subject, Page: d.first.ordinal})
		return
	}
	mended, changed := d.mend(g.subject)
	text := subjectText(mended)
	conf := 0.2 + 0.75*confidenceOf(g.subject) - 0.03*float64(changed) - 0.1*float64(unlikely(mended))
	if g.broken {
		conf = min(conf, 0.6)
	}
	if plain := fold.Plain(text); strings.HasPrefix(plain, "ve viec") || strings.HasPrefix(plain, "v v ") {
		conf += 0.04
	}
	d.add(archive.Field{Name: Subject, Value: text, Printed: textOf(g.subject), Confidence: conf, Page: d.first.ordinal, Box: boxOf(g.subject)})
}

// unlikely counts words that cannot be Vietnamese and are no abbreviations or numbers.
func unlikely(ws []string) int {
	n := 0
	for _, w := range ws {
		p := fold.Accented(w)
		if p == "" || strings.ContainsAny(p, "0123456789 ") || capitals(w) == 1 {
			continue
		}
		if !validSyllable(p) {
			n++
		}
	}
	return n
}

func (d *doc) signatureFields() {
	sig := d.sig
	if !sig.found {
		if d.header.mottoScore > 0 {
			d.add(archive.Field{Name: SignerName})
			d.add(archive.Field{Name: SignerTitle})
		}
		return
	}
	p := sig.sheet.ordinal
	nameBox, titleBox := boxOf(sig.nameWords), boxOf(sig.titleWords)
	if nameBox.Empty() {
		nameBox = sig.namePlace()
	}
	if titleBox.Empty() {
		titleBox = sig.titlePlace()
	}
	d.add(archive.Field{Name: SignerName, Value: sig.name, Printed: textOf(sig.nameWords), Confidence: sig.nameScore * (0.4 + 0.6*confidenceOf(sig.nameWords)), Page: p, Box: nameBox})
	title := strings.Join(sig.title, " / ")
	d.add(archive.Field{Name: SignerTitle, Value: title, Printed: textOf(sig.titleWords), Confidence: sig.titleScore, Page: p, Box: titleBox})
	if len(sig.title) > 0 {
		if a, _, ok := strings.Cut(sig.title[0], "."); ok {
			d.add(archive.Field{Name: Authority, Value: a, Confidence: sig.titleScore, Page: p, Box: boxOf(sig.titleWords)})
		}
	}
	d.add(archive.Field{Name: SignaturePage, Value: strconv.Itoa(p), Confidence: 0.5 + 0.45*max(sig.titleScore, sig.nameScore), Page: p})
	if len(sig.recipients) > 0 {
		d.add(archive.Field{Name: Recipients, Value: strings.Join(sig.recipients, "\n"), Confidence: confidenceOf(sig.recWords), Page: p, Box: boxOf(sig.recWords)})
	}
}

// counts adds what is counted rather than read.
func (d *doc) counts(out []archive.Field) []archive.Field {
	out = append(out, archive.Field{Name: Pages, Value: strconv.Itoa(len(d.pages)), Confidence: 0.999, Source: FromCount})
	if lang := d.language(); lang != "" {
		out = append(out, archive.Field{Name: Language, Value: lang, Confidence: 0.95, Source: FromCount})
	}
	return out
}

// language is vi where the words carry Vietnamese marks as often as Vietnamese does; empty for too few words.
func (d *doc) language() string {
	words, marked := 0, 0
	for _, s := range d.sheets {
		for _, r := range s.rows {
			for _, w := range r.words {
				if letterCount(w.Text) < 2 {
					continue
				}
				words++
				if fold.Plain(w.Text) != fold.Accented(w.Text) {
					marked++
				}
			}
		}
	}
	switch {
	case words < 8:
		return ""
	case float64(marked) > 0.35*float64(words):
		return "vi"
	case float64(marked) < 0.02*float64(words):
		return "en"
	}
	return "und"
}
