package sample

import "strings"

// entry is one printed "label: value" of a form.
type entry struct {
	label, value string
	key          string // in Fields.Extra; empty for none
}

// fill sets one field over the width of the column, wrapping below its label.
func (w *writer) fill(label, value, key string) { w.fillRow(entry{label, value, key}) }

// fillRow sets fields side by side in columns of equal width; lines that stand level make one line of the truth.
// Values stand on a dotted rule when the form has them.
func (w *writer) fillRow(fs ...entry) {
	const gutter = 10
	pitch := w.size * w.leading
	width := (w.rt - w.l) / float64(len(fs))
	wrapped := make([][][]token, len(fs))
	lines := 1
	for i, f := range fs {
		style := f.value
		if w.boldValues && style != "" {
			style = "**" + style + "**"
		}
		label := f.label
		if label != "" {
			label += ": "
		}
		wrapped[i] = w.wrap(w.tokens(w.size, w.styled(label+style, 0)), w.size, 0, width-gutter)
		lines = max(lines, len(wrapped[i]))
		w.note(f.key, f.value)
	}
	w.room(float64(lines) * pitch)
	for k := range lines {
		var level []word
		for i := range fs {
			if k >= len(wrapped[i]) {
				continue
			}
			x := w.l + float64(i)*width
			words := w.set(left, x, x+width-gutter, w.size, wrapped[i][k], true)
			level = append(level, words...)
			if w.dotted && fs[i].value != "" {
				from := 0
				if k == 0 {
					from = min(len(strings.Fields(fs[i].label)), len(words)-1)
				}
				w.dots(words[from].x0, x+width-gutter, w.y+w.size+4.4)
			}
		}
		w.truth(level, w.y+w.size)
		w.y += pitch
	}
	w.gap(w.size * 0.22)
}

// fillRun sets short fields one after another on one line, with the few spaces between them that a clerk types.
func (w *writer) fillRun(fs ...entry) {
	parts := make([]string, len(fs))
	for i, f := range fs {
		value := f.value
		if w.boldValues {
			value = "**" + value + "**"
		}
		parts[i] = f.label + ": " + value
		w.note(f.key, f.value)
	}
	pitch := w.size * w.leading
	w.room(pitch)
	x, gap := w.l, w.r.between(14, 26)
	var words []word
	for _, p := range parts {
		ws := w.set(left, x, w.rt, w.size, w.tokens(w.size, w.styled(p, 0)), true)
		words = append(words, ws...)
		x = ws[len(ws)-1].x1 + gap
	}
	w.truth(words, w.y+w.size)
	w.y += pitch + w.size*0.22
}

// byColumn puts the lines of the side from the given one on into two columns' order: what stands left of mid, then
// what stands right of it. It is for papers that give each column to one person, whom a reader takes one by one.
func (w *writer) byColumn(from int, mid float64) {
	var columns [2][]line
	for _, l := range w.cur.lines[from:] {
		var parts [2][]word
		for _, x := range l.words {
			side := 0
			if x.x0 >= mid {
				side = 1
			}
			parts[side] = append(parts[side], x)
		}
		for i, p := range parts {
			if len(p) > 0 {
				columns[i] = append(columns[i], line{words: p, y: l.y})
			}
		}
	}
	w.cur.lines = append(append(w.cur.lines[:from], columns[0]...), columns[1]...)
}

// note records a value that the paper has of its own.
func (w *writer) note(key, value string) {
	if key == "" || value == "" {
		return
	}
	if w.fields.Extra == nil {
		w.fields.Extra = map[string]string{}
	}
	w.fields.Extra[key] = value
}

// dots draws a dotted rule.
func (w *writer) dots(x0, x1, y float64) {
	for x := x0; x < x1; x += 2.6 {
		w.rule(x, y, x+0.45, y, 0.45)
	}
}

// motto sets the state's name and motto across the column, as forms without an agency's head have it.
func (w *writer) motto() {
	w.line(centre, w.l, w.rt, w.size, piece{text: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", face: w.family[1]})
	words := w.set(centre, w.l, w.rt, w.size, w.tokens(w.size, []piece{{text: "Độc lập - Tự do - Hạnh phúc", face: w.family[1]}}), true)
	w.truth(words, w.y+w.size)
	w.y += w.size * 1.2
	w.rule(words[0].x0, w.y+3, words[len(words)-1].x1, w.y+3, 0.75)
	w.gap(16)
}

// formTitle sets the name of a form, larger than an office paper's title, in print or in red.
func (w *writer) formTitle(kind string, size float64, ink inkKind) {
	from := len(w.cur.runs)
	w.centred(strings.ToUpper(kind), 1, size, w.l-10, w.rt+10)
	for i := range w.cur.runs[from:] {
		w.cur.runs[from+i].ink = ink
	}
	w.fields.Type, w.fields.TypePrinted = kind, true
}

// frame draws the border of a certificate: two rules, with corners.
func (w *writer) frame(inset float64, ink inkKind) {
	w.cur.framed = true
	box := func(d, width float64) {
		x0, y0, x1, y1 := d, d, w.cur.w-d, w.cur.h-d
		w.cur.rules = append(w.cur.rules, rule{x0, y0, x1, y0, width, ink}, rule{x0, y1, x1, y1, width, ink}, rule{x0, y0, x0, y1, width, ink}, rule{x1, y0, x1, y1, width, ink})
	}
	box(inset, 2.6)
	box(inset+5, 0.8)
	for step := 9.0; step <= 21; step += 4 {
		for _, c := range [4][4]float64{{inset, inset, 1, 1}, {w.cur.w - inset, inset, -1, 1}, {inset, w.cur.h - inset, 1, -1}, {w.cur.w - inset, w.cur.h - inset, -1, -1}} {
			x, y := c[0]+c[2]*step, c[1]+c[3]*step
			w.cur.rules = append(w.cur.rules, rule{x, y, x + c[2]*18, y, 1.1, ink}, rule{x, y, x, y + c[3]*18, 1.1, ink})
		}
	}
}

// signPair sets two signers side by side, the left one without a seal.
func (w *writer) signPair(a, b signing) {
	w.room(150)
	w.gap(8)
	top := w.y
	mid := (w.l + w.rt) / 2
	gap := w.r.between(58, 74)
	var rows []line
	column := func(s signing, x0, x1 float64) {
		w.y = top
		c := (x0 + x1) / 2
		at := func(size float64, face faceID, text string) {
			rows = append(rows, line{words: w.set(centre, x0, x1, size, w.tokens(size, []piece{{text: text, face: face}}), true), y: w.y + size})
			w.y += size * 1.22
		}
		for _, t := range s.authority {
			at(w.size, w.family[1], t)
		}
		if s.note != "" {
			at(w.size-1.5, w.family[2], s.note)
		}
		gapTop := w.y
		w.y = top + gap + w.size*2.6
		w.scrawl(c+w.r.between(-6, 10), (gapTop+w.y)/2+4, w.r.between(0.7, 1))
		if s.ring != "" {
			w.cur.seals = append(w.cur.seals, newSeal(w.r, c-w.r.between(45, 66), (gapTop+w.y)/2, 48, s.ring, s.core))
			w.fields.Flags.RedStamp = true
		}
		at(w.size, w.family[1], s.name)
	}
	column(a, w.l, mid)
	column(b, mid, w.rt)
	w.cur.lines = append(w.cur.lines, joinRows(rows)...)
	w.fields.SignerName = b.name
	w.fields.SignerTitleAsPrinted = strings.Join(b.authority, " / ")
	w.fields.signSheet = w.cur
}
