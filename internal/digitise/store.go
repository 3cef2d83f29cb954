package digitise

import (
	"context"
	"errors"
	"io"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// ErrFenced tells that the row a step was to change has moved on: it was done already, cancelled, or begun anew. Not a failure.
var ErrFenced = errors.New("the step was overtaken") //nolint:gochecknoglobals // a sentinel

// Objects keeps bytes. Every Put is create-only and returns only once the bytes would survive a loss of power.
type Objects interface {
	OpenMaster(ctx context.Context, d fixity.Digest) (io.ReadSeekCloser, error)
	GetResult(ctx context.Context, key string) ([]byte, error)
	// PutResult stores b unless something is stored under key already, and returns what is.
	PutResult(ctx context.Context, key string, b []byte) ([]byte, error)
	PutRendition(ctx context.Context, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest) (versionID string, err error)
	PutManifest(ctx context.Context, key string, b []byte, retainUntil time.Time) error
	ExtendMasterLock(ctx context.Context, d fixity.Digest, until time.Time) error
}

// Catalogue moves accessions and documents from state to state. Each method is one transaction that leaves the state it names, closes
// the task, opens what follows and appends an audit event; when the row is elsewhere by now it changes nothing and returns ErrFenced.
type Catalogue interface {
	BeginInspection(ctx context.Context, t archive.Task) (archive.Accession, error)
	Split(ctx context.Context, t archive.Task, s Split) error
	Reject(ctx context.Context, t archive.Task, media archive.MediaType, code fault.Code, detail string) error

	// Version loads the version a task is about, with its pages.
	Version(ctx context.Context, t archive.Task) (Version, error)
	FindResult(ctx context.Context, r ResultRef) (key string, ok bool, err error)
	// CountKill notes that a page killed or outlived its engine, and returns how often it did.
	CountKill(ctx context.Context, r ResultRef) (int, error)
	PageRead(ctx context.Context, t archive.Task, r PageRead) error
	// Arranged takes the version apart that is to be described: it is the first document's from then on, and each document is to be described.
	Arranged(ctx context.Context, t archive.Task, a Arranged) error
	Described(ctx context.Context, t archive.Task, d Described) error
	// RejectDocument is for a file whose every page proved unreadable: its accession is rejected, the document cancelled.
	RejectDocument(ctx context.Context, t archive.Task, code fault.Code, detail string) error
	// Assembled freezes the manifest. When one is frozen already that one is kept.
	Assembled(ctx context.Context, t archive.Task, a Assembled) error
	Archived(ctx context.Context, t archive.Task, a ArchivedVersion) error

	// Stall notes on the row and the task that the system was at fault; the task waits for delay, or for an operator.
	Stall(ctx context.Context, t archive.Task, s Stalled) error
	// CloseTask removes a task that has nothing left to do.
	CloseTask(ctx context.Context, t archive.Task) error
}

// Split is what inspection found: the documents in the file, each with its pages in the master.
type Split struct {
	MediaType archive.MediaType
	Pages     int
	Warnings  []string
	// Signatures are the digital signatures in the file, judged.
	Signatures []archive.Signature
	Documents  []SplitDocument // none for a zip, whose entries are accessions of their own
}

// SplitDocument is one document of a file.
type SplitDocument struct {
	ID    archive.DocumentID
	Name  string
	Pages []archive.PageRef
}

// Version is one version of a document as the steps need it.
type Version struct {
	Document   archive.DocumentID
	Version    int
	Unit       string
	Dossier    string
	Filed      *archive.DossierMatch // how Dossier is known; nil without one
	Access     archive.Access
	Name       string
	Reason     string    // why the version was made
	CreatedBy  string    // account that made it
	CreatedAt  time.Time // of the version
	Pages      []VersionPage
	LeftOut    []archive.LeftOut
	Stack      archive.StackSettings // how its batch takes files apart
	Shelf      string                // as its separator sheet said
	Procedure  string                // likewise
	Replaces   []archive.DocumentID  // documents whose pages it has taken
	Accessions []archive.Accession
	Snapshot   *Snapshot
	Fields     []archive.Field
	Decided    []archive.Field // what people decided, by key (archive.FieldKeys)
	Previous   *fixity.Digest  // manifest of the version before
	Manifest   []byte          // frozen, when it is
	Rendition  archive.Part    // set with Manifest
}

// VersionPage is a page reference and, once read, where its result lies.
type VersionPage struct {
	archive.PageRef
	ResultKey string
	Kind      page.Kind
}

// ResultRef names a page result by what it depends on.
type ResultRef struct {
	Master fixity.Digest
	Page   int
	Engine EngineVersion
}

// PageRead is the outcome of recognition.
type PageRead struct {
	Ref       ResultRef
	ResultKey string
	Digest    fixity.Digest
	Result    page.Result
}

// Described is the outcome of description.
type Described struct {
	Fields      []archive.Field
	Snapshot    Snapshot
	Summary     Summary
	NeedsReview bool
	// Questions are what people are to be asked about the version; those still open of versions before are closed.
	Questions []archive.Question
	// Match is the dossier the version is filed under, Wait what its dossier is known by when it arrives; nil where there is none.
	Match *archive.DossierMatch
	Wait  *archive.DossierWait
	// Keys are what the document is found by when another looks like it.
	Keys []int64
}

// Summary is what lists and searches show of a document; pointers are nil where nothing is known.
type Summary struct {
	Title        string
	Type         *string
	Number       *string
	Symbol       *string
	NumberSymbol *string // folded
	IssuedOn     *time.Time
	Agency       *string
}

// Assembled is the outcome of assembly.
type Assembled struct {
	Rendition   archive.Part
	Conformance string
	CheckedBy   string
	Manifest    []byte
	Holders     []archive.HolderEntry // those in the manifest, and what they are found by
}

// ArchivedVersion is what settling writes: the index rows of the version, and since when it is archived.
type ArchivedVersion struct {
	At    time.Time
	Pages []IndexPage
	Until time.Time // retention of the masters
	Kept  Kept      // how long it is kept, and why
}

// IndexPage is one page for search: as read, and folded both ways. Ordinal 0 is the document's own data: title, name, codes.
type IndexPage struct {
	Ordinal               int
	Body, Accented, Plain string
}

// Stalled says why, and when to try again.
type Stalled struct {
	Code   fault.Code
	Detail string
	Delay  time.Duration
	// Operator: do not try again by itself.
	Operator bool
	// Visible: show it on the document or accession. A first hiccup is not.
	Visible bool
}
