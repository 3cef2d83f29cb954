package layered

import "sohoa/internal/pdfa/ccitt"

// paper is what lies under the ink, as a grid of coarse tiles.
type paper struct {
	tile, w, h int
	y, cb, cr  []uint8
}

// paperOf finds the paper's colour tile by tile: that of the lightest tenth of its pixels, and where a tile is covered, that of its lightest neighbour.
func paperOf(r *raster, tile int) *paper {
	p := &paper{tile: tile, w: (r.w + tile - 1) / tile, h: (r.h + tile - 1) / tile}
	n := p.w * p.h
	y, cb, cr := make([]uint8, n), make([]uint8, n), make([]uint8, n)
	for ty := range p.h {
		for tx := range p.w {
			y[ty*p.w+tx], cb[ty*p.w+tx], cr[ty*p.w+tx] = lightest(r, tx*tile, ty*tile, tile)
		}
	}
	p.y, p.cb, p.cr = make([]uint8, n), make([]uint8, n), make([]uint8, n)
	for ty := range p.h {
		for tx := range p.w {
			best := ty*p.w + tx
			for ny := max(ty-1, 0); ny <= min(ty+1, p.h-1); ny++ {
				for nx := max(tx-1, 0); nx <= min(tx+1, p.w-1); nx++ {
					if i := ny*p.w + nx; y[i] > y[best] {
						best = i
					}
				}
			}
			i := ty*p.w + tx
			p.y[i], p.cb[i], p.cr[i] = y[best], cb[best], cr[best]
		}
	}
	return p
}

func lightest(r *raster, x0, y0, tile int) (yy, cb, cr uint8) {
	x1, y1 := min(x0+tile, r.w), min(y0+tile, r.h)
	var histogram [256]int
	for y := y0; y < y1; y++ {
		for _, v := range r.y[y*r.w+x0 : y*r.w+x1] {
			histogram[v]++
		}
	}
	left := (x1 - x0) * (y1 - y0) / 10
	level := 255
	for ; level > 0 && left >= histogram[level]; level-- {
		left -= histogram[level]
	}
	var sumB, sumR, n int
	for y := y0; y < y1; y += 2 {
		for x := x0; x < x1; x += 2 {
			if int(r.y[y*r.w+x]) >= level-8 {
				b, c := r.chroma(x, y)
				sumB, sumR, n = sumB+int(b), sumR+int(c), n+1
			}
		}
	}
	if n == 0 {
		return uint8(level), 128, 128
	}
	return uint8(level), uint8(sumB / n), uint8(sumR / n)
}

// contrast tells how far every pixel of row y stands out from the paper, in lightness and colour, and threshold from where on it is ink.
func (p *paper) contrast(r *raster, y int, out []uint8, threshold []uint8) {
	row := r.y[y*r.w : (y+1)*r.w]
	ty := y / p.tile
	for tx := range p.w {
		i := ty*p.w + tx
		base, baseB, baseR := int(p.y[i]), int(p.cb[i]), int(p.cr[i])
		limit := uint8(min(max(base*22/100, 24), 56))
		for x := tx * p.tile; x < min((tx+1)*p.tile, r.w); x++ {
			d := base - int(row[x])
			if r.cb != nil {
				b, c := r.chroma(x, y)
				d += (abs(int(b)-baseB) + abs(int(c)-baseR)) * 4 / 5
			}
			out[x] = uint8(min(max(d, 0), 255))
			threshold[x] = limit
		}
	}
}

// coloured reports whether a pixel of ink at x, y is that of a seal or a pen rather than of black print. Blue is a pen however dark; but what is
// nearly black and reddish is print, since JPEG smears a seal's colour over the letters under it. The redder, the darker it may be: on real scans
// pure seal red has a lightness of 60 to 90 and a redness from 80 on, letters under it less of both, with few pixels between.
func (p *paper) coloured(x, y int, yy, cb, cr uint8) bool {
	i := y/p.tile*p.w + x/p.tile
	const blue, any = 30, 36
	b, r := int(cb)-int(p.cb[i]), int(cr)-int(p.cr[i])
	return b > blue || abs(b)+abs(r) > any && int(yy) > int(p.y[i])*28/100-max(r-60, 0)/2
}

// darkness is how much darker than the paper a pixel is.
func (p *paper) darkness(x, y int, yy uint8) int {
	return int(p.y[y/p.tile*p.w+x/p.tile]) - int(yy)
}

func abs(v int) int { return max(v, -v) }

// inkOf finds the ink: spots of at least least pixels that stand out, one of them clearly; specks and the paper's grain are none. What stands out much less
// than the page's print does is left to the paper, where it keeps its paleness: scanner streaks, print that shows through from the back.
//
// Of the rest those pixels count that stand out by a share of the strongest near them. So soft edges make no stroke fatter, and thin strokes do not break.
func inkOf(r *raster, p *paper, least int) *ccitt.Bitmap {
	m := ccitt.NewBitmap(r.w, r.h)
	d, limit := make([]uint8, r.w*r.h), make([]uint8, r.w)
	s := &spots{}
	var above, here []run
	for y := range r.h {
		d := d[y*r.w : (y+1)*r.w]
		p.contrast(r, y, d, limit)
		here = here[:0]
		for x := 0; x < r.w; {
			if d[x] <= limit[x] {
				x++
				continue
			}
			run := run{x0: x, y: y}
			clear, strongest := false, uint8(0)
			for ; x < r.w && d[x] > limit[x]; x++ {
				clear = clear || int(d[x]) > int(limit[x])*3/2
				strongest = max(strongest, d[x])
			}
			run.x1 = x
			run.spot = s.add(x-run.x0, clear, strongest)
			here = append(here, run)
		}
		s.join(above, here)
		s.runs = append(s.runs, here...)
		above, here = here, above
	}
	typical := s.typical()
	pale, paleColour, paleDark := typical*paleShare/100, typical*paleColourShare/100, typical*paleDarkShare/100
	for _, run := range s.runs {
		spot := s.root(run.spot)
		if !s.clear[spot] || int(s.size[spot]) < least || int(s.strongest[spot]) < pale {
			continue
		}
		for x := run.x0; x < run.x1; x++ {
			near := strongest(d, r.w, r.h, x, run.y)
			if near < pale || int(d[run.y*r.w+x])*100 <= near*edgeShare {
				continue
			}
			yy := r.y[run.y*r.w+x]
			cb, cr := r.chroma(x, run.y)
			if p.coloured(x, run.y, yy, cb, cr) {
				if near < paleColour {
					continue
				}
			} else if p.darkness(x, run.y, yy) < paleDark { // a seal's pale edge: black it is not
				continue
			}
			m.Set(x, run.y)
		}
	}
	return m
}

const (
	paleShare       = 35 // percent of the typical print's contrast below which a stroke is the paper's
	paleColourShare = 55 // the same for colours: a seal that shows through from the back has many shades, and the paper's layer keeps them
	paleDarkShare   = 30 // percent of it below which a pixel without colour is not dark enough for black print
	edgeShare       = 45 // percent of the strongest contrast near it from where on a pixel is ink
)

// strongest is the highest contrast within two pixels.
func strongest(d []uint8, w, h, x, y int) int {
	most := uint8(0)
	for ny := max(y-2, 0); ny <= min(y+2, h-1); ny++ {
		for _, v := range d[ny*w+max(x-2, 0) : ny*w+min(x+2, w-1)+1] {
			most = max(most, v)
		}
	}
	return int(most)
}

// typical is the contrast that half of the ink reaches.
func (s *spots) typical() int {
	var histogram [256]int
	total := 0
	for i, size := range s.size {
		if int(s.parent[i]) == i && s.clear[i] {
			histogram[s.strongest[i]] += int(size)
			total += int(size)
		}
	}
	level, left := 255, total/2
	for ; level > 0 && left >= histogram[level]; level-- {
		left -= histogram[level]
	}
	return level
}

// run is a stretch of ink in one row, x1 exclusive.
type run struct {
	x0, x1, y int
	spot      int32
}

// spots are the connected parts of the ink, as a forest of runs.
type spots struct {
	runs      []run
	parent    []int32
	size      []int32
	strongest []uint8 // contrast
	clear     []bool
}

func (s *spots) add(size int, clear bool, strongest uint8) int32 {
	id := int32(len(s.parent))
	s.parent = append(s.parent, id)
	s.size = append(s.size, int32(size))
	s.clear = append(s.clear, clear)
	s.strongest = append(s.strongest, strongest)
	return id
}

func (s *spots) root(i int32) int32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// join makes one spot of runs that touch, corners included.
func (s *spots) join(above, here []run) {
	i := 0
	for _, h := range here {
		for i < len(above) && above[i].x1 < h.x0 {
			i++
		}
		for j := i; j < len(above) && above[j].x0 <= h.x1; j++ {
			a, b := s.root(above[j].spot), s.root(h.spot)
			if a == b {
				continue
			}
			s.parent[b] = a
			s.size[a] += s.size[b]
			s.clear[a] = s.clear[a] || s.clear[b]
			s.strongest[a] = max(s.strongest[a], s.strongest[b])
		}
	}
}

// grown is the ink with a margin of about two pixels, in which its edges shade into the paper.
func grown(m *ccitt.Bitmap) *ccitt.Bitmap {
	g := ccitt.NewBitmap(m.W, m.H)
	stride := m.Stride()
	wide := make([]byte, len(m.Bits))
	for y := range m.H {
		row := m.Bits[y*stride : (y+1)*stride]
		out := wide[y*stride : (y+1)*stride]
		for i, v := range row {
			o := v | v<<1 | v<<2 | v>>1 | v>>2
			if i > 0 {
				o |= row[i-1]<<7 | row[i-1]<<6
			}
			if i+1 < len(row) {
				o |= row[i+1]>>7 | row[i+1]>>6
			}
			out[i] = o
		}
	}
	for y := range m.H {
		out := g.Bits[y*stride : (y+1)*stride]
		for ny := max(y-2, 0); ny <= min(y+2, m.H-1); ny++ {
			for i, v := range wide[ny*stride : (ny+1)*stride] {
				out[i] |= v
			}
		}
	}
	return g
}
