package pdfa

import (
	"math"
	"slices"

	"sohoa/internal/page"
)

// textLayer writes lines as invisible text onto one sheet.
type textLayer struct {
	g      *glyphs
	kx, ky float64 // units of the sheet per upright pixel
	top    float64 // where y of pixel 0 lies
	used   bool    // whether any text was written

	places    []place   // of one line, reused
	stretches []float64 // theirs
	codes     []byte    // of one word, reused
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
	em := base.height * 1000 / fontHeight
	if em = round(em, 2); em <= 0 {
		return b
	}
	t.place(l, base, em)
	if len(t.places) == 0 {
		return b
	}
	b = append(b, "BT\n"...)
	if !t.used {
		t.used = true
		b = append(b, "3 Tr\n"...)
	}
	b = append(b, "/F "...)
	b = append(appendNum(b, em, 2), " Tf "...)
	if base.tilted() {
		b = t.turnTo(b, base)
	} else {
		t.level(base)
	}
	b = t.write(b, em, base.tilted())
	return append(b, "ET\n"...)
}

// place is a word to be written: where it begins, how long it is, and what Tz must stretch it by. Until turnTo or level has been called, x is counted
// along the baseline and y is 0.
type place struct {
	text    string
	x, y    float64
	length  float64
	advance float64 // at the font's own widths
	stretch float64 // percent
}

// leastGap is the gap between words, in font sizes, that every reader takes for a space.
const leastGap = 0.2

// place finds where the words of l stand on the baseline.
func (t *textLayer) place(l *page.Line, base baseline, em float64) {
	t.places = t.places[:0]
	for i := range l.Words {
		text := cleanText(l.Words[i].Text)
		if text == "" {
			continue
		}
		p := place{text: text}
		for _, r := range text {
			p.advance += float64(widthOf(r))
		}
		p.advance *= em / 1000
		p.x, p.length = base.along(t, l.Words[i].Box)
		t.places = append(t.places, p)
	}
	t.stretches = t.stretches[:0]
	for i := range t.places {
		p := &t.places[i]
		if i+1 < len(t.places) {
			part(p, &t.places[i+1], leastGap*em)
		}
		p.stretch = 100
		if p.advance > 0 && p.length > 0 {
			p.stretch = min(max(100*p.length/p.advance, 1), 10_000)
		}
		t.stretches = append(t.stretches, p.stretch)
	}
}

// part keeps two neighbours apart by least: words that touch, or that recognition laid over one another, are set narrower, so that readers see two.
func part(p, next *place, least float64) {
	if room := next.x - p.x - least; room >= p.length || next.x < p.x-p.length/2 {
		return // apart already, or next stands elsewhere
	} else if room >= p.length/3 {
		p.length = room
		return
	}
	p.length /= 3
	shift := p.x + p.length + least - next.x
	next.x += shift
	next.length = max(next.length-shift, next.length/3)
}

// turnTo makes the line's first word the origin and the baseline the x axis.
func (t *textLayer) turnTo(b []byte, base baseline) []byte {
	first := t.places[0].x
	for _, v := range [...]float64{base.dx, base.dy, -base.dy, base.dx} {
		b = append(appendNum(b, v, 5), ' ')
	}
	b = append(appendNum(b, base.x+float64(base.dx*first), 2), ' ')
	b = append(appendNum(b, base.y+float64(base.dy*first), 2), " Tm "...)
	for i := range t.places {
		t.places[i].x -= first
	}
	return b
}

// level sets each word level, at the height of the baseline under its middle, in steps no finer than need be. Poppler ends a word where its letters
// leave their first one's baseline by half a point, which a tilt of one degree does after six letters; steps between words it takes.
func (t *textLayer) level(base baseline) {
	least := base.height / 16
	var y float64
	for i := range t.places {
		p := &t.places[i]
		middle := p.x + p.length/2
		if at := base.y + float64(base.dy*middle); i == 0 || math.Abs(at-y) > least {
			y = at
		}
		p.x, p.y = base.x+float64(base.dx*middle)-p.length/2, y
	}
}

// slack is how far, in points, the end of a word may be off for the sake of sharing a stretch with its neighbours: two pixels at 300 dpi. Many
// words of a line share one, since the font's letters are as wide as those of the usual print.
const slack = 0.5

// write shows the placed words with a space after each. Words that share height and stretch share one TJ, which moves from word to word.
func (t *textLayer) write(b []byte, em float64, tilted bool) []byte {
	slices.Sort(t.stretches)
	usual := math.Round(t.stretches[len(t.stretches)/2])
	var x, y float64 // where the text line begins, as written
	var pen float64  // where the next glyph would stand
	stretch := 0.0   // as written last; 0 at the beginning, when it may be anything
	open := false
	fits := func(p *place, s float64) bool { return math.Abs(s-p.stretch)*p.advance/100 <= slack }
	for i := range t.places {
		p := &t.places[i]
		step := i == 0 || p.y != t.places[i-1].y
		if open && (step || !fits(p, stretch)) {
			b = append(b, "]TJ\n"...)
			open = false
		}
		if step {
			dx, dy := round(p.x-x, 1), round(p.y-y, 1)
			if i > 0 || !tilted {
				b = append(appendNum(b, dx, 1), ' ')
				b = append(appendNum(b, dy, 1), " Td "...)
				x, y = x+dx, y+dy
			}
			pen = x
		}
		if !open {
			open = true
			if stretch == 0 || !fits(p, stretch) {
				if stretch = usual; !fits(p, usual) {
					stretch = max(math.Round(p.stretch), 1)
				}
				if !fits(p, stretch) {
					stretch = round(p.stretch, 2)
				}
				b = append(appendNum(b, stretch, 2), " Tz"...)
			}
			b = append(b, '[')
		}
		if !step {
			n := math.Round((pen - p.x) / (em * stretch / 100_000))
			pen -= n * em * stretch / 100_000
			b = appendNum(b, n, 0)
		}
		t.codes = t.codes[:0]
		for _, r := range p.text {
			t.codes = appendCode(t.codes, t.g.code(r))
		}
		t.codes = appendCode(t.codes, t.g.code(' '))
		b = appendLiteral(b, t.codes)
		pen += (p.advance + float64(widthOf(' '))*em/1000) * stretch / 100
	}
	return append(b, "]TJ\n"...)
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
