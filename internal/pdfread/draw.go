package pdfread

import (
	"errors"
	"fmt"
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"sohoa/internal/page"
)

// layers says what of a page is drawn.
type layers struct {
	annotations bool // with the looks of annotations and fields
	clear       bool // on nothing instead of white
	crisp       bool // pictures pixel by pixel, for a page that is one picture drawn at its own size
}

// drawSize gives the pixel size for a page of w × h points: 300 dpi, less where that would be too large.
func drawSize(w, h float64, most int) (width, height int) {
	dpi := float64(drawDPI)
	if px := w * h / 72 / 72 * dpi * dpi; px > float64(most) {
		dpi *= math.Sqrt(float64(most) / px)
	}
	if long := math.Max(w, h) / 72 * dpi; long > maxSide {
		dpi *= maxSide / long
	}
	side := func(v float64) int { return min(max(int(math.Round(v/72*dpi)), 1), maxSide) }
	return side(w), side(h)
}

// draw draws the whole page without its annotations at width × height pixels, in bands, so that memory holds one band and the result.
func (s *sheet) draw(width, height int, l layers) (*canvas, error) {
	c := newCanvas(width, height)
	rows := min(max(bandPixels/width, 1), height)
	for y := 0; y < height; y += rows {
		n := min(rows, height-y)
		err := s.region(width, height, 0, y, width, n, l, func(pix []byte, stride int) error {
			c.add(pix, stride, y, n)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// region draws a part of a page that is width × height pixels as a whole and hands its pixels (RGB and a fourth byte) to use, which must
// not keep them.
func (s *sheet) region(width, height, x, y, w, h int, l layers, use func(pix []byte, stride int) error) error {
	alpha, fill := 0, uint64(0xFFFFFFFF)
	if l.clear {
		alpha, fill = 1, 0
	}
	b, err := s.d.FPDFBitmap_Create(&requests.FPDFBitmap_Create{Width: w, Height: h, Alpha: alpha})
	if err != nil {
		return fmt.Errorf("no memory to draw the page: %w", err)
	}
	defer func() { _, _ = s.d.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: b.Bitmap}) }()
	if _, err := s.d.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: b.Bitmap, Width: w, Height: h, Color: fill}); err != nil {
		return err
	}
	flags := enums.FPDF_RENDER_FLAG_REVERSE_BYTE_ORDER
	if l.annotations {
		flags |= enums.FPDF_RENDER_FLAG_ANNOT
	}
	if l.crisp {
		flags |= enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHIMAGE
	}
	if err := s.render(b.Bitmap, -x, -y, width, height, flags, l.annotations); err != nil {
		return err
	}
	stride, err := s.d.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: b.Bitmap})
	if err != nil {
		return err
	}
	buf, err := s.d.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: b.Bitmap})
	if err != nil {
		return err
	}
	if stride.Stride < 4*w || len(buf.Buffer) < stride.Stride*h {
		return errors.New("PDFium gave a short bitmap")
	}
	return use(buf.Buffer, stride.Stride)
}

func (s *sheet) render(b references.FPDF_BITMAP, x, y, w, h int, flags enums.FPDF_RENDER_FLAG, fields bool) error {
	_, err := s.d.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: b, Page: s.page, StartX: x, StartY: y, SizeX: w, SizeY: h, Flags: flags,
	})
	if err != nil {
		return fmt.Errorf("PDFium cannot draw the page: %w", err)
	}
	if !fields || s.d.form == "" {
		return nil
	}
	_, err = s.d.FPDF_FFLDraw(&requests.FPDF_FFLDraw{
		FormHandle: s.d.form, Bitmap: b, Page: s.page, StartX: x, StartY: y, SizeX: w, SizeY: h, Flags: flags,
	})
	if err != nil {
		return fmt.Errorf("PDFium cannot draw the page's fields: %w", err)
	}
	return nil
}

// drawn describes a canvas as the picture of a page of w × h points.
func (c *canvas) drawn(w, h float64) page.Picture {
	p := c.picture()
	p.DPIX, p.DPIY = float64(c.width)/(w/72), float64(c.height)/(h/72)
	return p
}
