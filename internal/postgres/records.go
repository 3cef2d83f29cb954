package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/records"
)

// Records is the part of the catalogue that archive records are made of; it is records.Store.
type Records struct{ c *Catalogue }

// Records gives the part of the catalogue that archive records are made of.
func (c *Catalogue) Records() *Records { return &Records{c} }

// Record implements records.Store.
func (r *Records) Record(ctx context.Context, id archive.DocumentID) (records.Row, error) {
	rows, err := r.ask(ctx, sqlc.ArchiveRecordsParams{ID: ptr(string(id)), PageSize: 1})
	if err == nil && len(rows) == 0 {
		d, err := r.c.q.GetDocument(ctx, string(id))
		if isNoRows(err) {
			return records.Row{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
		}
		// Where it stands may be told only to who reaches it: the use case looks first.
		return records.Row{Record: records.Record{
			Identifier: id, Unit: d.UnitCode, Access: archive.Access(d.AccessLevel), Release: archive.Release(d.Release), Dossier: deref(d.DossierCode), Type: deref(d.DocType),
			Number: deref(d.Number), Symbol: deref(d.Symbol), Agency: deref(d.Agency), Version: 0,
		}}, unavailable(err)
	}
	if err != nil {
		return records.Row{}, err
	}
	return rows[0], nil
}

// Records implements records.Store.
func (r *Records) Records(ctx context.Context, q records.Query) ([]records.Row, error) {
	return r.ask(ctx, sqlc.ArchiveRecordsParams{
		UnitCode: opt(q.Unit), BatchID: opt(string(q.Batch)), DossierCode: opt(q.Dossier), After: q.After, PageSize: int32(q.Limit),
	})
}

func (r *Records) ask(ctx context.Context, p sqlc.ArchiveRecordsParams) ([]records.Row, error) {
	rows, err := r.c.q.ArchiveRecords(ctx, p)
	if err != nil {
		return nil, unavailable(err)
	}
	rules, err := r.c.q.ListDocumentTypes(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]records.Row, len(rows))
	for i, x := range rows {
		t := typeOf(rules, deref(x.DocType))
		row := records.Row{Record: records.Record{
			Seq: x.Seq, Identifier: archive.DocumentID(x.ID), Retention: t.Retention, RetainUntil: x.RetainUntil, Type: deref(x.DocType), TypeCode: t.Code, Number: deref(x.Number),
			Symbol: deref(x.Symbol), Agency: deref(x.Agency), Pages: int(x.PageCount), Access: archive.Access(x.AccessLevel), Unit: x.UnitCode, Dossier: deref(x.DossierCode),
			Procedure: x.ProcedureCode, Owner: x.Owner, Version: int(x.Version), Release: archive.Release(x.Release),
		}, ReplacedBy: archive.DocumentID(deref(x.ReplacedBy))}
		if kept, err := archive.ParseRetention(x.Retention); err == nil && x.RetainUntil != nil {
			row.Retention = kept
		}
		if x.EndedOn != nil {
			row.EndedOn = x.EndedOn.Format(time.DateOnly)
		}
		if x.IssuedOn != nil {
			row.Date = x.IssuedOn.Format(time.DateOnly)
		}
		if err := json.Unmarshal(x.Fields, &row.Fields); err != nil {
			return nil, fmt.Errorf("fields of %s: %w", x.ID, err)
		}
		out[i] = row
	}
	return out, nil
}

// Patterns implements records.Store.
func (r *Records) Patterns(ctx context.Context) (records.Patterns, error) {
	p, err := r.c.q.ArchivePatterns(ctx)
	return records.Patterns{ResultCode: p.ResultCode, ArchiveCode: p.ArchiveCode}, unavailable(err)
}

// SetPatterns implements records.Store.
func (r *Records) SetPatterns(ctx context.Context, actor string, p records.Patterns) error {
	return r.c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.SetArchivePatterns(ctx, sqlc.SetArchivePatternsParams{ResultCode: p.ResultCode, ArchiveCode: p.ArchiveCode}); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: "archive_patterns_set", detail: map[string]string{"result_code": p.ResultCode, "archive_code": p.ArchiveCode}})
	})
}

// TypeRules implements records.Store.
func (r *Records) TypeRules(ctx context.Context) ([]records.TypeRule, error) {
	rows, err := r.c.q.ListDocumentTypes(ctx)
	out := make([]records.TypeRule, len(rows))
	for i, x := range rows {
		out[i] = records.TypeRule{Name: x.Name, Code: x.Code}
		out[i].Retention, _ = archive.ParseRetention(x.Retention) // checked when it was set
	}
	return out, unavailable(err)
}

// PutTypeRule implements records.Store.
func (r *Records) PutTypeRule(ctx context.Context, actor, key string, t records.TypeRule) error {
	return r.c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.PutDocumentType(ctx, sqlc.PutDocumentTypeParams{Key: key, Name: t.Name, Code: t.Code, Retention: t.Retention.String()}); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: "document_type_set", detail: map[string]string{"type": t.Name, "code": t.Code, "retention": t.Retention.String()}})
	})
}
