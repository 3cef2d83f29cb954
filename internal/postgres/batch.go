package postgres

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/retrieve"
)

// PutBatch implements retrieve.Operations.
func (c *Catalogue) PutBatch(ctx context.Context, actor, unit, name string, queue archive.Queue, change retrieve.BatchChange) (archive.BatchID, error) {
	b, err := c.findOrMakeBatch(ctx, unit, name, actor, queue)
	if err != nil {
		return "", err
	}
	return archive.BatchID(b.ID), c.ChangeBatch(ctx, actor, archive.BatchID(b.ID), change)
}

// ChangeBatch implements retrieve.Operations. A change that changes nothing leaves no event.
func (c *Catalogue) ChangeBatch(ctx context.Context, actor string, id archive.BatchID, change retrieve.BatchChange) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		b, err := q.LockBatch(ctx, string(id))
		if isNoRows(err) {
			return fault.New(fault.BatchUnknown, "there is no batch %s", id)
		}
		if err != nil {
			return err
		}
		before := settingsOfBatch(b)
		if after := change.Apply(before); after != before {
			p := sqlc.SetBatchParams{
				ID: b.ID, Splitting: string(after.Splitting), PageOrder: string(after.PageOrder), Device: opt(after.Device), Shelf: opt(after.Shelf),
				ArchiveNumber: opt(after.ArchiveNumber),
			}
			if after.ExpectedCount > 0 {
				p.ExpectedCount = ptr(int32(after.ExpectedCount))
			}
			if _, err := q.SetBatch(ctx, p); err != nil {
				return err
			}
			if err := audit(ctx, q, event{actor: actor, action: "batch_changed", unit: b.UnitCode, batch: b.ID, detail: map[string]string{
				"splitting": string(after.Splitting), "page_order": string(after.PageOrder), "expected_count": fmt.Sprint(after.ExpectedCount),
			}}); err != nil {
				return err
			}
		}
		if change.State == nil || *change.State == b.State {
			return nil
		}
		if _, err := q.SetBatchState(ctx, sqlc.SetBatchStateParams{ID: b.ID, State: *change.State}); err != nil {
			return err
		}
		action := map[string]string{retrieve.BatchOpen: "batch_reopened", retrieve.BatchPaused: "batch_paused", retrieve.BatchClosed: "batch_closed"}[*change.State]
		return audit(ctx, q, event{actor: actor, action: action, unit: b.UnitCode, batch: b.ID})
	})
}

func settingsOfBatch(b sqlc.Batch) archive.BatchSettings {
	return archive.BatchSettings{
		StackSettings: stackOf(&b), ExpectedCount: number(b.ExpectedCount), Device: deref(b.Device), Shelf: deref(b.Shelf), ArchiveNumber: deref(b.ArchiveNumber),
	}
}
