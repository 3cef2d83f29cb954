package pdfread

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/digitise"
)

// pdf writes a PDF of the given objects, numbered from 1; object 1 is the catalog.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

func stream(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

func deflated(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// onePage writes a PDF of one page: objects 1–3 are catalog, tree and page, 4 its content; more follow from 5.
func onePage(pageEntries, content string, more ...string) []byte {
	return pdf(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R" + pageEntries + ">>",
		stream("", content),
	}, more...)...)
}

// quadrants is a JPEG whose corners differ: red, green, blue, yellow from the top left in reading order.
func quadrants(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, corner(float64(x)/float64(w), float64(y)/float64(h)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func corner(x, y float64) color.RGBA {
	switch {
	case x < 0.5 && y < 0.5:
		return color.RGBA{255, 0, 0, 255}
	case y < 0.5:
		return color.RGBA{0, 160, 0, 255}
	case x < 0.5:
		return color.RGBA{0, 0, 255, 255}
	}
	return color.RGBA{255, 255, 0, 255}
}

func newRenderer(t testing.TB) *Renderer {
	t.Helper()
	r := NewRenderer(RendererDeps{Idle: time.Minute})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return r
}

func save(t testing.TB, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t testing.TB, r *Renderer, b []byte) *File {
	t.Helper()
	f, err := Open(t.Context(), save(t, b), Deps{Renderer: r})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func pageOf(t testing.TB, r *Renderer, b []byte) digitise.Source {
	t.Helper()
	s, err := open(t, r, b).Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lower(s []string) string { return strings.ToLower(strings.Join(s, "; ")) }
