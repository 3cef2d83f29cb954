//go:build cgo && linux

package ocr

import (
	"fmt"
	"math"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// look is what a small copy of a page shows before anything is read.
type look struct {
	inkShare float64 // share of the page that is ink
	darkest  float64 // share of the page that is as dark as print
	letters  int     // parts of ink as high as letters
	upright  axis    // as the page lies
	sideways axis    // after a quarter turn
}

// axis is how the page looks when its lines are taken to run along one direction.
type axis struct {
	level float64 // degrees clockwise that make it level; 0 when nothing certain was found
	sure  float64 // confidence in that
	score float64 // contrast between the rows
}

// blank reports that there is nothing on the page that could be a letter.
func (l look) blank() bool { return l.letters == 0 }

// along gives the axis of a turn.
func (l look) along(t page.Turn) axis {
	if t.Swaps() {
		return l.sideways
	}
	return l.upright
}

// look judges ink, skew and direction of lines of a gray page.
func (r *Recogniser) look(gray *lept.Pix, dpi float64) (look, error) {
	small, err := gray.Scaled(min(1, r.s.LookDPI/dpi))
	if err != nil {
		return look{}, err
	}
	paper := float64(small.Level(0.5))
	dark, err := small.Inked(int(paper * r.s.PrintShade))
	if err != nil {
		small.Close()
		return look{}, err
	}
	l := look{darkest: share(dark)}
	dark.Close()
	ink, err := small.ToInk(int(paper * r.s.InkShade)) // closes small
	if err != nil {
		return look{}, err
	}
	defer ink.Close()
	l.inkShare = share(ink)
	l.letters = ink.Letters(int(r.s.LookDPI/20), int(r.s.LookDPI)) // 5 pt to an inch
	if l.blank() {
		return l, nil
	}
	if l.upright, err = r.axisOf(ink); err != nil {
		return look{}, err
	}
	side, err := ink.Turned(90)
	if err != nil {
		return look{}, err
	}
	defer side.Close()
	l.sideways, err = r.axisOf(side)
	return l, err
}

func share(ink *lept.Pix) float64 {
	return float64(ink.Ink()) / float64(max(1, ink.Width()*ink.Height()))
}

func (r *Recogniser) axisOf(ink *lept.Pix) (axis, error) {
	degrees, sure, score, err := ink.Skew(r.s.MaxSkew)
	if err != nil {
		return axis{}, err
	}
	a := axis{sure: sure, score: score}
	if sure >= r.s.SkewSure && math.Abs(degrees) < r.s.MaxSkew {
		a.level = degrees
	}
	return a, nil
}

// turn finds how the page must be turned before it is read. Lines run where the rows have contrast. Which end is up, the
// ascenders say for most pages; where they do not say "upright", a band of the page is read at the turn they say, and the other
// way round unless it reads well. compared is true when the turn was found by reading.
func (r *Recogniser) turn(gray *lept.Pix, dpi float64, l look) (turn page.Turn, compared bool, err error) {
	if l.sideways.sure >= r.s.SkewSure && l.sideways.score > r.s.Sideways*l.upright.score {
		turn = 90
	}
	up, err := r.ascenders(gray, dpi, turn)
	if err != nil || turn == 0 && up > r.s.UpsideDown {
		return 0, false, err
	}
	if up < 0 {
		turn = turn.Add(180)
	}
	band, err := r.band(gray, turn)
	if err != nil {
		return 0, false, err
	}
	defer band.Close()
	level := l.along(turn).level
	first, err := r.readTurned(band, turn, dpi, 1, level)
	if err != nil {
		return 0, false, fmt.Errorf("at %d degrees: %w", turn, err)
	}
	if len(first.lines) > 0 && page.MeanConfidence(first.lines) > r.s.TurnSure && !r.doubtful(first.lines) {
		return turn, true, nil
	}
	second, err := r.readTurned(band, turn.Add(180), dpi, 1, level)
	if err != nil {
		return 0, false, fmt.Errorf("at %d degrees: %w", turn.Add(180), err)
	}
	a, b := first.weight(), second.weight()
	if b > a {
		turn = turn.Add(180)
	}
	return turn, max(a, b) > 2*min(a, b), nil
}

// ascenders tells by the letters whether the page, after a turn, is upright (positive) or upside down (negative).
func (r *Recogniser) ascenders(gray *lept.Pix, dpi float64, turn page.Turn) (float64, error) {
	x, err := gray.Scaled(min(1, r.s.AscenderDPI/dpi))
	if err != nil {
		return 0, err
	}
	if x, err = x.Turn(int(turn)); err != nil {
		return 0, err
	}
	ink, err := x.ToInk(int(float64(x.Level(0.5)) * r.s.InkShade))
	if err != nil {
		return 0, err
	}
	defer ink.Close()
	return ink.UpDown(), nil
}

// band cuts the fifth of the page with most ink, across its lines.
func (r *Recogniser) band(gray *lept.Pix, along page.Turn) (*lept.Pix, error) {
	small, err := gray.Scaled(min(1, 100/float64(max(gray.Width(), gray.Height()))))
	if err != nil {
		return nil, err
	}
	defer small.Close()
	rows, w, h := small.Rows(), small.Width(), small.Height()
	n, stride, across := h, w, 1
	if along.Swaps() {
		n, stride, across = w, 1, w
	}
	sums := make([]int, n+1) // of darkness up to each line
	for i := range n {
		sum := 0
		for j := range w * h / max(1, n) {
			sum += 255 - int(rows[i*stride+j*across])
		}
		sums[i+1] = sums[i] + sum
	}
	size := max(1, n/5)
	best := 0
	for i := 0; i+size <= n; i++ {
		if sums[i+size]-sums[i] > sums[best+size]-sums[best] {
			best = i
		}
	}
	if along.Swaps() {
		return gray.Cropped(best*gray.Width()/n, 0, size*gray.Width()/n, gray.Height())
	}
	return gray.Cropped(0, best*gray.Height()/n, gray.Width(), size*gray.Height()/n)
}
