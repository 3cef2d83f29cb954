//go:build cgo && linux

package ocr

import (
	"math"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// quality measures the scan of a page: on the picture as scanned, before its paper is made even. skew and turn are what was found; a page
// without text has no edge that text could run over.
func (r *Recogniser) quality(p page.Picture, upright *lept.Pix, dpi float64, l look, res page.Result) *page.Quality {
	q := page.Quality{DPI: math.Round(min(p.DPIX, p.DPIY)), Paper: 255, SkewLeft: round(res.Skew)}
	if readingDPI(p, upright.Width(), upright.Height()) != math.Sqrt(max(p.DPIX, 0)*max(p.DPIY, 0)) {
		q.DPI = math.Round(dpi) // what the file says cannot be
	}
	if upright.Depth() == 8 {
		paper, ink, edge := upright.Scan()
		q.Paper, q.Ink, q.Blur = float64(paper), float64(ink), round(edge*72/dpi)
	}
	if res.Kind != page.Text {
		return &q
	}
	for i, edge := range []string{"top", "right", "bottom", "left"} {
		// A clockwise turn by a quarter makes the left edge the top one.
		if l.atEdge[(i+4-int(res.Turn)/90)%4] >= r.s.CutLetters {
			q.Cut = append(q.Cut, edge)
		}
	}
	return &q
}

func round(v float64) float64 { return math.Round(v*100) / 100 }
