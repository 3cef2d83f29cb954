package postgres

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/postgres/sqlc"
)

// Arranged implements digitise.Catalogue: the version that is a stack keeps the pages of its first document, the others become documents of their own whose
// pages are read already, and each has a task to be described.
func (c *Catalogue) Arranged(ctx context.Context, t archive.Task, a digitise.Arranged) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		d, err := q.LockDocument(ctx, string(t.Document))
		if err != nil {
			return 0, err
		}
		if int(d.Attempt) != t.Attempt || d.Processing != string(archive.Describing) || int(d.Version) != t.Version {
			return 0, nil
		}
		from := sqlc.GetVersionParams{DocumentID: d.ID, Version: d.Version}
		v, err := q.GetVersion(ctx, from)
		if err != nil || v.Manifest != nil {
			return 0, err
		}
		accs, err := q.AccessionsOfDocument(ctx, d.ID)
		if err != nil {
			return 0, err
		}
		var rec arrangementRecord
		for _, doc := range a.Documents[1:] {
			row, err := c.openArranged(ctx, q, d, v, doc)
			if err != nil {
				return 0, fmt.Errorf("document %s: %w", doc.ID, err)
			}
			for _, acc := range accs {
				if err := q.LinkDocumentAccession(ctx, sqlc.LinkDocumentAccessionParams{DocumentID: row.ID, AccessionID: acc.ID}); err != nil {
					return 0, err
				}
			}
			rec.add(row.ID, 0, row.Version)
		}
		if err := shrinkTo(ctx, q, d, a.Documents[0]); err != nil {
			return 0, err
		}
		if err := openTask(ctx, q, t, archive.TaskDescribe); err != nil {
			return 0, err
		}
		rec.add(d.ID, d.Version, d.Version)
		id, err := rec.put(ctx, q, sqlc.InsertArrangementParams{Actor: System, UnitCode: d.UnitCode, BatchID: d.BatchID, Kinds: []string{"stack"}})
		if err != nil {
			return 0, err
		}
		return 1, audit(ctx, q, event{
			actor: System, action: "stack_taken_apart", unit: d.UnitCode, batch: deref(d.BatchID), accession: archive.AccessionID(accs[0].ID), document: t.Document,
			detail: map[string]string{"documents": fmt.Sprint(len(a.Documents)), "pages": fmt.Sprint(v.PageCount), "arrangement": fmt.Sprint(id)},
		})
	})
}

// openArranged makes a document of pages of the stack d, to be described.
func (c *Catalogue) openArranged(ctx context.Context, q *sqlc.Queries, d sqlc.Document, v sqlc.Version, doc digitise.ArrangedDocument) (row sqlc.Document, err error) {
	p := sqlc.InsertArrangedDocumentParams{
		ID: string(doc.ID), LikeID: d.ID, Name: doc.Name, DossierCode: opt(doc.Sheet.Dossier), Shelf: opt(doc.Sheet.Shelf), ProcedureCode: opt(doc.Sheet.Procedure),
		Inherit: doc.Sheet.IsZero() && d.DossierCode != nil, // handed in with the whole stack
	}
	row, err = q.InsertArrangedDocument(ctx, p)
	if isNoRows(err) { // people have given the id's document other pages since: this one gets a name of its own
		p.ID = archive.NewID(v.CreatedAt)
		row, err = q.InsertArrangedDocument(ctx, p)
	}
	if err != nil {
		return row, err
	}
	if err := q.DropVersionContent(ctx, sqlc.DropVersionContentParams{DocumentID: row.ID, Version: row.Version}); err != nil {
		return row, err
	}
	if err := q.RestartVersion(ctx, sqlc.RestartVersionParams{
		DocumentID: row.ID, Version: row.Version, Reason: archive.ReasonSplit, CreatedBy: v.CreatedBy, CreatedAt: v.CreatedAt, PageCount: int32(len(doc.Pages)),
	}); err != nil {
		return row, err
	}
	if err := q.TakePages(ctx, sqlc.TakePagesParams{
		ToDocument: row.ID, ToVersion: row.Version, DocumentID: d.ID, Version: d.Version, FromOrdinals: ordinals(doc.Pages), Ordinals: counted(len(doc.Pages)),
	}); err != nil {
		return row, err
	}
	if err := putLeftOut(ctx, q, row.ID, row.Version, doc.LeftOut); err != nil {
		return row, err
	}
	if err := q.CloseTasksOfDocument(ctx, &row.ID); err != nil {
		return row, err
	}
	if err := q.InsertTask(ctx, sqlc.InsertTaskParams{
		Kind: string(archive.TaskDescribe), Queue: row.Queue, UnitCode: row.UnitCode, DocumentID: &row.ID, Version: &row.Version, Attempt: row.Attempt,
	}); err != nil {
		return row, err
	}
	return row, audit(ctx, q, event{
		actor: System, action: "document_opened", unit: row.UnitCode, batch: deref(row.BatchID), document: archive.DocumentID(row.ID),
		detail: map[string]string{"pages": fmt.Sprint(len(doc.Pages)), "left_out": fmt.Sprint(len(doc.LeftOut))},
	})
}

// shrinkTo leaves a stack only the pages of its first document.
func shrinkTo(ctx context.Context, q *sqlc.Queries, d sqlc.Document, doc digitise.ArrangedDocument) error {
	if err := q.SetAsidePages(ctx, sqlc.SetAsidePagesParams{DocumentID: d.ID, Version: d.Version}); err != nil {
		return err
	}
	from := ordinals(doc.Pages)
	for i := range from {
		from[i] += setAside
	}
	if err := q.TakePages(ctx, sqlc.TakePagesParams{
		ToDocument: d.ID, ToVersion: d.Version, DocumentID: d.ID, Version: d.Version, FromOrdinals: from, Ordinals: counted(len(doc.Pages)),
	}); err != nil {
		return err
	}
	if err := q.DropSetAside(ctx, sqlc.DropSetAsideParams{DocumentID: d.ID, Version: d.Version}); err != nil {
		return err
	}
	if err := q.DropLeftOut(ctx, sqlc.DropLeftOutParams{DocumentID: d.ID, Version: d.Version}); err != nil {
		return err
	}
	if err := putLeftOut(ctx, q, d.ID, d.Version, doc.LeftOut); err != nil {
		return err
	}
	if _, err := q.ResizeVersion(ctx, sqlc.ResizeVersionParams{DocumentID: d.ID, Version: d.Version, PageCount: int32(len(doc.Pages)), Reason: archive.ReasonSplit}); err != nil {
		return err
	}
	return q.SetSheet(ctx, sqlc.SetSheetParams{
		ID: d.ID, DossierCode: opt(doc.Sheet.Dossier), Shelf: opt(doc.Sheet.Shelf), ProcedureCode: opt(doc.Sheet.Procedure), Name: doc.Name,
	})
}

// setAside is added to the ordinals of pages that make room (SetAsidePages).
const setAside = 1_000_000

func ordinals(pages []int) []int32 {
	out := make([]int32, len(pages))
	for i, p := range pages {
		out[i] = int32(p)
	}
	return out
}

// counted are the ordinals 1 to n.
func counted(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i + 1)
	}
	return out
}

func putLeftOut(ctx context.Context, q *sqlc.Queries, id string, version int32, left []archive.LeftOut) error {
	p := sqlc.PutLeftOutParams{DocumentID: id, Version: version}
	for i, l := range left {
		p.Seqs, p.Befores = append(p.Seqs, int32(i+1)), append(p.Befores, int32(l.Before))
		p.Masters, p.MasterPages = append(p.Masters, l.Master[:]), append(p.MasterPages, int32(l.Page))
		p.Reasons = append(p.Reasons, string(l.Reason))
	}
	if len(left) == 0 {
		return nil
	}
	return q.PutLeftOut(ctx, p)
}

func leftOut(ctx context.Context, q *sqlc.Queries, id string, version int32) ([]archive.LeftOut, error) {
	rows, err := q.ListLeftOut(ctx, sqlc.ListLeftOutParams{DocumentID: id, Version: version})
	if err != nil {
		return nil, err
	}
	var out []archive.LeftOut
	for _, r := range rows {
		out = append(out, archive.LeftOut{Before: int(r.Before), Master: r.MasterDigest, Page: int(r.MasterPage), Reason: archive.LeftOutReason(r.Reason)})
	}
	return out, nil
}

// arrangementRecord gathers the documents of a change.
type arrangementRecord struct {
	p sqlc.InsertArrangementDocumentsParams
}

// add notes a document; before is 0 where the change made it, after where the change emptied it.
func (r *arrangementRecord) add(id string, before, after int32) {
	r.p.Documents, r.p.Befores, r.p.Afters = append(r.p.Documents, id), append(r.p.Befores, before), append(r.p.Afters, after)
}

func (r *arrangementRecord) put(ctx context.Context, q *sqlc.Queries, p sqlc.InsertArrangementParams) (int64, error) {
	id, err := q.InsertArrangement(ctx, p)
	if err != nil {
		return 0, err
	}
	r.p.ArrangementID = id
	return id, q.InsertArrangementDocuments(ctx, r.p)
}

// stackOf is how the batch of a document takes files apart; a file without a batch is taken apart at separator sheets.
func stackOf(b *sqlc.Batch) archive.StackSettings {
	if b == nil {
		return archive.StackSettings{Splitting: archive.SplitSeparators, PageOrder: archive.OrderAsScanned}
	}
	return archive.StackSettings{Splitting: archive.Splitting(b.Splitting), PageOrder: archive.PageOrder(b.PageOrder)}
}

// addArrangement loads what taking apart and manifests need of a version: its left-out pages, what its sheet said, whose pages it has taken, how its batch
// takes files apart. Accessions of which the version has no page any more are let go.
func addArrangement(ctx context.Context, q *sqlc.Queries, d sqlc.Document, v *digitise.Version) (err error) {
	v.Shelf, v.Procedure = deref(d.Shelf), deref(d.ProcedureCode)
	if v.LeftOut, err = leftOut(ctx, q, d.ID, int32(v.Version)); err != nil {
		return err
	}
	replaced, err := q.ReplacedByDocument(ctx, &d.ID)
	if err != nil {
		return err
	}
	for _, id := range replaced {
		v.Replaces = append(v.Replaces, archive.DocumentID(id))
	}
	v.Stack = stackOf(nil)
	if d.BatchID != nil {
		b, err := q.GetBatch(ctx, *d.BatchID)
		if err != nil {
			return err
		}
		v.Stack = stackOf(&b)
	}
	return nil
}

// ownAccessions keeps those of which the version has pages.
func ownAccessions(v digitise.Version) []archive.Accession {
	var out []archive.Accession
	for _, a := range v.Accessions {
		has := false
		for _, p := range v.Pages {
			has = has || p.Master == a.Master
		}
		for _, l := range v.LeftOut {
			has = has || l.Master == a.Master
		}
		if has {
			out = append(out, a)
		}
	}
	if out == nil {
		return v.Accessions
	}
	return out
}
