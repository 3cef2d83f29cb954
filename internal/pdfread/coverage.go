package pdfread

import "math"

// cellPixels is the side of the squares coverage is counted in: 1/75 inch on a page drawn at 300 dpi.
const cellPixels = 4

// inkCovered tells how much of a drawn page's ink lies in the boxes of its text, 0–1; 1 for a page without ink. Rules and solid areas
// count only with solids: a form's lines say nothing about whether its words are text, a photograph's dark parts do.
func inkCovered(c *canvas, glyphs []glyph, kx, ky float64, solids bool) float64 {
	cw, ch := (c.width+cellPixels-1)/cellPixels, (c.height+cellPixels-1)/cellPixels
	covered := make([]bool, cw*ch)
	for _, g := range glyphs {
		if g.box.empty() {
			continue
		}
		// A little more on each side: ink runs over a letter's box, and accents over its top.
		pad := 0.12 * g.box.height()
		x0, x1 := cell((g.box.x0-pad)*kx, cw), cell((g.box.x1+pad)*kx, cw)
		y0, y1 := cell((g.box.y0-2*pad)*ky, ch), cell((g.box.y1+2*pad)*ky, ch)
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				covered[y*cw+x] = true
			}
		}
	}
	ink, hit := 0, 0
	rule := max(int(kx*20), 24) // longer than any letter stroke: 20 points
	if solids {
		rule = math.MaxInt
	}
	for y := 0; y < c.height; y += 2 {
		row := c.row(y)
		for x := 0; x < c.width; x++ {
			if !c.dark(row, x) {
				continue
			}
			end := x
			for end < c.width && c.dark(row, end) {
				end++
			}
			if end-x < rule {
				for ; x < end; x += 2 {
					if covered[(y/cellPixels)*cw+x/cellPixels] {
						ink++
						hit++
					} else if solids || !c.upright(x, y, rule) {
						ink++
					}
				}
			}
			x = end
		}
	}
	if ink == 0 {
		return 1
	}
	return float64(hit) / float64(ink)
}

func cell(v float64, n int) int { return min(max(int(v)/cellPixels, 0), n-1) }

// dark reports whether a pixel counts as ink: black, gray down to two thirds, and the red and blue of stamps and pens.
func (c *canvas) dark(row []byte, x int) bool { return c.luma(row, x) < 170 }

// upright reports whether a dark pixel belongs to something taller than any letter.
func (c *canvas) upright(x, y, length int) bool {
	run := 1
	for up := y - 1; up >= 0 && run <= length && c.dark(c.row(up), x); up-- {
		run++
	}
	for down := y + 1; down < c.height && run <= length && c.dark(c.row(down), x); down++ {
		run++
	}
	return run > length
}
