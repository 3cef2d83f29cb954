package wiring

import (
	"context"

	"sohoa/internal/digitise"
	"sohoa/internal/match"
)

// Matcher finds dossiers; it is digitise.Matcher.
type Matcher struct{ Service *match.Service }

// Match implements digitise.Matcher.
func (m Matcher) Match(ctx context.Context, p digitise.MatchPaper) (digitise.Matched, error) {
	out, err := m.Service.Match(ctx, match.Paper{Document: p.Document, Unit: p.Unit, Filed: p.Filed, Name: p.Name, Pages: p.Pages, Fields: p.Fields})
	return digitise.Matched{Match: out.Match, Question: out.Question, Wait: out.Wait}, err
}
