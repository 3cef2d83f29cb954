//go:build cgo && linux

package picture

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/zlib"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/wrap"
	"sohoa/internal/page"
)

const (
	convertQuality = 92 // a second lossy step should not be seen: at 92 the loss is under scanner noise
	viewQuality    = 80
	inkThreshold   = 128
)

// Convert re-encodes a picture as digitise.Engine says: 1-bit as CCITT Group 4, what was lossy as JPEG, the rest as Flate.
func Convert(p page.Picture) (page.Picture, error) {
	x, err := decode(p, 8)
	if err != nil {
		return page.Picture{}, asFault(err)
	}
	if x, err = orient(x, p); err != nil {
		return page.Picture{}, err
	}
	defer func() { x.Close() }()
	out := page.Picture{Width: x.Width(), Height: x.Height(), DPIX: p.DPIX, DPIY: p.DPIY, AdobeTransform: -1}
	if p.Turn.Swaps() {
		out.DPIX, out.DPIY = out.DPIY, out.DPIX
	}
	if x.IsGray() && x.Depth() == 32 {
		if x, err = x.ToGray(); err != nil {
			return page.Picture{}, err
		}
	}
	switch {
	case x.IsBilevel():
		if x, err = x.ToInk(inkThreshold); err != nil {
			return page.Picture{}, err
		}
		return group4(x, out)
	case lossy(p):
		return asJPEG(x, out, convertQuality)
	}
	return flate(x, out)
}

// lossy reports whether a picture's encoding already lost something.
func lossy(p page.Picture) bool {
	switch p.Encoding {
	case page.JPEG:
		return true
	case page.WebP:
		return !bytes.Contains(p.Data[:min(len(p.Data), 64)], []byte("VP8L"))
	case page.TIFF:
		t, err := wrap.ReadTIFF(p.Data, p.Frame)
		return err == nil && t.Lossy()
	case page.CCITT, page.Flate, page.PNG, page.PNM:
	}
	return false
}

// View makes a JPEG of at most maxPixels on the longer side, never larger than the picture.
func View(p page.Picture, turn page.Turn, maxPixels int) (page.Picture, error) {
	x, err := decode(p, viewEighths(p, maxPixels))
	if err != nil {
		return page.Picture{}, asFault(err)
	}
	defer func() { x.Close() }()
	if f := float64(maxPixels) / float64(max(x.Width(), x.Height())); f < 1 {
		small, err := x.Scaled(f)
		if err != nil {
			return page.Picture{}, err
		}
		x.Close()
		x = small
	}
	if x.Depth() == 1 {
		if x, err = x.ToGray(); err != nil {
			return page.Picture{}, err
		}
	}
	if x, err = orient(x, p); err != nil {
		return page.Picture{}, err
	}
	if x, err = x.Turn(int(turn)); err != nil {
		return page.Picture{}, err
	}
	out := page.Picture{Width: x.Width(), Height: x.Height(), AdobeTransform: -1}
	if long := max(p.Width, p.Height); long > 0 {
		f := float64(max(x.Width(), x.Height())) / float64(long)
		out.DPIX, out.DPIY = p.DPIX*f, p.DPIY*f
		if p.Turn.Add(turn).Swaps() {
			out.DPIX, out.DPIY = out.DPIY, out.DPIX
		}
	}
	return asJPEG(x, out, viewQuality)
}

// viewEighths is the smallest size in eighths at which a JPEG can be decoded that is not below what is wanted.
func viewEighths(p page.Picture, maxPixels int) int {
	if p.Encoding != page.JPEG {
		return 8
	}
	s, err := lept.JPEGSize(p.Data)
	if err != nil {
		return 8
	}
	for _, e := range []int{1, 2, 4} { // libjpeg-turbo is fastest at these
		if max(s.Width, s.Height)*e/8 >= maxPixels {
			return e
		}
	}
	return 8
}

func asJPEG(x *lept.Pix, out page.Picture, quality int) (page.Picture, error) {
	data, err := x.EncodeJPEG(quality)
	if err != nil {
		return page.Picture{}, err
	}
	out.Encoding, out.Data, out.BitsPerComponent, out.Components = page.JPEG, data, 8, 1
	if x.Depth() == 32 {
		out.Components, out.AdobeTransform = 3, -1
	}
	return out, nil
}

func group4(ink *lept.Pix, out page.Picture) (page.Picture, error) {
	tiff, err := ink.EncodeTIFFG4()
	if err != nil {
		return page.Picture{}, err
	}
	t, err := wrap.ReadTIFF(tiff, 0)
	if err != nil {
		return page.Picture{}, fmt.Errorf("own TIFF: %w", err)
	}
	if out.Data, err = t.Strip(tiff); err != nil {
		return page.Picture{}, fmt.Errorf("own TIFF: %w", err)
	}
	out.Encoding, out.Components, out.BitsPerComponent = page.CCITT, 1, 1
	out.CCITT = &page.CCITTParams{K: -1}
	return out, nil
}

func flate(x *lept.Pix, out page.Picture) (page.Picture, error) {
	n := 1
	if x.Depth() == 32 {
		n = 3
	}
	var b bytes.Buffer
	level := 6
	if wrap.Drawn(x.Rows(), n) {
		level = 9 // finds a letter's other copies further up; on a scan's grain it finds nothing
	}
	z, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		return page.Picture{}, fmt.Errorf("compress: %w", err)
	}
	if err := wrap.Predict(z, x.Rows(), n*x.Width(), n); err != nil {
		return page.Picture{}, fmt.Errorf("compress: %w", err)
	}
	if err := z.Close(); err != nil {
		return page.Picture{}, fmt.Errorf("compress: %w", err)
	}
	out.Encoding, out.Data, out.Components, out.BitsPerComponent = page.Flate, b.Bytes(), n, 8
	return out, nil
}
