package webtest

import (
	"cmp"
	"context"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/match"
	"sohoa/internal/records"
)

// Filing is the filing over this archive. Moves change the document at once; there is one version of each.
func (a *Archive) Filing() *match.Filing {
	return match.NewFiling(match.FilingDeps{Store: &filingStore{Archive: a, links: map[archive.DocumentID][]match.Link{}}})
}

type filingStore struct {
	*Archive
	links    map[archive.DocumentID][]match.Link
	requests []*match.Request
}

// with locks the archive and finds a document.
func (s *filingStore) with(id archive.DocumentID, f func(d *document) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	for _, d := range s.documents {
		if d.ID == id {
			return f(d)
		}
	}
	return fault.New(fault.DocumentUnknown, "there is no document %s", id)
}

func (s *filingStore) Filed(_ context.Context, id archive.DocumentID) (f match.Filed, err error) {
	err = s.with(id, func(d *document) error {
		f = match.Filed{Document: id, Unit: d.Unit, Access: d.Access, Version: max(d.Version, 1), Dossier: d.Dossier, Processing: d.Processing, Release: d.Release}
		return nil
	})
	return f, err
}

func (s *filingStore) Links(_ context.Context, id archive.DocumentID) (ls []match.Link, err error) {
	err = s.with(id, func(d *document) error {
		ls = s.links[id]
		if len(ls) == 0 && d.Dossier != "" {
			ls = []match.Link{{Dossier: d.Dossier, Source: archive.MatchGiven, Score: 1, Why: []string{"given"}, Version: 1, Actor: "system", At: d.CreatedAt}}
		}
		return nil
	})
	return ls, err
}

func (s *filingStore) move(d *document, actor, and, code, reason string) {
	d.Dossier, d.Version = code, max(d.Version, 1)+1
	s.links[d.ID] = append(s.links[d.ID], match.Link{
		Dossier: code, Source: archive.MatchPerson, Score: 1, Reason: reason, Version: d.Version, Actor: actor, ApprovedBy: and, At: s.now(),
	})
}

func (s *filingStore) Relink(_ context.Context, actor string, m match.Move) (version int, err error) {
	err = s.with(m.Document, func(d *document) error {
		s.move(d, actor, "", m.Dossier, m.Reason)
		version = d.Version
		return nil
	})
	return version, err
}

func (s *filingStore) RequestRelink(_ context.Context, actor string, m match.Move) (r match.Request, err error) {
	err = s.with(m.Document, func(d *document) error {
		r = match.Request{
			ID: int64(len(s.requests) + 1), Document: m.Document, Title: d.Title, Unit: d.Unit, From: d.Dossier, To: m.Dossier, Reason: m.Reason, RequestedBy: actor, RequestedAt: s.now(),
		}
		s.requests = append(s.requests, &r)
		return nil
	})
	return r, err
}

func (s *filingStore) Request(_ context.Context, id int64) (match.Request, error) {
	unlock, err := s.lock()
	if err != nil {
		return match.Request{}, err
	}
	defer unlock()
	if id < 1 || id > int64(len(s.requests)) {
		return match.Request{}, fault.New(fault.NotFound, "there is no request %d", id)
	}
	return *s.requests[id-1], nil
}

func (s *filingStore) Requests(_ context.Context, unit string, after int64, limit int) (out []match.Request, err error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, r := range s.requests {
		if r.Decision == "" && r.ID > after && (unit == "" || r.Unit == unit) && len(out) < limit {
			out = append(out, *r)
		}
	}
	return out, nil
}

func (s *filingStore) Decide(_ context.Context, actor string, id int64, approve bool) (match.Request, error) {
	r := s.requests[id-1]
	err := s.with(r.Document, func(d *document) error {
		at := s.now()
		r.Decision, r.DecidedBy, r.DecidedAt = "refused", actor, &at
		if approve {
			r.Decision = "approved"
			s.move(d, r.RequestedBy, actor, r.To, r.Reason)
		}
		return nil
	})
	return *r, err
}

func (s *filingStore) Waiting(_ context.Context, unit string, after int64, limit int) (out []match.Waiting, err error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range s.documents {
		if d.Dossier == "" && (unit == "" || d.Unit == unit) && d.Seq > after && len(out) < limit {
			out = append(out, match.Waiting{Seq: d.Seq, Document: d.ID, Unit: d.Unit, Title: d.Title, Since: d.CreatedAt})
		}
	}
	return out, nil
}

// ArchiveRecords are the archive records over this archive.
func (a *Archive) ArchiveRecords() *records.Service {
	return records.New(&recordStore{Archive: a, patterns: records.Patterns{ResultCode: "{owner}-{type}", ArchiveCode: "{unit}.{dossier}.{number}"}})
}

type recordStore struct {
	*Archive
	patterns records.Patterns
	types    []records.TypeRule
}

func (s *recordStore) row(d *document) records.Row {
	until := d.CreatedAt.AddDate(2, 0, 0)
	return records.Row{Record: records.Record{
		Seq: d.Seq, Identifier: d.ID, RetainUntil: &until, Type: d.Type, Number: d.Number, Symbol: d.Symbol, Agency: d.Agency, Pages: len(d.PageList), Access: d.Access, Unit: d.Unit,
		Dossier: d.Dossier, Version: max(d.Version, 1), Release: d.Release, Date: d.IssuedOn,
	}, Fields: d.Fields}
}

func (s *recordStore) Record(_ context.Context, id archive.DocumentID) (row records.Row, err error) {
	unlock, err := s.lock()
	if err != nil {
		return row, err
	}
	defer unlock()
	for _, d := range s.documents {
		if d.ID == id {
			return s.row(d), nil
		}
	}
	return row, fault.New(fault.DocumentUnknown, "there is no document %s", id)
}

func (s *recordStore) Records(_ context.Context, q records.Query) (out []records.Row, err error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range s.documents {
		if d.Processing == archive.Archived && d.Seq > q.After && (q.Unit == "" || q.Unit == d.Unit) && (q.Batch == "" || q.Batch == d.Batch) && (q.Dossier == "" || q.Dossier == d.Dossier) {
			out = append(out, s.row(d))
		}
	}
	slices.SortFunc(out, func(a, b records.Row) int { return cmp.Compare(a.Seq, b.Seq) })
	return out[:min(len(out), q.Limit)], nil
}

func (s *recordStore) Patterns(context.Context) (records.Patterns, error) { return s.patterns, nil }

func (s *recordStore) SetPatterns(_ context.Context, _ string, p records.Patterns) error {
	s.patterns = p
	return nil
}

func (s *recordStore) TypeRules(context.Context) ([]records.TypeRule, error) { return s.types, nil }

func (s *recordStore) PutTypeRule(_ context.Context, _, _ string, t records.TypeRule) error {
	s.types = append(s.types, t)
	return nil
}
