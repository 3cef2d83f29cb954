package describe

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/syllable"
)

// word is a recognised word with its place on the levelled page.
type word struct {
	page.Word
	x0, x1, y0, y1 float64
}

// row is what stands on one line across the whole page, from left to right.
type row struct {
	words []word
	base  float64 // levelled height of the baseline
	size  float64 // height of the letters
}

// sheet is one page levelled: rows from top to bottom. On a page whose lines were left lying everything, boxes too, is turned
// to stand; back gives the box on the page as it is.
type sheet struct {
	lying   page.Turn
	ordinal int // page in the version, from 1
	w, h    float64
	size    float64 // usual height of letters
	l, r    float64 // margins of the running text
	rows    []row
	result  *page.Result
}

// newSheet levels a page and gathers its lines into rows. Engines part the two columns of a letterhead into lines of their
// own or join them; rows make both look alike.
func newSheet(ordinal int, res *page.Result) *sheet {
	s := &sheet{ordinal: ordinal, w: float64(res.Width), h: float64(res.Height), result: res}
	lines := res.Lines
	if t := lyingTurn(lines); t != 0 {
		s.lying = t
		s.w, s.h = s.h, s.w
		lines = turnLines(lines, func(b page.Box) page.Box { return turnBox(b, t, res.Width, res.Height) })
	}
	slope := slopeOf(lines, s.w, res.Skew)
	var rows []row
	var sizes []float64
	for _, l := range lines {
		if len(l.Words) == 0 {
			continue
		}
		r := row{size: lineSize(l)}
		for _, w := range l.Words {
			dy := slope * (float64(w.Box.X0+w.Box.X1)/2 - s.w/2)
			r.words = append(r.words, parted(word{
				Word: w, x0: float64(w.Box.X0), x1: float64(w.Box.X1),
				y0: float64(w.Box.Y0) - dy, y1: float64(w.Box.Y1) - dy,
			})...)
		}
		r.base = baseOfLine(l, r, slope, s.w)
		rows = append(rows, r)
		sizes = append(sizes, r.size)
	}
	s.size = median(sizes)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.base, b.base) })
	for _, r := range rows {
		if k := s.fits(r); k >= 0 {
			s.rows[k].join(r)
			continue
		}
		s.rows = append(s.rows, r)
	}
	s.margins()
	return s
}

// fits finds the row that r continues: same baseline and no word over another.
func (s *sheet) fits(r row) int {
	for k := len(s.rows) - 1; k >= 0 && k >= len(s.rows)-3; k-- {
		o := &s.rows[k]
		if math.Abs(o.base-r.base) > 0.38*min(o.size, r.size) {
			continue
		}
		clash := false
		for _, a := range o.words {
			for _, b := range r.words {
				if min(a.x1, b.x1)-max(a.x0, b.x0) > 0.3*min(a.x1-a.x0, b.x1-b.x0) {
					clash = true
				}
			}
		}
		if !clash {
			return k
		}
	}
	return -1
}

func (r *row) join(o row) {
	n, m := float64(len(r.words)), float64(len(o.words))
	r.base = (r.base*n + o.base*m) / (n + m)
	r.size = max(r.size, o.size)
	r.words = append(r.words, o.words...)
	slices.SortStableFunc(r.words, func(a, b word) int { return cmp.Compare(a.x0, b.x0) })
}

// margins takes the running text's left and right edge from the long rows.
func (s *sheet) margins() {
	var ls, rs []float64
	for _, r := range s.rows {
		if r.x1()-r.x0() > 0.55*s.w {
			ls, rs = append(ls, r.x0()), append(rs, r.x1())
		}
	}
	if len(ls) < 3 {
		s.l, s.r = 0.14*s.w, 0.92*s.w
		return
	}
	slices.Sort(ls)
	slices.Sort(rs)
	s.l, s.r = ls[len(ls)/4], rs[len(rs)*3/4]
}

func (r row) x0() float64 { return r.words[0].x0 }
func (r row) x1() float64 {
	x := r.words[0].x1
	for _, w := range r.words {
		x = max(x, w.x1)
	}
	return x
}

func (r row) text() string { return textOf(r.words) }

func textOf(ws []word) string {
	var b strings.Builder
	for i, w := range ws {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// boxOf is the box of words on the page as it is, not levelled.
func boxOf(ws []word) page.Box {
	var b page.Box
	for _, w := range ws {
		b = b.Union(w.Box)
	}
	return b
}

// confidenceOf is the mean of the words by letters, 0–1. The weakest word pulls: a value is wrong when one of its words is.
func confidenceOf(ws []word) float64 {
	if len(ws) == 0 {
		return 0
	}
	sum, n, low := 0.0, 0.0, 1.0
	for _, w := range ws {
		k := float64(len([]rune(w.Text)))
		sum += k * w.Confidence
		n += k
		low = min(low, w.Confidence/100)
	}
	return 0.7*sum/n/100 + 0.3*low
}

// parted gives a word as the two syllables that the engine ran together (NHÂNDÂN), or as it is. A word is parted only when it
// can be no Vietnamese syllable and both parts can; the first place that fits is it, since letters between two vowels belong
// to the second.
func parted(w word) []word {
	rs := []rune(w.Text)
	if len(rs) < 5 || len(rs) > 16 || letterCount(w.Text) < len(rs) || syllable.Valid(fold.Accented(w.Text)) {
		return []word{w}
	}
	for i := 2; i <= len(rs)-2; i++ {
		a, b := string(rs[:i]), string(rs[i:])
		if !syllable.Valid(fold.Accented(a)) || !syllable.Valid(fold.Accented(b)) {
			continue
		}
		left, right := w, w
		left.Text, right.Text = a, b
		share := float64(i) / float64(len(rs))
		left.x1 = w.x0 + share*(w.x1-w.x0)
		right.x0 = left.x1
		left.Box.X1 = w.Box.X0 + int(share*float64(w.Box.X1-w.Box.X0))
		right.Box.X0 = left.Box.X1
		return []word{left, right}
	}
	return []word{w}
}

// lyingTurn says by which clockwise turn the lines of a page stand upright that the engine left lying: 0 for nearly every page.
func lyingTurn(lines []page.Line) page.Turn {
	lying, standing, down := 0, 0, 0
	for _, l := range lines {
		if len(l.Words) < 3 {
			continue
		}
		w, h := l.Box.X1-l.Box.X0, l.Box.Y1-l.Box.Y0
		switch {
		case h > 2*w:
			lying++
			if l.Words[0].Box.Y0 < l.Words[len(l.Words)-1].Box.Y0 {
				down++
			}
		case w > 2*h:
			standing++
		}
	}
	switch {
	case lying < 3 || lying <= 2*standing:
		return 0
	case 2*down > lying:
		return 270 // read downwards: turn it left to stand
	}
	return 90
}

// turnBox gives the box after a turn of the page of that width and height.
func turnBox(b page.Box, t page.Turn, width, height int) page.Box {
	if t == 270 {
		return page.Box{X0: b.Y0, X1: b.Y1, Y0: width - b.X1, Y1: width - b.X0}
	}
	return page.Box{X0: height - b.Y1, X1: height - b.Y0, Y0: b.X0, Y1: b.X1}
}

// back gives the box on the page as it is for a box of the sheet.
func (s *sheet) back(b page.Box) page.Box {
	if b.Empty() {
		return b
	}
	switch s.lying {
	case 270:
		return page.Box{X0: s.result.Width - b.Y1, X1: s.result.Width - b.Y0, Y0: b.X0, Y1: b.X1}
	case 90:
		return page.Box{X0: b.Y0, X1: b.Y1, Y0: s.result.Height - b.X1, Y1: s.result.Height - b.X0}
	}
	return b
}

// turnLines turns lines by place. Their sizes and baselines are taken anew from the boxes.
func turnLines(lines []page.Line, place func(page.Box) page.Box) []page.Line {
	out := make([]page.Line, len(lines))
	for i, l := range lines {
		t := page.Line{Block: l.Block, Para: l.Para}
		for _, w := range l.Words {
			w.Box = place(w.Box)
			t.Words = append(t.Words, w)
			t.Box = t.Box.Union(w.Box)
		}
		out[i] = t
	}
	return out
}

// slopeOf is the slope of the lines: pixels down per pixel right.
func slopeOf(lines []page.Line, width, skew float64) float64 {
	var slopes []float64
	for _, l := range lines {
		if dx := l.BaseTo.X - l.BaseFrom.X; dx > width/3 {
			slopes = append(slopes, (l.BaseTo.Y-l.BaseFrom.Y)/dx)
		}
	}
	if len(slopes) < 3 {
		return math.Tan(skew * math.Pi / 180)
	}
	return median(slopes)
}

func baseOfLine(l page.Line, r row, slope, w float64) float64 {
	if l.BaseFrom != l.BaseTo {
		x, y := (l.BaseFrom.X+l.BaseTo.X)/2, (l.BaseFrom.Y+l.BaseTo.Y)/2
		return y - slope*(x-w/2)
	}
	var ys []float64
	for _, w := range r.words {
		ys = append(ys, w.y1)
	}
	return median(ys)
}

func lineSize(l page.Line) float64 {
	if l.Size > 0 {
		return l.Size
	}
	return max(1, float64(l.Box.Y1-l.Box.Y0)*0.8)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// window is a run of words of a row, and how like the sought text it is.
type window struct {
	row      int
	from, to int // words, to exclusive
	score    float64
}

// seek finds the run of words most like want (a folded plain text) among rows from to to.
func (s *sheet) seek(want string, from, to int) window {
	n := strings.Count(want, " ") + 1
	// Below this nobody asks; what is much shorter or longer cannot reach it, and need not be compared.
	const least = 0.5
	best := window{row: -1, score: least}
	for k := max(0, from); k < min(to, len(s.rows)); k++ {
		ws := s.rows[k].words
		plain := make([]string, len(ws))
		known := 0
		for i, w := range ws {
			plain[i] = skeletonWord(w.Text)
			if len(plain[i]) > 1 && strings.Contains(want, plain[i]) {
				known++
			}
		}
		if known < max(1, n/4) { // not a quarter of its words: no need to compare letter by letter
			continue
		}
		for i := range ws {
			for m := max(1, n-2); m <= n+2 && i+m <= len(ws); m++ {
				text := strings.Join(strings.Fields(strings.Join(plain[i:i+m], " ")), " ")
				if a, b := float64(len(text)), float64(len(want)); min(a, b)/max(a, b) <= best.score {
					continue
				}
				if sc := similarity(text, want); sc > best.score {
					best = window{k, i, i + m, sc}
				}
			}
		}
	}
	if best.row < 0 {
		best.score = 0
	}
	return best
}

// skeletonWord is a word's letters and digits without diacritics.
func skeletonWord(t string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, skeleton([]rune(t)))
}
