package pageimage

import (
	"encoding/binary"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// ParseWebP reads the chunks of a whole WebP and describes its picture. Animated ones are refused.
func ParseWebP(data []byte) (page.Picture, []string, error) {
	if len(data) < 20 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return page.Picture{}, nil, damaged("WebP", "it does not begin as one")
	}
	end := 8 + int64(binary.LittleEndian.Uint32(data[4:]))
	if end > int64(len(data)) {
		return page.Picture{}, nil, cutOff("WebP")
	}
	p := page.Picture{Encoding: page.WebP, Data: data, Components: 3, BitsPerComponent: 8, AdobeTransform: -1}
	var e exif
	for at := int64(12); at+8 <= end; {
		kind, n := string(data[at:at+4]), int64(binary.LittleEndian.Uint32(data[at+4:]))
		if at+8+n > end {
			return page.Picture{}, nil, cutOff("WebP")
		}
		body := data[at+8 : at+8+n]
		switch kind {
		case "VP8X":
			if len(body) >= 1 && body[0]&0x02 != 0 {
				return page.Picture{}, nil, fault.New(fault.FileUnsupported, "this WebP is animated; save it as a still picture")
			}
		case "VP8 ", "VP8L":
			if p.Width != 0 {
				return page.Picture{}, nil, damaged("WebP", "it holds two pictures")
			}
			w, h, err := webpSides(kind, body)
			if err != nil {
				return page.Picture{}, nil, err
			}
			p.Width, p.Height = w, h
		case "EXIF":
			if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
				body = body[6:]
			}
			e = parseExif(body)
		}
		at += 8 + n + n&1
	}
	if p.Width == 0 {
		return page.Picture{}, nil, damaged("WebP", "it holds no picture")
	}
	p.Mirror, p.Turn = orient(e.orientation)
	p.DPIX, p.DPIY = resolve(p.Width, p.Height, e.dpiX, e.dpiY)
	return p, nil, nil
}

func webpSides(kind string, b []byte) (w, h int, err error) {
	switch {
	case kind == "VP8 " && len(b) >= 10 && b[0]&1 == 0 && b[3] == 0x9D && b[4] == 0x01 && b[5] == 0x2A:
		w, h = int(binary.LittleEndian.Uint16(b[6:])&0x3FFF), int(binary.LittleEndian.Uint16(b[8:])&0x3FFF)
	case kind == "VP8L" && len(b) >= 5 && b[0] == 0x2F:
		v := binary.LittleEndian.Uint32(b[1:])
		w, h = int(v&0x3FFF)+1, int(v>>14&0x3FFF)+1
	default:
		return 0, 0, damaged("WebP", "its picture has no frame header")
	}
	return w, h, checkSides(int64(w), int64(h))
}
