// Package fault says who is at fault when something does not go through: the content (rejected) or the system (stalled).
//
// The question behind it: would running the same task again help? A rejection is final for these bytes and
// tells the sender what to do; a stall is tried again and shown to an operator. What nobody has placed is a
// stall: a bug delays a dossier, it never refuses one.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Verdict is the outcome of a failed step. Its zero value is Stalled: try again.
type Verdict int

// The two verdicts.
const (
	Stalled Verdict = iota
	Rejected
)

func (v Verdict) String() string {
	if v == Rejected {
		return "rejected"
	}
	return "stalled"
}

// Code names one kind of fault. Codes are part of the API: retire one, never rename it.
type Code string

// The codes, in the order of the HTTP status they lead to (internal/web has that table).
const (
	RequestMalformed  Code = "request_malformed"
	ManifestMalformed Code = "manifest_malformed"
	Unauthenticated   Code = "unauthenticated"
	Forbidden         Code = "forbidden"
	NotFound          Code = "not_found"
	AccessionUnknown  Code = "accession_unknown"
	DocumentUnknown   Code = "document_unknown"
	BatchUnknown      Code = "batch_unknown"
	AccessionConflict Code = "accession_conflict"
	StateConflict     Code = "state_conflict"
	DisposalHeld      Code = "disposal_held"
	BatchClosed       Code = "batch_closed"
	Purged            Code = "purged" // removed by decision of two people; not taken in again
	FileTooLarge      Code = "file_too_large"
	RangeInvalid      Code = "range_invalid"

	FileEmpty        Code = "file_empty"
	FileUnsupported  Code = "file_unsupported"
	FileUnreadable   Code = "file_unreadable"
	FileEncrypted    Code = "file_encrypted"
	FileNoPages      Code = "file_no_pages"
	FileTooManyPages Code = "file_too_many_pages"
	PageTooLarge     Code = "page_too_large"
	ArchiveUnsafe    Code = "archive_unsafe"
	FileInfected     Code = "file_infected"
	FixityMismatch   Code = "fixity_mismatch"

	StoreUnavailable     Code = "store_unavailable"
	CatalogueUnavailable Code = "catalogue_unavailable"
	QueueUnavailable     Code = "queue_unavailable"
	EngineUnavailable    Code = "engine_unavailable"
	SpoolFull            Code = "spool_full"
	Fenced               Code = "fenced"
	NotReady             Code = "not_ready" // it is being made
	Internal             Code = "internal"
)

// Codes lists every code, so that tables elsewhere can be checked for completeness.
func Codes() []Code {
	return []Code{
		RequestMalformed, ManifestMalformed, Unauthenticated, Forbidden, NotFound, AccessionUnknown, DocumentUnknown,
		BatchUnknown, AccessionConflict, StateConflict, DisposalHeld, BatchClosed, Purged, FileTooLarge, RangeInvalid,
		FileEmpty, FileUnsupported, FileUnreadable, FileEncrypted, FileNoPages, FileTooManyPages, PageTooLarge,
		ArchiveUnsafe, FileInfected, FixityMismatch,
		StoreUnavailable, CatalogueUnavailable, QueueUnavailable, EngineUnavailable, SpoolFull, Fenced, NotReady, Internal,
	}
}

// Verdict is a function of the code, so a wrong pair cannot be built.
func (c Code) Verdict() Verdict {
	switch c {
	case RequestMalformed, ManifestMalformed, Unauthenticated, Forbidden, NotFound, AccessionUnknown, DocumentUnknown,
		BatchUnknown, AccessionConflict, StateConflict, DisposalHeld, BatchClosed, Purged, FileTooLarge, RangeInvalid,
		FileEmpty, FileUnsupported, FileUnreadable, FileEncrypted, FileNoPages, FileTooManyPages, PageTooLarge,
		ArchiveUnsafe, FileInfected, FixityMismatch:
		return Rejected
	case StoreUnavailable, CatalogueUnavailable, QueueUnavailable, EngineUnavailable, SpoolFull, Fenced, NotReady, Internal:
		return Stalled
	}
	return Stalled
}

// Error is a fault with its code.
type Error struct {
	Code   Code
	Detail string // shown to people: no path, connection string or personal name
	Err    error  // logged, never shown
}

// New makes a fault whose detail is shown to people: say what is wrong, where, and what to do.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault around a cause that is logged and never shown.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...), Err: err}
}

func (e *Error) Error() string {
	s := string(e.Code)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// VerdictOf places any error. Interruption outranks the rest: an engine killed by shutdown often blames the page it was reading.
func VerdictOf(err error) Verdict {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Stalled
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code.Verdict()
	}
	return Stalled
}

// CodeOf returns the code that err carries, Internal when it carries none.
func CodeOf(err error) Code {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return Internal
}

// DetailOf returns what may be shown of err; empty when nothing may.
func DetailOf(err error) string {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Detail
	}
	return ""
}
