package pdfread

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/ccitt"

	"sohoa/internal/page"
)

// maxGroundPixels bounds the scans that are decoded here to lie under overlays; larger ones get overlays on white.
const maxGroundPixels = 40_000_000

// groundOf decodes a passed-through picture, so that overlays show the paper under them. Decoding here costs a tenth of what it costs inside
// PDFium. CMYK, oversized and undecodable pictures give white paper.
func groundOf(p page.Picture) ground {
	if int64(p.Width)*int64(p.Height) > maxGroundPixels {
		return blankGround{}
	}
	g := rasterGround{turn: p.Turn, mirror: p.Mirror, invert: p.Inverted}
	switch {
	case p.Encoding == page.JPEG && p.Components != 4:
		img, err := jpeg.Decode(bytes.NewReader(p.Data))
		if err != nil {
			return blankGround{}
		}
		g.img = img
	case p.Encoding == page.CCITT && p.CCITT != nil && p.CCITT.K < 0:
		img := &bits{width: p.Width, height: p.Height, stride: (p.Width + 7) / 8}
		img.pix = make([]byte, img.stride*img.height)
		// Invert gives the fax's black as 1. BlackIs1 makes it a sample of 1 too, which gray shows white.
		opts := &ccitt.Options{Align: p.CCITT.EncodedByteAlign, Invert: !p.CCITT.BlackIs1}
		r := ccitt.NewReader(bytes.NewReader(p.Data), ccitt.MSB, ccitt.Group4, p.Width, p.Height, opts)
		if _, err := io.ReadFull(r, img.pix); err != nil {
			return blankGround{}
		}
		g.img = img
	default:
		return blankGround{}
	}
	return g
}

// bits is a bilevel picture; 1 is black.
type bits struct {
	width, height, stride int
	pix                   []byte
}

// ColorModel implements image.Image.
func (b *bits) ColorModel() color.Model { return color.GrayModel }

// Bounds implements image.Image.
func (b *bits) Bounds() image.Rectangle { return image.Rect(0, 0, b.width, b.height) }

// At implements image.Image.
func (b *bits) At(x, y int) color.Color {
	if b.pix[y*b.stride+x>>3]&(0x80>>(x&7)) != 0 {
		return color.Gray{}
	}
	return color.Gray{Y: 255}
}
