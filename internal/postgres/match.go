package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fold"
	"sohoa/internal/match"
	"sohoa/internal/postgres/sqlc"
)

// Matching is the part of the catalogue that knows which dossier a paper could belong to; it is match.Register.
type Matching struct{ c *Catalogue }

// Matching gives the part of the catalogue that knows which dossier a paper could belong to.
func (c *Catalogue) Matching() *Matching { return &Matching{c} }

// Dossiers implements match.Register.
func (m *Matching) Dossiers(ctx context.Context, codes []string) ([]match.Dossier, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	rows, err := m.c.q.MatchDossiers(ctx, codes)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]match.Dossier, len(rows))
	at := make(map[string]int, len(rows))
	for i, r := range rows {
		d := match.Dossier{
			Code: r.Code, Procedure: r.ProcedureCode, Name: r.ProcedureName, Unit: r.UnitCode, UnitName: r.UnitName,
			ReceivedOn: midnight(r.ReceivedOn), DueOn: midnight(r.DueOn), CompletedOn: midnight(r.CompletedOn), Results: r.ExpectedResults,
		}
		if len(d.Results) == 0 {
			d.Results = r.ResultTypes
		}
		out[i], at[r.Code] = d, i
	}
	holders, err := m.c.q.MatchHolders(ctx, codes)
	if err != nil {
		return nil, unavailable(err)
	}
	last := map[string]int16{}
	for _, h := range holders {
		i, ok := at[h.DossierCode]
		if !ok {
			continue
		}
		d := &out[i]
		if len(d.Holders) == 0 || last[h.DossierCode] != h.Ordinal {
			d.Holders = append(d.Holders, match.Holder{Name: h.Name, NameKey: h.NameKey})
			last[h.DossierCode] = h.Ordinal
		}
		if x := &d.Holders[len(d.Holders)-1]; h.Hash != nil {
			x.Hashes = append(x.Hashes, h.Hash)
			if x.Masked == "" {
				x.Masked = h.Masked
			}
		}
	}
	return out, nil
}

func date(t time.Time) pgtype.Date { return pgtype.Date{Time: t, Valid: true} }

// midnight is the day as midnight UTC; zero for none.
func midnight(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// DossiersOfNumbers implements match.Register.
func (m *Matching) DossiersOfNumbers(ctx context.Context, hashes [][]byte, limit int) ([]match.Dossier, error) {
	rows, err := m.c.q.DossiersOfNumbers(ctx, sqlc.DossiersOfNumbersParams{Hashes: hashes, PageSize: int32(limit)})
	if err != nil {
		return nil, unavailable(err)
	}
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	return m.Dossiers(ctx, codes)
}

// DossiersOfNames implements match.Register.
func (m *Matching) DossiersOfNames(ctx context.Context, units, names []string, from, until time.Time, limit int) ([]match.Dossier, error) {
	rows, err := m.c.q.DossiersOfNames(ctx, sqlc.DossiersOfNamesParams{Units: units, Names: names, FromDay: date(from), UntilDay: date(until), PageSize: int32(limit)})
	if err != nil {
		return nil, unavailable(err)
	}
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	return m.Dossiers(ctx, codes)
}

// Kin implements match.Register.
func (m *Matching) Kin(ctx context.Context, unit string) ([]string, error) {
	kin, err := m.c.q.KinOfUnit(ctx, unit)
	return kin, unavailable(err)
}

// Filed implements match.Register.
func (m *Matching) Filed(ctx context.Context, codes []string, document archive.DocumentID) (map[string][]string, error) {
	id := string(document)
	if id == "" {
		id = noDocument
	}
	rows, err := m.c.q.FiledUnder(ctx, sqlc.FiledUnderParams{Codes: codes, DocumentID: id})
	if err != nil {
		return nil, unavailable(err)
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.DossierCode] = append(out[r.DossierCode], fold.Plain(r.DocType))
	}
	return out, nil
}

// noDocument is an id that no document has.
const noDocument = "00000000-0000-0000-0000-000000000000"

// putMatch writes down what matching gave, within the transaction that describes the version: the dossier a document is filed under, or what
// it waits for. The same filing again adds nothing.
func putMatch(ctx context.Context, q *sqlc.Queries, t archive.Task, d digitise.Described) error {
	id := string(t.Document)
	if m := d.Match; m != nil {
		if err := link(ctx, q, t.Document, t.Version, *m, System, ""); err != nil {
			return err
		}
	}
	if d.Wait == nil {
		_, err := q.DropDossierWait(ctx, id)
		return err
	}
	w := *d.Wait
	if err := q.PutDossierWait(ctx, sqlc.PutDossierWaitParams{DocumentID: id, UnitCode: t.Unit, Codes: some(w.Codes), Tried: some(w.Tried), Why: some(w.Why)}); err != nil {
		return err
	}
	if err := q.DropDossierWaitNumbers(ctx, id); err != nil || len(w.Holders) == 0 {
		return err
	}
	return q.PutDossierWaitNumbers(ctx, sqlc.PutDossierWaitNumbersParams{DocumentID: id, Hashes: w.Holders})
}

// filed says how the dossier of a document is known; nil without one.
func filed(ctx context.Context, q *sqlc.Queries, d sqlc.Document) (*archive.DossierMatch, error) {
	if d.DossierCode == nil {
		return nil, nil //nolint:nilnil // no dossier is no error
	}
	last, err := q.LastDossierLink(ctx, d.ID)
	if err != nil && !isNoRows(err) {
		return nil, err
	}
	if err != nil || deref(last.DossierCode) != *d.DossierCode {
		return &archive.DossierMatch{Code: *d.DossierCode, Source: archive.MatchGiven, Score: 1}, nil
	}
	return &archive.DossierMatch{Code: *d.DossierCode, Source: archive.MatchSource(last.Source), Score: float64(last.Score), Why: last.Why}, nil
}

// link files a document under a dossier, unless it is filed so already.
func link(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int, m archive.DossierMatch, actor, reason string) error {
	last, err := q.LastDossierLink(ctx, string(id))
	if err != nil && !isNoRows(err) {
		return err
	}
	if err == nil && deref(last.DossierCode) == m.Code {
		return nil
	}
	if _, err := q.FileDocument(ctx, sqlc.FileDocumentParams{ID: string(id), DossierCode: m.Code}); err != nil {
		return err
	}
	if err := q.InsertDossierLink(ctx, sqlc.InsertDossierLinkParams{
		DocumentID: string(id), Version: int32(version), DossierCode: opt(m.Code), Source: string(m.Source), Score: float32(m.Score), Why: some(m.Why),
		Reason: reason, Actor: actor,
	}); err != nil {
		return err
	}
	d, err := q.GetDocument(ctx, string(id))
	if err != nil {
		return err
	}
	return audit(ctx, q, event{
		actor: actor, action: "dossier_linked", unit: d.UnitCode, batch: deref(d.BatchID), document: id,
		detail: map[string]string{"dossier": m.Code, "source": string(m.Source), "before": deref(last.DossierCode)},
	})
}
