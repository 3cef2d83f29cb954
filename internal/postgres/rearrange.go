package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/rearrange"
)

// Arranging is the part of the catalogue that people's changes of pages go to; it is rearrange.Store.
type Arranging struct{ c *Catalogue }

// Arranging gives the part of the catalogue that people's changes of pages go to.
func (c *Catalogue) Arranging() *Arranging { return &Arranging{c} }

// States implements rearrange.Store.
func (s *Arranging) States(ctx context.Context, ids []archive.DocumentID) ([]rearrange.State, error) {
	rows, err := s.c.q.DocumentsByIDs(ctx, stringsOf(ids))
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]rearrange.State, len(ids))
	for i, id := range ids {
		k := slices.IndexFunc(rows, func(d sqlc.Document) bool { return d.ID == string(id) })
		if k < 0 {
			return nil, fault.New(fault.DocumentUnknown, "there is no document %s", id)
		}
		if out[i], err = s.state(ctx, rows[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func stringsOf(ids []archive.DocumentID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

func (s *Arranging) state(ctx context.Context, d sqlc.Document) (rearrange.State, error) {
	st := rearrange.State{
		ID: archive.DocumentID(d.ID), Version: int(d.Version), Unit: d.UnitCode, Access: archive.Access(d.AccessLevel), Batch: archive.BatchID(deref(d.BatchID)),
		Name: d.Name, Title: d.Title, Dossier: deref(d.DossierCode), Processing: archive.Processing(d.Processing), Release: archive.Release(d.Release),
	}
	pages, err := s.c.q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: d.ID, Version: d.Version})
	if err != nil {
		return st, unavailable(err)
	}
	for _, p := range pages {
		seen := rearrange.Seen{Read: p.State == "read"}
		if p.Kind != nil {
			if err := seen.Kind.UnmarshalText([]byte(*p.Kind)); err != nil {
				return st, err
			}
		}
		if p.FoundTurn != nil {
			seen.Found = page.Turn(*p.FoundTurn)
		}
		if p.Quality != nil {
			if err := json.Unmarshal(p.Quality, &seen.Quality); err != nil {
				return st, fmt.Errorf("quality of a page: %w", err)
			}
		}
		st.Pages, st.Seen = append(st.Pages, pageRefOf(p)), append(st.Seen, seen)
	}
	st.LeftOut, err = leftOut(ctx, s.c.q, d.ID, d.Version)
	return st, unavailable(err)
}

// Batch implements rearrange.Store.
func (s *Arranging) Batch(ctx context.Context, id archive.BatchID, after int64, limit int) (states []rearrange.State, next int64, err error) {
	rows, err := s.c.q.DocumentsToArrange(ctx, sqlc.DocumentsToArrangeParams{BatchID: ptr(string(id)), After: after, PageSize: int32(limit)})
	if err != nil {
		return nil, 0, unavailable(err)
	}
	for _, r := range rows {
		st, err := s.state(ctx, r.Document)
		if err != nil {
			return nil, 0, err
		}
		states, next = append(states, st), r.Place
	}
	if len(rows) < limit {
		next = 0
	}
	return states, next, nil
}

// VersionPages implements rearrange.Store.
func (s *Arranging) VersionPages(ctx context.Context, id archive.DocumentID, version int) ([]archive.PageRef, []archive.LeftOut, error) {
	rows, err := s.c.q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: string(id), Version: int32(version)})
	if err != nil {
		return nil, nil, unavailable(err)
	}
	refs := make([]archive.PageRef, len(rows))
	for i, p := range rows {
		refs[i] = pageRefOf(p)
	}
	left, err := leftOut(ctx, s.c.q, string(id), int32(version))
	return refs, left, unavailable(err)
}

// Scans implements rearrange.Store.
func (s *Arranging) Scans(ctx context.Context, batch archive.BatchID, limit int) ([]rearrange.Scan, error) {
	rows, err := s.c.q.ScannedPages(ctx, sqlc.ScannedPagesParams{BatchID: ptr(string(batch)), PageSize: int32(limit)})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]rearrange.Scan, len(rows))
	for i, r := range rows {
		out[i] = rearrange.Scan{Document: archive.DocumentID(r.ID), Version: int(r.Version), Title: r.Title, Page: int(r.Ordinal)}
		if r.Title == "" {
			out[i].Title = r.Name
		}
		if r.Confidence != nil {
			out[i].Confidence = float64(*r.Confidence)
		}
		if r.Kind != nil {
			if err := out[i].Kind.UnmarshalText([]byte(*r.Kind)); err != nil {
				return nil, err
			}
		}
		if r.Quality != nil {
			if err := json.Unmarshal(r.Quality, &out[i].Quality); err != nil {
				return nil, fmt.Errorf("quality of a page: %w", err)
			}
		}
	}
	return out, nil
}

// LastOf implements rearrange.Store.
func (s *Arranging) LastOf(ctx context.Context, id archive.DocumentID, ofAny bool) (int64, error) {
	n, err := s.c.q.LatestArrangementOf(ctx, sqlc.LatestArrangementOfParams{DocumentID: string(id), AnyKind: ofAny})
	return n, unavailable(err)
}

// Arrangement implements rearrange.Store.
func (s *Arranging) Arrangement(ctx context.Context, id int64) (rearrange.Arrangement, error) {
	r, err := s.c.q.GetArrangement(ctx, id)
	if isNoRows(err) {
		return rearrange.Arrangement{}, fault.New(fault.NotFound, "there is no arrangement %d", id)
	}
	if err != nil {
		return rearrange.Arrangement{}, unavailable(err)
	}
	return s.arrangement(ctx, rearrange.Arrangement{ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Unit: r.UnitCode, Kinds: r.Kinds, Undone: r.Undone, Undoes: wide(r.Undoes)})
}

func (s *Arranging) arrangement(ctx context.Context, a rearrange.Arrangement) (rearrange.Arrangement, error) {
	docs, err := s.c.q.ArrangementDocuments(ctx, a.ID)
	for _, d := range docs {
		a.Documents = append(a.Documents, rearrange.ArrangementDocument{ID: archive.DocumentID(d.DocumentID), Before: number(d.BeforeVersion), After: number(d.AfterVersion)})
	}
	return a, unavailable(err)
}

func wide(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// Recent implements rearrange.Store.
func (s *Arranging) Recent(ctx context.Context, document archive.DocumentID, batch archive.BatchID) ([]rearrange.Arrangement, error) {
	var out []rearrange.Arrangement
	if document != "" {
		rows, err := s.c.q.ArrangementsOfDocument(ctx, string(document))
		if err != nil {
			return nil, unavailable(err)
		}
		for _, r := range rows {
			out = append(out, rearrange.Arrangement{ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Unit: r.UnitCode, Kinds: r.Kinds, Undone: r.Undone, Undoes: wide(r.Undoes)})
		}
		return out, nil
	}
	rows, err := s.c.q.ArrangementsOfBatch(ctx, ptr(string(batch)))
	if err != nil {
		return nil, unavailable(err)
	}
	for _, r := range rows {
		out = append(out, rearrange.Arrangement{ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Unit: r.UnitCode, Kinds: r.Kinds, Undone: r.Undone, Undoes: wide(r.Undoes)})
	}
	return out, nil
}

// Apply implements rearrange.Store. The rows of all documents are locked in one order, so that of two changes the second sees what the first has made.
func (s *Arranging) Apply(ctx context.Context, ch rearrange.Change) (out rearrange.Arrangement, err error) {
	err = s.c.tx(ctx, func(q *sqlc.Queries) error {
		t := &arranging{q: q, ch: ch}
		if err := t.lock(ctx); err != nil {
			return err
		}
		for _, x := range ch.Targets {
			if x.Expected == 0 { // made first, so that others can name it as their heir
				if err := t.put(ctx, x); err != nil {
					return fmt.Errorf("document %s: %w", x.ID, err)
				}
			}
		}
		for _, x := range ch.Targets {
			switch {
			case x.Expected == 0 || x.Same:
				continue
			case len(x.Pages) == 0:
				err = t.empty(ctx, x)
			default:
				err = t.put(ctx, x)
			}
			if err != nil {
				return fmt.Errorf("document %s: %w", x.ID, err)
			}
		}
		out.ID, err = t.record(ctx)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.Arrangement(ctx, out.ID)
}

// arranging is one change under way.
type arranging struct {
	q      *sqlc.Queries
	ch     rearrange.Change
	locked map[string]sqlc.Document
	among  []string // documents whose files the pages come from
	rec    arrangementRecord
	at     time.Time
}

func (t *arranging) lock(ctx context.Context) (err error) {
	for _, x := range t.ch.Targets {
		if x.Expected > 0 {
			t.among = append(t.among, string(x.ID))
		}
	}
	rows, err := t.q.LockDocuments(ctx, t.among)
	if err != nil {
		return err
	}
	t.locked = map[string]sqlc.Document{}
	for _, d := range rows {
		t.locked[d.ID] = d
	}
	for _, x := range t.ch.Targets {
		if x.Expected == 0 {
			continue
		}
		d := t.locked[string(x.ID)]
		switch emptied := d.Release == string(archive.Replaced); {
		case int(d.Version) != x.Expected:
			return fault.New(fault.StateConflict, "document %s has version %d by now, and %d was seen; look at it again", x.ID, d.Version, x.Expected)
		case emptied != x.Emptied: // emptying makes no version
			return fault.New(fault.StateConflict, "the pages of document %s have gone to another or come back meanwhile; look at it again", x.ID)
		case d.Processing == string(archive.Cancelled) && !emptied:
			return fault.New(fault.StateConflict, "document %s is cancelled", x.ID)
		case slices.Contains([]archive.Release{archive.Signed, archive.Released, archive.Withdrawn}, archive.Release(d.Release)):
			return fault.New(fault.StateConflict, "document %s is %s; its pages do not change any more", x.ID, d.Release)
		}
	}
	if t.ch.Undoes > 0 {
		a, err := t.q.GetArrangement(ctx, t.ch.Undoes)
		if err != nil {
			return err
		}
		if a.Undone {
			return fault.New(fault.StateConflict, "the change is undone already")
		}
	}
	t.at, err = t.q.Now(ctx)
	return err
}

// put gives a document the pages of a target as its next version; a document that is made begins with its first.
func (t *arranging) put(ctx context.Context, x rearrange.Target) error {
	d, ok := t.locked[string(x.ID)]
	version := d.Version + 1
	if !ok {
		var err error
		like := t.locked[string(x.Like)]
		if d, err = t.q.InsertArrangedDocument(ctx, sqlc.InsertArrangedDocumentParams{
			ID: string(x.ID), LikeID: like.ID, Name: nameOfPart(like.Name, x.Pages[0]), Shelf: like.Shelf, ProcedureCode: like.ProcedureCode, Inherit: true,
		}); err != nil {
			return err
		}
		version = 1
	}
	if err := t.q.InsertVersion(ctx, sqlc.InsertVersionParams{
		DocumentID: d.ID, Version: version, Reason: archive.ReasonArranged, CreatedBy: t.ch.Actor, CreatedAt: t.at, PageCount: int32(len(x.Pages)),
	}); err != nil {
		return err
	}
	waiting, err := t.pages(ctx, d.ID, version, x)
	if err != nil {
		return err
	}
	if err := t.begin(ctx, d, version, waiting); err != nil {
		return err
	}
	before := int32(x.Expected)
	if d.Release == string(archive.Replaced) { // it had no pages; undoing this empties it again
		before = 0
	}
	t.rec.add(d.ID, before, version)
	return audit(ctx, t.q, event{
		actor: t.ch.Actor, action: "pages_arranged", unit: d.UnitCode, batch: deref(d.BatchID), document: x.ID,
		detail: map[string]string{"version": fmt.Sprint(version), "pages": fmt.Sprint(len(x.Pages)), "left_out": fmt.Sprint(len(x.LeftOut)), "done": fmt.Sprint(t.ch.Kinds)},
	})
}

// nameOfPart names a document that is made by the page it begins with, as those out of a stack are.
func nameOfPart(name string, first archive.PageRef) string {
	for i := len(name) - 1; i > 0 && (name[i] == '#' || name[i] >= '0' && name[i] <= '9'); i-- {
		if name[i] == '#' {
			name = name[:i]
			break
		}
	}
	return fmt.Sprintf("%s#%d", name, first.Page)
}

// pages writes the pages of a version, and tells which are to be read.
func (t *arranging) pages(ctx context.Context, id string, version int32, x rearrange.Target) ([]int32, error) {
	p := sqlc.PutPagesParams{DocumentID: id, Version: version}
	var masters [][]byte
	for _, r := range x.Pages {
		p.Ordinals, p.Masters = append(p.Ordinals, int32(r.Ordinal)), append(p.Masters, r.Master[:])
		p.MasterPages, p.Turns = append(p.MasterPages, int32(r.Page)), append(p.Turns, int16(r.Turn))
		masters = append(masters, r.Master[:])
	}
	for _, l := range x.LeftOut {
		masters = append(masters, l.Master[:])
	}
	if err := t.q.PutPages(ctx, p); err != nil {
		return nil, err
	}
	if err := putLeftOut(ctx, t.q, id, version, x.LeftOut); err != nil {
		return nil, err
	}
	if err := t.q.LinkAccessionsOfPages(ctx, sqlc.LinkAccessionsOfPagesParams{DocumentID: id, Among: t.among, Masters: masters}); err != nil {
		return nil, err
	}
	return t.q.WaitingPages(ctx, sqlc.WaitingPagesParams{DocumentID: id, Version: version})
}

// begin makes a version the current one and opens its tasks. Somebody looks at the document just now, so it goes before the backlog.
func (t *arranging) begin(ctx context.Context, d sqlc.Document, version int32, waiting []int32) error {
	if err := t.q.CloseTasksOfDocument(ctx, &d.ID); err != nil {
		return err
	}
	processing, kind, attempt := archive.Describing, archive.TaskDescribe, d.Attempt
	if len(waiting) > 0 {
		processing, kind = archive.Recognising, archive.TaskRecognise
	}
	if version > 1 {
		attempt++
		if n, err := t.q.StartVersion(ctx, sqlc.StartVersionParams{ID: d.ID, Version: version, Processing: string(processing)}); err != nil || n == 0 {
			return fmt.Errorf("start version %d: %d rows, %w", version, n, err)
		}
	} else if len(waiting) > 0 {
		if _, err := t.q.AdvanceDocument(ctx, sqlc.AdvanceDocumentParams{ID: d.ID, Attempt: attempt, Leaves: string(archive.Describing), Next: string(processing)}); err != nil {
			return err
		}
	}
	if len(waiting) == 0 {
		return t.q.InsertTask(ctx, sqlc.InsertTaskParams{
			Kind: string(kind), Queue: string(archive.Interactive), UnitCode: d.UnitCode, DocumentID: &d.ID, Version: &version, Attempt: attempt,
		})
	}
	return t.q.InsertTasks(ctx, sqlc.InsertTasksParams{
		Kind: string(kind), Queue: string(archive.Interactive), UnitCode: d.UnitCode, DocumentID: &d.ID, Version: &version, Pages: waiting, Attempt: attempt,
	})
}

// empty leaves a document whose pages another one has. Its versions and manifests stay.
func (t *arranging) empty(ctx context.Context, x rearrange.Target) error {
	id := string(x.ID)
	if err := t.q.ReplaceDocument(ctx, sqlc.ReplaceDocumentParams{ID: id, ReplacedBy: string(x.Heir)}); err != nil {
		return err
	}
	if err := leaveReaders(ctx, t.q, id); err != nil {
		return err
	}
	if _, err := t.q.DropDossierWait(ctx, id); err != nil {
		return err
	}
	d := t.locked[id]
	t.rec.add(id, d.Version, 0)
	return audit(ctx, t.q, event{
		actor: t.ch.Actor, action: "document_emptied", unit: d.UnitCode, batch: deref(d.BatchID), document: x.ID,
		detail: map[string]string{"pages_now_in": string(x.Heir), "done": fmt.Sprint(t.ch.Kinds)},
	})
}

func (t *arranging) record(ctx context.Context) (int64, error) {
	first := t.locked[t.among[0]]
	p := sqlc.InsertArrangementParams{Actor: t.ch.Actor, UnitCode: first.UnitCode, BatchID: first.BatchID, Kinds: t.ch.Kinds}
	if t.ch.Undoes > 0 {
		p.Undoes = &t.ch.Undoes
	}
	return t.rec.put(ctx, t.q, p)
}
