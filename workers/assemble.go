package workers

import (
	"context"

	"github.com/hibiken/asynq"
)

// assemble handles a version: its rendition.
func (h *handlers) assemble(ctx context.Context, t *asynq.Task) error {
	return h.run(ctx, t, h.d.Steps.Assemble)
}
