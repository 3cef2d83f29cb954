package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
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
			x.Numbers = append(x.Numbers, match.Number{Kind: dossier.IdentifierKind(h.Kind), Hash: h.Hash, Masked: h.Masked})
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
		if err := link(ctx, q, filing{document: t.Document, version: t.Version, match: *m, actor: System}); err != nil {
			return err
		}
	}
	if err := putKeys(ctx, q, t.Document, d.Keys); err != nil {
		return err
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

// filing is what a document is filed under from a version on, and who said so. A match without code takes it out of its dossier.
type filing struct {
	document           archive.DocumentID
	version            int
	match              archive.DossierMatch
	actor, reason, and string // and: the second person, where two were needed
}

// link files a document, unless it is filed so already.
func link(ctx context.Context, q *sqlc.Queries, f filing) error {
	id := string(f.document)
	last, err := q.LastDossierLink(ctx, id)
	if err != nil && !isNoRows(err) {
		return err
	}
	if err == nil && deref(last.DossierCode) == f.match.Code && (f.match.Source == archive.MatchSource(last.Source) || f.match.Source != archive.MatchPerson) {
		return nil
	}
	if _, err := q.FileDocument(ctx, sqlc.FileDocumentParams{ID: id, DossierCode: opt(f.match.Code)}); err != nil {
		return err
	}
	if err := q.InsertDossierLink(ctx, sqlc.InsertDossierLinkParams{
		DocumentID: id, Version: int32(f.version), DossierCode: opt(f.match.Code), Source: string(f.match.Source), Score: float32(f.match.Score),
		Why: some(f.match.Why), Reason: f.reason, Actor: f.actor, ApprovedBy: opt(f.and),
	}); err != nil {
		return err
	}
	d, err := q.GetDocument(ctx, id)
	if err != nil {
		return err
	}
	detail := map[string]string{"dossier": f.match.Code, "source": string(f.match.Source), "version": fmt.Sprint(f.version)}
	if before := deref(last.DossierCode); before != "" {
		detail["before"] = before
	}
	if f.and != "" {
		detail["approved_by"] = f.and
	}
	return audit(ctx, q, event{actor: f.actor, action: "dossier_linked", unit: d.UnitCode, batch: deref(d.BatchID), document: f.document, detail: detail})
}

// linkDecided files a document as a person who was asked decided. A released one is not moved by one person alone.
func linkDecided(ctx context.Context, q *sqlc.Queries, p sqlc.Decision, code string) error {
	d, err := q.GetDocument(ctx, p.DocumentID)
	if err != nil {
		return err
	}
	if deref(d.DossierCode) == code && code == "" {
		return nil
	}
	if deref(d.DossierCode) != code && d.DossierCode != nil && released(d) {
		return releasedConflict()
	}
	m := archive.DossierMatch{Code: code, Source: archive.MatchPerson, Score: 1}
	actor := p.Actor
	if p.UndoneAt != nil { // what it was before was known some other way
		actor = deref(p.UndoneBy)
		if m, err = matchBefore(ctx, q, p.DocumentID, code); err != nil {
			return err
		}
	}
	return link(ctx, q, filing{document: archive.DocumentID(p.DocumentID), version: int(d.Version) + 1, match: m, actor: actor})
}

// matchBefore says how a document was once known to belong to a dossier.
func matchBefore(ctx context.Context, q *sqlc.Queries, id, code string) (archive.DossierMatch, error) {
	m := archive.DossierMatch{Code: code, Source: archive.MatchGiven}
	links, err := q.DossierLinks(ctx, id)
	for _, l := range links {
		if code != "" && deref(l.DossierCode) == code {
			m.Source, m.Score, m.Why = archive.MatchSource(l.Source), float64(l.Score), l.Why
		}
	}
	return m, err
}

// released reports whether others may rely on a document already.
func released(d sqlc.Document) bool {
	r := archive.Release(d.Release)
	return r == archive.Released || r == archive.Signed
}

func releasedConflict() error {
	return fault.New(fault.StateConflict, "the document is released: ask for another dossier with a reason, and a second account approves it (sohoa relink)")
}
