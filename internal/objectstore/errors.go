package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
)

// codeOf returns the S3 code that err carries, "" when it carries none. minio.ToErrorResponse misses wrapped errors.
func codeOf(err error) string { return responseOf(err).Code }

func responseOf(err error) minio.ErrorResponse {
	if r, ok := errors.AsType[minio.ErrorResponse](err); ok {
		return r
	}
	if r, ok := errors.AsType[*minio.ErrorResponse](err); ok && r != nil {
		return *r
	}
	return minio.ErrorResponse{}
}

// translate turns what minio-go says into what the rest of sohoa knows. The doing is logged, never shown.
func translate(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	doing := fmt.Sprintf(format, args...)
	err = fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.StoreUnavailable, err, "the object store was not waited for any longer")
	}
	r := responseOf(err)
	switch r.Code {
	case "":
		// No answer at all: refused, reset, timed out, no such host.
		return fault.Wrap(fault.StoreUnavailable, err, "the object store does not answer")
	case "NoSuchKey", "NoSuchVersion":
		return fmt.Errorf("%w (%w)", err, fs.ErrNotExist)
	case "NoSuchBucket":
		return fault.Wrap(fault.StoreUnavailable, err, "a bucket is missing in the object store: restart sohoa, which makes it, unless it was removed")
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "ContentSHA256Mismatch", "IncompleteBody", "InvalidDigest":
		return fault.Wrap(fault.FixityMismatch, err, "the bytes that arrived at the object store are not those that were announced")
	case "InvalidRange":
		return fault.Wrap(fault.RangeInvalid, err, "the range lies outside the object")
	case "EntityTooLarge":
		return fault.Wrap(fault.FileTooLarge, err, "the object store takes no file of this size in one piece")
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "AllAccessDisabled":
		return fault.Wrap(fault.StoreUnavailable, err, "the object store refuses our access key: check it and its rights")
	case "RequestTimeTooSkewed":
		return fault.Wrap(fault.StoreUnavailable, err, "the clocks of this machine and of the object store differ by minutes: set them")
	case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "NoSpaceLeftOnDevice":
		return fault.Wrap(fault.StoreUnavailable, err, "the object store is full")
	}
	switch {
	case r.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w (%w)", err, fs.ErrNotExist)
	case r.StatusCode >= 500 || r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusRequestTimeout:
		return fault.Wrap(fault.StoreUnavailable, err, "the object store reports an error of its own")
	}
	return err // unknown, so it stalls
}

// lockedAway reports whether a refused deletion was refused because of an object lock.
func lockedAway(err error) bool {
	r := responseOf(err)
	return r.Code == "ObjectLocked" || r.Code == "InvalidRequest" || r.Code == "AccessDenied" || r.StatusCode == http.StatusForbidden
}
