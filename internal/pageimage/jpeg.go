package pageimage

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"math"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// jpegHeader is what the markers of a JPEG say.
type jpegHeader struct {
	width, height  int
	components     int
	precision      int
	progressive    bool
	adobeTransform int // -1 without APP14
	orientation    int // 0 unknown
	dpiX, dpiY     float64
	scans          int
	endAt          int // offset after EOI, 0 when there is none
}

// ParseJPEG reads the markers of a whole JPEG and describes its picture. Data is shared, not copied.
//
// A JPEG without its end marker is decoded once to see whether the picture is whole: complete ones pass with a warning, others
// are rejected as cut off.
func ParseJPEG(data []byte) (page.Picture, []string, error) {
	h, err := scanJPEG(data)
	if err != nil {
		return page.Picture{}, nil, err
	}
	var warnings []string
	if h.endAt == 0 {
		// At this size decoding by the standard library stays under half a gigabyte.
		if int64(h.width)*int64(h.height) > 64_000_000 {
			return page.Picture{}, nil, cutOff("JPEG")
		}
		whole := append(bytes.Clone(data), 0xFF, 0xD9)
		if _, err := jpeg.Decode(bytes.NewReader(whole)); err != nil {
			return page.Picture{}, nil, fault.Wrap(fault.FileUnreadable, err, "the JPEG file is cut off: part of the picture is missing; send it again")
		}
		data = whole
		warnings = append(warnings, "the JPEG lacks its end marker; the picture is whole")
	}
	p := page.Picture{
		Encoding: page.JPEG, Data: data, Width: h.width, Height: h.height, Components: h.components, BitsPerComponent: 8,
		AdobeTransform: h.adobeTransform,
		// Adobe writes CMYK upside down and says so by its mere marker.
		Inverted: h.components == 4 && h.adobeTransform >= 0,
	}
	p.Mirror, p.Turn = orient(h.orientation)
	p.DPIX, p.DPIY = resolve(h.width, h.height, h.dpiX, h.dpiY)
	return p, warnings, nil
}

// scanJPEG walks the markers. Every step moves forward, so its time is linear in the data.
func scanJPEG(d []byte) (jpegHeader, error) {
	h := jpegHeader{adobeTransform: -1}
	if len(d) < 4 || d[0] != 0xFF || d[1] != 0xD8 {
		return h, damaged("JPEG", "it does not begin as one")
	}
	i := 2
	for {
		m, at, ok := nextMarker(d, i)
		if !ok {
			break
		}
		i = at + 2
		if m == 0xD9 {
			if h.scans > 0 {
				h.endAt = i
				break
			}
			continue
		}
		if m == 0x01 || m >= 0xD0 && m <= 0xD8 {
			continue
		}
		if i+2 > len(d) {
			break
		}
		n := int(binary.BigEndian.Uint16(d[i:]))
		if n < 2 {
			return h, damaged("JPEG", "a marker segment has no length")
		}
		if i+n > len(d) {
			break
		}
		seg := d[i+2 : i+n]
		i += n
		if err := h.segment(m, seg); err != nil {
			return h, err
		}
	}
	switch {
	case h.width == 0:
		return h, damaged("JPEG", "it has no frame header")
	case h.scans == 0:
		return h, cutOff("JPEG")
	}
	return h, nil
}

// nextMarker finds the next marker at or after i, past entropy-coded data, stuffed zeros and restart markers.
func nextMarker(d []byte, i int) (marker byte, at int, ok bool) {
	for {
		j := bytes.IndexByte(d[i:], 0xFF)
		if j < 0 {
			return 0, 0, false
		}
		i += j
		for i+1 < len(d) && d[i+1] == 0xFF {
			i++
		}
		if i+1 >= len(d) {
			return 0, 0, false
		}
		if m := d[i+1]; m != 0 && (m < 0xD0 || m > 0xD7) {
			return m, i, true
		}
		i += 2
	}
}

func (h *jpegHeader) segment(m byte, seg []byte) error {
	switch {
	case m == 0xDA:
		if h.width == 0 {
			return damaged("JPEG", "a scan comes before the frame header")
		}
		h.scans++
	case m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC:
		return h.frame(m, seg)
	case m == 0xE0:
		h.jfif(seg)
	case m == 0xE1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")):
		e := parseExif(seg[6:])
		if h.orientation == 0 {
			h.orientation = e.orientation
		}
		if h.dpiX == 0 {
			h.dpiX, h.dpiY = e.dpiX, e.dpiY
		}
	case m == 0xEE && len(seg) >= 12 && string(seg[:5]) == "Adobe":
		h.adobeTransform = int(seg[11])
		if h.adobeTransform > 2 {
			h.adobeTransform = 0
		}
	}
	return nil
}

func (h *jpegHeader) frame(m byte, seg []byte) error {
	if h.width != 0 {
		return damaged("JPEG", "it has two frame headers")
	}
	if m > 0xC2 {
		return fault.New(fault.FileUnsupported, "this JPEG is lossless, hierarchical or arithmetic-coded; save it as an ordinary JPEG")
	}
	if len(seg) < 6 || len(seg) < 6+3*int(seg[5]) {
		return damaged("JPEG", "its frame header is short")
	}
	h.precision, h.progressive = int(seg[0]), m == 0xC2
	height, width := int(binary.BigEndian.Uint16(seg[1:])), int(binary.BigEndian.Uint16(seg[3:]))
	h.components = int(seg[5])
	if h.precision != 8 {
		return fault.New(fault.FileUnsupported, "this JPEG has %d bits a sample; save it with 8", h.precision)
	}
	if h.components != 1 && h.components != 3 && h.components != 4 {
		return damaged("JPEG", "it has neither 1, 3 nor 4 components")
	}
	for c := range h.components {
		if s := seg[6+3*c+1]; s>>4 < 1 || s>>4 > 4 || s&15 < 1 || s&15 > 4 {
			return damaged("JPEG", "a component has no sampling factor")
		}
	}
	if err := checkSides(int64(width), int64(height)); err != nil {
		return err
	}
	h.width, h.height = width, height
	return nil
}

func (h *jpegHeader) jfif(seg []byte) {
	if len(seg) < 12 || string(seg[:5]) != "JFIF\x00" {
		return
	}
	x, y := float64(binary.BigEndian.Uint16(seg[8:])), float64(binary.BigEndian.Uint16(seg[10:]))
	switch seg[7] {
	case 1:
		h.dpiX, h.dpiY = x, y
	case 2:
		// Dots per centimetre are whole numbers; 118 stands for 300 dpi.
		h.dpiX, h.dpiY = math.Round(x*inchesCM), math.Round(y*inchesCM)
	}
}
