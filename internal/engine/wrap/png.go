package wrap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"sohoa/internal/page"
)

// ErrBadFlate is the cause of every error about a Flate picture that PNG cannot describe.
var ErrBadFlate = errors.New("no PNG is like this picture")

// PNG wraps a zlib stream of PNG-predicted rows as the PNG file it nearly is. Four components are written as if they were
// red, green, blue and alpha.
func PNG(p page.Picture) ([]byte, error) {
	var colour byte
	palette := p.Palette
	switch {
	case palette != nil:
		if p.Components != 1 || p.BitsPerComponent > 8 || len(palette)%3 != 0 || len(palette) == 0 {
			return nil, fmt.Errorf("%d components of %d bits with %d bytes of palette: %w", p.Components, p.BitsPerComponent, len(palette), ErrBadFlate)
		}
		colour = 3
		palette = fitPalette(palette, 1<<p.BitsPerComponent, p.Inverted)
	case p.Components == 1:
		colour = 0
	case p.Components == 3:
		colour = 2
	case p.Components == 4:
		colour = 6
	default:
		return nil, fmt.Errorf("%d components: %w", p.Components, ErrBadFlate)
	}
	switch p.BitsPerComponent {
	case 8:
	case 16:
		if colour == 3 {
			return nil, fmt.Errorf("16-bit palette: %w", ErrBadFlate)
		}
	case 1, 2, 4:
		if p.Components != 1 {
			return nil, fmt.Errorf("%d components of %d bits: %w", p.Components, p.BitsPerComponent, ErrBadFlate)
		}
	default:
		return nil, fmt.Errorf("%d bits: %w", p.BitsPerComponent, ErrBadFlate)
	}
	if p.Width <= 0 || p.Height <= 0 || int64(p.Width) > 1<<31-1 || int64(p.Height) > 1<<31-1 {
		return nil, fmt.Errorf("%d by %d pixels: %w", p.Width, p.Height, ErrBadFlate)
	}
	out := make([]byte, 0, len(p.Data)+len(palette)+100)
	out = append(out, "\x89PNG\r\n\x1a\n"...)
	ihdr := binary.BigEndian.AppendUint32(nil, uint32(p.Width))  //nolint:gosec // checked
	ihdr = binary.BigEndian.AppendUint32(ihdr, uint32(p.Height)) //nolint:gosec // checked
	ihdr = append(ihdr, byte(p.BitsPerComponent), colour, 0, 0, 0)
	out = appendChunk(out, "IHDR", ihdr)
	if palette != nil {
		out = appendChunk(out, "PLTE", palette)
	}
	out = appendChunk(out, "IDAT", p.Data)
	return appendChunk(out, "IEND", nil), nil
}

// fitPalette cuts a palette to n colours and turns it round where the samples are inverted.
func fitPalette(palette []byte, n int, inverted bool) []byte {
	if !inverted {
		return palette[:min(len(palette), 3*n)]
	}
	out := make([]byte, 3*n)
	for i := range n {
		if from := 3 * (n - 1 - i); from+3 <= len(palette) {
			copy(out[3*i:], palette[from:from+3])
		}
	}
	return out
}

func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data))) //nolint:gosec // payloads are capped below 2 GiB
	start := len(out)
	out = append(out, kind...)
	out = append(out, data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
}
