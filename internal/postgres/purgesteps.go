package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/purge"
)

// ApprovePurge implements purge.Catalogue.
func (c *Catalogue) ApprovePurge(ctx context.Context, id, actor string, at time.Time, permit func(purge.Purge, purge.Scope) error) (out purge.Purge, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		row, err := q.LockPurge(ctx, id)
		if err != nil {
			return err
		}
		if row.State != string(purge.Requested) {
			return decidedAlready(row)
		}
		asked, err := purgeOf(row)
		if err != nil {
			return err
		}
		if _, err := reachOf(ctx, q, asked.Document, asked.WholeFile); err != nil {
			return err
		}
		// Once more, now that the rows of the masters are locked: nobody hands the same bytes in beside this.
		r, err := reachOf(ctx, q, asked.Document, asked.WholeFile)
		if err != nil {
			return err
		}
		sc := r.scope()
		if err := permit(asked, sc); err != nil {
			return err
		}
		if _, err := q.LockDocuments(ctx, ids(sc.Documents)); err != nil {
			return err
		}
		t := archive.Tombstone{
			Schema: archive.TombstoneSchema, ID: id, Unit: asked.Unit, Documents: sc.Documents, Versions: r.versions, Reason: asked.Reason,
			RequestedBy: asked.RequestedBy, RequestedAt: asked.RequestedAt, ApprovedBy: actor, ApprovedAt: at,
		}
		if err := r.tell(ctx, q, &t); err != nil {
			return err
		}
		b, err := t.MarshalCanonical()
		if err != nil {
			return err
		}
		if _, err := q.ApprovePurge(ctx, sqlc.ApprovePurgeParams{ID: id, Actor: actor, At: at, Tombstone: b}); err != nil {
			return err
		}
		if err := takeOut(ctx, q, t); err != nil {
			return err
		}
		if row, err = q.GetPurge(ctx, id); err != nil {
			return err
		}
		if out, err = purgeOf(row); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: "purge_approved", unit: asked.Unit, document: asked.Document, detail: map[string]string{
			"purge": id, "reason": string(asked.Reason), "requested_by": asked.RequestedBy, "documents": fmt.Sprint(len(t.Documents)), "masters": fmt.Sprint(len(t.Masters)),
		}})
	})
	return out, err
}

// tell writes masters and accession records that go into the tombstone. The record of a zip stays: other papers came out of it.
func (r *reach) tell(ctx context.Context, q *sqlc.Queries, t *archive.Tombstone) error {
	all := map[fixity.Digest]bool{}
	for _, m := range r.locked {
		t.Masters = append(t.Masters, archive.TombstoneMaster{Digest: m.Digest, SizeBytes: m.SizeBytes, LeftOut: r.masters[m.Digest]})
		all[m.Digest] = true
	}
	accs, err := q.AccessionsOfMasters(ctx, digests(all))
	if err != nil {
		return err
	}
	t.Accessions = []archive.AccessionID{}
	for _, a := range accs {
		if a.MediaType == nil || archive.MediaType(*a.MediaType) != archive.Zip {
			t.Accessions = append(t.Accessions, archive.AccessionID(a.ID))
		}
	}
	return nil
}

func ids[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, id := range in {
		out[i] = string(id)
	}
	return out
}

// takeOut removes what a tombstone names from the catalogue, as far as nothing that stays refers to it.
func takeOut(ctx context.Context, q *sqlc.Queries, t archive.Tombstone) error {
	documents := ids(t.Documents)
	if err := q.InsertPurgeDocuments(ctx, sqlc.InsertPurgeDocumentsParams{PurgeID: t.ID, Documents: documents}); err != nil {
		return err
	}
	whole := map[fixity.Digest]bool{}
	for _, m := range t.Masters {
		p := sqlc.InsertPurgeMasterParams{Digest: m.Digest[:], PurgeID: t.ID, LeftOut: []int32{}}
		if len(m.LeftOut) == 0 {
			whole[m.Digest] = true
		}
		for _, n := range m.LeftOut {
			p.LeftOut = append(p.LeftOut, int32(n))
		}
		if err := q.InsertPurgeMaster(ctx, p); err != nil {
			return err
		}
	}
	for _, v := range t.Versions {
		if err := q.DropVersion(ctx, sqlc.DropVersionParams{DocumentID: string(v.Document), Version: int32(v.Version)}); err != nil {
			return err
		}
	}
	if err := q.DropDocuments(ctx, documents); err != nil {
		return err
	}
	for _, d := range documents {
		if err := q.ForgetOption(ctx, d); err != nil {
			return err
		}
	}
	// Documents that had a page of such a file once have none now.
	if err := q.DropLinks(ctx, sqlc.DropLinksParams{Accessions: ids(t.Accessions), Masters: digests(whole)}); err != nil {
		return err
	}
	return q.DropAccessions(ctx, ids(t.Accessions))
}

// UsersOfMaster implements purge.Catalogue.
func (c *Catalogue) UsersOfMaster(ctx context.Context, d fixity.Digest) (resting, busy int, err error) {
	rows, err := c.q.UsersOfMaster(ctx, d[:])
	for _, r := range rows {
		if atRest(r.Processing) {
			resting++
		} else {
			busy++
		}
	}
	return resting, busy, unavailable(err)
}

func atRest(processing string) bool {
	return processing == string(archive.Archived) || processing == string(archive.Cancelled)
}

// SourceOf implements purge.Catalogue.
func (c *Catalogue) SourceOf(ctx context.Context, d fixity.Digest) (out purge.Source, err error) {
	m, err := c.q.GetMaster(ctx, d)
	if err != nil {
		return out, unavailable(err)
	}
	out.RetainUntil = m.RetainUntil.UTC()
	accs, err := c.q.AccessionsOfMasters(ctx, [][]byte{d[:]})
	if err != nil {
		return out, unavailable(err)
	}
	for _, row := range accs {
		a := accessionOf(row)
		if err := addBatch(ctx, c.q, row, &a); err != nil {
			return out, unavailable(err)
		}
		out.Accessions, out.Pages = append(out.Accessions, a), max(out.Pages, a.Pages)
	}
	rows, err := c.q.AllResultsOfMaster(ctx, d)
	for _, r := range rows {
		out.Results = append(out.Results, purge.Result{Page: int(r.MasterPage), Engine: r.Engine, Settings: r.Settings, Key: r.ObjectKey, Digest: r.Digest})
	}
	return out, unavailable(err)
}

// Substitute implements purge.Catalogue.
func (c *Catalogue) Substitute(ctx context.Context, p purge.Purge, s purge.Substitute) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		m, err := q.UpsertMaster(ctx, sqlc.UpsertMasterParams{Digest: s.To, SizeBytes: s.SizeBytes, ObjectVersion: s.Version, RetainUntil: s.RetainUntil})
		if err != nil {
			return err
		}
		if m.State != "held" {
			return fault.New(fault.Internal, "the substitute %s is %s", s.To, m.State)
		}
		for old, d := range s.Accessions {
			if err := insertDerived(ctx, q, old, d, s); err != nil {
				return err
			}
		}
		for _, r := range s.Results {
			if err := q.InsertPageResult(ctx, sqlc.InsertPageResultParams{
				MasterDigest: s.To, MasterPage: int32(r.Page), Engine: r.Engine, Settings: r.Settings, ObjectKey: r.Key, Digest: r.Digest,
			}); err != nil {
				return err
			}
		}
		users, err := q.UsersOfMaster(ctx, s.From[:])
		if err != nil {
			return err
		}
		var docs []string
		for _, u := range users {
			docs = append(docs, u.ID)
		}
		locked, err := q.LockDocuments(ctx, docs)
		if err != nil {
			return err
		}
		for _, d := range locked {
			if err := moveOver(ctx, q, p, s, d); err != nil {
				return fmt.Errorf("document %s: %w", d.ID, err)
			}
		}
		if left, err := q.UsersOfMaster(ctx, s.From[:]); err != nil || len(left) > 0 {
			return orConflict(err)
		}
		if err := q.DropAccessions(ctx, ids(p.Tombstone.Accessions)); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: p.DecidedBy, action: "master_substituted", unit: p.Unit, detail: map[string]string{
			"purge": p.ID, "from": s.From.String(), "to": s.To.String(), "pages": fmt.Sprint(len(s.ToPages)), "documents": fmt.Sprint(len(locked)),
		}})
	})
}

func orConflict(err error) error {
	if err == nil {
		err = fault.New(fault.StateConflict, "another document took pages of the file at this very moment")
	}
	return err
}

func insertDerived(ctx context.Context, q *sqlc.Queries, old archive.AccessionID, d archive.Derived, s purge.Substitute) error {
	row, err := q.GetAccession(ctx, string(old))
	if err != nil {
		return err
	}
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	id := string(archive.AccessionIDFor(row.UnitCode, deref(row.DossierCode), s.To))
	if _, err := q.InsertDerivedAccession(ctx, sqlc.InsertDerivedAccessionParams{
		ID: id, Master: s.To[:], SizeBytes: s.SizeBytes, Pages: int32(len(s.ToPages)), Derived: b, FromID: string(old),
	}); err != nil {
		return err
	}
	return q.RelinkDocuments(ctx, sqlc.RelinkDocumentsParams{ToID: id, FromID: string(old)})
}

// moveOver gives a document a version on the substitute's pages. A cancelled one has no version to be made; its pages are moved in place.
func moveOver(ctx context.Context, q *sqlc.Queries, p purge.Purge, s purge.Substitute, d sqlc.Document) error {
	if !atRest(d.Processing) {
		return fault.New(fault.StateConflict, "the document is under way (%s)", d.Processing)
	}
	version := d.Version
	if d.Processing == string(archive.Archived) {
		var err error
		if version, err = nextVersion(ctx, q, d, archive.ReasonSubstitute, p.DecidedBy); err != nil {
			return err
		}
	}
	from, to := int32s(s.FromPages), int32s(s.ToPages)
	if err := q.MovePagesToSubstitute(ctx, sqlc.MovePagesToSubstituteParams{
		DocumentID: d.ID, Version: version, FromMaster: s.From[:], ToMaster: s.To[:], FromPages: from, ToPages: to,
	}); err != nil {
		return err
	}
	keys := make([]string, len(s.Results))
	for i, r := range s.Results {
		keys[i] = r.Key
	}
	if err := q.MoveResultsToSubstitute(ctx, sqlc.MoveResultsToSubstituteParams{DocumentID: d.ID, Version: version, OldKeys: notNil(s.OldKeys), NewKeys: keys}); err != nil {
		return err
	}
	if err := q.MoveLeftOutToSubstitute(ctx, sqlc.MoveLeftOutToSubstituteParams{
		DocumentID: d.ID, Version: version, FromMaster: s.From[:], ToMaster: s.To[:], FromPages: from, ToPages: to,
	}); err != nil {
		return err
	}
	return q.MoveDecisionsToSubstitute(ctx, sqlc.MoveDecisionsToSubstituteParams{DocumentID: d.ID, FromMaster: s.From[:], ToMaster: s.To[:], FromPages: from, ToPages: to})
}

// derivedOf reads what insertDerived wrote.
func derivedOf(b []byte) *archive.Derived {
	if len(b) == 0 {
		return nil
	}
	var d archive.Derived
	if json.Unmarshal(b, &d) != nil {
		return nil
	}
	return &d
}

func int32s(in []int) []int32 {
	out := make([]int32, len(in))
	for i, n := range in {
		out[i] = int32(n)
	}
	return out
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// UnsettledOfPurge implements purge.Catalogue.
func (c *Catalogue) UnsettledOfPurge(ctx context.Context, id string) (int, error) {
	n, err := c.q.UnsettledOfPurge(ctx, id)
	return int(n), unavailable(err)
}

// ClearPurge implements purge.Catalogue.
func (c *Catalogue) ClearPurge(ctx context.Context, p purge.Purge) (held bool, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		all := map[fixity.Digest]bool{}
		for _, m := range p.Tombstone.Masters {
			all[m.Digest] = true
		}
		rows, err := q.LockMasters(ctx, digests(all))
		if err != nil {
			return err
		}
		if held = slices.ContainsFunc(rows, func(m sqlc.Master) bool { return m.DisposalHold && m.State != "disposed" }); held {
			return nil
		}
		for _, m := range rows {
			if users, err := q.UsersOfMaster(ctx, m.Digest[:]); err != nil || len(users) > 0 {
				return orConflict(err)
			}
			if _, err := q.DisposeMaster(ctx, m.Digest); err != nil {
				return err
			}
			if err := q.DropPageResultsOfMaster(ctx, m.Digest); err != nil {
				return err
			}
			if err := q.DropPageKillsOfMaster(ctx, m.Digest); err != nil {
				return err
			}
		}
		if n, err := q.ClearPurge(ctx, p.ID); err != nil || n == 0 {
			return err
		}
		return audit(ctx, q, event{actor: p.DecidedBy, action: "masters_disposed", unit: p.Unit, detail: map[string]string{"purge": p.ID, "masters": fmt.Sprint(len(rows))}})
	})
	return held, err
}

// EndPurge implements purge.Catalogue.
func (c *Catalogue) EndPurge(ctx context.Context, p purge.Purge, at time.Time, objects int) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := q.EndPurge(ctx, sqlc.EndPurgeParams{ID: p.ID, At: at})
		if err != nil || n == 0 {
			return err
		}
		return audit(ctx, q, event{actor: p.DecidedBy, action: "purge_done", unit: p.Unit, document: p.Document, detail: map[string]string{"purge": p.ID, "objects": fmt.Sprint(objects)}})
	})
}

// PutTombstone implements custody.RebuildCatalogue: a purge that the store knows of and the catalogue does not, or knows as undecided.
func (c *Catalogue) PutTombstone(ctx context.Context, t archive.Tombstone, b []byte) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.EnsureUnit(ctx, t.Unit); err != nil {
			return err
		}
		n, err := q.RestorePurge(ctx, sqlc.RestorePurgeParams{
			ID: t.ID, DocumentID: string(t.Documents[0]), UnitCode: t.Unit, Reason: string(t.Reason), RequestedBy: t.RequestedBy, RequestedAt: t.RequestedAt,
			DecidedBy: &t.ApprovedBy, DecidedAt: &t.ApprovedAt, Tombstone: b,
		})
		if err != nil || n == 0 {
			return err
		}
		if err := takeOut(ctx, q, t); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: System, action: "purge_restored", unit: t.Unit, document: t.Documents[0], detail: map[string]string{"purge": t.ID}})
	})
}

// settleAccession lets an accession count as inspected: its master was made by a purge, or a paper that it brought was purged.
func settleAccession(ctx context.Context, q *sqlc.Queries, a archive.Accession) error {
	p := sqlc.SettleAccessionParams{ID: string(a.ID), MediaType: opt(string(a.MediaType))}
	if a.Pages > 0 {
		p.Pages = ptr(int32(a.Pages))
	}
	if a.Derived != nil {
		b, err := json.Marshal(a.Derived)
		if err != nil {
			return err
		}
		p.Derived = b
	}
	return q.SettleAccession(ctx, p)
}
