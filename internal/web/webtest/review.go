package webtest

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
	"sohoa/internal/review"
)

// Review is a review queue over this archive: a task for each document with fields that are asked. Answers change the document at once; there
// is one version of each.
func (a *Archive) Review() *review.Service {
	return review.New(review.Deps{Store: &reviewStore{Archive: a}, Now: a.now})
}

// reviewStore keeps tasks by the document's id.
type reviewStore struct {
	*Archive
	tasks     []*review.Task
	decisions []review.Decision
	skipped   map[int64]string
}

// sync makes the tasks of documents that have none.
func (s *reviewStore) sync() {
	for _, d := range s.documents {
		if !d.NeedsReview || slices.ContainsFunc(s.tasks, func(t *review.Task) bool { return t.Document == d.ID }) {
			continue
		}
		t := &review.Task{
			ID: int64(len(s.tasks) + 1), Document: d.ID, Version: 1, Unit: d.Unit, Batch: d.Batch, BatchName: d.BatchName, Title: d.Title, Name: d.Name,
			Kind: archive.AskFields, Reason: "fields_unsure", State: review.Open, CreatedAt: d.CreatedAt, Pages: len(d.PageList), Access: d.Access, Dossier: d.Dossier,
		}
		keys := archive.FieldKeys(d.Fields)
		for i, f := range d.Fields {
			if f.Asked {
				t.Asked = append(t.Asked, review.Asked{Key: keys[i], Field: f})
			} else {
				t.Known = append(t.Known, f)
			}
		}
		s.tasks = append(s.tasks, t)
	}
}

// with locks the archive and finds a task.
func (s *reviewStore) with(id int64, f func(t *review.Task) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	s.sync()
	for _, t := range s.tasks {
		if t.ID == id {
			return f(t)
		}
	}
	return fault.New(fault.NotFound, "there is no task %d", id)
}

// held is with for a task that the actor has.
func (s *reviewStore) held(actor string, id int64, f func(t *review.Task)) error {
	return s.with(id, func(t *review.Task) error {
		if t.State != review.Claimed || t.ClaimedBy != actor {
			return fault.New(fault.StateConflict, "task %d is not yours now: ask for the next one", id)
		}
		t.State, t.ClaimedBy, t.ClaimUntil = review.Open, "", nil
		f(t)
		return nil
	})
}

// Tasks implements review.Store.
func (s *reviewStore) Tasks(_ context.Context, q review.Query) ([]review.Task, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	s.sync()
	var out []review.Task
	for _, t := range s.tasks {
		state := q.State == "" && t.State != review.Done && t.State != review.Cancelled || t.State == q.State
		if state && (q.Unit == "" || t.Unit == q.Unit) && (q.Document == "" || t.Document == q.Document) && t.ID > q.After && len(out) < q.Limit {
			out = append(out, *t)
		}
	}
	return out, nil
}

// Task implements review.Store.
func (s *reviewStore) Task(_ context.Context, id int64) (out review.Task, err error) {
	err = s.with(id, func(t *review.Task) error { out = *t; return nil })
	return out, err
}

// Counts implements review.Store.
func (s *reviewStore) Counts(ctx context.Context, unit string) ([]review.Count, error) {
	ts, err := s.Tasks(ctx, review.Query{Unit: unit, Limit: 1000})
	var out []review.Count
	for _, t := range ts {
		i := slices.IndexFunc(out, func(c review.Count) bool { return c.Unit == t.Unit && c.Kind == t.Kind && c.State == t.State })
		if i < 0 {
			out = append(out, review.Count{Unit: t.Unit, Kind: t.Kind, State: t.State, Oldest: t.CreatedAt})
			i = len(out) - 1
		}
		out[i].Tasks++
	}
	return out, err
}

// Left implements review.Store.
func (s *reviewStore) Left(ctx context.Context, actor string, w review.Wish) (l review.Left, err error) {
	ts, err := s.Tasks(ctx, review.Query{Unit: w.Unit, Limit: 1000})
	for _, t := range ts {
		switch {
		case s.skipped[t.ID] == actor:
			l.Skipped++
		case t.State == review.Open || t.ClaimedBy == actor:
			l.Open++
		}
	}
	return l, err
}

// Claim implements review.Store.
func (s *reviewStore) Claim(_ context.Context, actor string, w review.Wish) (review.Task, bool, error) {
	unlock, err := s.lock()
	if err != nil {
		return review.Task{}, false, err
	}
	defer unlock()
	s.sync()
	mine := 0
	for _, t := range s.tasks {
		if t.ClaimedBy == actor {
			if mine++; t.ID != w.After {
				return *t, true, nil
			}
		}
	}
	if mine >= review.MaxClaims {
		return review.Task{}, false, nil
	}
	for _, t := range s.tasks {
		if t.State == review.Open && (w.Unit == "" || t.Unit == w.Unit) && s.skipped[t.ID] != actor && (t.AssignedTo == "" || t.AssignedTo == actor) {
			until := s.now().Add(review.Lease)
			t.State, t.ClaimedBy, t.ClaimUntil = review.Claimed, actor, &until
			return *t, true, nil
		}
	}
	return review.Task{}, false, nil
}

// Renew implements review.Store.
func (s *reviewStore) Renew(_ context.Context, actor string, id int64) error {
	return s.held(actor, id, func(t *review.Task) {
		until := s.now().Add(review.Lease)
		t.State, t.ClaimedBy, t.ClaimUntil = review.Claimed, actor, &until
	})
}

// Answer implements review.Store.
func (s *reviewStore) Answer(_ context.Context, actor string, id int64, _ int, decisions []review.Decision) error {
	return s.held(actor, id, func(t *review.Task) {
		at := s.now().UTC()
		t.State, t.ClosedAt = review.Done, &at
		s.decide(actor, t.Document, id, decisions)
		s.document(t.Document).NeedsReview = false
	})
}

func (s *reviewStore) decide(actor string, id archive.DocumentID, task int64, decisions []review.Decision) {
	d := s.document(id)
	keys := archive.FieldKeys(d.Fields)
	for _, x := range decisions {
		x.ID, x.At, x.Actor, x.Task, x.Document, x.Version, x.Applied = int64(len(s.decisions)+1), s.now().UTC(), actor, task, id, 1, 1
		s.decisions = append(s.decisions, x)
		if x.Kind == archive.AskFields {
			var f archive.Field
			if json.Unmarshal(x.After, &f) != nil {
				continue
			}
			if i := slices.Index(keys, x.Field); i >= 0 {
				d.Fields[i] = f
			} else {
				d.Fields = append(d.Fields, f)
			}
			continue
		}
		var v string
		_ = json.Unmarshal(x.After, &v) // what is no string was written by no service
		if x.Kind == archive.AskDossier {
			d.Dossier = v
		}
		if x.Kind == review.SetAccess {
			d.Access = archive.Access(v)
		}
	}
}

// Skip implements review.Store.
func (s *reviewStore) Skip(_ context.Context, actor string, id int64) error {
	return s.held(actor, id, func(t *review.Task) {
		if s.skipped == nil {
			s.skipped = map[int64]string{}
		}
		s.skipped[t.ID] = actor
	})
}

// ForgetSkips implements review.Store.
func (s *reviewStore) ForgetSkips(context.Context, string) error {
	unlock, err := s.lock()
	if err == nil {
		s.skipped = nil
		unlock()
	}
	return err
}

// HandOn implements review.Store.
func (s *reviewStore) HandOn(_ context.Context, actor string, id int64, account, comment string) error {
	return s.held(actor, id, func(t *review.Task) { t.AssignedTo, t.Comment = account, comment })
}

// Return implements review.Store.
func (s *reviewStore) Return(_ context.Context, actor string, id int64, step review.Step, comment string) error {
	return s.held(actor, id, func(t *review.Task) {
		t.State, t.ReturnedTo, t.ReturnedBy, t.Comment = review.Returned, step, actor, comment
	})
}

// Reopen implements review.Store.
func (s *reviewStore) Reopen(_ context.Context, _ string, id int64) error {
	return s.with(id, func(t *review.Task) error {
		if t.State != review.Returned {
			return fault.New(fault.StateConflict, "task %d was not sent back", id)
		}
		t.State, t.ReturnedTo = review.Open, ""
		return nil
	})
}

// Undo implements review.Store.
func (s *reviewStore) Undo(_ context.Context, actor string) (review.Task, bool, error) {
	unlock, err := s.lock()
	if err != nil {
		return review.Task{}, false, err
	}
	defer unlock()
	for i := len(s.decisions) - 1; i >= 0; i-- {
		x := &s.decisions[i]
		if x.Actor != actor || x.UndoneAt != nil || x.Task == 0 {
			continue
		}
		at := s.now().UTC()
		for j := range s.decisions {
			if s.decisions[j].Task == x.Task {
				s.decisions[j].UndoneAt, s.decisions[j].UndoneBy = &at, actor
			}
		}
		t := s.tasks[x.Task-1]
		until := s.now().Add(review.Lease)
		t.State, t.ClosedAt, t.ClaimedBy, t.ClaimUntil = review.Claimed, nil, actor, &until
		s.document(t.Document).NeedsReview = true
		return *t, true, nil
	}
	return review.Task{}, false, nil
}

// Decisions implements review.Store.
func (s *reviewStore) Decisions(_ context.Context, id archive.DocumentID) ([]review.Decision, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return slices.DeleteFunc(slices.Clone(s.decisions), func(d review.Decision) bool { return d.Document != id }), nil
}

// Reviewers implements review.Store.
func (s *reviewStore) Reviewers(_ context.Context, unit string) ([]string, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []string
	for _, a := range s.accounts {
		if a.May(archive.ActReview) && (a.Unit == "" || a.Unit == unit) {
			out = append(out, a.Account)
		}
	}
	slices.Sort(out)
	return out, nil
}

func paperOf(v retrieve.View) review.Paper {
	return review.Paper{
		Seq: v.Seq, ID: v.ID, Unit: v.Unit, Access: v.Access, Dossier: v.Dossier, Name: v.Name, Title: v.Title, Processing: v.Processing, Release: v.Release,
		NeedsReview: v.NeedsReview, Version: v.Version, Pages: len(v.PageList), Fields: v.Fields,
	}
}

// SearchBatch implements review.Store.
func (s *reviewStore) SearchBatch(_ context.Context, q review.BatchQuery) ([]review.Paper, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []review.Paper
	for _, d := range s.documents {
		if d.Batch == q.Batch && d.Seq > q.After && (!q.Asked || d.NeedsReview) && strings.Contains(strings.ToLower(d.Title+d.Name), strings.ToLower(q.Text)) && len(out) < q.Limit {
			out = append(out, paperOf(d.View))
		}
	}
	slices.SortFunc(out, func(a, b review.Paper) int { return cmp.Compare(a.Seq, b.Seq) })
	return out, nil
}

// Papers implements review.Store.
func (s *reviewStore) Papers(_ context.Context, ids []archive.DocumentID) ([]review.Paper, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []review.Paper
	for _, id := range ids {
		if d := s.document(id); d != nil {
			out = append(out, paperOf(d.View))
		}
	}
	return out, nil
}

// Decide implements review.Store.
func (s *reviewStore) Decide(_ context.Context, actor string, id archive.DocumentID, _ int, decisions []review.Decision) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	s.decide(actor, id, 0, decisions)
	return nil
}

// Report implements review.Store.
func (s *reviewStore) Report(_ context.Context, q review.ReportQuery) (review.Report, error) {
	unlock, err := s.lock()
	if err != nil {
		return review.Report{}, err
	}
	defer unlock()
	s.sync()
	out := review.Report{Batches: []review.BatchReport{}, People: []review.HourReport{}}
	for _, b := range s.batches {
		if q.Unit != "" && b.Unit != q.Unit || q.Batch != "" && b.ID != q.Batch {
			continue
		}
		r := review.BatchReport{Batch: b.ID, Unit: b.Unit, Name: b.Name, State: b.State, CreatedAt: b.CreatedAt}
		for _, a := range s.accessions {
			if a.Batch == b.ID {
				r.Received++
				if a.State == archive.AccessionSplit {
					r.Split++
				}
				if a.State == archive.AccessionRejected {
					r.Rejected++
				}
			}
		}
		for _, d := range s.documents {
			if d.Batch == b.ID {
				r.Documents++
				r.Pages += len(d.PageList)
				if d.Processing == archive.Archived {
					if r.Archived++; !d.NeedsReview {
						r.Done++
					}
				}
			}
		}
		out.Batches = append(out.Batches, r)
	}
	for _, d := range s.decisions {
		hour := d.At.Truncate(time.Hour)
		i := slices.IndexFunc(out.People, func(h review.HourReport) bool { return h.Account == d.Actor && h.Hour.Equal(hour) })
		if i < 0 {
			out.People = append(out.People, review.HourReport{Hour: hour, Account: d.Actor, Unit: s.document(d.Document).Unit})
			i = len(out.People) - 1
		}
		out.People[i].Fields++
		if d.Changed {
			out.People[i].Changed++
		}
	}
	return out, nil
}

// FieldDecisions implements review.Store.
func (s *reviewStore) FieldDecisions(_ context.Context, each func(review.Decision) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	decisions := slices.Clone(s.decisions)
	unlock()
	for _, d := range decisions {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

// placeOf finds where a value stands on the first page: at its first word, or behind the word that leads to what was written by hand.
func placeOf(results []page.Result, name, value string) page.Box {
	if len(results) == 0 {
		return page.Box{}
	}
	first, _, _ := strings.Cut(value, " ")
	lead := map[string]string{"number": "Số:", "date": "ngày"}[name]
	for _, l := range results[0].Lines {
		for i, w := range l.Words {
			if lead != "" && w.Text == lead {
				return page.Box{X0: w.Box.X1 + 6, Y0: w.Box.Y0 - 4, X1: w.Box.X1 + 80, Y1: w.Box.Y1 + 4}
			}
			if lead == "" && first != "" && strings.EqualFold(w.Text, first) {
				end := l.Words[min(len(l.Words)-1, i+len(strings.Fields(value))-1)]
				return w.Box.Union(end.Box)
			}
		}
	}
	return page.Box{}
}
