//go:build cgo && linux

package ocr

import (
	"math"

	"sohoa/internal/engine/lept"
)

// look is what a small copy of a page shows before anything is read.
type look struct {
	inkShare float64 // share of the page that is ink
	level    float64 // degrees clockwise that make it level; 0 when nothing certain was found
}

// blank reports that there is nothing on the page that could be a letter.
func (l look) blank() bool { return l.inkShare == 0 }

// look judges ink and skew of a gray page.
func (r *Recogniser) look(gray *lept.Pix, dpi float64) (look, error) {
	small, err := gray.Scaled(min(1, r.s.LookDPI/dpi))
	if err != nil {
		return look{}, err
	}
	ink, err := small.ToInk(r.s.InkThreshold)
	if err != nil {
		return look{}, err
	}
	defer ink.Close()
	l := look{inkShare: float64(ink.Ink()) / float64(max(1, ink.Width()*ink.Height()))}
	if l.blank() {
		return l, nil
	}
	degrees, sure, _, err := ink.Skew(r.s.MaxSkew)
	if err != nil {
		return look{}, err
	}
	if sure >= r.s.SkewSure && math.Abs(degrees) < r.s.MaxSkew {
		l.level = degrees
	}
	return l, nil
}
