package workers

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Job is something done again and again. Jobs that must not run twice at once take a lock in the catalogue themselves.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// schedule runs the relay and the periodic jobs until ctx ends. A failure is logged and the job tried at its next turn.
func schedule(ctx context.Context, d Deps) {
	r := &relay{d: d}
	var wg sync.WaitGroup
	wg.Go(func() {
		healthy := true
		for ctx.Err() == nil {
			busy, err := r.round(ctx)
			if err != nil && ctx.Err() == nil && healthy {
				d.Logger.WarnContext(ctx, "relay is held up", "error", err.Error())
			}
			if err == nil && !healthy {
				d.Logger.InfoContext(ctx, "relay goes on")
			}
			healthy = err == nil
			pause := relayIdle
			switch {
			case err != nil:
				pause = time.Second
			case busy:
				pause = relayBusy
			}
			sleep(ctx, pause)
		}
	})
	jobs := append([]Job{{Name: "re-ring", Every: askEvery, Run: r.askAgain}}, d.Periodic...)
	for _, j := range jobs {
		wg.Go(func() {
			for sleep(ctx, j.Every) {
				if err := j.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
					d.Logger.WarnContext(ctx, "periodic job failed", "job", j.Name, "error", err.Error())
				}
			}
		})
	}
	wg.Wait()
}

// sleep waits and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
