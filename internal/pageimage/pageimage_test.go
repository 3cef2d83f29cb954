package pageimage

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

func grayJPEG(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSegment puts a marker segment right after SOI.
func withSegment(jpg []byte, marker byte, body string) []byte {
	out := append([]byte{0xFF, 0xD8, 0xFF, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), jpg[2:]...)
}

func exifBlock(orientation, dpi uint32) string {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x03")
	tag := func(id, typ uint16, value uint32) {
		b = binary.BigEndian.AppendUint16(b, id)
		b = binary.BigEndian.AppendUint16(b, typ)
		b = binary.BigEndian.AppendUint32(b, 1)
		b = binary.BigEndian.AppendUint32(b, value)
	}
	tag(274, 3, orientation<<16)
	tag(282, 5, 50)
	tag(283, 5, 50)
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, dpi)
	b = binary.BigEndian.AppendUint32(b, 1)
	return "Exif\x00\x00" + string(b)
}

func TestParseJPEG(t *testing.T) {
	t.Parallel()
	plain := grayJPEG(t, 40, 56)
	for name, tc := range map[string]struct {
		data []byte
		want page.Picture
	}{
		"a plain one is 300 dpi by default":      {plain, page.Picture{DPIX: 300, DPIY: 300, AdobeTransform: -1}},
		"JFIF tells the resolution":              {withSegment(plain, 0xE0, "JFIF\x00\x01\x02\x01\x00\xC8\x00\xC8\x00\x00"), page.Picture{DPIX: 200, DPIY: 200, AdobeTransform: -1}},
		"JFIF in centimetres is rounded":         {withSegment(plain, 0xE0, "JFIF\x00\x01\x02\x02\x00\x76\x00\x76\x00\x00"), page.Picture{DPIX: 300, DPIY: 300, AdobeTransform: -1}},
		"a resolution of zero is no resolution":  {withSegment(plain, 0xE0, "JFIF\x00\x01\x02\x01\x00\x00\x00\x00\x00\x00"), page.Picture{DPIX: 300, DPIY: 300, AdobeTransform: -1}},
		"EXIF turns by 90":                       {withSegment(plain, 0xE1, exifBlock(6, 150)), page.Picture{DPIX: 150, DPIY: 150, Turn: 90, AdobeTransform: -1}},
		"EXIF mirrors":                           {withSegment(plain, 0xE1, exifBlock(2, 150)), page.Picture{DPIX: 150, DPIY: 150, Mirror: true, AdobeTransform: -1}},
		"EXIF transposes":                        {withSegment(plain, 0xE1, exifBlock(5, 150)), page.Picture{DPIX: 150, DPIY: 150, Turn: 270, Mirror: true, AdobeTransform: -1}},
		"an impossible EXIF orientation is none": {withSegment(plain, 0xE1, exifBlock(9, 150)), page.Picture{DPIX: 150, DPIY: 150, AdobeTransform: -1}},
		"Adobe's marker is kept":                 {withSegment(plain, 0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x02"), page.Picture{DPIX: 300, DPIY: 300, AdobeTransform: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, warnings, err := ParseJPEG(tc.data)
			if err != nil || len(warnings) > 0 {
				t.Fatal(err, warnings)
			}
			if !bytes.Equal(p.Data, tc.data) {
				t.Error("the bytes changed")
			}
			p.Data = nil
			want := tc.want
			want.Encoding, want.Width, want.Height, want.Components, want.BitsPerComponent = page.JPEG, 40, 56, 1, 8
			if p.Encoding != want.Encoding || p.Width != 40 || p.Height != 56 || p.Components != 1 || p.Turn != want.Turn ||
				p.Mirror != want.Mirror || p.DPIX != want.DPIX || p.DPIY != want.DPIY || p.AdobeTransform != want.AdobeTransform {
				t.Errorf("got %+v, want %+v", p, want)
			}
		})
	}
}

func TestParseJPEGTellsWholeFromCut(t *testing.T) {
	t.Parallel()
	jpg := grayJPEG(t, 300, 400)
	p, warnings, err := ParseJPEG(jpg[:len(jpg)-2])
	if err != nil || len(warnings) != 1 {
		t.Errorf("without its end marker: %v %v, want a warning", err, warnings)
	}
	if _, err := jpeg.Decode(bytes.NewReader(p.Data)); err != nil {
		t.Errorf("the completed picture does not decode: %v", err)
	}
	for _, n := range []int{len(jpg) / 2, len(jpg) - 200, 30, 3} {
		if _, _, err := ParseJPEG(jpg[:n]); fault.CodeOf(err) != fault.FileUnreadable {
			t.Errorf("cut at %d of %d: %v, want %s", n, len(jpg), err, fault.FileUnreadable)
		}
	}
}

func TestParsePNG(t *testing.T) {
	t.Parallel()
	encode := func(img image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	box := image.Rect(0, 0, 33, 20)
	translucent := image.NewNRGBA(box)
	translucent.SetNRGBA(3, 3, color.NRGBA{1, 2, 3, 4})
	opaque := image.NewRGBA(box)
	for i := range opaque.Pix {
		opaque.Pix[i] = 255
	}
	for name, tc := range map[string]struct {
		data       []byte
		encoding   page.Encoding
		components int
		bits       int
		palette    int
	}{
		"gray passes as Flate":               {encode(image.NewGray(box)), page.Flate, 1, 8, 0},
		"RGB passes as Flate":                {encode(opaque), page.Flate, 3, 8, 0},
		"a palette passes as Flate":          {encode(image.NewPaletted(box, color.Palette{color.Black, color.White})), page.Flate, 1, 1, 6},
		"alpha stays PNG for the engine":     {encode(translucent), page.PNG, 3, 8, 0},
		"16 bits stay PNG for the engine":    {encode(image.NewGray16(box)), page.PNG, 1, 16, 0},
		"interlaced stays PNG for an engine": {interlaced(encode(image.NewGray(image.Rect(0, 0, 1, 1)))), page.PNG, 1, 8, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _, err := ParsePNG(tc.data)
			if err != nil {
				t.Fatal(err)
			}
			if p.Encoding != tc.encoding || p.Components != tc.components || p.BitsPerComponent != tc.bits || len(p.Palette) != tc.palette {
				t.Errorf("got %s, %d components of %d bits, palette of %d bytes", p.Encoding, p.Components, p.BitsPerComponent, len(p.Palette))
			}
		})
	}
	whole := encode(opaque)
	for _, n := range []int{len(whole) - 30, 40, 20, 8} {
		if _, _, err := ParsePNG(whole[:n]); fault.CodeOf(err) != fault.FileUnreadable {
			t.Errorf("cut at %d of %d: %v, want %s", n, len(whole), err, fault.FileUnreadable)
		}
	}
}

// interlaced sets the interlace flag; a picture of one pixel has the same data either way.
func interlaced(b []byte) []byte {
	b = bytes.Clone(b)
	b[28] = 1
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestBombsAreRefusedByTheirHeaders(t *testing.T) {
	t.Parallel()
	bomb := interlaced(func() []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}())
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	if _, _, err := ParsePNG(bomb); fault.CodeOf(err) != fault.PageTooLarge {
		t.Errorf("ParsePNG = %v, want %s", err, fault.PageTooLarge)
	}
	jpg := grayJPEG(t, 8, 8)
	at := bytes.Index(jpg, []byte{0xFF, 0xC0})
	copy(jpg[at+5:], "\xFF\xFF\xFF\xFF")
	if _, _, err := ParseJPEG(jpg); fault.CodeOf(err) != fault.PageTooLarge {
		t.Errorf("ParseJPEG = %v, want %s", err, fault.PageTooLarge)
	}
}

// frame is a TIFF directory to be written by tiffOf.
type frame map[uint16]uint32

// tiffOf writes a little-endian TIFF of uncompressed or given strips; next overrides where the last directory points.
func tiffOf(t testing.TB, next uint32, strips [][]byte, frames ...frame) []byte {
	t.Helper()
	le := binary.LittleEndian
	out := []byte("II*\x00\x00\x00\x00\x00")
	link := 4
	for i, f := range frames {
		f[tagStripOffsets], f[tagStripBytes] = uint32(len(out)), uint32(len(strips[i]))
		out = append(out, strips[i]...)
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		le.PutUint32(out[link:], uint32(len(out)))
		out = le.AppendUint16(out, uint16(len(f)))
		for tag := uint16(0); tag < 600; tag++ {
			if v, ok := f[tag]; ok {
				out = le.AppendUint16(out, tag)
				out = le.AppendUint16(out, 4)
				out = le.AppendUint32(out, 1)
				out = le.AppendUint32(out, v)
			}
		}
		link = len(out)
		out = le.AppendUint32(out, next)
	}
	return out
}

func grayFrame(w, h uint32) frame {
	return frame{tagWidth: w, tagHeight: h, tagBits: 8, tagCompression: 1, tagPhotometric: 1, tagSamples: 1, tagRowsPerStrip: h}
}

func openBytes(t testing.TB, b []byte) (*File, error) {
	t.Helper()
	p := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	media, _ := Sniff(bytes.NewReader(b), int64(len(b)))
	return Open(p, media)
}

func TestTIFFPagesAreCutOutWhole(t *testing.T) {
	t.Parallel()
	a, b := bytes.Repeat([]byte{10}, 30), bytes.Repeat([]byte{200}, 56)
	second := grayFrame(7, 8)
	second[tagOrientation] = 8
	f, err := openBytes(t, tiffOf(t, 0, [][]byte{a, b}, grayFrame(5, 6), second))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Len() != 2 {
		t.Fatalf("%d pages, want 2", f.Len())
	}
	for n, want := range map[int]struct {
		w, h int
		gray uint8
		turn page.Turn
	}{1: {5, 6, 10, 0}, 2: {7, 8, 200, 270}} {
		s, err := f.Page(t.Context(), n, digitise.ToRead|digitise.ToShow)
		if err != nil {
			t.Fatal(err)
		}
		p := s.Picture
		if p.Encoding != page.TIFF || p.Width != want.w || p.Height != want.h || p.Turn != want.turn || p.Frame != 0 {
			t.Errorf("page %d is %s %d × %d turned %d, frame %d", n, p.Encoding, p.Width, p.Height, p.Turn, p.Frame)
		}
		img, err := tiff.Decode(bytes.NewReader(p.Data))
		if err != nil {
			t.Fatalf("page %d alone is no TIFF: %v", n, err)
		}
		if c := color.GrayModel.Convert(img.At(want.w-1, want.h-1)).(color.Gray); img.Bounds().Dx() != want.w || c.Y != want.gray {
			t.Errorf("page %d alone is %v with %v", n, img.Bounds(), c)
		}
	}
}

// g4White is a Group 4 strip of 8 × 2 white pixels: V0, V0, EOFB.
func g4White() []byte { return []byte{0b11_000000, 0b000001_00, 0b00000000, 0b01_000000} }

func TestTIFFGroup4TravelsBare(t *testing.T) {
	t.Parallel()
	g4 := frame{tagWidth: 8, tagHeight: 2, tagBits: 1, tagCompression: 4, tagPhotometric: 0, tagSamples: 1, tagRowsPerStrip: 2}
	reversed := frame{}
	inverted := frame{}
	for k, v := range g4 {
		reversed[k], inverted[k] = v, v
	}
	reversed[tagFillOrder], inverted[tagPhotometric] = 2, 1
	turned := []byte{0b000000_11, 0b00_100000, 0b00000000, 0b000000_10}
	cut := frame{}
	for k, v := range g4 {
		cut[k] = v
	}
	cut[tagHeight], cut[tagRowsPerStrip] = 200, 200
	f, err := openBytes(t, tiffOf(t, 0, [][]byte{g4White(), turned, g4White(), g4White()}, g4, reversed, inverted, cut))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for n, want := range map[int]page.Picture{
		1: {Encoding: page.CCITT, CCITT: &page.CCITTParams{K: -1}},
		2: {Encoding: page.CCITT, CCITT: &page.CCITTParams{K: -1}},
		3: {Encoding: page.CCITT, CCITT: &page.CCITTParams{K: -1, BlackIs1: true}},
		4: {Encoding: page.TIFF}, // the strip ends early: libtiff may make more of it than nothing
	} {
		s, err := f.Page(t.Context(), n, digitise.ToRead|digitise.ToShow)
		if err != nil {
			t.Fatal(err)
		}
		p := s.Picture
		if p.Encoding != want.Encoding || (p.CCITT == nil) != (want.CCITT == nil) || p.CCITT != nil && *p.CCITT != *want.CCITT {
			t.Errorf("page %d is %s with %+v, want %s with %+v", n, p.Encoding, p.CCITT, want.Encoding, want.CCITT)
		}
		if p.Encoding == page.CCITT && !bytes.Equal(p.Data, g4White()) {
			t.Errorf("page %d has the stream % x", n, p.Data)
		}
	}
}

func TestTIFFThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	pixels := bytes.Repeat([]byte{1}, 4)
	loop := tiffOf(t, 0, [][]byte{pixels, pixels}, grayFrame(2, 2), grayFrame(2, 2))
	first := binary.LittleEndian.Uint32(loop[4:])
	binary.LittleEndian.PutUint32(loop[len(loop)-4:], first)
	f, err := openBytes(t, loop)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Len() != 2 || len(f.Warnings()) != 1 {
		t.Errorf("%d pages with %q, want 2 and a warning", f.Len(), f.Warnings())
	}
	frames, strips := make([]frame, MaxPages+1), make([][]byte, MaxPages+1)
	for i := range frames {
		frames[i], strips[i] = grayFrame(2, 2), pixels
	}
	if _, err := openBytes(t, tiffOf(t, 0, strips, frames...)); fault.CodeOf(err) != fault.FileTooManyPages {
		t.Errorf("%d pages: %v, want %s", len(frames), err, fault.FileTooManyPages)
	}
}

func TestTIFFsThatAreRefused(t *testing.T) {
	t.Parallel()
	change := func(f func(frame)) []byte {
		fr := grayFrame(4, 4)
		f(fr)
		return tiffOf(t, 0, [][]byte{bytes.Repeat([]byte{1}, 16)}, fr)
	}
	for name, tc := range map[string]struct {
		data []byte
		code fault.Code
	}{
		"sides of a bomb":         {change(func(f frame) { f[tagWidth], f[tagHeight] = 60_000, 60_000 }), fault.PageTooLarge},
		"no width":                {change(func(f frame) { delete(f, tagWidth) }), fault.FileUnreadable},
		"pixels that are missing": {change(func(f frame) { f[tagHeight], f[tagRowsPerStrip] = 40, 40 }), fault.FileUnreadable},
		"an unknown compression":  {change(func(f frame) { f[tagCompression] = 77 }), fault.FileUnsupported},
		"the abandoned JPEG":      {change(func(f frame) { f[tagCompression] = 6 }), fault.FileUnsupported},
		"an impossible depth":     {change(func(f frame) { f[tagBits] = 9 }), fault.FileUnreadable},
		"no pages":                {[]byte("II*\x00\x00\x00\x00\x00"), fault.FileNoPages},
		"a cut directory":         {change(func(frame) {})[:40], fault.FileUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := openBytes(t, tc.data); fault.CodeOf(err) != tc.code {
				t.Errorf("Open = %v, want %s", err, tc.code)
			}
		})
	}
}

// webp is a lossless WebP header of 100 × 50 pixels without its data.
func webp(flags string) []byte {
	vp8l := "VP8L\x05\x00\x00\x00\x2f" + string(binary.LittleEndian.AppendUint32(nil, 99|49<<14)) + "\x00"
	body := "WEBP" + flags + vp8l
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func TestParseWebP(t *testing.T) {
	t.Parallel()
	p, _, err := ParseWebP(webp(""))
	if err != nil || p.Width != 100 || p.Height != 50 || p.Encoding != page.WebP {
		t.Errorf("got %d × %d, %v", p.Width, p.Height, err)
	}
	if _, _, err := ParseWebP(webp("VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x63\x00\x00\x31\x00\x00")); fault.CodeOf(err) != fault.FileUnsupported {
		t.Errorf("animated: %v, want %s", err, fault.FileUnsupported)
	}
	if b := webp(""); fault.CodeOf(func() error { _, _, err := ParseWebP(b[:len(b)-3]); return err }()) != fault.FileUnreadable {
		t.Error("a cut WebP is taken")
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		w, h       int
		x, y, want float64
	}{
		"what the file says":                         {2480, 3508, 300, 300, 300},
		"nothing said of an A4 sheet at 200":         {1654, 2339, 0, 0, 200},
		"nothing said of an odd shape":               {1000, 1000, 0, 0, 300},
		"a phone's 72 dpi on a photograph":           {3000, 4000, 72, 72, 300},
		"a screen's 96 dpi on a large A4 photo":      {2480, 3508, 96, 96, 300},
		"72 dpi on a small picture may be true":      {600, 800, 72, 72, 72},
		"a resolution no scanner has":                {2480, 3508, 65_000, 65_000, 300},
		"sides that differ as only errors make it":   {2480, 3508, 300, 50, 300},
		"a landscape A4 sheet with nothing said":     {3508, 2480, 0, 0, 300},
		"an A4 that would need 3,000 dpi is guessed": {24_800, 35_080, 0, 0, 300},
	} {
		if x, _ := resolve(tc.w, tc.h, tc.x, tc.y); x != tc.want {
			t.Errorf("%s: %v dpi, want %v", name, x, tc.want)
		}
	}
}

// TestOrient checks each EXIF orientation by moving the corner that should come to the top left.
func TestOrient(t *testing.T) {
	t.Parallel()
	// Where in the raster the upright top left lies: x and y are 0 for the first column or row, 1 for the last.
	for o, want := range map[int][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {0, 1}, 7: {1, 1}, 8: {1, 0}} {
		mirror, turn := orient(o)
		x, y := 0, 0 // back from upright to raster
		for range turn / 90 {
			x, y = y, 1-x
		}
		if mirror {
			x = 1 - x
		}
		if [2]int{x, y} != want {
			t.Errorf("orientation %d: the upright top left comes from %v, want %v", o, [2]int{x, y}, want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"\xff\xd8\xff\xe0":             "image/jpeg",
		"\x89PNG\r\n\x1a\n":            "image/png",
		"II*\x00":                      "image/tiff",
		"MM\x00+\x00\x08\x00\x00":      "image/tiff",
		"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
		"%PDF-1.4":                     "application/pdf",
		"junk before\n%PDF-1.4":        "application/pdf",
		"PK\x03\x04scan.pdf":           "application/zip",
		"PK\x03\x04[Content_Types].xml word/document.xml":                                              "a Word document (docx)",
		"PK\x03\x04[Content_Types].xml xl/workbook.xml":                                                "an Excel workbook (xlsx)",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00": "a Word document (doc)",
		"\x00\x00\x00\x18ftypheic":                                                                     "a HEIC photograph",
		"\x00\x00\x00\x18ftypisom":                                                                     "an MP4 video",
		"GIF89a":                                                                                       "a GIF image",
		"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00": "a BMP image",
		"Rar!\x1a\x07\x01":           "a RAR archive",
		"7z\xbc\xaf\x27\x1c":         "a 7-Zip archive",
		"MZ\x90":                     "a Windows program",
		"<!DOCTYPE HTML>":            "a web page (HTML)",
		"<?xml version='1.0'?><svg>": "an SVG drawing",
		"Kính gửi":                   "plain text",
		"\x01\x02\x03":               "a file of an unknown kind",
		"\x00\x00\x00":               "a file of zero bytes only",
		"":                           "an empty file",
	} {
		media, name := Sniff(strings.NewReader(content), int64(len(content)))
		if got := string(media); got == "" && !strings.HasPrefix(name, want) || got != "" && got != want {
			t.Errorf("Sniff(%q) = %q, %q, want %q", content, media, name, want)
		}
	}
}

func addFiles(f *testing.F) {
	f.Helper()
	f.Add(grayJPEG(f, 9, 9))
	f.Add(withSegment(grayJPEG(f, 9, 9), 0xE1, exifBlock(6, 300)))
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(webp(""))
	f.Add(tiffOf(f, 0, [][]byte{bytes.Repeat([]byte{1}, 16)}, grayFrame(4, 4)))
}

// FuzzParse: a parser either rejects or describes a picture that holds to this package's promises; it never blames the machine.
func FuzzParse(f *testing.F) {
	addFiles(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func([]byte) (page.Picture, []string, error){ParseJPEG, ParsePNG, ParseWebP} {
			p, _, err := parse(b)
			if err != nil {
				if fault.VerdictOf(err) != fault.Rejected {
					t.Fatalf("%v does not blame the file", err)
				}
				continue
			}
			promises(t, p)
		}
	})
}

// FuzzTIFF: every page of an opened file is read or rejected, and stays alone what it was in the file: the same sides, one frame.
func FuzzTIFF(f *testing.F) {
	addFiles(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := openTIFF(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if fault.VerdictOf(err) != fault.Rejected {
				t.Fatalf("%v does not blame the file", err)
			}
			return
		}
		for n := range min(len(file.frames), 20) {
			p, err := file.picture(n + 1)
			if err != nil {
				if fault.VerdictOf(err) != fault.Rejected {
					t.Fatalf("%v does not blame the file", err)
				}
				continue
			}
			promises(t, p)
			if p.Encoding != page.TIFF {
				continue
			}
			alone, err := openTIFF(bytes.NewReader(p.Data), int64(len(p.Data)))
			if err != nil || len(alone.frames) != 1 {
				t.Fatalf("page %d alone: %v", n+1, err)
			}
			if q, err := alone.picture(1); err != nil || q.Width != p.Width || q.Height != p.Height || q.Turn != p.Turn || q.DPIX != p.DPIX {
				t.Fatalf("page %d alone is %+v, %v", n+1, q, err)
			}
		}
	})
}

// FuzzSniff: an accepted type has a name, a refused one says what it looks like.
func FuzzSniff(f *testing.F) {
	addFiles(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		media, name := Sniff(bytes.NewReader(b), int64(len(b)))
		if name == "" || media == archive.Zip && !bytes.HasPrefix(b, []byte("PK")) {
			t.Errorf("Sniff = %q, %q", media, name)
		}
	})
}

func promises(t *testing.T, p page.Picture) {
	t.Helper()
	if p.Width < 1 || p.Height < 1 || p.Width > MaxSide || p.Height > MaxSide || p.Width*p.Height > MaxPixels || len(p.Data) == 0 ||
		!p.Turn.Valid() || p.DPIX < minDPI || p.DPIX > maxDPI || p.DPIY < minDPI || p.DPIY > maxDPI ||
		p.Components != 1 && p.Components != 3 && p.Components != 4 || p.BitsPerComponent < 1 || p.BitsPerComponent > 16 {
		p.Data = nil
		t.Fatalf("picture breaks a promise: %+v", p)
	}
}
