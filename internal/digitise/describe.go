package digitise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/papertype"
)

// Describe finds the fields of a document in what was read on its pages and fixes the snapshot its rendition is made from. A
// document of which no page could be read at all is rejected here.
func (s *Service) Describe(ctx context.Context, t archive.Task) error {
	defer s.d.Observe.stage("describe", time.Now())
	v, err := s.d.Catalogue.Version(ctx, t)
	if err != nil {
		return err
	}
	results, _, err := s.results(ctx, v)
	if err != nil {
		return err
	}
	if code, all := allUnreadable(results); all && v.Reason == archive.ReasonReceived { // part of a file is kept, with its pages unread
		return s.d.Catalogue.RejectDocument(ctx, t, code, unreadableDetail)
	}
	asked, done, err := s.takeApart(ctx, t, v, results)
	if err != nil || done {
		return err
	}
	fields := papertype.Ask(LayOver(s.d.Describer.Fields(results, v.Name), v.Decided))
	matched, fields, err := s.match(ctx, v, fields, results)
	if err != nil {
		return err
	}
	d := Described{
		Fields: fields, Snapshot: s.snapshot(v, fields),
		Summary: summary(fields, s.d.Describer.Title(fields, v.Name)), NeedsReview: needsReview(fields, results),
		Questions: questions(fields, results),
	}
	d.takeMatch(matched)
	if err := s.takeTwins(ctx, v, results, &d); err != nil {
		return err
	}
	asked = append(asked, rescans(results)...)
	d.Questions = append(d.Questions, asked...)
	d.NeedsReview = d.NeedsReview || len(asked) > 0
	return s.d.Catalogue.Described(ctx, t, d)
}

const unreadableDetail = "no page of the file could be read: its pictures are damaged; scan the paper again"

// allUnreadable reports whether every page is unread because of its own bytes, and the first code that says why.
func allUnreadable(results []page.Result) (fault.Code, bool) {
	for _, r := range results {
		if r.Kind != page.Unread || fault.Code(r.Fault).Verdict() != fault.Rejected {
			return "", false
		}
	}
	return fault.Code(results[0].Fault), true
}

// results loads what was read on every page, and the parts the manifest names them by.
func (s *Service) results(ctx context.Context, v Version) ([]page.Result, []archive.Part, error) {
	out := make([]page.Result, len(v.Pages))
	parts := make([]archive.Part, len(v.Pages))
	for i, p := range v.Pages {
		r, b, err := s.result(ctx, p.ResultKey)
		if err != nil {
			return nil, nil, fmt.Errorf("page %d: %w", p.Ordinal, err)
		}
		out[i] = r
		parts[i] = archive.Part{
			Kind: "result", Bucket: "renditions", Key: p.ResultKey, Digest: fixity.Of(b), SizeBytes: int64(len(b)),
			MediaType: "application/json", Page: p.Ordinal,
		}
	}
	return out, parts, nil
}

// result loads what was read on one page, and the bytes it is kept as.
func (s *Service) result(ctx context.Context, key string) (r page.Result, b []byte, err error) {
	b, err = s.d.Objects.GetResult(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil, fault.Wrap(fault.StoreUnavailable, err, "the result is on record and not in the store")
	}
	if err != nil {
		return r, nil, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, nil, fmt.Errorf("read result: %w", err)
	}
	return r, b, nil
}

func (s *Service) snapshot(v Version, fields []archive.Field) Snapshot {
	snap := Snapshot{
		Title: s.d.Describer.Title(fields, v.Name), Author: value(fields, "agency"), Subject: value(fields, "subject"),
		Language: "vi", CreatedAt: v.CreatedAt.UTC().Truncate(time.Second), Document: string(v.Document),
	}
	seen := map[fixity.Digest]bool{}
	for _, p := range v.Pages {
		if !seen[p.Master] {
			seen[p.Master] = true
			snap.Masters = append(snap.Masters, p.Master)
		}
	}
	return snap
}

func value(fields []archive.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func summary(fields []archive.Field, title string) Summary {
	known := func(name string) *string {
		if v := value(fields, name); v != "" {
			return &v
		}
		return nil
	}
	sum := Summary{Title: title, Type: known("type"), Number: known("number"), Symbol: known("symbol"), Agency: known("agency")}
	switch {
	case sum.Number != nil && sum.Symbol != nil:
		folded := FoldNumber(*sum.Number + "/" + *sum.Symbol)
		sum.NumberSymbol = &folded
	case sum.Symbol != nil:
		folded := FoldNumber("/" + *sum.Symbol)
		sum.NumberSymbol = &folded
	}
	if d, err := time.Parse(time.DateOnly, value(fields, "date")); err == nil {
		sum.IssuedOn = &d
	}
	return sum
}

// FoldNumber gives number and symbol the one form they are searched by: no white space, no leading zeros, no diacritics (recognition
// takes Đ for D), lower case.
func FoldNumber(s string) string {
	s = strings.Join(strings.Fields(s), "")
	number, symbol, _ := strings.Cut(s, "/")
	return strings.TrimLeft(number, "0") + "/" + strings.ReplaceAll(fold.Plain(symbol), " ", "-")
}

func needsReview(fields []archive.Field, results []page.Result) bool {
	for _, f := range fields {
		if f.Asked {
			return true
		}
	}
	for _, r := range results {
		if r.Kind == page.Unread {
			return true
		}
	}
	return false
}
