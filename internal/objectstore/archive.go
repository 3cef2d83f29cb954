package objectstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Archive is the store in the words of the archive: masters, accession records, manifests, renditions, page results. It is what the
// use cases call Masters, Records and Objects.
type Archive struct{ s *Store }

// NewArchive wraps a store whose buckets exist.
func NewArchive(s *Store) *Archive { return &Archive{s: s} }

// Store returns the store beneath.
func (a *Archive) Store() *Store { return a.s }

// PutMaster implements intake.Masters.
func (a *Archive) PutMaster(ctx context.Context, src io.ReadSeeker, sizeBytes int64, want fixity.Digest, retainUntil time.Time) (string, error) {
	obj, err := a.s.PutOnce(ctx, Masters, archive.MasterKey(want), src, sizeBytes, want, PutOptions{MediaType: "application/octet-stream", RetainUntil: retainUntil})
	return obj.VersionID, err
}

// PutRecord implements intake.Records. Whoever wrote first is right: two clerks may send the same paper at once.
func (a *Archive) PutRecord(ctx context.Context, acc archive.Accession, retainUntil time.Time) (archive.Accession, error) {
	b, err := json.MarshalIndent(acc, "", "  ")
	if err != nil {
		return acc, fmt.Errorf("write accession record: %w", err)
	}
	key := archive.AccessionKey(acc.ID)
	_, err = a.s.PutOnce(ctx, Records, key, bytes.NewReader(b), int64(len(b)), fixity.Of(b), PutOptions{MediaType: "application/json", RetainUntil: retainUntil})
	if err == nil {
		return acc, nil
	}
	if fault.CodeOf(err) != fault.AccessionConflict {
		return acc, err
	}
	// Under a lock that reaches as far as a new record's, so that the orphan sweep leaves it from here on.
	if err := a.s.ExtendLock(ctx, Records, key, "", retainUntil); err != nil {
		return acc, err
	}
	return a.GetRecord(ctx, key)
}

// GetRecord reads an accession record.
func (a *Archive) GetRecord(ctx context.Context, key string) (archive.Accession, error) {
	var acc archive.Accession
	b, err := a.read(ctx, Records, key)
	if err != nil {
		return acc, err
	}
	if err := json.Unmarshal(b, &acc); err != nil {
		return acc, fault.Wrap(fault.ManifestMalformed, err, "accession record %s is malformed", key)
	}
	return acc, nil
}

// OpenMaster implements digitise.Objects and retrieve.Objects.
func (a *Archive) OpenMaster(ctx context.Context, d fixity.Digest) (io.ReadSeekCloser, error) {
	r, _, err := a.s.Open(ctx, Masters, archive.MasterKey(d), "")
	return r, err
}

// OpenRendition implements retrieve.Objects.
func (a *Archive) OpenRendition(ctx context.Context, key, versionID string) (io.ReadSeekCloser, error) {
	r, _, err := a.s.Open(ctx, Renditions, key, versionID)
	return r, err
}

// GetResult implements digitise.Objects and retrieve.Objects.
func (a *Archive) GetResult(ctx context.Context, key string) ([]byte, error) {
	return a.read(ctx, Renditions, key)
}

// PutResult implements digitise.Objects.
func (a *Archive) PutResult(ctx context.Context, key string, b []byte) ([]byte, error) {
	_, err := a.s.PutOnce(ctx, Renditions, key, bytes.NewReader(b), int64(len(b)), fixity.Of(b), PutOptions{MediaType: "application/json"})
	if fault.CodeOf(err) == fault.AccessionConflict {
		return a.read(ctx, Renditions, key)
	}
	return b, err
}

// PutRendition implements digitise.Objects.
func (a *Archive) PutRendition(ctx context.Context, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest) (string, error) {
	obj, err := a.s.PutOnce(ctx, Renditions, key, src, sizeBytes, d, PutOptions{MediaType: string(archive.PDF)})
	return obj.VersionID, err
}

// PutManifest implements digitise.Objects. The bytes are frozen in the catalogue, so other bytes under the key are a conflict.
func (a *Archive) PutManifest(ctx context.Context, key string, b []byte, retainUntil time.Time) error {
	_, err := a.s.PutOnce(ctx, Records, key, bytes.NewReader(b), int64(len(b)), fixity.Of(b), PutOptions{MediaType: "application/json", RetainUntil: retainUntil})
	return err
}

// GetManifest reads a manifest's bytes.
func (a *Archive) GetManifest(ctx context.Context, key string) ([]byte, error) {
	return a.read(ctx, Records, key)
}

// ExtendMasterLock implements digitise.Objects.
func (a *Archive) ExtendMasterLock(ctx context.Context, d fixity.Digest, until time.Time) error {
	return a.s.ExtendLock(ctx, Masters, archive.MasterKey(d), "", until)
}

// ExtendManifestLock implements digitise.Locks.
func (a *Archive) ExtendManifestLock(ctx context.Context, key string, until time.Time) error {
	return a.s.ExtendLock(ctx, Records, key, "", until)
}

// largestRecord bounds what is read into memory: a page result of a dense A0 plan is a few MiB.
const largestRecord = 64 << 20

func (a *Archive) read(ctx context.Context, bucket Bucket, key string) ([]byte, error) {
	r, obj, err := a.s.Open(ctx, bucket, key, "")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if obj.SizeBytes > largestRecord {
		return nil, fmt.Errorf("object %s has %d bytes, at most %d are read at once", key, obj.SizeBytes, largestRecord)
	}
	b := make([]byte, obj.SizeBytes)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("read object %s: %w", key, err)
	}
	return b, nil
}
