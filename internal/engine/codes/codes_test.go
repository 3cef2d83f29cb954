//go:build cgo && linux

package codes

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

const (
	scanDPI = 300
	readDPI = 200
	sheet   = "SOHOA1;U=000.00.17.H26;B=2026-0042;D=000.00.17.H26-261125-0042;C=8f3a12bc"
	number  = "000.00.17.H26-0042"
)

// encoded draws a code with modules of mm millimetres; linear ones are 10 mm high.
func encoded(t testing.TB, format, text string, mm float64) *image.Gray {
	t.Helper()
	var c barcode.Barcode
	var err error
	switch format {
	case QR:
		c, err = qr.Encode(text, qr.M, qr.Unicode)
	case DataMatrix:
		c, err = datamatrix.Encode(text)
	case Code128:
		c, err = code128.Encode(text)
	case Code39:
		c, err = code39.Encode(text, false, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	module := mm / 25.4 * scanDPI
	w, h := int(float64(c.Bounds().Dx())*module), int(float64(c.Bounds().Dy())*module)
	if c.Metadata().Dimensions == 1 {
		h = scanDPI * 10 / 25
	}
	quiet := int(4 * module)
	m := image.NewGray(image.Rect(0, 0, w+2*quiet, h+2*quiet))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{240}), image.Point{}, draw.Src)
	for y := range h {
		for x := range w {
			cy := 0
			if c.Metadata().Dimensions == 2 {
				cy = int(float64(y) / module)
			}
			if r, _, _, _ := c.At(int(float64(x)/module), cy).RGBA(); r < 0x8000 {
				m.SetGray(quiet+x, quiet+y, color.Gray{35})
			}
		}
	}
	return m
}

// printed is a page of text at 300 dpi, A5 to be quick, with pictures laid onto it at their places.
func printed(t testing.TB, laid map[image.Point]*image.Gray) *image.Gray {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 2480, 1748))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{240}), image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 13, DPI: scanDPI})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Gray{30}), Face: face}
	for i := range 17 {
		d.Dot = fixed.P(150, 200+i*90)
		d.DrawString("decides 100 % of the plan OOO 000 888 against illilli oil, No. 1011/QD")
	}
	for at, p := range laid {
		draw.Draw(m, p.Bounds().Add(at), p, image.Point{}, draw.Src)
	}
	return m
}

// scanned is the page as a scanner gives it: tilted clockwise, a little soft, with noise.
func scanned(m *image.Gray, degrees float64) *image.Gray {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	out := image.NewGray(m.Bounds())
	random := rand.New(rand.NewPCG(1, 2))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	at := func(x, y int) float64 {
		if x < 0 || y < 0 || x >= w || y >= h {
			return 240
		}
		return float64(m.Pix[y*m.Stride+x])
	}
	for y := range h {
		for x := range w {
			dx, dy := float64(x-w/2), float64(y-h/2)
			sx, sy := float64(w/2)+dx*cos+dy*sin, float64(h/2)-dx*sin+dy*cos
			x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
			v := (2*at(x0, y0) + at(x0+1, y0) + at(x0-1, y0) + at(x0, y0+1) + at(x0, y0-1)) / 6
			out.Pix[y*out.Stride+x] = uint8(min(max(v+random.NormFloat64()*6, 0), 255))
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

func find(t testing.TB, m *image.Gray, level float64) []Found {
	t.Helper()
	lept.Silence()
	var b bytes.Buffer
	fmt.Fprintf(&b, "P5\n%d %d\n255\n", m.Bounds().Dx(), m.Bounds().Dy())
	b.Write(m.Pix)
	full, err := lept.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	const scale = float64(readDPI) / scanDPI
	read, err := full.Scaled(scale)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	found, err := Find(Page{Read: read, Full: full, Scale: scale, Ink: 144, Level: level, Squares: squares(t, read)})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// squares is what the page's look gives.
func squares(t testing.TB, read *lept.Pix) []page.Box {
	t.Helper()
	ink, err := read.Scaled(0.5)
	if err == nil {
		ink, err = ink.ToInk(144)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ink.Close()
	var out []page.Box
	for _, s := range ink.Parts(5, 100, int(LeastSide*readDPI/2)).Squares {
		out = append(out, page.Box{X0: 2 * s.X, Y0: 2 * s.Y, X1: 2 * (s.X + s.Width), Y1: 2 * (s.Y + s.Height)})
	}
	return out
}

func TestCodesAreReadHoweverTheyLie(t *testing.T) {
	for _, c := range []struct {
		format, text string
		mm           float64
	}{
		{QR, sheet, 0.8}, {QR, sheet, 0.5}, {QR, sheet, 0.33}, {QR, "Tiếng Việt có dấu: Quảng Ngãi", 0.4},
		{DataMatrix, number, 0.8}, {DataMatrix, number, 0.5},
		{Code128, number, 0.5}, {Code128, number, 0.33}, {Code39, number, 0.33},
	} {
		laid := encoded(t, c.format, c.text, c.mm)
		for quarters, tilts := range [][]float64{{0}, {-4}, {9}, {1.5}} {
			for _, tilt := range tilts {
				t.Run(fmt.Sprintf("%s of %.2f mm, turned by %d and tilted by %g degrees", c.format, c.mm, 90*quarters, tilt), func(t *testing.T) {
					m := scanned(turned(printed(t, map[image.Point]*image.Gray{{900, 700}: laid}), quarters), tilt)
					got := find(t, m, -tilt)
					if len(got) != 1 || got[0].Text != c.text || got[0].Format != c.format || got[0].Damaged {
						t.Errorf("found %+v", got)
					}
				})
			}
		}
	}
}

func TestABoxIsWhereTheCodeStands(t *testing.T) {
	for format, text := range map[string]string{QR: sheet, DataMatrix: number, Code128: number, Code39: number} {
		laid := encoded(t, format, text, 0.5)
		got := find(t, scanned(printed(t, map[image.Point]*image.Gray{{600, 600}: laid}), 0), 0)
		if len(got) != 1 {
			t.Fatalf("found %+v", got)
		}
		quiet := 4 * 0.5 / 25.4 * readDPI
		want := page.Box{X0: 400 + int(quiet), Y0: 400 + int(quiet), X1: 400 + laid.Bounds().Dx()*2/3 - int(quiet), Y1: 400 + laid.Bounds().Dy()*2/3 - int(quiet)}
		for _, d := range []int{got[0].Box.X0 - want.X0, got[0].Box.Y0 - want.Y0, got[0].Box.X1 - want.X1, got[0].Box.Y1 - want.Y1} {
			if d < -15 || d > 15 {
				t.Errorf("%s stands at %+v, found at %+v", format, want, got[0].Box)
				break
			}
		}
	}
}

func TestEveryCodeOfAPageIsFound(t *testing.T) {
	laid := map[image.Point]*image.Gray{
		{100, 100}:   encoded(t, Code128, number, 0.33),
		{1500, 100}:  encoded(t, Code128, number, 0.33), // the same twice: zxing-cpp cannot compare linear codes
		{100, 400}:   encoded(t, QR, "first", 0.6),
		{900, 400}:   encoded(t, QR, "second", 0.6),
		{100, 1000}:  encoded(t, DataMatrix, number, 0.7),
		{1000, 1300}: encoded(t, Code39, "ABC-123", 0.33),
	}
	got := find(t, scanned(printed(t, laid), 0), 0)
	var texts []string
	for _, f := range got {
		texts = append(texts, f.Text)
	}
	if s := strings.Join(texts, " "); len(got) != 6 || strings.Count(s, number) != 3 || !strings.Contains(s, "first") || !strings.Contains(s, "second") || !strings.Contains(s, "ABC-123") {
		t.Errorf("found %+v", got)
	}
}

func TestTextHoldsNoCodes(t *testing.T) {
	for _, tilt := range []float64{0, 3, -8} {
		if got := find(t, scanned(printed(t, nil), tilt), -tilt); len(got) != 0 {
			t.Errorf("tilted by %g: %+v", tilt, got)
		}
	}
}

func TestADamagedCodeIsReportedWithoutText(t *testing.T) {
	for what, spoil := range map[string]func(*image.Gray){
		"a hole in its middle": func(m *image.Gray) { blot(m, 0.3, 0.3, 0.85, 0.75, 250) },
		"a blot on its middle": func(m *image.Gray) { blot(m, 0.27, 0.3, 0.8, 0.72, 20) },
		"noise all over": func(m *image.Gray) {
			r := rand.New(rand.NewPCG(7, 7))
			b := m.Bounds()
			for range 500 {
				x, y := 0.28+0.5*r.Float64(), 0.05+0.9*r.Float64()
				blot(m, x, y, x+12/float64(b.Dx()), y+12/float64(b.Dy()), uint8(255*r.IntN(2)))
			}
		},
	} {
		for _, tilt := range []float64{0, 5} {
			laid := encoded(t, QR, sheet, 0.6)
			spoil(laid)
			got := find(t, scanned(printed(t, map[image.Point]*image.Gray{{900, 700}: laid}), tilt), -tilt)
			if len(got) != 1 || got[0].Text != "" || !got[0].Damaged || got[0].Format != QR || !inside(got[0].Box, page.Box{X0: 660, Y0: 530, X1: 760, Y1: 630}) {
				t.Errorf("%s, tilted by %g: found %+v", what, tilt, got)
			}
		}
	}
}

func blot(m *image.Gray, x0, y0, x1, y1 float64, gray uint8) {
	w, h := float64(m.Bounds().Dx()), float64(m.Bounds().Dy())
	draw.Draw(m, image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h)), image.NewUniform(color.Gray{gray}), image.Point{}, draw.Src)
}

func BenchmarkAPageWithoutCodes(b *testing.B) {
	m := scanned(printed(b, nil), 0)
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "P5\n%d %d\n255\n", m.Bounds().Dx(), m.Bounds().Dy())
	raw.Write(m.Pix)
	full, err := lept.Read(raw.Bytes())
	if err != nil {
		b.Fatal(err)
	}
	read, err := full.Scaled(2.0 / 3)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Find(Page{Read: read, Full: full, Scale: 2.0 / 3, Ink: 144}); err != nil {
			b.Fatal(err)
		}
	}
}
