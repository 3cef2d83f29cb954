package chance

import (
	"math"

	"sohoa/internal/page"
)

// Sample is words of which it is known whether they are right.
type Sample struct {
	Right []bool
	words [][features]float64
}

// Add puts word i of a line in.
func (s *Sample) Add(l page.Line, i int, right bool) {
	s.words, s.Right = append(s.words, wordFeatures(l, i)), append(s.Right, right)
}

// ridge keeps coefficients of rare features small.
const ridge = 1.0

// Fit finds the coefficients under which what came true is likeliest, by Newton's method.
func Fit(s Sample) Model {
	var m Model
	for range 25 {
		var gradient Model
		var h [features][features + 1]float64 // the Hessian, and the step's right side
		for n, x := range s.words {
			p := m.of(x)
			y := is(s.Right[n])
			for i := range features {
				gradient[i] += (y - p) * x[i]
				for j := range features {
					h[i][j] += p * (1 - p) * x[i] * x[j]
				}
			}
		}
		for i := range features {
			h[i][i] += ridge
			h[i][features] = gradient[i] - ridge*m[i]
		}
		step := solve(h)
		size := 0.0
		for i := range m {
			m[i] += step[i]
			size += math.Abs(step[i])
		}
		if size < 1e-9 {
			break
		}
	}
	return m
}

// solve is Gauss's elimination with pivots; the matrix is positive definite.
func solve(a [features][features + 1]float64) (x Model) {
	for c := range features {
		p := c
		for r := c + 1; r < features; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		for r := range features {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k <= features; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for i := range x {
		x[i] = a[i][features] / a[i][i]
	}
	return x
}
