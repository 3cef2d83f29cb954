package pdfa

import (
	"math"

	"sohoa/internal/page"
)

// textLayer writes lines as invisible text onto one sheet.
type textLayer struct {
	g      *glyphs
	kx, ky float64 // units of the sheet per upright pixel
	top    float64 // where y of pixel 0 lies
	used   bool    // whether any text was written

	places []place // of one line, reused
	codes  []byte  // of one word, reused
}

// append writes lines, one text object each: every word at its place on the baseline and stretched to its box, a space after each word.
// Render mode 3 draws nothing.
func (t *textLayer) append(b []byte, lines []page.Line) []byte {
	for i := range lines {
		b = t.line(b, &lines[i])
	}
	return b
}

func (t *textLayer) line(b []byte, l *page.Line) []byte {
	base, ok := t.baseline(l)
	if !ok {
		return b
	}
	t.places = t.places[:0]
	for i := range l.Words {
		if text := cleanText(l.Words[i].Text); text != "" {
			from, length := base.along(t, l.Words[i].Box)
			t.places = append(t.places, place{text, from, length})
		}
	}
	if len(t.places) == 0 {
		return b
	}
	em := base.height * 1000 / fontHeight
	for i := range t.places[:len(t.places)-1] {
		p := &t.places[i]
		gap := t.places[i+1].from - p.from - p.length
		if gap < leastGap*em && gap > -p.length/2 { // words that touch are set a little narrower, so that readers see two
			p.length = max(p.length+gap-leastGap*em, p.length*2/3)
		}
	}

	b = append(b, "BT\n"...)
	if !t.used {
		t.used = true
		b = append(b, "3 Tr\n"...)
	}
	b = append(b, "/F "...)
	b = append(appendNum(b, em, 2), " Tf "...)
	if base.tilted() {
		b = t.alongBaseline(b, base, em)
	} else {
		b = t.inSteps(b, base, em)
	}
	return append(b, "ET\n"...)
}

// alongBaseline writes the words turned as the line is, in one text matrix.
func (t *textLayer) alongBaseline(b []byte, base baseline, em float64) []byte {
	at := t.places[0].from
	for _, v := range [...]float64{base.dx, base.dy, -base.dy, base.dx} {
		b = append(appendNum(b, v, 5), ' ')
	}
	b = append(appendNum(b, base.x+float64(base.dx*at), 2), ' ')
	b = append(appendNum(b, base.y+float64(base.dy*at), 2), " Tm "...)
	for i, p := range t.places {
		if i > 0 {
			step := round(p.from-at, 1)
			at += step // as written, so that rounding does not add up along the line
			b = append(appendNum(b, step, 1), " 0 Td "...)
		}
		b = t.word(b, p, em)
	}
	return b
}

// inSteps writes the words level, each at the height of the baseline under its middle. Poppler ends a word where its letters leave their first one's
// baseline by half a point, which a tilt of one degree does after six letters; steps between words it takes.
func (t *textLayer) inSteps(b []byte, base baseline, em float64) []byte {
	var x, y float64 // as written
	for i, p := range t.places {
		middle := p.from + p.length/2
		dx := round(base.x+float64(base.dx*middle)-p.length/2-x, 1)
		dy := round(base.y+float64(base.dy*middle)-y, 1)
		if i > 0 && base.dy == 0 {
			dy = 0
		}
		x, y = x+dx, y+dy
		b = append(appendNum(b, dx, 1), ' ')
		b = append(appendNum(b, dy, 1), " Td "...)
		b = t.word(b, p, em)
	}
	return b
}

// leastGap is the gap between words, in font sizes, that every reader takes for a space.
const leastGap = 0.17

// place is a word to be written: where on the baseline it begins and how long it is.
type place struct {
	text         string
	from, length float64
}

// word shows one word stretched to its length, and a space.
func (t *textLayer) word(b []byte, p place, em float64) []byte {
	var advance float64 // in thousandths of the font's size
	t.codes = t.codes[:0]
	for _, r := range p.text {
		t.codes = appendCode(t.codes, t.g.code(r))
		advance += float64(widthOf(r))
	}
	t.codes = appendCode(t.codes, t.g.code(' '))
	stretch := 100.0
	if advance > 0 && p.length > 0 {
		stretch = min(max(100_000*p.length/(advance*em), 1), 10_000)
	}
	b = append(appendNum(b, stretch, 1), " Tz"...)
	b = appendLiteral(b, t.codes)
	return append(b, "Tj\n"...)
}

func appendCode(b []byte, c uint16) []byte { return append(b, byte(c>>8), byte(c)) }

// baseline is where a line stands on the sheet: a point, a direction of length 1, and the height of its letters, all with y upwards.
type baseline struct {
	x, y, dx, dy, height float64
}

// tilted reports whether the line leaves the horizontal by more than 4 degrees.
func (b baseline) tilted() bool { return math.Abs(b.dy) > 0.07 || b.dx < 0 }

// baseline places l. A line without a usable baseline stands on the foot of its box, less the descenders.
func (t *textLayer) baseline(l *page.Line) (baseline, bool) {
	box := l.Box
	tallest := 0
	for i := range l.Words {
		box = box.Union(l.Words[i].Box)
		tallest = max(tallest, l.Words[i].Box.Y1-l.Words[i].Box.Y0)
	}
	if box.Empty() {
		return baseline{}, false
	}
	size := l.Size
	if !finite(size) || size < 1 || size > 4*float64(box.Y1-box.Y0+box.X1-box.X0) {
		size = float64(max(tallest, 1))
	}
	x0, y0 := l.BaseFrom.X*t.kx, t.top-float64(l.BaseFrom.Y*t.ky)
	x1, y1 := l.BaseTo.X*t.kx, t.top-float64(l.BaseTo.Y*t.ky)
	length := math.Hypot(x1-x0, y1-y0)
	if !finite(length) || length < t.kx {
		foot := float64(box.Y1) + float64(size*fontDescent/fontHeight)
		return baseline{x: float64(box.X0) * t.kx, y: t.top - float64(foot*t.ky), dx: 1, height: max(size*t.ky, 0.02)}, true
	}
	b := baseline{x: x0, y: y0, dx: (x1 - x0) / length, dy: (y1 - y0) / length}
	if math.Abs(b.dy) < 5e-5 && b.dx > 0 { // less than a hundredth of a point over any page: level
		b.dx, b.dy = 1, 0
	}
	// Letters stand across the baseline, so a line that runs up the page is measured in the other axis' resolution.
	b.height = max(size*math.Hypot(b.dx*t.ky, b.dy*t.kx), 0.02)
	return b, true
}

// along gives where on the baseline a word of this box begins, and how long it is. The box is that of a rectangle as high as the letters
// turned with the line: its middle projects onto the rectangle's middle, and what the height adds to the box is taken off.
func (b baseline) along(t *textLayer, box page.Box) (from, length float64) {
	w, h := float64(box.X1-box.X0)*t.kx, float64(box.Y1-box.Y0)*t.ky
	cx, cy := float64(box.X0+box.X1)*t.kx/2, t.top-float64(box.Y0+box.Y1)*t.ky/2
	middle := float64((cx-b.x)*b.dx) + float64((cy-b.y)*b.dy)
	cos, sin := math.Abs(b.dx), math.Abs(b.dy)
	if cos >= sin {
		length = max(w-float64(min(b.height, h)*sin), w/2) / cos
	} else {
		length = max(h-float64(min(b.height, w)*cos), h/2) / sin
	}
	length = max(length, 0)
	return middle - length/2, length
}
