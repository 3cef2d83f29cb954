package sample

import "math"

// stroke is a pen's path: points with the width of the line at each, in points.
type stroke struct {
	pts    []point
	widths []float64
	ink    inkKind
}

// scrawl signs around (x, y): a few loops, then a flourish running off to the right.
func (w *writer) scrawl(x, y, scale float64) {
	r := w.r
	ink := w.pen
	if r.chance(0.3) {
		ink = bluePen
	}
	// Control points: a rising start, loops of falling size, a long last stroke.
	px, py := x-r.between(38, 55)*scale, y+r.between(4, 14)*scale
	knots := []point{{px, py}}
	add := func(dx, dy float64) {
		px, py = px+dx*scale, py+dy*scale
		knots = append(knots, point{px, py})
	}
	add(r.between(18, 34), -r.between(24, 44))
	add(r.between(6, 14), r.between(4, 12))
	add(-r.between(14, 26), r.between(22, 38))
	for range r.span(2, 5) {
		add(r.between(8, 15), -r.between(12, 30))
		add(r.between(3, 9), r.between(2, 8))
		add(-r.between(4, 11), r.between(10, 24))
	}
	add(r.between(10, 18), -r.between(2, 10))
	add(r.between(28, 60), -r.between(8, 30))
	w.cur.strokes = append(w.cur.strokes, penStroke(r, knots, r.between(1.0, 1.7), ink))
	if r.chance(0.45) {
		sx, sy := x-r.between(10, 30)*scale, y+r.between(10, 20)*scale
		under := []point{{sx, sy}, {sx + 30*scale, sy - r.between(2, 8)}, {sx + r.between(55, 85)*scale, sy - r.between(4, 14)}}
		w.cur.strokes = append(w.cur.strokes, penStroke(r, under, r.between(0.8, 1.3), ink))
	}
}

// initial is the small mark the scanning clerk leaves at the top left of the first side.
func (w *writer) initial(on *sheet) {
	x, y := w.r.between(30, 48), w.r.between(30, 60)
	knots := []point{{x, y}}
	for range w.r.span(3, 5) {
		x, y = x+w.r.between(-3, 12), y+w.r.between(-13, 12)
		knots = append(knots, point{x, y})
	}
	on.strokes = append(on.strokes, penStroke(w.r, knots, 1, bluePen))
}

// penStroke runs a Catmull-Rom curve through the knots; the pen presses less where it is fast.
func penStroke(r *rng, knots []point, width float64, ink inkKind) stroke {
	s := stroke{ink: ink}
	at := func(i int) point { return knots[min(max(i, 0), len(knots)-1)] }
	press := r.between(0, 6)
	for i := 0; i+1 < len(knots); i++ {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		steps := int(math.Hypot(c.x-b.x, c.y-b.y)/0.9) + 2
		for k := range steps {
			t := float64(k) / float64(steps)
			t2, t3 := t*t, t*t*t
			f := func(a, b, c, d float64) float64 {
				return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t2 + (3*b-a-3*c+d)*t3)
			}
			s.pts = append(s.pts, point{f(a.x, b.x, c.x, d.x), f(a.y, b.y, c.y, d.y)})
			u := float64(i) + t
			s.widths = append(s.widths, width*(0.75+0.35*math.Sin(u*1.7+press)))
		}
	}
	// The last stretch lifts off.
	for i := range min(12, len(s.widths)) {
		s.widths[len(s.widths)-1-i] *= 0.35 + 0.65*float64(i)/12
	}
	return s
}

// outline returns the stroke as quads and discs.
func (s stroke) outline() [][]segment {
	var out [][]segment
	for i := range s.pts {
		out = append(out, circle(s.pts[i].x, s.pts[i].y, s.widths[i]/2, 1))
		if i == 0 {
			continue
		}
		a, b := s.pts[i-1], s.pts[i]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		if l == 0 {
			continue
		}
		nx, ny := -(b.y-a.y)/l/2, (b.x-a.x)/l/2
		wa, wb := s.widths[i-1], s.widths[i]
		out = append(out, polygon(point{a.x + nx*wa, a.y + ny*wa}, point{b.x + nx*wb, b.y + ny*wb},
			point{b.x - nx*wb, b.y - ny*wb}, point{a.x - nx*wa, a.y - ny*wa}))
	}
	return out
}

func (s stroke) bounds() (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, p := range s.pts {
		h := s.widths[i] / 2
		x0, y0, x1, y1 = min(x0, p.x-h), min(y0, p.y-h), max(x1, p.x+h), max(y1, p.y+h)
	}
	return x0, y0, x1, y1
}
