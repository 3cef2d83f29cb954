package rearrange

import (
	"context"
	"maps"
	"slices"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// State is a document as it is now: its current version, archived or under way.
type State struct {
	ID         archive.DocumentID
	Version    int
	Unit       string
	Access     archive.Access
	Batch      archive.BatchID
	Name       string
	Title      string
	Dossier    string
	Processing archive.Processing
	Release    archive.Release
	Pages      []archive.PageRef
	LeftOut    []archive.LeftOut
	// Kinds, Found and Quality say what is known of each page; Read is false where it was not recognised yet.
	Seen []Seen
}

// Seen is what is known of a page.
type Seen struct {
	Read    bool
	Kind    page.Kind
	Found   page.Turn
	Quality *page.Quality
}

// Target is a document as a change leaves it.
type Target struct {
	ID       archive.DocumentID
	Expected int                // the version that was seen; 0: the change makes the document
	Emptied  bool               // another document had its pages when it was seen
	Like     archive.DocumentID // for one that is made: whose unit, access, batch and name it takes
	Pages    []archive.PageRef  // none: it is emptied, and Heir has its pages
	LeftOut  []archive.LeftOut
	Heir     archive.DocumentID
	Same     bool // it is not changed; only its version is looked at
}

// Change is what is stored at once.
type Change struct {
	Actor   string
	Kinds   []string // what was done, in order, each once
	Targets []Target
	Undoes  int64 // 0: nothing
}

// Arrangement is a change that was stored.
type Arrangement struct {
	ID        int64                 `json:"id"`
	At        time.Time             `json:"at"`
	Actor     string                `json:"actor"`
	Unit      string                `json:"unit"`
	Kinds     []string              `json:"kinds" doc:"What was done; stack: the system took a file apart; undo and redo: an arrangement was undone, or done again."`
	Undone    bool                  `json:"undone"`
	Undoes    int64                 `json:"undoes,omitempty"`
	Documents []ArrangementDocument `json:"documents,omitempty"`
}

// ArrangementDocument is a document of a change, with its version before and after it.
type ArrangementDocument struct {
	ID     archive.DocumentID `json:"id"`
	Before int                `json:"before,omitempty" doc:"0: it had no pages before."`
	After  int                `json:"after,omitempty" doc:"0: it was emptied; another document has its pages."`
}

// Store keeps documents and changes. Unknown ids are faults.
type Store interface {
	// States loads documents as they are now, in the order of ids.
	States(ctx context.Context, ids []archive.DocumentID) ([]State, error)
	// Batch loads the documents of a batch that have pages, in the order in which they came, after a place (0: from the start); next is 0 after the last.
	Batch(ctx context.Context, id archive.BatchID, after int64, limit int) (states []State, next int64, err error)
	// VersionPages loads the pages of a version.
	VersionPages(ctx context.Context, id archive.DocumentID, version int) ([]archive.PageRef, []archive.LeftOut, error)
	// Apply stores a change, in one transaction: all of it, or a fault where a document is not as it was seen.
	Apply(ctx context.Context, c Change) (Arrangement, error)
	Arrangement(ctx context.Context, id int64) (Arrangement, error)
	// Recent lists the last arrangements of a document or a batch, newest first.
	Recent(ctx context.Context, document archive.DocumentID, batch archive.BatchID) ([]Arrangement, error)
	// Scans lists the pages of a batch whose scan was measured, or that could not be read, at most limit.
	Scans(ctx context.Context, batch archive.BatchID, limit int) ([]Scan, error)
	// LastOf gives the last arrangement of a document that holds: what was undone does not count, nor does the undoing of it. With ofAny it gives the last
	// of any. 0: none.
	LastOf(ctx context.Context, id archive.DocumentID, ofAny bool) (int64, error)
}

// Deps is what changing needs.
type Deps struct {
	Store  Store
	Viewer Viewer // nil where nobody looks
	Now    func() time.Time
}

// Service changes which pages make which documents. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d: d} }

// Arrange carries out a request: all of its operations, or none.
func (s *Service) Arrange(ctx context.Context, a archive.Actor, r Request) (Arrangement, error) {
	if len(r.Operations) == 0 || len(r.Operations) > maxOperations || len(r.Expected) == 0 || len(r.Expected) > maxDocuments {
		return Arrangement{}, malformed("a request has 1 to %d operations on 1 to %d documents", maxOperations, maxDocuments)
	}
	ids := slices.Sorted(maps.Keys(r.Expected))
	states, err := s.states(ctx, a, ids)
	if err != nil {
		return Arrangement{}, err
	}
	for _, st := range states {
		if err := editable(st, r.Expected[st.ID], states[0]); err != nil {
			return Arrangement{}, err
		}
	}
	now := s.d.Now()
	desk := newDesk(states, func() archive.DocumentID { return archive.DocumentID(archive.NewID(now)) })
	var kinds []string
	for i, o := range r.Operations {
		if err := desk.do(o); err != nil {
			return Arrangement{}, fault.New(fault.CodeOf(err), "operation %d: %s", i+1, fault.DetailOf(err))
		}
		if !slices.Contains(kinds, o.Do) {
			kinds = append(kinds, o.Do)
		}
	}
	targets, err := desk.targets()
	if err != nil {
		return Arrangement{}, err
	}
	return s.d.Store.Apply(ctx, Change{Actor: a.Account, Kinds: kinds, Targets: targets})
}

// states loads documents the actor may change.
func (s *Service) states(ctx context.Context, a archive.Actor, ids []archive.DocumentID) ([]State, error) {
	if err := a.Permit(archive.ActOperate); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !archive.ValidID(string(id)) {
			return nil, fault.New(fault.DocumentUnknown, "there is no document %q", id)
		}
	}
	states, err := s.d.Store.States(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, st := range states {
		if a.Reaches(st.Unit, archive.AccessUnit) {
			continue
		}
		if a.Reaches(st.Unit, st.Access) { // an officer of another unit may read a city-wide paper and not change it
			return nil, fault.New(fault.Forbidden, "only the owning unit may do this")
		}
		return nil, fault.New(fault.DocumentUnknown, "there is no document %s", st.ID)
	}
	return states, nil
}

// editable tells why a document cannot be changed together with another.
func editable(st State, expected int, with State) error {
	switch {
	case st.Version != expected:
		return fault.New(fault.StateConflict, "document %s has version %d by now, and %d was seen; look at it again", st.ID, st.Version, expected)
	case st.Processing == archive.Cancelled:
		return fault.New(fault.StateConflict, "document %s is cancelled", st.ID)
	case st.Release == archive.Replaced:
		return fault.New(fault.StateConflict, "another document has the pages of document %s", st.ID)
	case st.Release == archive.Signed || st.Release == archive.Released || st.Release == archive.Withdrawn:
		return fault.New(fault.StateConflict, "document %s is %s; its pages do not change any more", st.ID, st.Release)
	case st.Unit != with.Unit || st.Access != with.Access:
		return fault.New(fault.StateConflict, "documents of one unit that the same people may see are changed together")
	}
	return nil
}

// targets gives the documents as they lie on the desk.
func (d *desk) targets() ([]Target, error) {
	if err := d.whole(); err != nil {
		return nil, err
	}
	var out []Target
	for _, p := range d.piles {
		t := Target{ID: p.id, Expected: p.before.Version, LeftOut: p.left}
		for i, ref := range p.pages {
			ref.Ordinal = i + 1
			t.Pages = append(t.Pages, ref)
		}
		switch {
		case p.made && len(p.pages) == 0: // made and emptied again: it never was
			continue
		case p.made:
			t.Like = p.like
		case len(p.pages) == 0:
			t.Heir = d.heirOf(p)
		default:
			t.Same = samePages(t.Pages, p.before.Pages) && slices.Equal(t.LeftOut, p.before.LeftOut)
		}
		out = append(out, t)
	}
	if !slices.ContainsFunc(out, func(t Target) bool { return !t.Same }) {
		return nil, malformed("the operations change nothing")
	}
	return out, nil
}

func samePages(a, b []archive.PageRef) bool {
	return slices.EqualFunc(a, b, func(x, y archive.PageRef) bool { return x.Master == y.Master && x.Page == y.Page && x.Turn == y.Turn })
}

// heirOf follows documents that were emptied to the one that has pages.
func (d *desk) heirOf(p *pile) archive.DocumentID {
	for len(p.pages) == 0 {
		p = d.names[p.heir]
	}
	return p.id
}

// whole checks that no page was lost or doubled: a mistake in this package must not reach the archive.
func (d *desk) whole() error {
	type ref struct {
		master string
		page   int
	}
	count := map[ref]int{}
	for _, p := range d.piles {
		for _, r := range p.pages {
			count[ref{r.Master.String(), r.Page}]++
		}
		for _, l := range p.left {
			count[ref{l.Master.String(), l.Page}]++
		}
		for _, r := range p.before.Pages {
			count[ref{r.Master.String(), r.Page}]--
		}
		for _, l := range p.before.LeftOut {
			count[ref{l.Master.String(), l.Page}]--
		}
	}
	for r, n := range count {
		if n != 0 {
			return fault.New(fault.Internal, "a change would lose or double page %d of %s", r.page, r.master)
		}
	}
	return nil
}
