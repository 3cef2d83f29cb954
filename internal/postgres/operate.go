package postgres

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
)

// CancelDocument implements retrieve.Operations.
func (c *Catalogue) CancelDocument(ctx context.Context, actor string, id archive.DocumentID) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := cancelDocument(ctx, q, actor, id)
		if err == nil && n == 0 {
			return fault.New(fault.StateConflict, "the document is archived or cancelled already")
		}
		return err
	})
}

func cancelDocument(ctx context.Context, q *sqlc.Queries, actor string, id archive.DocumentID) (int64, error) {
	n, err := q.CancelDocument(ctx, string(id))
	if err != nil || n == 0 {
		return n, err
	}
	if err := q.CloseTasksOfDocument(ctx, ptr(string(id))); err != nil {
		return 0, err
	}
	if err := q.CancelReviewTasksOfDocument(ctx, string(id)); err != nil {
		return 0, err
	}
	d, err := q.GetDocument(ctx, string(id))
	if err != nil {
		return 0, err
	}
	// The accession goes with its documents, so that the same paper can be sent again.
	if err := q.CancelSplitAccessions(ctx, string(id)); err != nil {
		return 0, err
	}
	return n, audit(ctx, q, event{actor: actor, action: "document_cancelled", unit: d.UnitCode, batch: deref(d.BatchID), document: id})
}

// CancelAccession implements retrieve.Operations.
func (c *Catalogue) CancelAccession(ctx context.Context, actor string, id archive.AccessionID) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := cancelAccession(ctx, q, actor, id)
		if err == nil && n == 0 {
			return fault.New(fault.StateConflict, "nothing of the accession is under way")
		}
		return err
	})
}

func cancelAccession(ctx context.Context, q *sqlc.Queries, actor string, id archive.AccessionID) (int64, error) {
	n, err := q.CancelAccession(ctx, string(id))
	if err != nil {
		return 0, err
	}
	if n > 0 {
		if err := q.CloseTasksOfAccession(ctx, ptr(string(id))); err != nil {
			return 0, err
		}
		row, err := q.GetAccession(ctx, string(id))
		if err != nil {
			return 0, err
		}
		return n, audit(ctx, q, event{actor: actor, action: "accession_cancelled", unit: row.UnitCode, batch: deref(row.BatchID), accession: id})
	}
	docs, err := q.DocumentsOfAccession(ctx, string(id))
	if err != nil {
		return 0, err
	}
	for _, d := range docs {
		m, err := cancelDocument(ctx, q, actor, archive.DocumentID(d))
		if err != nil {
			return 0, err
		}
		n += m
	}
	return n, nil
}

// CancelBatch implements retrieve.Operations. Each accession is a transaction of its own, so that a large batch locks nothing for long.
func (c *Catalogue) CancelBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return c.eachAccession(ctx, id, func(a archive.AccessionID) (int64, error) {
		var n int64
		err := c.tx(ctx, func(q *sqlc.Queries) (err error) {
			n, err = cancelAccession(ctx, q, actor, a)
			return err
		})
		return n, err
	})
}

func (c *Catalogue) eachAccession(ctx context.Context, id archive.BatchID, f func(archive.AccessionID) (int64, error)) (int, error) {
	var after int64
	total := 0
	for {
		rows, err := c.q.ListAccessions(ctx, sqlc.ListAccessionsParams{BatchID: ptr(string(id)), After: after, PageSize: 500})
		if err != nil {
			return total, unavailable(err)
		}
		if len(rows) == 0 {
			return total, nil
		}
		for _, r := range rows {
			n, err := f(archive.AccessionID(r.Accession.ID))
			if err != nil {
				return total, err
			}
			if n > 0 {
				total++
			}
			after = r.Accession.Seq
		}
	}
}

// RetryDocument implements retrieve.Operations: what is stalled goes on at once; what was cancelled starts anew.
func (c *Catalogue) RetryDocument(ctx context.Context, actor string, id archive.DocumentID) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := retryDocument(ctx, q, actor, id)
		if err == nil && n == 0 {
			return fault.New(fault.StateConflict, "nothing of the document waits to be tried again")
		}
		return err
	})
}

func retryDocument(ctx context.Context, q *sqlc.Queries, actor string, id archive.DocumentID) (int64, error) {
	n, err := q.ReleaseTasksOfDocument(ctx, ptr(string(id)))
	if err != nil || n == 0 {
		return n, err
	}
	d, err := q.GetDocument(ctx, string(id))
	if err != nil {
		return 0, err
	}
	return n, audit(ctx, q, event{actor: actor, action: "document_retried", unit: d.UnitCode, batch: deref(d.BatchID), document: id})
}

// RetryAccession implements retrieve.Operations.
func (c *Catalogue) RetryAccession(ctx context.Context, actor string, id archive.AccessionID) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := retryAccession(ctx, q, actor, id)
		if err == nil && n == 0 {
			return fault.New(fault.StateConflict, "nothing of the accession waits to be tried again")
		}
		return err
	})
}

func retryAccession(ctx context.Context, q *sqlc.Queries, actor string, id archive.AccessionID) (int64, error) {
	released, err := q.ReleaseTasksOfAccession(ctx, ptr(string(id)))
	if err != nil {
		return 0, err
	}
	row, err := q.GetAccession(ctx, string(id))
	if err != nil {
		return 0, err
	}
	reopened, err := q.ReopenAccession(ctx, string(id))
	if err != nil {
		return 0, err
	}
	if reopened > 0 {
		if err := q.InsertTask(ctx, sqlc.InsertTaskParams{
			Kind: string(archive.TaskInspect), Queue: row.Queue, UnitCode: row.UnitCode, AccessionID: ptr(string(id)), Attempt: row.Attempt + 1,
		}); err != nil {
			return 0, err
		}
	}
	n := released + reopened
	docs, err := q.DocumentsOfAccession(ctx, string(id))
	if err != nil {
		return 0, err
	}
	for _, d := range docs {
		m, err := retryDocument(ctx, q, actor, archive.DocumentID(d))
		if err != nil {
			return 0, err
		}
		n += m
	}
	if released+reopened == 0 {
		return n, nil
	}
	return n, audit(ctx, q, event{actor: actor, action: "accession_retried", unit: row.UnitCode, batch: deref(row.BatchID), accession: id})
}

// RetryBatch implements retrieve.Operations.
func (c *Catalogue) RetryBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return c.eachAccession(ctx, id, func(a archive.AccessionID) (int64, error) {
		var n int64
		err := c.tx(ctx, func(q *sqlc.Queries) (err error) {
			n, err = retryAccession(ctx, q, actor, a)
			return err
		})
		return n, err
	})
}

// PauseQueue implements retrieve.Operations.
func (c *Catalogue) PauseQueue(ctx context.Context, actor string, paused bool) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.PauseQueue(ctx, sqlc.PauseQueueParams{Paused: paused, Actor: actor}); err != nil {
			return err
		}
		action := "queue_resumed"
		if paused {
			action = "queue_paused"
		}
		return audit(ctx, q, event{actor: actor, action: action})
	})
}
