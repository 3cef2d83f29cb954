package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Stat tells what the store knows of an object. An empty versionID means the newest. A missing object is fs.ErrNotExist.
func (s *Store) Stat(ctx context.Context, bucket Bucket, key, versionID string) (Object, error) {
	if err := checkKey(key); err != nil {
		return Object{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	info, err := s.client.StatObject(ctx, s.name(bucket), key, minio.StatObjectOptions{VersionID: versionID, Checksum: true})
	if err != nil {
		return Object{}, translate(err, "stat object %s", key)
	}
	return objectOf(bucket, key, info), nil
}

// List yields the newest version of every object under prefix whose key sorts after startAfter, in the order of their
// keys' bytes. Digest, VersionID and RetainUntil stay empty: ask Stat. The loop may be left at any point.
func (s *Store) List(ctx context.Context, bucket Bucket, prefix, startAfter string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for info := range s.client.ListObjectsIter(ctx, s.name(bucket), minio.ListObjectsOptions{
			Prefix: prefix, StartAfter: startAfter, Recursive: true,
		}) {
			if info.Err != nil {
				yield(Object{}, translate(info.Err, "list objects %s", prefix))
				return
			}
			if !yield(objectOf(bucket, info.Key, info), nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // minio-go may end silently then
			yield(Object{}, translate(err, "list objects %s", prefix))
		}
	}
}

// Open looks an object up and returns a reader of exactly that version. It reads by ranges, so seeking is cheap and a
// broken connection is taken up where it broke. A missing object is fs.ErrNotExist. The reader is for one goroutine.
func (s *Store) Open(ctx context.Context, bucket Bucket, key, versionID string) (io.ReadSeekCloser, Object, error) {
	obj, err := s.Stat(ctx, bucket, key, versionID)
	if err != nil {
		return nil, Object{}, err
	}
	return &reader{ctx: ctx, s: s, obj: obj, end: obj.SizeBytes}, obj, nil
}

// OpenRange is Open for length bytes from offset; it is fault.RangeInvalid when they do not lie within the object.
func (s *Store) OpenRange(ctx context.Context, bucket Bucket, key, versionID string, offset, length int64) (io.ReadCloser, Object, error) {
	obj, err := s.Stat(ctx, bucket, key, versionID)
	if err != nil {
		return nil, Object{}, err
	}
	if offset < 0 || length < 0 || offset > obj.SizeBytes || length > obj.SizeBytes-offset {
		return nil, Object{}, fault.New(fault.RangeInvalid, "bytes %d to %d do not lie within %d bytes", offset, offset+length, obj.SizeBytes)
	}
	return &reader{ctx: ctx, s: s, obj: obj, pos: offset, end: offset + length}, obj, nil
}

// Verify reads the whole object and compares: fault.FixityMismatch when its bytes do not hash to want.
func (s *Store) Verify(ctx context.Context, bucket Bucket, key, versionID string, want fixity.Digest) (Object, error) {
	obj, err := s.Stat(ctx, bucket, key, versionID)
	if err != nil {
		return Object{}, err
	}
	have, n, err := s.rehash(ctx, obj)
	if err != nil {
		return Object{}, err
	}
	if have != want || n != obj.SizeBytes {
		return obj, fault.New(fault.FixityMismatch, "the object store holds %d bytes with SHA-256 %s, not %s", n, have, want)
	}
	obj.Digest = have
	return obj, nil
}

func (s *Store) rehash(ctx context.Context, obj Object) (fixity.Digest, int64, error) {
	r := &reader{ctx: ctx, s: s, obj: obj, end: obj.SizeBytes}
	defer r.Close()
	return fixity.OfReader(r)
}

// cuts is how often a stream may break without moving on before the reader gives up.
const cuts = 3

// reader reads one version of one object from pos to end.
type reader struct {
	ctx context.Context //nolint:containedctx // io.Reader has no room for one; it is the context of Open
	s   *Store
	obj Object
	pos int64
	end int64

	stream io.ReadCloser // nil when the next Read must ask the store
	broken int           // breaks since the last byte
	closed bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, errors.New("read object: closed")
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if r.pos >= r.end {
			return 0, io.EOF
		}
		if r.stream == nil {
			if err := r.ask(); err != nil {
				return 0, err
			}
		}
		n, err := r.stream.Read(p[:min(int64(len(p)), r.end-r.pos)])
		if n > 0 {
			r.pos, r.broken = r.pos+int64(n), 0
			if err != nil {
				r.drop()
			}
			return n, nil
		}
		if err == nil {
			continue
		}
		r.drop()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // pos is before end
		}
		if r.broken++; r.broken > cuts || r.ctx.Err() != nil {
			return 0, translate(err, "read object %s at %d", r.obj.Key, r.pos)
		}
	}
}

// ask opens a stream from pos. It pins the version, or in a bucket without versions the content.
func (r *reader) ask() error {
	o := minio.GetObjectOptions{VersionID: r.obj.VersionID}
	if r.pos > 0 || r.end < r.obj.SizeBytes {
		if err := o.SetRange(r.pos, r.end-1); err != nil {
			return err
		}
	}
	if r.obj.VersionID == "" && r.obj.etag != "" {
		if err := o.SetMatchETag(r.obj.etag); err != nil {
			return err
		}
	}
	stream, _, _, err := r.s.core.GetObject(r.ctx, r.s.name(r.obj.Bucket), r.obj.Key, o)
	if err != nil {
		return translate(err, "read object %s at %d", r.obj.Key, r.pos)
	}
	r.stream = stream
	return nil
}

func (r *reader) drop() {
	if r.stream != nil {
		_ = r.stream.Close() // what was read is checked by length and, by who cares, by digest
		r.stream = nil
	}
}

// Seek implements io.Seeker. The stream is given up only when the place changes.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.end
	default:
		return 0, fmt.Errorf("seek object: whence %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("seek object: before its start")
	}
	if offset != r.pos {
		r.drop()
		r.pos = offset
	}
	return offset, nil
}

func (r *reader) Close() error {
	r.closed = true
	r.drop()
	return nil
}
