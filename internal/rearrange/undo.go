package rearrange

import (
	"cmp"
	"context"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// Undo puts the pages of a change back where they were, by another change. It is refused while a later change of one of its documents holds: that one is undone
// first. Undoing what undid a change does that change again, as long as nothing was changed since.
func (s *Service) Undo(ctx context.Context, a archive.Actor, id int64) (Arrangement, error) {
	arr, states, err := s.arrangement(ctx, a, id)
	if err != nil {
		return Arrangement{}, err
	}
	if arr.Undone {
		return Arrangement{}, fault.New(fault.StateConflict, "the change is undone already")
	}
	again := slices.Contains(arr.Kinds, "undo")
	for _, d := range arr.Documents {
		last, err := s.d.Store.LastOf(ctx, d.ID, again)
		if err != nil {
			return Arrangement{}, err
		}
		if last != id {
			return Arrangement{}, fault.New(fault.StateConflict, "pages of document %s were changed since; undo that first", d.ID)
		}
	}
	change := Change{Actor: a.Account, Kinds: []string{"undo"}, Undoes: id}
	if again {
		change.Kinds = []string{"redo"}
	}
	if slices.Contains(arr.Kinds, "stack") {
		change.Targets, err = s.restack(ctx, arr, states)
	} else {
		change.Targets, err = s.back(ctx, arr, states)
	}
	if err != nil {
		return Arrangement{}, err
	}
	return s.d.Store.Apply(ctx, change)
}

// arrangement loads a change, and its documents as they are now.
func (s *Service) arrangement(ctx context.Context, a archive.Actor, id int64) (Arrangement, []State, error) {
	unknown := fault.New(fault.NotFound, "there is no arrangement %d", id)
	if err := a.Permit(archive.ActOperate); err != nil {
		return Arrangement{}, nil, err
	}
	arr, err := s.d.Store.Arrangement(ctx, id)
	if err != nil {
		return arr, nil, err
	}
	if !a.Reaches(arr.Unit, archive.AccessUnit) {
		return arr, nil, unknown
	}
	ids := make([]archive.DocumentID, len(arr.Documents))
	for i, d := range arr.Documents {
		ids[i] = d.ID
	}
	states, err := s.d.Store.States(ctx, ids)
	if err != nil {
		return arr, nil, err
	}
	for i, st := range states {
		switch emptied := arr.Documents[i].After == 0; {
		case st.Release == archive.Signed || st.Release == archive.Released || st.Release == archive.Withdrawn:
			return arr, nil, fault.New(fault.StateConflict, "document %s is %s; its pages do not change any more", st.ID, st.Release)
		case st.Processing == archive.Cancelled && !emptied:
			return arr, nil, fault.New(fault.StateConflict, "document %s is cancelled", st.ID)
		}
	}
	return arr, states, nil
}

// back gives every document the pages it had before a change; those it made are emptied.
func (s *Service) back(ctx context.Context, arr Arrangement, states []State) ([]Target, error) {
	targets := make([]Target, len(arr.Documents))
	var heir archive.DocumentID
	for i, d := range arr.Documents {
		t := seen(states[i])
		if d.Before > 0 {
			var err error
			if t.Pages, t.LeftOut, err = s.d.Store.VersionPages(ctx, d.ID, d.Before); err != nil {
				return nil, err
			}
			if heir == "" {
				heir = d.ID
			}
		}
		targets[i] = t
	}
	if heir == "" {
		return nil, fault.New(fault.Internal, "arrangement %d made all its documents out of nothing", arr.ID)
	}
	for i := range targets {
		if len(targets[i].Pages) == 0 {
			targets[i].Heir = heir
		}
	}
	return targets, nil
}

// seen is a target for a document as it was seen.
func seen(st State) Target {
	return Target{ID: st.ID, Expected: st.Version, Emptied: st.Release == archive.Replaced}
}

// restack puts a file that the system took apart together again: all its pages in the order of the file, none left out.
func (s *Service) restack(ctx context.Context, arr Arrangement, states []State) ([]Target, error) {
	targets := make([]Target, len(arr.Documents))
	first := -1
	var pages []archive.PageRef
	for i, d := range arr.Documents {
		targets[i] = seen(states[i])
		refs, left, err := s.d.Store.VersionPages(ctx, d.ID, d.After)
		if err != nil {
			return nil, err
		}
		for _, l := range left {
			refs = append(refs, archive.PageRef{Master: l.Master, Page: l.Page})
		}
		pages = append(pages, refs...)
		if d.Before > 0 {
			first = i
		}
	}
	if first < 0 {
		return nil, fault.New(fault.Internal, "arrangement %d took no document apart", arr.ID)
	}
	slices.SortFunc(pages, func(a, b archive.PageRef) int { return cmp.Compare(a.Page, b.Page) })
	for i := range pages {
		pages[i].Ordinal = i + 1
	}
	targets[first].Pages = pages
	for i := range targets {
		if i != first {
			targets[i].Heir = targets[first].ID
		}
	}
	return targets, nil
}
