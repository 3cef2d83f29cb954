package register

import (
	"context"
	"time"

	"sohoa/internal/dossier"
)

// Vault keeps identifiers: it finds them by a keyed hash and seals them.
type Vault interface {
	// HashOf gives the 32 bytes an identifier is found by.
	HashOf(id dossier.Identifier) []byte
	// Seal encrypts an identifier. Twice gives two different texts.
	Seal(id dossier.Identifier) (Sealed, error)
}

// Sealed is an identifier as it is kept.
type Sealed struct {
	Hash    []byte // what it is found by, 32 bytes
	Kind    dossier.IdentifierKind
	Masked  string
	Key     string // id of the key-encrypting key
	Wrapped []byte // the data key under it
	Body    string // the identifier under the data key
}

// SealedIdentifier is an identifier with where it came from.
type SealedIdentifier struct {
	Sealed
	Source     string
	RecordedOn Day
}

// SealedHolder is a holder as it goes to the store.
type SealedHolder struct {
	Code     string // never empty
	Given    bool   // Code is the source's own; otherwise it follows from the identifiers, or from the dossier and place
	Kind     HolderKind
	Name     string
	NameKey  string
	Numbers  []SealedIdentifier
	Content  []byte // digest of what was said, 16 bytes; empty for a holder who was only named by a dossier
	SourceAt *time.Time
}

// Staged is a record on its way into the store. Exactly one of the pointers is set.
type Staged struct {
	Line      int
	Content   []byte // digest of what was said, 16 bytes
	Unit      *Unit
	Procedure *Procedure
	Holder    *SealedHolder
	Dossier   *Dossier
	Holders   []SealedHolder // of the dossier, as Dossier.Holders
}

// Plan says how a bulk of records is taken in.
type Plan struct {
	Kind    Kind
	Actor   string
	SkipBad bool // take what is good; otherwise one bad record stops all
	DryRun  bool // say what would happen
}

// Report says what became of a bulk of records.
type Report struct {
	Kind      Kind  `json:"kind"`
	Received  int   `json:"received" doc:"Records that came."`
	Inserted  int   `json:"inserted" doc:"New ones."`
	Updated   int   `json:"updated" doc:"Ones that changed, or came back."`
	Unchanged int   `json:"unchanged" doc:"Ones that said the same, or were older than what is there."`
	Skipped   int   `json:"skipped" doc:"Bad ones."`
	Bad       []Bad `json:"bad" nullable:"false" doc:"What is wrong, by line; the first ten thousand."`
	DryRun    bool  `json:"dry_run,omitempty" doc:"Nothing was changed."`
	Applied   bool  `json:"applied" doc:"The good records are in the register."`
}

// MaxBad is how many problems a report lists.
const MaxBad = 10_000

// add lists a problem while there is room.
func (r *Report) add(b ...Bad) {
	r.Bad = append(r.Bad, b[:min(len(b), max(0, MaxBad-len(r.Bad)))]...)
}

// Store keeps the register.
//
// Import takes records from next until it answers false, in one transaction: all, or with SkipBad the good ones, or none. It fills the
// report's counts and adds the problems that only the store can see: codes that are named and not there, codes that come twice, numbers
// that belong to somebody else.
type Store interface {
	Import(ctx context.Context, p Plan, next func() (Staged, bool, error), r *Report) error
	Delete(ctx context.Context, actor string, k Kind, code string) error

	Units(ctx context.Context, q Query) ([]UnitRow, error)
	Procedures(ctx context.Context, q Query) ([]ProcedureRow, error)
	Dossiers(ctx context.Context, q Query) ([]DossierRow, error)
	Holders(ctx context.Context, q Query) ([]HolderRow, error)

	// FindHolder gives the holder with that number; ok is false when nobody has it.
	FindHolder(ctx context.Context, hash []byte) (code string, ok bool, err error)
	// NoteSearch appends an audit event for a search by number: who, how many numbers, how many of them somebody has; never whose.
	NoteSearch(ctx context.Context, actor string, tried, found int) error
	// Link says that the numbers are one person's, of that name. Holders that have them become one.
	Link(ctx context.Context, actor, name string, numbers []SealedIdentifier) (Linked, error)
}

// Query asks for records in order of their last change. Code asks for one; Since for what changed then or later; After is the Revision of
// the last one seen.
type Query struct {
	Code    string
	Since   time.Time
	After   int64
	Limit   int
	Holder  string // dossiers of this holder
	Deleted bool   // with what was deleted
}

// Mark is what the register itself knows of a record.
type Mark struct {
	Revision  int64      `json:"-"`
	UpdatedAt time.Time  `json:"updated_at" doc:"When it last changed here."`
	DeletedAt *time.Time `json:"deleted_at,omitempty" doc:"When it was deleted; missing while it is there."`
}

// UnitRow is a unit as it is listed.
type UnitRow struct {
	Unit
	Mark
}

// ProcedureRow is a procedure as it is listed.
type ProcedureRow struct {
	Procedure
	Mark
}

// Number is an identifier as it is shown.
type Number struct {
	Kind       dossier.IdentifierKind `json:"kind" enum:"cccd,cmnd,tax"`
	Masked     string                 `json:"masked" example:"031•••••1234"`
	Source     string                 `json:"source,omitempty"`
	RecordedOn Day                    `json:"recorded_on,omitempty"`
}

// HolderRow is a holder as it is listed.
type HolderRow struct {
	Code            string     `json:"code"`
	HolderKind      HolderKind `json:"kind"`
	Name            string     `json:"name"`
	Numbers         []Number   `json:"numbers" nullable:"false"`
	MergedInto      string     `json:"merged_into,omitempty" doc:"The holder it turned out to be."`
	SourceUpdatedAt *time.Time `json:"source_updated_at,omitempty"`
	Mark
}

// HolderOf is a holder of a dossier as it is listed.
type HolderOf struct {
	Relation   Relation   `json:"relation"`
	Code       string     `json:"code"`
	HolderKind HolderKind `json:"kind"`
	Name       string     `json:"name"`
	Numbers    []Number   `json:"numbers" nullable:"false"`
}

// DossierRow is a dossier as it is listed.
type DossierRow struct {
	Code            string     `json:"code"`
	Procedure       string     `json:"procedure"`
	Unit            string     `json:"unit"`
	Holders         []HolderOf `json:"holders" nullable:"false"`
	ReceivedOn      Day        `json:"received_on,omitempty"`
	DueOn           Day        `json:"due_on,omitempty"`
	CompletedOn     Day        `json:"completed_on,omitempty"`
	Status          Status     `json:"status"`
	ExpectedResults []string   `json:"expected_results,omitempty"`
	SourceUpdatedAt *time.Time `json:"source_updated_at,omitempty"`
	Mark
}

// Linked says what a link did.
type Linked struct {
	Holder  string   `json:"holder" doc:"The code of the holder who has the numbers now."`
	Added   int      `json:"added" doc:"Numbers that nobody had."`
	Merged  []string `json:"merged" nullable:"false" doc:"Codes of holders that turned out to be this one."`
	Changed bool     `json:"changed"`
}
