//go:build cgo && linux

package ocr

import (
	"fmt"
	"math"
	"time"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/picture"
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
	return &Recogniser{s: s, c: c, engine: program + " tesseract/" + c.tess.Version()}, nil
}

// Close frees the model.
func (r *Recogniser) Close() { r.c.close() }

// Engine is the name and version that results carry.
func (r *Recogniser) Engine() string { return r.engine }

// Settings are those in use, with the model's digest.
func (r *Recogniser) Settings() Settings { return r.s }

// stopwatch books seconds by stage.
type stopwatch struct {
	seconds map[string]float64
	at      time.Time
}

func startWatch() *stopwatch { return &stopwatch{map[string]float64{}, time.Now()} }

func (w *stopwatch) lap(stage string) {
	now := time.Now()
	w.seconds[stage] += math.Round(now.Sub(w.at).Seconds()*1000) / 1000
	w.at = now
}

// Recognise reads one page. What is wrong with the picture is a rejecting fault.
func (r *Recogniser) Recognise(p page.Picture) (page.Result, error) {
	watch := startWatch()
	upright, err := picture.Upright(p)
	if err != nil {
		return page.Result{}, err
	}
	defer func() { upright.Close() }()
	watch.lap("decode")

	res := page.Result{
		Width: upright.Width(), Height: upright.Height(), Source: page.Recognised,
		Engine: r.engine, Settings: r.s.Hash(), Seconds: watch.seconds,
	}
	dpi := readingDPI(p, upright.Width(), upright.Height())
	scale := r.scale(upright, dpi)
	gray, err := forReading(upright, scale)
	if err != nil {
		return page.Result{}, err
	}
	defer func() { gray.Close() }()

	ink, err := r.look(gray, dpi*scale)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("clean")
	if ink.blank() {
		res.Kind = page.Blank
		return res, nil
	}

	best, err := r.readAt(gray, 0, dpi*scale, scale, ink)
	if err != nil {
		return page.Result{}, err
	}
	watch.lap("recognise")
	if r.doubtful(best.lines) {
		turn, err := r.betterTurn(gray, dpi*scale, best)
		if err != nil {
			return page.Result{}, err
		}
		watch.lap("look")
		if turn != 0 {
			turned, err := gray.Turned(int(turn))
			if err != nil {
				return page.Result{}, err
			}
			defer turned.Close()
			ink, err := r.look(turned, dpi*scale)
			if err != nil {
				return page.Result{}, err
			}
			again, err := r.readAt(turned, turn, dpi*scale, scale, ink)
			if err != nil {
				return page.Result{}, err
			}
			watch.lap("recognise")
			if again.better(best) {
				best = again
			}
		}
	}

	res.Turn, res.Skew = best.turn, best.skew
	if best.turn.Swaps() {
		res.Width, res.Height = res.Height, res.Width
	}
	best.place.w, best.place.h = float64(res.Width), float64(res.Height)
	best.place.lines(best.lines)
	res.Lines = renumber(r.s.order(r.s.keepText(best.lines)))
	res.Kind = kindOf(res.Lines, ink)
	res.Confidence = math.Round(page.MeanConfidence(res.Lines)*100) / 100
	if res.Kind != page.Text {
		res.Turn, res.Skew = 0, 0
		res.Width, res.Height = upright.Width(), upright.Height()
	}
	return res, nil
}

// kindOf says what a page is by what text remained.
func kindOf(lines []page.Line, ink look) page.Kind {
	switch {
	case len(lines) > 0:
		return page.Text
	case ink.inkShare < 0.005:
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

// weight is how much was surely read: letters by confidence above what noise gets.
func (a attempt) weight() float64 {
	var sum float64
	for _, l := range a.lines {
		for _, w := range l.Words {
			if w.Confidence > 60 {
				sum += (w.Confidence - 60) * float64(len([]rune(w.Text)))
			}
		}
	}
	return sum
}

func (a attempt) better(b attempt) bool { return a.weight() > b.weight() }

// readAt levels a picture and reads it once.
func (r *Recogniser) readAt(gray *lept.Pix, turn page.Turn, dpi, scale float64, ink look) (attempt, error) {
	a := attempt{turn: turn, skew: -ink.level, place: place{scale: scale}}
	reading := gray
	if math.Abs(ink.level) > r.s.MinSkew {
		level, err := gray.Rotated(ink.level)
		if err != nil {
			return attempt{}, err
		}
		defer level.Close()
		reading = level
		a.place.rotated = ink.level
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

// scale is the factor from the upright page to the picture that is read.
func (r *Recogniser) scale(upright *lept.Pix, dpi float64) float64 {
	f := min(r.s.ReadDPI/dpi, r.s.MaxEnlarge)
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
	n := 0
	for _, l := range lines {
		n += len(l.Words)
	}
	return n < r.s.TurnWords || page.MeanConfidence(lines) < r.s.TurnBelow
}

// betterTurn reads a reduced copy at the other turns and names the one that reads better than best by far, or 0.
func (r *Recogniser) betterTurn(gray *lept.Pix, dpi float64, best attempt) (page.Turn, error) {
	f := min(1, r.s.TurnDPI/dpi)
	small, err := gray.Scaled(f)
	if err != nil {
		return 0, err
	}
	defer small.Close()
	var found page.Turn
	for _, turn := range []page.Turn{90, 270, 180} {
		turned, err := small.Turned(int(turn))
		if err != nil {
			return 0, err
		}
		ink, err := r.look(turned, dpi*f)
		if err == nil {
			var a attempt
			if a, err = r.readAt(turned, turn, dpi*f, f, ink); err == nil && a.weight() > 1.5*best.weight() {
				best, found = a, turn
			}
		}
		turned.Close()
		if err != nil {
			return 0, fmt.Errorf("at %d degrees: %w", turn, err)
		}
		if found != 0 && !r.doubtful(best.lines) {
			break
		}
	}
	return found, nil
}
