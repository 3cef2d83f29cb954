package sample

import (
	"image"
	"strings"

	"sohoa/internal/page"
)

// sheet is one side of paper with what is set on it, in points.
type sheet struct {
	w, h   float64
	kind   page.Kind
	turn   page.Turn // how far to turn the scanned picture clockwise so that its text stands upright
	back   *sheet    // the side whose ink shines through, nil for none
	guard  *guilloche
	framed bool        // a certificate with a border
	print  *image.Gray // what a printer put on the whole side, nil for none

	runs    []run
	rules   []rule
	seals   []seal
	strokes []stroke
	stamps  []boxStamp
	lines   []line
}

// run is text on one baseline in one face.
type run struct {
	face    faceID
	size    float64
	x, y    float64
	text    string
	ink     inkKind
	tilt    float64 // degrees about its start; handwriting is never level
	stretch float64 // horizontal scale, 1 for as designed
}

// inkKind is what something is printed or written with.
type inkKind int

const (
	toner inkKind = iota
	bluePen
	blackPen
	redInk
	blueStamp
)

type rule struct {
	x0, y0, x1, y1, width float64
	ink                   inkKind
}

// word is one printed word with its ink box.
type word struct {
	text           string
	x0, y0, x1, y1 float64
	hand           bool
	field          string // "number" or "day" when a pen wrote it
}

// line is one printed line of the truth, in reading order.
type line struct {
	words []word
	y     float64 // baseline
}

func (l line) text() string {
	parts := make([]string, len(l.words))
	for i, w := range l.words {
		parts[i] = w.text
	}
	return strings.Join(parts, " ")
}

// piece is text in one style; a line is set from pieces.
type piece struct {
	text  string
	face  faceID
	hand  bool
	field string // what a handwritten piece fills in
}

// token is a word to be set: no white space inside. A token may consist of several pieces that touch.
type token struct {
	text  string
	face  faceID
	hand  bool
	field string
	width float64
}
