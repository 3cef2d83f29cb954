package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/purge"
)

// pageKey names a page of a master.
type pageKey struct {
	master fixity.Digest
	page   int32
}

// reach is what a purge of a document takes with it.
type reach struct {
	documents map[string]bool
	pages     map[pageKey]bool
	masters   map[fixity.Digest][]int // pages that go, in order; empty: the whole file
	versions  []archive.TombstoneVersion
	units     map[string]bool
	access    archive.Access
	unit      string
	locked    []sqlc.Master // in the order of their digests
}

// reachOf works out what goes with a document: the pages it shows, and those that its earlier versions showed and nobody shows now; every document that
// shows one of them; and of other documents the earlier versions that did. Files of which no page would be left go whole, and with them the zips they
// came in. The rows of the masters are locked.
func reachOf(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, whole bool) (*reach, error) {
	d, err := q.GetDocument(ctx, string(id))
	if isNoRows(err) {
		return nil, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	}
	if err != nil {
		return nil, err
	}
	r := &reach{documents: map[string]bool{d.ID: true}, unit: d.UnitCode, access: archive.Access(d.AccessLevel), units: map[string]bool{d.UnitCode: true}}
	for {
		grown, err := r.grow(ctx, q, whole)
		if err != nil {
			return nil, err
		}
		if !grown {
			break
		}
	}
	return r, r.files(ctx, q)
}

// grow collects pages from documents and documents from pages; it reports whether a document came up that was not known.
func (r *reach) grow(ctx context.Context, q *sqlc.Queries, whole bool) (bool, error) {
	shown, err := q.PagesShown(ctx, slices.Sorted(maps.Keys(r.documents)))
	if err != nil {
		return false, err
	}
	masters := map[fixity.Digest]bool{}
	now, before := map[pageKey]bool{}, map[pageKey]bool{}
	for _, p := range shown {
		masters[p.MasterDigest] = true
		if p.Current {
			now[pageKey{p.MasterDigest, p.MasterPage}] = true
		} else {
			before[pageKey{p.MasterDigest, p.MasterPage}] = true
		}
	}
	rows, err := q.ShowingPages(ctx, digests(masters))
	if err != nil {
		return false, err
	}
	others := map[pageKey]bool{} // pages that other documents show now
	for _, v := range rows {
		if v.Current && !r.documents[v.DocumentID] && v.Processing != string(archive.Cancelled) {
			others[pageKey{v.MasterDigest, v.MasterPage}] = true
		}
	}
	r.pages = now
	for k := range before {
		if !others[k] {
			r.pages[k] = true
		}
	}
	known := len(r.documents)
	versions := map[archive.TombstoneVersion]bool{}
	for _, v := range rows {
		if whole {
			r.pages[pageKey{v.MasterDigest, v.MasterPage}] = true
		}
		if !whole && !r.pages[pageKey{v.MasterDigest, v.MasterPage}] {
			continue
		}
		if v.Current {
			r.documents[v.DocumentID], r.units[v.UnitCode] = true, true
		} else {
			versions[archive.TombstoneVersion{Document: archive.DocumentID(v.DocumentID), Version: int(v.Version)}] = true
		}
	}
	r.versions = r.versions[:0]
	for v := range versions {
		if !r.documents[string(v.Document)] {
			r.versions = append(r.versions, v)
		}
	}
	slices.SortFunc(r.versions, func(a, b archive.TombstoneVersion) int {
		if c := strings.Compare(string(a.Document), string(b.Document)); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
	return len(r.documents) > known, nil
}

// files works out which masters go, and locks their rows.
func (r *reach) files(ctx context.Context, q *sqlc.Queries) error {
	of := map[fixity.Digest]bool{}
	for k := range r.pages {
		of[k.master] = true
	}
	accs, err := q.AccessionsOfMasters(ctx, digests(of))
	if err != nil {
		return err
	}
	pages, zips := map[fixity.Digest]int{}, map[fixity.Digest]bool{}
	for _, a := range accs {
		pages[a.MasterDigest] = max(pages[a.MasterDigest], number(a.Pages))
		r.units[a.UnitCode] = true
		if a.State == string(archive.AccessionReceived) || a.State == string(archive.AccessionInspecting) {
			return fault.New(fault.StateConflict, "the file of the document has just been handed in again and is being looked at; try again when that is done")
		}
		if a.ParentID == nil {
			continue
		}
		zip, err := q.GetAccession(ctx, *a.ParentID)
		if err != nil {
			return err
		}
		if zip.State != string(archive.AccessionSplit) {
			return fault.New(fault.StateConflict, "the zip that the file came in is still being unpacked; try again when it is done")
		}
		zips[zip.MasterDigest] = true
	}
	r.masters = map[fixity.Digest][]int{}
	for d := range zips { // what else came out of it is kept by itself
		r.masters[d] = nil
	}
	for d := range of {
		var out []int
		for n := 1; n <= pages[d]; n++ {
			if r.pages[pageKey{d, int32(n)}] {
				out = append(out, n)
			}
		}
		if len(out) == pages[d] {
			out = nil
		}
		r.masters[d] = out
	}
	if len(of) == 0 {
		return fault.New(fault.Internal, "the document has no page")
	}
	all := map[fixity.Digest]bool{}
	for d := range r.masters {
		all[d] = true
	}
	r.locked, err = q.LockMasters(ctx, digests(all))
	return err
}

func digests(of map[fixity.Digest]bool) [][]byte {
	out := make([][]byte, 0, len(of))
	for d := range of {
		out = append(out, d[:])
	}
	slices.SortFunc(out, func(a, b []byte) int { return strings.Compare(string(a), string(b)) })
	return out
}

func (r *reach) scope() purge.Scope {
	s := purge.Scope{Units: slices.Sorted(maps.Keys(r.units))}
	for _, id := range slices.Sorted(maps.Keys(r.documents)) {
		s.Documents = append(s.Documents, archive.DocumentID(id))
	}
	for _, m := range r.locked {
		s.Held = s.Held || m.DisposalHold
	}
	return s
}

// PurgeScope implements purge.Catalogue.
func (c *Catalogue) PurgeScope(ctx context.Context, id archive.DocumentID, whole bool) (unit string, access archive.Access, s purge.Scope, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		r, err := reachOf(ctx, q, id, whole)
		if err != nil {
			return err
		}
		unit, access, s = r.unit, r.access, r.scope()
		return nil
	})
	return unit, access, s, err
}

// RequestPurge implements purge.Catalogue.
func (c *Catalogue) RequestPurge(ctx context.Context, p purge.Purge) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := q.InsertPurge(ctx, sqlc.InsertPurgeParams{
			ID: p.ID, DocumentID: string(p.Document), UnitCode: p.Unit, Reason: string(p.Reason), Note: p.Note, WholeFile: p.WholeFile,
			RequestedBy: p.RequestedBy, RequestedAt: p.RequestedAt,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.StateConflict, "somebody has asked for this already; it waits for a decision")
		}
		return audit(ctx, q, event{
			actor: p.RequestedBy, action: "purge_requested", unit: p.Unit, document: p.Document,
			detail: map[string]string{"purge": p.ID, "reason": string(p.Reason), "whole_file": fmt.Sprint(p.WholeFile)},
		})
	})
}

func purgeOf(r sqlc.Purge) (purge.Purge, error) {
	p := purge.Purge{
		ID: r.ID, Document: archive.DocumentID(r.DocumentID), Unit: r.UnitCode, Reason: archive.PurgeReason(r.Reason), Note: r.Note, WholeFile: r.WholeFile,
		State: purge.State(r.State), RequestedBy: r.RequestedBy, RequestedAt: r.RequestedAt.UTC(), DecidedBy: deref(r.DecidedBy), DecidedAt: utc(r.DecidedAt),
		DoneAt: utc(r.DoneAt), Waiting: r.Waiting,
	}
	if r.Tombstone != nil {
		t, err := archive.ParseTombstone(r.Tombstone)
		if err != nil {
			return p, fmt.Errorf("purge %s: %w", r.ID, err)
		}
		p.Tombstone = &t
	}
	return p, nil
}

func purgesOf(rows []sqlc.Purge, err error) ([]purge.Purge, error) {
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]purge.Purge, len(rows))
	for i, r := range rows {
		if out[i], err = purgeOf(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Purge implements purge.Catalogue.
func (c *Catalogue) Purge(ctx context.Context, id string) (purge.Purge, error) {
	r, err := c.q.GetPurge(ctx, id)
	if isNoRows(err) {
		return purge.Purge{}, fault.New(fault.NotFound, "there is no request %s", id)
	}
	if err != nil {
		return purge.Purge{}, unavailable(err)
	}
	return purgeOf(r)
}

// Purges implements purge.Catalogue.
func (c *Catalogue) Purges(ctx context.Context, unit string, state purge.State, before time.Time, limit int) ([]purge.Purge, error) {
	p := sqlc.ListPurgesParams{UnitCode: opt(unit), State: opt(string(state)), PageSize: int32(limit)}
	if !before.IsZero() {
		p.Before = &before
	}
	return purgesOf(c.q.ListPurges(ctx, p))
}

// UnfinishedPurges implements purge.Catalogue.
func (c *Catalogue) UnfinishedPurges(ctx context.Context) ([]purge.Purge, error) {
	return purgesOf(c.q.UnfinishedPurges(ctx))
}

// DonePurges implements purge.Catalogue.
func (c *Catalogue) DonePurges(ctx context.Context, after string, limit int) ([]purge.Purge, error) {
	if after == "" {
		after = zeroID
	}
	return purgesOf(c.q.DonePurges(ctx, sqlc.DonePurgesParams{After: after, PageSize: int32(limit)}))
}

// PurgeWaits implements purge.Catalogue.
func (c *Catalogue) PurgeWaits(ctx context.Context, id, code string) error {
	return unavailable(c.q.PurgeWaits(ctx, sqlc.PurgeWaitsParams{ID: id, Waiting: code}))
}

// RefusePurge implements purge.Catalogue.
func (c *Catalogue) RefusePurge(ctx context.Context, id, actor string, at time.Time) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		p, err := q.LockPurge(ctx, id)
		if err != nil {
			return err
		}
		n, err := q.RefusePurge(ctx, sqlc.RefusePurgeParams{ID: id, Actor: actor, At: at})
		if err != nil {
			return err
		}
		if n == 0 {
			return decidedAlready(p)
		}
		return audit(ctx, q, event{actor: actor, action: "purge_refused", unit: p.UnitCode, document: archive.DocumentID(p.DocumentID), detail: map[string]string{"purge": id}})
	})
}

// Purged implements intake.Catalogue.
func (c *Catalogue) Purged(ctx context.Context, d fixity.Digest) (bool, error) {
	gone, err := c.q.MasterPurged(ctx, d[:])
	return gone, unavailable(err)
}

func orPurged(err error) error {
	if err == nil {
		err = intake.PurgedFile()
	}
	return err
}

func decidedAlready(p sqlc.Purge) error {
	return fault.New(fault.StateConflict, "the request was decided already (%s)", p.State)
}

// tombstoneTargets are the tombstones of purges that are done.
func (c *Catalogue) tombstoneTargets(ctx context.Context, yield func(custody.Target) bool) (bool, error) {
	after := zeroID
	for {
		rows, err := c.q.DonePurges(ctx, sqlc.DonePurgesParams{After: after, PageSize: fixityPage})
		if err != nil || len(rows) == 0 {
			return true, err
		}
		for _, r := range rows {
			after = r.ID
			if !yield(custody.Target{
				Kind: "tombstone", Bucket: custody.Records, Key: archive.TombstoneKey(r.ID), Digest: fixity.Of(r.Tombstone), SizeBytes: int64(len(r.Tombstone)),
				Document: archive.DocumentID(r.DocumentID),
			}) {
				return false, nil
			}
		}
	}
}
