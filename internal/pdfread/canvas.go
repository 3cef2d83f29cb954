package pdfread

import (
	"fmt"

	"sohoa/internal/page"
)

// depth is how much a canvas keeps of each pixel.
type depth int

const (
	bilevel depth = iota // 1 bit, 1 is black, as PBM has it
	gray
	colour
)

// canvas collects the bands of a drawn page in the smallest form that loses nothing. It holds a netpbm file from the start, so that
// handing it on copies nothing.
type canvas struct {
	width, height int
	depth         depth
	head          int
	data          []byte
}

func newCanvas(width, height int) *canvas {
	c := &canvas{width: width, height: height}
	c.make(bilevel)
	return c
}

func (c *canvas) make(d depth) {
	var head string
	switch d {
	case bilevel:
		head = fmt.Sprintf("P4\n%d %d\n", c.width, c.height)
	case gray:
		head = fmt.Sprintf("P5\n%d %d\n255\n", c.width, c.height)
	case colour:
		head = fmt.Sprintf("P6\n%d %d\n255\n", c.width, c.height)
	}
	c.depth, c.head = d, len(head)
	c.data = make([]byte, len(head)+c.rowBytes()*c.height)
	copy(c.data, head)
}

func (c *canvas) rowBytes() int {
	switch c.depth {
	case gray:
		return c.width
	case colour:
		return 3 * c.width
	}
	return (c.width + 7) / 8
}

func (c *canvas) row(y int) []byte {
	n := c.rowBytes()
	return c.data[c.head+y*n : c.head+(y+1)*n]
}

// add writes n rows of four-byte pixels at row y, after widening the canvas if they need it.
func (c *canvas) add(pix []byte, stride, y, n int) {
	if need := needs(pix, stride, c.width, n, c.depth); need > c.depth {
		c.widen(need, y)
	}
	for i := range n {
		src, dst := pix[i*stride:i*stride+4*c.width], c.row(y+i)
		switch c.depth {
		case bilevel:
			for x := range c.width {
				if src[4*x] == 0 {
					dst[x>>3] |= 0x80 >> (x & 7)
				}
			}
		case gray:
			for x := range dst {
				dst[x] = src[4*x]
			}
		case colour:
			for x := range c.width {
				copy(dst[3*x:3*x+3], src[4*x:4*x+3])
			}
		}
	}
}

// needs finds the depth that rows need, from what is there already upwards.
func needs(pix []byte, stride, width, n int, have depth) depth {
	if have == colour {
		return colour
	}
	for i := range n {
		row := pix[i*stride : i*stride+4*width]
		for x := 0; x < len(row); x += 4 {
			r, g, b := row[x], row[x+1], row[x+2]
			if r != g || g != b {
				return colour
			}
			if r != 0 && r != 255 {
				have = gray
			}
		}
	}
	return have
}

// widen copies the first rows into a deeper canvas.
func (c *canvas) widen(d depth, rows int) {
	old := *c
	c.make(d)
	for y := range rows {
		src, dst := old.row(y), c.row(y)
		for x := range c.width {
			v := byte(255)
			if old.depth == gray {
				v = src[x]
			} else if src[x>>3]&(0x80>>(x&7)) != 0 {
				v = 0
			}
			if d == gray {
				dst[x] = v
			} else {
				dst[3*x], dst[3*x+1], dst[3*x+2] = v, v, v
			}
		}
	}
}

// luma gives the lightness of a pixel, 0–255.
func (c *canvas) luma(row []byte, x int) int {
	switch c.depth {
	case gray:
		return int(row[x])
	case colour:
		return (77*int(row[3*x]) + 150*int(row[3*x+1]) + 29*int(row[3*x+2])) >> 8
	}
	if row[x>>3]&(0x80>>(x&7)) != 0 {
		return 0
	}
	return 255
}

func (c *canvas) picture() page.Picture {
	p := page.Picture{
		Encoding: page.PNM, Data: c.data, Width: c.width, Height: c.height, Components: 1, BitsPerComponent: 8, AdobeTransform: -1,
	}
	switch c.depth {
	case bilevel:
		p.BitsPerComponent = 1
	case colour:
		p.Components = 3
	}
	return p
}
