// Package objectstore keeps every byte of the archive in an S3-compatible store, through minio-go.
//
// It relies on five things that any such store must do, and nothing else: create-only PUT (If-None-Match: *), refusal
// of a body that does not match its SHA-256, versions, GOVERNANCE object lock, and ordered listing. Probe tries them
// all on a running store; package storetest is the longer suite.
//
// What always holds:
//
//   - Nothing is overwritten: PutOnce makes an object or finds the same bytes there already.
//   - When PutOnce returns without error, the bytes are stored whole, checked by the server, and on stable storage.
//   - Keys are digests or our own ids, never names from outside.
//   - Masters and records are never hidden by a delete marker: deleting there names a version.
//   - An object that is not there is reported as fs.ErrNotExist; a store that does not answer as fault.StoreUnavailable.
//
// Units: sizes and offsets in bytes, times in UTC.
package objectstore
