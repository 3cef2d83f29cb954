//go:build cgo && linux

package ocr

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
	"testing"

	"sohoa/internal/page"
)

// inRed paints what is dark between two rows red, as office ink is.
func inRed(m *image.Gray, top, bottom int) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			v := m.GrayAt(x, y).Y
			c := color.RGBA{v, v, v, 255}
			if y >= top && y < bottom {
				c.R = uint8(min(int(v)+180, 245))
			}
			out.SetRGBA(x, y, c)
		}
	}
	return out
}

// seal draws two red rings of 34 mm with a bar through them, at 300 dpi.
func seal(m *image.RGBA, cx, cy int) {
	for y := -200; y <= 200; y++ {
		for x := -200; x <= 200; x++ {
			d := math.Hypot(float64(x), float64(y))
			if d > 190 && d < 200 || d > 130 && d < 136 || d < 130 && y > -14 && y < 14 {
				m.SetRGBA(cx+x, cy+y, color.RGBA{220, 40, 40, 255})
			}
		}
	}
}

func jpegScan(t *testing.T, m image.Image) page.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return page.Picture{
		Encoding: page.JPEG, Data: b.Bytes(), Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), Components: 3, BitsPerComponent: 8, DPIX: 300, DPIY: 300, AdobeTransform: -1,
	}
}

func TestALineInRedIsReadInItsPlace(t *testing.T) {
	t.Parallel()
	m := inRed(sheet(t, text(), 0), 370, 450) // the second line
	seal(m, 1300, 1250)
	for name, p := range map[string]page.Picture{"JPEG": jpegScan(t, m), "PNG": scan(t, m)} {
		r := recognise(t, p)
		if len(r.Lines) < 2 || strings.Count(r.Text(), "protection of the coast") != 1 || !strings.Contains(r.Lines[1].Text(), "protection of the coast") {
			t.Errorf("%s: the red line is not the second:\n%s", name, r.Text())
			continue
		}
		if b := r.Lines[1].Box; b.Y0 < 360 || b.Y1 > 460 || b.X0 < 230 || b.X0 > 270 {
			t.Errorf("%s: the red line stands at %+v", name, b)
		}
	}
}

func TestAPageWithNothingButARedTitleIsNotBlank(t *testing.T) {
	t.Parallel()
	m := inRed(sheet(t, []string{"CERTIFICATE OF THE PROVINCE"}, 0), 0, 1500)
	if r := recognise(t, jpegScan(t, m)); r.Kind != page.Text || !strings.Contains(r.Text(), "OF THE PROVINCE") {
		t.Errorf("kind %v, text %q", r.Kind, r.Text())
	}
}

func TestASealAloneIsNoText(t *testing.T) {
	t.Parallel()
	m := inRed(sheet(t, nil, 0), 0, 0)
	seal(m, 800, 700)
	if r := recognise(t, jpegScan(t, m)); len(r.Lines) > 0 {
		t.Errorf("a seal was read as %q", r.Text())
	}
}
