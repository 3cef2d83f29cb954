package workers

import (
	"context"
	"time"

	"sohoa/internal/archive"
)

// Waiting is the waiting side of the outbox, for the relay.
type Waiting interface {
	PickTasks(ctx context.Context, queue archive.Queue, room, turn int) ([]archive.Ring, error)
	CountRung(ctx context.Context, queue archive.Queue) (int, error)
	Unring(ctx context.Context, id int64, rings int) error
	UnringAll(ctx context.Context) (int, error)
	RungSince(ctx context.Context, t time.Time) ([]archive.Ring, error)
	Paused(ctx context.Context) (bool, error)
}

// ringsPerWorker is how many tasks lie in Redis for each worker: enough that none waits for the relay, few enough that the order the
// relay chose is the order in which work is done (DESIGN: the queue).
const ringsPerWorker = 8

// Rhythm of the relay: fast while there is work, slower when there is none.
const (
	relayBusy = 20 * time.Millisecond
	relayIdle = 200 * time.Millisecond
	// askAfter is the age from which a ring is asked after. A database that dies between commit and answer leaves tasks handed out that
	// Redis never heard of; asking is one look-up each, for the few tasks that are handed out.
	askAfter = 15 * time.Second
	askEvery = 10 * time.Second
)

// relay moves waiting tasks from Postgres to Redis, a fair share to each unit.
type relay struct {
	d    Deps
	turn int
}

// round hands out what there is room for, and says whether there was any.
func (r *relay) round(ctx context.Context) (busy bool, err error) {
	if forgot, err := r.d.Bell.Forgot(ctx); err != nil {
		return false, err
	} else if forgot {
		n, err := r.d.Waiting.UnringAll(ctx)
		if err != nil {
			return false, err
		}
		if n > 0 {
			r.d.Logger.WarnContext(ctx, "the queue had forgotten its tasks; they are rung again", "tasks", n)
		}
	}
	if paused, err := r.d.Waiting.Paused(ctx); err != nil || paused {
		return false, err
	}
	r.turn++
	for _, q := range []archive.Queue{archive.Interactive, archive.Backlog, archive.Maintenance} {
		rung, err := r.d.Waiting.CountRung(ctx, q)
		if err != nil {
			return busy, err
		}
		picked, err := r.d.Waiting.PickTasks(ctx, q, ringsPerWorker*r.d.Concurrency-rung, r.turn)
		busy = busy || len(picked) > 0
		for _, p := range picked {
			if ringErr := r.d.Bell.Ring(ctx, p, policyOf(p.Kind)); ringErr != nil {
				_ = r.d.Waiting.Unring(context.WithoutCancel(ctx), p.ID, p.Rings) // else asked after in askAfter
				err = ringErr
			}
		}
		if err != nil {
			return busy, err
		}
	}
	return busy, nil
}

// askAgain takes back rings that Redis knows nothing of: an honest backlog is not rung a second time.
func (r *relay) askAgain(ctx context.Context) error {
	rows, err := r.d.Waiting.RungSince(ctx, time.Now().Add(-askAfter))
	if err != nil {
		return err
	}
	for _, row := range rows {
		known, err := r.d.Bell.Known(row)
		if err != nil {
			return err
		}
		if !known {
			r.d.Logger.WarnContext(ctx, "a task was lost by the queue; it is rung again", "task", row.ID)
			if err := r.d.Waiting.Unring(ctx, row.ID, row.Rings); err != nil {
				return err
			}
		}
	}
	return nil
}
