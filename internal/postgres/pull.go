package postgres

import (
	"context"
	"time"

	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/register"
)

// PullPlace implements the state of pulls (internal/registerpull).
func (c *Catalogue) PullPlace(ctx context.Context, source string, k register.Kind) (register.PullPlace, error) {
	p := register.PullPlace{Source: source, List: k}
	row, err := c.q.PullPlace(ctx, sqlc.PullPlaceParams{Source: source, List: string(k)})
	if isNoRows(err) {
		return p, nil
	}
	if err != nil {
		return p, unavailable(err)
	}
	p.Next, p.Problem = row.NextPage, row.Problem
	for _, t := range []struct {
		to   *time.Time
		from *time.Time
	}{{&p.Through, row.Through}, {&p.StartedAt, row.StartedAt}} {
		if t.from != nil {
			*t.to = *t.from
		}
	}
	return p, nil
}

// SavePullPlace implements the state of pulls (internal/registerpull).
func (c *Catalogue) SavePullPlace(ctx context.Context, p register.PullPlace) error {
	return unavailable(c.q.SavePullPlace(ctx, sqlc.SavePullPlaceParams{
		Source: p.Source, List: string(p.List), Through: moment(p.Through), StartedAt: moment(p.StartedAt), NextPage: p.Next, Problem: p.Problem,
	}))
}

// moment is a time as a column holds it: NULL for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
