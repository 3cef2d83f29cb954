//go:build cgo && linux

package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strconv"
	"testing"

	"sohoa/internal/engine/fax"
	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/wrap"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// corner is a picture whose corners differ: top-left red, top-right green, bottom-left blue, the rest white. w and h are even.
func corner(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			switch {
			case y < h/2 && x < w/2:
				c = color.RGBA{255, 0, 0, 255}
			case y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < w/2:
				c = color.RGBA{0, 0, 255, 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

// rows gives R, G, B of an image.
func rows(m image.Image) []byte {
	var out []byte
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := m.At(x, y).RGBA()
			out = append(out, byte(r>>8), byte(g>>8), byte(bl>>8))
		}
	}
	return out
}

func asPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// picturesOf is the same picture in several encodings without loss.
func picturesOf(t *testing.T, m *image.RGBA) map[string]page.Picture {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	base := page.Picture{Width: w, Height: h, Components: 3, BitsPerComponent: 8, DPIX: 300, DPIY: 150}
	with := func(e page.Encoding, data []byte) page.Picture {
		p := base
		p.Encoding, p.Data = e, data
		return p
	}
	raw := rows(m)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	if err := wrap.Predict(zw, raw, 3*w, 3); err != nil {
		t.Fatal(err)
	}
	_ = zw.Close()
	ppm := append([]byte("P6\n"+strconv.Itoa(w)+" "+strconv.Itoa(h)+"\n255\n"), raw...)
	indexed := with(page.Flate, nil)
	indexed.Components, indexed.Palette = 1, []byte{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}
	var zi bytes.Buffer
	zw = zlib.NewWriter(&zi)
	for y := range h {
		_, _ = zw.Write([]byte{0})
		for x := range w {
			_, _ = zw.Write([]byte{byte(2*(2*y/h) + 2*x/w)})
		}
	}
	_ = zw.Close()
	indexed.Data = zi.Bytes()
	return map[string]page.Picture{
		"PNG":     with(page.PNG, asPNG(t, m)),
		"PNM":     with(page.PNM, ppm),
		"Flate":   with(page.Flate, z.Bytes()),
		"TIFF":    with(page.TIFF, rawTIFF(raw, w, h, 1)),
		"indexed": indexed,
	}
}

// rawTIFF is an uncompressed RGB TIFF with an orientation.
func rawTIFF(raw []byte, w, h, orientation int) []byte {
	le := binary.LittleEndian
	out := []byte("II*\x00\x08\x00\x00\x00")
	entries := [][4]int{
		{256, 4, 1, w}, {257, 4, 1, h}, {258, 3, 3, 0}, {259, 3, 1, 1}, {262, 3, 1, 2}, {273, 4, 1, 0},
		{274, 3, 1, orientation}, {277, 3, 1, 3}, {278, 4, 1, h}, {279, 4, 1, len(raw)},
	}
	bits := 8 + 2 + 12*len(entries) + 4
	out = le.AppendUint16(out, uint16(len(entries)))
	for _, e := range entries {
		switch e[0] {
		case 258:
			e[3] = bits
		case 273:
			e[3] = bits + 6
		}
		out = le.AppendUint16(out, uint16(e[0]))
		out = le.AppendUint16(out, uint16(e[1]))
		out = le.AppendUint32(out, uint32(e[2]))
		out = le.AppendUint32(out, uint32(e[3]))
	}
	out = le.AppendUint32(out, 0)
	for range 3 {
		out = le.AppendUint16(out, 8)
	}
	return append(out, raw...)
}

// colours decodes a picture of ours and gives its R, G, B rows.
func colours(t *testing.T, p page.Picture) []byte {
	t.Helper()
	x, err := decode(p, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if x.Depth() != 32 {
		t.Fatalf("%d bits a pixel", x.Depth())
	}
	return x.Rows()
}

func TestEveryEncodingWithoutLossDecodesToTheSamePixels(t *testing.T) {
	t.Parallel()
	m := corner(20, 10)
	for name, p := range picturesOf(t, m) {
		if got := colours(t, p); !bytes.Equal(got, rows(m)) {
			t.Errorf("%s: %v", name, got[:12])
		}
	}
}

func TestConvertKeepsPixelsAndAppliesTurnAndMirror(t *testing.T) {
	t.Parallel()
	m := corner(20, 10)
	for name, p := range picturesOf(t, m) {
		c, err := Convert(p)
		if err != nil || c.Encoding != page.Flate || c.Width != 20 || c.Height != 10 || c.Components != 3 || c.DPIX != 300 || c.DPIY != 150 {
			t.Fatalf("%s: %+v, %v", name, c, err)
		}
		if !bytes.Equal(colours(t, c), rows(m)) {
			t.Errorf("%s: other pixels after conversion", name)
		}
		p.Turn, p.Mirror = 90, true // mirrored left to right: green red / white blue; then clockwise: white green / blue red
		c, err = Convert(p)
		if err != nil || c.Width != 10 || c.Height != 20 || c.Turn != 0 || c.Mirror || c.DPIX != 150 {
			t.Fatalf("%s turned: %+v, %v", name, c, err)
		}
		got := colours(t, c)
		at := func(x, y int) [3]byte { return [3]byte(got[3*(y*10+x):]) }
		if at(0, 0) != [3]byte{255, 255, 255} || at(9, 0) != [3]byte{0, 255, 0} || at(0, 19) != [3]byte{0, 0, 255} || at(9, 19) != [3]byte{255, 0, 0} {
			t.Errorf("%s turned: %v %v %v %v", name, at(0, 0), at(9, 0), at(0, 19), at(9, 19))
		}
	}
}

func TestATIFFsOrientationIsLeftToThePicture(t *testing.T) {
	t.Parallel()
	m := corner(20, 10)
	p := page.Picture{Encoding: page.TIFF, Data: rawTIFF(rows(m), 20, 10, 6), Width: 20, Height: 10}
	before := bytes.Clone(p.Data)
	if got := colours(t, p); !bytes.Equal(got, rows(m)) {
		t.Errorf("the raster is not as stored")
	}
	if !bytes.Equal(p.Data, before) {
		t.Error("the picture's data were changed")
	}
}

func TestOneBitPicturesBecomeGroup4(t *testing.T) {
	t.Parallel()
	const w, h = 37, 11
	m := image.NewGray(image.Rect(0, 0, w, h))
	want := make([]byte, 0, 5*h)
	for y := range h {
		line := make([]byte, 5)
		for x := range w {
			if (x*y+x)%3 == 0 {
				line[x/8] |= 0x80 >> (x % 8)
			} else {
				m.SetGray(x, y, color.Gray{255})
			}
		}
		want = append(want, line...)
	}
	p := page.Picture{Encoding: page.PNG, Data: asPNG(t, m), Width: w, Height: h, Components: 1, BitsPerComponent: 8}
	c, err := Convert(p)
	if err != nil || c.Encoding != page.CCITT || c.CCITT == nil || c.CCITT.K != -1 || c.CCITT.BlackIs1 || c.Inverted {
		t.Fatalf("Convert = %+v, %v", c, err)
	}
	pbm, n, err := fax.PBM(c.Data, *c.CCITT, w, h)
	if err != nil || n != h || !bytes.Equal(pbm[len(pbm)-len(want):], want) {
		t.Errorf("read back %d rows, %v", n, err)
	}
	again, err := Convert(c)
	if err != nil || !bytes.Equal(again.Data, c.Data) {
		t.Errorf("converted again: %v", err)
	}
	// What PDF calls black: coded black, turned round by BlackIs1 and by Decode [1 0].
	for _, tc := range []struct{ blackIs1, inverted, negative bool }{{false, false, false}, {true, false, true}, {false, true, true}, {true, true, false}} {
		q := c
		q.CCITT = &page.CCITTParams{K: -1, BlackIs1: tc.blackIs1}
		q.Inverted = tc.inverted
		x, err := decode(q, 8)
		if err != nil {
			t.Fatal(err)
		}
		if black := x.Rows()[0]&0x80 != 0; black == tc.negative {
			t.Errorf("BlackIs1 %v, inverted %v: first pixel black is %v", tc.blackIs1, tc.inverted, black)
		}
		x.Close()
	}
}

func TestLossyPicturesStayJPEG(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(64, 32), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	p := page.Picture{Encoding: page.JPEG, Data: b.Bytes(), Width: 64, Height: 32, Components: 3, BitsPerComponent: 8, Mirror: true}
	c, err := Convert(p)
	if err != nil || c.Encoding != page.JPEG || c.Mirror || c.Components != 3 {
		t.Fatalf("Convert = %+v, %v", c, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(c.Data))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, _, _ := m.At(8, 8).RGBA(); r>>8 > 40 || g>>8 < 200 {
		t.Errorf("the mirrored corner is %v, want green", m.At(8, 8))
	}
}

func TestRedFadesAndBlackUnderRedStays(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 48, 16))
	for i, c := range []color.RGBA{{250, 248, 245, 255}, {215, 50, 60, 255}, {60, 15, 18, 255}} { // paper, seal, print under the seal
		for y := range 16 {
			for x := range 16 {
				m.Set(16*i+x, y, c)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]page.Picture{
		"JPEG": {Encoding: page.JPEG, Data: b.Bytes()},
		"PNG":  {Encoding: page.PNG, Data: asPNG(t, m)},
	} {
		x, _, err := Upright(p)
		if err != nil {
			t.Fatal(err)
		}
		r := x.Rows()
		paper, seal, text := r[8*48+8], r[8*48+24], r[8*48+40]
		if x.Depth() != 8 || paper < 235 || seal < 190 || text > 90 {
			t.Errorf("%s: paper %d, seal %d, print under it %d", name, paper, seal, text)
		}
		x.Close()
	}
}

func TestViewFitsAndNeverEnlarges(t *testing.T) {
	t.Parallel()
	p := page.Picture{Encoding: page.PNG, Data: asPNG(t, corner(200, 100)), Width: 200, Height: 100, DPIX: 100, DPIY: 100, Turn: 90}
	for _, tc := range []struct {
		turn      page.Turn
		max, w, h int
	}{{0, 50, 25, 50}, {90, 50, 50, 25}, {0, 1000, 100, 200}} {
		v, err := View(p, tc.turn, tc.max)
		if err != nil || v.Width != tc.w || v.Height != tc.h || v.Encoding != page.JPEG {
			t.Errorf("View(%d, %d) = %d by %d, %v", tc.turn, tc.max, v.Width, v.Height, err)
		}
		if c, err := jpeg.DecodeConfig(bytes.NewReader(v.Data)); err != nil || c.Width != tc.w || c.Height != tc.h {
			t.Errorf("its JPEG is %d by %d, %v", c.Width, c.Height, err)
		}
	}
}

func TestTooLargeAndDamagedPicturesAreRefused(t *testing.T) {
	t.Parallel()
	good := asPNG(t, corner(20, 10))
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[16:], 40_000)
	binary.BigEndian.PutUint32(huge[20:], 40_000)
	for name, tc := range map[string]struct {
		p    page.Picture
		want fault.Code
	}{
		"a PNG of 40,000 by 40,000": {page.Picture{Encoding: page.PNG, Data: huge}, fault.PageTooLarge},
		"a fax of 40,000 by 40,000": {page.Picture{Encoding: page.CCITT, Data: []byte{1}, Width: 40_000, Height: 40_000}, fault.PageTooLarge},
		"half a PNG":                {page.Picture{Encoding: page.PNG, Data: good[:len(good)/2]}, fault.FileUnreadable},
		"noise as JPEG":             {page.Picture{Encoding: page.JPEG, Data: []byte("noise")}, fault.FileUnreadable},
		"noise as TIFF":             {page.Picture{Encoding: page.TIFF, Data: []byte("II*\x00noise noise noise")}, fault.FileUnreadable},
		"a frame that is not there": {page.Picture{Encoding: page.TIFF, Data: rawTIFF(make([]byte, 12), 2, 2, 1), Frame: 7}, fault.FileUnreadable},
	} {
		lept.Silence()
		if _, _, err := Upright(tc.p); fault.CodeOf(err) != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}
