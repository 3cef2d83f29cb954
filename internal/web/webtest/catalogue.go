package webtest

import (
	"context"
	"slices"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/fold"
	"sohoa/internal/retrieve"
)

type retrieveCatalogue struct{ *Archive }

// Batches implements retrieve.Catalogue.
func (a retrieveCatalogue) Batches(_ context.Context, unit string, before time.Time, limit int) ([]retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Batch
	for _, b := range slices.Backward(a.batches) {
		if (unit == "" || b.Unit == unit) && (before.IsZero() || b.CreatedAt.Before(before)) && len(out) < limit {
			out = append(out, *b)
		}
	}
	return out, nil
}

// Batch implements retrieve.Catalogue.
func (a retrieveCatalogue) Batch(_ context.Context, id archive.BatchID) (retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Batch{}, err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.ID == id {
			return *b, nil
		}
	}
	return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %s", id)
}

// BatchByName implements retrieve.Catalogue.
func (a retrieveCatalogue) BatchByName(_ context.Context, unit, name string) (retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Batch{}, err
	}
	defer unlock()
	for _, b := range slices.Backward(a.batches) {
		if b.Name == name && (unit == "" || b.Unit == unit) {
			return *b, nil
		}
	}
	return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %q", name)
}

func in(s retrieve.Scope, unit string, batch archive.BatchID) bool {
	return (s.Unit == "" || s.Unit == unit) && (s.Batch == "" || s.Batch == batch)
}

// Progress implements retrieve.Catalogue.
func (a retrieveCatalogue) Progress(_ context.Context, s retrieve.Scope) (retrieve.Progress, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Progress{}, err
	}
	defer unlock()
	p := retrieve.Progress{Accessions: map[archive.AccessionState]int{}, Documents: map[archive.Processing]int{}}
	for _, x := range a.accessions {
		if in(s, x.Unit, x.Batch) {
			p.Accessions[x.State]++
			if x.Trouble != nil && x.State != archive.AccessionRejected {
				p.AccessionStalled++
			}
		}
	}
	for _, d := range a.documents {
		if in(s, d.Unit, d.Batch) {
			p.Documents[d.Processing]++
			p.Pages += len(d.PageList)
			for _, pg := range d.PageList {
				if pg.Read {
					p.PagesRead++
				}
			}
			if d.stalled {
				p.DocumentStalled++
			}
		}
	}
	return p, nil
}

// Accessions implements retrieve.Catalogue.
func (a retrieveCatalogue) Accessions(_ context.Context, s retrieve.Scope, state archive.AccessionState, after int64, limit int) ([]retrieve.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Accession
	for _, x := range a.accessions {
		if in(s, x.Unit, x.Batch) && (state == "" || x.State == state) && x.Seq > after && len(out) < limit {
			out = append(out, a.whole(x))
		}
	}
	return out, nil
}

func (a *Archive) whole(x *accession) retrieve.Accession {
	r := x.Accession
	r.Documents = []retrieve.DocumentState{}
	for _, id := range x.docs {
		d := a.document(id)
		r.Documents = append(r.Documents, retrieve.DocumentState{ID: id, Title: d.Title, Processing: d.Processing, Release: d.Release, Pages: len(d.PageList), Stalled: d.stalled})
	}
	return r
}

// Accession implements retrieve.Catalogue.
func (a retrieveCatalogue) Accession(_ context.Context, id archive.AccessionID) (retrieve.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Accession{}, err
	}
	defer unlock()
	if x := a.accession(id); x != nil {
		return a.whole(x), nil
	}
	return retrieve.Accession{}, fault.New(fault.AccessionUnknown, "there is no accession %s", id)
}

// Documents implements retrieve.Catalogue.
func (a retrieveCatalogue) Documents(_ context.Context, q retrieve.DocumentQuery) ([]retrieve.Document, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Document
	for _, d := range slices.Backward(a.documents) {
		if in(q.Scope, d.Unit, d.Batch) && (q.Processing == "" || d.Processing == q.Processing) && (!q.OnlyStalled || d.stalled) &&
			(q.Before == 0 || d.Seq < q.Before) && len(out) < q.Limit {
			out = append(out, d.Document)
		}
	}
	return out, nil
}

// Document implements retrieve.Catalogue.
func (a retrieveCatalogue) Document(_ context.Context, id archive.DocumentID) (retrieve.View, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.View{}, err
	}
	defer unlock()
	d := a.document(id)
	if d == nil {
		return retrieve.View{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	}
	v := d.View
	v.PageList = slices.Clone(d.PageList)
	v.Accessions = nil
	for _, x := range a.accessions {
		if slices.Contains(x.docs, id) {
			v.Accessions = append(v.Accessions, a.whole(x))
		}
	}
	return v, nil
}

// History implements retrieve.Catalogue.
func (a retrieveCatalogue) History(_ context.Context, id archive.DocumentID) ([]retrieve.Event, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return slices.Clone(a.document(id).history), nil
}

// NoteHolderSearch implements retrieve.Catalogue.
func (a retrieveCatalogue) NoteHolderSearch(context.Context, archive.Actor, string, string, int) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	a.holderSearches++
	return nil
}

// hasher hashes an identifier to itself, so that the words on a page find it.
type hasher struct{}

// Lookup implements retrieve.Hasher.
func (hasher) Lookup(id dossier.Identifier) []byte { return []byte(id.Reveal()) }

// Search implements retrieve.Catalogue.
func (a retrieveCatalogue) Search(_ context.Context, q retrieve.Search) ([]retrieve.Hit, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	want := fold.ParseQuery(q.Text).Terms
	if q.Lookup != nil {
		want = []string{string(q.Lookup)} // the hash of hasher is the number itself
	}
	var out []retrieve.Hit
	for _, d := range slices.Backward(a.documents) {
		if len(out) >= q.Limit || (q.Before != 0 && d.Seq >= q.Before) || (q.Unit != "" && d.Unit != q.Unit) ||
			(q.IssuedFrom != "" && d.IssuedOn < q.IssuedFrom) || (q.IssuedTo != "" && d.IssuedOn > q.IssuedTo) || d.Processing != archive.Archived {
			continue
		}
		h := retrieve.Hit{Document: d.Document}
		for i, r := range d.results {
			text := strings.ReplaceAll(r.Text(), "\n", " ")
			if sn := snippet(text, want); sn != nil {
				h.MatchingPages++
				if h.Page == 0 {
					h.Page, h.Snippet = i+1, sn
				}
			}
		}
		if len(want) == 0 || h.Page > 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

// snippet cuts the words around the first match of every term; nil when a term is missing.
func snippet(text string, want []string) []retrieve.Snippet {
	if len(want) == 0 {
		return nil
	}
	plain := " " + fold.Plain(text) + " "
	for _, w := range want {
		if !strings.Contains(plain, " "+w+" ") {
			return nil
		}
	}
	var out []retrieve.Snippet
	first := -1
	words := strings.Fields(text)
	for i, w := range words {
		for _, t := range want {
			if slices.Contains(strings.Fields(t), fold.Plain(w)) && first < 0 {
				first = i
			}
		}
	}
	first = max(first, 0)
	for i := max(0, first-6); i < min(len(words), first+16); i++ {
		match := false
		for _, t := range want {
			match = match || slices.Contains(strings.Fields(t), fold.Plain(words[i]))
		}
		if n := len(out); n > 0 && out[n-1].Match == match {
			out[n-1].Text += " " + words[i]
		} else {
			if n > 0 {
				words[i] = " " + words[i]
			}
			out = append(out, retrieve.Snippet{Text: words[i], Match: match})
		}
	}
	return out
}

// NoteRead implements retrieve.Catalogue.
func (a retrieveCatalogue) NoteRead(_ context.Context, actor archive.Actor, id archive.DocumentID, what string) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	a.document(id).note(a.now(), actor.Account, "document_read", map[string]string{"part": what})
	return nil
}

func (d *document) note(at time.Time, actor, action string, detail map[string]string) {
	d.history = append(d.history, retrieve.Event{At: at.UTC(), Actor: actor, Action: action, Detail: detail})
}

// Queue implements retrieve.Catalogue.
func (a retrieveCatalogue) Queue(context.Context) (retrieve.Queue, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Queue{}, err
	}
	defer unlock()
	q := retrieve.Queue{Paused: a.paused, PausedBy: a.pausedBy}
	open := 0
	for _, d := range a.documents {
		for _, p := range d.PageList {
			if !p.Read && d.Processing == archive.Recognising {
				open++
			}
		}
	}
	if open > 0 {
		q.Depths = []retrieve.QueueDepth{{Queue: archive.Backlog, Kind: archive.TaskRecognise, Open: open, Rung: min(open, 16), OldestSeconds: 94}}
	}
	return q, nil
}
