package digitise

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
)

// Keeping says how long documents are kept.
type Keeping interface {
	// Retention gives the longest that the procedure of a version's dossier, its type and the other documents of the dossier ask for, and when
	// the work ended; zero where it is not known.
	Retention(ctx context.Context, v Version) (r archive.Retention, ended time.Time, err error)
	// DueLocks gives documents whose locks must reach further, because another document of their dossier is kept longer.
	DueLocks(ctx context.Context, limit int) ([]DueLock, error)
	// LocksExtended notes that the locks of a document reach until then.
	LocksExtended(ctx context.Context, d DueLock) error
}

// Kept is how long a document is kept.
type Kept struct {
	Retention archive.Retention
	EndedOn   time.Time // when the work ended; zero: not known
	Until     time.Time // what is locked is locked until then
}

// DueLock is a document whose locks must reach further.
type DueLock struct {
	Document archive.DocumentID
	Versions []int // whose manifests are stored
	Masters  []fixity.Digest
	Until    time.Time
}

// Locks extends locks of what is stored. One that reaches as far already is left alone.
type Locks interface {
	ExtendMasterLock(ctx context.Context, d fixity.Digest, until time.Time) error
	ExtendManifestLock(ctx context.Context, key string, until time.Time) error
}

// kept works out how long a version is kept: at least as long as anything is, for what is not known may turn out.
func (s *Service) kept(ctx context.Context, v Version) (Kept, error) {
	k := Kept{Until: RetainUntil(v.CreatedAt)}
	if s.d.Keeping == nil {
		return k, nil
	}
	var err error
	if k.Retention, k.EndedOn, err = s.d.Keeping.Retention(ctx, v); err != nil {
		return k, err
	}
	ended := k.EndedOn
	if ended.IsZero() {
		ended = v.CreatedAt
	}
	if until := k.Retention.Until(ended); until.After(k.Until) {
		k.Until = until
	}
	return k, nil
}

// locksAtOnce is how many documents' locks are extended in one go.
const locksAtOnce = 100

// ExtendLocks extends the locks of documents that are kept longer since they were archived. Locks never become shorter.
func (s *Service) ExtendLocks(ctx context.Context, l Locks) error {
	if s.d.Keeping == nil {
		return nil
	}
	due, err := s.d.Keeping.DueLocks(ctx, locksAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range due {
		if err := extend(ctx, l, d); err != nil {
			failed = errors.Join(failed, fmt.Errorf("extend the locks of document %s: %w", d.Document, err))
			continue
		}
		if err := s.d.Keeping.LocksExtended(ctx, d); err != nil {
			return errors.Join(failed, err)
		}
	}
	return failed
}

func extend(ctx context.Context, l Locks, d DueLock) error {
	for _, n := range d.Versions {
		if err := l.ExtendManifestLock(ctx, archive.ManifestKey(d.Document, n), d.Until); err != nil {
			return err
		}
	}
	for _, m := range d.Masters {
		if err := l.ExtendMasterLock(ctx, m, d.Until); err != nil {
			return err
		}
	}
	return nil
}
