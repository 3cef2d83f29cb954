package pdfa

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"

	"sohoa/internal/page"
)

// UnsupportedError says that a picture's stream may not stand in a PDF/A-2u file under an sRGB intent as it is: the engine must convert it first.
type UnsupportedError struct {
	Encoding page.Encoding
	Why      string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("a %s picture cannot go into PDF/A as it is: %s", e.Encoding, e.Why)
}

// Allowed reports whether p can be passed through into a rendition; if not, the error is an *UnsupportedError. It reads headers only.
func Allowed(p *page.Picture) error {
	_, err := imageDict(p)
	return err
}

// imageDict writes the inside of p's image dictionary, filter included, and checks that p is what PDF/A-2u lets through.
func imageDict(p *page.Picture) ([]byte, error) {
	refuse := func(format string, args ...any) ([]byte, error) {
		return nil, &UnsupportedError{Encoding: p.Encoding, Why: fmt.Sprintf(format, args...)}
	}
	if p.Width <= 0 || p.Height <= 0 {
		return refuse("its size is %d × %d pixels", p.Width, p.Height)
	}
	if len(p.Data) == 0 {
		return refuse("it has no data")
	}
	if !p.Turn.Valid() {
		return refuse("its turn is %d degrees", p.Turn)
	}
	d := []byte("/Type/XObject/Subtype/Image")
	entry := func(key string, v int) {
		d = append(d, key...)
		d = strconv.AppendInt(d, int64(v), 10)
	}
	width, height := p.Width, p.Height
	size := func() {
		entry("/Width ", width)
		entry("/Height ", height)
	}
	switch p.Encoding {
	case page.JPEG:
		j, err := readJPEGHeader(p.Data)
		switch {
		case err != nil:
			return refuse("%v", err)
		case j.components == 4:
			return refuse("it is CMYK and the output intent is sRGB")
		case j.components != 1 && j.components != 3:
			return refuse("it has %d components", j.components)
		case j.width == 0 || j.height == 0:
			return refuse("its header says %d × %d pixels", j.width, j.height)
		}
		width, height = j.width, j.height // what readers go by, whatever the file around it said
		size()
		d = append(d, "/BitsPerComponent 8/ColorSpace"...)
		d = append(d, deviceSpace(j.components)...)
		d = append(d, decodeArray(p, j.components)...)
		d = append(d, "/Filter/DCTDecode"...)
		if j.components == 3 && !j.adobe && j.rgbNames {
			d = append(d, "/DecodeParms<</ColorTransform 0>>"...) // plain RGB by its component names; PDF would assume YCbCr
		}
		return d, nil
	case page.CCITT:
		if p.CCITT == nil {
			return refuse("its parameters are missing")
		}
		size()
		d = append(d, "/BitsPerComponent 1/ColorSpace/DeviceGray"...)
		d = append(d, decodeArray(p, 1)...)
		d = append(d, "/Filter/CCITTFaxDecode/DecodeParms<<"...)
		if p.CCITT.K != 0 {
			entry("/K ", p.CCITT.K)
		}
		entry("/Columns ", p.Width)
		entry("/Rows ", p.Height)
		for _, flag := range []struct {
			set  bool
			text string
		}{
			{p.CCITT.EndOfLine, "/EndOfLine true"},
			{p.CCITT.EncodedByteAlign, "/EncodedByteAlign true"},
			{p.CCITT.NoEndOfBlock, "/EndOfBlock false"},
			{p.CCITT.BlackIs1, "/BlackIs1 true"},
		} {
			if flag.set {
				d = append(d, flag.text...)
			}
		}
		return append(d, ">>"...), nil
	case page.Flate:
		switch p.BitsPerComponent {
		case 1, 2, 4, 8, 16:
		default:
			return refuse("it has %d bits a component", p.BitsPerComponent)
		}
		if p.Components != 1 && p.Components != 3 {
			return refuse("it has %d components", p.Components)
		}
		size()
		entry("/BitsPerComponent ", p.BitsPerComponent)
		if p.Palette != nil {
			n := len(p.Palette) / 3
			if n == 0 || n > 256 || len(p.Palette)%3 != 0 || p.Components != 1 || p.BitsPerComponent > 8 {
				return refuse("its palette of %d bytes does not fit %d components of %d bits", len(p.Palette), p.Components, p.BitsPerComponent)
			}
			entry("/ColorSpace[/Indexed/DeviceRGB ", n-1)
			d = append(appendLiteral(d, p.Palette), ']')
			if p.Inverted {
				return refuse("an inverted palette means nothing")
			}
		} else {
			d = append(d, "/ColorSpace"...)
			d = append(d, deviceSpace(p.Components)...)
			d = append(d, decodeArray(p, p.Components)...)
		}
		entry("/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors ", p.Components)
		entry("/BitsPerComponent ", p.BitsPerComponent)
		entry("/Columns ", p.Width)
		return append(d, ">>"...), nil
	case page.PNG, page.TIFF, page.WebP, page.PNM:
		return refuse("PDF has no such filter")
	}
	return refuse("it is not known")
}

// stencilDict writes the inside of an explicit mask's dictionary (ISO 32000-1, 8.9.6.3): black, which is sample 0, shows what is under the mask.
func stencilDict(p *page.Picture) ([]byte, error) {
	d, err := imageDict(p)
	if err != nil {
		return nil, err
	}
	if p.Encoding != page.CCITT {
		return nil, &UnsupportedError{Encoding: p.Encoding, Why: "a mask must be CCITT"}
	}
	return bytes.Replace(d, []byte("/ColorSpace/DeviceGray"), []byte("/ImageMask true"), 1), nil
}

func deviceSpace(components int) string {
	if components == 1 {
		return "/DeviceGray"
	}
	return "/DeviceRGB"
}

func decodeArray(p *page.Picture, components int) string {
	switch {
	case !p.Inverted:
		return ""
	case components == 1:
		return "/Decode[1 0]"
	}
	return "/Decode[1 0 1 0 1 0]"
}

// jpegHeader is what a JPEG's frame header says.
type jpegHeader struct {
	width, height, components int
	adobe                     bool // an APP14 marker says how the components are meant
	rgbNames                  bool // they are named R, G and B
}

// readJPEGHeader walks the markers up to the frame header. Only what DCTDecode reads is let through: baseline, extended and progressive Huffman
// coding of 8 bits (ISO 32000-1, 7.4.8).
func readJPEGHeader(b []byte) (jpegHeader, error) {
	var h jpegHeader
	if len(b) < 4 || b[0] != 0xFF || b[1] != 0xD8 {
		return h, fmt.Errorf("it does not begin as a JPEG does")
	}
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xFF {
			return h, fmt.Errorf("its header breaks at byte %d", i)
		}
		m := b[i+1]
		switch {
		case m == 0xFF: // fill
			i++
			continue
		case m == 0x01, m >= 0xD0 && m <= 0xD7: // no length
			i += 2
			continue
		case m == 0xD9, m == 0xDA:
			return h, fmt.Errorf("it has no frame header")
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return h, fmt.Errorf("its header breaks at byte %d", i)
		}
		seg := b[i+4 : i+2+n]
		switch m {
		case 0xEE:
			h.adobe = h.adobe || len(seg) >= 12 && string(seg[:5]) == "Adobe"
		case 0xC0, 0xC1, 0xC2:
			if len(seg) < 6 || len(seg) < 6+3*int(seg[5]) {
				return h, fmt.Errorf("its frame header is cut short")
			}
			if seg[0] != 8 {
				return h, fmt.Errorf("it has %d bits a component", seg[0])
			}
			h.height, h.width = int(binary.BigEndian.Uint16(seg[1:])), int(binary.BigEndian.Uint16(seg[3:]))
			h.components = int(seg[5])
			h.rgbNames = h.components == 3 && seg[6] == 'R' && seg[9] == 'G' && seg[12] == 'B'
			return h, nil
		case 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF:
			return h, fmt.Errorf("its coding process (marker %02X) is none that PDF reads", m)
		}
		i += 2 + n
	}
	return h, fmt.Errorf("it has no frame header")
}
