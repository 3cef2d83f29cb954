package sample

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// affine maps sheet points to picture pixels: x' = a·x + c·y + e, y' = b·x + d·y + f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) at(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// then returns the map that does m first and n after it.
func (m affine) then(n affine) affine {
	return affine{
		a: n.a*m.a + n.c*m.b, b: n.b*m.a + n.d*m.b,
		c: n.a*m.c + n.c*m.d, d: n.b*m.c + n.d*m.d,
		e: n.a*m.e + n.c*m.f + n.e, f: n.b*m.e + n.d*m.f + n.f,
	}
}

func scaling(s float64) affine       { return affine{a: s, d: s} }
func moving(x, y float64) affine     { return affine{a: 1, d: 1, e: x, f: y} }
func turning(degrees float64) affine { return turningRad(degrees * math.Pi / 180) }
func turningRad(radians float64) affine {
	s, c := math.Sincos(radians)
	return affine{a: c, b: s, c: -s, d: c}
}

// scale is the length that one point becomes, in pixels.
func (m affine) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// mask holds how much of each pixel is covered: 0 none, 255 all. Its rectangle is in picture pixels.
type mask struct {
	rect image.Rectangle
	pix  []uint8
}

func newMask(rect image.Rectangle) *mask {
	return &mask{rect: rect, pix: make([]uint8, rect.Dx()*rect.Dy())}
}

// painter fills outlines into masks. It keeps its buffers; not safe for concurrent use.
type painter struct {
	z   vector.Rasterizer
	buf []uint8
	tmp []segment
}

// fill adds an outline, mapped by m, to the mask. strength scales the coverage (255 is full).
func (p *painter) fill(dst *mask, outline []segment, m affine, strength uint8) {
	if len(outline) == 0 {
		return
	}
	p.tmp = p.tmp[:0]
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range outline {
		n := 1
		switch s.op {
		case 'Q':
			n = 2
		case 'C':
			n = 3
		}
		t := segment{op: s.op}
		for i := range n {
			x, y := m.at(s.p[i].x, s.p[i].y)
			t.p[i] = point{x, y}
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
		p.tmp = append(p.tmp, t)
	}
	r := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
	clip := r.Intersect(dst.rect)
	if clip.Empty() || r.Dx() > 1<<14 || r.Dy() > 1<<14 {
		return
	}
	w, h := r.Dx(), r.Dy()
	p.z.Reset(w, h)
	ox, oy := float64(r.Min.X), float64(r.Min.Y)
	f := func(q point) (float32, float32) { return float32(q.x - ox), float32(q.y - oy) }
	open := false
	for _, s := range p.tmp {
		ax, ay := f(s.p[0])
		switch s.op {
		case 'M':
			if open {
				p.z.ClosePath()
			}
			p.z.MoveTo(ax, ay)
			open = true
		case 'L':
			p.z.LineTo(ax, ay)
		case 'Q':
			bx, by := f(s.p[1])
			p.z.QuadTo(ax, ay, bx, by)
		case 'C':
			bx, by := f(s.p[1])
			cx, cy := f(s.p[2])
			p.z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	if open {
		p.z.ClosePath()
	}
	if cap(p.buf) < w*h {
		p.buf = make([]uint8, w*h*2)
	}
	a := &image.Alpha{Pix: p.buf[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	p.z.DrawOp = draw.Src
	p.z.Draw(a, a.Rect, image.Opaque, image.Point{})
	stride := dst.rect.Dx()
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		src := a.Pix[(y-r.Min.Y)*w+clip.Min.X-r.Min.X:][:clip.Dx()]
		out := dst.pix[(y-dst.rect.Min.Y)*stride+clip.Min.X-dst.rect.Min.X:][:len(src)]
		for i, v := range src {
			if v == 0 {
				continue
			}
			c := uint32(v)
			if strength != 255 {
				c = c * uint32(strength) / 255
			}
			o := uint32(out[i])
			out[i] = uint8(o + (255-o)*c/255)
		}
	}
}

// text draws a run of characters whose baseline starts at (x, y).
func (p *painter) text(dst *mask, f *face, size, x, y float64, s string, m affine) {
	for _, r := range s {
		g := f.glyph(r)
		p.fill(dst, g.outline, scaling(size).then(moving(x, y)).then(m), 255)
		x += g.advance * size
	}
}

// line draws a straight stroke of the given width.
func (p *painter) line(dst *mask, x0, y0, x1, y1, width float64, m affine) {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l == 0 {
		return
	}
	nx, ny := -dy/l*width/2, dx/l*width/2
	p.fill(dst, polygon(point{x0 + nx, y0 + ny}, point{x1 + nx, y1 + ny}, point{x1 - nx, y1 - ny}, point{x0 - nx, y0 - ny}), m, 255)
}

func polygon(ps ...point) []segment {
	out := make([]segment, len(ps))
	for i, q := range ps {
		out[i] = segment{op: 'L', p: [3]point{q}}
	}
	out[0].op = 'M'
	return out
}

// circle is wound clockwise for a positive and anticlockwise for a negative direction, so that two make a ring.
func circle(cx, cy, r float64, direction float64) []segment {
	const k = 0.5522847498307936 // (4/3)·tan(π/8): a quarter circle as one cubic
	d := direction
	at := func(x, y float64) point { return point{cx + x*r, cy + y*r*d} }
	return []segment{
		{op: 'M', p: [3]point{at(1, 0)}},
		{op: 'C', p: [3]point{at(1, k), at(k, 1), at(0, 1)}},
		{op: 'C', p: [3]point{at(-k, 1), at(-1, k), at(-1, 0)}},
		{op: 'C', p: [3]point{at(-1, -k), at(-k, -1), at(0, -1)}},
		{op: 'C', p: [3]point{at(k, -1), at(1, -k), at(1, 0)}},
	}
}

func ring(cx, cy, outer, inner float64) []segment {
	return append(circle(cx, cy, outer, 1), circle(cx, cy, inner, -1)...)
}
