package layered

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"sohoa/internal/page"
)

// maxPixels bounds what is taken apart: an A2 sheet at 300 dpi. Its planes take 100 MB.
const maxPixels = 36_000_000

// errAsItIs says that a picture is no matter for layers: it is bilevel, or too large to be taken apart, or this decoder cannot read it (others may).
var errAsItIs = errors.New("picture stays as it is")

// raster is a picture as lightness and, unless it is gray, chroma at half or full resolution.
type raster struct {
	w, h   int
	y      []uint8
	cb, cr []uint8 // nil when gray
	sx, sy uint    // log2 of a chroma sample's width and height in pixels
	cw     int     // chroma samples in a row
}

// chroma gives the colour of pixel x, y; 128, 128 is gray.
func (r *raster) chroma(x, y int) (cb, cr uint8) {
	if r.cb == nil {
		return 128, 128
	}
	i := (y>>r.sy)*r.cw + x>>r.sx
	return r.cb[i], r.cr[i]
}

// rasterOf decodes a picture that PDF/A lets through.
func rasterOf(p *page.Picture) (*raster, error) {
	if p.BitsPerComponent == 1 {
		return nil, errAsItIs
	}
	var config image.Config
	var m image.Image
	var err error
	switch p.Encoding { // the header first: a small file may unpack to anything
	case page.JPEG:
		config, err = jpeg.DecodeConfig(bytes.NewReader(p.Data))
		if err == nil && config.Width*config.Height <= maxPixels {
			m, err = jpeg.Decode(bytes.NewReader(p.Data))
		}
	case page.Flate:
		file := asPNG(p)
		config, err = png.DecodeConfig(bytes.NewReader(file))
		if err == nil && config.Width*config.Height <= maxPixels {
			m, err = png.Decode(bytes.NewReader(file))
		}
	case page.CCITT, page.PNG, page.TIFF, page.WebP, page.PNM: // bilevel, or no stream of a rendition
	}
	if err != nil || m == nil {
		return nil, errAsItIs
	}
	r := planes(m)
	if p.Inverted {
		for i, v := range r.y {
			r.y[i] = 255 - v
		}
		for i := range r.cb {
			r.cb[i], r.cr[i] = 255-r.cb[i], 255-r.cr[i]
		}
	}
	return r, nil
}

// asPNG wraps a Flate stream with PNG predictors into the file it came from.
func asPNG(p *page.Picture) []byte {
	kind := byte(0)
	switch {
	case p.Palette != nil:
		kind = 3
	case p.Components == 3:
		kind = 2
	}
	b := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
		at := len(b)
		b = append(append(b, name...), data...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(p.Width))
	head = binary.BigEndian.AppendUint32(head, uint32(p.Height))
	chunk("IHDR", append(head, byte(p.BitsPerComponent), kind, 0, 0, 0))
	if kind == 3 {
		chunk("PLTE", p.Palette)
	}
	chunk("IDAT", p.Data)
	chunk("IEND", nil)
	return b
}

// planes takes an image apart.
func planes(m image.Image) *raster {
	size := m.Bounds().Size()
	r := &raster{w: size.X, h: size.Y, y: make([]uint8, size.X*size.Y)}
	origin := m.Bounds().Min
	switch m := m.(type) {
	case *image.Gray:
		for y := range r.h {
			copy(r.y[y*r.w:(y+1)*r.w], m.Pix[y*m.Stride:])
		}
	case *image.YCbCr:
		for y := range r.h {
			copy(r.y[y*r.w:(y+1)*r.w], m.Y[m.YOffset(origin.X, origin.Y+y):])
		}
		switch m.SubsampleRatio {
		case image.YCbCrSubsampleRatio422:
			r.sx = 1
		case image.YCbCrSubsampleRatio420:
			r.sx, r.sy = 1, 1
		case image.YCbCrSubsampleRatio440:
			r.sy = 1
		case image.YCbCrSubsampleRatio411:
			r.sx = 2
		case image.YCbCrSubsampleRatio410:
			r.sx, r.sy = 2, 1
		case image.YCbCrSubsampleRatio444:
		}
		r.cw = (r.w + 1<<r.sx - 1) >> r.sx
		rows := (r.h + 1<<r.sy - 1) >> r.sy
		r.cb, r.cr = make([]uint8, r.cw*rows), make([]uint8, r.cw*rows)
		for y := range rows {
			copy(r.cb[y*r.cw:(y+1)*r.cw], m.Cb[y*m.CStride:])
			copy(r.cr[y*r.cw:(y+1)*r.cw], m.Cr[y*m.CStride:])
		}
	default:
		r.cw = r.w
		r.cb, r.cr = make([]uint8, len(r.y)), make([]uint8, len(r.y))
		for y := range r.h {
			for x := range r.w {
				red, green, blue, _ := m.At(origin.X+x, origin.Y+y).RGBA()
				i := y*r.w + x
				r.y[i], r.cb[i], r.cr[i] = color.RGBToYCbCr(uint8(red>>8), uint8(green>>8), uint8(blue>>8))
			}
		}
	}
	return r
}
