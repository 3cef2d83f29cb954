package webtest

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/retrieve"
)

type intakeCatalogue struct{ *Archive }

// FindAccession implements intake.Catalogue.
func (a intakeCatalogue) FindAccession(_ context.Context, id archive.AccessionID) (archive.Accession, bool, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Accession{}, false, err
	}
	defer unlock()
	if x := a.accession(id); x != nil && x.State != archive.AccessionCancelled {
		return x.Accession.Accession, true, nil
	}
	return archive.Accession{}, false, nil
}

// Purged implements intake.Catalogue.
func (a intakeCatalogue) Purged(context.Context, fixity.Digest) (bool, error) { return false, nil }

// RepeatedAnswer implements intake.Catalogue.
func (a intakeCatalogue) RepeatedAnswer(_ context.Context, k intake.IdempotencyKey) (archive.AccessionID, bool, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", false, err
	}
	defer unlock()
	id, ok := a.keys[k.Account+"\x00"+k.Key]
	return id, ok, nil
}

// Accept implements intake.Catalogue.
func (a intakeCatalogue) Accept(_ context.Context, in intake.Accepted) (archive.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Accession{}, err
	}
	defer unlock()
	if x := a.accession(in.Accession.ID); x != nil {
		return x.Accession.Accession, nil
	}
	a.seq++
	x := &accession{Accession: retrieve.Accession{Accession: in.Accession, Seq: a.seq, State: archive.AccessionReceived, Documents: []retrieve.DocumentState{}}}
	a.accessions = append(a.accessions, x)
	for _, b := range a.batches {
		if b.ID == x.Batch {
			b.Accessions++
		}
	}
	if in.Key.Key != "" {
		a.keys[in.Key.Account+"\x00"+in.Key.Key] = in.Accession.ID
	}
	return in.Accession, nil
}

// OpenBatch implements intake.Catalogue.
func (a intakeCatalogue) OpenBatch(_ context.Context, unit, name, actor string, queue archive.Queue) (archive.BatchID, archive.StackSettings, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", archive.StackSettings{}, err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.Unit == unit && b.Name == name {
			if b.State != retrieve.BatchOpen {
				return "", archive.StackSettings{}, fault.New(fault.BatchClosed, "batch %s is %s", b.Name, b.State)
			}
			return b.ID, b.StackSettings, nil
		}
	}
	b := a.newBatch(unit, name, actor, queue)
	return b.ID, b.StackSettings, nil
}

func (a *Archive) newBatch(unit, name, actor string, queue archive.Queue) *retrieve.Batch {
	b := &retrieve.Batch{ID: archive.BatchID(archive.NewID(a.now())), Unit: unit, Name: name, State: "open", Queue: queue, CreatedBy: actor, CreatedAt: a.tick()}
	b.Splitting, b.PageOrder = archive.SplitSeparators, archive.OrderAsScanned
	a.batches = append(a.batches, b)
	return b
}
