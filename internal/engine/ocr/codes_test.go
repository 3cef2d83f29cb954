//go:build cgo && linux

package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"testing"

	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"sohoa/internal/page"
)

// withCodes lays a QR code and a bar code onto a page of text, below it.
func withCodes(t *testing.T, m *image.Gray) *image.Gray {
	t.Helper()
	draw.Draw(m, image.Rect(150, 950, 1600, 1450), image.NewUniform(color.Gray{245}), image.Point{}, draw.Src)
	square, err := qr.Encode("SOHOA1;U=H26;C=00000000", qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	bars, err := code128.Encode("H26-0042")
	if err != nil {
		t.Fatal(err)
	}
	for y := range 8 * square.Bounds().Dy() {
		for x := range 8 * square.Bounds().Dx() {
			m.Set(200+x, 1000+y, square.At(x/8, y/8))
		}
	}
	for y := range 120 {
		for x := range 5 * bars.Bounds().Dx() {
			m.Set(700+x, 1100+y, bars.At(x/5, 0))
		}
	}
	return m
}

func TestCodesStandOnTheUprightPageAndNotInItsText(t *testing.T) {
	t.Parallel()
	for quarters := range 4 {
		r := recognise(t, scan(t, turned(withCodes(t, sheet(t, text()[:7], 0)), quarters)))
		if r.Turn != page.Turn((360-90*quarters)%360) || len(r.Codes) != 2 {
			t.Fatalf("lying on %d: turned by %d, codes %+v", 90*quarters, r.Turn, r.Codes)
		}
		for i, want := range []page.Code{
			{Format: "qr", Text: "SOHOA1;U=H26;C=00000000", Box: page.Box{X0: 200, Y0: 1000, X1: 400, Y1: 1200}},
			{Format: "code128", Text: "H26-0042", Box: page.Box{X0: 700, Y0: 1100, X1: 1300, Y1: 1220}},
		} {
			got := r.Codes[i]
			if got.Format != want.Format {
				got = r.Codes[1-i]
			}
			if got.Format != want.Format || got.Text != want.Text || got.Damaged || abs(got.Box.X0-want.Box.X0) > 20 || abs(got.Box.Y0-want.Box.Y0) > 20 {
				t.Errorf("lying on %d: %+v, want %+v", 90*quarters, got, want)
			}
		}
		if n, of := found(r, text()[:7]); n < of*9/10 || len(strings.Fields(r.Text())) > of+2 {
			t.Errorf("text beside codes: %d of %d words:\n%s", n, of, r.Text())
		}
	}
}

func TestCodesAloneAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	p := scan(t, withCodes(t, sheet(t, text()[:7], 0)))
	want := recognise(t, p).Codes
	reader.Lock()
	defer reader.Unlock()
	got, err := reader.Codes(p)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

func abs(v int) int { return max(v, -v) }
