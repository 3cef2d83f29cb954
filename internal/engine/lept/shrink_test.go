//go:build cgo && linux

package lept_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"sohoa/internal/engine/lept"
)

// gray makes a picture of w × h noisy pixels.
func gray(t testing.TB, w, h int) *lept.Pix {
	t.Helper()
	r := rand.New(rand.NewPCG(1, uint64(w)))
	var b bytes.Buffer
	fmt.Fprintf(&b, "P5\n%d %d\n255\n", w, h)
	for range w * h {
		b.WriteByte(byte(r.IntN(256)))
	}
	p, err := lept.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestEachPixelOfASmallerCopyIsTheMeanOfWhatItCovers(t *testing.T) {
	for _, tc := range []struct {
		w, h   int
		factor float64
	}{{12, 12, 0.5}, {1000, 700, 2. / 3}, {997, 701, 0.31}, {333, 90, 0.1}, {64, 64, 0.0671}, {5, 7, 0.6}} {
		p := gray(t, tc.w, tc.h)
		small, err := p.Scaled(tc.factor)
		if err != nil {
			t.Fatalf("%v: %v", tc, err)
		}
		defer small.Close()
		rows, got := p.Rows(), small.Rows()
		ow, oh := small.Width(), small.Height()
		if want := int(float64(tc.w)*tc.factor + 0.5); ow != want {
			t.Errorf("%v: the copy is %d wide, wanted %d", tc, ow, want)
		}
		for y := range oh {
			for x := range ow {
				want := mean(rows, tc.w, float64(x)*float64(tc.w)/float64(ow), float64(x+1)*float64(tc.w)/float64(ow),
					float64(y)*float64(tc.h)/float64(oh), float64(y+1)*float64(tc.h)/float64(oh))
				if d := float64(got[y*ow+x]) - want; d > 1.5 || d < -1.5 {
					t.Fatalf("%v: pixel %d, %d is %d, wanted %.2f", tc, x, y, got[y*ow+x], want)
				}
			}
		}
	}
}

// mean is the plain sum over an area with fractions of pixels at its sides.
func mean(rows []byte, w int, x0, x1, y0, y1 float64) float64 {
	var sum, area float64
	for y := int(y0); float64(y) < y1-1e-9; y++ {
		high := min(float64(y+1), y1) - max(float64(y), y0)
		for x := int(x0); float64(x) < x1-1e-9; x++ {
			a := high * (min(float64(x+1), x1) - max(float64(x), x0))
			sum += a * float64(rows[y*w+x])
			area += a
		}
	}
	return sum / area
}

// BenchmarkScaled makes of a page at 300 dpi the one at 200 dpi that is read.
func BenchmarkScaled(b *testing.B) {
	p := gray(b, 2480, 3508)
	for b.Loop() {
		s, err := p.Scaled(2. / 3)
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
