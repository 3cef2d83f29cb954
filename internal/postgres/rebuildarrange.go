package postgres

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/postgres/sqlc"
)

// restoreArrangement makes again what a manifest says of pages that are not in its rendition, and of documents whose pages its version has taken.
func restoreArrangement(ctx context.Context, q *sqlc.Queries, m archive.Manifest) error {
	id, version := string(m.Document), int32(m.Version)
	if err := q.DropLeftOut(ctx, sqlc.DropLeftOutParams{DocumentID: id, Version: version}); err != nil {
		return err
	}
	if err := putLeftOut(ctx, q, id, version, m.LeftOut); err != nil {
		return err
	}
	for _, r := range m.Replaces {
		n, err := q.RestoreReplaced(ctx, sqlc.RestoreReplacedParams{ID: string(r), ReplacedBy: id})
		if err != nil {
			return err
		}
		if n == 0 { // nothing of it was archived
			continue
		}
		if err := leaveReaders(ctx, q, string(r)); err != nil {
			return err
		}
	}
	return nil
}

// leaveReaders takes a document out of search, queue and review.
func leaveReaders(ctx context.Context, q *sqlc.Queries, id string) error {
	if err := q.DropSearchPages(ctx, id); err != nil {
		return err
	}
	if err := q.CancelReviewTasksOfDocument(ctx, id); err != nil {
		return err
	}
	return q.CloseTasksOfDocument(ctx, &id)
}

// finishAccession links an accession to its document. Once all its pages are in archived documents it needs no inspection; where a newer version of a document
// has let pages go that no other archived one has, it is inspected again, which makes a document of them.
func finishAccession(ctx context.Context, q *sqlc.Queries, document archive.DocumentID, a archive.Accession) error {
	id := string(a.ID)
	if err := q.LinkDocumentAccession(ctx, sqlc.LinkDocumentAccessionParams{DocumentID: string(document), AccessionID: id}); err != nil {
		return err
	}
	lost, err := q.MasterPagesNotIn(ctx, sqlc.MasterPagesNotInParams{AccessionID: id, Pages: int32(a.Pages)})
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		attempt, err := q.ReopenSplitAccession(ctx, id)
		if isNoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return q.InsertTask(ctx, sqlc.InsertTaskParams{Kind: string(archive.TaskInspect), Queue: a.Queue, UnitCode: a.Unit, AccessionID: &id, Attempt: attempt})
	}
	if err := putSignatures(ctx, q, a.ID, a.Signatures); err != nil {
		return err
	}
	warnings := a.Warnings
	if warnings == nil {
		warnings = []string{}
	}
	if err := q.FinishAccession(ctx, sqlc.FinishAccessionParams{
		ID: id, MediaType: opt(string(a.MediaType)), Pages: ptr(int32(a.Pages)), Warnings: warnings,
	}); err != nil {
		return err
	}
	return q.CloseTasksOfAccession(ctx, &id)
}
