package pdfread

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"github.com/klauspost/compress/zlib"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"

	"sohoa/internal/page"
)

// annotationBoxes gives where annotations that may be seen lie, in upright points, cut to the page.
func (s *sheet) annotationBoxes() ([]rect, error) {
	n, err := s.d.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: s.page})
	if err != nil {
		return nil, err
	}
	var boxes []rect
	sheet := rect{0, 0, s.w, s.h}
	if n.Count > maxAnnotations {
		return []rect{sheet}, nil
	}
	for i := range n.Count {
		r, shows, err := s.annotation(i)
		if err != nil {
			return nil, err
		}
		// A hair more on each side: strokes lie half outside their rectangle.
		if r = (rect{r.x0 - 1, r.y0 - 1, r.x1 + 1, r.y1 + 1}).intersect(sheet); shows && !r.empty() {
			boxes = append(boxes, r)
		}
	}
	return merge(boxes), nil
}

func (s *sheet) annotation(i int) (r rect, shows bool, err error) {
	a, err := s.d.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: s.page, Index: i})
	if err != nil {
		return rect{}, false, nil // a broken annotation shows nothing
	}
	defer func() { _, _ = s.d.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation}) }()
	kind, err := s.d.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a.Annotation})
	if err != nil {
		return rect{}, false, err
	}
	flags, err := s.d.FPDFAnnot_GetFlags(&requests.FPDFAnnot_GetFlags{Annotation: a.Annotation})
	if err != nil {
		return rect{}, false, err
	}
	if flags.Flags&(enums.FPDF_ANNOT_FLAG_HIDDEN|enums.FPDF_ANNOT_FLAG_NOVIEW) != 0 ||
		kind.Subtype == enums.FPDF_ANNOT_SUBTYPE_LINK || kind.Subtype == enums.FPDF_ANNOT_SUBTYPE_POPUP {
		return rect{}, false, nil
	}
	b, err := s.d.FPDFAnnot_GetRect(&requests.FPDFAnnot_GetRect{Annotation: a.Annotation})
	if err != nil {
		return rect{}, false, nil
	}
	return s.upright(rectOf(b.Rect)), true, nil
}

// merge joins boxes that overlap until none do; too many become one.
func merge(boxes []rect) []rect {
	for again := true; again; {
		again = false
		var out []rect
		for _, b := range boxes {
			joined := false
			for i := range out {
				if !out[i].intersect(b).empty() {
					out[i], joined, again = out[i].union(b), true, true
					break
				}
			}
			if !joined {
				out = append(out, b)
			}
		}
		boxes = out
	}
	if len(boxes) > maxOverlays {
		all := boxes[0]
		for _, b := range boxes[1:] {
			all = all.union(b)
		}
		return []rect{all}
	}
	return boxes
}

// ground is what lies under overlays: a drawn page, or the decoded picture of a scan.
type ground interface {
	// at gives the colour at a place of the page, x and y from 0 to 1 of its upright width and height.
	at(x, y float64) (r, g, b uint8)
}

// overlays draws what annotations show over the ground, each as an opaque picture of its box: the rendition then needs no transparency and
// shows the page as a viewer does. Boxes whose annotations show nothing are left out.
func (s *sheet) overlays(boxes []rect, under ground) ([]page.Overlay, error) {
	width, height := drawSize(s.w, s.h, MaxPixels)
	kx, ky := float64(width)/s.w, float64(height)/s.h
	var out []page.Overlay
	for _, b := range boxes {
		x0, y0 := int(math.Floor(b.x0*kx)), int(math.Floor(b.y0*ky))
		x1, y1 := min(int(math.Ceil(b.x1*kx)), width), min(int(math.Ceil(b.y1*ky)), height)
		if x1 <= x0 || y1 <= y0 {
			continue
		}
		img := image.NewRGBA(image.Rect(0, 0, x1-x0, y1-y0))
		seen := false
		rows := max(bandPixels/(x1-x0), 1)
		for y := y0; y < y1; y += rows {
			n := min(rows, y1-y)
			err := s.region(width, height, x0, y, x1-x0, n, layers{annotations: true, clear: true}, func(pix []byte, stride int) error {
				for i := range n {
					row := img.Pix[(y-y0+i)*img.Stride:]
					v := (float64(y+i) + 0.5) / float64(height)
					if lay(row[:4*(x1-x0)], pix[i*stride:], under, float64(x0), float64(width), v) {
						seen = true
					}
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		if !seen {
			continue
		}
		p, err := encode(img)
		if err != nil {
			return nil, err
		}
		p.DPIX, p.DPIY = kx*72, ky*72
		out = append(out, page.Overlay{
			X0: float64(x0) / kx, Y0: float64(y0) / ky, X1: float64(x1) / kx, Y1: float64(y1) / ky, Picture: p,
		})
	}
	return out, nil
}

// lay blends a row of an annotation's look (straight alpha) over the ground and reports whether any of it is seen.
func lay(dst, src []byte, under ground, x0, width, v float64) (seen bool) {
	for i := 0; i < len(dst); i += 4 {
		r, g, b := under.at((x0+float64(i/4)+0.5)/width, v)
		a := int(src[i+3])
		if a != 0 {
			seen = true
		}
		mix := func(top, bottom uint8) uint8 { return uint8((int(top)*a + int(bottom)*(255-a) + 127) / 255) }
		dst[i], dst[i+1], dst[i+2], dst[i+3] = mix(src[i], r), mix(src[i+1], g), mix(src[i+2], b), 255
	}
	return seen
}

// encode keeps a picture without loss where that costs no more than half again of a JPEG: stamps and drawings on white do, scans do not.
func encode(img *image.RGBA) (page.Picture, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	p := page.Picture{Encoding: page.JPEG, Width: w, Height: h, Components: 3, BitsPerComponent: 8, AdobeTransform: -1}
	var lossy bytes.Buffer
	if err := jpeg.Encode(&lossy, img, &jpeg.Options{Quality: 90}); err != nil {
		return page.Picture{}, fmt.Errorf("encode overlay: %w", err)
	}
	p.Data = lossy.Bytes()
	if w*h > 4_000_000 {
		return p, nil
	}
	var exact bytes.Buffer
	z, err := zlib.NewWriterLevel(&exact, 6)
	if err != nil {
		return page.Picture{}, err
	}
	row := make([]byte, 1+3*w) // the first byte is the predictor: none
	for y := range h {
		for x := range w {
			copy(row[1+3*x:], img.Pix[y*img.Stride+4*x:][:3])
		}
		if _, err := z.Write(row); err != nil {
			return page.Picture{}, err
		}
	}
	if err := z.Close(); err != nil {
		return page.Picture{}, err
	}
	if exact.Len() <= lossy.Len()*3/2 {
		p.Encoding, p.Data = page.Flate, exact.Bytes()
	}
	return p, nil
}

// blankGround is white paper.
type blankGround struct{}

func (blankGround) at(_, _ float64) (r, g, b uint8) { return 255, 255, 255 }

func (c *canvas) at(x, y float64) (r, g, b uint8) {
	px, py := min(int(x*float64(c.width)), c.width-1), min(int(y*float64(c.height)), c.height-1)
	row := c.row(py)
	if c.depth == colour {
		return row[3*px], row[3*px+1], row[3*px+2]
	}
	v := uint8(c.luma(row, px))
	return v, v, v
}

// rasterGround is a decoded picture with its turn and mirror still to be applied.
type rasterGround struct {
	img    image.Image
	turn   page.Turn
	mirror bool
	invert bool
}

func (g rasterGround) at(x, y float64) (r, gg, b uint8) {
	switch g.turn { // back from upright to raster
	case 90:
		x, y = y, 1-x
	case 180:
		x, y = 1-x, 1-y
	case 270:
		x, y = 1-y, x
	}
	if g.mirror {
		x = 1 - x
	}
	box := g.img.Bounds()
	px := box.Min.X + min(max(int(x*float64(box.Dx())), 0), box.Dx()-1)
	py := box.Min.Y + min(max(int(y*float64(box.Dy())), 0), box.Dy()-1)
	var c color.RGBA
	switch img := g.img.(type) {
	case *image.YCbCr:
		v := img.YCbCrAt(px, py)
		c.R, c.G, c.B = color.YCbCrToRGB(v.Y, v.Cb, v.Cr)
	case *image.Gray:
		v := img.Pix[(py-box.Min.Y)*img.Stride+px-box.Min.X]
		c.R, c.G, c.B = v, v, v
	default:
		c = color.RGBAModel.Convert(img.At(px, py)).(color.RGBA)
	}
	if g.invert {
		return ^c.R, ^c.G, ^c.B
	}
	return c.R, c.G, c.B
}
