//go:build cgo && linux

package codes

// #include "find.h"
import "C"

import (
	"math"
	"slices"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// maxFinders is how many finder patterns are kept; a page has three a code.
const maxFinders = 3 * MaxCodes

// leastDark is the share of black in a QR code, half of it as a rule, below which what three letters seem to make the corners of is print.
// Print has a fifth at most, and a box around a code that lies slanting is half empty.
const leastDark = 0.22

// finder is a finder pattern of a QR code: its middle and the side of a module, in pixels.
type finder struct{ x, y, module float64 }

// matrix looks for QR and DataMatrix codes. Where finder patterns were seen and nothing was read, it looks twice more: with a threshold
// for each neighbourhood, and at the resolution of the scan.
func (p Page) matrix(bw *plane) []Found {
	var found []Found
	if finders := bw.finders(); len(finders) > 0 {
		found = bw.matrix(C.SO_QR, false)
		if len(unread(finders, found)) > 0 {
			if gray, err := planeOf(p.Read, 0); err == nil {
				found = merge(found, gray.matrix(C.SO_QR, true))
				gray.free()
			}
		}
		for _, box := range corners(unread(finders, found)) {
			found = merge(found, []Found{{Format: QR, Damaged: true, Box: box}})
		}
		for _, f := range found {
			if f.Damaged {
				found = merge(found, p.closely(f.Box, C.SO_QR))
			}
		}
		found = slices.DeleteFunc(found, func(f Found) bool { return f.Damaged && bw.darkness(f.Box) < leastDark })
	}
	for _, box := range p.Squares {
		if !slices.ContainsFunc(found, func(f Found) bool { return inside(f.Box, box) }) {
			found = merge(found, p.closely(box, C.SO_DATAMATRIX))
		}
	}
	return found
}

// closely looks for codes in a part of the page at the resolution of the scan.
func (p Page) closely(box page.Box, format C.int) []Found {
	full := p.fullCrop(box)
	if full == nil {
		return nil
	}
	defer full.Close()
	var whole []Found
	for _, threshold := range []int{0, p.Ink} {
		x, err := planeOf(full.Pix, threshold)
		if err != nil {
			return nil
		}
		for _, f := range x.matrix(format, threshold == 0) {
			if !f.Damaged {
				f.Box = full.onPage(f.Box)
				whole = append(whole, f)
			}
		}
		x.free()
		if len(whole) > 0 {
			break
		}
	}
	return whole
}

// crop is a part of the page as scanned.
type crop struct {
	*lept.Pix
	left, top, scale float64
}

// fullCrop cuts a box and a quarter more on each side out of the page as scanned, in gray.
func (p Page) fullCrop(box page.Box) *crop {
	dx, dy := float64(box.X1-box.X0)/4+8, float64(box.Y1-box.Y0)/4+8
	left, top := int(max(0, (float64(box.X0)-dx)/p.Scale)), int(max(0, (float64(box.Y0)-dy)/p.Scale))
	right, bottom := int(min(float64(p.Full.Width()), (float64(box.X1)+dx)/p.Scale)), int(min(float64(p.Full.Height()), (float64(box.Y1)+dy)/p.Scale))
	if right <= left || bottom <= top {
		return nil
	}
	x, err := p.Full.Cropped(left, top, right-left, bottom-top)
	if err != nil {
		return nil
	}
	if x.Depth() == 1 {
		gray, err := x.Reading()
		x.Close()
		if err != nil {
			return nil
		}
		x = gray
	}
	return &crop{x, float64(left), float64(top), p.Scale}
}

// onPage maps a box of the crop to Page.Read.
func (c *crop) onPage(b page.Box) page.Box {
	x := func(v int) int { return int(math.Round((float64(v) + c.left) * c.scale)) }
	y := func(v int) int { return int(math.Round((float64(v) + c.top) * c.scale)) }
	return page.Box{X0: x(b.X0), Y0: y(b.Y0), X1: x(b.X1), Y1: y(b.Y1)}
}

// darkness is the share of black pixels in a box.
func (p *plane) darkness(b page.Box) float64 {
	w, h := int(p.c.w), int(p.c.h)
	px := p.pixels()
	dark, n := 0, 0
	for y := max(0, b.Y0); y < min(h, b.Y1); y++ {
		for x := max(0, b.X0); x < min(w, b.X1); x++ {
			dark += int(^px[y*w+x] & 1)
			n++
		}
	}
	return float64(dark) / float64(max(1, n))
}

func (p *plane) finders() []finder {
	var raw [maxFinders]C.so_finder
	n := int(C.so_finders(&p.c, maxFinders, &raw[0]))
	out := make([]finder, n)
	for i, f := range raw[:n] {
		out[i] = finder{float64(f.x), float64(f.y), float64(f.module)}
	}
	return out
}

// unread are the finder patterns that lie in no code that was read.
func unread(finders []finder, found []Found) []finder {
	var out []finder
	for _, f := range finders {
		read := false
		for _, c := range found {
			slack := int(4 * f.module)
			read = read || !c.Damaged && int(f.x) > c.Box.X0-slack && int(f.x) < c.Box.X1+slack && int(f.y) > c.Box.Y0-slack && int(f.y) < c.Box.Y1+slack
		}
		if !read {
			out = append(out, f)
		}
	}
	return out
}

// corners gives the boxes of the codes that three finder patterns each make three corners of: patterns of one size, as far from the middle
// one as QR codes can be (14 to 170 modules), and at right angles.
func corners(f []finder) []page.Box {
	var out []page.Box
	used := make([]bool, len(f))
	for a := range f {
		for b := range f {
			for c := b + 1; c < len(f); c++ {
				if a == b || a == c || used[a] || used[b] || used[c] {
					continue
				}
				if box, ok := corner(f[a], f[b], f[c]); ok {
					used[a], used[b], used[c] = true, true, true
					out = append(out, box)
				}
			}
		}
	}
	return out
}

func corner(a, b, c finder) (page.Box, bool) {
	least, most := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	bx, by, cx, cy := b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y
	first, second := math.Hypot(bx, by), math.Hypot(cx, cy)
	leg := (first + second) / 2
	if most > 1.4*least || math.Abs(first-second) > 0.1*leg || math.Abs(bx*cx+by*cy) > 0.12*first*second {
		return page.Box{}, false
	}
	module := (a.module + b.module + c.module) / 3
	if leg < 12*module || leg > 190*module {
		return page.Box{}, false
	}
	dx, dy := b.x+cx, b.y+cy // the fourth corner
	edge := 3.5 * module * math.Sqrt2
	return page.Box{
		X0: int(max(0, min(a.x, b.x, c.x, dx)-edge)), Y0: int(max(0, min(a.y, b.y, c.y, dy)-edge)),
		X1: int(max(a.x, b.x, c.x, dx) + edge), Y1: int(max(a.y, b.y, c.y, dy) + edge),
	}, true
}

func (p *plane) matrix(format C.int, gray bool) []Found {
	var as C.int
	if gray {
		as = 1
	}
	raw := make([]C.so_code, MaxCodes)
	return taken(raw[:C.so_find_matrix(&p.c, format, as, &raw[0])])
}
