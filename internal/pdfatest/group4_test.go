package pdfatest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/ccitt"
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
			data := Group4(w, h, func(x, y int) bool { return ink[y*w+x] })
			got, err := io.ReadAll(ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, ccitt.Group4, w, h, nil))
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
