// Package page says what a page is: its picture as received, what was recognised on it, and where.
//
// Three coordinate systems, and no fourth:
//   - raster: pixels of Picture as stored, origin top-left, before any turn;
//   - upright: the raster after Picture.Turn (what the file says: /Rotate, EXIF) and then Result.Turn (what we found);
//     origin top-left, y downwards, not deskewed. Every Box of a Result is upright, at Result.Width × Result.Height pixels;
//   - points: 1/72 inch, as PDF has them, used only by the rendition writer.
//
// Confidence is 0–100 as tesseract reports it. Pages count from 1, as the archivist counts them. Turns are clockwise.
package page

import (
	"fmt"
	"strings"
)

// Turn is a clockwise turn in degrees: 0, 90, 180 or 270. Its zero value leaves a page as it is.
type Turn int

// Valid reports whether t is one of the four turns.
func (t Turn) Valid() bool { return t == 0 || t == 90 || t == 180 || t == 270 }

// Add composes two turns.
func (t Turn) Add(o Turn) Turn { return Turn((int(t) + int(o) + 720) % 360) }

// Swaps reports whether the turn exchanges width and height.
func (t Turn) Swaps() bool { return t == 90 || t == 270 }

// TurnOf normalises any multiple of 90, negative ones too.
func TurnOf(degrees int) (Turn, error) {
	if degrees%90 != 0 {
		return 0, fmt.Errorf("turn of %d degrees is not a multiple of 90", degrees)
	}
	return Turn(((degrees % 360) + 360) % 360), nil
}

// Encoding names how a Picture's Data is stored.
type Encoding string

// The encodings a page picture may have. CCITT, Flate and Gray8 are bare streams described by the Picture's fields; the others are whole files.
const (
	JPEG  Encoding = "jpeg"
	CCITT Encoding = "ccitt" // Group 3 or 4, parameters in Picture.CCITT
	Flate Encoding = "flate" // zlib stream of rows, PNG predictors (15), as PDF's FlateDecode takes it
	PNG   Encoding = "png"
	TIFF  Encoding = "tiff" // frame in Picture.Frame
	WebP  Encoding = "webp"
	PNM   Encoding = "pnm" // P4, P5 or P6
)

// CCITTParams are the decode parameters of a bare CCITT stream (ISO 32000-1, table 11).
type CCITTParams struct {
	K                int  `json:"k"` // <0 Group 4, 0 Group 3 1-D, >0 Group 3 2-D
	EndOfLine        bool `json:"end_of_line,omitempty"`
	EncodedByteAlign bool `json:"encoded_byte_align,omitempty"`
	NoEndOfBlock     bool `json:"no_end_of_block,omitempty"` // PDF's EndOfBlock false
	BlackIs1         bool `json:"black_is_1,omitempty"`
}

// Picture is one page's image as it travels to the engine and into the rendition. Treat Data as read-only.
type Picture struct {
	Encoding         Encoding     `json:"encoding"`
	Data             []byte       `json:"-"`
	Frame            int          `json:"frame,omitempty"` // TIFF directory, from 0
	Width            int          `json:"width"`           // pixels, raster
	Height           int          `json:"height"`          // pixels, raster
	Components       int          `json:"components"`      // 1, 3 or 4
	BitsPerComponent int          `json:"bits_per_component"`
	DPIX             float64      `json:"dpi_x"` // as the file says or the page size implies; never 0 once inspected
	DPIY             float64      `json:"dpi_y"`
	Turn             Turn         `json:"turn,omitempty"`            // what the file says
	Mirror           bool         `json:"mirror,omitempty"`          // EXIF orientations 2, 4, 5, 7: mirrored left to right before Turn
	Inverted         bool         `json:"inverted,omitempty"`        // sample 0 is white (PDF Decode [1 0], Adobe CMYK)
	AdobeTransform   int          `json:"adobe_transform,omitempty"` // JPEG APP14: 0 unknown, 1 YCbCr, 2 YCCK; -1 no APP14
	CCITT            *CCITTParams `json:"ccitt,omitempty"`
	// Palette holds the sRGB colours of an indexed Flate picture, three bytes each; nil when samples are colours.
	Palette []byte `json:"palette,omitempty"`
}

// Box is an upright rectangle in pixels, X1 and Y1 exclusive.
type Box struct {
	X0 int `json:"x0"`
	Y0 int `json:"y0"`
	X1 int `json:"x1"`
	Y1 int `json:"y1"`
}

// Empty reports whether the box holds no pixel.
func (b Box) Empty() bool { return b.X1 <= b.X0 || b.Y1 <= b.Y0 }

// Union returns the smallest box that holds both; an empty box adds nothing.
func (b Box) Union(o Box) Box {
	switch {
	case b.Empty():
		return o
	case o.Empty():
		return b
	}
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

// Point is an upright position in pixels, with fractions.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Word is one recognised word.
type Word struct {
	Text       string  `json:"text"` // NFC, no white space
	Box        Box     `json:"box"`
	Confidence float64 `json:"confidence"` // 0–100
}

// Line is one recognised line: its words in reading order, and the baseline they stand on.
type Line struct {
	Words []Word `json:"words"`
	Box   Box    `json:"box"`
	// BaseFrom and BaseTo are the ends of the baseline; the line is skewed when their Y differ.
	BaseFrom Point   `json:"base_from"`
	BaseTo   Point   `json:"base_to"`
	Size     float64 `json:"size"`  // height of the letters from descender to ascender, pixels
	Block    int     `json:"block"` // block of the page, from 0, in reading order
	Para     int     `json:"para"`  // paragraph in the page, from 0
}

// Text joins the words of the line with single spaces.
func (l Line) Text() string {
	var b strings.Builder
	for i, w := range l.Words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// Kind says what a page turned out to be. The zero value is Text.
type Kind int

// The kinds of pages. Unread is a page that twice killed or outlived its engine: kept as image, shown to a reviewer.
const (
	Text Kind = iota
	Blank
	Photo // photograph, drawing or handwriting: no text is claimed for it
	Unread
)

var kindNames = [...]string{Text: "text", Blank: "blank", Photo: "picture", Unread: "unread"} //nolint:gochecknoglobals // a table that never changes

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// MarshalText implements encoding.TextMarshaler.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, n := range kindNames {
		if n == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown page kind %q", b)
}

// Source says where a page's text came from. The zero value is recognition.
type Source string

// The sources of text.
const (
	Recognised Source = "recognised" // read by the engine
	Embedded   Source = "embedded"   // real text of a born-digital page
)

// Result is what was read on one page. It is stored as JSON under (master digest, page, engine version, settings)
// and is all that description and rendition need besides the picture.
type Result struct {
	Width      int     `json:"width"`  // pixels of the upright page
	Height     int     `json:"height"` // pixels of the upright page
	Turn       Turn    `json:"turn"`   // found turn, on top of the picture's own
	Skew       float64 `json:"skew"`   // degrees clockwise by which the lines of the upright page are tilted
	Kind       Kind    `json:"kind"`
	Source     Source  `json:"source"`
	Confidence float64 `json:"confidence"` // mean of the words, 0 without words
	Lines      []Line  `json:"lines"`
	// Laid holds the text of what was laid over the page (annotation appearances, signature pictures), apart from Lines.
	Laid []Line `json:"laid,omitempty"`
	// Codes are the bar codes on the page, whole or damaged.
	Codes []Code `json:"codes,omitempty"`
	// Quality is how good the scan is; nil where it was not measured, as on born-digital pages.
	Quality  *Quality `json:"quality,omitempty"`
	Engine   string   `json:"engine"`   // engine name and version
	Settings string   `json:"settings"` // hash of the settings
	// Processor seconds by stage: decode, scale, even, look, recognise, again, fine. Not part of what a rendition depends on.
	Seconds map[string]float64 `json:"seconds,omitempty"`
	// Fault tells why the page is Unread.
	Fault string `json:"fault,omitempty"`
}

// Text gives the page's lines, one a line, without a final newline.
func (r Result) Text() string {
	var b strings.Builder
	for i, l := range r.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.Text())
	}
	return b.String()
}

// MeanConfidence averages the words of the lines; 0 when there are none.
func MeanConfidence(lines []Line) float64 {
	var sum float64
	var n int
	for _, l := range lines {
		for _, w := range l.Words {
			sum += w.Confidence
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// Overlay is a picture laid over a page: the look of an annotation or a signature. Box is in upright points from the
// top-left of the page, so that it does not depend on any raster.
type Overlay struct {
	X0, Y0, X1, Y1 float64 // points, upright by the file's own turn (before Result.Turn)
	Picture        Picture
	// Mask, when there is one, is a 1-bit CCITT picture over the same box: Picture is seen only where Mask is black.
	Mask *Picture
}

// Leaf is one page ready to be written into a rendition.
type Leaf struct {
	Picture  Picture // as received, or converted by the engine where PDF/A forbids the original encoding
	Overlays []Overlay
	Result   Result
	// WidthPt and HeightPt are the size of the page in points before Result.Turn and after Picture.Turn.
	WidthPt, HeightPt float64
	Label             string // printed page label; empty means the ordinal
}
