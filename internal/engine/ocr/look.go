//go:build cgo && linux

package ocr

import (
	"fmt"
	"math"

	"sohoa/internal/engine/codes"
	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// look is what a small copy of a page shows before anything is read.
type look struct {
	letters  int        // parts of ink as high as letters
	squares  []page.Box // square parts of ink, larger than letters, in pixels of the page looked at
	atEdge   [4]int     // letters that the top, right, bottom and left edge of the page cut off
	upright  axis       // as the page lies
	sideways axis       // after a quarter turn
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

// darkness is the share of a gray page that is as dark as print.
func (r *Recogniser) darkness(gray *lept.Pix, dpi float64) (float64, error) {
	small, err := gray.Scaled(min(1, r.s.LookDPI/dpi))
	if err != nil {
		return 0, err
	}
	dark, err := small.ToInk(int(float64(small.Level(0.5)) * r.s.PrintShade)) // closes small
	if err != nil {
		return 0, err
	}
	defer dark.Close()
	return float64(dark.Ink()) / float64(max(1, dark.Width()*dark.Height())), nil
}

// look judges letters, skew and direction of lines of a gray page.
func (r *Recogniser) look(gray *lept.Pix, dpi float64) (look, error) {
	small, err := gray.Scaled(min(1, r.s.LookDPI/dpi))
	if err != nil {
		return look{}, err
	}
	ink, err := small.ToInk(int(float64(small.Level(0.5)) * r.s.InkShade)) // closes small
	if err != nil {
		return look{}, err
	}
	defer func() { ink.Close() }()
	l := r.partsOf(ink, float64(gray.Width())/float64(ink.Width()))
	if l.blank() {
		return l, nil
	}
	if ink, err = ink.WithoutEdges(); err != nil { // closes it; the scanner's shadow at the paper's edge is longer than any line
		return look{}, err
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

// partsOf looks at the parts of an ink picture of LookDPI, of which back pixels of the page make one.
func (r *Recogniser) partsOf(ink *lept.Pix, back float64) look {
	parts := ink.Parts(int(r.s.LookDPI/20), int(r.s.LookDPI), int(r.s.LookDPI*codes.LeastSide)) // 5 pt to an inch
	l := look{letters: parts.Letters, atEdge: parts.AtEdge}
	for _, s := range parts.Squares {
		at := func(v int) int { return int(float64(v) * back) }
		l.squares = append(l.squares, page.Box{X0: at(s.X), Y0: at(s.Y), X1: at(s.X + s.Width), Y1: at(s.Y + s.Height)})
	}
	return l
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

// guess says how the page most likely lies. Lines run where the rows have contrast; which end of a page on its side is up, the ascenders
// say. vouched is true where both say "upright"; anything else must be borne out by what is read. Few pages are upside down, and
// ascenders err more often than that: such a page is read as it lies first.
func (r *Recogniser) guess(gray *lept.Pix, dpi float64, l look) (turn page.Turn, vouched bool, err error) {
	if l.sideways.sure >= r.s.SkewSure && l.sideways.score > r.s.Sideways*l.upright.score {
		turn = 90
	}
	up, err := r.ascenders(gray, dpi, turn)
	if err != nil || turn == 0 && up > r.s.UpsideDown {
		return 0, true, err
	}
	if turn != 0 && up < 0 {
		turn = turn.Add(180)
	}
	return turn, false, nil
}

// bearsOut reports whether what was read at a guessed turn leaves no doubt that the page lies so.
func (r *Recogniser) bearsOut(a attempt) bool {
	return page.MeanConfidence(across(a.lines)) > r.s.TurnSure && !r.doubtful(a.lines)
}

// upended reads a band of the page at a guessed turn and the other way round, and reports whether the other is better.
func (r *Recogniser) upended(gray *lept.Pix, turn page.Turn, dpi, level float64) (bool, error) {
	band, err := r.band(gray, turn)
	if err != nil {
		return false, err
	}
	defer band.Close()
	first, err := r.readTurned(band, turn, dpi, 1, level)
	if err != nil {
		return false, fmt.Errorf("at %d degrees: %w", turn, err)
	}
	second, err := r.readTurned(band, turn.Add(180), dpi, 1, level)
	if err != nil {
		return false, fmt.Errorf("at %d degrees: %w", turn.Add(180), err)
	}
	return second.better(first), nil
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
