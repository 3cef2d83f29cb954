package objectstore

import (
	"context"
	"fmt"
	"regexp"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
)

// Bucket names one of the store's buckets, before the configured prefix.
type Bucket string

// The buckets.
const (
	Masters    Bucket = "masters"    // files as received; versioned, locked
	Records    Bucket = "records"    // accession records and manifests; versioned, locked
	Renditions Bucket = "renditions" // can be made again from masters
	Work       Bucket = "work"       // page results and other things between two steps

	probe Bucket = "probe" // written by Probe only; versioned, locked
)

// Buckets lists the buckets that EnsureBuckets makes.
func Buckets() []Bucket { return []Bucket{Masters, Records, Renditions, Work} }

// Locked reports whether objects in the bucket have versions and may be locked.
func (b Bucket) Locked() bool { return b == Masters || b == Records || b == probe }

var prefixPattern = regexp.MustCompile(`^([a-z0-9][a-z0-9-]{0,30})?$`)

func (s *Store) name(b Bucket) string { return s.d.BucketPrefix + string(b) }

// EnsureBuckets makes the buckets that are missing and checks versioning and object lock on those that keep masters.
// It may run in several processes at once.
func (s *Store) EnsureBuckets(ctx context.Context) error {
	for _, b := range Buckets() {
		if err := s.ensureBucket(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) ensureBucket(ctx context.Context, b Bucket) error {
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	name := s.name(b)
	ok, err := s.client.BucketExists(ctx, name)
	if err != nil {
		return translate(err, "look for bucket %s", name)
	}
	if !ok {
		err := s.client.MakeBucket(ctx, name, minio.MakeBucketOptions{Region: s.d.Region, ObjectLocking: b.Locked()})
		if code := codeOf(err); err != nil && code != "BucketAlreadyOwnedByYou" && code != "BucketAlreadyExists" {
			return translate(err, "make bucket %s", name)
		}
		if err == nil {
			if err := s.sync(ctx); err != nil {
				return err
			}
		}
	}
	if !b.Locked() {
		return nil
	}
	v, err := s.client.GetBucketVersioning(ctx, name)
	if err != nil {
		return translate(err, "read versioning of bucket %s", name)
	}
	if !v.Enabled() {
		if err := s.client.EnableVersioning(ctx, name); err != nil {
			return translate(err, "switch on versioning of bucket %s", name)
		}
	}
	lock, _, _, _, err := s.client.GetObjectLockConfig(ctx, name)
	if err != nil && codeOf(err) != "ObjectLockConfigurationNotFoundError" {
		return translate(err, "read object lock of bucket %s", name)
	}
	if lock != "Enabled" {
		return fault.New(fault.StoreUnavailable,
			"bucket %s has no object lock, which a store grants only when a bucket is made: move its content to a new bucket made with object lock, or choose another bucket prefix", name)
	}
	return nil
}

// keySegment is one part of a key: what digests, ids and our own words are made of.
var keySegment = regexp.MustCompile(`^[A-Za-z0-9_=][A-Za-z0-9._=-]{0,199}$`)

// keyMax leaves room below the 1,024 bytes of S3.
const keyMax = 512

// checkKey refuses what no code of ours should make: a wrong key is a bug, so it stalls.
func checkKey(key string) error {
	if len(key) > keyMax {
		return fmt.Errorf("object key has %d bytes, at most %d are allowed", len(key), keyMax)
	}
	for start, i := 0, 0; i <= len(key); i++ {
		if i < len(key) && key[i] != '/' {
			continue
		}
		if !keySegment.MatchString(key[start:i]) {
			return fmt.Errorf("object key %q is not made of digests, ids and our own words", key)
		}
		start = i + 1
	}
	return nil
}
