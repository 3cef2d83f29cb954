package page

// Code is a bar code found on a page.
type Code struct {
	Format string `json:"format"`         // qr, datamatrix, code128, code39, ean13 …
	Text   string `json:"text,omitempty"` // empty where damaged
	Box    Box    `json:"box"`            // upright pixels
	// Damaged says that there is a code and that it could not be read with certainty. Its text is never guessed.
	Damaged bool `json:"damaged,omitempty"`
}

// Quality is how good the scan of a page is, in numbers. Judge says what they mean.
type Quality struct {
	DPI float64 `json:"dpi"` // the lower of both directions, as scanned
	// Blur is the width of a stroke's edge from dark to light in points (1/72 inch), the median of the sharpest edges of letters; 0 where
	// the page has none.
	Blur float64 `json:"blur"`
	// Paper and Ink are the median gray values of ground and of letters, 0 black to 255 white.
	Paper float64 `json:"paper"`
	Ink   float64 `json:"ink"`
	// Cut are the edges (top, right, bottom, left) that run through letters: part of the page is missing.
	Cut []string `json:"cut,omitempty"`
	// SkewLeft is the tilt of the lines in degrees as the rendition shows them.
	SkewLeft float64 `json:"skew_left"`
}
