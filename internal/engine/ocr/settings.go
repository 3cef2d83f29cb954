//go:build cgo && linux

// Package ocr reads the text of one page: it makes the picture fit for tesseract, recognises it once, and says where each word
// stands on the upright page.
//
// The steps, in order: decode to gray with red ink lifted to paper; bring to the reading resolution; make the paper even; stop at blank pages; level;
// recognise; look again at another turn where that was poor; look for bar codes; leave out what is no text; put boxes back onto the upright page.
// There is one Settings, the default one, and no switch by file name or content. What was tried is in docs/adr/0010.
//
// Confidence is 0–100 as tesseract reports it, angles are degrees clockwise. A Recogniser is used by one goroutine.
package ocr

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// revision is raised when code, not a setting, changes what is read.
const revision = 10

// Settings are all the numbers that can change a result; their hash names the results. The zero value is of no use: see Default.
type Settings struct {
	Revision int
	Language string // tesseract's model
	Model    string // start of the model file's SHA-256, set when it is opened

	ReadDPI       float64 // resolution to recognise at
	ReadTolerance float64 // a picture within this share of ReadDPI is not scaled
	FineDPI       float64 // resolution for small print
	FineSize      float64 // height of letters, in pixels at ReadDPI, below which print is small
	FineBelow     float64 // mean confidence below which small print is read again
	MaxReadPixels int     // a larger page is read at a lower resolution
	MaxEnlarge    float64 // a coarse picture is enlarged at most so much

	GroundDPI    float64 // resolution at which the paper's brightness is measured
	GroundTile   int     // side of the squares it is measured in, in pixels at GroundDPI
	GroundShare  int     // percent of a square that is taken to be no brighter than its paper
	GroundBright int     // paper darker than this is made bright
	GroundSpread int     // paper that differs by more than this over the page is made even
	GroundLeast  float64 // share of the paper's brightness below which a square is no paper

	InkShade   float64 // share of the paper's brightness below which a pixel is ink, for skew and turn
	PrintShade float64 // share of the paper's brightness below which it is as dark as print
	MarkDark   float64 // share of a page with nothing like a letter that may be holes, staples and shadows
	BlankDark  float64 // share of a page without text that may be as dark as print if it is to be called blank
	LookDPI    float64 // resolution of the copy on which ink and skew are judged
	MinSkew    float64 // degrees below which levelling gains nothing
	MaxSkew    float64 // degrees that are searched
	SkewSure   float64 // confidence above which a skew is believed

	Sideways    float64 // how much more contrast rows must have after a quarter turn for the page to lie sideways
	UpsideDown  float64 // what ascenders must say for a page to be taken as upright without reading it both ways
	AscenderDPI float64 // resolution at which ascenders are judged

	TurnSure  float64 // mean confidence above which a page read at a guessed turn need not be read the other way
	TurnBelow float64 // mean confidence below which other turns are tried
	TurnWords int     // fewer words than this cannot vouch for a turn
	TurnDPI   float64 // resolution at which other turns are tried

	CutLetters int // letters that an edge of the picture must cut off for the page to be called cut

	Gap         float64 // letter heights between words that are not of one phrase
	WeakSegment float64 // a phrase whose mean confidence, by letters, is below is left out
	FairWord    float64 // a phrase without a word of this confidence is left out
	SureWord    float64 // a word or number of this confidence vouches for its phrase
	Speck       float64 // a mark without letter or digit must be as sure
}

// Default is the one setting in use.
func Default() Settings {
	return Settings{
		Revision: revision,
		Language: "vie",

		ReadDPI:       200,
		ReadTolerance: 0.1,
		FineDPI:       300,
		FineSize:      29,
		FineBelow:     90,
		MaxReadPixels: 40_000_000,
		MaxEnlarge:    3,

		GroundDPI:    50,
		GroundTile:   12,
		GroundShare:  75,
		GroundBright: 200,
		GroundSpread: 25,
		GroundLeast:  0.5,

		InkShade:   0.6,
		PrintShade: 0.4,
		MarkDark:   0.02,
		BlankDark:  0.001,
		LookDPI:    100,
		MinSkew:    0.8,
		MaxSkew:    14,
		SkewSure:   3,

		Sideways:    1.2,
		UpsideDown:  -3,
		AscenderDPI: 100,

		TurnSure:  85,
		TurnBelow: 65,
		TurnWords: 10,
		TurnDPI:   150,

		CutLetters: 4,

		Gap:         2,
		WeakSegment: 40,
		FairWord:    55,
		SureWord:    80,
		Speck:       50,
	}
}

// Hash is a short name for the settings.
func (s Settings) Hash() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("settings are plain numbers and strings: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
