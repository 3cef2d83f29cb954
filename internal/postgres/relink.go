package postgres

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/match"
	"sohoa/internal/postgres/sqlc"
)

// Filing is the part of the catalogue that says which document is filed where; it is match.FilingStore.
type Filing struct{ c *Catalogue }

// Filing gives the part of the catalogue that says which document is filed where.
func (c *Catalogue) Filing() *Filing { return &Filing{c} }

// Filed implements match.FilingStore.
func (f *Filing) Filed(ctx context.Context, id archive.DocumentID) (match.Filed, error) {
	d, err := f.c.q.GetDocument(ctx, string(id))
	if isNoRows(err) {
		return match.Filed{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	}
	return match.Filed{
		Document: id, Unit: d.UnitCode, Access: archive.Access(d.AccessLevel), Version: int(d.Version), Dossier: deref(d.DossierCode),
		Processing: archive.Processing(d.Processing), Release: archive.Release(d.Release),
	}, unavailable(err)
}

// Links implements match.FilingStore.
func (f *Filing) Links(ctx context.Context, id archive.DocumentID) ([]match.Link, error) {
	rows, err := f.c.q.DossierLinks(ctx, string(id))
	out := make([]match.Link, len(rows))
	for i, r := range rows {
		out[i] = match.Link{
			Dossier: deref(r.DossierCode), Source: archive.MatchSource(r.Source), Score: float64(r.Score), Why: r.Why, Reason: r.Reason, Version: int(r.Version),
			Actor: r.Actor, ApprovedBy: deref(r.ApprovedBy), At: r.At.UTC(),
		}
	}
	return out, unavailable(err)
}

// Relink implements match.FilingStore.
func (f *Filing) Relink(ctx context.Context, actor string, m match.Move) (version int, err error) {
	err = f.c.tx(ctx, func(q *sqlc.Queries) error {
		d, err := standing(ctx, q, m.Document, m.Version)
		if err != nil {
			return err
		}
		if released(d) {
			return releasedConflict()
		}
		version, err = relink(ctx, q, d, m.Dossier, m.Reason, actor, "")
		return err
	})
	return version, err
}

// standing locks a document of which no version is under way. A version of 0 is whichever is current.
func standing(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int) (sqlc.Document, error) {
	d, err := q.LockDocument(ctx, string(id))
	switch {
	case isNoRows(err):
		return d, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	case err != nil:
		return d, err
	case d.Processing != string(archive.Archived):
		return d, fault.New(fault.StateConflict, "a version of the document is being made; try again in a moment")
	case version != 0 && int(d.Version) != version:
		return d, fault.New(fault.StateConflict, "the document has changed since it was looked at: version %d is current", d.Version)
	}
	return d, nil
}

// relink files a locked document elsewhere, as a person says, and begins the version that says so.
func relink(ctx context.Context, q *sqlc.Queries, d sqlc.Document, code, reason, actor, and string) (int, error) {
	m := archive.DossierMatch{Code: code, Source: archive.MatchPerson, Score: 1}
	err := link(ctx, q, filing{document: archive.DocumentID(d.ID), version: int(d.Version) + 1, match: m, actor: actor, reason: reason, and: and})
	if err != nil {
		return 0, err
	}
	if _, err := q.DropDossierWait(ctx, d.ID); err != nil {
		return 0, err
	}
	v, err := nextVersion(ctx, q, d, "relinked", actor)
	return int(v), err
}

// RequestRelink implements match.FilingStore.
func (f *Filing) RequestRelink(ctx context.Context, actor string, m match.Move) (r match.Request, err error) {
	err = f.c.tx(ctx, func(q *sqlc.Queries) error {
		d, err := standing(ctx, q, m.Document, m.Version)
		if err != nil {
			return err
		}
		if open, err := q.OpenRelinkRequest(ctx, d.ID); err == nil {
			return fault.New(fault.StateConflict, "request %d to move the document waits already", open.ID)
		} else if !isNoRows(err) {
			return err
		}
		row, err := q.InsertRelinkRequest(ctx, sqlc.InsertRelinkRequestParams{
			DocumentID: d.ID, UnitCode: d.UnitCode, FromCode: d.DossierCode, ToCode: m.Dossier, Reason: m.Reason, RequestedBy: actor,
		})
		if err != nil {
			return err
		}
		r = requestOf(row, d.Title)
		return audit(ctx, q, event{
			actor: actor, action: "relink_requested", unit: d.UnitCode, batch: deref(d.BatchID), document: m.Document,
			detail: map[string]string{"request": fmt.Sprint(r.ID), "from": r.From, "to": r.To},
		})
	})
	return r, err
}

func requestOf(r sqlc.RelinkRequest, title string) match.Request {
	return match.Request{
		ID: r.ID, Document: archive.DocumentID(r.DocumentID), Title: title, Unit: r.UnitCode, From: deref(r.FromCode), To: r.ToCode, Reason: r.Reason,
		RequestedBy: r.RequestedBy, RequestedAt: r.RequestedAt.UTC(), Decision: deref(r.Decision), DecidedBy: deref(r.DecidedBy), DecidedAt: r.DecidedAt,
	}
}

// Request implements match.FilingStore.
func (f *Filing) Request(ctx context.Context, id int64) (match.Request, error) {
	r, err := f.c.q.GetRelinkRequest(ctx, id)
	if isNoRows(err) {
		return match.Request{}, fault.New(fault.NotFound, "there is no request %d", id)
	}
	return requestOf(r, ""), unavailable(err)
}

// Requests implements match.FilingStore.
func (f *Filing) Requests(ctx context.Context, unit string, after int64, limit int) ([]match.Request, error) {
	rows, err := f.c.q.ListRelinkRequests(ctx, sqlc.ListRelinkRequestsParams{UnitCode: opt(unit), After: after, PageSize: int32(limit)})
	out := make([]match.Request, len(rows))
	for i, r := range rows {
		out[i] = requestOf(sqlc.RelinkRequest{
			ID: r.ID, DocumentID: r.DocumentID, UnitCode: r.UnitCode, FromCode: r.FromCode, ToCode: r.ToCode, Reason: r.Reason, RequestedBy: r.RequestedBy,
			RequestedAt: r.RequestedAt,
		}, r.Title)
	}
	return out, unavailable(err)
}

// Decide implements match.FilingStore. The document is locked before the request, as every step of the pipeline does.
func (f *Filing) Decide(ctx context.Context, actor string, id int64, approve bool) (r match.Request, err error) {
	err = f.c.tx(ctx, func(q *sqlc.Queries) error {
		row, err := q.GetRelinkRequest(ctx, id)
		if err != nil {
			return err
		}
		decision, action := "refused", "relink_refused"
		var d sqlc.Document
		if approve {
			decision, action = "approved", "relink_approved"
			if d, err = standing(ctx, q, archive.DocumentID(row.DocumentID), 0); err != nil {
				return err
			}
			if deref(d.DossierCode) != deref(row.FromCode) {
				return fault.New(fault.StateConflict, "the document is no longer filed where it was when this was asked for: refuse the request")
			}
		}
		n, err := q.DecideRelinkRequest(ctx, sqlc.DecideRelinkRequestParams{ID: id, Decision: decision, Actor: actor})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.StateConflict, "the request was decided already")
		}
		if err := audit(ctx, q, event{
			actor: actor, action: action, unit: row.UnitCode, document: archive.DocumentID(row.DocumentID), detail: map[string]string{"request": fmt.Sprint(id)},
		}); err != nil {
			return err
		}
		if approve {
			if _, err := relink(ctx, q, d, row.ToCode, row.Reason, row.RequestedBy, actor); err != nil {
				return err
			}
		}
		if row, err = q.GetRelinkRequest(ctx, id); err != nil {
			return err
		}
		r = requestOf(row, "")
		return nil
	})
	return r, err
}

// Waiting implements match.FilingStore.
func (f *Filing) Waiting(ctx context.Context, unit string, after int64, limit int) ([]match.Waiting, error) {
	rows, err := f.c.q.ListDossierWaits(ctx, sqlc.ListDossierWaitsParams{UnitCode: opt(unit), After: after, PageSize: int32(limit)})
	out := make([]match.Waiting, len(rows))
	for i, r := range rows {
		out[i] = match.Waiting{
			Seq: r.Seq, Document: archive.DocumentID(r.DocumentID), Unit: r.UnitCode, Title: titleOr(r.Title, r.Name), Codes: r.Codes, Tried: r.Tried, Found: r.Why,
			Since: r.Since.UTC(),
		}
	}
	return out, unavailable(err)
}
