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
	buf    []byte  // the codes of one word, reused
}

// append writes lines, one text object each: the line's direction in the text matrix, each word at its place along the baseline
// and stretched to its box, a space after each word. Render mode 3 draws nothing.
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
	begun := false
	at := 0.0 // where the last word was set, from base.x, base.y, as written
	for i := range l.Words {
		text := cleanText(l.Words[i].Text)
		if text == "" {
			continue
		}
		from, length := base.along(t, l.Words[i].Box)
		var advance float64 // of the word at full width
		t.buf = t.buf[:0]
		for _, r := range text {
			c := t.g.code(r)
			t.buf = append(t.buf, byte(c>>8), byte(c))
			advance += float64(widthOf(r))
		}
		advance = advance * base.size / 1000
		c := t.g.code(' ')
		t.buf = append(t.buf, byte(c>>8), byte(c))

		if !begun {
			begun = true
			b = append(b, "BT\n"...)
			if !t.used {
				t.used = true
				b = append(b, "3 Tr\n"...)
			}
			b = append(b, "/F "...)
			b = appendNum(b, base.size, 2)
			b = append(b, " Tf "...)
			// The first word is the origin, so that a line whose words begin far from its baseline's end still gets short numbers.
			x, y := base.x+float64(base.dx*from), base.y+float64(base.dy*from)
			at = from
			if base.dy == 0 && base.dx > 0 {
				b = appendNum(b, x, 2)
				b = append(b, ' ')
				b = appendNum(b, y, 2)
				b = append(b, " Td "...)
			} else {
				for _, v := range [...]float64{base.dx, base.dy, -base.dy, base.dx} {
					b = append(appendNum(b, v, 5), ' ')
				}
				b = append(appendNum(b, x, 2), ' ')
				b = append(appendNum(b, y, 2), " Tm "...)
			}
		} else {
			step := round(from-at, 1)
			at += step // what was written, so that rounding does not add up along the line
			b = appendNum(b, step, 1)
			b = append(b, " 0 Td "...)
		}
		stretch := 100.0
		if advance > 0 && length > 0 {
			stretch = min(max(100*length/advance, 1), 10000)
		}
		b = appendNum(b, stretch, 1)
		b = append(b, " Tz"...)
		b = appendLiteral(b, t.buf)
		b = append(b, "Tj\n"...)
	}
	if begun {
		b = append(b, "ET\n"...)
	}
	return b
}

// baseline is where a line stands on the sheet: a point, a direction of length 1, and the size of its letters, all with y upwards.
type baseline struct {
	x, y, dx, dy, size float64
}

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
		foot := float64(box.Y1) + float64(size*fontDescent/1000)
		return baseline{x: float64(box.X0) * t.kx, y: t.top - float64(foot*t.ky), dx: 1, size: atLeast(size*t.ky, 0.01)}, true
	}
	b := baseline{x: x0, y: y0, dx: (x1 - x0) / length, dy: (y1 - y0) / length}
	if math.Abs(b.dy) < 5e-5 && b.dx > 0 { // less than a hundredth of a point over any page: level
		b.dx, b.dy = 1, 0
	}
	// Letters stand across the baseline, so a line that runs up the page is measured in the other axis' resolution.
	b.size = atLeast(size*math.Hypot(b.dx*t.ky, b.dy*t.kx), 0.01)
	return b, true
}

func atLeast(v, least float64) float64 { return max(v, least) }

// along gives where on the baseline a word of this box begins, and how long it is. The box is that of a rectangle as high as the letters
// turned with the line: its middle projects onto the rectangle's middle, and what the height adds to the box is taken off.
func (b baseline) along(t *textLayer, box page.Box) (from, length float64) {
	w, h := float64(box.X1-box.X0)*t.kx, float64(box.Y1-box.Y0)*t.ky
	cx, cy := float64(box.X0+box.X1)*t.kx/2, t.top-float64(box.Y0+box.Y1)*t.ky/2
	middle := float64((cx-b.x)*b.dx) + float64((cy-b.y)*b.dy)
	cos, sin := math.Abs(b.dx), math.Abs(b.dy)
	if cos >= sin {
		length = max(w-float64(min(b.size, h)*sin), w/2) / cos
	} else {
		length = max(h-float64(min(b.size, w)*cos), h/2) / sin
	}
	length = max(length, 0)
	return middle - length/2, length
}
