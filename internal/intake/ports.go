package intake

import (
	"context"
	"io"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
)

// Masters is where bytes are kept. PutMaster is idempotent, stores nothing unless the bytes hash to want, and returns only once the
// bytes would survive a loss of power. src must be readable again from its start (a retry after a cut connection).
type Masters interface {
	PutMaster(ctx context.Context, src io.ReadSeeker, sizeBytes int64, want fixity.Digest, retainUntil time.Time) (versionID string, err error)
}

// Records keeps accession records. PutRecord is create-only: when a record is there already it returns that one.
type Records interface {
	PutRecord(ctx context.Context, a archive.Accession, retainUntil time.Time) (archive.Accession, error)
}

// Catalogue knows what is in custody.
type Catalogue interface {
	// FindAccession reports the accession with this id; ok is false when there is none, or when it was cancelled.
	FindAccession(ctx context.Context, id archive.AccessionID) (a archive.Accession, ok bool, err error)
	// Purged reports whether these bytes were removed by decision: they are not taken in again.
	Purged(ctx context.Context, master fixity.Digest) (bool, error)
	// RepeatedAnswer finds the accession that an idempotency key was answered with. A key used for another request is a fault.
	RepeatedAnswer(ctx context.Context, k IdempotencyKey) (id archive.AccessionID, ok bool, err error)
	// Accept records the accession, its task and its audit event in one transaction, and keeps the idempotency key when it is set.
	Accept(ctx context.Context, in Accepted) (archive.Accession, error)
	// OpenBatch finds or makes the batch of that name in the unit, and tells how it takes files apart. A paused or closed batch is a fault.
	OpenBatch(ctx context.Context, unit, name, actor string, queue archive.Queue) (archive.BatchID, archive.StackSettings, error)
}

// Accepted is what the transaction of accept writes.
type Accepted struct {
	Accession     archive.Accession
	MasterVersion string // object version in the store
	RetainUntil   time.Time
	Key           IdempotencyKey
}

// IdempotencyKey is the sender's name for a request. The zero value is none.
type IdempotencyKey struct {
	Account string
	Key     string
	Request fixity.Digest // of what was asked, so that a key cannot stand for two requests
}
