package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

const (
	// lookFirst is the size from which an object is looked for before it is sent: repeats are common, and a store that
	// refuses one in the middle of a body cuts the connection (versitygw reads on for 256 KiB), so that we never see why.
	lookFirst = 128 << 10
	// putRounds bounds the dance of "it exists" and "it does not" against somebody who deletes at the same time.
	putRounds = 4
)

// PutOptions say more about an object. The zero value stores without lock.
type PutOptions struct {
	MediaType string
	// RetainUntil locks the object (GOVERNANCE) in a bucket that can lock; zero does not lock.
	RetainUntil time.Time
}

// PutOnce stores size bytes of src under key, unless they are there already. The server checks them against digest.
//
// When it returns without error the bytes are on stable storage, under a lock that reaches at least RetainUntil. The same
// bytes under the key are success; other bytes are fault.AccessionConflict, nothing is changed, and those other bytes are
// on stable storage. Bytes that do not match digest or size are fault.FixityMismatch, and nothing is stored.
//
// A src that is also an io.ReaderAt and io.Seeker, or short, is sent again when the connection breaks; any other is sent
// once. src is never closed.
func (s *Store) PutOnce(ctx context.Context, bucket Bucket, key string, src io.Reader, size int64, digest fixity.Digest, opt PutOptions) (Object, error) {
	if err := checkKey(key); err != nil {
		return Object{}, err
	}
	switch {
	case digest.IsZero():
		return Object{}, errors.New("put object: no digest")
	case size < 0:
		return Object{}, fmt.Errorf("put object: size %d", size)
	case size > largest:
		return Object{}, fault.New(fault.FileTooLarge, "the object store takes at most %d bytes in one piece, this has %d", int64(largest), size)
	case !opt.RetainUntil.IsZero() && !bucket.Locked():
		return Object{}, fmt.Errorf("put object: bucket %s cannot lock", bucket)
	}
	body := newBody(src, size)
	if err := body.failure(); err != nil {
		return Object{}, sourceFailed(key, err)
	}
	var last error
	for round := range putRounds {
		if size >= lookFirst || round > 0 {
			obj, err := s.Stat(ctx, bucket, key, "")
			if err == nil {
				return s.accept(ctx, obj, size, digest, opt)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return Object{}, err
			}
		}
		if round > 0 && !body.rewind() {
			break
		}
		obj, err := s.create(ctx, bucket, key, body, size, digest, opt)
		if err == nil {
			return obj, s.sync(ctx)
		}
		if !taken(err) && !(round == 0 && unanswered(ctx, err)) {
			return Object{}, err
		}
		last = err
		if !body.rewindable() { // only the comparison is left to do
			obj, statErr := s.Stat(ctx, bucket, key, "")
			if statErr != nil {
				return Object{}, err
			}
			return s.accept(ctx, obj, size, digest, opt)
		}
	}
	return Object{}, fault.Wrap(fault.StoreUnavailable, last, "the object store contradicts itself about an object")
}

// create sends the body once, with minio-go's retries, and only where there is no object yet.
func (s *Store) create(ctx context.Context, bucket Bucket, key string, body *body, size int64, digest fixity.Digest, opt PutOptions) (Object, error) {
	o := minio.PutObjectOptions{
		ContentType:      opt.MediaType,
		DisableMultipart: true,
		UserMetadata:     map[string]string{"x-amz-checksum-sha256": digest.Base64()},
		// The digest is known, so it is signed as the payload's hash and the body goes as it is: neither side hashes
		// chunk by chunk.
		DisableContentSha256: true,
	}
	o.SetMatchETagExcept("*")
	if !opt.RetainUntil.IsZero() {
		o.Mode, o.RetainUntilDate = minio.Governance, opt.RetainUntil.UTC()
	}
	info, err := s.core.PutObject(ctx, s.name(bucket), key, body.reader(), size, "", digest.String(), o)
	if srcErr := body.failure(); err != nil && srcErr != nil {
		return Object{}, sourceFailed(key, srcErr)
	}
	if err != nil {
		if ctx.Err() == nil && body.short() {
			return Object{}, fault.Wrap(fault.FixityMismatch, err, "the source ended before the %d bytes that were announced", size)
		}
		if taken(err) {
			return Object{}, err
		}
		return Object{}, translate(err, "put object %s", key)
	}
	return Object{
		Bucket: bucket, Key: key, VersionID: info.VersionID, Digest: digest, SizeBytes: size,
		MediaType: opt.MediaType, RetainUntil: opt.RetainUntil, etag: info.ETag,
	}, nil
}

// sourceFailed is the caller's own failure, neither the store's nor the content's: it stalls unless it says otherwise.
func sourceFailed(key string, err error) error {
	return fmt.Errorf("put object %s: read its source: %w", key, err)
}

// taken reports whether somebody else made the object first: 412, or 409 while they are at it.
func taken(err error) bool {
	switch codeOf(err) {
	case "PreconditionFailed", "ConditionalRequestConflict":
		return true
	}
	return false
}

// unanswered reports whether the store may have taken the object, or refused it, without our hearing so.
func unanswered(ctx context.Context, err error) bool {
	return ctx.Err() == nil && codeOf(err) == "" && fault.CodeOf(err) == fault.StoreUnavailable
}

// accept decides whether the object that is there is the one that was to be put.
func (s *Store) accept(ctx context.Context, obj Object, size int64, digest fixity.Digest, opt PutOptions) (Object, error) {
	have := obj.Digest
	if obj.SizeBytes == size && have.IsZero() { // a store that keeps no SHA-256: read it back
		var err error
		if have, _, err = s.rehash(ctx, obj); err != nil {
			return Object{}, err
		}
	}
	if obj.SizeBytes != size || have != digest {
		// The caller may go by what is there, so that must not be lost either.
		if err := s.sync(ctx); err != nil {
			return Object{}, err
		}
		return Object{}, fault.New(fault.AccessionConflict, "other bytes are stored under the same name already: %d bytes with SHA-256 %s, not %d bytes with %s",
			obj.SizeBytes, have, size, digest)
	}
	obj.Digest = have
	if opt.RetainUntil.After(obj.RetainUntil) {
		if err := s.ExtendLock(ctx, obj.Bucket, obj.Key, obj.VersionID, opt.RetainUntil); err != nil {
			return Object{}, err
		}
		obj.RetainUntil = opt.RetainUntil
	}
	// Whoever put it may have died between storing and syncing.
	return obj, s.sync(ctx)
}
