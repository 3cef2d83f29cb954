package pdfa

import (
	"fmt"
	"math"

	"sohoa/internal/page"
)

// matrix is an affine map [a b c d e f] as PDF writes it: x' = ax + cy + e, y' = bx + dy + f.
type matrix [6]float64

// then applies o after m. The products are rounded one by one, so every machine gets the same bits.
func (m matrix) then(o matrix) matrix {
	return matrix{
		float64(m[0]*o[0]) + float64(m[1]*o[2]), float64(m[0]*o[1]) + float64(m[1]*o[3]),
		float64(m[2]*o[0]) + float64(m[3]*o[2]), float64(m[2]*o[1]) + float64(m[3]*o[3]),
		float64(m[4]*o[0]) + float64(m[5]*o[2]) + o[4], float64(m[4]*o[1]) + float64(m[5]*o[3]) + o[5],
	}
}

// turned turns the unit square clockwise within itself.
func turned(t page.Turn) matrix {
	switch t {
	case 90:
		return matrix{0, -1, 1, 0, 0, 1}
	case 180:
		return matrix{-1, 0, 0, -1, 1, 1}
	case 270:
		return matrix{0, 1, -1, 0, 1, 0}
	}
	return matrix{1, 0, 0, 1, 0, 0}
}

// mirrored swaps left and right of the unit square.
func mirrored() matrix { return matrix{-1, 0, 0, 1, 1, 0} }

// upright places p's samples, which PDF draws in the unit square, as the file says they are seen.
func upright(p *page.Picture) matrix {
	m := matrix{1, 0, 0, 1, 0, 0}
	if p.Mirror {
		m = mirrored()
	}
	return m.then(turned(p.Turn))
}

// sheet is a page's geometry: Width × Height is the picture's place at the top left of a MediaBox of boxW × boxH, all in units of
// unit/72 inch.
type sheet struct {
	w, h       float64
	boxW, boxH float64
	unit       int
}

// The limits of a page boundary (ISO 19005-2, 6.1.13).
const (
	minSide = 3
	maxSide = 14400
)

// sheetOf sizes the page that shows w × h points. A plan longer than 14,400 points gets a larger user unit; a scrap smaller than 3 points stays
// at its size on a page of 3.
func sheetOf(w, h float64) sheet {
	s := sheet{unit: 1}
	if m := max(w, h); m > maxSide {
		s.unit = int(math.Ceil(m / maxSide))
	}
	s.w, s.h = w/float64(s.unit), h/float64(s.unit)
	s.boxW, s.boxH = max(s.w, minSide), max(s.h, minSide)
	return s
}

// place maps the unit square, origin at the bottom left, onto the sheet.
func (s sheet) place() matrix { return matrix{s.w, 0, 0, s.h, 0, s.boxH - s.h} }

// sizeOf gives the size in points of the page before the found turn, from the resolution where the leaf does not say.
func sizeOf(l *page.Leaf) (w, h float64, err error) {
	w, h = l.WidthPt, l.HeightPt
	if w <= 0 || h <= 0 {
		dx, dy := l.Picture.DPIX, l.Picture.DPIY
		if dx <= 0 || dy <= 0 {
			return 0, 0, fmt.Errorf("page has neither a size (%g × %g pt) nor a resolution (%g × %g dpi)", w, h, dx, dy)
		}
		w, h = float64(l.Picture.Width)*72/dx, float64(l.Picture.Height)*72/dy
		if l.Picture.Turn.Swaps() {
			w, h = h, w
		}
	}
	if !finite(w, h) || w > 1e6 || h > 1e6 {
		return 0, 0, fmt.Errorf("page is %g × %g pt, which is no paper", w, h)
	}
	return w, h, nil
}

func finite(vs ...float64) bool {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
