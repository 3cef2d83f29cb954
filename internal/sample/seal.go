package sample

import (
	"image"
	"math"
	"strings"
)

// seal is an agency's round stamp, in points.
type seal struct {
	cx, cy, r float64
	ring      string  // capitals around the edge
	core      string  // capitals across the middle; empty for a star with sheaves
	tilt      float64 // degrees; nobody stamps quite straight
	pressure  float64 // 0 faint … 1 soaked
	grain     uint64  // stream of its uneven ink
}

func newSeal(r *rng, cx, cy, radius float64, ring, core string) seal {
	return seal{
		cx: cx, cy: cy, r: radius, ring: strings.ToUpper(ring), core: strings.ToUpper(core),
		tilt: r.norm() * 7, pressure: r.between(0.72, 1), grain: r.src.Uint64(),
	}
}

// draw returns the seal's coverage in picture pixels, uneven as a rubber stamp leaves it.
func (s seal) draw(p *painter, fonts *fontSet, m affine, bounds image.Rectangle) *mask {
	x, y := m.at(s.cx, s.cy)
	reach := s.r*m.scale() + 3
	rect := image.Rect(int(x-reach), int(y-reach), int(x+reach)+1, int(y+reach)+1).Intersect(bounds)
	if rect.Empty() {
		return nil
	}
	out := newMask(rect)
	own := turning(s.tilt).then(moving(s.cx, s.cy)).then(m)
	r := s.r
	p.fill(out, ring(0, 0, r, r-1.5), own, 255)
	p.fill(out, ring(0, 0, r-2.6, r-3.4), own, 255)
	inner := r * 0.64
	p.fill(out, ring(0, 0, inner, inner-0.9), own, 255)
	s.lettering(p, out, fonts, own, inner)
	if s.core == "" {
		s.emblem(p, out, own, inner)
	} else {
		s.coreText(p, out, fonts, own, inner)
	}
	s.wear(out, m.scale())
	return out
}

// lettering sets the ring text along the upper arc, leaving room for the star at the bottom.
func (s seal) lettering(p *painter, out *mask, fonts *fontSet, own affine, inner float64) {
	f := fonts.faces[sansBold]
	size := (s.r - 3.4 - inner) * 0.92
	width := fonts.width(sansBold, size, s.ring)
	radius := inner + (s.r-3.4-inner)*0.24
	arc := 2 * math.Pi * 0.86
	spread, squeeze := arc*radius/width, 1.0
	if spread < 1 {
		squeeze = spread
	}
	spread = min(spread, 1.9)
	angle := -spread * width / radius / 2
	for _, c := range s.ring {
		g := f.glyph(c)
		adv := g.advance * size * spread / radius
		local := affine{a: squeeze * size, d: size}.then(moving(-g.advance*size*squeeze/2, -radius)).then(turningRad(angle + adv/2))
		p.fill(out, g.outline, local.then(own), 255)
		angle += adv
	}
	p.fill(out, star(0, radius+size*0.35, size*0.52), own, 255)
}

// emblem fills the middle with a star over two sheaves and a wheel: like a coat of arms from afar, none in fact.
func (s seal) emblem(p *painter, out *mask, own affine, inner float64) {
	p.fill(out, star(0, -inner*0.32, inner*0.3), own, 255)
	for side := -1.0; side <= 1; side += 2 {
		for i := range 26 {
			t := float64(i) / 25
			a := math.Pi/2 + side*(0.35+t*2.05)
			for k, depth := range [3]float64{0.86, 0.73, 0.61} {
				rr := inner * depth
				x, y := rr*math.Cos(a+0.05*float64(k)), rr*math.Sin(a+0.05*float64(k))
				leaf := affine{a: inner * 0.075, d: inner * 0.034}.then(turningRad(a + side*(1.2+0.3*float64(k)))).then(moving(x, y))
				p.fill(out, circle(0, 0, 1, 1), leaf.then(own), 255)
			}
		}
	}
	p.fill(out, ring(0, inner*0.42, inner*0.2, inner*0.14), own, 255)
	for i := range 14 {
		a := float64(i) * 2 * math.Pi / 14
		tooth := affine{a: inner * 0.03, d: inner * 0.03}.then(moving(inner*0.225*math.Cos(a), inner*0.42+inner*0.225*math.Sin(a)))
		p.fill(out, circle(0, 0, 1, 1), tooth.then(own), 255)
	}
	band := polygon(point{-inner * 0.5, inner * 0.66}, point{inner * 0.5, inner * 0.66}, point{inner * 0.42, inner * 0.82}, point{-inner * 0.42, inner * 0.82})
	p.fill(out, band, own, 255)
}

func (s seal) coreText(p *painter, out *mask, fonts *fontSet, own affine, inner float64) {
	lines := strings.Split(s.core, "/")
	size := min(inner*0.36, 9.5)
	for _, l := range lines {
		if w := fonts.width(sansBold, size, strings.TrimSpace(l)); w > inner*1.75 {
			size *= inner * 1.75 / w
		}
	}
	y := -float64(len(lines)-1)*size*0.62 + size*0.36
	for _, l := range lines {
		l = strings.TrimSpace(l)
		p.text(out, fonts.faces[sansBold], size, -fonts.width(sansBold, size, l)/2, y, l, own)
		y += size * 1.25
	}
}

// star is the five-pointed star, one point up.
func star(cx, cy, r float64) []segment {
	var ps []point
	for i := range 10 {
		rr := r
		if i%2 == 1 {
			rr = r * 0.382
		}
		a := -math.Pi/2 + float64(i)*math.Pi/5
		ps = append(ps, point{cx + rr*math.Cos(a), cy + rr*math.Sin(a)})
	}
	return polygon(ps...)
}

// wear takes ink away in patches and specks: smooth noise over about 3 mm and grain over two pixels.
func (s seal) wear(m *mask, pixelsPerPoint float64) {
	w, h := m.rect.Dx(), m.rect.Dy()
	patch := newField(s.grain, 9*pixelsPerPoint)
	fine := newField(s.grain^0x5bd1e995, 0.55*pixelsPerPoint)
	for y := range h {
		row := m.pix[y*w:][:w]
		for x, v := range row {
			if v == 0 {
				continue
			}
			k := s.pressure + 0.55*(patch.at(x, y)-0.35) + 0.75*(fine.at(x, y)-0.5)
			switch {
			case k < 0.38:
				row[x] = uint8(float64(v) * 0.25)
			case k < 0.62:
				row[x] = uint8(float64(v) * (0.25 + (k-0.38)*3.1))
			}
		}
	}
}

// field is smooth value noise in [0, 1] with the given cell size in pixels.
type field struct {
	seed uint64
	cell float64
}

func newField(seed uint64, cell float64) field { return field{seed, max(cell, 1)} }

func (f field) at(x, y int) float64 {
	fx, fy := float64(x)/f.cell, float64(y)/f.cell
	ix, iy := math.Floor(fx), math.Floor(fy)
	u, v := fx-ix, fy-iy
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	n := func(dx, dy int) float64 {
		h := f.seed + uint64(int(ix)+dx)*0x9e3779b97f4a7c15 + uint64(int(iy)+dy)*0xc2b2ae3d27d4eb4f
		h ^= h >> 29
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 32
		return float64(h&0xffff) / 0xffff
	}
	top := n(0, 0)*(1-u) + n(1, 0)*u
	low := n(0, 1)*(1-u) + n(1, 1)*u
	return top*(1-v) + low*v
}
