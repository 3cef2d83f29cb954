package chance

import (
	"math"
	"math/rand/v2"
	"testing"

	"sohoa/internal/page"
)

func line(confidence float64, words ...string) page.Line {
	var l page.Line
	for _, w := range words {
		l.Words = append(l.Words, page.Word{Text: w, Confidence: confidence})
	}
	return l
}

func TestChancesFollowWhatIsKnownOfAWord(t *testing.T) {
	t.Parallel()
	sure, unsure := Of(line(96, "quyết", "định"), 0), Of(line(40, "quyết", "định"), 0)
	if sure < 0.99 || unsure > 0.7 {
		t.Errorf("a sure word has %.3f and an unsure one %.3f", sure, unsure)
	}
	for c := 30.0; c < 97; c++ {
		if a, b := Of(line(c, "nhân", "dân"), 1), Of(line(c+1, "nhân", "dân"), 1); a > b+1e-9 {
			t.Fatalf("a confidence of %v means %.4f and of %v means %.4f", c, a, c+1, b)
		}
	}
	if word, slip := Of(line(90, "của"), 0), Of(line(90, "cùua"), 0); slip >= word {
		t.Errorf("a word that cannot be Vietnamese has %.3f, one that can has %.3f", slip, word)
	}
	for _, c := range []float64{-5, 0, 100, 1000, math.Inf(1)} {
		if p := Of(line(c, "một"), 0); p < 0 || p > 1 || math.IsNaN(p) {
			t.Errorf("a confidence of %v means %v", c, p)
		}
	}
}

func TestFittingFindsTheCurveThatMadeTheSample(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	var s Sample
	for range 20000 {
		l := line(20+77*rng.Float64(), "nhân", "12")
		i := rng.IntN(2)
		p := 1 / (1 + math.Exp(-(0.5 + 0.8*odds(l.Words[i].Confidence) - 1.5*is(i == 1))))
		s.Add(l, i, rng.Float64() < p)
	}
	m := Fit(s)
	for _, c := range []float64{30, 60, 90, 96} {
		for i, shift := range []float64{0, -1.5} {
			want := 1 / (1 + math.Exp(-(0.5 + 0.8*odds(c) + shift)))
			if got := m.of(wordFeatures(line(c, "nhân", "12"), i)); math.Abs(got-want) > 0.04 {
				t.Errorf("word %d of confidence %v: fitted %.3f, made with %.3f", i, c, got, want)
			}
		}
	}
}
