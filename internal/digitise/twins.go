package digitise

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Twins tells whether two documents are the same paper scanned twice. internal/match does; it is pure.
type Twins interface {
	// Keys are what a document of a unit is looked up by when another looks like it.
	Keys(unit string, fields []archive.Field, pages []page.Result) []int64
	// Same reports whether both are one paper, and how surely, 0–1.
	Same(aFields []archive.Field, a []page.Result, bFields []archive.Field, b []page.Result) (score float64, ok bool)
}

// Alike looks documents up by the keys of another.
type Alike interface {
	// Alike gives documents of the same unit that came before v and share keys with it, or begin with the same page of the same bytes; those
	// that share most first. Documents that people told apart from it are not among them.
	Alike(ctx context.Context, v Version, keys []int64, limit int) ([]Twin, error)
}

// Twin is a document that may be the same paper as another.
type Twin struct {
	Version
	Title     string
	SameBytes bool // it begins with the same page of the same bytes
}

// twinsAtOnce is how many documents a version is compared with, those first that share most.
const twinsAtOnce = 4

// takeTwins adds to what was described whether the paper looks like another.
func (s *Service) takeTwins(ctx context.Context, v Version, results []page.Result, d *Described) error {
	keys, q, err := s.twins(ctx, v, d.Fields, results)
	if err != nil {
		return err
	}
	d.Keys = keys
	if q != nil {
		d.Questions, d.NeedsReview = append(d.Questions, *q), true
	}
	return nil
}

// twins looks for documents that are the same paper as a version, and gives the keys it is found by itself.
func (s *Service) twins(ctx context.Context, v Version, fields []archive.Field, results []page.Result) ([]int64, *archive.Question, error) {
	if s.d.Twins == nil || s.d.Alike == nil {
		return nil, nil, nil
	}
	keys := s.d.Twins.Keys(v.Unit, fields, results)
	alike, err := s.d.Alike.Alike(ctx, v, keys, twinsAtOnce)
	if err != nil {
		return nil, nil, err
	}
	q := archive.Question{Kind: archive.AskDuplicate, Reason: "same_text"}
	for _, t := range alike {
		o := archive.Option{Value: string(t.Document), Label: t.Title, Score: 1, Why: []string{"same_bytes"}}
		if !t.SameBytes {
			others, _, err := s.results(ctx, t.Version)
			if err != nil {
				return nil, nil, fmt.Errorf("compare with document %s: %w", t.Document, err)
			}
			score, same := s.d.Twins.Same(fields, results, t.Fields, others)
			if !same {
				continue
			}
			o.Score, o.Why = score, []string{"same_text"}
		} else {
			q.Reason = "same_bytes"
		}
		q.Options = append(q.Options, o)
	}
	if len(q.Options) == 0 {
		return keys, nil, nil
	}
	return keys, &q, nil
}
