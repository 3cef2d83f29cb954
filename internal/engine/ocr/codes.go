//go:build cgo && linux

package ocr

import (
	"math"
	"slices"

	"sohoa/internal/engine/codes"
	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/picture"
	"sohoa/internal/page"
)

// codes looks for bar codes on a page: on the gray picture that is read, and where that is too coarse on the page as scanned.
func (r *Recogniser) codes(upright, gray *lept.Pix, scale, level float64, squares []page.Box) ([]codes.Found, error) {
	if math.Abs(level) < r.s.MinSkew {
		level = 0
	}
	return codes.Find(codes.Page{
		Read: gray, Full: upright, Scale: scale, Ink: int(float64(gray.Level(0.5)) * r.s.InkShade), Level: level, Squares: squares,
	})
}

// Codes finds the bar codes of a page whose text is known and which lies level, as born-digital ones do.
func (r *Recogniser) Codes(p page.Picture) ([]page.Code, error) {
	upright, red, err := picture.Upright(p)
	if err != nil {
		return nil, err
	}
	defer upright.Close()
	red.Close()
	dpi := readingDPI(p, upright.Width(), upright.Height())
	scale := r.scale(upright, dpi, r.s.ReadDPI)
	gray, err := forReading(upright, scale)
	if err != nil {
		return nil, err
	}
	defer gray.Close()
	ink, err := gray.Scaled(min(1, r.s.LookDPI/(dpi*scale)))
	if err == nil {
		ink, err = ink.ToInk(int(float64(ink.Level(0.5)) * r.s.InkShade))
	}
	if err != nil {
		return nil, err
	}
	defer ink.Close()
	squares := r.partsOf(ink, float64(gray.Width())/float64(ink.Width())).squares
	found, err := r.codes(upright, gray, scale, 0, squares)
	if err != nil {
		return nil, err
	}
	return placed(found, scale, 0, upright.Width(), upright.Height()), nil
}

// placed puts codes onto the page of w × h pixels that gray is a copy of at scale, turned as it was found to lie.
func placed(found []codes.Found, scale float64, turn page.Turn, w, h int) []page.Code {
	var out []page.Code
	for _, f := range found {
		x := func(v int) int { return min(max(int(math.Round(float64(v)/scale)), 0), w) }
		y := func(v int) int { return min(max(int(math.Round(float64(v)/scale)), 0), h) }
		b := page.Box{X0: x(f.Box.X0), Y0: y(f.Box.Y0), X1: x(f.Box.X1), Y1: y(f.Box.Y1)}
		switch turn {
		case 90:
			b = page.Box{X0: h - b.Y1, Y0: b.X0, X1: h - b.Y0, Y1: b.X1}
		case 180:
			b = page.Box{X0: w - b.X1, Y0: h - b.Y1, X1: w - b.X0, Y1: h - b.Y0}
		case 270:
			b = page.Box{X0: b.Y0, Y0: w - b.X1, X1: b.Y1, Y1: w - b.X0}
		}
		out = append(out, page.Code{Format: f.Format, Text: f.Text, Box: b, Damaged: f.Damaged})
	}
	return out
}

// besideCodes leaves out the words that were read into codes.
func besideCodes(lines []page.Line, codes []page.Code) []page.Line {
	if len(codes) == 0 {
		return lines
	}
	var kept []page.Line
	for _, l := range lines {
		words := slices.DeleteFunc(slices.Clone(l.Words), func(w page.Word) bool {
			x, y := (w.Box.X0+w.Box.X1)/2, (w.Box.Y0+w.Box.Y1)/2
			return slices.ContainsFunc(codes, func(c page.Code) bool { return x >= c.Box.X0 && x < c.Box.X1 && y >= c.Box.Y0 && y < c.Box.Y1 })
		})
		switch {
		case len(words) == len(l.Words):
			kept = append(kept, l)
		case len(words) > 0:
			kept = append(kept, withWords(l, words))
		}
	}
	return kept
}
