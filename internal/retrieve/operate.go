package retrieve

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// Subject is what an operator acts on: exactly one is set.
type Subject struct {
	Batch     archive.BatchID
	Accession archive.AccessionID
	Document  archive.DocumentID
}

// FindSubject tells what an id (or a batch's name) stands for, among what the actor reaches.
func (s *Service) FindSubject(ctx context.Context, a archive.Actor, unit, idOrName string) (Subject, error) {
	if archive.ValidID(idOrName) {
		if v, err := s.Document(ctx, a, archive.DocumentID(idOrName)); err == nil {
			return Subject{Document: v.ID}, nil
		} else if fault.CodeOf(err) != fault.DocumentUnknown {
			return Subject{}, err
		}
		if acc, err := s.Accession(ctx, a, archive.AccessionID(idOrName)); err == nil {
			return Subject{Accession: acc.ID}, nil
		} else if fault.CodeOf(err) != fault.AccessionUnknown {
			return Subject{}, err
		}
	}
	b, err := s.FindBatch(ctx, a, unit, idOrName)
	if err != nil {
		if fault.CodeOf(err) == fault.BatchUnknown {
			return Subject{}, fault.New(fault.NotFound, "there is no batch, document or accession %q", idOrName)
		}
		return Subject{}, err
	}
	return Subject{Batch: b.ID}, nil
}

// Cancel stops what is not archived yet. It returns how many things were stopped.
func (s *Service) Cancel(ctx context.Context, a archive.Actor, sub Subject) (int, error) {
	return s.operate(ctx, a, sub, s.d.Operations.CancelDocument, s.d.Operations.CancelAccession, s.d.Operations.CancelBatch)
}

// Retry sets stalled and rejected work going again, and revives what was cancelled. It returns how many things.
func (s *Service) Retry(ctx context.Context, a archive.Actor, sub Subject) (int, error) {
	return s.operate(ctx, a, sub, s.d.Operations.RetryDocument, s.d.Operations.RetryAccession, s.d.Operations.RetryBatch)
}

func (s *Service) operate(ctx context.Context, a archive.Actor, sub Subject,
	doc func(context.Context, string, archive.DocumentID) error,
	acc func(context.Context, string, archive.AccessionID) error,
	batch func(context.Context, string, archive.BatchID) (int, error),
) (int, error) {
	if err := a.Permit(archive.ActOperate); err != nil {
		return 0, err
	}
	own := func(unit string) error { // an officer of another unit may read a city-wide paper and not stop it
		if !a.Reaches(unit, archive.AccessUnit) {
			return fault.New(fault.Forbidden, "only the owning unit may do this")
		}
		return nil
	}
	switch {
	case sub.Document != "":
		v, err := s.Document(ctx, a, sub.Document)
		if err == nil {
			err = own(v.Unit)
		}
		if err != nil {
			return 0, err
		}
		return 1, doc(ctx, a.Account, sub.Document)
	case sub.Accession != "":
		x, err := s.Accession(ctx, a, sub.Accession)
		if err == nil {
			err = own(x.Unit)
		}
		if err != nil {
			return 0, err
		}
		return 1, acc(ctx, a.Account, sub.Accession)
	case sub.Batch != "":
		if _, err := s.Batch(ctx, a, sub.Batch); err != nil {
			return 0, err
		}
		return batch(ctx, a.Account, sub.Batch)
	}
	return 0, fault.New(fault.RequestMalformed, "name a batch, document or accession")
}

// CloseBatch ends a batch: nothing more is taken into it.
func (s *Service) CloseBatch(ctx context.Context, a archive.Actor, id archive.BatchID) error {
	state := BatchClosed
	_, err := s.ChangeBatch(ctx, a, id, BatchChange{State: &state})
	return err
}

// Queue tells what waits in the city.
func (s *Service) Queue(ctx context.Context, a archive.Actor) (Queue, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return Queue{}, err
	}
	return s.d.Catalogue.Queue(ctx)
}

// PauseQueue stops or resumes handing out work. What runs is finished.
func (s *Service) PauseQueue(ctx context.Context, a archive.Actor, paused bool) error {
	if err := a.Permit(archive.ActQueue); err != nil {
		return err
	}
	return s.d.Operations.PauseQueue(ctx, a.Account, paused)
}
