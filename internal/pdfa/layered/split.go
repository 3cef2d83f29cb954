package layered

import (
	"errors"
	"fmt"

	"sohoa/internal/page"
	"sohoa/internal/pdfa/ccitt"
)

// Settings of the layers, chosen by measurements (docs/adr/0011-own-pdfa-writer.md).
const (
	groundDPI, groundQuality = 100, 35
	plainQuality             = 60     // of clean paper at half groundDPI, whose shades would show steps
	darkDPI, darkQuality     = 25, 40 // black print: nearly one lightness
	colourDPI, colourQuality = 50, 45 // seals, signatures
	stampDPI, stampQuality   = 150, 50
)

// Split gives the leaf of an access copy: its picture is the paper, its first overlays coloured and dark ink seen through their masks; what was laid
// over the page follows, coarser. A leaf that would not shrink (bilevel, small already, too large to be taken apart) comes back as it is.
func Split(l page.Leaf) (page.Leaf, error) {
	out := l
	out.WidthPt, out.HeightPt = sizePt(&l)
	out.Overlays = make([]page.Overlay, 0, len(l.Overlays)+2)
	if l.Result.Kind == page.Photo { // nothing to keep sharp
		var err error
		if out.Picture, err = smaller(&l.Picture, out.WidthPt); err != nil {
			return page.Leaf{}, err
		}
		return reduced(out, l.Overlays)
	}
	ground, inks, err := layers(&l.Picture)
	if err != nil && !errors.Is(err, errAsItIs) {
		return page.Leaf{}, err
	}
	size := len(ground.Data)
	for _, i := range inks {
		size += len(i.colours.Data) + len(i.mask.Data)
	}
	if err == nil && size < len(l.Picture.Data) {
		out.Picture = ground
		for _, i := range inks {
			out.Overlays = append(out.Overlays, page.Overlay{X1: out.WidthPt, Y1: out.HeightPt, Picture: i.colours, Mask: &i.mask})
		}
	}
	return reduced(out, l.Overlays)
}

// sizePt is the page's size before the found turn, by its resolution where the leaf does not say.
func sizePt(l *page.Leaf) (w, h float64) {
	p := &l.Picture
	if l.WidthPt > 0 && l.HeightPt > 0 || p.DPIX <= 0 || p.DPIY <= 0 {
		return l.WidthPt, l.HeightPt
	}
	w, h = float64(p.Width)*72/p.DPIX, float64(p.Height)*72/p.DPIY
	if p.Turn.Swaps() {
		w, h = h, w
	}
	return w, h
}

// reduced adds to l what was laid over the page, coarser.
func reduced(l page.Leaf, overlays []page.Overlay) (page.Leaf, error) {
	for i, o := range overlays {
		var err error
		if o.Picture, err = smaller(&o.Picture, o.X1-o.X0); err != nil {
			return page.Leaf{}, fmt.Errorf("overlay %d: %w", i+1, err)
		}
		l.Overlays = append(l.Overlays, o)
	}
	return l, nil
}

// ink is one layer over the paper.
type ink struct {
	colours, mask page.Picture
}

// layers takes a picture apart.
func layers(p *page.Picture) (ground page.Picture, inks []ink, err error) {
	r, err := rasterOf(p)
	if err != nil {
		return page.Picture{}, nil, err
	}
	dpi := max(p.DPIX, p.DPIY, 72)
	cell := func(want int) int { return max(int(dpi)/want, 1) }
	pp := paperOf(r, max(int(dpi/10), 8))
	all := inkOf(r, pp, max(int(dpi*dpi/18000), 2))
	sorted := sortInk(r, pp, all, newCoarse(r.w, r.h, cell(groundDPI)), newCoarse(r.w, r.h, cell(colourDPI)), newCoarse(r.w, r.h, cell(darkDPI)))

	gray := r.cb == nil
	quality := groundQuality
	if sorted.ground.plain() {
		sorted.ground, quality = sorted.ground.half(), plainQuality
	}
	sorted.ground.fill(0.01)
	sorted.colour.fill(20 * 100 * 100) // as 20 pixels of strong ink
	sorted.dark.fill(60 * 100 * 100)
	if ground, err = jpegOf(p, sorted.ground, gray, quality); err != nil {
		return page.Picture{}, nil, err
	}
	for _, layer := range []struct {
		colours *coarse
		mask    *ccitt.Bitmap
		pixels  int
		gray    bool
		quality int
	}{
		{sorted.colour, sorted.colourMask, sorted.colourPixels, gray, colourQuality},
		{sorted.dark, all, sorted.darkPixels, true, darkQuality}, // what is left of all
	} {
		if layer.pixels == 0 {
			continue
		}
		var i ink
		if i.colours, err = jpegOf(p, layer.colours, layer.gray, layer.quality); err != nil {
			return page.Picture{}, nil, err
		}
		i.mask = bare(p)
		i.mask.Encoding, i.mask.Data, i.mask.Width, i.mask.Height = page.CCITT, ccitt.Group4(layer.mask), r.w, r.h
		i.mask.Components, i.mask.BitsPerComponent = 1, 1
		i.mask.CCITT = &page.CCITTParams{K: -1}
		inks = append(inks, i)
	}
	return ground, inks, nil
}

// bare is p without what belongs to its encoding: size, resolution and turns stay.
func bare(p *page.Picture) page.Picture {
	q := *p
	q.Data, q.Inverted, q.Palette, q.AdobeTransform, q.CCITT = nil, false, nil, -1, nil
	return q
}

// jpegOf makes the picture of coarse cells that stands for p.
func jpegOf(p *page.Picture, c *coarse, gray bool, quality int) (page.Picture, error) {
	data, err := c.encode(gray, quality)
	if err != nil {
		return page.Picture{}, err
	}
	q := bare(p)
	q.Encoding, q.Data, q.Width, q.Height, q.Components, q.BitsPerComponent = page.JPEG, data, c.w, c.h, 3, 8
	if gray {
		q.Components = 1
	}
	q.DPIX, q.DPIY = p.DPIX/float64(c.size), p.DPIY/float64(c.size)
	return q, nil
}

// sorted is a page sorted into paper, coloured ink and dark ink.
type sorted struct {
	ground, colour, dark     *coarse
	colourMask               *ccitt.Bitmap
	colourPixels, darkPixels int
}

// sortInk sums up the paper's colours where there is no ink nor its edge, and each ink's where it stands out most. Coloured ink moves from all into a
// mask of its own: black letters under a red seal then keep their edges and stay black.
func sortInk(r *raster, p *paper, all *ccitt.Bitmap, ground, colour, dark *coarse) sorted {
	s := sorted{ground: ground, colour: colour, dark: dark, colourMask: ccitt.NewBitmap(r.w, r.h)}
	near := grown(all)
	d, limit := make([]uint8, r.w), make([]uint8, r.w)
	for y := range r.h {
		p.contrast(r, y, d, limit)
		for x := range r.w {
			yy := r.y[y*r.w+x]
			cb, cr := r.chroma(x, y)
			switch {
			case !all.At(x, y):
				if d[x] < limit[x]/2 || !near.At(x, y) {
					ground.add(x, y, 1, yy, cb, cr)
				}
			case p.coloured(x, y, yy, cb, cr):
				w := float32(d[x]) - float32(limit[x]) + 1
				colour.add(x, y, w*w, yy, cb, cr)
				s.colourMask.Set(x, y)
				all.Clear(x, y)
				s.colourPixels++
			default:
				w := float32(d[x]) - float32(limit[x]) + 1
				dark.add(x, y, w*w, yy, cb, cr)
				s.darkPixels++
			}
		}
	}
	return s
}

// smaller re-encodes what was laid over the page, at the resolution of screens, when that is smaller.
func smaller(p *page.Picture, widthPt float64) (page.Picture, error) {
	r, err := rasterOf(p)
	if err != nil {
		return *p, nil
	}
	across := r.w
	if p.Turn.Swaps() {
		across = r.h
	}
	c := newCoarse(r.w, r.h, max(int(float64(across)*72/max(widthPt, 1)/stampDPI), 1))
	for y := range r.h {
		for x := range r.w {
			cb, cr := r.chroma(x, y)
			c.add(x, y, 1, r.y[y*r.w+x], cb, cr)
		}
	}
	c.fill(0.01)
	q, err := jpegOf(p, c, r.cb == nil, stampQuality)
	if err != nil || len(q.Data) >= len(p.Data) {
		return *p, err
	}
	return q, nil
}
