package layered

import (
	"bytes"
	"image"
	"image/jpeg"
)

// coarse collects weighted colours in cells of size × size pixels. Grids are filled before they are encoded.
type coarse struct {
	size, w, h     int
	y, cb, cr, sum []float32
}

func newCoarse(w, h, size int) *coarse {
	c := &coarse{size: size, w: (w + size - 1) / size, h: (h + size - 1) / size}
	c.alloc()
	return c
}

func (c *coarse) alloc() {
	n := c.w * c.h
	c.y, c.cb, c.cr, c.sum = make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
}

func (c *coarse) add(x, y int, weight float32, yy, cb, cr uint8) {
	i := y/c.size*c.w + x/c.size
	// Each product is rounded by itself, so that every processor gets the same bytes.
	c.y[i] += float32(weight * float32(yy))
	c.cb[i] += float32(weight * float32(cb))
	c.cr[i] += float32(weight * float32(cr))
	c.sum[i] += weight
}

// fill gives every cell a colour. Each is weighed against prior of what is near, which decides alone where a cell is empty: a cell that a letter's edge
// just touches takes the colour of the letter. What is near is known from a grid half as fine, filled in the same way.
func (c *coarse) fill(prior float32) {
	if c.w == 1 && c.h == 1 {
		if c.sum[0] == 0 {
			c.y[0], c.cb[0], c.cr[0], c.sum[0] = 255, 128, 128, 1
		}
		return
	}
	up := c.half()
	up.fill(prior)
	for y := range c.h {
		for x := range c.w {
			i, j := y*c.w+x, y/2*up.w+x/2
			p := prior
			if c.sum[i] == 0 {
				p = 1
			}
			k := p / up.sum[j]
			c.y[i] += float32(up.y[j] * k)
			c.cb[i] += float32(up.cb[j] * k)
			c.cr[i] += float32(up.cr[j] * k)
			c.sum[i] += p
		}
	}
}

// half is the same colours in cells twice as wide and high.
func (c *coarse) half() *coarse {
	up := &coarse{size: 2 * c.size, w: (c.w + 1) / 2, h: (c.h + 1) / 2}
	up.alloc()
	for y := range c.h {
		for x := range c.w {
			i, j := y*c.w+x, y/2*up.w+x/2
			up.y[j] += c.y[i]
			up.cb[j] += c.cb[i]
			up.cr[j] += c.cr[i]
			up.sum[j] += c.sum[i]
		}
	}
	return up
}

// plain reports whether hardly any part of the picture holds anything that a grid half as fine would lose: clean paper.
func (c *coarse) plain() bool {
	const block, range8, share = 8, 14, 50
	busy, blocks := 0, 0
	for y0 := 0; y0+block <= c.h; y0 += block {
		for x0 := 0; x0+block <= c.w; x0 += block {
			low, high := float32(255), float32(0)
			for y := y0; y < y0+block; y++ {
				for x := x0; x < x0+block; x++ {
					if i := y*c.w + x; c.sum[i] > 0 {
						v := c.y[i] / c.sum[i]
						low, high = min(low, v), max(high, v)
					}
				}
			}
			blocks++
			if high-low > range8 {
				busy++
			}
		}
	}
	return busy*share < blocks
}

// encode makes a JPEG of the filled cells, gray when gray is set.
func (c *coarse) encode(gray bool, quality int) ([]byte, error) {
	var m image.Image
	if gray {
		g := image.NewGray(image.Rect(0, 0, c.w, c.h))
		for i, s := range c.sum {
			g.Pix[i] = level(c.y[i] / s)
		}
		m = g
	} else {
		g := image.NewYCbCr(image.Rect(0, 0, c.w, c.h), image.YCbCrSubsampleRatio444)
		for i, s := range c.sum {
			g.Y[i], g.Cb[i], g.Cr[i] = level(c.y[i]/s), level(c.cb[i]/s), level(c.cr[i]/s)
		}
		m = g
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func level(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
