package postgres

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/postgres/sqlc"
)

// openDocument makes the document of a file, with a task for each of its pages. Where documents of the file are there already (the catalogue was
// rebuilt before all of them were archived, or the file was cancelled and sent again) it gets the pages that none of them has; none are left: nothing is
// made. It is named by the first of its pages, as taking the whole file apart would name it (digitise.Arranged).
func openDocument(ctx context.Context, q *sqlc.Queries, a sqlc.Accession, d digitise.SplitDocument) error {
	if gone, err := q.MasterPurged(ctx, a.MasterDigest[:]); err != nil || gone { // pages that nobody has may be those of a purged paper
		return err
	}
	free, err := q.MasterPagesNotIn(ctx, sqlc.MasterPagesNotInParams{AccessionID: a.ID, Pages: int32(len(d.Pages))})
	if err != nil || len(free) == 0 {
		return err
	}
	pages := make([]archive.PageRef, len(free))
	for i, n := range free {
		pages[i] = d.Pages[n-1]
		pages[i].Ordinal = i + 1
	}
	if first := pages[0].Page; first > 1 {
		d.ID, d.Name = archive.DocumentIDFor(archive.AccessionID(a.ID), first), fmt.Sprintf("%s#%d", d.Name, first)
	}
	d.Pages = pages
	p := sqlc.OpenDocumentParams{
		ID: string(d.ID), UnitCode: a.UnitCode, DossierCode: a.DossierCode, AccessLevel: a.AccessLevel, BatchID: a.BatchID, Name: d.Name,
		Queue: a.Queue, CreatedAt: a.ReceivedAt,
	}
	row, err := q.OpenDocument(ctx, p)
	if isNoRows(err) { // archived with other pages: people have moved its own
		p.ID = archive.NewID(a.ReceivedAt)
		row, err = q.OpenDocument(ctx, p)
	}
	if err != nil {
		return err
	}
	if err := q.LinkDocumentAccession(ctx, sqlc.LinkDocumentAccessionParams{DocumentID: row.ID, AccessionID: a.ID}); err != nil {
		return err
	}
	if err := q.DropVersionContent(ctx, sqlc.DropVersionContentParams{DocumentID: row.ID, Version: row.Version}); err != nil {
		return err
	}
	if err := q.RestartVersion(ctx, sqlc.RestartVersionParams{
		DocumentID: row.ID, Version: row.Version, Reason: archive.ReasonReceived, CreatedBy: a.ReceivedBy, CreatedAt: a.ReceivedAt, PageCount: int32(len(pages)),
	}); err != nil {
		return err
	}
	if err := insertPages(ctx, q, archive.DocumentID(row.ID), int(row.Version), pages); err != nil {
		return err
	}
	if err := q.InsertTasks(ctx, sqlc.InsertTasksParams{
		Kind: string(archive.TaskRecognise), Queue: a.Queue, UnitCode: a.UnitCode, DocumentID: &row.ID, Version: &row.Version,
		Pages: counted(len(pages)), Attempt: row.Attempt,
	}); err != nil {
		return err
	}
	return audit(ctx, q, event{
		actor: System, action: "document_opened", unit: a.UnitCode, batch: deref(a.BatchID), accession: archive.AccessionID(a.ID), document: archive.DocumentID(row.ID),
		detail: map[string]string{"pages": fmt.Sprint(len(pages))},
	})
}
