//go:build cgo && linux

package ocr

import (
	"fmt"
	"math"
	"slices"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/picture"
	"sohoa/internal/engine/tess"
	"sohoa/internal/page"
)

// Recogniser holds a loaded model.
type Recogniser struct {
	s      Settings
	c      *client
	engine string
}

// Open loads the model from a tessdata folder. engine names the program in every result.
func Open(s Settings, tessdata, program string) (*Recogniser, error) {
	digest, err := modelDigest(tessdata, s.Language)
	if err != nil {
		return nil, err
	}
	s.Model = digest
	c, err := openClient(tessdata, s.Language)
	if err != nil {
		return nil, err
	}
	return &Recogniser{s: s, c: c, engine: program + " tesseract/" + tess.Version()}, nil
}

// Close frees the model.
func (r *Recogniser) Close() { r.c.close() }

// Engine is the name and version that results carry.
func (r *Recogniser) Engine() string { return r.engine }

// Settings are those in use, with the model's digest.
func (r *Recogniser) Settings() Settings { return r.s }

// Recognise reads one page. What is wrong with the picture is a rejecting fault.
func (r *Recogniser) Recognise(p page.Picture) (page.Result, error) {
	watch := startWatch()
	upright, red, err := picture.Upright(p)
	if err != nil {
		return page.Result{}, err
	}
	defer upright.Close()
	defer red.Close()
	watch.lap("decode")

	res := page.Result{
		Width: upright.Width(), Height: upright.Height(), Source: page.Recognised,
		Engine: r.engine, Settings: r.s.Hash(), Seconds: watch.seconds,
	}
	dpi := readingDPI(p, upright.Width(), upright.Height())
	scale := r.scale(upright, dpi, r.s.ReadDPI)
	gray, err := forReading(upright, scale)
	if err != nil {
		return page.Result{}, err
	}
	defer func() { gray.Close() }()
	watch.lap("scale")
	dark, err := r.darkness(gray, dpi*scale) // before the paper is made even: that takes the dark out of photographs
	if err != nil {
		return page.Result{}, err
	}
	if gray, err = r.even(gray, dpi*scale); err != nil {
		return page.Result{}, err
	}
	watch.lap("even")

	ink, err := r.look(gray, dpi*scale)
	if err != nil {
		return page.Result{}, err
	}
	if ink.blank() {
		if lines, err := r.readRed(p, red, dpi, scale, 0, 0, res.Width, res.Height); err != nil || len(lines) > 0 {
			res.Lines = renumber(lines)
			res.Confidence = math.Round(page.MeanConfidence(lines)*100) / 100
			res.Quality = r.quality(p, upright, dpi, ink, res)
			return res, err
		}
		if dark > r.s.MarkDark {
			res.Kind = page.Photo
		} else {
			res.Kind = page.Blank
		}
		res.Quality = r.quality(p, upright, dpi, ink, res)
		return res, nil
	}

	turn, vouched, err := r.guess(gray, dpi*scale, ink)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("look")
	level := ink.along(turn).level
	best, err := r.readTurned(gray, turn, dpi*scale, scale, level)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("recognise")
	if !vouched && !r.bearsOut(best) {
		other, err := r.upended(gray, turn, dpi*scale, level)
		if err != nil {
			return page.Result{}, err
		}
		if other {
			turn = turn.Add(180)
			if best, err = r.readTurned(gray, turn, dpi*scale, scale, level); err != nil {
				return page.Result{}, err
			}
		}
		watch.lap("again")
	}
	if r.doubtful(best.lines) {
		again, err := r.otherTurn(gray, dpi*scale, scale, best, ink)
		if err != nil {
			return page.Result{}, err
		}
		if again.better(best) {
			best = again
		}
		watch.lap("again")
	}
	if r.fine(best) && scale < r.s.FineDPI/dpi*(1-r.s.ReadTolerance) {
		again, err := r.readFine(upright, dpi, best.turn, ink.along(best.turn).level)
		if err != nil {
			return page.Result{}, err
		}
		if again.better(best) {
			best = again
		}
		watch.lap("fine")
	}

	found, err := r.codes(upright, gray, scale, ink.along(best.turn).level, ink.squares)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("codes")

	res.Turn, res.Skew = best.turn, best.skew
	if best.turn.Swaps() {
		res.Width, res.Height = res.Height, res.Width
	}
	best.place.w, best.place.h = float64(res.Width), float64(res.Height)
	best.place.lines(best.lines)
	inRed, err := r.readRed(p, red, dpi, scale, best.turn, ink.along(best.turn).level, res.Width, res.Height)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("red")
	res.Codes = placed(found, scale, best.turn, upright.Width(), upright.Height())
	res.Lines = renumber(r.s.order(withRed(r.s.keepText(besideCodes(best.lines, res.Codes)), inRed)))
	res.Kind = r.kindOf(res.Lines, dark)
	res.Confidence = math.Round(page.MeanConfidence(res.Lines)*100) / 100
	if res.Kind != page.Text {
		res.Turn, res.Skew = 0, 0
		res.Width, res.Height = upright.Width(), upright.Height()
		res.Codes = placed(found, scale, 0, res.Width, res.Height)
	}
	res.Quality = r.quality(p, upright, dpi, ink, res)
	watch.lap("quality")
	return res, nil
}

// kindOf says what a page is by what text remained.
func (r *Recogniser) kindOf(lines []page.Line, dark float64) page.Kind {
	switch {
	case len(lines) > 0:
		return page.Text
	case dark < r.s.BlankDark: // the other side shining through is never as dark as print
		return page.Blank
	}
	return page.Photo
}

// attempt is one reading of the page.
type attempt struct {
	lines []page.Line
	turn  page.Turn
	skew  float64 // degrees clockwise by which the turned page's lines tilt
	place place
}

// across gives the lines that run across the page as it was read. tesseract reads lines that run down it too, so that a page on its side
// can read well at the wrong turn; such lines vouch for nothing.
func across(lines []page.Line) []page.Line {
	var out []page.Line
	for _, l := range lines {
		if w, h := l.Box.X1-l.Box.X0, l.Box.Y1-l.Box.Y0; w >= h || len([]rune(l.Text())) < 3 {
			out = append(out, l)
		}
	}
	return out
}

// weight is how much was surely read: letters by confidence above what noise gets.
func (a attempt) weight() float64 {
	var sum float64
	for _, l := range across(a.lines) {
		for _, w := range l.Words {
			if w.Confidence > 60 {
				sum += (w.Confidence - 60) * float64(len([]rune(w.Text)))
			}
		}
	}
	return sum
}

func (a attempt) better(b attempt) bool { return a.weight() > b.weight() }

// fine reports whether the page is in small print that was not read well: tables mostly.
func (r *Recogniser) fine(a attempt) bool {
	if page.MeanConfidence(a.lines) >= r.s.FineBelow {
		return false
	}
	var sizes []float64
	for _, l := range a.lines {
		for range l.Words {
			sizes = append(sizes, l.Size)
		}
	}
	if len(sizes) == 0 {
		return false
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2] < r.s.FineSize
}

// readFine reads the page at the resolution for small print.
func (r *Recogniser) readFine(upright *lept.Pix, dpi float64, turn page.Turn, level float64) (attempt, error) {
	scale := r.scale(upright, dpi, r.s.FineDPI)
	gray, err := forReading(upright, scale)
	if err != nil {
		return attempt{}, err
	}
	defer func() { gray.Close() }()
	if gray, err = r.even(gray, dpi*scale); err != nil {
		return attempt{}, err
	}
	return r.readTurned(gray, turn, dpi*scale, scale, level)
}

// readTurned turns and levels a picture and reads it once.
func (r *Recogniser) readTurned(gray *lept.Pix, turn page.Turn, dpi, scale, level float64) (attempt, error) {
	a := attempt{turn: turn, skew: -level, place: place{scale: scale}}
	reading := gray
	if turn != 0 {
		turned, err := gray.Turned(int(turn))
		if err != nil {
			return attempt{}, err
		}
		defer turned.Close()
		reading = turned
	}
	if math.Abs(level) > r.s.MinSkew {
		levelled, err := reading.Rotated(level)
		if err != nil {
			return attempt{}, err
		}
		defer levelled.Close()
		reading = levelled
		a.place.rotated = level
	}
	a.place.readW, a.place.readH = float64(reading.Width()), float64(reading.Height())
	var err error
	a.lines, err = r.c.read(reading, modeAuto, dpi)
	return a, err
}

// readingDPI is the resolution the file claims, or where that cannot be (a page of paper is 2 to 60 inches wide), the one at
// which the page would be A4.
func readingDPI(p page.Picture, w, h int) float64 {
	dpi := math.Sqrt(max(p.DPIX, 0) * max(p.DPIY, 0))
	long := float64(max(w, h))
	if dpi < 50 || dpi > 2400 || long/dpi > 60 || long/dpi < 2 {
		return long / 11.69
	}
	return dpi
}

// scale is the factor from the upright page to the picture that is read at the wanted resolution.
func (r *Recogniser) scale(upright *lept.Pix, dpi, wanted float64) float64 {
	f := min(wanted/dpi, r.s.MaxEnlarge)
	if math.Abs(f-1) <= r.s.ReadTolerance {
		f = 1
	}
	if n := float64(upright.Width()) * float64(upright.Height()) * f * f; n > float64(r.s.MaxReadPixels) {
		f *= math.Sqrt(float64(r.s.MaxReadPixels) / n)
	}
	return f
}

// forReading makes the gray picture to read, at scale.
func forReading(upright *lept.Pix, scale float64) (*lept.Pix, error) {
	if scale == 1 {
		return upright.Reading()
	}
	x, err := upright.Scaled(scale)
	if err != nil || x.Depth() == 8 {
		return x, err
	}
	defer x.Close()
	return x.Reading()
}

// doubtful reports whether what was read cannot vouch for the turn it was read at.
func (r *Recogniser) doubtful(lines []page.Line) bool {
	lines = across(lines)
	n := 0
	for _, l := range lines {
		n += len(l.Words)
	}
	return n < r.s.TurnWords || page.MeanConfidence(lines) < r.s.TurnBelow
}

// otherTurn reads a reduced copy at the turns that were not tried, and the page itself at the one that reads far better, if any.
func (r *Recogniser) otherTurn(gray *lept.Pix, dpi, scale float64, best attempt, ink look) (attempt, error) {
	f := min(1, r.s.TurnDPI/dpi)
	small, err := gray.Scaled(f)
	if err != nil {
		return attempt{}, err
	}
	defer small.Close()
	most, found := 1.5*best.weight(), best.turn
	for _, turn := range []page.Turn{0, 90, 270, 180} {
		if turn == best.turn {
			continue
		}
		a, err := r.readTurned(small, turn, dpi*f, f, ink.along(turn).level)
		if err != nil {
			return attempt{}, fmt.Errorf("at %d degrees: %w", turn, err)
		}
		if w := a.weight(); w > most {
			most, found = w, turn
			if !r.doubtful(a.lines) {
				break
			}
		}
	}
	if found == best.turn {
		return best, nil
	}
	return r.readTurned(gray, found, dpi, scale, ink.along(found).level)
}
