package objectstore

import (
	"context"
	"io"
	"iter"
	"time"

	"sohoa/internal/custody"
	"sohoa/internal/fixity"
)

// Shelves is the store as package custody sees it: custody.Objects.
type Shelves struct{ s *Store }

// NewShelves wraps a store whose buckets exist.
func NewShelves(s *Store) Shelves { return Shelves{s: s} }

func shelfObject(o Object) custody.Object {
	return custody.Object{
		Bucket: string(o.Bucket), Key: o.Key, Version: o.VersionID, Digest: o.Digest, SizeBytes: o.SizeBytes, MediaType: o.MediaType,
		ModTime: o.ModTime, RetainUntil: o.RetainUntil,
	}
}

// List implements custody.Objects.
func (x Shelves) List(ctx context.Context, bucket, prefix, after string) iter.Seq2[custody.Object, error] {
	return func(yield func(custody.Object, error) bool) {
		for o, err := range x.s.List(ctx, Bucket(bucket), prefix, after) {
			if !yield(shelfObject(o), err) {
				return
			}
		}
	}
}

// Stat implements custody.Objects.
func (x Shelves) Stat(ctx context.Context, bucket, key, version string) (custody.Object, error) {
	o, err := x.s.Stat(ctx, Bucket(bucket), key, version)
	return shelfObject(o), err
}

// Read implements custody.Objects.
func (x Shelves) Read(ctx context.Context, bucket, key string) ([]byte, error) {
	return NewArchive(x.s).read(ctx, Bucket(bucket), key)
}

// Rehash implements custody.Objects.
func (x Shelves) Rehash(ctx context.Context, bucket, key, version string) (fixity.Digest, int64, error) {
	o, err := x.s.Stat(ctx, Bucket(bucket), key, version)
	if err != nil {
		return fixity.Digest{}, 0, err
	}
	return x.s.rehash(ctx, o)
}

// Delete implements custody.Objects.
func (x Shelves) Delete(ctx context.Context, bucket, key, version string) error {
	return x.s.Delete(ctx, Bucket(bucket), key, version)
}

// Open implements backup.Store.
func (x Shelves) Open(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	r, _, err := x.s.Open(ctx, Bucket(bucket), key, "")
	return r, err
}

// PutOnce implements backup.Target.
func (x Shelves) PutOnce(ctx context.Context, bucket, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest, mediaType string, retainUntil time.Time) error {
	_, err := x.s.PutOnce(ctx, Bucket(bucket), key, src, sizeBytes, d, PutOptions{MediaType: mediaType, RetainUntil: retainUntil})
	return err
}
