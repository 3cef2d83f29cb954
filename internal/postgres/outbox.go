package postgres

import (
	"context"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/postgres/sqlc"
)

// PickTasks hands out up to room waiting tasks of a queue, the same share to every unit that has any, oldest first within the unit.
// turn says which unit is served first, so that the remainder goes round. Two relays never pick the same task.
func (c *Catalogue) PickTasks(ctx context.Context, queue archive.Queue, room, turn int) ([]archive.Ring, error) {
	if room <= 0 {
		return nil, nil
	}
	units, err := c.q.WaitingUnits(ctx, string(queue))
	if err != nil || len(units) == 0 {
		return nil, unavailable(err)
	}
	var out []archive.Ring
	share := max(room/len(units), 1)
	// Two passes: a fair share for all, then what is left to whoever has more.
	for pass := range 2 {
		for i := range units {
			left := room - len(out)
			if left <= 0 {
				return out, nil
			}
			quota := min(share, left)
			if pass == 1 {
				quota = left
			}
			rows, err := c.q.PickTasks(ctx, sqlc.PickTasksParams{Queue: string(queue), UnitCode: units[(i+turn)%len(units)], Quota: int32(quota)})
			if err != nil {
				return out, unavailable(fmt.Errorf("pick tasks: %w", err))
			}
			for _, r := range rows {
				out = append(out, archive.Ring{ID: r.ID, Kind: archive.TaskKind(r.Kind), Queue: archive.Queue(r.Queue), Rings: int(r.Rings)})
			}
		}
	}
	return out, nil
}

// CountRung counts the tasks of a queue that are handed out.
func (c *Catalogue) CountRung(ctx context.Context, queue archive.Queue) (int, error) {
	n, err := c.q.CountRung(ctx, string(queue))
	return int(n), unavailable(err)
}

// Unring takes a handed-out task back, unless it was handed out again since.
func (c *Catalogue) Unring(ctx context.Context, id int64, rings int) error {
	return unavailable(c.q.UnringTask(ctx, sqlc.UnringTaskParams{ID: id, Rings: int32(rings)}))
}

// UnringAll takes every handed-out task back: the queue server has forgotten them.
func (c *Catalogue) UnringAll(ctx context.Context) (int, error) {
	n, err := c.q.UnringAll(ctx)
	return int(n), unavailable(err)
}

// RungSince lists tasks handed out before t and still open, oldest first, at most 1,000.
func (c *Catalogue) RungSince(ctx context.Context, t time.Time) ([]archive.Ring, error) {
	rows, err := c.q.RungSince(ctx, &t)
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]archive.Ring, len(rows))
	for i, r := range rows {
		out[i] = archive.Ring{ID: r.ID, Rings: int(r.Rings), Queue: archive.Queue(r.Queue)}
	}
	return out, nil
}

// Paused reports whether handing out is paused.
func (c *Catalogue) Paused(ctx context.Context) (bool, error) {
	s, err := c.q.QueueSettings(ctx)
	return s.Paused, unavailable(err)
}
