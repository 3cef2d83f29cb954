// Package chance says how likely it is that a recognised word is right, 0 to 1.
//
// The engine's confidence ranks words well and means little by itself: it never says more than 97 of 100, where 997 of 1,000 are right,
// and of the words it gives 75, half are wrong. Of joins it with what else is known (can the word be Vietnamese, does it hold figures, how
// sure are its neighbours)
// by a logistic curve whose coefficients were fitted on sample papers and judged on real ones (docs/benchmarks.md has the table;
// `sohoa bench confidence --fit` fits them anew). It is pure.
package chance

import (
	"math"
	"strings"
	"unicode"

	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/syllable"
)

// Model holds one coefficient for each feature.
type Model [features]float64

// features of a word; see wordFeatures.
const features = 11

// Of gives the chance that word i of the line is right.
func Of(l page.Line, i int) float64 { return fitted().of(wordFeatures(l, i)) }

// of gives the chance for the features of a word.
func (m Model) of(x [features]float64) float64 {
	z := 0.0
	for i, v := range x {
		z += m[i] * v
	}
	return 1 / (1 + math.Exp(-z))
}

// wordFeatures are what the chance of word i of the line depends on.
func wordFeatures(l page.Line, i int) [features]float64 {
	w := l.Words[i]
	own := odds(w.Confidence)
	before, after := own, own
	if i > 0 {
		before = odds(l.Words[i-1].Confidence)
	}
	if i+1 < len(l.Words) {
		after = odds(l.Words[i+1].Confidence)
	}
	letters, figures, others := 0, 0, 0
	for _, r := range w.Text {
		switch {
		case unicode.IsLetter(r), unicode.Is(unicode.Mn, r):
			letters++
		case unicode.IsDigit(r):
			figures++
		default:
			others++
		}
	}
	bare := fold.Accented(strings.TrimFunc(w.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	return [features]float64{
		1, own, own * own / 4, min(before, after), (before + after) / 2,
		is(letters > 0 && figures == 0 && !syllable.Valid(bare)), // no Vietnamese word: an abbreviation, a name from elsewhere, or a slip
		is(figures > 0 && letters == 0), is(figures > 0 && letters > 0), is(letters+figures == 0),
		is(letters+figures == 1), is(others > 0 && letters+figures > 0),
	}
}

// odds are the logarithm of the odds that a confidence of 0–100 would mean, were it a chance.
func odds(confidence float64) float64 {
	p := min(max(confidence/100, 0.02), 0.99)
	return math.Log(p / (1 - p))
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
