//go:build cgo && linux

package ocr

import (
	"slices"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/picture"
	"sohoa/internal/page"
)

// readRed reads what is printed in red: titles of certificates, stamps of an office. Red is lifted to paper for the reading of a page, so
// that a seal does not hide the text under it; this looks only where red ink has the shape of lines, away from seals. turn and level are
// those of the page, scale is that of its reading. Boxes are on the upright page of w × h pixels.
func (r *Recogniser) readRed(p page.Picture, red *lept.Pix, dpi, scale float64, turn page.Turn, level float64, w, h int) ([]page.Line, error) {
	if red == nil {
		return nil, nil
	}
	places := red.RedText(dpi)
	if places == nil {
		return nil, nil
	}
	defer places.Close()
	x, err := picture.RedPrint(p, places)
	if err != nil {
		return nil, err
	}
	defer func() { x.Close() }()
	if scale != 1 {
		small, err := x.Scaled(scale)
		if err != nil {
			return nil, err
		}
		x.Close()
		x = small
	}
	a, err := r.readTurned(x, turn, dpi*scale, scale, level)
	if err != nil {
		return nil, err
	}
	a.place.w, a.place.h = float64(w), float64(h)
	a.place.lines(a.lines)
	return r.s.keepText(a.lines), nil
}

// withRed puts lines of red print among those of a page, each before the first that stands lower. What lies on a line that was read
// already is left out.
func withRed(lines, red []page.Line) []page.Line {
	for _, l := range red {
		if slices.ContainsFunc(lines, func(o page.Line) bool { return covers(o.Box, l.Box) }) {
			continue
		}
		middle := (l.Box.Y0 + l.Box.Y1) / 2
		at := slices.IndexFunc(lines, func(o page.Line) bool { return (o.Box.Y0+o.Box.Y1)/2 > middle })
		if at < 0 {
			at = len(lines)
		}
		block := 0 // one that nothing else has: order and blocks are counted anew
		for _, o := range lines {
			block = max(block, o.Block+1)
		}
		l.Block = block
		lines = slices.Insert(lines, at, l)
	}
	return lines
}

// covers reports whether half of b lies in a.
func covers(a, b page.Box) bool {
	w, h := min(a.X1, b.X1)-max(a.X0, b.X0), min(a.Y1, b.Y1)-max(a.Y0, b.Y0)
	return w > 0 && h > 0 && 2*w*h > (b.X1-b.X0)*(b.Y1-b.Y0)
}
