package sample

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
)

// Format is a file format.
type Format string

// The formats; JPEG and PNG hold one page each.
const (
	PDF  Format = "pdf"
	TIFF Format = "tif"
	JPEG Format = "jpg"
	PNG  Format = "png"
)

// Colour is how a page was sampled.
type Colour string

// The kinds of sampling.
const (
	RGB     Colour = "colour"
	Gray    Colour = "gray"
	Bitonal Colour = "bitonal"
)

// frame is one encoded page with what a container must say about it.
type frame struct {
	w, h, dpi int
	colour    Colour
	codec     string // "jpeg", "g4", "deflate", "lzw"
	data      []byte
}

// encoder turns pictures into frames. Not safe for concurrent use.
type encoder struct {
	g4      *g4Encoder
	quality int
	cutAt   float64
}

func (e *encoder) frame(p *picture, colour Colour, codec string, dpi int) (frame, error) {
	f := frame{w: p.w, h: p.h, dpi: dpi, colour: colour, codec: codec}
	var err error
	switch {
	case codec == "g4":
		f.data = e.g4.encode(p.cut(e.cutAt))
	case codec == "jpeg":
		f.data, err = encodeJPEG(p, e.quality, dpi)
	case codec == "lzw":
		f.data = lzwEncode(p.rows(e.cutAt, colour))
	default:
		f.data, err = deflate(p.rows(e.cutAt, colour))
	}
	return f, err
}

// rows are the samples as TIFF holds them: 1-bit pages packed, white is 0.
func (p *picture) rows(cutAt float64, colour Colour) []byte {
	if colour == Bitonal {
		return p.cut(cutAt).pix
	}
	return p.pix
}

func deflate(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// image wraps the samples for the standard encoders.
func (p *picture) image() image.Image {
	r := image.Rect(0, 0, p.w, p.h)
	if p.channels == 1 {
		return &image.Gray{Pix: p.pix, Stride: p.w, Rect: r}
	}
	out := image.NewRGBA(r)
	for i, j := 0, 0; i < len(p.pix); i, j = i+3, j+4 {
		out.Pix[j], out.Pix[j+1], out.Pix[j+2], out.Pix[j+3] = p.pix[i], p.pix[i+1], p.pix[i+2], 255
	}
	return out
}

// encodeJPEG writes a JPEG with the JFIF header that carries its resolution; the standard encoder leaves it out.
func encodeJPEG(p *picture, quality, dpi int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p.image(), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	jfif := []byte{0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 1, byte(dpi >> 8), byte(dpi), byte(dpi >> 8), byte(dpi), 0, 0}
	raw := b.Bytes()
	return append(append(raw[:2:2], jfif...), raw[2:]...), nil
}

// encodePNG writes a PNG with its resolution in a pHYs chunk after the header.
func encodePNG(p *picture, colour Colour, cutAt float64, dpi int) ([]byte, error) {
	img := p.image()
	if colour == Bitonal {
		img = p.cut(cutAt).paletted()
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		return nil, err
	}
	raw := b.Bytes()
	const head = 8 + 25 // signature and IHDR
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	body := append([]byte("pHYs"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, perMetre), perMetre)...)
	body = append(body, 1)
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return append(append(raw[:head:head], chunk...), raw[head:]...), nil
}

func (b *bilevel) paletted() image.Image {
	out := image.NewPaletted(image.Rect(0, 0, b.w, b.h), color.Palette{color.White, color.Black})
	for y := range b.h {
		for x := range b.w {
			out.Pix[y*out.Stride+x] = b.pix[y*b.stride+x>>3] >> (7 - x&7) & 1
		}
	}
	return out
}
