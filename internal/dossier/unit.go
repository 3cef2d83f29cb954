package dossier

import (
	"time"

	"sohoa/internal/fold"
)

// Unit is an agency that issues results. Units merge and are abolished, so each has the days from and until which it acts,
// and who came after it.
type Unit struct {
	Code      string // own code of the register
	Agency    AgencyCode
	Name      string // Ủy ban nhân dân phường Lê Chân
	Parent    string // code of the unit above, empty at the top
	From      time.Time
	Until     time.Time // exclusive; zero while it acts
	Successor string    // code of the unit that took over, empty for none
}

// ActsOn reports whether the unit was there on that day. A zero From is "always before".
func (u Unit) ActsOn(day time.Time) bool {
	return !day.Before(u.From) && (u.Until.IsZero() || day.Before(u.Until))
}

// Units is a list of units that can be asked by name. Its zero value knows none. It is safe for concurrent reading.
type Units struct {
	byName map[string][]Unit
	byCode map[string]Unit
}

// NewUnits makes a list of units. Several units may share a name at different times.
func NewUnits(list []Unit) Units {
	us := Units{byName: map[string][]Unit{}, byCode: map[string]Unit{}}
	for _, u := range list {
		key := fold.Accented(u.Name)
		us.byName[key] = append(us.byName[key], u)
		us.byCode[u.Code] = u
	}
	return us
}

// Named gives the one unit that had the name on the day. With a zero day any time will do; two answers are none.
func (us Units) Named(name string, day time.Time) (Unit, bool) {
	var got Unit
	n := 0
	for _, u := range us.byName[fold.Accented(name)] {
		if day.IsZero() || u.ActsOn(day) {
			got = u
			n++
		}
	}
	return got, n == 1
}

// Today follows successors from the unit with that code to the one that acts on the day.
func (us Units) Today(code string, day time.Time) (Unit, bool) {
	for range len(us.byCode) + 1 { // a ring of successors ends too
		u, ok := us.byCode[code]
		if !ok {
			return Unit{}, false
		}
		if u.ActsOn(day) {
			return u, true
		}
		code = u.Successor
	}
	return Unit{}, false
}
