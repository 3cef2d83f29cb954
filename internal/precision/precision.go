// Package precision says what may be promised of values that nobody looks at, from values that were looked at.
//
// A promise is about a lower bound, not about the share that was seen: 200 of 200 promise 0.985, and 0.995 needs 598 without a slip. It is
// pure.
package precision

import (
	"math"
	"slices"
)

// Promise is the precision that values which skip review must have: the lower 95% bound of the share that is right.
const Promise = 0.995

// LowerBound is the one-sided 95% Clopper–Pearson bound of a share of which k of n were seen: the p at which k or more of n has a
// chance of 5%.
func LowerBound(k, n int) float64 {
	if k <= 0 || n <= 0 {
		return 0
	}
	if k >= n {
		return math.Pow(0.05, 1/float64(n))
	}
	lo, hi := 0.0, float64(k)/float64(n)
	for range 60 {
		mid := (lo + hi) / 2
		if upperTail(k, n, mid) < 0.05 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// upperTail is the chance of k or more of n at p.
func upperTail(k, n int, p float64) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	sum := 0.0
	for i := k; i <= n; i++ {
		sum += math.Exp(lg(n) - lg(i) - lg(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

// Curve tallies values by the confidence they were given.
type Curve struct{ byConfidence map[float64]tally }

type tally struct{ n, right int }

// Add tallies a value. Confidences are told apart to a thousandth.
func (c *Curve) Add(confidence float64, right bool) {
	if c.byConfidence == nil {
		c.byConfidence = map[float64]tally{}
	}
	at := math.Floor(confidence*1000) / 1000
	t := c.byConfidence[at]
	if t.n++; right {
		t.right++
	}
	c.byConfidence[at] = t
}

// Level is how the values of at least a confidence did.
type Level struct {
	From    float64 `json:"from"`
	N       int     `json:"n"`
	Right   int     `json:"right"`
	Lower95 float64 `json:"lower95"`
}

// Levels gives every confidence at which there are values, the surest first.
func (c *Curve) Levels() []Level {
	confidences := make([]float64, 0, len(c.byConfidence))
	for at := range c.byConfidence {
		confidences = append(confidences, at)
	}
	slices.Sort(confidences)
	slices.Reverse(confidences)
	out := make([]Level, 0, len(confidences))
	var l Level
	for _, at := range confidences {
		t := c.byConfidence[at]
		l.From, l.N, l.Right = at, l.N+t.n, l.Right+t.right
		l.Lower95 = LowerBound(l.Right, l.N)
		out = append(out, l)
	}
	return out
}

// Kept is the lowest level that keeps a promise; ok is false where none does.
func Kept(levels []Level, promise float64) (kept Level, ok bool) {
	for _, l := range levels {
		if l.Lower95 >= promise {
			kept, ok = l, true
		}
	}
	return kept, ok
}
