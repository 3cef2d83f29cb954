// Package pageview makes pictures of pages for the screen: the scan as the engine decodes it, upright, with what was laid over it (signature
// pictures, stamps) drawn on top.
package pageview

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"

	xdraw "golang.org/x/image/draw"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// Pages reads sources of masters; *digitise.Service does.
type Pages interface {
	Source(ctx context.Context, ref archive.PageRef, use digitise.Use) (digitise.Source, error)
}

// Viewer implements retrieve.Viewer. It is safe for concurrent use.
type Viewer struct {
	pages  Pages
	engine digitise.Engine
}

// New returns a viewer.
func New(pages Pages, engine digitise.Engine) *Viewer { return &Viewer{pages: pages, engine: engine} }

// jpegQuality is for reading on a screen.
const jpegQuality = 80

// View implements retrieve.Viewer.
func (v *Viewer) View(ctx context.Context, ref archive.PageRef, found page.Turn, maxPixels int) ([]byte, error) {
	src, err := v.pages.Source(ctx, ref, digitise.ToShow)
	if err != nil {
		return nil, err
	}
	if len(src.Overlays) == 0 {
		p, err := v.engine.View(ctx, src.Picture, found, maxPixels)
		return p.Data, err
	}
	p, err := v.engine.View(ctx, src.Picture, 0, maxPixels)
	if err != nil {
		return nil, err
	}
	base, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		return nil, fmt.Errorf("decode view: %w", err)
	}
	canvas := image.NewRGBA(base.Bounds())
	draw.Draw(canvas, canvas.Bounds(), base, image.Point{}, draw.Src)
	for _, o := range src.Overlays {
		if err := v.lay(ctx, canvas, o, src.WidthPt, src.HeightPt, maxPixels); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, turned(canvas, found), &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("encode view: %w", err)
	}
	return b.Bytes(), nil
}

func (v *Viewer) lay(ctx context.Context, canvas *image.RGBA, o page.Overlay, w, h float64, maxPixels int) error {
	if w <= 0 || h <= 0 {
		return nil
	}
	small, err := v.engine.View(ctx, o.Picture, 0, maxPixels)
	if err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	img, err := jpeg.Decode(bytes.NewReader(small.Data))
	if err != nil {
		return fmt.Errorf("decode overlay: %w", err)
	}
	b := canvas.Bounds()
	x := func(pt float64) int { return int(pt / w * float64(b.Dx())) }
	y := func(pt float64) int { return int(pt / h * float64(b.Dy())) }
	xdraw.ApproxBiLinear.Scale(canvas, image.Rect(x(o.X0), y(o.Y0), x(o.X1), y(o.Y1)), img, img.Bounds(), draw.Src, nil)
	return nil
}

// turned turns clockwise.
func turned(src *image.RGBA, t page.Turn) *image.RGBA {
	if t == 0 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if t.Swaps() {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			c := src.RGBAAt(b.Min.X+x, b.Min.Y+y)
			switch t {
			case 90:
				dst.SetRGBA(h-1-y, x, c)
			case 180:
				dst.SetRGBA(w-1-x, h-1-y, c)
			case 270:
				dst.SetRGBA(y, w-1-x, c)
			}
		}
	}
	return dst
}
