package accuracy

// Bin is the words whose chance of being right was said to lie in [From, To), and how many of them were.
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Words int     `json:"words"`
	Right int     `json:"right"`
	Mean  float64 `json:"mean"` // of what was said
}

// Reliability compares chances that were said with what came true.
type Reliability struct {
	Bins  []Bin   `json:"bins"`
	Words int     `json:"words"`
	Right int     `json:"right"`
	Error float64 `json:"error"` // expected calibration error: mean distance between said and true, weighed by words
	Brier float64 `json:"brier"` // mean square of the distance between said and what came true, word by word
}

// binEdges are finer where nearly all words lie.
func binEdges() []float64 { return []float64{0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0001} }

// Reliable makes the table of chances said (0–1) against what came true.
func Reliable(said []float64, right []bool) Reliability {
	edges := binEdges()
	r := Reliability{Bins: make([]Bin, len(edges)-1), Words: len(said)}
	for i := range r.Bins {
		r.Bins[i].From, r.Bins[i].To = edges[i], min(edges[i+1], 1)
	}
	for i, s := range said {
		b := 0
		for b < len(r.Bins)-1 && s >= edges[b+1] {
			b++
		}
		r.Bins[b].Words++
		r.Bins[b].Mean += s
		truth := 0.0
		if right[i] {
			r.Bins[b].Right++
			r.Right++
			truth = 1
		}
		r.Brier += (s - truth) * (s - truth) / float64(len(said))
	}
	for i := range r.Bins {
		b := &r.Bins[i]
		if b.Words == 0 {
			continue
		}
		b.Mean /= float64(b.Words)
		d := b.Mean - float64(b.Right)/float64(b.Words)
		r.Error += max(d, -d) * float64(b.Words) / float64(len(said))
	}
	return r
}
