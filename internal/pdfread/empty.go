package pdfread

import (
	"bytes"
	"compress/zlib"

	"sohoa/internal/page"
)

// emptyDPI is the resolution of a page on which nothing is drawn: there is nothing to see, so drawing and reading 8 megapixels of white
// would only take time.
const emptyDPI = 18

// paintsNothing reports whether a page of a sound file has no content at all and nothing laid over it. What paints invisibly is left to
// PDFium, and so are damaged files: what is missing there may be lost, not empty.
func (s *structure) paintsNothing(f pageFacts) bool {
	if f.annotations || s.lazy == nil {
		return false
	}
	if _, there := f.dict["Contents"]; !there {
		return true
	}
	content, ok := s.content(f.dict)
	return ok && len(bytes.TrimSpace(content)) == 0
}

// emptyPicture is a white page of w × h points.
func emptyPicture(w, h float64) page.Picture {
	width, height := max(int(w*emptyDPI/72), 1), max(int(h*emptyDPI/72), 1)
	for width*height > 1<<20 { // a page may claim any size
		width, height = max(width/2, 1), max(height/2, 1)
	}
	row := bytes.Repeat([]byte{0xff}, width+1)
	row[0] = 0 // no predictor
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for range height {
		_, _ = z.Write(row) // a buffer takes everything
	}
	_ = z.Close()
	return page.Picture{
		Encoding: page.Flate, Data: b.Bytes(), Width: width, Height: height, Components: 1, BitsPerComponent: 8,
		DPIX: float64(width) / (w / 72), DPIY: float64(height) / (h / 72),
	}
}
