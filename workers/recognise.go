package workers

import (
	"context"

	"github.com/hibiken/asynq"
)

// recognise handles one page.
func (h *handlers) recognise(ctx context.Context, t *asynq.Task) error {
	return h.run(ctx, t, h.d.Steps.Recognise)
}
