package purge

import (
	"context"
	"io"
	"os"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
)

// Purge is a request and what became of it.
type Purge struct {
	ID          string              `json:"id"`
	Document    archive.DocumentID  `json:"document"`
	Unit        string              `json:"unit"`
	Reason      archive.PurgeReason `json:"reason"`
	Note        string              `json:"note,omitempty"`       // for whoever decides; gone once decided
	WholeFile   bool                `json:"whole_file,omitempty"` // all papers of the files it is in
	State       State               `json:"state"`
	RequestedBy string              `json:"requested_by"`
	RequestedAt time.Time           `json:"requested_at"`
	DecidedBy   string              `json:"decided_by,omitempty"`
	DecidedAt   *time.Time          `json:"decided_at,omitempty"`
	DoneAt      *time.Time          `json:"done_at,omitempty"`
	Waiting     string              `json:"waiting,omitempty"` // stable code of what an approved one waits for
	// Tombstone is what was decided, once it is; nil before.
	Tombstone *archive.Tombstone `json:"tombstone,omitempty"`
}

// State is where a purge stands.
type State string

// requested → approved → cleared → done, or refused.
const (
	Requested State = "requested"
	Refused   State = "refused"
	Approved  State = "approved" // out of the catalogue; its bytes wait for the papers around it
	Cleared   State = "cleared"  // nothing refers to its bytes any more; they are being removed
	Done      State = "done"
)

// What an approved purge may wait for.
const (
	WaitsDocuments = "documents_under_way" // papers of the same file are not archived yet
	WaitsHold      = "disposal_hold"       // a master is held from disposal
	WaitsWhole     = "inseparable"         // its file cannot be cut: the other papers have to go too, and be scanned again
)

// Scope is what a request would reach.
type Scope struct {
	Documents []archive.DocumentID // in the order of their ids
	Units     []string
	Held      bool // a master is held from disposal
}

// Catalogue keeps requests and takes papers out of the catalogue. Unknown ids are fault.DocumentUnknown or fault.NotFound.
type Catalogue interface {
	// PurgeScope tells which documents go with one: those that share a page with it, and all of its files for a whole file.
	PurgeScope(ctx context.Context, id archive.DocumentID, whole bool) (unit string, access archive.Access, s Scope, err error)
	// RequestPurge adds a request; one that is open for the document already is fault.StateConflict.
	RequestPurge(ctx context.Context, p Purge) error
	Purge(ctx context.Context, id string) (Purge, error)
	// Purges lists, newest first, those asked for before a time (zero: now). A unit or state of "" asks for all.
	Purges(ctx context.Context, unit string, state State, before time.Time, limit int) ([]Purge, error)
	RefusePurge(ctx context.Context, id, actor string, at time.Time) error
	// ApprovePurge takes the documents out of the catalogue and freezes the tombstone. The scope is that of the moment; permit has the last word on it.
	ApprovePurge(ctx context.Context, id, actor string, at time.Time, permit func(Purge, Scope) error) (Purge, error)

	Alone(ctx context.Context, name string, f func(ctx context.Context) error) (ran bool, err error)
	UnfinishedPurges(ctx context.Context) ([]Purge, error)
	DonePurges(ctx context.Context, after string, limit int) ([]Purge, error)
	PurgeWaits(ctx context.Context, id, code string) error
	// UsersOfMaster counts the documents whose current version has a page of a master: those at rest, and those under way.
	UsersOfMaster(ctx context.Context, d fixity.Digest) (resting, busy int, err error)
	// SourceOf tells what a substitute is made of.
	SourceOf(ctx context.Context, d fixity.Digest) (Source, error)
	// Substitute makes the rows of a substitute and a version of every document that has pages of the old master; fault.StateConflict when one of them
	// is under way.
	Substitute(ctx context.Context, p Purge, s Substitute) error
	// UnsettledOfPurge counts the documents on substitutes whose manifests are not stored yet.
	UnsettledOfPurge(ctx context.Context, id string) (int, error)
	// ClearPurge disposes of the masters; held is true, and nothing changed, when one is held from disposal.
	ClearPurge(ctx context.Context, p Purge) (held bool, err error)
	EndPurge(ctx context.Context, p Purge, at time.Time, objects int) error
}

// Source is a master of which pages are to go, as the catalogue knows it.
type Source struct {
	Pages       int
	RetainUntil time.Time
	Accessions  []archive.Accession // that brought it, whole
	Results     []Result
}

// Result is what was read on a page.
type Result struct {
	Page             int
	Engine, Settings string
	Key              string
	Digest           fixity.Digest
}

// Substitute is a master made of another one, and what the catalogue has to know of it.
type Substitute struct {
	From, To    fixity.Digest
	SizeBytes   int64
	Version     string // of the object
	RetainUntil time.Time
	FromPages   []int                                   // pages of From that stay, in order
	ToPages     []int                                   // the same in To
	Accessions  map[archive.AccessionID]archive.Derived // by the old one
	Results     []Result                                // of To
	OldKeys     []string                                // keys of the results of From that they were copied from, in the same order
}

// Objects keeps bytes, and is the only way to remove locked ones.
type Objects interface {
	OpenMaster(ctx context.Context, d fixity.Digest) (io.ReadSeekCloser, error)
	PutMaster(ctx context.Context, src io.ReadSeeker, sizeBytes int64, want fixity.Digest, retainUntil time.Time) (version string, err error)
	PutRecord(ctx context.Context, a archive.Accession, retainUntil time.Time) (archive.Accession, error)
	GetResult(ctx context.Context, key string) ([]byte, error)
	PutResult(ctx context.Context, key string, b []byte) ([]byte, error)
	// PutTombstone stores a tombstone, create-only; the same bytes again are success.
	PutTombstone(ctx context.Context, key string, b []byte, retainUntil time.Time) error
	// Erase removes every version of every object whose key begins with prefix, locked or not, and returns how many there were.
	Erase(ctx context.Context, bucket, prefix string) (int, error)
}

// Cutter writes a master without some of its pages, the same every time; fault.FileUnreadable where that cannot be done.
type Cutter interface {
	Without(ctx context.Context, path string, leaveOut []int, out *os.File) error
}
