package digitise

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sohoa/internal/archive"
)

// Waits is what documents without dossier wait in.
type Waits interface {
	// WakeWaiting marks what waits for a dossier or holder that came or changed since it last looked, a page of them; more says that there
	// are more. Of several servers one looks at a time.
	WakeWaiting(ctx context.Context) (more bool, err error)
	// DueWaiting gives the current versions of archived documents that are marked, longest marked first.
	DueWaiting(ctx context.Context, limit int) ([]Version, error)
	// Rematched takes the mark away. A match is filed, and a version begins that says so; a question begins one that asks it, unless it is
	// asked already. Where the document has moved on, nothing happens.
	Rematched(ctx context.Context, id archive.DocumentID, version int, m Matched) (began bool, err error)
}

// matchAtOnce is how many documents that wait are looked at in one go, and wakeWithin how long the register is compared: the next turn of
// the job goes on.
const (
	matchAtOnce = 50
	wakeWithin  = 10 * time.Second
)

// MatchWaiting looks again for the dossiers of documents that have none, where something that fits has come in since.
func (s *Service) MatchWaiting(ctx context.Context, w Waits) error {
	if s.d.Matcher == nil {
		return nil
	}
	for end := s.d.Now().Add(wakeWithin); ; {
		more, err := w.WakeWaiting(ctx)
		if err != nil {
			return err
		}
		if !more || s.d.Now().After(end) {
			break
		}
	}
	due, err := w.DueWaiting(ctx, matchAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, v := range due {
		if err := s.rematch(ctx, w, v); err != nil { // one that cannot be looked at holds up none of the others
			failed = errors.Join(failed, fmt.Errorf("document %s: %w", v.Document, err))
		}
	}
	return failed
}

func (s *Service) rematch(ctx context.Context, w Waits, v Version) error {
	results, _, err := s.results(ctx, v)
	if err != nil {
		return err
	}
	m, _, err := s.match(ctx, v, v.Fields, results)
	if err != nil {
		return err
	}
	began, err := w.Rematched(ctx, v.Document, v.Version, m)
	if began {
		s.d.Logger.InfoContext(ctx, "document matched anew", "document", v.Document, "filed", m.Match != nil)
	}
	return err
}
