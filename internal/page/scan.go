package page

import "math"

// Code is a bar code found on a page.
type Code struct {
	Format string `json:"format"`         // qr, datamatrix, code128, code39
	Text   string `json:"text,omitempty"` // empty where damaged
	Box    Box    `json:"box"`            // upright pixels
	// Damaged says that there is a code and that it could not be read with certainty. Its text is never guessed.
	Damaged bool `json:"damaged,omitempty"`
}

// Quality is how good the scan of a page is, in numbers. Findings says what they mean.
type Quality struct {
	DPI float64 `json:"dpi"` // the lower of both directions, as scanned
	// Blur is the width of a stroke's edge from dark to light (a fifth to four fifths of the way) in points (1/72 inch), the first quartile
	// of all edges; 0 where the page has few, or is black and white.
	Blur float64 `json:"blur"`
	// Paper and Ink are the median gray values of ground and of letters, 0 black to 255 white. Red is as bright as paper. Ink is 0 where the
	// page has next to none.
	Paper float64 `json:"paper"`
	Ink   float64 `json:"ink"`
	// Cut are the edges (top, right, bottom, left) of the page as it is shown that run through letters: part of the page is missing.
	Cut []string `json:"cut,omitempty"`
	// SkewLeft is the tilt of the lines in degrees as the rendition shows them.
	SkewLeft float64 `json:"skew_left"`
}

// What Findings reports of a scan. The codes are stable: they are stored and shown. Besides these there are cut_top, cut_right, cut_bottom and
// cut_left.
const (
	LowResolution = "low_resolution"
	Blurred       = "blurred"
	TooDark       = "too_dark"
	TooLight      = "too_light"
	Skewed        = "skewed"
	cutAt         = "cut_"
)

// The bounds of a scan that is good enough. Of 62 real scans at 300 dpi the softest has a Blur of 0.33, the darkest Paper of 255 and the palest
// Ink of 85; the most tilted lies 1.5 degrees off. Samples that are meant to be hard (grades 3 to 5) are told in docs/benchmarks.md.
const (
	leastDPI      = 195.0 // 200, less what sizes in whole points cost
	mostBlur      = 0.62  // two and a half pixels at 300 dpi: letters of 10 points run together
	darkestPaper  = 140.0
	leastContrast = 90.0 // between paper and ink
	mostSkew      = 2.0  // degrees, either way
)

// Findings says what is wrong with a scan, in a fixed order; nil where nothing is.
func (q Quality) Findings() []string {
	var out []string
	add := func(found bool, code string) {
		if found {
			out = append(out, code)
		}
	}
	add(q.DPI > 0 && q.DPI < leastDPI, LowResolution)
	add(q.Blur > mostBlur, Blurred)
	add(q.Paper < darkestPaper, TooDark)
	// On dark paper the ink has no room to be darker; that is the paper's fault.
	add(q.Paper >= darkestPaper && q.Ink > 0 && q.Paper-q.Ink < leastContrast, TooLight)
	for _, edge := range q.Cut {
		add(true, cutAt+edge)
	}
	add(math.Abs(q.SkewLeft) > mostSkew, Skewed)
	return out
}
