package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Eraser removes objects for good, also locked ones: it goes round GOVERNANCE locks, which takes s3:BypassGovernanceRetention. Only package purge is
// given one; everything else keeps to the locks. It may speak with a key of its own.
type Eraser struct {
	*Archive
	by *Store
}

// NewEraser wraps a store; removals go through by, which may be the same or one opened with a key that may go round locks.
func NewEraser(s, by *Store) *Eraser { return &Eraser{Archive: NewArchive(s), by: by} }

// PutTombstone implements purge.Objects.
func (e *Eraser) PutTombstone(ctx context.Context, key string, b []byte, retainUntil time.Time) error {
	_, err := e.s.PutOnce(ctx, Records, key, bytes.NewReader(b), int64(len(b)), fixity.Of(b), PutOptions{MediaType: "application/json", RetainUntil: retainUntil})
	return err
}

// Erase implements purge.Objects.
func (e *Eraser) Erase(ctx context.Context, bucket, prefix string) (int, error) {
	if len(prefix) < 36 { // an id or a digest is in it: a shorter one would reach further than one paper
		return 0, fmt.Errorf("erase: prefix %q is too short", prefix)
	}
	n := 0
	for {
		found, err := e.by.versions(ctx, Bucket(bucket), prefix)
		if err != nil {
			return n, err
		}
		if len(found) == 0 {
			if n == 0 {
				return 0, nil
			}
			return n, e.by.sync(ctx)
		}
		for _, o := range found {
			if err := e.by.erase(ctx, Bucket(bucket), o); err != nil {
				return n, err
			}
			n++
		}
	}
}

// erasePage is how many versions are looked up at once.
const erasePage = 500

// versions lists versions of objects and marks of deleted ones, at most erasePage.
func (s *Store) versions(ctx context.Context, bucket Bucket, prefix string) ([]minio.ObjectInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	var out []minio.ObjectInfo
	for o := range s.client.ListObjectsIter(ctx, s.name(bucket), minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: bucket.Locked()}) {
		if o.Err != nil {
			return nil, translate(o.Err, "list versions under %s", prefix)
		}
		if out = append(out, o); len(out) == erasePage {
			break
		}
	}
	return out, nil
}

func (s *Store) erase(ctx context.Context, bucket Bucket, o minio.ObjectInfo) error {
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	opt := minio.RemoveObjectOptions{}
	if bucket.Locked() {
		opt.VersionID, opt.GovernanceBypass = o.VersionID, true
	}
	err := s.client.RemoveObject(ctx, s.name(bucket), o.Key, opt)
	if err == nil {
		return nil
	}
	if lockedAway(err) {
		return fault.Wrap(fault.StoreUnavailable, err, "the store does not let go of a locked object: the key needs s3:BypassGovernanceRetention, or the lock is not of mode GOVERNANCE")
	}
	if err = translate(err, "erase object %s", o.Key); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
