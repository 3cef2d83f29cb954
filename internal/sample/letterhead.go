package sample

import (
	"sort"
	"strings"
)

// letterhead is the head of a paper as Decree 30/2020, annex I, section II wants it.
type letterhead struct {
	superior string   // the agency above, plain capitals; may be empty
	name     string   // the issuing agency in running text
	agency   []string // the issuing agency, bold capitals, one entry a printed line
	number   string   // as written, leading zero kept
	symbol   string   // what follows the slash
	printed  bool     // number and day are printed rather than written by hand
	place    string
	date     date
	about    string // the V/v abstract under the number of an official letter
}

// head sets agency and number on the left, motto and date on the right. Left and right cell of one row make one
// line of the truth.
func (w *writer) head(h letterhead) {
	top := w.y
	size := w.size - 0.5
	// The left cell takes two fifths; a long agency name pushes the motto to the right, as in real heads.
	mid := w.l - 25 + (w.rt-w.l+40)*0.41
	lx0, lx1, rx0, rx1 := w.l-28, mid, mid, w.rt+18
	var rows []line
	at := func(x0, x1 float64, ps ...piece) {
		rows = append(rows, line{words: w.set(centre, x0, x1, size, w.tokens(size, ps), true), y: w.y + size})
		w.y += size * 1.22
	}
	bold := w.family[1]
	if h.superior != "" {
		for _, ts := range w.balanced(w.tokens(size, []piece{{text: h.superior, face: w.family[0]}}), size, lx1-lx0) {
			rows = append(rows, line{words: w.set(centre, lx0, lx1, size, ts, true), y: w.y + size})
			w.y += size * 1.22
		}
	}
	for _, a := range h.agency {
		for _, ts := range w.balanced(w.tokens(size, []piece{{text: a, face: bold}}), size, lx1-lx0) {
			rows = append(rows, line{words: w.set(centre, lx0, lx1, size, ts, true), y: w.y + size})
			w.y += size * 1.22
		}
	}
	c, half := (lx0+lx1)/2, w.r.between(25, 42)
	w.rule(c-half, w.y+3.5, c+half, w.y+3.5, 0.75)
	afterLeft := w.y

	w.y = top
	at(rx0, rx1, piece{text: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", face: bold})
	mottoSize := size
	if w.r.chance(0.5) {
		mottoSize++
	}
	motto := w.tokens(mottoSize, []piece{{text: "Độc lập - Tự do - Hạnh phúc", face: bold}})
	words := w.set(centre, rx0, rx1, mottoSize, motto, true)
	rows = append(rows, line{words: words, y: w.y + mottoSize})
	w.y += mottoSize * 1.22
	w.rule(words[0].x0, w.y+2.5, words[len(words)-1].x1, w.y+2.5, 0.75)

	w.y = max(w.y, afterLeft) + 9
	base := w.y
	if h.number != "" || h.symbol != "" {
		at(lx0, lx1, w.numberPieces(h)...)
		if h.about != "" {
			narrow := w.tokens(size-0.5, []piece{{text: h.about, face: w.family[0]}})
			for _, ts := range w.balanced(narrow, size-0.5, (lx1-lx0)*0.86) {
				rows = append(rows, line{words: w.set(centre, lx0, lx1, size-0.5, ts, true), y: w.y + size})
				w.y += size * 1.18
			}
		}
	}
	end := w.y
	if h.place != "" {
		w.y = base + w.r.between(0, 1.5)
		at(rx0, rx1, w.datePieces(h)...)
	}
	w.y = max(end, w.y) + 12
	w.cur.lines = append(w.cur.lines, joinRows(rows)...)

	w.fields.Agency = normalSpelling(h.name)
	w.fields.AgencyAsPrinted = strings.Join(h.agency, " / ")
	w.fields.Superior = h.superior
	w.fields.Number, w.fields.Symbol = h.number, h.symbol
	if h.number != "" {
		w.fields.NumberSymbol = h.number + "/" + h.symbol
		w.fields.Flags.HandwrittenNumber = !h.printed
	}
	if h.place != "" {
		w.fields.Place, w.fields.Date = h.place, h.date.iso()
		w.fields.Flags.HandwrittenDay = !h.printed
	}
}

func (w *writer) numberPieces(h letterhead) []piece {
	plain := w.family[0]
	if h.printed {
		return []piece{{text: "Số: " + h.number + "/" + h.symbol, face: plain}}
	}
	return []piece{{text: "Số:", face: plain}, {text: h.number, face: w.hand, hand: true, field: "number"}, {text: "/" + h.symbol, face: plain}}
}

func (w *writer) datePieces(h letterhead) []piece {
	italic := w.family[2]
	day, month, year := h.date.parts()
	if h.printed {
		return []piece{{text: h.place + ", ngày " + day + " tháng " + month + " năm " + year, face: italic}}
	}
	return []piece{
		{text: h.place + ", ngày", face: italic},
		{text: day, face: w.hand, hand: true, field: "day"},
		{text: "tháng " + month + " năm " + year, face: italic},
	}
}

// joinRows makes one line of those on one row: baselines closer than half a line, read from left to right.
func joinRows(rows []line) []line {
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].y < rows[j].y })
	var out []line
	for _, r := range rows {
		if n := len(out); n > 0 && r.y-out[n-1].y < 7 {
			out[n-1].words = append(out[n-1].words, r.words...)
			ws := out[n-1].words
			sort.SliceStable(ws, func(i, j int) bool { return ws[i].x0 < ws[j].x0 })
			continue
		}
		out = append(out, r)
	}
	return out
}

// title sets the type in bold capitals and the abstract in bold below, with its short rule.
func (w *writer) title(kind, subject string) {
	w.gap(6)
	w.centred(strings.ToUpper(kind), 1, w.size+pick(w.r, []float64{0, 0, 1}), w.l, w.rt)
	if subject != "" {
		w.centred(subject, 1, w.size, w.l+20, w.rt-20)
		c, half := (w.l+w.rt)/2, w.r.between(30, 60)
		w.rule(c-half, w.y+4, c+half, w.y+4, 0.75)
	}
	w.gap(14)
	w.fields.Type, w.fields.TypePrinted = kind, true
	w.fields.Subject = subject
}

// signing is the block at the end: recipients on the left, authority, seal, signature and name on the right.
type signing struct {
	recipients []string // without dash; nil for none
	authority  []string // printed lines, e.g. "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"
	name       string
	place      string // a date line above the authority, for forms that carry it at the end; may be empty
	date       date
	ring       string // text around the seal; empty for no seal
	core       string // a short text across its middle; empty for the emblem
	note       string // e.g. "(Ký, ghi rõ họ tên)"
	printed    bool   // the day in the date line is printed rather than written
}

// close sets the last paragraph and the block; both go to a new side when they do not fit together, since a
// signature may not stand alone.
func (w *writer) close(text string, s signing) {
	lines := len(w.wrap(w.tokens(w.size, w.styled(text, 0)), w.size, 28, w.rt-w.l))
	w.room(float64(lines)*w.size*w.leading + w.signHeight(s))
	w.para(text, 0)
	w.sign(s)
}

func (w *writer) signHeight(s signing) float64 {
	small := w.size - 2.5
	return max(float64(len(s.recipients)+2)*small*1.2, float64(len(s.authority)+1)*w.size*1.22+130) + 18
}

// sign sets the block, on a new side when it does not fit.
func (w *writer) sign(s signing) {
	small := w.size - 2.5
	w.room(w.signHeight(s))
	w.gap(w.r.between(4, 14))
	top := w.y
	mid := w.l + (w.rt-w.l)*0.47

	// Both columns are cells of one row of a table: "Nơi nhận" and the authority stand about level, though some clerks
	// press Enter once more above the authority.
	lower := w.r.between(-2.5, 1)
	if s.recipients != nil && w.r.chance(0.15) {
		lower = w.r.between(14, 19)
	}
	if s.recipients != nil {
		w.line(left, w.l, mid, small+1, piece{text: "Nơi nhận:", face: w.family[3]})
		for i, x := range s.recipients {
			end := ";"
			if i == len(s.recipients)-1 {
				end = "."
			}
			for _, ts := range w.wrap(w.tokens(small, []piece{{text: "- " + x + end, face: w.family[0]}}), small, 0, mid-w.l) {
				w.truth(w.set(left, w.l, mid, small, ts, true), w.y+small)
				w.y += small * 1.2
			}
		}
	}
	end := w.y
	w.y = top + lower
	x0, x1 := mid, w.rt+6
	c := (x0 + x1) / 2
	if s.place != "" {
		w.line(centre, x0, x1, w.size, w.datePieces(letterhead{place: s.place, date: s.date, printed: s.printed})...)
		w.fields.Place, w.fields.Date = s.place, s.date.iso()
		w.fields.Flags.HandwrittenDay = !s.printed
	}
	for _, a := range s.authority {
		w.line(centre, x0, x1, w.size, piece{text: a, face: w.family[1]})
	}
	if s.note != "" {
		w.line(centre, x0, x1, w.size-1, piece{text: s.note, face: w.family[2]})
	}
	gapTop := w.y
	// The seal covers about a third of the signature, on its left (Decree 30/2020, article 33). A careful clerk
	// keeps it off the print; else it reaches into the title above or the name below.
	careful := w.r.float() < w.care
	radius := w.r.between(47, 51) // 33 to 36 mm across
	room := w.r.between(76, 98)
	if careful && s.ring != "" {
		room = 2*radius + 7
	}
	w.y += room
	nameTop := w.y
	w.line(centre, x0, x1, w.size, piece{text: s.name, face: w.family[1]})
	w.scrawl(c+w.r.between(-4, 18), gapTop+room*0.52, room/100*w.r.between(0.8, 1.05))
	cx, cy := c-w.r.between(50, 74), (gapTop+nameTop)/2+3
	wander, aside := w.r.between(12, 28), w.r.between(4, 26)
	if w.r.chance(0.5) {
		wander = -wander
	}
	if !careful {
		cx, cy = cx+aside, cy+wander
	}
	if s.ring != "" {
		w.cur.seals = append(w.cur.seals, newSeal(w.r, cx, cy, radius, s.ring, s.core))
		w.fields.Flags.RedStamp = true
	}
	w.y = max(end, w.y)
	w.fields.SignerName = s.name
	w.fields.SignerTitleAsPrinted = strings.Join(s.authority, " / ")
	w.fields.signSheet = w.cur
}
