package sample

import (
	"bytes"
	"image"
	"io"
	"testing"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff"
	"golang.org/x/image/tiff/lzw"
)

// bits makes a 1-bit picture of any bytes, padding bits cleared.
func bitsOf(data []byte, w int) *bilevel {
	stride := (w + 7) / 8
	b := newBilevel(w, len(data)/stride)
	copy(b.pix, data)
	if pad := stride*8 - w; pad > 0 {
		for y := range b.h {
			b.pix[y*stride+stride-1] &= 0xff << pad
		}
	}
	return b
}

func FuzzGroup4ComesBackAsItWas(f *testing.F) {
	f.Add([]byte{0, 0xff, 0x0f, 0xf0, 0xaa, 0x55, 1, 128}, 13)
	f.Add(bytes.Repeat([]byte{0xff}, 700), 5600)
	f.Add(bytes.Repeat([]byte{0}, 700), 2560)
	f.Add([]byte("\x80\x00\x00\x01\x7f\xff\xff\xfe"), 32)
	f.Fuzz(func(t *testing.T, data []byte, width int) {
		if width < 1 || width > 6000 || len(data) > 1<<14 {
			return
		}
		b := bitsOf(data, width)
		if b.h == 0 {
			return
		}
		enc := newG4Encoder().encode(b)
		r := ccitt.NewReader(bytes.NewReader(enc), ccitt.MSB, ccitt.Group4, b.w, b.h, &ccitt.Options{Invert: true})
		got, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%d×%d: %v", b.w, b.h, err)
		}
		// The reader's padding bits follow its own rule; compare what is inside.
		back := bitsOf(got, width)
		if !bytes.Equal(back.pix, b.pix) {
			t.Fatalf("%d×%d: decoded to other pixels", b.w, b.h)
		}
	})
}

func FuzzLZWComesBackAsItWas(f *testing.F) {
	f.Add([]byte{}, 1)
	f.Add([]byte("aaaaaaaaaabababab"), 400)
	f.Add([]byte{0, 1, 2, 3, 250, 251}, 9000)
	f.Fuzz(func(t *testing.T, data []byte, times int) {
		if times < 1 || len(data)*times > 1<<18 {
			return
		}
		raw := bytes.Repeat(data, times)
		for i := range raw { // repeats that are not quite
			raw[i] += byte(i >> 7 * (i & 3))
		}
		r := lzw.NewReader(bytes.NewReader(lzwEncode(raw)), lzw.MSB, 8)
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("%d bytes came back as %d, %v", len(raw), len(got), err)
		}
	})
}

func TestTIFFHoldsEveryCodec(t *testing.T) {
	t.Parallel()
	gray := &picture{w: 97, h: 61, channels: 1, pix: make([]uint8, 97*61)}
	colour := &picture{w: 97, h: 61, channels: 3, pix: make([]uint8, 97*61*3)}
	r := newRNG(7, 0, "test")
	for i := range gray.pix {
		gray.pix[i] = uint8(r.intn(256))
	}
	for i := range colour.pix {
		colour.pix[i] = uint8(r.intn(256))
	}
	for _, c := range []struct {
		pic    *picture
		colour Colour
		codec  string
	}{
		{gray, Gray, "deflate"}, {gray, Gray, "lzw"}, {gray, Bitonal, "g4"}, {gray, Bitonal, "lzw"}, {colour, RGB, "deflate"}, {colour, RGB, "lzw"},
	} {
		t.Run(string(c.colour)+" "+c.codec, func(t *testing.T) {
			t.Parallel()
			e := &encoder{g4: newG4Encoder(), quality: 80, cutAt: 128}
			f, err := e.frame(c.pic, c.colour, c.codec, 300)
			if err != nil {
				t.Fatal(err)
			}
			img, err := tiff.Decode(bytes.NewReader(writeTIFF([]frame{f, f})))
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds() != image.Rect(0, 0, 97, 61) {
				t.Fatalf("bounds %v", img.Bounds())
			}
			for y := range 61 {
				for x := range 97 {
					gr, gg, gb, _ := img.At(x, y).RGBA()
					var want [3]uint32
					for k := range 3 {
						v := uint32(c.pic.pix[(y*97+x)*c.pic.channels+k%c.pic.channels])
						if c.colour == Bitonal {
							v = map[bool]uint32{true: 0, false: 255}[v < 128]
						}
						want[k] = v
					}
					if gr>>8 != want[0] || gg>>8 != want[1] || gb>>8 != want[2] {
						t.Fatalf("pixel %d,%d is %d %d %d, want %v", x, y, gr>>8, gg>>8, gb>>8, want)
					}
				}
			}
		})
	}
}
