package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/queue"
)

// run loads the task, takes one step and translates the outcome.
func (h *handlers) run(ctx context.Context, t *asynq.Task, step func(context.Context, archive.Task) error) error {
	ring, err := queue.ParseRing(t.Payload())
	if err != nil {
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	}
	task, open, err := h.d.Outbox.Task(ctx, ring.ID)
	if err != nil {
		return err
	}
	if !open {
		return nil // done by another delivery
	}
	return h.outcome(ctx, task, step(ctx, task))
}

// outcome writes down what became of a step. What cannot be written down goes back to asynq, which rings again.
func (h *handlers) outcome(ctx context.Context, task archive.Task, err error) error {
	log := h.d.Logger.With("task", task.ID, "kind", task.Kind, "accession", task.Accession, "document", task.Document, "page", task.Page)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, digitise.ErrFenced):
		log.InfoContext(ctx, "task was overtaken")
		return h.d.Outbox.CloseTask(ctx, task)
	case errors.Is(err, context.Canceled):
		return err // a stop; asynq hands the task back and spends no attempt
	}
	s := stallOf(err, task.Tries)
	if h.d.Jitter != nil {
		s.Delay += time.Duration(h.d.Jitter() * float64(s.Delay) / 2)
	}
	if h.d.Stalled != nil {
		h.d.Stalled(s.Code)
	}
	log.WarnContext(ctx, "task stalled", "code", s.Code, "tries", task.Tries+1, "again_in", s.Delay.String(), "operator", s.Operator, "error", err.Error())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // the task's own time may be up
	defer cancel()
	if stallErr := h.d.Outbox.Stall(ctx, task, s); stallErr != nil {
		return fmt.Errorf("note stall (%w) of: %w", stallErr, err)
	}
	return nil
}

// Back-off after stalls: doubled from firstDelay up to mostDelay.
const (
	firstDelay = 500 * time.Millisecond
	mostDelay  = 5 * time.Minute
	// triesOfUnknown is how often a fault that may be our own bug is tried before an operator must look: some ten minutes.
	triesOfUnknown = 12
	// visibleFrom is the try from which a document shows as stalled: a restart of a server is over by then.
	visibleFrom = 3
)

// stallOf decides when to try again. What a server that is down brought about is tried for ever.
func stallOf(err error, tries int) digitise.Stalled {
	s := digitise.Stalled{Code: fault.CodeOf(err), Detail: fault.DetailOf(err), Delay: min(firstDelay<<min(tries, 20), mostDelay), Visible: tries+1 >= visibleFrom}
	if errors.Is(err, context.DeadlineExceeded) && s.Code == fault.Internal {
		s.Detail = "the step took longer than its time limit"
	}
	switch s.Code {
	case fault.StoreUnavailable, fault.CatalogueUnavailable, fault.QueueUnavailable, fault.SpoolFull:
	case fault.EngineUnavailable:
		if errors.Is(err, digitise.ErrPageKilledEngine) {
			s.Delay, s.Visible = firstDelay, false // once more, soon; then the page is unread
		}
	default:
		if s.Detail == "" {
			s.Detail = "an unexpected fault; it is in the log under this document's id"
		}
		s.Operator = tries+1 >= triesOfUnknown
		s.Visible = s.Visible || s.Operator
	}
	return s
}
