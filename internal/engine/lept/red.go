//go:build cgo && linux

package lept

// #include "lept.h"
import "C"

import "fmt"

// RedText are the places of a picture where red ink has the shape of lines of text, in its own pixels before any turn.
type RedText struct{ boxes *C.BOXA }

// Close frees the list; nil may be closed.
func (t *RedText) Close() {
	if t != nil && t.boxes != nil {
		C.boxaDestroy(&t.boxes)
	}
}

// JPEGReading decodes a JPEG to gray with red lifted to paper, and maps its red ink; red is nil where the picture has no colour.
func JPEGReading(data []byte, inverted bool) (gray, red *Pix, err error) {
	if _, err := JPEGSize(data); err != nil {
		return nil, nil, err
	}
	d, n := bytesOf(data)
	var m *C.PIX
	gray, err = made(C.so_jpeg_decode(d, n, C.SO_JPEG_READ, 8, cbool(inverted), &m), fmt.Errorf("JPEG: %w", ErrUndecodable))
	if m != nil {
		red = &Pix{m}
	}
	return gray, red, err
}

// RedMap maps the red ink of a colour picture; nil where it has no colour.
func (x *Pix) RedMap() *Pix {
	if p := C.so_red_map(x.p); p != nil {
		return &Pix{p}
	}
	return nil
}

// RedText finds the lines of text in a map of red ink made at a resolution of dpi; nil where there are none.
func (x *Pix) RedText(dpi float64) *RedText {
	if b := C.so_red_text(x.p, C.double(dpi/25.4/C.SO_RED_CELL)); b != nil {
		return &RedText{b}
	}
	return nil
}

// RedPrint makes a gray copy of a colour picture with nothing in it but the red ink at the places of text.
func (x *Pix) RedPrint(t *RedText) (*Pix, error) {
	return made(C.so_red_print(x.p, t.boxes), ErrNoMemory)
}
