//go:build cgo && linux

package tess

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/internal/engine/lept"
)

func open(t *testing.T) *Reader {
	t.Helper()
	lept.Silence()
	dir := "/usr/share/tesseract-ocr/5/tessdata"
	if env := os.Getenv("TESSDATA_PREFIX"); env != "" {
		dir = env
	}
	r, err := Open(dir, "vie")
	if err != nil {
		t.Fatalf("tesseract's Vietnamese model is needed (package tesseract-ocr-vie): %v", err)
	}
	t.Cleanup(r.Close)
	return r
}

// printed is a picture of lines of text, 200 dpi, each 50 pixels below the last one.
func printed(t *testing.T, lines ...string) *lept.Pix {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 900, 100+50*len(lines)))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 12, DPI: 200})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Gray{20}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(60, 80+50*i)
		d.DrawString(l)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "P5\n%d %d\n255\n", m.Bounds().Dx(), m.Bounds().Dy())
	b.Write(m.Pix)
	x, err := lept.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func TestWordsComeInTheirLinesWithBoxesAndBaselines(t *testing.T) {
	r := open(t)
	got, err := r.Read(printed(t, "the plan is approved", "by the committee"))
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []string{"the plan is approved", "by the committee"} {
		l := got[i]
		base := float64(80 + 50*i)
		if l.Text() != want || l.BaseFrom.Y < base-3 || l.BaseFrom.Y > base+3 || l.BaseTo.X <= l.BaseFrom.X || l.Size < 20 || l.Size > 60 {
			t.Errorf("line %d: %+v", i, l)
		}
		for _, w := range l.Words {
			if w.Confidence < 60 || w.Confidence > 100 || w.Box.X0 < l.Box.X0 || w.Box.X1 > l.Box.X1 || w.Box.Empty() {
				t.Errorf("word %+v of %+v", w, l.Box)
			}
		}
	}
}

func TestAWhitePictureHasNoLines(t *testing.T) {
	if got, err := open(t).Read(printed(t)); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAReaderForgetsThePageBefore(t *testing.T) {
	r := open(t)
	first, err := r.Read(printed(t, "first page of three"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(printed(t, "something else", "in between")); err != nil {
		t.Fatal(err)
	}
	again, err := r.Read(printed(t, "first page of three"))
	if err != nil || len(first) != 1 || len(again) != 1 || fmt.Sprint(first) != fmt.Sprint(again) {
		t.Errorf("%+v\n%+v, %v", first, again, err)
	}
}

func TestAModelThatIsNotThereIsAnError(t *testing.T) {
	if r, err := Open(t.TempDir(), "vie"); err == nil {
		r.Close()
		t.Error("opened")
	}
}

func TestAVariableThatIsUnknownIsAnError(t *testing.T) {
	if err := open(t).Set("no_such_variable", "1"); err == nil {
		t.Error("set")
	}
}
