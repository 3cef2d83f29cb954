package sample

import "math"

// tile is a square of grain that is laid over a page at offsets drawn per row, cheaper than a draw per pixel.
const (
	tileSize = 1024
	tileMask = tileSize - 1
)

type tile struct {
	pix     []int8 // 32 stands for one standard deviation
	offsets []int
}

func newTile(r *rng) *tile {
	t := &tile{pix: make([]int8, 1<<18)}
	for i := 0; i < len(t.pix); i++ {
		t.pix[i] = int8(max(-127, min(127, r.norm()*32)))
	}
	t.offsets = make([]int, 257)
	for i := range t.offsets {
		t.offsets[i] = r.intn(len(t.pix) - tileSize)
	}
	return t
}

// row returns tileSize samples of grain for a row.
func (t *tile) row(y int) []int8 {
	o := t.offsets[(y*31+y/257)%len(t.offsets)]
	return t.pix[o:][:tileSize]
}

// expose turns ink into light: paper tone with its shading, multiplied by what the inks leave, then grain,
// specks, streaks and edges, then the scanner's white point.
func (d *renderer) expose(black *mask, tints []tint, channels int) *picture {
	w, h := black.rect.Dx(), black.rect.Dy()
	pic := &picture{w: w, h: h, channels: channels, pix: make([]uint8, w*h*channels)}
	wr := d.wear
	grain := newTile(d.r)
	d.specks(black)

	paper := wr.paper
	if channels == 1 {
		l := luma(paper)
		paper = [3]float64{l, l, l}
	}
	// light[c][v] is paper light left by toner coverage v, in 1/256 of a tone.
	var light [3][256]int32
	for c := range channels {
		for v := range 256 {
			cover := float64(v) / 255
			light[c][v] = int32(256 * paper[c] * (1 - cover*(1-wr.tonerInk)))
		}
	}
	angle := d.r.between(0, 2*math.Pi)
	sx, sy := wr.shade*math.Cos(angle)/float64(w), wr.shade*math.Sin(angle)/float64(h)
	noise := int32(wr.noise * 256 / 32)
	streak := d.streaks(w)
	for y := range h {
		src := black.pix[y*w:][:w]
		out := pic.pix[y*w*channels:][:w*channels]
		g, g2 := grain.row(y), grain.row(y+h)
		base := int32(256 * (sy*(float64(y)-float64(h)/2) - wr.shade/2))
		slope := int32(65536 * 256 * sx / 256)
		for x := range src {
			v := src[x]
			shade := base + slope*int32(x-w/2)/256
			n := int32(g[x&tileMask]) * noise
			if streak != nil {
				shade += streak[x]
			}
			if channels == 1 {
				out[x] = clamp8((light[0][v] + shade + n) >> 8)
				continue
			}
			n2 := int32(g2[x&tileMask]) * noise / 3
			o := out[x*3:][:3]
			o[0] = clamp8((light[0][v] + shade + n + n2) >> 8)
			o[1] = clamp8((light[1][v] + shade + n) >> 8)
			o[2] = clamp8((light[2][v] + shade + n - n2) >> 8)
		}
	}
	for _, t := range tints {
		multiply(pic, t)
	}
	d.edges(pic)
	if wr.clip > 0 {
		whiten(pic, wr.clip)
	}
	return pic
}

func luma(c [3]float64) float64 { return 0.299*c[0] + 0.587*c[1] + 0.114*c[2] }

func clamp8(v int32) uint8 {
	if v < 0 {
		return 0
	}
	if v > 255 {
		return 255
	}
	return uint8(v)
}

// multiply lays a translucent ink over the picture.
func multiply(pic *picture, t tint) {
	if t.m == nil || t.m.rect.Empty() {
		return
	}
	var left [3][256]uint32 // light left by coverage, in 1/65536
	colour := t.colour
	if pic.channels == 1 {
		l := luma(colour)
		colour = [3]float64{l, l, l}
	}
	for c := range pic.channels {
		for v := range 256 {
			left[c][v] = uint32(65536 * (1 - float64(v)/255*(1-colour[c])))
		}
	}
	r, n := t.m.rect, pic.channels
	for y := r.Min.Y; y < r.Max.Y; y++ {
		src := t.m.pix[(y-r.Min.Y)*r.Dx():][:r.Dx()]
		out := pic.pix[(y*pic.w+r.Min.X)*n:][:len(src)*n]
		for x, v := range src {
			if v == 0 {
				continue
			}
			for c := range n {
				out[x*n+c] = uint8(uint32(out[x*n+c]) * left[c][v] >> 16)
			}
		}
	}
}

// whiten stretches tones so that everything from the clip up is white.
func whiten(pic *picture, clip float64) {
	var curve [256]uint8
	for v := range curve {
		curve[v] = clamp8(int32(math.Round(float64(v) * 255 / clip)))
	}
	for i, v := range pic.pix {
		pic.pix[i] = curve[v]
	}
}

// specks drops dust and toner crumbs.
func (d *renderer) specks(m *mask) {
	w, h := m.rect.Dx(), m.rect.Dy()
	area := float64(w) * float64(h) / float64(d.dpi*d.dpi)
	for range int(area * d.wear.specks * d.r.between(0.5, 1.5)) {
		x, y := d.r.intn(w), d.r.intn(h)
		size := 1 + d.r.intn(2)
		if d.r.chance(0.06) {
			size += d.r.intn(4)
		}
		dark := d.r.span(90, 255)
		for dy := range size {
			for dx := range size {
				if x+dx < w && y+dy < h && d.r.chance(0.8) {
					m.pix[(y+dy)*w+x+dx] = max(m.pix[(y+dy)*w+x+dx], uint8(dark))
				}
			}
		}
	}
}

// streaks returns what dirt on the scanner's glass takes from each column, nil for a clean glass.
func (d *renderer) streaks(w int) []int32 {
	if !d.r.chance(d.wear.streaks) {
		return nil
	}
	s := make([]int32, w)
	for range d.r.span(1, 3) {
		x, width, depth := d.r.intn(w), d.r.span(1, 3), int32(d.r.span(12, 50)*256)
		for i := x; i < min(w, x+width); i++ {
			s[i] -= depth
		}
	}
	return s
}

// edges darkens a border where the lid did not close.
func (d *renderer) edges(pic *picture) {
	if !d.r.chance(d.wear.edge) {
		return
	}
	depth := float64(d.dpi) * d.r.between(0.05, 0.22)
	side := d.r.intn(4)
	wave := newField(d.r.src.Uint64(), float64(d.dpi))
	n := pic.channels
	reach := int(depth * 1.6)
	at := func(x, y, from int) {
		t := float64(from) / (depth * (0.6 + 0.8*wave.at(x, y)))
		if t >= 1 {
			return
		}
		k := uint32(256 * (0.25 + 0.75*t))
		for c := range n {
			i := (y*pic.w+x)*n + c
			pic.pix[i] = uint8(uint32(pic.pix[i]) * k >> 8)
		}
	}
	for from := range reach {
		switch side {
		case 0, 1:
			for y := range pic.h {
				x := from
				if side == 1 {
					x = pic.w - 1 - from
				}
				at(x, y, from)
			}
		default:
			for x := range pic.w {
				y := from
				if side == 3 {
					y = pic.h - 1 - from
				}
				at(x, y, from)
			}
		}
	}
}

// cut makes a 1-bit page of a gray one.
func (pic *picture) cut(threshold float64) *bilevel {
	b := newBilevel(pic.w, pic.h)
	limit := uint8(threshold)
	for y := range pic.h {
		row, out := pic.pix[y*pic.w:][:pic.w], b.pix[y*b.stride:][:b.stride]
		for x, v := range row {
			if v < limit {
				out[x>>3] |= 0x80 >> (x & 7)
			}
		}
	}
	return b
}
