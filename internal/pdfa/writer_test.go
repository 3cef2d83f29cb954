package pdfa_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden from the current output")

// golden is a small rendition that uses every part of the writer and no encoder of the standard library for its picture, so that only the writer and
// the compressor can change its bytes.
func golden(t testing.TB) []byte {
	l := withText(leafOf(ccittOf(400, 560)), "Độc lập - Tự do - Hạnh phúc", "Số: 12/QĐ-UBND")
	l.Label = "i"
	turned := l
	turned.Result.Turn = 90
	turned.Result.Width, turned.Result.Height = 560, 400
	turned.Label = ""
	turned.Overlays = []page.Overlay{{X0: 1, Y0: 2, X1: 30, Y1: 20, Picture: ccittOf(30, 20)}}
	return write(t, snapshot(), l, turned)
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	one, two := golden(t), golden(t)
	if !bytes.Equal(one, two) {
		t.Fatal("two renditions of one input differ")
	}
	path := filepath.Join("testdata", "rendition.golden")
	got := fmt.Sprintf("%s %s\n", pdfa.Writer{}.Name(), fixity.Of(one))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the rendition's digest is now\n%swant\n%sRenditions already archived would not come out the same: if that is meant (or the Go release "+
			"compresses otherwise), raise Version and run go test ./internal/pdfa -update", got, want)
	}
}

func TestEverythingThatGoesInChangesTheID(t *testing.T) {
	t.Parallel()
	id := func(b []byte) string { return string(b[bytes.LastIndex(b, []byte("/ID[")):][:40]) }
	base := golden(t)
	other := snapshot()
	other.Document = "another"
	if id(write(t, other, leafOf(ccittOf(400, 560)))) == id(write(t, snapshot(), leafOf(ccittOf(400, 560)))) {
		t.Error("another document has the same ID")
	}
	if id(base) == id(write(t, snapshot(), leafOf(ccittOf(400, 560)))) {
		t.Error("other pages have the same ID")
	}
}

func TestPicturesThatPDFAForbidsAreNamed(t *testing.T) {
	t.Parallel()
	good := jpegOf(t, gray(20, 30))
	change := func(do func(p *page.Picture)) page.Picture {
		p := good
		p.Data = bytes.Clone(good.Data)
		do(&p)
		return p
	}
	sof := bytes.Index(good.Data, []byte{0xFF, 0xC0})
	for name, tc := range map[string]struct {
		picture page.Picture
		want    string
	}{
		"a PNG file":                      {change(func(p *page.Picture) { p.Encoding = page.PNG }), "png"},
		"a TIFF file":                     {change(func(p *page.Picture) { p.Encoding = page.TIFF }), "tiff"},
		"a WebP file":                     {change(func(p *page.Picture) { p.Encoding = page.WebP }), "webp"},
		"a PNM file":                      {change(func(p *page.Picture) { p.Encoding = page.PNM }), "pnm"},
		"an encoding nobody knows":        {change(func(p *page.Picture) { p.Encoding = "jbig9" }), "jbig9"},
		"a CMYK JPEG":                     {cmykJPEG(), "CMYK"},
		"an arithmetic JPEG":              {change(func(p *page.Picture) { p.Data[sof+1] = 0xC9 }), "C9"},
		"a JPEG of 12 bits":               {change(func(p *page.Picture) { p.Data[sof+4] = 12 }), "12 bits"},
		"a JPEG whose height comes later": {change(func(p *page.Picture) { p.Data[sof+5], p.Data[sof+6] = 0, 0 }), "20 × 0"},
		"a JPEG without a frame":          {change(func(p *page.Picture) { p.Data = p.Data[:sof] }), "frame"},
		"something that is no JPEG":       {change(func(p *page.Picture) { p.Data = []byte("GIF89a") }), "begin"},
		"no data":                         {change(func(p *page.Picture) { p.Data = nil }), "no data"},
		"no size":                         {change(func(p *page.Picture) { p.Height = 0 }), "0 pixels"},
		"a half turn":                     {change(func(p *page.Picture) { p.Turn = 45 }), "45"},
		"CCITT without parameters":        {change(func(p *page.Picture) { p.Encoding = page.CCITT }), "parameters"},
		"Flate of CMYK":                   {change(func(p *page.Picture) { p.Encoding, p.Components = page.Flate, 4 }), "4 components"},
		"Flate of 3 bits":                 {change(func(p *page.Picture) { p.Encoding, p.BitsPerComponent = page.Flate, 3 }), "3 bits"},
		"Flate with a broken palette":     {change(func(p *page.Picture) { p.Encoding, p.Palette = page.Flate, []byte{1, 2} }), "palette"},
		"Flate with a palette of colours": {change(func(p *page.Picture) { p.Encoding, p.Components, p.Palette = page.Flate, 3, []byte{1, 2, 3} }), "palette"},
	} {
		for where, leaf := range map[string]page.Leaf{
			"page":    {Picture: tc.picture, WidthPt: 100, HeightPt: 100},
			"overlay": {Picture: good, WidthPt: 100, HeightPt: 100, Overlays: []page.Overlay{{X1: 9, Y1: 9, Picture: tc.picture}}},
		} {
			r, err := pdfa.Writer{}.Begin(io.Discard, snapshot())
			if err != nil {
				t.Fatal(err)
			}
			err = r.Add(leaf)
			if _, ok := errors.AsType[*pdfa.UnsupportedError](err); !ok || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), where) {
				t.Errorf("%s as %s: Add = %v, want an UnsupportedError that says %q", name, where, err, tc.want)
			}
			if again := r.Add(page.Leaf{Picture: good, WidthPt: 9, HeightPt: 9}); !errors.Is(again, err) {
				t.Errorf("%s as %s: Add after the error = %v", name, where, again)
			}
			if closed := r.Close(); !errors.Is(closed, err) {
				t.Errorf("%s as %s: Close after the error = %v", name, where, closed)
			}
		}
		if pdfa.Allowed(&tc.picture) == nil {
			t.Errorf("%s is allowed", name)
		}
	}
	if err := pdfa.Allowed(&good); err != nil {
		t.Errorf("a gray JPEG is not allowed: %v", err)
	}
}

// cmykJPEG has the frame header of a JPEG in four inks.
func cmykJPEG() page.Picture {
	data := []byte{0xFF, 0xD8, 0xFF, 0xC0, 0, 20, 8, 0, 30, 0, 20, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 0xFF, 0xD9}
	return page.Picture{Encoding: page.JPEG, Data: data, Width: 20, Height: 30, Components: 4, BitsPerComponent: 8, DPIX: 300, DPIY: 300}
}

func TestLeavesThatMakeNoPageAreErrors(t *testing.T) {
	t.Parallel()
	good := leafOf(ccittOf(20, 30))
	for name, change := range map[string]func(l *page.Leaf){
		"no size and no resolution": func(l *page.Leaf) { l.WidthPt, l.Picture.DPIX = 0, 0 },
		"a size that is no number":  func(l *page.Leaf) { l.WidthPt = math.NaN() },
		"an endless size":           func(l *page.Leaf) { l.HeightPt = math.Inf(1) },
		"a found turn of 45":        func(l *page.Leaf) { l.Result.Turn = 45 },
		"text on no pixels":         func(l *page.Leaf) { l.Result.Lines = []page.Line{lineAt("chữ", 0, 0, 10, 10)} },
	} {
		l := good
		change(&l)
		r, err := pdfa.Writer{}.Begin(io.Discard, snapshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Add(l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestARenditionIsFinishedOnceAndHasPages(t *testing.T) {
	t.Parallel()
	r, err := pdfa.Writer{}.Begin(io.Discard, snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if r.Close() == nil {
		t.Error("a rendition without pages was closed without an error")
	}
	r, err = pdfa.Writer{}.Begin(io.Discard, snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Add(leafOf(ccittOf(20, 30))); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r.Close() == nil || r.Add(leafOf(ccittOf(20, 30))) == nil {
		t.Error("a closed rendition took more")
	}
	bad := snapshot()
	for _, language := range []string{"tiếng Việt", "vi_VN", "-", "vi-", "abcdefghi", "7x", "vi)/JS("} {
		bad.Language = language
		if _, err := (pdfa.Writer{}).Begin(io.Discard, bad); err == nil {
			t.Errorf("language %q was taken", language)
		}
	}
}

// full is a writer whose disk is full after some bytes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

var errFull = errors.New("disk full")

func TestAFullDiskIsReported(t *testing.T) {
	t.Parallel()
	whole := len(golden(t))
	for left := 0; left < whole; left += 997 {
		r, err := pdfa.Writer{}.Begin(&full{left}, snapshot())
		if err == nil {
			err = r.Add(withText(leafOf(ccittOf(400, 560)), "chữ"))
		}
		if err == nil {
			err = r.Add(withText(leafOf(ccittOf(400, 560)), "chữ"))
		}
		if err == nil {
			err = r.Close()
		}
		if left < 4000 && !errors.Is(err, errFull) {
			t.Errorf("disk full after %d bytes: %v", left, err)
		}
	}
}

func TestMemoryDoesNotGrowWithPages(t *testing.T) {
	l := paper()
	r, err := pdfa.Writer{}.Begin(io.Discard, digitise.Snapshot{})
	if err != nil {
		t.Fatal(err)
	}
	used := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var at100 int64
	for i := range 1000 {
		if err := r.Add(l); err != nil {
			t.Fatal(err)
		}
		if i == 99 { // the font's characters are known, the buffers have grown
			at100 = used()
		}
	}
	grown := used() - at100
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if grown > 96<<10 { // offsets and the page tree's numbers: under 100 bytes a page
		t.Errorf("900 more pages keep %d KiB", grown>>10)
	}
}

func TestAnnexesAreInTheOutline(t *testing.T) {
	t.Parallel()
	b := write(t, snapshot(), variety(t)["annexes"]...)
	if n := bytes.Count(b, []byte("/Fit]>>")); n != 3 || !bytes.Contains(b, []byte("/Outlines ")) {
		t.Errorf("outline has %d entries, want the paper and two annexes", n)
	}
	if bytes.Contains(golden(t), []byte("/Outlines")) {
		t.Error("a document without annexes has an outline")
	}
}

func TestTheNameTellsTheVersion(t *testing.T) {
	t.Parallel()
	if got, want := (pdfa.Writer{}).Name(), fmt.Sprintf("sohoa pdfa %d", pdfa.Version); got != want {
		t.Errorf("Name = %q, want %q", got, want)
	}
}
