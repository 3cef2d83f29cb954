package watch

import (
	"slices"
	"time"

	"sohoa/internal/fault"
)

// Snapshot is how things stand, for the terminal and the page.
type Snapshot struct {
	Dir, Server, Account, Unit string
	Since                      time.Time // the agent runs since then

	Writing  int   // found, not whole yet
	Waiting  int   // whole, not sent
	Bytes    int64 // of those waiting
	Sent     int   // since the agent started
	Checking int   // sent, and not known to be readable yet
	Rejected int   // lie in rejected

	Sending     []Progress
	Online      bool      // the server answered last time
	LastError   string    // empty: none since the last success
	LastErrorAt time.Time // zero: none
	NextTry     time.Time // zero: at once
	Recent      []Happening
}

// Progress is a file on its way.
type Progress struct {
	Name        string
	Done, Bytes int64
}

// Happening is something that became of a file.
type Happening struct {
	At     time.Time
	Name   string
	What   stage
	Code   fault.Code // why it was rejected
	Detail string     // the same in the server's words
}

// keptHappenings is how many happenings are shown.
const keptHappenings = 30

// Snapshot tells how things stand.
func (a *Agent) Snapshot() Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.snap
	s.Waiting, s.Checking, s.Writing = 0, 0, len(a.seen)
	for _, e := range a.entries {
		switch e.Stage {
		case waiting:
			s.Waiting++
			s.Bytes += e.Size
		case sent:
			s.Checking++
		case rejected:
		}
	}
	s.NextTry = time.Time{}
	if a.pausedUntil.After(a.s.Now()) {
		s.NextTry = a.pausedUntil
	}
	s.Sending = nil
	for _, p := range a.sending {
		s.Sending = append(s.Sending, *p)
	}
	slices.SortFunc(s.Sending, func(x, y Progress) int { return compare(x.Name, y.Name) })
	s.Recent = slices.Clone(a.snap.Recent)
	return s
}

func compare(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// happened notes what became of a file; the caller holds the lock.
func (a *Agent) happened(e *entry, what stage) {
	a.snap.Recent = slices.Insert(a.snap.Recent, 0, Happening{At: a.s.Now(), Name: e.Rel, What: what, Code: e.Code, Detail: e.Detail})
	a.snap.Recent = a.snap.Recent[:min(len(a.snap.Recent), keptHappenings)]
}
