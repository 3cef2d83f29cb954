package rearrange

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// MaxDocuments is how many documents of a batch are shown at once.
const MaxDocuments = 100

// Documents gives documents as they are now, for people who change them.
func (s *Service) Documents(ctx context.Context, a archive.Actor, ids ...archive.DocumentID) ([]State, error) {
	return s.states(ctx, a, ids)
}

// Batch gives documents of a batch, in the order in which they came.
func (s *Service) Batch(ctx context.Context, a archive.Actor, id archive.BatchID, after int64) (states []State, next int64, err error) {
	if err := a.Permit(archive.ActOperate); err != nil {
		return nil, 0, err
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

// Viewer makes page pictures for the screen.
type Viewer interface {
	// View gives a JPEG of the page as it looks upright, with what is laid over it, at most maxPixels on the longer side.
	View(ctx context.Context, ref archive.PageRef, found page.Turn, maxPixels int) ([]byte, error)
}

// Place is a page of a document as it is now, or one that is left out of it.
type Place struct {
	Document archive.DocumentID
	Version  int // 0: whichever is current
	Page     int // from 1
	LeftOut  bool
}

// Ref finds the page at a place, and the turn that was found on it.
func (s *Service) Ref(ctx context.Context, a archive.Actor, p Place) (archive.PageRef, page.Turn, error) {
	states, err := s.states(ctx, a, []archive.DocumentID{p.Document})
	if err != nil {
		return archive.PageRef{}, 0, err
	}
	st := states[0]
	n := len(st.Pages)
	if p.LeftOut {
		n = len(st.LeftOut)
	}
	switch {
	case p.Version > 0 && p.Version != st.Version:
		return archive.PageRef{}, 0, fault.New(fault.StateConflict, "document %s has version %d by now", st.ID, st.Version)
	case p.Page < 1 || p.Page > n:
		return archive.PageRef{}, 0, fault.New(fault.NotFound, "the document has %d such pages", n)
	case p.LeftOut:
		l := st.LeftOut[p.Page-1]
		return archive.PageRef{Master: l.Master, Page: l.Page}, 0, nil
	}
	return st.Pages[p.Page-1], st.Seen[p.Page-1].Found, nil
}

// Picture makes a JPEG of a page that Ref found.
func (s *Service) Picture(ctx context.Context, ref archive.PageRef, found page.Turn, maxPixels int) ([]byte, error) {
	return s.d.Viewer.View(ctx, ref, found, maxPixels)
}
