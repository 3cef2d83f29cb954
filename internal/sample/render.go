package sample

import (
	"image"
	"math"

	"sohoa/internal/page"
)

// picture is one scanned side as samples: 3 channels for colour, 1 for gray; 1-bit pages are cut from gray.
type picture struct {
	w, h     int
	channels int
	pix      []uint8
}

// colourOf is what inks look like to a scanner, as light left over per channel.
func colourOf(k inkKind, left float64) [3]float64 {
	switch k {
	case bluePen:
		return [3]float64{0.13, 0.2, 0.62}
	case blackPen:
		return [3]float64{0.1, 0.1, 0.12}
	case redInk:
		return [3]float64{0.9, 0.1, 0.14}
	case blueStamp:
		return [3]float64{0.25, 0.3, 0.7}
	case toner:
	}
	return [3]float64{left, left, left}
}

// tint is a translucent layer over part of the page: paper light is multiplied by its colour where it covers.
type tint struct {
	m      *mask
	colour [3]float64
}

// renderer draws sheets. Not safe for concurrent use.
type renderer struct {
	fonts *fontSet
	p     painter
	dpi   int
	wear  wear
	r     *rng

	blurTmp []uint8
}

// side draws one sheet and tells its truth.
func (d *renderer) side(s *sheet, number int, channels int) (*picture, PageTruth) {
	k := float64(d.dpi) / 72
	skew := d.r.between(-d.wear.skew, d.wear.skew)
	// Upright size in pixels; feeders cut a few pixels off or add some.
	uw, uh := int(s.w*k)+d.r.span(-14, 6), int(s.h*k)+d.r.span(-6, 4)
	upright := scaling(k).then(moving(-float64(uw)/2, -float64(uh)/2)).then(turning(skew)).
		then(moving(float64(uw)/2+d.r.between(-8, 8), float64(uh)/2+d.r.between(-8, 8)))
	truth := PageTruth{Number: number, Kind: s.kind.String(), Width: uw, Height: uh, Turn: s.turn, SkewDeg: math.Round(skew*100) / 100}
	// The stored picture stands so that Turn clockwise makes it upright: undo the turn here.
	m, w, h := upright, uw, uh
	switch s.turn {
	case 90:
		m, w, h = upright.then(affine{b: -1, c: 1, f: float64(uw)}), uh, uw
	case 180:
		m = upright.then(affine{a: -1, d: -1, e: float64(uw), f: float64(uh)})
	case 270:
		m, w, h = upright.then(affine{b: 1, c: -1, e: float64(uh)}), uh, uw
	}
	bounds := image.Rect(0, 0, w, h)
	black := newMask(bounds)
	var tints []tint
	if s.guard != nil {
		tints = append(tints, tint{s.guard.draw(m, bounds), s.guard.colour})
	}
	if s.back != nil {
		tints = append(tints, d.through(s.back, m, s.w, bounds)...)
	}
	if s.print != nil {
		lay(black, s.print, m, s.w, s.h)
	}
	coloured := map[inkKind]*mask{}
	for _, r := range s.rules {
		on := black
		if r.ink != toner {
			if coloured[r.ink] == nil {
				coloured[r.ink] = newMask(bounds)
				tints = append(tints, tint{coloured[r.ink], colourOf(r.ink, 0)})
			}
			on = coloured[r.ink]
		}
		d.p.line(on, r.x0, r.y0, r.x1, r.y1, r.width, m)
	}
	for _, r := range s.runs {
		if r.ink == toner {
			d.p.text(black, d.fonts.faces[r.face], r.size, r.x, r.y, r.text, m)
			continue
		}
		tints = append(tints, d.written(r, m, bounds))
	}
	d.age(black)
	for _, st := range s.stamps {
		tints = append(tints, st.draw(&d.p, d.fonts, m, bounds))
	}
	for _, st := range s.strokes {
		if t, ok := d.stroke(st, m, bounds); ok {
			tints = append(tints, t)
		}
	}
	for _, se := range s.seals {
		if sm := se.draw(&d.p, d.fonts, m, bounds); sm != nil {
			tints = append(tints, tint{sm, [3]float64{0.97 - d.r.between(0, 0.1), d.r.between(0.06, 0.16), d.r.between(0.1, 0.2)}})
		}
	}
	d.blur(black)
	for _, t := range tints {
		d.blur(t.m)
	}
	pic := d.expose(black, tints, channels)
	d.describe(s, &truth, upright)
	return pic, truth
}

// written draws a handwritten run.
func (d *renderer) written(r run, m affine, bounds image.Rectangle) tint {
	x0, y0, x1, y1 := d.fonts.ink(r.face, r.size, r.text)
	own := affine{a: 1, d: 1}.then(turning(r.tilt)).then(moving(r.x, r.y)).then(m)
	msk := newMask(pixelRect(own, x0, y0, x1, y1).Inset(-4).Intersect(bounds))
	if !msk.rect.Empty() {
		d.p.text(msk, d.fonts.faces[r.face], r.size, 0, 0, r.text, own)
	}
	return tint{msk, colourOf(r.ink, 0)}
}

func (d *renderer) stroke(s stroke, m affine, bounds image.Rectangle) (tint, bool) {
	x0, y0, x1, y1 := s.bounds()
	rect := pixelRect(m, x0, y0, x1, y1).Inset(-4).Intersect(bounds)
	if rect.Empty() {
		return tint{}, false
	}
	msk := newMask(rect)
	for _, o := range s.outline() {
		d.p.fill(msk, o, m, 255)
	}
	return tint{msk, colourOf(s.ink, 0)}, true
}

// through draws the ink of the other side as it shines through: mirrored, soft and faint; seals most of all,
// since their ink soaks in.
func (d *renderer) through(s *sheet, m affine, width float64, bounds image.Rectangle) []tint {
	mirrored := affine{a: -1, d: 1, e: width}.then(m)
	var out []tint
	for _, se := range s.seals {
		if sm := se.draw(&d.p, d.fonts, mirrored, bounds); sm != nil {
			for i, v := range sm.pix {
				sm.pix[i] = uint8(float64(v) * min(1, d.wear.bleed*3.2))
			}
			out = append(out, tint{sm, [3]float64{0.95, 0.45, 0.5}})
		}
	}
	if d.wear.bleed < 0.09 {
		return out
	}
	ghost := newMask(bounds)
	strength := uint8(255 * d.wear.bleed)
	for _, r := range s.runs {
		x := r.x
		for _, c := range r.text {
			g := d.fonts.faces[r.face].glyph(c)
			d.p.fill(ghost, g.outline, scaling(r.size).then(moving(x, r.y)).then(mirrored), strength)
			x += g.advance * r.size
		}
	}
	d.blur(ghost)
	return append(out, tint{ghost, [3]float64{0.35, 0.35, 0.35}})
}

// age takes toner away in patches, as worn drums and folds do.
func (d *renderer) age(toner *mask) {
	if d.wear.fade <= 0 {
		return
	}
	patch := newField(d.r.src.Uint64(), float64(d.dpi)*0.5)
	fine := newTile(d.r)
	w := toner.rect.Dx()
	for y := range toner.rect.Dy() {
		row := toner.pix[y*w:][:w]
		noise := fine.row(y)
		// Smooth noise is sampled every 16 pixels and held: it changes slowly.
		for x0 := 0; x0 < w; x0 += 16 {
			loss := -1.0
			for x := x0; x < min(x0+16, w); x++ {
				if row[x] == 0 {
					continue
				}
				if loss < 0 {
					loss = d.wear.fade * 255 * (0.3 + 1.1*patch.at(x0, y))
				}
				// Grain bites single pixels: ±1 deviation of it swings the loss by its own size.
				l := loss * (0.5 + float64(noise[x&tileMask])/96)
				row[x] = uint8(max(0, float64(row[x])-max(0, l)))
			}
		}
	}
}

// blur softens a mask: two passes of a box whose width follows the wear, close to a Gaussian.
func (d *renderer) blur(m *mask) {
	radius := d.wear.blur * float64(d.dpi) / 300
	w, h := m.rect.Dx(), m.rect.Dy()
	if w < 3 || h < 3 || radius <= 0 {
		return
	}
	// Kernel a b c b a from a Gaussian of that radius.
	g := func(x float64) float64 { return math.Exp(-x * x / (2 * radius * radius)) }
	total := 1 + 2*g(1) + 2*g(2)
	k0, k1 := uint32(math.Round(65536/total)), uint32(math.Round(65536*g(1)/total))
	k2 := (65536 - k0 - 2*k1) / 2
	if cap(d.blurTmp) < w*h {
		d.blurTmp = make([]uint8, w*h)
	}
	tmp := d.blurTmp[:w*h]
	for y := range h {
		row, out := m.pix[y*w:][:w], tmp[y*w:][:w]
		for x := 2; x < w-2; x++ {
			a, b, c, e, f := row[x-2], row[x-1], row[x], row[x+1], row[x+2]
			if a|b|c|e|f == 0 {
				out[x] = 0
				continue
			}
			out[x] = uint8((k0*uint32(c) + k1*(uint32(b)+uint32(e)) + k2*(uint32(a)+uint32(f)) + 32768) >> 16)
		}
		out[0], out[1], out[w-2], out[w-1] = 0, 0, 0, 0
	}
	for y := range h {
		out := m.pix[y*w:][:w]
		if y < 2 || y >= h-2 {
			clear(out)
			continue
		}
		r0, r1, r2, r3, r4 := tmp[(y-2)*w:][:w], tmp[(y-1)*w:][:w], tmp[y*w:][:w], tmp[(y+1)*w:][:w], tmp[(y+2)*w:][:w]
		for x := range out {
			a, b, c, e, f := r0[x], r1[x], r2[x], r3[x], r4[x]
			if a|b|c|e|f == 0 {
				out[x] = 0
				continue
			}
			out[x] = uint8((k0*uint32(c) + k1*(uint32(b)+uint32(e)) + k2*(uint32(a)+uint32(f)) + 32768) >> 16)
		}
	}
}

// describe notes where everything came to lie, in upright pixels.
func (d *renderer) describe(s *sheet, t *PageTruth, m affine) {
	clip := func(b page.Box) page.Box {
		return page.Box{X0: max(b.X0, 0), Y0: max(b.Y0, 0), X1: min(b.X1, t.Width), Y1: min(b.Y1, t.Height)}
	}
	box := func(x0, y0, x1, y1 float64) page.Box {
		r := pixelRect(m, x0, y0, x1, y1)
		return clip(page.Box{X0: r.Min.X, Y0: r.Min.Y, X1: r.Max.X, Y1: r.Max.Y})
	}
	for _, se := range s.seals {
		t.Seals = append(t.Seals, box(se.cx-se.r, se.cy-se.r, se.cx+se.r, se.cy+se.r))
	}
	for _, st := range s.strokes {
		t.Signatures = append(t.Signatures, box(st.bounds()))
	}
	for _, st := range s.stamps {
		t.Stamps = append(t.Stamps, box(st.x, st.y, st.x+st.w, st.y+st.h))
	}
	for _, l := range s.lines {
		lt := LineTruth{Text: l.text()}
		for _, w := range l.words {
			wt := WordTruth{Text: w.text, Box: box(w.x0, w.y0, w.x1, w.y1), Handwritten: w.hand, Field: w.field}
			for _, se := range s.seals {
				wt.Stamped = wt.Stamped || se.covers(w)
			}
			lt.Box = lt.Box.Union(wt.Box)
			lt.Words = append(lt.Words, wt)
		}
		t.Lines = append(t.Lines, lt)
	}
}

// covers reports whether the seal's disc lies on at least a quarter of the word's width.
func (s seal) covers(w word) bool {
	const steps = 16
	hit := 0
	for i := range steps {
		x := w.x0 + (w.x1-w.x0)*(float64(i)+0.5)/steps
		if math.Hypot(x-s.cx, (w.y0+w.y1)/2-s.cy) <= s.r {
			hit++
		}
	}
	return hit*4 >= steps
}

// pixelRect is the picture rectangle around a mapped sheet rectangle.
func pixelRect(m affine, x0, y0, x1, y1 float64) image.Rectangle {
	ax, ay := m.at(x0, y0)
	bx, by := m.at(x1, y0)
	cx, cy := m.at(x0, y1)
	dx, dy := m.at(x1, y1)
	return image.Rect(int(math.Floor(min(ax, bx, cx, dx))), int(math.Floor(min(ay, by, cy, dy))),
		int(math.Ceil(max(ax, bx, cx, dx))), int(math.Ceil(max(ay, by, cy, dy))))
}
