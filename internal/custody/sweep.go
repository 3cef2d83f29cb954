package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Grace is how old an object without a row must be before it is marked, and a mark before its object may be removed: an accept or a
// task that is under way will have made its row by then, or will have been given up.
const Grace = 24 * time.Hour

const (
	sweepChunk  = 500
	sweepBudget = 50_000              // objects of one part looked at in one run; the next run goes on from there
	remember    = 90 * 24 * time.Hour // how long the mark of a removed object is kept
)

// SweepDeps is what sweeping needs.
type SweepDeps struct {
	Objects   Objects
	Catalogue SweepCatalogue
	Now       func() time.Time
	Logger    *slog.Logger
	Grace     time.Duration // 0 means Grace; tests wish for less than a day
}

// Sweeper finds objects that nobody refers to. It is safe for concurrent use; only one sweep of a catalogue runs at a time.
type Sweeper struct{ d SweepDeps }

// NewSweeper returns a Sweeper.
func NewSweeper(d SweepDeps) *Sweeper {
	if d.Grace <= 0 {
		d.Grace = Grace
	}
	return &Sweeper{d: d}
}

// SweepReport counts what a sweep did.
type SweepReport struct {
	Looked   int  `json:"looked"`   // objects looked at
	Marked   int  `json:"marked"`   // found without a row, for the first time
	Unmarked int  `json:"unmarked"` // a row came, or the object went
	Removed  int  `json:"removed"`
	Waiting  int  `json:"waiting"` // marked, and their grace or lock not over
	Foreign  int  `json:"foreign"` // under keys that are not of our making: never marked, never removed
	Busy     bool `json:"-"`       // another sweep was running
}

// Sweep marks objects without rows, takes marks back, and removes what has been marked long enough and is not locked.
func (s *Sweeper) Sweep(ctx context.Context) (SweepReport, error) {
	var r SweepReport
	ran, err := s.d.Catalogue.Alone(ctx, "sweep", func(ctx context.Context) error {
		n, err := s.d.Catalogue.ReleaseMasters(ctx, s.d.Now().Add(-s.d.Grace))
		if err != nil {
			return fmt.Errorf("masters without accession: %w", err)
		}
		r.Marked += n
		for _, p := range Parts() {
			if err := s.mark(ctx, p, &r); err != nil {
				return fmt.Errorf("sweep %s: %w", p, err)
			}
		}
		return s.settle(ctx, &r)
	})
	r.Busy = !ran
	if err == nil && r.Marked+r.Unmarked+r.Removed > 0 {
		s.d.Logger.InfoContext(ctx, "orphans swept", "looked", r.Looked, "marked", r.Marked, "unmarked", r.Unmarked, "removed", r.Removed, "waiting", r.Waiting)
	}
	return r, err
}

// mark looks at one part of the store, from where the last run stopped.
func (s *Sweeper) mark(ctx context.Context, p Part, r *SweepReport) error {
	bucket, prefix := p.place()
	after, err := s.d.Catalogue.SweepPlace(ctx, p)
	if err != nil {
		return err
	}
	oldest := s.d.Now().Add(-s.d.Grace)
	var chunk []string
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := s.markChunk(ctx, p, bucket, chunk, r)
		chunk = chunk[:0]
		return err
	}
	looked, place := 0, ""
	for o, err := range s.d.Objects.List(ctx, bucket, prefix, after) {
		if err != nil {
			return err
		}
		if looked++; looked > sweepBudget {
			break
		}
		place = o.Key
		if !p.ours(o.Key) {
			r.Foreign++
			continue
		}
		if o.ModTime.After(oldest) {
			continue
		}
		if chunk = append(chunk, o.Key); len(chunk) == sweepChunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	r.Looked += min(looked, sweepBudget)
	if looked <= sweepBudget {
		place = "" // the end: the next run begins anew
	}
	return s.d.Catalogue.SetSweepPlace(ctx, p, place)
}

func (s *Sweeper) markChunk(ctx context.Context, p Part, bucket string, keys []string, r *SweepReport) error {
	known, err := s.d.Catalogue.Known(ctx, p, keys)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if known[key] {
			continue
		}
		o, err := s.d.Objects.Stat(ctx, bucket, key, "")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		marked, err := s.d.Catalogue.Mark(ctx, Mark{Bucket: bucket, Key: key, Version: o.Version})
		if err != nil {
			return err
		}
		if marked {
			r.Marked++
		}
	}
	return nil
}

// settle looks at every mark again.
func (s *Sweeper) settle(ctx context.Context, r *SweepReport) error {
	var at Mark
	for {
		marks, err := s.d.Catalogue.Marks(ctx, at, sweepChunk)
		if err != nil {
			return err
		}
		if len(marks) == 0 {
			return s.d.Catalogue.ForgetRemoved(ctx, s.d.Now().Add(-remember))
		}
		at = marks[len(marks)-1]
		byPart := map[Part][]Mark{}
		for _, m := range marks {
			if p := partOf(m.Bucket, m.Key); p != "" {
				byPart[p] = append(byPart[p], m)
			}
		}
		for _, p := range Parts() {
			if err := s.settlePart(ctx, p, byPart[p], r); err != nil {
				return err
			}
		}
	}
}

func (s *Sweeper) settlePart(ctx context.Context, p Part, marks []Mark, r *SweepReport) error {
	if len(marks) == 0 {
		return nil
	}
	keys := make([]string, len(marks))
	for i, m := range marks {
		keys[i] = m.Key
	}
	known, err := s.d.Catalogue.Known(ctx, p, keys)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if known[m.Key] {
			if err := s.d.Catalogue.Unmark(ctx, m); err != nil {
				return err
			}
			r.Unmarked++
			continue
		}
		if s.d.Now().Sub(m.FoundAt) < s.d.Grace {
			r.Waiting++
			continue
		}
		if err := s.remove(ctx, p, m, r); err != nil {
			return fmt.Errorf("remove orphan %s/%s: %w", m.Bucket, m.Key, err)
		}
	}
	return nil
}

// remove deletes an orphan whose lock has ended. The store has the last word: what it holds locked stays.
func (s *Sweeper) remove(ctx context.Context, p Part, m Mark, r *SweepReport) error {
	o, err := s.d.Objects.Stat(ctx, m.Bucket, m.Key, m.Version)
	gone := errors.Is(err, fs.ErrNotExist) // a sweep was cut off between object and row: do the rest
	if err != nil && !gone {
		return err
	}
	if o.RetainUntil.After(s.d.Now()) {
		r.Waiting++
		return nil
	}
	var master fixity.Digest
	if p == PartAccessions && !gone {
		b, err := s.d.Objects.Read(ctx, m.Bucket, m.Key)
		if err != nil {
			return err
		}
		var a archive.Accession
		if json.Unmarshal(b, &a) == nil { // a record nobody can read protects no master
			master = a.Master
		}
	}
	removed, err := s.d.Catalogue.RemoveOrphan(ctx, m, master, func(ctx context.Context) error {
		return s.d.Objects.Delete(ctx, m.Bucket, m.Key, m.Version)
	})
	switch {
	case fault.CodeOf(err) == fault.DisposalHeld:
		r.Waiting++
		return nil
	case err != nil:
		return err
	case removed:
		r.Removed++
	default: // a row came in the last moment; the next sweep takes the mark back
		r.Waiting++
	}
	return nil
}
