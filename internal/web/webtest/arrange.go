package webtest

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/rearrange"
	"sohoa/internal/retrieve"
)

// Rearrange changes pages of this archive. New versions are there at once.
func (a *Archive) Rearrange() *rearrange.Service {
	s := &arrangeStore{Archive: a, left: map[archive.DocumentID][]archive.LeftOut{}, old: map[string]leaves{}, results: map[archive.PageRef]page.Result{}}
	return rearrange.New(rearrange.Deps{Store: s, Viewer: s, Now: a.now})
}

// leaves are the pages of a version.
type leaves struct {
	pages []archive.PageRef
	left  []archive.LeftOut
}

// arrangeStore is a rearrange.Store.
type arrangeStore struct {
	*Archive
	left map[archive.DocumentID][]archive.LeftOut
	old  map[string]leaves // by document and version
	// results are those of all pages that were ever arranged, left-out ones too.
	results map[archive.PageRef]page.Result
	arr     []rearrange.Arrangement
}

func versionKey(id archive.DocumentID, version int) string { return fmt.Sprintf("%s/%d", id, version) }

func (s *arrangeStore) state(d *document) rearrange.State {
	st := rearrange.State{
		ID: d.ID, Version: d.Version, Unit: d.Unit, Access: d.Access, Batch: d.Batch, Name: d.Name, Title: d.Title, Dossier: d.Dossier, Processing: d.Processing,
		Release: d.Release, LeftOut: slices.Clone(s.left[d.ID]),
	}
	for _, p := range d.PageList {
		seen := rearrange.Seen{Read: p.Read, Kind: p.Kind, Found: p.FoundTurn}
		if p.Kind == page.Text && p.Page == 2 { // somewhere there is a poor scan to be seen
			seen.Quality = &page.Quality{DPI: 150, Paper: 250, Ink: 40, Cut: []string{"right"}}
		}
		st.Pages, st.Seen = append(st.Pages, p.PageRef), append(st.Seen, seen)
	}
	return st
}

// States implements rearrange.Store.
func (s *arrangeStore) States(_ context.Context, ids []archive.DocumentID) ([]rearrange.State, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []rearrange.State
	for _, id := range ids {
		d := s.document(id)
		if d == nil {
			return nil, fault.New(fault.DocumentUnknown, "there is no document %s", id)
		}
		out = append(out, s.state(d))
	}
	return out, nil
}

// Batch implements rearrange.Store.
func (s *arrangeStore) Batch(_ context.Context, id archive.BatchID, _ int64, _ int) ([]rearrange.State, int64, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	var out []rearrange.State
	for _, d := range s.documents {
		if d.Batch == id && d.Release != archive.Replaced && len(d.PageList) > 0 {
			out = append(out, s.state(d))
		}
	}
	return out, 0, nil
}

// VersionPages implements rearrange.Store.
func (s *arrangeStore) VersionPages(_ context.Context, id archive.DocumentID, version int) ([]archive.PageRef, []archive.LeftOut, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	if l, ok := s.old[versionKey(id, version)]; ok {
		return l.pages, l.left, nil
	}
	st := s.state(s.document(id))
	return st.Pages, st.LeftOut, nil
}

// Apply implements rearrange.Store.
func (s *arrangeStore) Apply(_ context.Context, c rearrange.Change) (rearrange.Arrangement, error) {
	unlock, err := s.lock()
	if err != nil {
		return rearrange.Arrangement{}, err
	}
	defer unlock()
	arr := rearrange.Arrangement{ID: int64(len(s.arr) + 1), At: s.now().UTC(), Actor: c.Actor, Kinds: c.Kinds, Undoes: c.Undoes}
	for _, x := range c.Targets {
		if d := s.document(x.ID); d != nil && d.Version != x.Expected {
			return arr, fault.New(fault.StateConflict, "document %s has version %d by now", x.ID, d.Version)
		}
	}
	s.gather()
	for _, x := range c.Targets {
		if x.Same {
			continue
		}
		d := s.document(x.ID)
		before := x.Expected
		if d == nil {
			like := s.document(x.Like)
			d = &document{View: like.View}
			d.ID, d.Version, d.PageList = x.ID, 0, nil
			d.Name = fmt.Sprintf("%s#%d", like.Name, x.Pages[0].Page)
			d.Title = d.Name
			s.seq++
			d.Seq = s.seq
			s.documents = append(s.documents, d)
		}
		st := s.state(d)
		s.old[versionKey(d.ID, d.Version)] = leaves{st.Pages, st.LeftOut}
		arr.Unit = d.Unit
		if len(x.Pages) == 0 {
			d.Release = archive.Replaced
			arr.Documents = append(arr.Documents, rearrange.ArrangementDocument{ID: d.ID, Before: before})
			continue
		}
		if d.Release == archive.Replaced {
			d.Release, before = archive.Unconfirmed, 0
		}
		d.Version++
		d.PageList, d.results = nil, nil
		for _, ref := range x.Pages {
			r := s.results[archive.PageRef{Master: ref.Master, Page: ref.Page}]
			d.PageList = append(d.PageList, retrieve.PageView{PageRef: ref, Read: true, Kind: r.Kind, Confidence: r.Confidence, ResultKey: archive.ResultKey(ref.Master, ref.Page, "test")})
			d.results = append(d.results, r)
		}
		d.Pages, s.left[d.ID] = len(x.Pages), x.LeftOut
		d.note(arr.At, c.Actor, "pages_arranged", nil)
		arr.Documents = append(arr.Documents, rearrange.ArrangementDocument{ID: d.ID, Before: before, After: d.Version})
	}
	for i := range s.arr {
		s.arr[i].Undone = s.arr[i].Undone || s.arr[i].ID == c.Undoes
	}
	s.arr = append(s.arr, arr)
	return arr, nil
}

// gather remembers what is on every page.
func (s *arrangeStore) gather() {
	for _, d := range s.documents {
		for i, p := range d.PageList {
			s.results[archive.PageRef{Master: p.Master, Page: p.Page}] = d.results[i]
		}
	}
}

// View implements rearrange.Viewer.
func (s *arrangeStore) View(_ context.Context, ref archive.PageRef, _ page.Turn, maxPixels int) ([]byte, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	s.gather()
	r, ok := s.results[archive.PageRef{Master: ref.Master, Page: ref.Page}]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return picture(r, maxPixels)
}

// Arrangement implements rearrange.Store.
func (s *arrangeStore) Arrangement(_ context.Context, id int64) (rearrange.Arrangement, error) {
	unlock, err := s.lock()
	if err != nil {
		return rearrange.Arrangement{}, err
	}
	defer unlock()
	if id < 1 || id > int64(len(s.arr)) {
		return rearrange.Arrangement{}, fault.New(fault.NotFound, "there is no arrangement %d", id)
	}
	return s.arr[id-1], nil
}

// Recent implements rearrange.Store.
func (s *arrangeStore) Recent(_ context.Context, document archive.DocumentID, batch archive.BatchID) ([]rearrange.Arrangement, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []rearrange.Arrangement
	for _, a := range slices.Backward(s.arr) {
		if slices.ContainsFunc(a.Documents, func(x rearrange.ArrangementDocument) bool { return x.ID == document || s.document(x.ID).Batch == batch }) {
			out = append(out, a)
		}
	}
	return out, nil
}

// Scans implements rearrange.Store.
func (s *arrangeStore) Scans(_ context.Context, batch archive.BatchID, _ int) ([]rearrange.Scan, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []rearrange.Scan
	for _, d := range s.documents {
		if d.Batch != batch {
			continue
		}
		st := s.state(d)
		for i, seen := range st.Seen {
			out = append(out, rearrange.Scan{Document: d.ID, Version: d.Version, Title: d.Title, Page: i + 1, Kind: seen.Kind, Confidence: d.PageList[i].Confidence, Quality: seen.Quality})
		}
	}
	return out, nil
}

// LastOf implements rearrange.Store.
func (s *arrangeStore) LastOf(_ context.Context, id archive.DocumentID, ofAny bool) (int64, error) {
	unlock, err := s.lock()
	if err != nil {
		return 0, err
	}
	defer unlock()
	for _, a := range slices.Backward(s.arr) {
		holds := ofAny || !a.Undone && !slices.Contains(a.Kinds, "undo")
		if holds && slices.ContainsFunc(a.Documents, func(x rearrange.ArrangementDocument) bool { return x.ID == id }) {
			return a.ID, nil
		}
	}
	return 0, nil
}
