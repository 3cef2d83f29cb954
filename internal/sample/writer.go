package sample

import (
	"strconv"
	"strings"

	"sohoa/internal/page"
)

// A4 in points, and the margins of Decree 30/2020, annex I.
const (
	a4Width      = 595.28
	a4Height     = 841.89
	marginTop    = 62
	marginBottom = 62
	marginLeft   = 85
	marginRight  = 50
)

// align is where a line stands in its column.
type align int

const (
	left align = iota
	centre
	right
	justify
)

// writer sets one paper: it keeps the cursor, breaks lines and pages, and notes the truth as it goes.
type writer struct {
	fonts  *fontSet
	r      *rng
	g      *grammar
	fields *Fields

	sheets []*sheet
	cur    *sheet
	y      float64 // the next line's top
	l, rt  float64 // column: left edge and right edge
	bottom float64

	family             [4]faceID // regular, bold, italic, bold italic
	size               float64   // body size
	leading            float64   // line pitch / size
	numbered           bool      // page numbers from page 2
	hand               faceID
	pen                inkKind
	care               float64 // how likely the clerk keeps seal and stamps off the print
	oldMarks           bool    // tone marks as many offices still type them: hoà, uỷ
	boldValues, dotted bool    // how a form shows its values

	home *locality // where all papers of a stack come from; nil: each from somewhere
	made date      // the day on the paper, also in the scan's file
}

func newWriter(fonts *fontSet, r *rng, care float64) *writer {
	w := &writer{fonts: fonts, r: r, care: care, fields: &Fields{}}
	w.family = [4]faceID{serif, serifBold, serifItalic, serifBoldItalic}
	w.size, w.leading, w.numbered = pick(r, []float64{13, 13.5, 14, 14}), r.between(1.2, 1.36), true
	w.hand = pick(r, hands[:])
	w.pen = blackPen
	if r.chance(0.45) {
		w.pen = bluePen
	}
	w.oldMarks = r.chance(0.2)
	w.g = newGrammar(r)
	return w
}

// page starts a fresh side of the given size and sets the column to its margins.
func (w *writer) page(width, height float64) {
	w.cur = &sheet{w: width, h: height}
	w.sheets = append(w.sheets, w.cur)
	w.l, w.rt = marginLeft, width-marginRight
	w.y, w.bottom = marginTop, height-marginBottom
}

// a4 starts a portrait side; from the second text side on it carries its number, top centre.
func (w *writer) a4() {
	w.page(a4Width, a4Height)
	if n := w.textSides(); n > 1 && w.numbered {
		w.y = 38
		w.line(centre, w.l, w.rt, w.size, piece{text: strconv.Itoa(n), face: w.family[0]})
		w.y = marginTop
	}
}

func (w *writer) textSides() int {
	n := 0
	for _, s := range w.sheets {
		if s.kind == page.Text {
			n++
		}
	}
	return n
}

// blankBack adds the empty back of the side just set, with its ink shining through.
func (w *writer) blankBack() {
	front := w.cur
	w.sheets = append(w.sheets, &sheet{w: front.w, h: front.h, kind: page.Blank, back: front})
}

// room starts a new side when less than h points are left.
func (w *writer) room(h float64) {
	if w.y+h > w.bottom {
		w.a4()
	}
}

func (w *writer) gap(h float64) { w.y += h }

// styled splits **bold**, //italic// and [[handwritten]] marks into pieces.
func (w *writer) styled(s string, base int) []piece {
	var out []piece
	style, hand := base, false
	flush := func(t string) {
		if t == "" {
			return
		}
		p := piece{text: t, face: w.family[style], hand: hand}
		if hand {
			p.face = w.hand
		}
		out = append(out, p)
	}
	for s != "" {
		i := strings.IndexAny(s, "*/[]")
		for i >= 0 && (i+1 >= len(s) || s[i+1] != s[i]) {
			j := strings.IndexAny(s[i+1:], "*/[]")
			if j < 0 {
				i = -1
				break
			}
			i += 1 + j
		}
		if i < 0 {
			flush(s)
			break
		}
		flush(s[:i])
		switch s[i] {
		case '*':
			style ^= 1
		case '/':
			style ^= 2
		case '[':
			hand = true
		case ']':
			hand = false
		}
		s = s[i+2:]
	}
	return out
}

// tokens splits pieces at white space.
func (w *writer) tokens(size float64, pieces []piece) []token {
	var out []token
	for _, p := range pieces {
		sz := size
		if p.hand {
			sz *= handScale
		}
		text := p.text
		if w.oldMarks {
			text = oldSpelling().Replace(text)
		}
		for _, t := range strings.Fields(text) {
			out = append(out, token{t, p.face, p.hand, p.field, w.fonts.width(p.face, sz, t)})
		}
	}
	return out
}

// handScale is how much larger a pen writes than the print around it.
const handScale = 1.3

// set places tokens on one baseline and returns the words of the line.
func (w *writer) set(a align, x0, x1, size float64, ts []token, last bool) []word {
	space := w.fonts.width(w.family[0], size, " ")
	total := 0.0
	for _, t := range ts {
		total += t.width
	}
	gaps := float64(len(ts) - 1)
	x, step := x0, space
	switch a {
	case centre:
		x = x0 + (x1-x0-total-gaps*space)/2
	case right:
		x = x1 - total - gaps*space
	case justify:
		if !last && gaps > 0 {
			step = max(space*0.7, (x1-x0-total)/gaps)
		}
	case left:
	}
	base := w.y + size
	words := make([]word, 0, len(ts))
	for _, t := range ts {
		words = append(words, w.word(t, size, x, base))
		x += t.width + step
	}
	return words
}

// word draws one token with its baseline starting at (x, base).
func (w *writer) word(t token, size, x, base float64) word {
	r := run{face: t.face, size: size, x: x, y: base, text: t.text, stretch: 1}
	if t.hand {
		r.size *= handScale
		r.ink, r.tilt = w.pen, w.r.between(-4, 3)
		r.y += w.r.between(-0.5, 2.5)
	}
	w.cur.runs = append(w.cur.runs, r)
	ix0, iy0, ix1, iy1 := w.fonts.ink(t.face, r.size, t.text)
	return word{t.text, x + ix0, r.y + iy0, x + ix1, r.y + iy1, t.hand, t.field}
}

// line sets pieces on one line between x0 and x1 at the cursor and moves the cursor down.
func (w *writer) line(a align, x0, x1, size float64, pieces ...piece) {
	words := w.set(a, x0, x1, size, w.tokens(size, pieces), true)
	w.truth(words, w.y+size)
	w.y += size * w.leading
}

func (w *writer) truth(words []word, base float64) {
	if len(words) > 0 {
		w.cur.lines = append(w.cur.lines, line{words: words, y: base})
	}
}

// wrap breaks tokens into lines no wider than width; the first line has indent less.
func (w *writer) wrap(ts []token, size, indent, width float64) [][]token {
	space := w.fonts.width(w.family[0], size, " ")
	var out [][]token
	var cur []token
	used, limit := 0.0, width-indent
	for _, t := range ts {
		need := t.width
		if len(cur) > 0 {
			need += space
		}
		if len(cur) > 0 && used+need > limit {
			out, cur, used, limit = append(out, cur), nil, 0, width
			need = t.width
		}
		cur, used = append(cur, t), used+need
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

// para sets a paragraph: first line indented, justified, breaking over sides. base is the style, as in styled.
func (w *writer) para(s string, base int) { w.flow(s, base, w.size, 28, justify); w.gap(w.size * 0.3) }

// flow sets text in the column at any size, indent and alignment.
func (w *writer) flow(s string, base int, size, indent float64, a align) {
	lines := w.wrap(w.tokens(size, w.styled(s, base)), size, indent, w.rt-w.l)
	for i, ts := range lines {
		w.room(size * w.leading)
		x := w.l
		if i == 0 {
			x += indent
		}
		words := w.set(a, x, w.rt, size, ts, i == len(lines)-1)
		w.truth(words, w.y+size)
		w.y += size * w.leading
	}
}

// centred sets text centred between x0 and x1, broken into balanced lines.
func (w *writer) centred(s string, base int, size, x0, x1 float64) {
	for _, ts := range w.balanced(w.tokens(size, w.styled(s, base)), size, x1-x0) {
		words := w.set(centre, x0, x1, size, ts, true)
		w.truth(words, w.y+size)
		w.y += size * w.leading
	}
}

// balanced breaks tokens into as few lines as fit, of about the same length, as people break titles.
func (w *writer) balanced(ts []token, size, width float64) [][]token {
	lines := w.wrap(ts, size, 0, width)
	if len(lines) < 2 {
		return lines
	}
	n := len(lines)
	for narrower := width * 0.95; narrower > width*0.4; narrower *= 0.95 {
		next := w.wrap(ts, size, 0, narrower)
		if len(next) > n {
			break
		}
		lines = next
	}
	return lines
}

func (w *writer) rule(x0, y0, x1, y1, width float64) {
	w.cur.rules = append(w.cur.rules, rule{x0, y0, x1, y1, width, toner})
}
