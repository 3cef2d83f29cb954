package wrap

import (
	"bytes"
	"compress/zlib"
	"errors"
	"image/png"
	"testing"

	"sohoa/internal/page"
)

func TestGroup4AndStripAreInverse(t *testing.T) {
	t.Parallel()
	stream := []byte{1, 2, 3, 4, 5}
	file := Group4(stream, 100, 50)
	d, err := ReadTIFF(file, 0)
	if err != nil || d.Compression != compressionG4 || d.Orientation != 1 || d.Lossy() {
		t.Fatalf("ReadTIFF = %+v, %v", d, err)
	}
	if got, err := d.Strip(file); err != nil || !bytes.Equal(got, stream) {
		t.Errorf("Strip = %v, %v", got, err)
	}
	if _, err := ReadTIFF(file, 1); !errors.Is(err, ErrBadTIFF) {
		t.Errorf("frame 1 of one: %v", err)
	}
}

func TestPredictedRowsAreAPNG(t *testing.T) {
	t.Parallel()
	const w, h = 33, 9
	scanned, drawn := make([]byte, w*h), make([]byte, w*h)
	for i := range scanned {
		scanned[i] = byte(i * i)
		drawn[i] = 255
		if i%50 < 3 {
			drawn[i] = 9
		}
	}
	for name, gray := range map[string][]byte{"scanned": scanned, "drawn": drawn} {
		if Drawn(gray, 1) != (name == "drawn") {
			t.Errorf("%s: taken for the other kind", name)
		}
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if err := Predict(z, gray, w, 1); err != nil {
			t.Fatal(err)
		}
		_ = z.Close()
		file, err := PNG(page.Picture{Data: b.Bytes(), Width: w, Height: h, Components: 1, BitsPerComponent: 8})
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range gray {
			if r, _, _, _ := m.At(i%w, i/w).RGBA(); byte(r>>8) != v {
				t.Fatalf("%s: pixel %d is %d, want %d", name, i, r>>8, v)
			}
		}
	}
}

func TestPNGRefusesWhatItCannotDescribe(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]page.Picture{
		"no size":              {Components: 1, BitsPerComponent: 8},
		"two components":       {Width: 1, Height: 1, Components: 2, BitsPerComponent: 8},
		"three bits":           {Width: 1, Height: 1, Components: 1, BitsPerComponent: 3},
		"1-bit colour":         {Width: 1, Height: 1, Components: 3, BitsPerComponent: 1},
		"an empty palette":     {Width: 1, Height: 1, Components: 1, BitsPerComponent: 8, Palette: []byte{}},
		"a palette of 16 bits": {Width: 1, Height: 1, Components: 1, BitsPerComponent: 16, Palette: []byte{1, 2, 3}},
	} {
		if _, err := PNG(p); !errors.Is(err, ErrBadFlate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadTIFF: what is read of a directory stays inside the file, and clearing the orientation changes at most two bytes.
func FuzzReadTIFF(f *testing.F) {
	f.Add(Group4([]byte("stream"), 10, 10), 0)
	f.Add([]byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"+
		"\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"), 0)
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x03\x00\x00\x00\x00\x00\x08"), 3)
	f.Fuzz(func(t *testing.T, data []byte, frame int) {
		d, err := ReadTIFF(data, max(0, min(frame, 100)))
		if err != nil {
			return
		}
		if s, err := d.Strip(data); err == nil && len(s) > len(data) {
			t.Errorf("a strip of %d bytes in %d", len(s), len(data))
		}
		after := bytes.Clone(data)
		d.Upright(after)
		changed := 0
		for i := range data {
			if after[i] != data[i] {
				changed++
			}
		}
		if changed > 2 {
			t.Errorf("%d bytes changed", changed)
		}
		if again, err := ReadTIFF(after, max(0, min(frame, 100))); err != nil || again.Orientation != 1 {
			t.Errorf("after Upright: %+v, %v", again, err)
		}
	})
}
