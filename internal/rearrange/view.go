package rearrange

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// MaxDocuments is how many documents of a batch are shown at once.
const MaxDocuments = 100

// Documents gives documents as they are now, for people who change them.
func (s *Service) Documents(ctx context.Context, a archive.Actor, ids ...archive.DocumentID) ([]State, error) {
	return s.states(ctx, a, ids)
}

// Batch gives documents of a batch, in the order in which they came.
func (s *Service) Batch(ctx context.Context, a archive.Actor, id archive.BatchID, after int64) (states []State, next int64, err error) {
	if !a.May(archive.ActOperate) {
		return nil, 0, fault.New(fault.Forbidden, "the account's role does not allow this (%s)", archive.ActOperate)
	}
	if !archive.ValidID(string(id)) {
		return nil, 0, fault.New(fault.BatchUnknown, "there is no batch %q", id)
	}
	states, next, err = s.d.Store.Batch(ctx, id, after, MaxDocuments)
	for _, st := range states {
		if !a.Reaches(st.Unit, archive.AccessUnit) {
			return nil, 0, fault.New(fault.BatchUnknown, "there is no batch %s", id)
		}
	}
	return states, next, err
}

// Recent lists the last changes of a document, newest first.
func (s *Service) Recent(ctx context.Context, a archive.Actor, id archive.DocumentID) ([]Arrangement, error) {
	if _, err := s.states(ctx, a, []archive.DocumentID{id}); err != nil {
		return nil, err
	}
	return s.d.Store.Recent(ctx, id, "")
}

// RecentOfBatch lists the last changes in a batch, newest first.
func (s *Service) RecentOfBatch(ctx context.Context, a archive.Actor, id archive.BatchID) ([]Arrangement, error) {
	if _, _, err := s.Batch(ctx, a, id, 0); err != nil {
		return nil, err
	}
	return s.d.Store.Recent(ctx, "", id)
}
