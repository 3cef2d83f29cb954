//go:build cgo && linux

// Package picture decodes a page's picture in any of its encodings, and encodes it anew for renditions and viewers.
//
// It is private to cmd/sohoa-ocr. What is wrong with the data is a rejecting fault; pictures are capped at lept.MaxPixels.
package picture

import (
	"bytes"
	"errors"
	"fmt"

	"sohoa/internal/engine/fax"
	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/wrap"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// Upright decodes a picture for recognition: gray (or 1-bit), with red lifted to paper, mirrored and turned as the file says. red maps the
// red ink of the raster as stored; nil where there is no colour.
func Upright(p page.Picture) (x, red *lept.Pix, err error) {
	if p.Encoding == page.JPEG {
		x, red, err = lept.JPEGReading(p.Data, p.Inverted)
	} else {
		x, err = decode(p, 8)
	}
	if err != nil {
		return nil, nil, asFault(err)
	}
	if x.Depth() == 32 {
		red = x.RedMap()
		gray, err := x.Reading()
		x.Close()
		if err != nil {
			red.Close()
			return nil, nil, err
		}
		x = gray
	}
	if x, err = orient(x, p); err != nil {
		red.Close()
		return nil, nil, err
	}
	return x, red, nil
}

// RedPrint decodes a picture once more for the text that is printed in red: gray, with nothing else in it, mirrored and turned as the file
// says.
func RedPrint(p page.Picture, t *lept.RedText) (*lept.Pix, error) {
	colour, err := decode(p, 8)
	if err != nil {
		return nil, asFault(err)
	}
	x, err := colour.RedPrint(t)
	colour.Close()
	if err != nil {
		return nil, err
	}
	return orient(x, p)
}

// orient applies what the file says about mirror and turn. It consumes x.
func orient(x *lept.Pix, p page.Picture) (*lept.Pix, error) {
	if p.Mirror {
		x.FlipLR()
	}
	return x.Turn(int(p.Turn))
}

// decode gives the raster as stored, at eighths/8 of its size where the encoding can do that cheaply (JPEG only).
func decode(p page.Picture, eighths int) (*lept.Pix, error) {
	switch p.Encoding {
	case page.JPEG:
		return lept.JPEG(p.Data, eighths, p.Inverted)
	case page.CCITT:
		return decodeCCITT(p)
	case page.Flate:
		return decodeFlate(p)
	case page.TIFF:
		data := p.Data
		t, err := wrap.ReadTIFF(data, p.Frame)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", lept.ErrUndecodable, err)
		}
		if t.Orientation != 1 {
			data = bytes.Clone(data)
			t.Upright(data)
		}
		x, err := lept.ReadTIFF(data, p.Frame)
		return inverted(x, p.Inverted, err)
	case page.PNG, page.WebP, page.PNM:
		x, err := lept.Read(p.Data)
		return inverted(x, p.Inverted, err)
	}
	return nil, fault.New(fault.FileUnsupported, "a picture encoded as %q", p.Encoding)
}

func inverted(x *lept.Pix, invert bool, err error) (*lept.Pix, error) {
	if err == nil && invert {
		x.Invert()
	}
	return x, err
}

func decodeCCITT(p page.Picture) (*lept.Pix, error) {
	c := p.CCITT
	if c == nil {
		c = &page.CCITTParams{}
	}
	if c.K < 0 && !c.EncodedByteAlign {
		// libtiff is faster, but gives up on a damaged row.
		x, err := lept.ReadTIFF(wrap.Group4(p.Data, p.Width, p.Height), 0)
		if err == nil || errors.Is(err, lept.ErrTooLarge) {
			return inverted(x, c.BlackIs1 != p.Inverted, err)
		}
	}
	if p.Width < 1 || p.Height < 1 || p.Width > lept.MaxPixels/p.Height {
		return nil, fmt.Errorf("%d by %d pixels: %w", p.Width, p.Height, lept.ErrTooLarge)
	}
	pbm, _, err := fax.PBM(p.Data, *c, p.Width, p.Height)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", lept.ErrUndecodable, err)
	}
	x, err := lept.Read(pbm)
	return inverted(x, c.BlackIs1 != p.Inverted, err)
}

func decodeFlate(p page.Picture) (*lept.Pix, error) {
	png, err := wrap.PNG(p)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", lept.ErrUndecodable, err)
	}
	if p.Components == 4 {
		return lept.ReadCMYK(png, p.Inverted)
	}
	x, err := lept.Read(png)
	return inverted(x, p.Inverted && p.Palette == nil, err)
}

// asFault says whose fault it is that a picture did not decode.
func asFault(err error) error {
	switch {
	case errors.Is(err, lept.ErrTooLarge):
		return fault.Wrap(fault.PageTooLarge, err, "the page's picture has more than %d megapixels", lept.MaxPixels/1_000_000)
	case errors.Is(err, lept.ErrUndecodable):
		return fault.Wrap(fault.FileUnreadable, err, "the page's picture is damaged or cut off")
	}
	return err
}
