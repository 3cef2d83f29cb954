package ccitt_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	xccitt "golang.org/x/image/ccitt"

	"sohoa/internal/pdfa/ccitt"
)

func TestGroup4IsReadBackByAnotherDecoder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {7, 3}, {8, 8}, {64, 20}, {2700, 12}, {5300, 4}} {
		for _, share := range []float64{0, 0.02, 0.5, 1} {
			w, h := size[0], size[1]
			ink := make([]bool, w*h)
			for i := range ink {
				ink[i] = r.Float64() < share
			}
			b := ccitt.NewBitmap(w, h)
			for i, black := range ink {
				if black {
					b.Set(i%w, i/w)
				}
			}
			got, err := io.ReadAll(xccitt.NewReader(bytes.NewReader(ccitt.Group4(b)), xccitt.MSB, xccitt.Group4, w, h, nil))
			if err != nil {
				t.Fatalf("%d × %d, %g ink: %v", w, h, share, err)
			}
			stride := (w + 7) / 8
			for i, want := range ink {
				x, y := i%w, i/w
				if black := got[y*stride+x/8]>>(7-x%8)&1 == 0; black != want {
					t.Fatalf("%d × %d, %g ink: pixel %d, %d is black=%t, want %t", w, h, share, x, y, black, want)
				}
			}
		}
	}
}

func FuzzGroup4(f *testing.F) {
	f.Add(9, []byte{0x80, 0x80, 0xFF, 0})
	f.Fuzz(func(t *testing.T, w int, bits []byte) {
		stride := (w + 7) / 8
		if w < 1 || w > 5000 || len(bits) < stride || len(bits) > 1<<16 {
			return
		}
		b := &ccitt.Bitmap{W: w, H: len(bits) / stride, Bits: bytes.Clone(bits[:len(bits)/stride*stride])}
		for y := range b.H { // what pads a row is white
			if w%8 != 0 {
				b.Bits[y*stride+stride-1] &= byte(0xFF << (8 - w%8))
			}
		}
		got, err := io.ReadAll(xccitt.NewReader(bytes.NewReader(ccitt.Group4(b)), xccitt.MSB, xccitt.Group4, w, b.H, &xccitt.Options{Invert: true}))
		if err != nil {
			t.Fatal(err)
		}
		for y := range b.H {
			for x := range w {
				if black := got[y*stride+x/8]&(0x80>>(x%8)) != 0; black != b.At(x, y) {
					t.Fatalf("pixel %d, %d of %d × %d is black=%t", x, y, w, b.H, black)
				}
			}
		}
	})
}
