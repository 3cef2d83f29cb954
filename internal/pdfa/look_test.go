package pdfa_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfatest"
)

// rendered shows every page of a rendition as poppler does, in gray, at 72 dpi.
func rendered(t *testing.T, path string) []image.Image {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "p")
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-r", "72", "-gray", "-png", path, prefix).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
	files, err := filepath.Glob(prefix + "*.png")
	if err != nil {
		t.Fatal(err)
	}
	var pages []image.Image
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, m)
	}
	return pages
}

// sight is what is seen of a raster pixel by pixel, after turning and mirroring.
func sight(m image.Image, mirror bool, turns ...page.Turn) image.Image {
	if mirror {
		m = mapped(m, m.Bounds().Dx(), m.Bounds().Dy(), func(x, y int) (int, int) { return m.Bounds().Dx() - 1 - x, y })
	}
	for _, t := range turns {
		for range t / 90 {
			from := m
			w, h := from.Bounds().Dx(), from.Bounds().Dy()
			m = mapped(from, h, w, func(x, y int) (int, int) { return y, h - 1 - x }) // a quarter clockwise
		}
	}
	return m
}

func mapped(m image.Image, w, h int, from func(x, y int) (int, int)) image.Image {
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.Set(x, y, m.At(from(x, y)))
		}
	}
	return out
}

// differ is the mean difference of two gray pictures of one size, 0 to 255.
func differ(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return 255
	}
	var sum float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			d := int(color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y) - int(color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y)
			sum += float64(max(d, -d))
		}
	}
	return sum / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

// blocks is a picture whose way up and side can be told, without fine detail that resampling blurs.
func blocks(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := color.Gray{Y: 255}
			switch {
			case y < h/10:
				v.Y = 0
			case x < w/4 && y > h*3/4:
				v.Y = 90
			case x > w*7/8 && y > h/2:
				v.Y = 160
			}
			m.SetGray(x, y, v)
		}
	}
	return m
}

func TestPagesShowThePictureTheRightWayUp(t *testing.T) {
	t.Parallel()
	raster := blocks(160, 240)
	var leaves []page.Leaf
	var want []image.Image
	var names []string
	for _, file := range []page.Turn{0, 90, 180, 270} {
		for _, found := range []page.Turn{0, 90, 180, 270} {
			for _, mirror := range []bool{false, true} {
				p := flateOf(t, raster)
				p.DPIX, p.DPIY = 72, 72
				p.Turn, p.Mirror = file, mirror
				l := leafOf(p)
				l.Result.Turn = found
				// A dark overlay near the top left of the page as the file turns it.
				l.Overlays = []page.Overlay{{X0: 20, Y0: 60, X1: 50, Y1: 70, Picture: flateOf(t, image.NewGray(image.Rect(0, 0, 30, 10)))}}
				leaves = append(leaves, l)
				seen := sight(raster, mirror, file).(*image.Gray)
				seen = mapped(seen, seen.Rect.Dx(), seen.Rect.Dy(), func(x, y int) (int, int) { return x, y }).(*image.Gray)
				for y := 60; y < 70; y++ {
					for x := 20; x < 50; x++ {
						seen.SetGray(x, y, color.Gray{})
					}
				}
				want = append(want, sight(seen, false, found))
				names = append(names, fmt.Sprintf("file turn %d, found turn %d, mirrored %t", file, found, mirror))
			}
		}
	}
	got := rendered(t, store(t, t.TempDir(), "looks", write(t, snapshot(), leaves...)))
	if len(got) != len(want) {
		t.Fatalf("poppler shows %d pages, want %d", len(got), len(want))
	}
	for i := range want {
		if d := differ(got[i], want[i]); d > 2 {
			t.Errorf("%s: page differs by %.1f of 255 on average", names[i], d)
		}
	}
}

func TestEveryEncodingShowsItsSamples(t *testing.T) {
	t.Parallel()
	raster := blocks(160, 240)
	ink := func(x, y int) bool { return raster.GrayAt(x, y).Y < 128 }
	bilevel := mapped(raster, 160, 240, func(x, y int) (int, int) { return x, y }).(*image.Gray)
	for i, v := range bilevel.Pix {
		bilevel.Pix[i] = 255
		if v < 128 {
			bilevel.Pix[i] = 0
		}
	}
	negative := image.NewGray(raster.Rect)
	for i, v := range raster.Pix {
		negative.Pix[i] = 255 - v
	}
	palette := image.NewPaletted(raster.Rect, color.Palette{color.Gray{0}, color.Gray{90}, color.Gray{160}, color.Gray{255}})
	rgb := image.NewRGBA(raster.Rect)
	for y := range 240 {
		for x := range 160 {
			palette.Set(x, y, raster.At(x, y))
			rgb.Set(x, y, raster.At(x, y))
		}
	}
	g4 := page.Picture{Encoding: page.CCITT, Width: 160, Height: 240, Components: 1, BitsPerComponent: 1, CCITT: &page.CCITTParams{K: -1}, Data: pdfatest.Group4(160, 240, ink)}
	blackIs1 := g4
	blackIs1.CCITT = &page.CCITTParams{K: -1, BlackIs1: true}
	inverted := blackIs1
	inverted.Inverted = true
	negated := flateOf(t, negative)
	negated.Inverted = true

	cases := []struct {
		name      string
		picture   page.Picture
		want      image.Image
		tolerance float64
	}{
		{"gray Flate", flateOf(t, raster), raster, 1},
		{"colour Flate", flateOf(t, rgb), raster, 1},
		{"indexed Flate", flateOf(t, palette), raster, 1},
		{"inverted Flate", negated, raster, 1},
		{"gray JPEG", jpegOf(t, raster), raster, 3},
		{"colour JPEG", jpegOf(t, rgb), raster, 3},
		{"Group 4", g4, bilevel, 1},
		{"Group 4 with 1 for black and inverted", inverted, bilevel, 1},
	}
	var leaves []page.Leaf
	for _, c := range cases {
		c.picture.DPIX, c.picture.DPIY = 72, 72
		leaves = append(leaves, leafOf(c.picture))
	}
	got := rendered(t, store(t, t.TempDir(), "encodings", write(t, snapshot(), leaves...)))
	for i, c := range cases {
		if d := differ(got[i], c.want); d > c.tolerance {
			t.Errorf("%s: page differs by %.1f of 255 on average", c.name, d)
		}
	}
}

func TestAMaskShowsThePictureWhereItIsBlack(t *testing.T) {
	t.Parallel()
	ground, ink := blocks(160, 240), blocks(160, 240)
	for i := range ink.Pix {
		ink.Pix[i] = 60
	}
	hole := func(x, y int) bool { return x > 40 && x < 90 && y > 50 && y < 200 }
	mask := page.Picture{Encoding: page.CCITT, Width: 160, Height: 240, Components: 1, BitsPerComponent: 1, CCITT: &page.CCITTParams{K: -1}, Data: pdfatest.Group4(160, 240, hole)}
	p := flateOf(t, ground)
	p.DPIX, p.DPIY = 72, 72
	l := leafOf(p)
	l.Overlays = []page.Overlay{{X1: 160, Y1: 240, Picture: flateOf(t, ink), Mask: &mask}}
	want := image.NewGray(ground.Rect)
	for y := range 240 {
		for x := range 160 {
			want.SetGray(x, y, ground.GrayAt(x, y))
			if hole(x, y) {
				want.SetGray(x, y, color.Gray{Y: 60})
			}
		}
	}
	path := store(t, t.TempDir(), "mask", write(t, snapshot(), l))
	if d := differ(rendered(t, path)[0], want); d > 2 {
		t.Errorf("page differs by %.1f of 255 on average", d)
	}
	l.Overlays[0].Mask = &p
	r, err := pdfa.Writer{}.Begin(io.Discard, snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Add(l); err == nil {
		t.Error("a mask that is no CCITT picture was taken")
	}
}
