package layered_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfa/layered"
	"sohoa/internal/pdfatest"

	"sohoa/internal/roottest"
)

// scan is a page as a colour scanner gives it at 300 dpi: grainy paper that darkens to one side, rows of black strokes, a red ring across some of
// them, a blue line.
func scan(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(5, 6))
	cx, cy := float64(w)*0.6, float64(h)*0.7
	for y := range h {
		for x := range w {
			c := ground(x, w)
			d := math.Hypot(float64(x)-cx, float64(y)-cy)
			switch {
			case stroke(x, y, w, h):
				c = [3]int{35, 35, 38}
			case d > float64(w)/8 && d < float64(w)/8+8:
				c = [3]int{215, 30, 50}
			case y > h*9/10 && y < h*9/10+6 && x > w/2:
				c = [3]int{30, 50, 190}
			}
			noise := r.IntN(11) - 5
			at := func(i int) uint8 { return uint8(min(max(c[i]+noise, 0), 255)) }
			m.SetRGBA(x, y, color.RGBA{at(0), at(1), at(2), 255})
		}
	}
	return m
}

func ground(x, w int) [3]int { return [3]int{250 - 25*x/w, 246 - 25*x/w, 235 - 25*x/w} }

// stroke tells where the letters are: uprights and bars 6 pixels thick.
func stroke(x, y, w, h int) bool {
	if x < w/10 || x > w*9/10 || y < h/10 || y > h*8/10 || (y/30)%2 == 1 {
		return false
	}
	return x%24 < 6 || y%30 < 5 && x%96 < 60
}

func leafOf(t testing.TB, m image.Image, quality int) page.Leaf {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	components := 3
	if _, ok := m.(*image.Gray); ok {
		components = 1
	}
	return page.Leaf{
		Picture: page.Picture{Encoding: page.JPEG, Data: b.Bytes(), Width: w, Height: h, Components: components, BitsPerComponent: 8, DPIX: 300, DPIY: 300},
		WidthPt: float64(w) * 0.24, HeightPt: float64(h) * 0.24,
	}
}

// sizeOf is the length of all streams of a leaf.
func sizeOf(l page.Leaf) int {
	n := len(l.Picture.Data)
	for _, o := range l.Overlays {
		n += len(o.Picture.Data)
		if o.Mask != nil {
			n += len(o.Mask.Data)
		}
	}
	return n
}

func split(t testing.TB, l page.Leaf) page.Leaf {
	t.Helper()
	out, err := layered.Split(l)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shown writes leaves as a rendition, has veraPDF judge it, and gives its first page as poppler shows it at 300 dpi.
func shown(t *testing.T, leaves ...page.Leaf) image.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pdfa.Writer{}.Begin(f, digitise.Snapshot{Title: "Bản xem", CreatedAt: time.Unix(1_700_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leaves {
		if err := r.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pdfa.Check(t.Context(), path); err != nil {
		t.Error(err)
	}
	pdfatest.Validate(t, path)
	out, err := exec.CommandContext(t.Context(), "pdftoppm", "-r", "300", "-l", "1", "-png", path).Output()
	if err != nil {
		t.Fatalf("pdftoppm (apt-get install poppler-utils): %v", err)
	}
	m, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAColourScanShrinksToAFifthAndLooksTheSame(t *testing.T) {
	t.Parallel()
	before := scan(1240, 1754) // A5
	l := leafOf(t, before, 85)
	small := split(t, l)
	if was, is := sizeOf(l), sizeOf(small); is*5 > was {
		t.Errorf("the layers have %d bytes, more than a fifth of %d", is, was)
	}
	if len(small.Overlays) != 2 {
		t.Fatalf("%d layers of ink, want coloured and dark", len(small.Overlays))
	}
	got := shown(t, small)
	if got.Bounds().Size() != before.Bounds().Size() {
		t.Fatalf("page is %v, want %v", got.Bounds().Size(), before.Bounds().Size())
	}
	var paper, ink, wrong, n int
	for y := range before.Rect.Dy() {
		for x := range before.Rect.Dx() {
			a, b := luma(before.At(x, y)), luma(got.At(x, y))
			n++
			near := math.MaxInt
			for _, dy := range []int{-1, 0, 1} { // poppler may round the page's place by a pixel
				d := a - luma(got.At(x, y+dy))
				near = min(near, max(d, -d))
			}
			if near > 80 {
				wrong++
			}
			if stroke(x, y, 1240, 1754) {
				ink += b
			} else if y < 160 {
				paper += b - a
			}
		}
	}
	if share := float64(wrong) / float64(n); share > 0.02 {
		t.Errorf("%.2f%% of the pixels changed from light to dark or back", 100*share)
	}
	if mean := paper / (160 * 1240); mean < -4 || mean > 4 {
		t.Errorf("the paper is %d levels lighter", mean)
	}
	red, blue := got.At(1240*6/10, 1754*7/10-1240/8-4), got.At(900, 1754*9/10+3)
	if r, g, b, _ := red.RGBA(); r>>8 < 150 || g>>8 > 110 || b>>8 > 120 {
		t.Errorf("the seal is %v", red)
	}
	if r, _, b, _ := blue.RGBA(); b>>8 < 120 || r>>8 > 110 {
		t.Errorf("the pen is %v", blue)
	}
}

func luma(c color.Color) int { return int(color.GrayModel.Convert(c).(color.Gray).Y) }

func TestTurnedPagesAndStampsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	l := leafOf(t, scan(620, 877), 85)
	l.Picture.Turn, l.Picture.Mirror = 90, true
	l.WidthPt, l.HeightPt = l.HeightPt, l.WidthPt
	l.Result.Turn = 270
	stamp := leafOf(t, scan(300, 300), 95).Picture
	l.Overlays = []page.Overlay{{X0: 20, Y0: 30, X1: 60, Y1: 70, Picture: stamp}}
	before, after := shown(t, l), shown(t, split(t, l))
	var sum, n int
	for y := range before.Bounds().Dy() {
		for x := range before.Bounds().Dx() {
			d := luma(before.At(x, y)) - luma(after.At(x, y))
			sum += max(d, -d)
			n++
		}
	}
	if mean := float64(sum) / float64(n); mean > 12 {
		t.Errorf("the page differs by %.1f of 255 on average", mean)
	}
}

func TestWhatDoesNotShrinkStaysAsItIs(t *testing.T) {
	t.Parallel()
	bilevel := page.Picture{
		Encoding: page.CCITT, Data: pdfatest.Group4(800, 600, func(x, y int) bool { return stroke(x, y, 800, 600) }), Width: 800, Height: 600,
		Components: 1, BitsPerComponent: 1, DPIX: 300, DPIY: 300, CCITT: &page.CCITTParams{K: -1},
	}
	broken := leafOf(t, scan(200, 200), 85)
	broken.Picture.Data = broken.Picture.Data[:300]
	for name, l := range map[string]page.Leaf{
		"a bilevel page":                    {Picture: bilevel, WidthPt: 192, HeightPt: 144},
		"a JPEG that cannot be decoded":     broken,
		"a picture too large to take apart": {Picture: page.Picture{Encoding: page.JPEG, Data: []byte("none"), Width: 1 << 20, Height: 1 << 20, BitsPerComponent: 8}},
	} {
		out := split(t, l)
		if !bytes.Equal(out.Picture.Data, l.Picture.Data) || len(out.Overlays) != 0 {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestAGrayScanGetsNoColour(t *testing.T) {
	t.Parallel()
	colour := scan(620, 877)
	gray := image.NewGray(colour.Rect)
	for y := range 877 {
		for x := range 620 {
			gray.Set(x, y, colour.At(x, y))
		}
	}
	small := split(t, leafOf(t, gray, 85))
	if len(small.Overlays) != 1 || small.Picture.Components != 1 || small.Overlays[0].Picture.Components != 1 {
		t.Errorf("layers %d, components %d", len(small.Overlays), small.Picture.Components)
	}
}

func TestTheWriterWritesLayers(t *testing.T) {
	t.Parallel()
	w := layered.Writer{Inner: pdfa.Writer{}}
	l := leafOf(t, scan(620, 877), 85)
	var full, access bytes.Buffer
	for _, c := range []struct {
		w digitise.Writer
		b *bytes.Buffer
	}{{pdfa.Writer{}, &full}, {w, &access}} {
		r, err := c.w.Begin(c.b, digitise.Snapshot{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Add(l), r.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if access.Len()*3 > full.Len() || w.Name() == (pdfa.Writer{}).Name() {
		t.Errorf("%s has %d bytes, %s %d", w.Name(), access.Len(), pdfa.Writer{}.Name(), full.Len())
	}
}

func TestAPhotographIsOnlyMadeCoarser(t *testing.T) {
	t.Parallel()
	l := leafOf(t, scan(900, 900), 90)
	l.Result.Kind = page.Photo
	small := split(t, l)
	if len(small.Overlays) != 0 || small.Picture.Width != 450 || len(small.Picture.Data) >= len(l.Picture.Data) {
		t.Errorf("a photograph became %d overlays over %d × %d", len(small.Overlays), small.Picture.Width, small.Picture.Height)
	}
}

func TestTheSameLeafGivesTheSameLayers(t *testing.T) {
	t.Parallel()
	l := leafOf(t, scan(620, 877), 85)
	a, b := split(t, l), split(t, l)
	if !bytes.Equal(a.Picture.Data, b.Picture.Data) || len(a.Overlays) != len(b.Overlays) {
		t.Fatal("two runs differ")
	}
	for i := range a.Overlays {
		if !bytes.Equal(a.Overlays[i].Mask.Data, b.Overlays[i].Mask.Data) || !bytes.Equal(a.Overlays[i].Picture.Data, b.Overlays[i].Picture.Data) {
			t.Errorf("layer %d of two runs differs", i)
		}
	}
}

// TestRealScansShrinkToAFifth takes the pictures out of real scans with pdfimages and measures every page at 300 dpi.
func TestRealScansShrinkToAFifth(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "../shared/data/real-scans/pdf/*UB-signed.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Log("no real scans here: only generated pages are measured")
	}
	for _, f := range files[:min(2, len(files))] { // some seconds each; docs/adr/0011 has what all of them gave
		for _, jpg := range jpegs(t, f) {
			b, err := os.ReadFile(jpg)
			if err != nil {
				t.Fatal(err)
			}
			c, err := jpeg.DecodeConfig(bytes.NewReader(b))
			if err != nil || c.Width < 2000 {
				continue // a stamp
			}
			l := page.Leaf{Picture: page.Picture{Encoding: page.JPEG, Data: b, Width: c.Width, Height: c.Height, Components: 3, BitsPerComponent: 8, DPIX: 300, DPIY: 300}}
			if was, is := sizeOf(l), sizeOf(split(t, l)); is*5 > was {
				t.Errorf("%s: the layers have %d bytes, more than a fifth of %d", strings.TrimPrefix(jpg, os.TempDir()), is, was)
			}
		}
	}
}

func jpegs(t *testing.T, pdf string) []string {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(pdf), ".pdf"))
	if out, err := exec.CommandContext(t.Context(), "pdfimages", "-j", pdf, prefix).CombinedOutput(); err != nil {
		t.Fatalf("pdfimages (apt-get install poppler-utils): %v\n%s", err, out)
	}
	files, err := filepath.Glob(prefix + "*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// BenchmarkSplit takes an A4 page at 300 dpi apart.
func BenchmarkSplit(b *testing.B) {
	l := leafOf(b, scan(2480, 3508), 85)
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	n := 0
	for b.Loop() {
		split(b, l)
		n++
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	b.ReportMetric(float64(after.Utime.Nano()-before.Utime.Nano())/1e6/float64(n), "ms-cpu/page") // other work on the machine counts in ns/op
	b.ReportAllocs()
}

func FuzzSplit(f *testing.F) {
	for _, l := range []page.Leaf{leafOf(f, scan(60, 80), 70)} {
		f.Add(l.Picture.Data, l.Picture.Width, l.Picture.Height, 3, 8, true)
	}
	f.Add([]byte("x"), 3, 3, 1, 4, false)
	f.Fuzz(func(t *testing.T, data []byte, w, h, components, bits int, isJPEG bool) {
		if w < 0 || h < 0 || w > 4000 || h > 4000 {
			return
		}
		l := page.Leaf{Picture: page.Picture{Encoding: page.Flate, Data: data, Width: w, Height: h, Components: components, BitsPerComponent: bits, DPIX: 300, DPIY: 300}}
		if isJPEG {
			l.Picture.Encoding = page.JPEG
		}
		out, err := layered.Split(l)
		if err != nil {
			t.Fatal(err)
		}
		if sizeOf(out) > sizeOf(l) {
			t.Errorf("%d bytes grew to %d", sizeOf(l), sizeOf(out))
		}
	})
}
