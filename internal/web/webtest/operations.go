package webtest

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

type operations struct{ *Archive }

// CancelDocument implements retrieve.Operations.
func (a operations) CancelDocument(_ context.Context, actor string, id archive.DocumentID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	d := a.document(id)
	if d.Processing == archive.Archived || d.Processing == archive.Cancelled {
		return fault.New(fault.StateConflict, "the document is archived or cancelled already")
	}
	d.Processing = archive.Cancelled
	d.note(a.now(), actor, "document_cancelled", nil)
	return nil
}

// CancelAccession implements retrieve.Operations.
func (a operations) CancelAccession(_ context.Context, _ string, id archive.AccessionID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	x := a.accession(id)
	if x.State != archive.AccessionReceived && x.State != archive.AccessionInspecting {
		return fault.New(fault.StateConflict, "nothing of the accession is under way")
	}
	x.State = archive.AccessionCancelled
	return nil
}

// CancelBatch implements retrieve.Operations.
func (a operations) CancelBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return a.each(id, func(x archive.AccessionID) error { return a.CancelAccession(ctx, actor, x) })
}

// RetryDocument implements retrieve.Operations.
func (a operations) RetryDocument(_ context.Context, actor string, id archive.DocumentID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	d := a.document(id)
	if !d.stalled && d.Processing != archive.Cancelled {
		return fault.New(fault.StateConflict, "the document is neither stalled nor cancelled")
	}
	d.stalled, d.Trouble = false, nil
	d.note(a.now(), actor, "document_retried", nil)
	return nil
}

// RetryAccession implements retrieve.Operations.
func (a operations) RetryAccession(_ context.Context, _ string, id archive.AccessionID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	x := a.accession(id)
	if x.State != archive.AccessionRejected && x.State != archive.AccessionCancelled {
		return fault.New(fault.StateConflict, "the accession is neither rejected nor cancelled")
	}
	x.State, x.Trouble = archive.AccessionReceived, nil
	return nil
}

// RetryBatch implements retrieve.Operations.
func (a operations) RetryBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return a.each(id, func(x archive.AccessionID) error { return a.RetryAccession(ctx, actor, x) })
}

func (a operations) each(id archive.BatchID, f func(archive.AccessionID) error) (int, error) {
	a.mu.Lock()
	var ids []archive.AccessionID
	for _, x := range a.accessions {
		if x.Batch == id {
			ids = append(ids, x.ID)
		}
	}
	a.mu.Unlock()
	n := 0
	for _, x := range ids {
		if err := f(x); err == nil {
			n++
		} else if fault.CodeOf(err) != fault.StateConflict {
			return n, err
		}
	}
	return n, nil
}

// PauseQueue implements retrieve.Operations.
func (a operations) PauseQueue(_ context.Context, actor string, paused bool) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	a.paused, a.pausedBy = paused, actor
	return nil
}

// PutBatch implements retrieve.Operations.
func (a operations) PutBatch(_ context.Context, actor, unit, name string, queue archive.Queue, c retrieve.BatchChange) (archive.BatchID, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	var b *retrieve.Batch
	for _, x := range a.batches {
		if x.Unit == unit && x.Name == name {
			b = x
		}
	}
	if b == nil {
		b = a.newBatch(unit, name, actor, queue)
	}
	a.change(b, c)
	return b.ID, nil
}

// ChangeBatch implements retrieve.Operations.
func (a operations) ChangeBatch(_ context.Context, _ string, id archive.BatchID, c retrieve.BatchChange) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.ID == id {
			a.change(b, c)
			return nil
		}
	}
	return fault.New(fault.BatchUnknown, "there is no batch %s", id)
}

func (a operations) change(b *retrieve.Batch, c retrieve.BatchChange) {
	b.BatchSettings = c.Apply(b.BatchSettings)
	if c.State == nil {
		return
	}
	b.State, b.ClosedAt = *c.State, nil
	if b.State == retrieve.BatchClosed {
		t := a.now().UTC()
		b.ClosedAt = &t
	}
}
