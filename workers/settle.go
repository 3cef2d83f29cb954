package workers

import (
	"context"

	"github.com/hibiken/asynq"
)

// settle handles a version: manifest stored, archived, found.
func (h *handlers) settle(ctx context.Context, t *asynq.Task) error {
	return h.run(ctx, t, h.d.Steps.Settle)
}
