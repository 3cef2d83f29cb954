package pdfatest

import "sohoa/internal/pdfa/ccitt"

// Group4 encodes a picture of w × h pixels as a bare CCITT Group 4 stream, so that tests have 1-bit pages without any program. black says which
// pixels are ink.
func Group4(w, h int, black func(x, y int) bool) []byte {
	b := ccitt.NewBitmap(w, h)
	for y := range h {
		for x := range w {
			if black(x, y) {
				b.Set(x, y)
			}
		}
	}
	return ccitt.Group4(b)
}
