package sample

import (
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
)

// rng draws from a fixed stream. It maps the raw stream itself rather than through rand.Rand, whose mapping may
// change between Go releases: the bytes of a sample are compared across machines.
type rng struct{ src *rand.PCG }

// newRNG returns the stream of one purpose ("text", "damage", …) for one paper. Purposes have streams of their
// own, so that a change in damage leaves the text of a paper as it was.
func newRNG(seed uint64, index int, purpose string) *rng {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // never fails
	return &rng{rand.NewPCG(seed^0x9e3779b97f4a7c15, h.Sum64()+uint64(index)*0xbf58476d1ce4e5b9)}
}

// intn returns a number in [0, n).
func (r *rng) intn(n int) int {
	hi, _ := bits.Mul64(r.src.Uint64(), uint64(n))
	return int(hi)
}

// span returns a number in [lo, hi], both included.
func (r *rng) span(lo, hi int) int { return lo + r.intn(hi-lo+1) }

func (r *rng) float() float64 { return float64(r.src.Uint64()>>11) / (1 << 53) }

func (r *rng) between(lo, hi float64) float64 { return lo + (hi-lo)*r.float() }

func (r *rng) chance(p float64) bool { return r.float() < p }

// norm is close enough to a standard normal for noise: a sum of six uniforms, never beyond ±4.3.
func (r *rng) norm() float64 {
	s := 0.0
	for range 6 {
		s += r.float()
	}
	return (s - 3) * 1.4142135623730951
}

func pick[T any](r *rng, from []T) T { return from[r.intn(len(from))] }
