package objectstore

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// objectOf reads what minio-go understood of a response, and the lock headers, which it keeps as they came.
func objectOf(bucket Bucket, key string, info minio.ObjectInfo) Object {
	obj := Object{
		Bucket: bucket, Key: key, VersionID: info.VersionID, SizeBytes: info.Size,
		MediaType: info.ContentType, ModTime: info.LastModified.UTC(), etag: info.ETag,
	}
	if obj.VersionID == "null" { // how S3 calls the only version where there are none
		obj.VersionID = ""
	}
	if raw, err := base64.StdEncoding.DecodeString(info.ChecksumSHA256); err == nil {
		if d, err := fixity.FromBytes(raw); err == nil { // a part-wise checksum has a suffix and is none
			obj.Digest = d
		}
	}
	if info.Headers != nil && info.Headers.Get("X-Amz-Object-Lock-Mode") != "" {
		if t, err := time.Parse(time.RFC3339Nano, info.Headers.Get("X-Amz-Object-Lock-Retain-Until-Date")); err == nil {
			obj.RetainUntil = t.UTC()
		}
	}
	return obj
}

// Lock tells until when a version is locked; zero when it is not. It asks by HEAD: stores spell the answer of
// GetObjectRetention differently, and minio-go does not read them all.
func (s *Store) Lock(ctx context.Context, bucket Bucket, key, versionID string) (until time.Time, err error) {
	obj, err := s.Stat(ctx, bucket, key, versionID)
	if err != nil {
		return time.Time{}, err
	}
	return obj.RetainUntil, nil
}

// ExtendLock makes the lock of a version reach at least until. It never shortens one.
func (s *Store) ExtendLock(ctx context.Context, bucket Bucket, key, versionID string, until time.Time) error {
	if !bucket.Locked() {
		return errors.New("extend lock: bucket " + string(bucket) + " cannot lock")
	}
	have, err := s.Lock(ctx, bucket, key, versionID)
	if err != nil {
		return err
	}
	until = until.UTC().Truncate(time.Second) // what the header holds
	if !until.After(have) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	mode := minio.Governance
	err = s.client.PutObjectRetention(ctx, s.name(bucket), key, minio.PutObjectRetentionOptions{
		Mode: &mode, RetainUntilDate: &until, VersionID: versionID,
	})
	if err != nil {
		return translate(err, "lock object %s", key)
	}
	return s.sync(ctx)
}

// Delete removes one version of an object; in a bucket without versions versionID is empty. What is not there is
// success. A version under lock is fault.DisposalHeld and stays.
func (s *Store) Delete(ctx context.Context, bucket Bucket, key, versionID string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if bucket.Locked() && versionID == "" {
		return errors.New("delete object: bucket " + string(bucket) + " has versions, so name one: a delete marker would hide the object and free nothing")
	}
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	err := s.client.RemoveObject(ctx, s.name(bucket), key, minio.RemoveObjectOptions{VersionID: versionID})
	if err == nil {
		return nil
	}
	if bucket.Locked() && lockedAway(err) {
		if until, lockErr := s.Lock(ctx, bucket, key, versionID); lockErr == nil && until.After(time.Now()) {
			return fault.Wrap(fault.DisposalHeld, err, "the object is locked until %s", until.Format(time.RFC3339))
		}
	}
	if err = translate(err, "delete object %s", key); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
