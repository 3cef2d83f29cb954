package pdfa_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfatest"
)

// snapshot is the metadata of most samples.
func snapshot() digitise.Snapshot {
	return digitise.Snapshot{
		Title:     "Quyết định số 84/QĐ-UBND về việc phê duyệt kế hoạch",
		Subject:   "Phê duyệt kế hoạch số hóa kết quả giải quyết thủ tục hành chính",
		Author:    "Ủy ban nhân dân tỉnh Quảng Ngãi",
		Language:  "vi",
		CreatedAt: time.Date(2026, 3, 4, 5, 6, 7, 890, time.FixedZone("+07", 7*3600)),
		Masters:   []fixity.Digest{fixity.Of([]byte("master"))},
		Document:  "0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11",
	}
}

// write makes a rendition of leaves and returns its bytes.
func write(t testing.TB, s digitise.Snapshot, leaves ...page.Leaf) []byte {
	t.Helper()
	var b bytes.Buffer
	r, err := pdfa.Writer{}.Begin(&b, s)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	for _, l := range leaves {
		if err := r.Add(l); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return b.Bytes()
}

// store writes a rendition to a file named after the sample.
func store(t testing.TB, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// scene draws something whose way up can be told: a dark bar along the top and a square in the lower left corner.
func scene(w, h int) func(x, y int) bool {
	return func(x, y int) bool {
		return y < h/10 || (x < w/4 && y > h*3/4) || (x/7+y/5)%11 == 0
	}
}

func gray(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	ink := scene(w, h)
	for y := range h {
		for x := range w {
			v := color.Gray{Y: uint8(220 + (x*y)%30)}
			if ink(x, y) {
				v.Y = 30
			}
			m.SetGray(x, y, v)
		}
	}
	return m
}

func colour(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	ink := scene(w, h)
	for y := range h {
		for x := range w {
			v := color.RGBA{R: 250, G: uint8(230 + x%20), B: 220, A: 255}
			if ink(x, y) {
				v = color.RGBA{R: 180, G: 20, B: 30, A: 255}
			}
			m.SetRGBA(x, y, v)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) page.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	p := pictureOf(m, page.JPEG, b.Bytes())
	if _, ok := m.(*image.Gray); !ok {
		p.Components = 3
	}
	return p
}

func pictureOf(m image.Image, e page.Encoding, data []byte) page.Picture {
	return page.Picture{Encoding: e, Data: data, Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), Components: 1, BitsPerComponent: 8, DPIX: 300, DPIY: 300}
}

// flateOf takes the rows of a PNG: their filters are PDF's predictor 15.
func flateOf(t testing.TB, m image.Image) page.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	var idat, palette []byte
	var bits, kind byte
	for data := b.Bytes()[8:]; len(data) >= 12; {
		n := int(binary.BigEndian.Uint32(data))
		body := data[8 : 8+n]
		switch string(data[4:8]) {
		case "IHDR":
			bits, kind = body[8], body[9]
		case "PLTE":
			palette = body
		case "IDAT":
			idat = append(idat, body...)
		}
		data = data[12+n:]
	}
	p := pictureOf(m, page.Flate, idat)
	p.BitsPerComponent = int(bits)
	switch kind {
	case 2:
		p.Components = 3
	case 3:
		p.Palette = palette
	}
	return p
}

func ccittOf(w, h int) page.Picture {
	return page.Picture{
		Encoding: page.CCITT, Data: pdfatest.Group4(w, h, scene(w, h)), Width: w, Height: h,
		Components: 1, BitsPerComponent: 1, DPIX: 300, DPIY: 300, CCITT: &page.CCITTParams{K: -1},
	}
}

func indexed(w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.RGBA{255, 255, 255, 255}, color.RGBA{200, 0, 0, 255}, color.RGBA{'(', ')', '\\', 255}, color.RGBA{'\r', '\n', 0, 255}})
	ink := scene(w, h)
	for y := range h {
		for x := range w {
			if ink(x, y) {
				m.SetColorIndex(x, y, uint8(1+(x+y)%3))
			}
		}
	}
	return m
}

// zlibOf compresses rows that each begin with filter 0.
func zlibOf(t testing.TB, rows []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// leafOf puts a picture on the page its resolution implies, without text.
func leafOf(p page.Picture) page.Leaf {
	l := page.Leaf{Picture: p, WidthPt: float64(p.Width) * 72 / p.DPIX, HeightPt: float64(p.Height) * 72 / p.DPIY}
	if p.Turn.Swaps() {
		l.WidthPt, l.HeightPt = l.HeightPt, l.WidthPt
	}
	return l
}

// withText lays lines onto the leaf, evenly down the page, as recognition would report them on the upright page.
func withText(l page.Leaf, lines ...string) page.Leaf {
	w, h := l.Picture.Width, l.Picture.Height
	if l.Picture.Turn.Add(l.Result.Turn).Swaps() {
		w, h = h, w
	}
	l.Result.Width, l.Result.Height = w, h
	for i, text := range lines {
		size := float64(h) / float64(len(lines)+2) * 0.5
		base := float64(h) * float64(i+1) / float64(len(lines)+1)
		l.Result.Lines = append(l.Result.Lines, lineAt(text, float64(w)/10, base, size, float64(w)*0.8))
	}
	return l
}

// lineAt makes a level line of words that share width pixels by their length.
func lineAt(text string, x, base, size, width float64) page.Line {
	words := strings.Fields(text)
	total := len([]rune(strings.Join(words, " ")))
	line := page.Line{Size: size, BaseFrom: page.Point{X: x, Y: base}, BaseTo: page.Point{X: x + width, Y: base}}
	at := x
	for _, w := range words {
		end := at + width*float64(len([]rune(w)))/float64(max(total, 1))
		box := page.Box{X0: int(at), Y0: int(base - size*0.78), X1: int(end), Y1: int(base + size*0.22)}
		line.Words = append(line.Words, page.Word{Text: w, Box: box, Confidence: 95})
		line.Box = line.Box.Union(box)
		at = end + width/float64(max(total, 1))
	}
	return line
}
