//go:build cgo && linux

package codes

// #include "find.h"
import "C"

import (
	"math"
	"unsafe"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// linear looks for Code 128 and Code 39 where there are bars.
func (p Page) linear(bw *plane, found []Found) ([]Found, error) {
	looks := 0
	for _, down := range []bool{false, true} {
		boxes, err := bw.bars(down, p.Level)
		if err != nil {
			return nil, err
		}
		for _, box := range boxes {
			if looks++; looks > MaxCodes {
				return found, nil
			}
			more, err := p.readBars(box)
			if err != nil {
				return nil, err
			}
			found = merge(found, more)
		}
	}
	return found, nil
}

// bars gives the parts of the page that look like bars, upright ones or lying ones.
func (p *plane) bars(down bool, level float64) ([]page.Box, error) {
	var lying C.int
	slant := math.Tan(level*math.Pi/180) * 256
	if down {
		lying, slant = 1, -slant
	}
	thin := plane{C.so_thinned(&p.c, lying)}
	if thin.c.px == nil {
		if thin.c.h == 0 {
			return nil, nil
		}
		return nil, lept.ErrNoMemory
	}
	defer thin.free()
	var out []page.Box
	var b [4]C.int
	for from := C.int(0); len(out) < MaxCodes && C.so_bars(&thin.c, C.int(math.Round(slant)), &from, &b[0]) != 0; {
		box := page.Box{X0: int(b[0]), Y0: int(b[1]), X1: int(b[2]), Y1: int(b[3])}
		if down {
			box = page.Box{X0: box.Y0, Y0: box.X0, X1: box.Y1, Y1: box.X1}
		}
		out = append(out, box)
	}
	return out, nil
}

// readBars reads the codes in a part of the page, levelled, one after the other.
func (p Page) readBars(box page.Box) ([]Found, error) {
	const margin = 80 // 10 mm at 200 dpi: a window may begin inside a code
	x0, y0 := max(0, box.X0-margin), max(0, box.Y0-margin)
	x1, y1 := min(p.Read.Width(), box.X1+margin), min(p.Read.Height(), box.Y1+margin)
	x, err := p.Read.Cropped(x0, y0, x1-x0, y1-y0)
	if err != nil {
		return nil, err
	}
	defer func() { x.Close() }()
	if math.Abs(p.Level) > 0.3 {
		level, err := x.Rotated(p.Level)
		if err != nil {
			return nil, err
		}
		x.Close()
		x = level
	}
	w, h := float64(x.Width()), float64(x.Height())
	sin, cos := math.Sincos(-p.Level * math.Pi / 180)
	if math.Abs(p.Level) <= 0.3 {
		sin, cos = 0, 1
	}
	bw, err := planeOf(x, p.Ink)
	if err != nil {
		return nil, err
	}
	defer bw.free()
	var out []Found
	for range MaxCodes {
		raw := make([]C.so_code, MaxCodes)
		more := taken(raw[:C.so_find_linear(&bw.c, &raw[0])])
		if len(more) == 0 {
			break
		}
		f := more[0]
		f.Box = bw.along(f.Box)
		bw.clear(f.Box)
		var b page.Box
		for i, c := range [][2]int{{f.Box.X0, f.Box.Y0}, {f.Box.X1, f.Box.Y0}, {f.Box.X0, f.Box.Y1}, {f.Box.X1, f.Box.Y1}} {
			dx, dy := float64(c[0])-w/2, float64(c[1])-h/2
			at := page.Box{X0: int(float64(x0+x1)/2 + dx*cos - dy*sin), Y0: int(float64(y0+y1)/2 + dx*sin + dy*cos)}
			at.X1, at.Y1 = at.X0+1, at.Y0+1
			if i == 0 {
				b = at
			}
			b = b.Union(at)
		}
		f.Box = b
		out = append(out, f)
	}
	return out, nil
}

// along makes the box of some rows of a linear code the box of all its rows: those beside it that are nearly as the last one.
func (p *plane) along(b page.Box) page.Box {
	w, h := int(p.c.w), int(p.c.h)
	px := p.pixels()
	upright := b.X1-b.X0 >= b.Y1-b.Y0 // its bars
	unlike := func(i, j int) int {
		n := 0
		if upright {
			for x := max(0, b.X0); x < min(w, b.X1); x++ {
				n += int(px[i*w+x]^px[j*w+x]) & 1
			}
			return n
		}
		for y := max(0, b.Y0); y < min(h, b.Y1); y++ {
			n += int(px[y*w+i]^px[y*w+j]) & 1
		}
		return n
	}
	first, last, end, length := b.Y0, b.Y1-1, h, b.X1-b.X0
	if !upright {
		first, last, end, length = b.X0, b.X1-1, w, b.Y1-b.Y0
	}
	first, last = max(0, first), min(last, end-1)
	for first > 0 && unlike(first, first-1) <= length/8 {
		first--
	}
	for last < end-1 && unlike(last, last+1) <= length/8 {
		last++
	}
	if upright {
		b.Y0, b.Y1 = first, last+1
	} else {
		b.X0, b.X1 = first, last+1
	}
	return b
}

func (p *plane) pixels() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p.c.px)), int(p.c.w)*int(p.c.h))
}

// clear paints a box white, and a little around it.
func (p *plane) clear(b page.Box) {
	const around = 4
	w, h := int(p.c.w), int(p.c.h)
	px := p.pixels()
	for y := max(0, b.Y0-around); y < min(h, b.Y1+around); y++ {
		for x := max(0, b.X0-around); x < min(w, b.X1+around); x++ {
			px[y*w+x] = 255
		}
	}
}
