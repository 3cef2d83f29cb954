//go:build cgo && linux

package ocr

import (
	"image"
	"image/color"
	"slices"
	"testing"

	"sohoa/internal/page"
)

// spoilt changes every pixel of a page.
func spoilt(m *image.Gray, pixel func(x, y int) float64) *image.Gray {
	out := image.NewGray(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			out.SetGray(x, y, color.Gray{uint8(min(max(pixel(x, y), 0), 255))})
		}
	}
	return out
}

// softened averages squares of 2 × radius + 1 pixels.
func softened(m *image.Gray, radius int) *image.Gray {
	side := 2*radius + 1
	across := spoilt(m, func(x, y int) (sum float64) {
		for d := -radius; d <= radius; d++ {
			sum += float64(m.GrayAt(min(max(x+d, 0), m.Bounds().Dx()-1), y).Y) / float64(side)
		}
		return sum
	})
	return spoilt(m, func(x, y int) (sum float64) {
		for d := -radius; d <= radius; d++ {
			sum += float64(across.GrayAt(x, min(max(y+d, 0), m.Bounds().Dy()-1)).Y) / float64(side)
		}
		return sum
	})
}

// cropped leaves out a border of a page that has its print between x 250 and 1450, y 300 and 1130.
func cropped(m *image.Gray, left, top, right, bottom int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, m.Bounds().Dx()-left-right, m.Bounds().Dy()-top-bottom))
	for y := range out.Bounds().Dy() {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], m.Pix[(y+top)*m.Stride+left:])
	}
	return out
}

func TestAScanIsJudged(t *testing.T) {
	t.Parallel()
	good := sheet(t, text(), 0)
	for name, tc := range map[string]struct {
		m    *image.Gray
		dpi  float64
		want []string
	}{
		"a good one":              {good, 300, nil},
		"a soft one":              {softened(good, 1), 300, nil},
		"a blurred one":           {softened(softened(good, 3), 2), 300, []string{page.Blurred}},
		"a dark one":              {spoilt(good, func(x, y int) float64 { return float64(good.GrayAt(x, y).Y) * 0.5 }), 300, []string{page.TooDark}},
		"a pale one":              {spoilt(good, func(x, y int) float64 { return 255 - (255-float64(good.GrayAt(x, y).Y))*0.3 }), 300, []string{page.TooLight}},
		"a coarse one":            {good, 150, []string{page.LowResolution}},
		"one askew":               {sheet(t, text(), 4), 300, []string{page.Skewed}},
		"one cut off on the left": {cropped(good, 290, 0, 0, 0), 300, []string{"cut_left"}},
		"one cut off on top":      {cropped(good, 0, 335, 0, 0), 300, []string{"cut_top"}},
		"one cut off below":       {cropped(good, 0, 0, 0, 1500-1095), 300, []string{"cut_bottom"}},
		"one cut off on the right and upside down": {turned(cropped(good, 0, 0, 700, 0), 2), 300, []string{"cut_right"}},
	} {
		p := scan(t, tc.m)
		p.DPIX, p.DPIY = tc.dpi, tc.dpi
		r := recognise(t, p)
		if r.Quality == nil {
			t.Fatalf("%s: not measured", name)
		}
		if got := r.Quality.Findings(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v: %+v", name, got, tc.want, *r.Quality)
		}
	}
}

func TestABlankPageIsJudgedToo(t *testing.T) {
	t.Parallel()
	r := recognise(t, scan(t, sheet(t, nil, 0)))
	if r.Quality == nil || r.Quality.DPI != 300 || r.Quality.Paper < 200 || r.Quality.Ink != 0 || len(r.Quality.Findings()) > 0 {
		t.Errorf("%+v", r.Quality)
	}
}
