package workers

import (
	"context"

	"github.com/hibiken/asynq"
)

// inspect handles an accession: what is in the file.
func (h *handlers) inspect(ctx context.Context, t *asynq.Task) error {
	return h.run(ctx, t, h.d.Steps.Inspect)
}
