package workers

import (
	"context"

	"github.com/hibiken/asynq"
)

// describe handles a document: its fields.
func (h *handlers) describe(ctx context.Context, t *asynq.Task) error {
	return h.run(ctx, t, h.d.Steps.Describe)
}
