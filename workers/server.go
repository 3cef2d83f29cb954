package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/queue"
)

// Outbox is the waiting work in the catalogue.
type Outbox interface {
	Task(ctx context.Context, id int64) (t archive.Task, ok bool, err error)
	Stall(ctx context.Context, t archive.Task, s digitise.Stalled) error
	CloseTask(ctx context.Context, t archive.Task) error
}

// Deps is what the workers need.
type Deps struct {
	Steps       *digitise.Service
	Outbox      Outbox
	Waiting     Waiting
	Bell        *queue.Bell
	Periodic    []Job // sealer, sweep, clean-up: see Schedule
	Concurrency int   // tasks at once, one per engine
	Logger      *slog.Logger
	Stalled     func(code fault.Code) // told of every stall; may be nil
	// Jitter spreads retries, 0 to 1; nil means none.
	Jitter func() float64
}

// Budgets of stopping: a pod has 30 s of grace; tasks get 20 s to finish, then 5 s to unwind before asynq hands them back.
const (
	finishWithin = 20 * time.Second
	shutdown     = 25 * time.Second
)

// Run works until ctx ends, then lets running tasks finish. Tasks cut off run again elsewhere.
func Run(ctx context.Context, d Deps) error {
	work, cutOff := context.WithCancel(context.WithoutCancel(ctx)) // outlives the signal, so that work can finish
	defer cutOff()
	srv := asynq.NewServer(d.Bell.Options(), asynq.Config{
		Concurrency:     d.Concurrency,
		BaseContext:     func() context.Context { return work },
		ShutdownTimeout: shutdown,
		// The counter before the backlog; the relay keeps both short, so nothing starves for longer than a handful of tasks.
		Queues:                   map[string]int{string(archive.Interactive): 6, string(archive.Backlog): 3, string(archive.Maintenance): 1},
		StrictPriority:           true,
		TaskCheckInterval:        100 * time.Millisecond,
		DelayedTaskCheckInterval: time.Second,
		IsFailure:                func(err error) bool { return !errors.Is(err, context.Canceled) }, // a stop spends no attempt
		RetryDelayFunc: func(n int, err error, _ *asynq.Task) time.Duration {
			if errors.Is(err, context.Canceled) {
				return time.Second
			}
			return min(time.Duration(1<<min(n, 6))*time.Second, time.Minute)
		},
		Logger:   quietLogger{d.Logger},
		LogLevel: asynq.WarnLevel,
	})
	h := &handlers{d: d}
	mux := asynq.NewServeMux()
	mux.HandleFunc(string(archive.TaskInspect), h.inspect)
	mux.HandleFunc(string(archive.TaskRecognise), h.recognise)
	mux.HandleFunc(string(archive.TaskDescribe), h.describe)
	mux.HandleFunc(string(archive.TaskAssemble), h.assemble)
	mux.HandleFunc(string(archive.TaskSettle), h.settle)
	if err := startPatiently(ctx, srv, mux); err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		schedule(ctx, d)
	}()
	<-ctx.Done()
	defer time.AfterFunc(finishWithin, cutOff).Stop()
	<-stopped
	srv.Shutdown()
	return nil
}

// startPatiently waits for a Redis that is being started or restarted.
func startPatiently(ctx context.Context, srv *asynq.Server, mux *asynq.ServeMux) error {
	for {
		err := srv.Start(mux) // not Run: it installs its own signal handler
		if err == nil || ctx.Err() != nil || errors.Is(err, asynq.ErrServerClosed) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

type handlers struct{ d Deps }

// policyOf is how asynq treats each kind: only failures that could not be recorded count there. Time limits are generous; pages have
// deadlines of their own in the engine pool.
func policyOf(k archive.TaskKind) queue.Policy {
	switch k {
	case archive.TaskInspect:
		return queue.Policy{MaxRetry: 10, Timeout: 10 * time.Minute}
	case archive.TaskRecognise:
		return queue.Policy{MaxRetry: 10, Timeout: 5 * time.Minute}
	case archive.TaskDescribe:
		return queue.Policy{MaxRetry: 10, Timeout: 5 * time.Minute}
	case archive.TaskAssemble:
		return queue.Policy{MaxRetry: 10, Timeout: time.Hour}
	case archive.TaskSettle:
		return queue.Policy{MaxRetry: 10, Timeout: 10 * time.Minute}
	}
	return queue.Policy{MaxRetry: 10, Timeout: time.Minute}
}

// quietLogger gives asynq's own messages our form.
type quietLogger struct{ l *slog.Logger }

func (q quietLogger) Debug(a ...any) { q.l.Debug("asynq: " + fmt.Sprint(a...)) }
func (q quietLogger) Info(a ...any)  { q.l.Debug("asynq: " + fmt.Sprint(a...)) }
func (q quietLogger) Warn(a ...any)  { q.l.Warn("asynq: " + fmt.Sprint(a...)) }
func (q quietLogger) Error(a ...any) { q.l.Error("asynq: " + fmt.Sprint(a...)) }
func (q quietLogger) Fatal(a ...any) { q.l.Error("asynq: " + fmt.Sprint(a...)) }
