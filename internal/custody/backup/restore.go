package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Target is where objects are restored to.
type Target interface {
	// PutOnce stores the bytes unless they are there; other bytes under the key are fault.AccessionConflict. A zero time does not lock.
	PutOnce(ctx context.Context, bucket, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest, mediaType string, retainUntil time.Time) error
}

// shown is how many names an error lists.
const shown = 5

// Verify reads every object of the backup and compares it with its digest, and returns how many there are.
func (b *Backup) Verify(ctx context.Context, progress func(n int)) (int, error) {
	var mu sync.Mutex
	var bad []string
	n := 0
	err := b.each(ctx, func(ctx context.Context, e Entry) error {
		d, size, err := digestFile(ctx, b.f.objectPath(e.SHA256))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil || d != e.SHA256 || size != e.SizeBytes {
			bad = append(bad, e.Bucket+"/"+e.Key)
		}
		n++
		if progress != nil {
			progress(n)
		}
		return nil
	})
	switch {
	case err != nil:
		return n, err
	case len(bad) > 0:
		return n, fmt.Errorf("%d objects of backup %s are missing or changed, among them %v: choose another backup", len(bad), b.Seal.Name, bad[:min(len(bad), shown)])
	case n != b.Seal.Objects:
		return n, fmt.Errorf("the inventory of backup %s lists %d objects, %d were sealed", b.Seal.Name, n, b.Seal.Objects)
	}
	return n, nil
}

// RestoreObjects puts every object where it was. It overwrites nothing: other bytes in its place end it with an error.
func (b *Backup) RestoreObjects(ctx context.Context, to Target, now time.Time, progress func(n int)) error {
	var mu sync.Mutex
	var clash []string
	n := 0
	err := b.each(ctx, func(ctx context.Context, e Entry) error {
		f, err := b.Object(e)
		if err != nil {
			return err
		}
		defer f.Close()
		var until time.Time
		if e.RetainUntil != nil && e.RetainUntil.After(now) {
			until = *e.RetainUntil
		}
		err = to.PutOnce(ctx, e.Bucket, e.Key, f, e.SizeBytes, e.SHA256, e.MediaType, until)
		mu.Lock()
		defer mu.Unlock()
		if fault.CodeOf(err) == fault.AccessionConflict {
			clash = append(clash, e.Bucket+"/"+e.Key)
			return nil
		}
		if err != nil {
			return fmt.Errorf("restore %s/%s: %w", e.Bucket, e.Key, err)
		}
		n++
		if progress != nil {
			progress(n)
		}
		return nil
	})
	if err == nil && len(clash) > 0 {
		err = fmt.Errorf("%d objects are in the store with other bytes, among them %v: restore into another store", len(clash), clash[:min(len(clash), shown)])
	}
	return err
}

// each calls do for every entry, several at once.
func (b *Backup) each(ctx context.Context, do func(ctx context.Context, e Entry) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(copiers)
	var listErr error
	for e, err := range b.Entries() {
		if err != nil || gctx.Err() != nil {
			listErr = err
			break
		}
		g.Go(func() error { return do(gctx, e) })
	}
	return errors.Join(g.Wait(), listErr)
}
