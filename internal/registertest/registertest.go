// Package registertest makes registers up for tests and benchmarks: units, procedures, citizens and dossiers that follow from a seed.
package registertest

import (
	"fmt"
	"math/rand/v2"

	"sohoa/internal/register"
)

// World is a made-up register.
type World struct {
	Units      []register.Unit
	Procedures []register.Procedure
	seed       uint64
	people     int
}

// Person is a made-up citizen.
type Person struct {
	Name string
	CCCD string
	CMND string // empty: never had one
}

// New makes a world of so many people. Many share their name, as people do. Nobody is held in memory.
func New(seed uint64, people int) *World {
	w := &World{seed: seed, people: people}
	w.Units = append(w.Units, register.Unit{Code: "000.00.00.H24", Name: "Ủy ban nhân dân thành phố Hải Phòng"})
	for i := range 20 {
		w.Units = append(w.Units, register.Unit{Code: fmt.Sprintf("000.%02d.00.H24", i+1), Name: fmt.Sprintf("Ủy ban nhân dân phường số %d", i+1), Parent: "000.00.00.H24"})
	}
	for i := range 50 {
		w.Procedures = append(w.Procedures, register.Procedure{Code: fmt.Sprintf("1.%06d", 1000+i), Name: fmt.Sprintf("Thủ tục số %d", i+1), Field: "Hộ tịch", Retention: "20"})
	}
	return w
}

// People gives the citizens.
func (w *World) People() []Person {
	out := make([]Person, w.people)
	for i := range out {
		out[i] = w.Person(i)
	}
	return out
}

// Person makes the nth citizen. One in ten never had an old number.
func (w *World) Person(n int) Person {
	rng := rand.New(rand.NewPCG(w.seed, uint64(n)))
	last := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"}
	middle := []string{"Văn", "Thị", "Đức", "Minh", "Thu", "Hữu"}
	first := []string{"An", "Bình", "Hòa", "Thúy", "Dũng", "Hương", "Sơn", "Quỳnh", "Hải", "Yến"}
	p := Person{Name: last[rng.IntN(len(last))] + " " + middle[rng.IntN(len(middle))] + " " + first[rng.IntN(len(first))], CCCD: fmt.Sprintf("031%09d", n*7+1)}
	if rng.IntN(10) > 0 {
		p.CMND = fmt.Sprintf("03%07d", n*3+1)
	}
	return p
}

// Dossier makes the nth dossier; its holder is person n of the world, again and again.
func (w *World) Dossier(n int) register.Dossier {
	p := w.Person(n % w.people)
	return register.Dossier{
		Code: fmt.Sprintf("000.%02d.00.H24-24%02d%02d-%05d", n%20+1, n%12+1, n%28+1, n), Procedure: w.Procedures[n%len(w.Procedures)].Code, Unit: w.Units[n%20+1].Code,
		DueOn: "2025-06-30", Status: register.Processing,
		Holders: []register.DossierHolder{{Holder: register.Holder{Name: p.Name, Identifiers: []register.Identifier{{Number: p.CCCD, Source: "city"}}}}},
	}
}

// Records gives records one after the other, with rising lines.
func Records[T any, P interface {
	*T
	register.Record
}](n int, at func(i int) T) register.Source {
	i := 0
	return func() (register.Given, bool, error) {
		if i >= n {
			return register.Given{}, false, nil
		}
		v := at(i)
		i++
		return register.Given{Line: i, Record: P(&v)}, true, nil
	}
}

// Of gives the records of a list.
func Of[T any, P interface {
	*T
	register.Record
}](list ...T) register.Source {
	return Records[T, P](len(list), func(i int) T { return list[i] })
}
