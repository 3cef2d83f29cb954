package describe

import (
	"math"
	"regexp"
	"strings"
	"sync"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

const (
	mottoFirst  = "cong hoa xa hoi chu nghia viet nam"
	mottoSecond = "doc lap tu do hanh phuc"
)

// header is what the top of a first page holds.
type header struct {
	motto      window  // row -1 when not found
	mottoScore float64 // 0–1
	split      float64 // x left of which the agency's column lies; 0 without one
	foot       int     // row after the letterhead

	agency   [][]word // printed lines, superior first
	issuer   int      // index in agency of the first line of the issuing agency
	number   numberLine
	date     dateLine
	hasAgent bool
}

// numberLine is "Số: 12/QĐ-UBND" as found.
type numberLine struct {
	row      int // -1 when not found
	symbol   string
	symbolAt []word
	digits   []word   // words of what stands between Số and the slash
	written  string   // the same, as text
	gap      page.Box // where the number is written
	labelled bool     // "Số" was read
}

// dateLine is "Quảng Ngãi, ngày 03 tháng 02 năm 2025" as found.
type dateLine struct {
	row              int // -1 when not found
	place            []word
	day, month, year string // digits, empty when not read as such
	dayWords         []word
	words            []word
	gap              page.Box // where the day is written
	clean            bool     // month and year were read without mending
	figures          bool     // 12/09/2022 behind a label
}

// Number, date and symbol patterns work on skeletons (see match.go).
//
//nolint:gochecknoglobals // constants in all but syntax
var (
	dateRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`ng[a-z?]y([^a-z].{0,6}?|.{0,4}?)\s*th[a-z?]ng\s*(.{0,5}?)\s*n[a-z?]m\s*([0-9oilz]{4})`)
	})
	// The engine drops words it is unsure of, those beside handwriting first: "ngày 12 năm 2021", "tháng 12 năm 2021".
	dateNoMonthRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`ng[a-z?]y(.{0,5}?)\s+([01]?[0-9])\s*n[a-z?]m\s*((?:19|20)[0-9]{2})`)
	})
	dateNoDayRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`((?:^|[ ,]).{0,3}?)\s*th[a-z?]ng\s*(.{0,5}?)\s*n[a-z?]m\s*([0-9oilz]{4})`)
	})
	slashDateRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`ng[a-z?]y\s*([0-3]?[0-9])[/.-]([01]?[0-9])[/.-]((?:19|20)[0-9]{2})`)
	})
	shortSymbolRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:/\s*([A-ZĐÐ][A-Za-zĐđÐ]{1,9})|[/ ]\s*((?:19|20)[0-9]{2}))\s*$`)
	})
	labelRule  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[^a-z0-9]*[s5?][o0](?:$|[^a-z])`) })
	symbolRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([A-ZĐÐ][A-Za-zĐđÐ]{0,9})\s?[-–—]{1,2}\s?([A-ZĐÐỦ0-9s][A-Za-zĐđÐ0-9&.]{0,15}(?:\s?[-–—]{1,2}\s?[A-ZĐÐ0-9][A-Za-zĐđÐ0-9&.]{0,15}){0,3})`)
	})
)

// findHeader reads the letterhead of a page.
func findHeader(s *sheet) header {
	h := header{motto: window{row: -1}, number: numberLine{row: -1}, date: dateLine{row: -1}}
	limit := s.rowsAbove(0.45 * s.h)
	m1 := s.seek(mottoFirst, 0, limit)
	if m1.score >= 0.62 {
		h.motto, h.mottoScore = m1, m1.score
		h.split = s.rows[m1.row].words[m1.from].x0 - 0.3*s.size
	}
	if m2 := s.seek(mottoSecond, 0, limit); m2.score >= 0.62 {
		ws := s.rows[m2.row].words[m2.from:m2.to]
		h.mottoScore = max(h.mottoScore, m2.score)
		if h.motto.row < 0 {
			h.motto = m2
			h.split = ws[0].x0 - 0.16*(ws[len(ws)-1].x1-ws[0].x0) - 0.3*s.size
		}
	}
	h.findDate(s, limit)
	h.findNumber(s, limit)
	h.findAgency(s)
	h.foot = max(h.foot, h.number.row+1, h.date.row+1, h.motto.row+1)
	return h
}

func (s *sheet) rowsAbove(y float64) int {
	for k, r := range s.rows {
		if r.base > y {
			return k
		}
	}
	return len(s.rows)
}

// findDate looks for the date line: under the motto, or anywhere at the top without one.
func (h *header) findDate(s *sheet, limit int) {
	from := 0
	if h.motto.row >= 0 {
		from = h.motto.row
		limit = min(len(s.rows), max(limit, h.motto.row+6))
	}
	for k := from; k < limit; k++ {
		if d, ok := readDate(s.rows[k], true); ok {
			d.row = k
			h.date = d
			return
		}
		if h.motto.row >= 0 && s.rows[k].base > s.rows[h.motto.row].base+0.2*s.h {
			return
		}
	}
}

// span maps a match over the text of words back to the words it touches.
func span(ws []word, from, to int) []word {
	at, a, b := 0, -1, -1
	for i, w := range ws {
		n := len([]rune(w.Text))
		if at < to && at+n > from {
			if a < 0 {
				a = i
			}
			b = i + 1
		}
		at += n + 1
	}
	if a < 0 {
		return nil
	}
	return ws[a:b]
}

// readDate reads a row as a date line. loose takes dates in figures too.
func readDate(r row, loose bool) (dateLine, bool) {
	text := []rune(r.text())
	sk := skeleton(text)
	clean := true
	m := dateRule().FindStringSubmatchIndex(sk)
	if m == nil {
		clean = false
		if m = dateNoMonthRule().FindStringSubmatchIndex(sk); m == nil {
			m = dateNoDayRule().FindStringSubmatchIndex(sk)
		}
	}
	if m == nil && loose {
		m = slashDateRule().FindStringSubmatchIndex(sk)
	}
	if m == nil {
		return dateLine{}, false
	}
	d := dateLine{row: -1, words: span(r.words, m[0], m[1]), clean: clean}
	d.day = digitsOf(string(text[m[2]:m[3]]), 1, 31, nil)
	d.month = digitsOf(string(text[m[4]:m[5]]), 1, 12, nil)
	if d.month == "" {
		d.month = digitsOf(sk[m[4]:m[5]], 1, 12, mendDigit)
		d.clean = false
	}
	d.year = digitsOf(sk[m[6]:m[7]], 1945, 2100, nil)
	if d.year == "" {
		d.year = digitsOf(sk[m[6]:m[7]], 1945, 2100, mendDigit)
		d.clean = false
	}
	d.dayWords = span(r.words, m[2], m[3])
	// The day stands between "ngày" and "tháng", or whatever was read of them.
	before, after := span(r.words, m[0], m[2]), span(r.words, m[3]+1, m[5])
	if len(before) == 0 {
		if place := placeBefore(r, m[4]); len(place) > 0 {
			before = place[len(place)-1:]
		}
	}
	if len(after) == 0 {
		after = span(r.words, m[4], m[5])
	}
	d.gap = gapBox(r, before, after)
	d.place = placeBefore(r, m[0])
	if len(d.place) == 0 && m[2] == m[0] {
		d.place = placeBefore(r, m[3])
	}
	return d, true
}

// digitsOf reads s as a number within bounds, mended rune by rune when mend is given; empty when it is none.
func digitsOf(s string, low, high int, mend func(rune) rune) string {
	s = strings.TrimSpace(s)
	if mend != nil {
		s = strings.Map(mend, s)
	}
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || len(s) > 4 {
			return ""
		}
		n = n*10 + int(r-'0')
	}
	if s == "" || n < low || n > high {
		return ""
	}
	return s
}

// mendDigit maps letters that recognition gives for digits.
func mendDigit(r rune) rune {
	switch r {
	case 'o', 'q', 'd':
		return '0'
	case 'i', 'l', 't', '|', '!', ']', '[', 'j':
		return '1'
	case 'z':
		return '2'
	case 's':
		return '5'
	case 'g':
		return '9'
	case 'b':
		return '6'
	}
	if r == ' ' || r == '.' || r == ',' || r == '\'' {
		return -1
	}
	return r
}

// gapBox is where something is written between two printed words: from the end of the one to the start of the other.
func gapBox(r row, before, after []word) page.Box {
	var b page.Box
	if len(before) == 0 || len(after) == 0 {
		return b
	}
	left, right := before[len(before)-1], after[0]
	pad := int(r.size * 0.45)
	b = page.Box{X0: left.Box.X1, X1: right.Box.X0, Y0: min(left.Box.Y0, right.Box.Y0) - pad, Y1: max(left.Box.Y1, right.Box.Y1) + pad}
	if b.X1-b.X0 < pad { // glued to a printed word: take that word too
		for _, w := range r.words {
			if w.Box.X0 >= left.Box.X0 && w.Box.X1 <= right.Box.X1 {
				b = b.Union(w.Box)
			}
		}
	}
	b.Y0 = max(0, b.Y0)
	b.X0 = max(0, b.X0)
	return b
}

// placeBefore takes the place that stands before "ngày": back to the widest gap, or to the number.
func placeBefore(r row, at int) []word {
	var ws []word
	pos := 0
	for _, w := range r.words {
		n := len([]rune(w.Text))
		if pos+n > at {
			break
		}
		ws = append(ws, w)
		pos += n + 1
	}
	from := len(ws)
	for from > 0 {
		w := ws[from-1]
		if strings.ContainsAny(w.Text, "/:0123456789") || letterCount(w.Text) == 0 && w.Text != "-" {
			break
		}
		if from < len(ws) && ws[from].x0-w.x1 > 1.1*r.size {
			break
		}
		if len(ws)-from >= 7 {
			break
		}
		from--
	}
	return ws[from:]
}

// findNumber looks for the line with number and symbol: left of the date, under the agency.
func (h *header) findNumber(s *sheet, limit int) {
	best := 0.0
	top := 0
	if h.motto.row >= 0 {
		top = max(0, h.motto.row-2)
	}
	for k := top; k < limit; k++ {
		r := s.rows[k]
		if h.motto.row >= 0 && r.base > s.rows[h.motto.row].base+0.2*s.h {
			break
		}
		n, score := readNumber(r, h)
		if n.row < 0 {
			continue
		}
		n.row = k
		if k == h.date.row {
			score += 0.3
		}
		if score > best {
			best, h.number = score, n
		}
	}
	if best < 0.75 {
		h.number = numberLine{row: -1}
	}
}

// readNumber reads a row as the line of number and symbol. The score says how much it looks like one.
func readNumber(r row, h *header) (numberLine, float64) {
	n := numberLine{row: -1}
	ws := r.words
	// Cut off the date, which stands on the same row in most letterheads.
	end := len(ws)
	for i, w := range ws {
		if h.split > 0 && w.x0 > h.split+0.12*(r.x1()-h.split) && i > 0 && w.x0-ws[i-1].x1 > 0.8*r.size {
			end = i
			break
		}
		if len(h.date.words) > 0 && w.Box == h.date.words[0].Box {
			end = i
			break
		}
	}
	for i := 0; i < end && len(h.date.place) > 0; i++ {
		if ws[i].Box == h.date.place[0].Box {
			end = i
		}
	}
	ws = ws[:end]
	if len(ws) == 0 {
		return n, 0
	}
	text := []rune(textOf(ws))
	sk := skeleton(text)
	score := 0.0
	label := -1 // index of the word that holds "Số"
	for i, w := range ws[:min(3, len(ws))] {
		if labelRule().MatchString(skeleton([]rune(w.Text))) && fold.Accented(w.Text) != "sở" {
			label = i
			n.labelled = true
			score += 0.5
			break
		}
	}
	if i := strings.Index(string(text), "/"); i >= 0 {
		score += 0.1
	}
	at := findSymbol(string(text))
	if at == nil && label >= 0 {
		at = shortSymbol(string(text))
	}
	if at == nil {
		// The symbol was lost, but the label stands where a number's does.
		if label != 0 || !strings.ContainsAny(ws[0].Text, ":.;") || h.split == 0 || ws[0].x0 > h.split || letterCount(string(text)) > 8 || len(ws) > 1 && len([]rune(ws[1].Text)) > 3 {
			return n, 0
		}
		w := ws[0]
		pad := int(r.size * 0.45)
		n.gap = page.Box{X0: w.Box.X1, Y0: max(0, w.Box.Y0-pad), X1: w.Box.X1 + int(3*r.size), Y1: w.Box.Y1 + pad}
		n.row = 0
		return n, score + 0.25
	}
	from, to := runeIndex(string(text), at[0]), runeIndex(string(text), at[1])
	n.symbolAt = span(ws, from, to)
	n.symbol = dossier.RepairSymbol(string(text[from:to]))
	head, _, _ := strings.Cut(n.symbol, "-")
	if _, ok := dossier.TypeOf(head); ok || head == "UBND" || head == "HĐND" {
		score += 0.4
	} else {
		score += 0.2
	}
	if from > 0 && (text[from-1] == '/' || text[from-1] == ' ') {
		score += 0.1
	}
	if h.split > 0 && n.symbolAt[0].x0 < h.split {
		score += 0.1
	}
	// What stands between the label and the symbol is the number, written or printed.
	lo := 0
	if label >= 0 {
		for _, w := range ws[:label] {
			lo += len([]rune(w.Text)) + 1
		}
		if c := strings.IndexAny(sk[lo:], ":."); c >= 0 && c <= 4 {
			lo += c + 1
		} else {
			lo += len([]rune(ws[label].Text))
		}
	}
	if end := lastDigit(text[:from]); lo < end {
		n.digits = span(ws, lo, end)
		n.written = strings.TrimSpace(string(text[lo:end]))
	} else if lo < from {
		n.written = strings.Trim(string(text[lo:from]), " /")
	}
	n.gap = numberBox(r, ws, label, n, lo, from)
	n.row = 0
	return n, score
}

// lastDigit gives the place behind the last digit of text.
func lastDigit(text []rune) int {
	for i := len(text); i > 0; i-- {
		if '0' <= text[i-1] && text[i-1] <= '9' {
			return i
		}
	}
	return 0
}

// numberBox is where the number stands: right of "Số:", left of the slash.
func numberBox(r row, ws []word, label int, n numberLine, lo, from int) page.Box {
	sym := n.symbolAt[0]
	pad := int(r.size * 0.45)
	b := page.Box{X0: sym.Box.X0 - int(3.2*r.size), X1: sym.Box.X0, Y0: sym.Box.Y0 - pad, Y1: sym.Box.Y1 + pad}
	// The symbol's word may begin with the number itself: 84/QĐ-UBND.
	pos := 0
	for _, w := range ws {
		k := len([]rune(w.Text))
		if pos < from && pos+k > from {
			cut := float64(from-pos) / float64(k)
			b.X1 = w.Box.X0 + int(cut*float64(w.Box.X1-w.Box.X0))
		}
		pos += k + 1
	}
	if label >= 0 {
		w := ws[label]
		start := 0
		for _, x := range ws[:label] {
			start += len([]rune(x.Text)) + 1
		}
		b.X0 = w.Box.X1
		if k := len([]rune(w.Text)); lo < start+k { // glued: Số:84
			b.X0 = w.Box.X0 + int(float64(lo-start)/float64(k)*float64(w.Box.X1-w.Box.X0))
		}
	}
	if b.X1-b.X0 < pad {
		b.X1 = b.X0 + int(2*r.size)
	}
	b.X0, b.Y0 = max(0, b.X0), max(0, b.Y0)
	return b
}

// findSymbol finds a symbol in the text of a number line: the first run of capitals joined by hyphens.
func findSymbol(text string) []int {
	best := -1
	var at []int
	for _, m := range symbolRule().FindAllStringSubmatchIndex(text, -1) {
		head := dossier.RepairSymbol(text[m[0]:m[1]])
		h, _, _ := strings.Cut(head, "-")
		score := 1
		if _, ok := dossier.TypeOf(h); ok || h == "UBND" || h == "HĐND" {
			score = 2
		}
		if score > best {
			best, at = score, m[:2]
		}
	}
	return at
}

// shortSymbol finds a symbol of one part behind a slash: a type (52/GPXD), or the year that books of civil status count by.
func shortSymbol(text string) []int {
	m := shortSymbolRule().FindStringSubmatchIndex(text)
	if m == nil {
		return nil
	}
	if m[2] < 0 {
		return m[4:6]
	}
	if _, ok := dossier.TypeOf(dossier.RepairSymbol(text[m[2]:m[3]])); !ok && capitals(text[m[2]:m[3]]) < 1 {
		return nil
	}
	return m[2:4]
}

func runeIndex(s string, byteIndex int) int { return len([]rune(s[:byteIndex])) }

// findAgency takes the printed lines of the agency: capitals left of the motto, above the number.
func (h *header) findAgency(s *sheet) {
	if len(s.rows) == 0 {
		return
	}
	bottom := min(len(s.rows), s.rowsAbove(0.3*s.h))
	switch {
	case h.number.row >= 0:
		bottom = h.number.row
	case h.date.row >= 0:
		bottom = h.date.row
	case h.motto.row >= 0:
		bottom = min(bottom, h.motto.row+4)
	}
	top := 0
	if h.motto.row >= 0 {
		for top < h.motto.row && s.rows[top].base < s.rows[h.motto.row].base-4*s.size {
			top++
		}
	}
	split := h.split
	if split == 0 {
		split = 0.45 * s.w
	}
	centred := h.motto.row >= 0 && math.Abs(centreOf(s.rows[h.motto.row].words[h.motto.from:h.motto.to])-s.w/2) < 0.06*s.w
	middle, stamped := h.pastStamp(s, split)
	for k := top; k < bottom; k++ {
		var ws []word
		for _, w := range s.rows[k].words {
			// A certificate has the motto in the middle, and its agency below it.
			if (w.x0+w.x1)/2 < split || centred && k > h.motto.row+1 {
				ws = append(ws, w)
			}
		}
		if stamped {
			ws = suffixAt(ws, middle, 0.06*s.w)
		}
		line := cleanCapitals(ws)
		if len(line) == 0 {
			continue
		}
		if strings.ContainsAny(textOf(line), "/0123456789") {
			break
		}
		_, isType := typeLine(textOf(line))
		if _, whole := typeLine(s.rows[k].text()); isType || whole {
			break
		}
		if centred && len(h.agency) == 0 && !beginsAgency(textOf(line)) {
			continue
		}
		h.agency = append(h.agency, line)
	}
	// The last line that begins an agency begins the issuing one.
	for i, l := range h.agency {
		if beginsAgency(textOf(l)) {
			h.issuer, h.hasAgent = i, true
		}
	}
}

// pastStamp finds the middle of the agency's column where the stamp of incoming mail stands beside it, on the same rows: from
// the head of the agency's name beside the motto. false means that there is no stamp.
func (h *header) pastStamp(s *sheet, split float64) (middle float64, stamped bool) {
	if h.motto.row < 0 {
		return 0, false
	}
	last := min(len(s.rows), h.motto.row+3)
	for k := max(0, h.motto.row-4); k < min(len(s.rows), h.motto.row+5) && !stamped; k++ {
		for _, w := range s.rows[k].words {
			if t := fold.Accented(w.Text); w.x1 < 0.7*split && (t == "đến" || t == "chuyển" || t == "ngày" && strings.HasSuffix(w.Text, ":")) {
				stamped = true
			}
		}
		left := s.rows[k].words
		for len(left) > 0 && left[len(left)-1].x1 > 0.7*split {
			left = left[:len(left)-1]
		}
		if p := fold.Plain(textOf(left)); strings.Contains(p, "hong van thu") || strings.Contains(p, "bo phan mot cua") || strings.Contains(p, "cong van den") {
			stamped = true
		}
	}
	if !stamped {
		return 0, false
	}
	for k := h.motto.row; k < last; k++ {
		var ws []word
		for _, w := range s.rows[k].words {
			if (w.x0+w.x1)/2 < split {
				ws = append(ws, w)
			}
		}
		for i := range ws {
			if t := textOf(ws[i:]); beginsAgency(t) && capitals(t) > 0.8 && !strings.HasPrefix(fold.Plain(t), "bo phan") {
				return centreOf(ws[i:]), true
			}
		}
	}
	return 0, false
}

// suffixAt gives the last words of a row that are centred at middle, within slack; none when no run of them is.
func suffixAt(ws []word, middle, slack float64) []word {
	best, off := len(ws), slack
	for i := range ws {
		if d := math.Abs(centreOf(ws[i:]) - middle); d < off {
			best, off = i, d
		}
	}
	return ws[best:]
}

// typeLine reports whether a line of capitals is, or begins, the name of a type.
func typeLine(text string) (dossier.Type, bool) {
	plain := fold.Plain(text)
	for _, ty := range dossier.Types() {
		p := fold.Plain(ty.Name)
		if similarity(plain, p) >= 0.85 || len(plain) >= 14 && strings.HasPrefix(p, plain) || len(p) >= 9 && strings.HasPrefix(plain, p+" ") {
			return ty, true
		}
	}
	return dossier.Type{}, false
}

// cleanCapitals keeps a line of capitals, without specks at its ends; nil when it is not one.
func cleanCapitals(ws []word) []word {
	speck := func(w word) bool { return letterCount(w.Text) == 0 || letterCount(w.Text) == 1 && w.Confidence < 60 }
	for len(ws) > 0 && speck(ws[0]) {
		ws = ws[1:]
	}
	for len(ws) > 0 && speck(ws[len(ws)-1]) {
		ws = ws[:len(ws)-1]
	}
	t := textOf(ws)
	if letterCount(t) < 2 || capitals(t) < 0.7 || strings.Contains(fold.Plain(t), "mau so") {
		return nil
	}
	return ws
}
