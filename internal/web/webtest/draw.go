package webtest

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"sync"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/internal/page"
)

// face is a serif of the machine's, for pictures that look like paper; without one, words are bars.
var face = sync.OnceValue(func() font.Face { //nolint:gochecknoglobals // computed once
	b, err := os.ReadFile("/usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf")
	if err != nil {
		return nil
	}
	f, err := opentype.Parse(b)
	if err != nil {
		return nil
	}
	fc, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 20, DPI: 72})
	if err != nil {
		return nil
	}
	return fc
})

var drawing sync.Mutex //nolint:gochecknoglobals // a font.Face is not safe for concurrent use

func drawPage(r page.Result) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, r.Width, r.Height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	ink := image.Black
	for _, l := range r.Lines {
		for _, w := range l.Words {
			b := w.Box
			if f := face(); f != nil {
				d := font.Drawer{Dst: img, Src: ink, Face: f, Dot: fixed.P(b.X0, b.Y1-6)}
				d.DrawString(w.Text)
				continue
			}
			draw.Draw(img, image.Rect(b.X0, b.Y0+4, b.X1, b.Y1-4), ink, image.Point{}, draw.Src)
		}
	}
	return img
}

// picture renders a page at most maxPixels on its longer side.
func picture(r page.Result, maxPixels int) ([]byte, error) {
	drawing.Lock()
	defer drawing.Unlock()
	src := drawPage(r)
	h := min(maxPixels, r.Height)
	dst := image.NewRGBA(image.Rect(0, 0, r.Width*h/r.Height, h))
	xdraw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), xdraw.Src, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, dst, &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}
