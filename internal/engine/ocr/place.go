//go:build cgo && linux

package ocr

import (
	"math"

	"sohoa/internal/page"
)

// place says where the pixels of a picture made for reading lie on the upright page: it was scaled by scale, turned clockwise by
// rotated degrees about its middle, and its canvas then had readW × readH pixels around the same middle.
type place struct {
	scale        float64 // reading pixels for one upright pixel
	rotated      float64 // degrees clockwise
	readW, readH float64
	w, h         float64 // upright page
}

// point maps from reading pixels to upright pixels.
func (p place) point(x, y float64) page.Point {
	dx, dy := x-p.readW/2, y-p.readH/2
	if p.rotated != 0 {
		sin, cos := math.Sincos(-p.rotated * math.Pi / 180) // y points down, so a clockwise turn is positive
		dx, dy = dx*cos-dy*sin, dx*sin+dy*cos
	}
	return page.Point{X: p.w/2 + dx/p.scale, Y: p.h/2 + dy/p.scale}
}

// box maps a rectangle to the smallest upright one around it, inside the page.
func (p place) box(b page.Box) page.Box {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range [4][2]int{{b.X0, b.Y0}, {b.X1, b.Y0}, {b.X0, b.Y1}, {b.X1, b.Y1}} {
		q := p.point(float64(c[0]), float64(c[1]))
		x0, x1 = min(x0, q.X), max(x1, q.X)
		y0, y1 = min(y0, q.Y), max(y1, q.Y)
	}
	inside := func(v, limit float64) int { return int(min(max(math.Round(v), 0), limit)) }
	return page.Box{X0: inside(x0, p.w), Y0: inside(y0, p.h), X1: inside(x1, p.w), Y1: inside(y1, p.h)}
}

// lines maps lines in place.
func (p place) lines(lines []page.Line) {
	for i := range lines {
		l := &lines[i]
		l.Box = p.box(l.Box)
		l.BaseFrom = p.point(l.BaseFrom.X, l.BaseFrom.Y)
		l.BaseTo = p.point(l.BaseTo.X, l.BaseTo.Y)
		l.Size /= p.scale
		for j := range l.Words {
			l.Words[j].Box = p.box(l.Words[j].Box)
		}
	}
}
