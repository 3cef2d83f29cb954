package digitise

import "sohoa/internal/page"

// turnLines turns lines that lie in a page of size (X1, Y1) clockwise with the page.
func turnLines(lines []page.Line, t page.Turn, size page.Box) []page.Line {
	if t == 0 || len(lines) == 0 {
		return lines
	}
	w, h := float64(size.X1), float64(size.Y1)
	point := func(p page.Point) page.Point {
		switch t {
		case 90:
			return page.Point{X: h - p.Y, Y: p.X}
		case 180:
			return page.Point{X: w - p.X, Y: h - p.Y}
		case 270:
			return page.Point{X: p.Y, Y: w - p.X}
		}
		return p
	}
	box := func(b page.Box) page.Box {
		p, q := point(page.Point{X: float64(b.X0), Y: float64(b.Y0)}), point(page.Point{X: float64(b.X1), Y: float64(b.Y1)})
		return page.Box{X0: int(min(p.X, q.X)), Y0: int(min(p.Y, q.Y)), X1: int(max(p.X, q.X)), Y1: int(max(p.Y, q.Y))}
	}
	out := make([]page.Line, len(lines))
	for i, l := range lines {
		l.Box, l.BaseFrom, l.BaseTo = box(l.Box), point(l.BaseFrom), point(l.BaseTo)
		words := make([]page.Word, len(l.Words))
		for j, w := range l.Words {
			w.Box = box(w.Box)
			words[j] = w
		}
		l.Words = words
		out[i] = l
	}
	return out
}
