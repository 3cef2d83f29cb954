package pageimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zlib"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// pngHeader is what the chunks of a PNG say.
type pngHeader struct {
	width, height int
	depth, colour int
	interlaced    bool
	transparent   bool // alpha channel or tRNS
	palette       []byte
	idat          [][]byte
	orientation   int
	dpiX, dpiY    float64
	ended         bool
}

// ParsePNG reads the chunks of a whole PNG, inflates its rows once to see that they are all there, and describes its picture.
//
// What PDF can show as it is (not interlaced, no transparency, at most 8 bits a sample) becomes a Flate picture of the same
// compressed bytes; the rest stays a PNG for the engine.
func ParsePNG(data []byte) (page.Picture, []string, error) {
	h, err := scanPNG(data)
	if err != nil {
		return page.Picture{}, nil, err
	}
	if err := h.checkRows(); err != nil {
		return page.Picture{}, nil, err
	}
	var warnings []string
	if !h.ended {
		warnings = append(warnings, "the PNG lacks its end chunk; the picture is whole")
	}
	p := page.Picture{
		Encoding: page.PNG, Data: data, Width: h.width, Height: h.height,
		Components: h.samples(), BitsPerComponent: h.depth, AdobeTransform: -1,
	}
	switch {
	case h.transparent:
		if h.colour == 4 || h.colour == 0 {
			p.Components = 1
		} else {
			p.Components = 3
		}
	case !h.interlaced && h.depth <= 8:
		p.Encoding, p.Data, p.Palette = page.Flate, h.joined(), h.palette
	}
	if h.colour == 3 && p.Encoding == page.PNG {
		p.Components, p.BitsPerComponent = 3, 8 // as the engine will see it
	}
	p.Mirror, p.Turn = orient(h.orientation)
	p.DPIX, p.DPIY = resolve(h.width, h.height, h.dpiX, h.dpiY)
	return p, warnings, nil
}

func (h *pngHeader) joined() []byte {
	if len(h.idat) == 1 {
		return h.idat[0]
	}
	return bytes.Join(h.idat, nil)
}

// samples is the number of samples a pixel has in the stream.
func (h *pngHeader) samples() int {
	switch h.colour {
	case 2:
		return 3
	case 4:
		return 2
	case 6:
		return 4
	}
	return 1
}

func scanPNG(d []byte) (*pngHeader, error) {
	h := &pngHeader{}
	if !bytes.HasPrefix(d, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, damaged("PNG", "it does not begin as one")
	}
	at := int64(8)
	for !h.ended {
		if at+8 > int64(len(d)) {
			break
		}
		n := int64(binary.BigEndian.Uint32(d[at:]))
		kind := string(d[at+4 : at+8])
		end := at + 8 + n + 4
		if n > 1<<31-1 || end > int64(len(d)) {
			if kind != "IDAT" || h.width == 0 {
				return nil, cutOff("PNG")
			}
			// The last piece of data is cut: keep what there is and let the rows decide.
			h.idat = append(h.idat, d[min(at+8, int64(len(d))):])
			break
		}
		body := d[at+8 : end-4]
		if h.width == 0 && kind != "IHDR" {
			return nil, damaged("PNG", "it has no header")
		}
		if critical := kind[0]&0x20 == 0; critical && crc32.ChecksumIEEE(d[at+4:end-4]) != binary.BigEndian.Uint32(d[end-4:]) {
			return nil, damaged("PNG", "the checksum of its "+printable([]byte(kind))+" chunk does not match")
		}
		if err := h.chunk(kind, body); err != nil {
			return nil, err
		}
		at = end
	}
	switch {
	case h.width == 0:
		return nil, cutOff("PNG")
	case len(h.idat) == 0:
		return nil, cutOff("PNG")
	case h.colour == 3 && len(h.palette) == 0:
		return nil, damaged("PNG", "its palette is missing")
	}
	return h, nil
}

func (h *pngHeader) chunk(kind string, b []byte) error {
	switch kind {
	case "IHDR":
		return h.header(b)
	case "PLTE":
		if len(b) == 0 || len(b)%3 != 0 || len(b) > 3*256 {
			return damaged("PNG", "its palette is malformed")
		}
		if h.colour == 3 {
			h.palette = b
		}
	case "tRNS":
		h.transparent = true
	case "IDAT":
		h.idat = append(h.idat, b)
	case "IEND":
		h.ended = true
	case "pHYs":
		if len(b) == 9 && b[8] == 1 {
			h.dpiX = float64(binary.BigEndian.Uint32(b)) * inchesCM / 100
			h.dpiY = float64(binary.BigEndian.Uint32(b[4:])) * inchesCM / 100
		}
	case "eXIf":
		h.orientation = parseExif(b).orientation
	case "acTL":
		return fault.New(fault.FileUnsupported, "this PNG is animated; save it as a still picture")
	}
	return nil
}

func (h *pngHeader) header(b []byte) error {
	if h.width != 0 {
		return damaged("PNG", "it has two headers")
	}
	if len(b) != 13 {
		return damaged("PNG", "its header is malformed")
	}
	w, hh := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	if err := checkSides(w, hh); err != nil {
		return err
	}
	h.depth, h.colour, h.interlaced = int(b[8]), int(b[9]), b[12] == 1
	ok := false
	switch h.colour {
	case 0:
		ok = h.depth == 1 || h.depth == 2 || h.depth == 4 || h.depth == 8 || h.depth == 16
	case 3:
		ok = h.depth == 1 || h.depth == 2 || h.depth == 4 || h.depth == 8
	case 2, 4, 6:
		ok = h.depth == 8 || h.depth == 16
	}
	if !ok || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return damaged("PNG", "its header names a colour type that does not exist")
	}
	h.transparent = h.colour >= 4
	h.width, h.height = int(w), int(hh)
	return nil
}

// checkRows inflates the stream and counts: a cut or damaged one is rejected here, before any engine sees it.
func (h *pngHeader) checkRows() error {
	readers := make([]io.Reader, len(h.idat))
	for i, b := range h.idat {
		readers[i] = bytes.NewReader(b)
	}
	z, err := zlib.NewReader(io.MultiReader(readers...))
	if err != nil {
		return fault.Wrap(fault.FileUnreadable, err, "the PNG file is damaged: its picture data cannot be unpacked")
	}
	defer z.Close()
	want := h.rawBytes()
	n, err := io.Copy(io.Discard, io.LimitReader(z, want))
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Wrap(fault.FileUnreadable, err, "the PNG file is damaged: its picture data cannot be unpacked")
	case n < want:
		return cutOff("PNG")
	}
	return nil
}

// rawBytes is the length of the unpacked stream: a filter byte and the samples of each row, of each pass where interlaced.
func (h *pngHeader) rawBytes() int64 {
	bits := int64(h.samples() * h.depth)
	rows := func(w, n int64) int64 {
		if w == 0 || n == 0 {
			return 0
		}
		return n * (1 + (w*bits+7)/8)
	}
	w, n := int64(h.width), int64(h.height)
	if !h.interlaced {
		return rows(w, n)
	}
	var sum int64
	for _, p := range [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		sum += rows((w-p[0]+p[2]-1)/p[2], (n-p[1]+p[3]-1)/p[3])
	}
	return sum
}
