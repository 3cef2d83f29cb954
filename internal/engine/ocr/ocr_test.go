//go:build cgo && linux

package ocr

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

const tessdata = "/usr/share/tesseract-ocr/5/tessdata"

var reader = struct { // tesseract is loaded once; a Recogniser is used by one goroutine
	sync.Mutex
	*Recogniser
}{}

func recognise(t *testing.T, p page.Picture) page.Result {
	t.Helper()
	reader.Lock()
	defer reader.Unlock()
	if reader.Recogniser == nil {
		lept.Silence()
		dir := tessdata
		if env := os.Getenv("TESSDATA_PREFIX"); env != "" {
			dir = env
		}
		r, err := Open(Default(), dir, "test")
		if err != nil {
			t.Fatalf("tesseract's Vietnamese model is needed (package tesseract-ocr-vie): %v", err)
		}
		reader.Recogniser = r
	}
	r, err := reader.Recognise(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// text is set twice as long as it is wide; the letters are those the Go font has.
func text() []string {
	return []string{
		"The committee of the province decides on the plan",
		"for the protection of the coast against spilled oil,",
		"according to the law on the organisation of local",
		"government and the proposal of the department of",
		"natural resources and environment, as follows:",
		"First: the plan is approved with all its annexes.",
		"Second: the department publishes the plan and",
		"guides the districts in carrying it out every year.",
		"Third: this decision takes effect on the day of its",
		"signature and replaces every earlier one.",
	}
}

// sheet draws lines of text at 300 dpi on off-white paper, tilted clockwise by degrees.
func sheet(t *testing.T, lines []string, degrees float64) *image.Gray {
	t.Helper()
	const w, h = 1700, 1500
	m := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{245}), image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 13, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Gray{30}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(250, 350+i*85)
		d.DrawString(l)
	}
	if degrees == 0 {
		return m
	}
	out := image.NewGray(m.Bounds())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	for y := range h {
		for x := range w {
			dx, dy := float64(x-w/2), float64(y-h/2)
			sx, sy := w/2+dx*cos+dy*sin, h/2-dx*sin+dy*cos
			x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
			if x0 < 0 || y0 < 0 || x0 >= w-1 || y0 >= h-1 {
				out.Pix[y*out.Stride+x] = 245
				continue
			}
			fx, fy := sx-float64(x0), sy-float64(y0)
			v := func(x, y int) float64 { return float64(m.Pix[y*m.Stride+x]) }
			out.Pix[y*out.Stride+x] = uint8((v(x0, y0)*(1-fx)+v(x0+1, y0)*fx)*(1-fy) + (v(x0, y0+1)*(1-fx)+v(x0+1, y0+1)*fx)*fy)
		}
	}
	return out
}

func turned(m *image.Gray, quarters int) *image.Gray {
	for range quarters {
		b := m.Bounds()
		out := image.NewGray(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				out.SetGray(b.Dy()-1-y, x, m.GrayAt(x, y))
			}
		}
		m = out
	}
	return m
}

func scan(t *testing.T, m image.Image) page.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return page.Picture{
		Encoding: page.PNG, Data: b.Bytes(), Width: m.Bounds().Dx(), Height: m.Bounds().Dy(),
		Components: 1, BitsPerComponent: 8, DPIX: 300, DPIY: 300,
	}
}

// found counts the words of want that were read, in whatever place.
func found(r page.Result, want []string) (n, of int) {
	have := map[string]int{}
	for w := range strings.FieldsSeq(r.Text()) {
		have[w]++
	}
	for w := range strings.FieldsSeq(strings.Join(want, " ")) {
		of++
		if have[w] > 0 {
			have[w]--
			n++
		}
	}
	return n, of
}

func TestAPageIsReadWhicheverWayItLies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		quarters int // clockwise, as the page lies
		degrees  float64
		turn     page.Turn
	}{
		"upright":                  {0, 0, 0},
		"lying on its right side":  {1, 0, 270},
		"upside down":              {2, 0, 180},
		"lying on its left side":   {3, 0, 90},
		"tilted by 3 degrees":      {0, 3, 0},
		"tilted by -10 degrees":    {0, -10, 0},
		"upside down and tilted":   {2, 2, 180},
		"tilted by half a degree":  {0, 0.5, 0},
		"tilted by ten and a half": {0, 10.5, 0},
	} {
		m := turned(sheet(t, text(), tc.degrees), tc.quarters)
		r := recognise(t, scan(t, m))
		if n, of := found(r, text()); r.Kind != page.Text || r.Turn != tc.turn || n < of*9/10 {
			t.Errorf("%s: %v turned %d, %d of %d words:\n%s", name, r.Kind, r.Turn, n, of, r.Text())
		}
		if math.Abs(r.Skew-tc.degrees) > 0.3 && tc.degrees >= 0 || math.Abs(r.Skew) > 11 {
			t.Errorf("%s: skew %.2f, want %.2f", name, r.Skew, tc.degrees)
		}
	}
}

func TestBoxesStandWhereTheWordsAre(t *testing.T) {
	t.Parallel()
	for _, degrees := range []float64{0, 4} {
		m := sheet(t, text(), degrees)
		for quarters := range 4 {
			lying := turned(m, quarters)
			r := recognise(t, scan(t, lying))
			upright := turned(lying, int(r.Turn)/90)
			if r.Width != upright.Bounds().Dx() || r.Height != upright.Bounds().Dy() {
				t.Fatalf("%d by %d, want %v", r.Width, r.Height, upright.Bounds())
			}
			for _, l := range r.Lines {
				if l.BaseTo.X <= l.BaseFrom.X || l.Size < 30 || l.Size > 90 {
					t.Errorf("line %q: baseline %v to %v, size %.0f", l.Text(), l.BaseFrom, l.BaseTo, l.Size)
				}
				slope := math.Atan2(l.BaseTo.Y-l.BaseFrom.Y, l.BaseTo.X-l.BaseFrom.X) * 180 / math.Pi
				if len(l.Words) > 4 && math.Abs(slope-degrees) > 0.6 {
					t.Errorf("line %q tilts by %.2f, want %.1f", l.Text(), slope, degrees)
				}
				for _, w := range l.Words {
					dark := 0
					for y := w.Box.Y0; y < w.Box.Y1; y++ {
						for x := w.Box.X0; x < w.Box.X1; x++ {
							if upright.GrayAt(x, y).Y < 128 {
								dark++
							}
						}
					}
					area := (w.Box.X1 - w.Box.X0) * (w.Box.Y1 - w.Box.Y0)
					if w.Box.Empty() || float64(dark) < 0.03*float64(area) {
						t.Errorf("%q at %v has %d dark pixels of %d", w.Text, w.Box, dark, area)
					}
				}
			}
		}
	}
}

func TestPagesWithoutTextClaimNone(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	blank := sheet(t, nil, 0)
	dusty := sheet(t, nil, 0)
	for range 400 {
		dusty.SetGray(rng.IntN(1700), rng.IntN(1500), color.Gray{uint8(rng.IntN(256))})
	}
	through := turned(sheet(t, text(), 0), 0) // the other side, mirrored and pale
	for y := range 1500 {
		for x := range 850 {
			a, b := through.GrayAt(x, y).Y, through.GrayAt(1699-x, y).Y
			through.SetGray(x, y, color.Gray{255 - (255-b)/7})
			through.SetGray(1699-x, y, color.Gray{255 - (255-a)/7})
		}
	}
	photo := image.NewGray(image.Rect(0, 0, 1200, 900))
	for y := range 900 {
		for x := range 1200 {
			v := 120 + 70*math.Sin(float64(x)/90)*math.Cos(float64(y)/70) + 40*math.Sin(float64(x*y)/60000) + float64(rng.IntN(25))
			photo.SetGray(x, y, color.Gray{uint8(min(max(v, 0), 255))})
		}
	}
	for name, tc := range map[string]struct {
		m    image.Image
		want page.Kind
	}{
		"a blank page":               {blank, page.Blank},
		"a blank page with dust":     {dusty, page.Blank},
		"a back that shines through": {through, page.Blank},
		"a photograph":               {photo, page.Photo},
	} {
		if r := recognise(t, scan(t, tc.m)); r.Kind != tc.want || len(r.Lines) != 0 {
			t.Errorf("%s is %v with text %q", name, r.Kind, r.Text())
		}
	}
}

func TestAPagesNumberAloneIsText(t *testing.T) {
	t.Parallel()
	if r := recognise(t, scan(t, sheet(t, []string{"                    17"}, 0))); r.Kind != page.Text || r.Text() != "17" {
		t.Errorf("%v: %q", r.Kind, r.Text())
	}
}

func TestTheSamePageGivesTheSameResult(t *testing.T) {
	t.Parallel()
	p := scan(t, sheet(t, text(), 1.5))
	a, b := recognise(t, p), recognise(t, p)
	if a.Text() != b.Text() || a.Confidence != b.Confidence || a.Settings != b.Settings || a.Settings == "" {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestTheHashNamesEverySetting(t *testing.T) {
	t.Parallel()
	s := Default()
	if s.Hash() != Default().Hash() {
		t.Error("one setting, two names")
	}
	s.WeakSegment++
	if s.Hash() == Default().Hash() {
		t.Error("two settings, one name")
	}
}
