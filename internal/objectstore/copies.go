package objectstore

import (
	"context"
	"io"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// OpenCopy implements retrieve.CopyStore.
func (a *Archive) OpenCopy(ctx context.Context, key string) (io.ReadSeekCloser, fixity.Digest, error) {
	r, obj, err := a.s.Open(ctx, Work, key, "")
	return r, obj.Digest, err
}

// PutCopy implements retrieve.CopyStore. Two may make one copy at a time; the first is kept.
func (a *Archive) PutCopy(ctx context.Context, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest) error {
	_, err := a.s.PutOnce(ctx, Work, key, src, sizeBytes, d, PutOptions{MediaType: string(archive.PDF)})
	if fault.CodeOf(err) == fault.AccessionConflict {
		return nil
	}
	return err
}
