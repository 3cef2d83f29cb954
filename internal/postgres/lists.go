package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/retrieve"
)

// Batches implements retrieve.Catalogue.
func (c *Catalogue) Batches(ctx context.Context, unit string, before time.Time, limit int) ([]retrieve.Batch, error) {
	p := sqlc.ListBatchesParams{UnitCode: opt(unit), PageSize: int32(limit)}
	if !before.IsZero() {
		p.Before = &before
	}
	rows, err := c.q.ListBatches(ctx, p)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Batch, len(rows))
	for i, r := range rows {
		out[i] = batchOf(r.Batch, int(r.Accessions))
	}
	return out, nil
}

func batchOf(b sqlc.Batch, accessions int) retrieve.Batch {
	return retrieve.Batch{
		ID: archive.BatchID(b.ID), Unit: b.UnitCode, Name: b.Name, State: b.State, Queue: archive.Queue(b.Queue), CreatedBy: b.CreatedBy,
		CreatedAt: b.CreatedAt.UTC(), ClosedAt: b.ClosedAt, Accessions: accessions, BatchSettings: settingsOfBatch(b),
	}
}

// Batch implements retrieve.Catalogue.
func (c *Catalogue) Batch(ctx context.Context, id archive.BatchID) (retrieve.Batch, error) {
	b, err := c.q.GetBatch(ctx, string(id))
	return c.batch(ctx, b, err, string(id))
}

// BatchByName implements retrieve.Catalogue. Without a unit the newest batch of that name is found.
func (c *Catalogue) BatchByName(ctx context.Context, unit, name string) (retrieve.Batch, error) {
	b, err := c.q.FindBatchByName(ctx, sqlc.FindBatchByNameParams{Name: name, UnitCode: opt(unit)})
	return c.batch(ctx, b, err, name)
}

func (c *Catalogue) batch(ctx context.Context, b sqlc.Batch, err error, asked string) (retrieve.Batch, error) {
	if isNoRows(err) {
		return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %q", asked)
	}
	if err != nil {
		return retrieve.Batch{}, unavailable(err)
	}
	n, err := c.q.CountBatch(ctx, ptr(b.ID))
	return batchOf(b, int(n)), unavailable(err)
}

// Progress implements retrieve.Catalogue.
func (c *Catalogue) Progress(ctx context.Context, s retrieve.Scope) (retrieve.Progress, error) {
	p := retrieve.Progress{Accessions: map[archive.AccessionState]int{}, Documents: map[archive.Processing]int{}}
	accs, err := c.q.CountAccessions(ctx, sqlc.CountAccessionsParams{UnitCode: opt(s.Unit), BatchID: opt(string(s.Batch))})
	if err != nil {
		return p, unavailable(err)
	}
	for _, r := range accs {
		p.Accessions[archive.AccessionState(r.State)] = int(r.N)
		p.AccessionStalled += int(r.Stalled)
	}
	docs, err := c.q.CountDocuments(ctx, sqlc.CountDocumentsParams{UnitCode: opt(s.Unit), BatchID: opt(string(s.Batch))})
	if err != nil {
		return p, unavailable(err)
	}
	for _, r := range docs {
		p.Documents[archive.Processing(r.Processing)] = int(r.N)
		p.DocumentStalled += int(r.Stalled)
		if archive.Processing(r.Processing) != archive.Cancelled {
			p.Pages += int(r.Pages)
		}
		if x := archive.Processing(r.Processing); x == archive.Describing || x == archive.Assembling || x == archive.Archived {
			p.PagesRead += int(r.Pages)
		}
	}
	if p.Documents[archive.Recognising] > 0 {
		n, err := c.q.CountReadInProgress(ctx, sqlc.CountReadInProgressParams{UnitCode: opt(s.Unit), BatchID: opt(string(s.Batch))})
		if err != nil {
			return p, unavailable(err)
		}
		p.PagesRead += int(n)
	}
	return p, nil
}

// Accessions implements retrieve.Catalogue.
func (c *Catalogue) Accessions(ctx context.Context, s retrieve.Scope, state archive.AccessionState, after int64, limit int) ([]retrieve.Accession, error) {
	rows, err := c.q.ListAccessions(ctx, sqlc.ListAccessionsParams{
		UnitCode: opt(s.Unit), BatchID: opt(string(s.Batch)), State: opt(string(state)), After: after, PageSize: int32(limit),
	})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Accession, len(rows))
	at := make(map[string]int, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		out[i] = accessionViewOf(r.Accession)
		out[i].BatchName = deref(r.BatchName)
		at[r.Accession.ID], ids[i] = i, r.Accession.ID
	}
	return out, c.addDocuments(ctx, out, ids, at)
}

func (c *Catalogue) addDocuments(ctx context.Context, accs []retrieve.Accession, ids []string, at map[string]int) error {
	if len(ids) == 0 {
		return nil
	}
	docs, err := c.q.DocumentsOfAccessions(ctx, ids)
	if err != nil {
		return unavailable(err)
	}
	for _, d := range docs {
		a := &accs[at[d.AccessionID]]
		a.Documents = append(a.Documents, retrieve.DocumentState{
			ID: archive.DocumentID(d.ID), Title: d.Title, Processing: archive.Processing(d.Processing), Release: archive.Release(d.Release),
			Pages: int(d.PageCount), Stalled: d.StalledCode != nil,
		})
	}
	return nil
}

func accessionViewOf(r sqlc.Accession) retrieve.Accession {
	a := accessionOf(r)
	v := retrieve.Accession{Accession: a, Seq: r.Seq, State: a.State, Pages: a.Pages, Warnings: r.Warnings, Documents: []retrieve.DocumentState{}}
	switch {
	case r.RejectedCode != nil:
		v.Trouble = &retrieve.Trouble{Verdict: fault.Rejected.String(), Code: fault.Code(*r.RejectedCode), Detail: deref(r.RejectedDetail)}
	case r.StalledCode != nil:
		v.Trouble = &retrieve.Trouble{Verdict: fault.Stalled.String(), Code: fault.Code(*r.StalledCode), Detail: deref(r.StalledDetail), Since: r.StalledAt}
	}
	return v
}

// Accession implements retrieve.Catalogue.
func (c *Catalogue) Accession(ctx context.Context, id archive.AccessionID) (retrieve.Accession, error) {
	r, err := c.q.GetAccession(ctx, string(id))
	if isNoRows(err) {
		return retrieve.Accession{}, fault.New(fault.AccessionUnknown, "there is no accession %s", id)
	}
	if err != nil {
		return retrieve.Accession{}, unavailable(err)
	}
	out := []retrieve.Accession{accessionViewOf(r)}
	if r.BatchID != nil {
		b, err := c.q.GetBatch(ctx, *r.BatchID)
		if err != nil {
			return retrieve.Accession{}, unavailable(err)
		}
		out[0].BatchName = b.Name
	}
	err = c.addDocuments(ctx, out, []string{r.ID}, map[string]int{r.ID: 0})
	return out[0], err
}

// Documents implements retrieve.Catalogue.
func (c *Catalogue) Documents(ctx context.Context, q retrieve.DocumentQuery) ([]retrieve.Document, error) {
	p := sqlc.ListDocumentsParams{
		UnitCode: opt(q.Unit), BatchID: opt(string(q.Batch)), Processing: opt(string(q.Processing)), OnlyStalled: q.OnlyStalled, PageSize: int32(q.Limit),
	}
	if q.Before > 0 {
		p.Before = &q.Before
	}
	rows, err := c.q.ListDocuments(ctx, p)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Document, len(rows))
	for i, r := range rows {
		out[i] = documentOf(r.Document, r.PageCount, r.BatchName)
	}
	return out, nil
}

func documentOf(r sqlc.Document, pages int32, batchName *string) retrieve.Document {
	d := retrieve.Document{
		Seq: r.Seq, ID: archive.DocumentID(r.ID), Unit: r.UnitCode, Dossier: deref(r.DossierCode), Access: archive.Access(r.AccessLevel),
		Batch: archive.BatchID(deref(r.BatchID)), BatchName: deref(batchName), Name: r.Name, Title: r.Title, Type: deref(r.DocType),
		Number: deref(r.Number), Symbol: deref(r.Symbol), Agency: deref(r.Agency), Processing: archive.Processing(r.Processing),
		Release: archive.Release(r.Release), NeedsReview: r.NeedsReview, Pages: int(pages), Version: int(r.Version),
		CreatedAt: r.CreatedAt.UTC(), ArchivedAt: r.ArchivedAt,
	}
	if r.IssuedOn != nil {
		d.IssuedOn = r.IssuedOn.Format(time.DateOnly)
	}
	if d.Title == "" {
		d.Title = d.Name
	}
	if r.StalledCode != nil {
		d.Trouble = &retrieve.Trouble{Verdict: fault.Stalled.String(), Code: fault.Code(*r.StalledCode), Detail: deref(r.StalledDetail), Since: r.StalledAt}
	}
	return d
}

// Document implements retrieve.Catalogue.
func (c *Catalogue) Document(ctx context.Context, id archive.DocumentID) (retrieve.View, error) {
	d, err := c.q.GetDocument(ctx, string(id))
	if isNoRows(err) {
		return retrieve.View{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	}
	if err != nil {
		return retrieve.View{}, unavailable(err)
	}
	ver, err := c.shown(ctx, d)
	if err != nil {
		return retrieve.View{}, unavailable(err)
	}
	var batchName *string
	if d.BatchID != nil {
		b, err := c.q.GetBatch(ctx, *d.BatchID)
		if err != nil {
			return retrieve.View{}, unavailable(err)
		}
		batchName = &b.Name
	}
	v := retrieve.View{Document: documentOf(d, ver.PageCount, batchName), Shown: int(ver.Version), UnderWay: ver.Version < d.Version, Conformance: deref(ver.Conformance), CheckedBy: deref(ver.CheckedBy), Manifest: ver.Manifest}
	if ver.Manifest != nil {
		part, err := renditionOf(id, ver)
		if err != nil {
			return retrieve.View{}, err
		}
		v.Rendition = &part
	}
	pages, err := c.q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: d.ID, Version: ver.Version})
	if err != nil {
		return retrieve.View{}, unavailable(err)
	}
	for _, p := range pages {
		pv := retrieve.PageView{PageRef: pageRefOf(p), Read: p.State == "read", ResultKey: deref(p.ResultKey)}
		if p.Kind != nil {
			if err := pv.Kind.UnmarshalText([]byte(*p.Kind)); err != nil {
				return retrieve.View{}, err
			}
		}
		if p.FoundTurn != nil {
			pv.FoundTurn = page.Turn(*p.FoundTurn)
		}
		if p.Skew != nil {
			pv.Skew = float64(*p.Skew)
		}
		if p.Confidence != nil {
			pv.Confidence = float64(*p.Confidence)
		}
		if p.Quality != nil {
			var q page.Quality
			if err := json.Unmarshal(p.Quality, &q); err != nil {
				return retrieve.View{}, fmt.Errorf("quality of page %d: %w", p.Ordinal, err)
			}
			pv.Findings = q.Findings()
		}
		v.PageList = append(v.PageList, pv)
	}
	accs, err := c.q.AccessionsOfDocument(ctx, d.ID)
	if err != nil {
		return retrieve.View{}, unavailable(err)
	}
	for _, a := range accs {
		v.Accessions = append(v.Accessions, accessionViewOf(a))
	}
	v.Fields, err = fieldsOf(ctx, c.q, id, int(ver.Version))
	return v, unavailable(err)
}

// shown is the version that people see: the current one, or the last archived one while a newer is under way.
func (c *Catalogue) shown(ctx context.Context, d sqlc.Document) (sqlc.Version, error) {
	v, err := c.q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: d.ID, Version: d.Version})
	if err != nil || v.ArchivedAt != nil {
		return v, err
	}
	last, err := c.q.LastArchivedVersion(ctx, sqlc.LastArchivedVersionParams{DocumentID: d.ID, Version: d.Version})
	if err != nil || last == 0 {
		return v, err
	}
	return c.q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: d.ID, Version: last})
}

// History implements retrieve.Catalogue.
func (c *Catalogue) History(ctx context.Context, id archive.DocumentID) ([]retrieve.Event, error) {
	rows, err := c.q.AuditOfDocument(ctx, ptr(string(id)))
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Event, len(rows))
	for i, r := range rows {
		out[i] = retrieve.Event{At: r.At.UTC(), Actor: r.Actor, Action: r.Action}
		if err := json.Unmarshal(r.Detail, &out[i].Detail); err != nil {
			return nil, fmt.Errorf("audit event %d: %w", r.ID, err)
		}
	}
	return out, nil
}

// NoteRead implements retrieve.Catalogue.
func (c *Catalogue) NoteRead(ctx context.Context, actor archive.Actor, id archive.DocumentID, what string) error {
	return unavailable(audit(ctx, c.q, event{actor: actor.Account, action: "document_read", document: id, detail: map[string]string{"part": what}}))
}

// Search implements retrieve.Catalogue.
func (c *Catalogue) Search(ctx context.Context, s retrieve.Search) ([]retrieve.Hit, error) {
	q := fold.ParseQuery(s.Text)
	p := sqlc.SearchParams{UnitCode: opt(s.Unit), Plain: opt(q.Plain), Accented: opt(q.Accented), PageSize: int32(s.Limit)}
	if len(q.Codes) == 1 && len(q.Terms) == 1 {
		p.NumberSymbol = ptr(digitise.FoldNumber(q.Codes[0]))
	}
	if s.Before > 0 {
		p.Before = &s.Before
	}
	for _, d := range []struct {
		text string
		to   **time.Time
	}{{s.IssuedFrom, &p.IssuedFrom}, {s.IssuedTo, &p.IssuedTo}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return nil, fault.New(fault.RequestMalformed, "date %q is not of the form 2024-03-15", d.text)
		}
		*d.to = &t
	}
	if s.Lookup != nil {
		return c.searchHolder(ctx, s, p)
	}
	if s.Text != "" && q.Empty() {
		return nil, nil // nothing but signs was typed
	}
	rows, err := c.q.Search(ctx, p)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Hit, len(rows))
	for i, r := range rows {
		out[i] = retrieve.Hit{Document: documentOf(r.Document, r.PageCount, r.BatchName), Page: int(r.Ordinal), MatchingPages: int(r.Hits), Snippet: snippet(r.Body, q.Terms)}
	}
	return out, nil
}

// Queue implements retrieve.Catalogue.
func (c *Catalogue) Queue(ctx context.Context) (retrieve.Queue, error) {
	s, err := c.q.QueueSettings(ctx)
	if err != nil {
		return retrieve.Queue{}, unavailable(err)
	}
	out := retrieve.Queue{Paused: s.Paused, Depths: []retrieve.QueueDepth{}}
	if s.Paused {
		out.PausedBy = deref(s.PausedBy)
	}
	rows, err := c.q.QueueDepth(ctx)
	if err != nil {
		return out, unavailable(err)
	}
	for _, r := range rows {
		out.Depths = append(out.Depths, retrieve.QueueDepth{
			Queue: archive.Queue(r.Queue), Kind: archive.TaskKind(r.Kind), Open: int(r.Open), Rung: int(r.Rung), OldestSeconds: r.OldestSeconds,
		})
	}
	return out, nil
}
