package retrieve

import (
	"context"
	"io"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// Catalogue answers questions. A unit of "" asks for every unit. Unknown ids are faults with the fitting *_unknown code.
type Catalogue interface {
	Batches(ctx context.Context, unit string, before time.Time, limit int) ([]Batch, error)
	Batch(ctx context.Context, id archive.BatchID) (Batch, error)
	BatchByName(ctx context.Context, unit, name string) (Batch, error)
	Progress(ctx context.Context, s Scope) (Progress, error)
	Accessions(ctx context.Context, s Scope, state archive.AccessionState, after int64, limit int) ([]Accession, error)
	Accession(ctx context.Context, id archive.AccessionID) (Accession, error)
	Documents(ctx context.Context, q DocumentQuery) ([]Document, error)
	Document(ctx context.Context, id archive.DocumentID) (View, error)
	History(ctx context.Context, id archive.DocumentID) ([]Event, error)
	Search(ctx context.Context, q Search) ([]Hit, error)
	// NoteHolderSearch appends an audit event for a search by the identifier of a holder, which it does not name.
	NoteHolderSearch(ctx context.Context, actor archive.Actor, unit, kind string, found int) error
	// NoteRead appends an audit event for a download or a view of a whole document.
	NoteRead(ctx context.Context, actor archive.Actor, id archive.DocumentID, what string) error
	Queue(ctx context.Context) (Queue, error)
}

// Operations changes where things stand, at an operator's or clerk's wish.
type Operations interface {
	CancelDocument(ctx context.Context, actor string, id archive.DocumentID) error
	CancelAccession(ctx context.Context, actor string, id archive.AccessionID) error
	CancelBatch(ctx context.Context, actor string, id archive.BatchID) (int, error)
	RetryDocument(ctx context.Context, actor string, id archive.DocumentID) error
	RetryAccession(ctx context.Context, actor string, id archive.AccessionID) error
	RetryBatch(ctx context.Context, actor string, id archive.BatchID) (int, error)
	PauseQueue(ctx context.Context, actor string, paused bool) error
	// PutBatch makes a batch with these settings, or changes the one of that name.
	PutBatch(ctx context.Context, actor, unit, name string, queue archive.Queue, c BatchChange) (archive.BatchID, error)
	ChangeBatch(ctx context.Context, actor string, id archive.BatchID, c BatchChange) error
}

// Objects opens bytes. A missing object is fs.ErrNotExist.
type Objects interface {
	OpenMaster(ctx context.Context, d fixity.Digest) (io.ReadSeekCloser, error)
	OpenRendition(ctx context.Context, key, versionID string) (io.ReadSeekCloser, error)
	GetResult(ctx context.Context, key string) ([]byte, error)
}

// Viewer makes page pictures for the screen.
type Viewer interface {
	// View gives a JPEG of the page as it looks upright, with what is laid over it, at most maxPixels on the longer side.
	View(ctx context.Context, ref archive.PageRef, found page.Turn, maxPixels int) ([]byte, error)
}

// Hasher gives what an identifier is found by. internal/custody/holders does.
type Hasher interface {
	Lookup(id dossier.Identifier) []byte
}

// Scope narrows a question to a unit, a batch, or neither.
type Scope struct {
	Unit  string
	Batch archive.BatchID
}

// Batch is a batch with how many accessions it has.
type Batch struct {
	ID         archive.BatchID `json:"id"`
	Unit       string          `json:"unit"`
	Name       string          `json:"name"`
	State      string          `json:"state"`
	Queue      archive.Queue   `json:"queue"`
	CreatedBy  string          `json:"created_by"`
	CreatedAt  time.Time       `json:"created_at"`
	ClosedAt   *time.Time      `json:"closed_at,omitempty"`
	Accessions int             `json:"accessions"` // files received; those out of a zip are among them
	archive.BatchSettings
}

// Progress counts accessions and documents by state. Stalled counts are beside the states, not instead of them.
type Progress struct {
	Accessions       map[archive.AccessionState]int `json:"accessions"`
	Documents        map[archive.Processing]int     `json:"documents"`
	AccessionStalled int                            `json:"accessions_stalled"`
	DocumentStalled  int                            `json:"documents_stalled"`
	Pages            int                            `json:"pages"`
	PagesRead        int                            `json:"pages_read"`
}

// Done reports whether nothing of it is still under way.
func (p Progress) Done() bool {
	return p.Accessions[archive.AccessionReceived]+p.Accessions[archive.AccessionInspecting]+
		p.Documents[archive.Recognising]+p.Documents[archive.Describing]+p.Documents[archive.Assembling] == 0
}

// Trouble is a mark on an accession or document: why it is stalled or rejected.
type Trouble struct {
	Verdict string     `json:"verdict"` // stalled or rejected
	Code    fault.Code `json:"code"`
	Detail  string     `json:"detail"`
	Since   *time.Time `json:"since,omitempty"`
}

// Accession is an accession with what became of it.
type Accession struct {
	archive.Accession
	Seq       int64                  `json:"-"`
	State     archive.AccessionState `json:"state"`
	Pages     int                    `json:"pages"`
	Warnings  []string               `json:"warnings,omitempty"`
	Trouble   *Trouble               `json:"trouble,omitempty"`
	Documents []DocumentState        `json:"documents"`
}

// DocumentState is the least one says about a document.
type DocumentState struct {
	ID         archive.DocumentID `json:"id"`
	Title      string             `json:"title"`
	Processing archive.Processing `json:"processing"`
	Release    archive.Release    `json:"release"`
	Pages      int                `json:"pages"`
	Stalled    bool               `json:"stalled"`
}

// DocumentQuery asks for documents, newest first. Before is the Seq of the last one seen; 0 starts.
type DocumentQuery struct {
	Scope
	Processing  archive.Processing
	OnlyStalled bool
	Before      int64
	Limit       int
}

// Document is a row of a list.
type Document struct {
	Seq         int64              `json:"-"`
	ID          archive.DocumentID `json:"id"`
	Unit        string             `json:"unit"`
	Dossier     string             `json:"dossier,omitempty"`
	Access      archive.Access     `json:"access"`
	Batch       archive.BatchID    `json:"batch,omitempty"`
	BatchName   string             `json:"batch_name,omitempty"`
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Type        string             `json:"type,omitempty"`
	Number      string             `json:"number,omitempty"`
	Symbol      string             `json:"symbol,omitempty"`
	IssuedOn    string             `json:"issued_on,omitempty"` // YYYY-MM-DD
	Agency      string             `json:"agency,omitempty"`
	Processing  archive.Processing `json:"processing"`
	Release     archive.Release    `json:"release"`
	NeedsReview bool               `json:"needs_review"`
	Pages       int                `json:"pages"`
	Version     int                `json:"version"`
	CreatedAt   time.Time          `json:"created_at"`
	ArchivedAt  *time.Time         `json:"archived_at,omitempty"`
	Trouble     *Trouble           `json:"trouble,omitempty"`
}

// View is one document with everything a person sees of it.
type View struct {
	Document
	Fields      []archive.Field `json:"fields"`
	PageList    []PageView      `json:"page_list"`
	Accessions  []Accession     `json:"accessions"`
	Rendition   *archive.Part   `json:"rendition,omitempty"` // once archived
	Conformance string          `json:"conformance,omitempty"`
	CheckedBy   string          `json:"checked_by,omitempty"`
	Manifest    []byte          `json:"-"` // the frozen bytes
	// Shown is the version whose pages, fields and rendition these are: the current one, or the last archived one while a newer is under way.
	Shown    int  `json:"shown_version"`
	UnderWay bool `json:"under_way"` // a newer version than the one shown is being made
}

// archived reports whether what is shown is archived.
func (v View) archived() bool { return v.Processing == archive.Archived || v.UnderWay }

// PageView is one page of a document.
type PageView struct {
	archive.PageRef
	Read       bool      `json:"read"`
	Kind       page.Kind `json:"kind"`
	FoundTurn  page.Turn `json:"found_turn"`
	Skew       float64   `json:"skew"`
	Confidence float64   `json:"confidence"`
	Findings   []string  `json:"findings,omitempty"` // what is wrong with the scan (page.Quality)
	ResultKey  string    `json:"-"`
}

// Event is one line of a document's history.
type Event struct {
	At     time.Time         `json:"at"`
	Actor  string            `json:"actor"`
	Action string            `json:"action"`
	Detail map[string]string `json:"detail,omitempty"`
}

// Search asks for documents by words, number and symbol, date and unit; newest first, Before as in DocumentQuery. Text is what
// a person typed; the adapter folds it (internal/fold).
type Search struct {
	Text       string
	Unit       string
	IssuedFrom string // YYYY-MM-DD
	IssuedTo   string
	Before     int64
	Limit      int
	// Lookup asks for the documents that name a holder, by the keyed hash of an identifier; nil asks by words. SearchHolder sets it.
	Lookup []byte `json:"-"`
}

// Hit is a document that matches, with the first matching page and the words around the match.
type Hit struct {
	Document
	Page          int       `json:"page,omitempty"`
	MatchingPages int       `json:"matching_pages,omitempty"`
	Snippet       []Snippet `json:"snippet,omitempty"`
}

// Snippet is a run of text; Match says that it is what was searched for.
type Snippet struct {
	Text  string `json:"text"`
	Match bool   `json:"match,omitempty"`
}

// Queue says what waits.
type Queue struct {
	Paused   bool         `json:"paused"`
	PausedBy string       `json:"paused_by,omitempty"`
	Depths   []QueueDepth `json:"depths"`
}

// QueueDepth is the open tasks of one kind in one queue.
type QueueDepth struct {
	Queue         archive.Queue    `json:"queue"`
	Kind          archive.TaskKind `json:"kind"`
	Open          int              `json:"open"`
	Rung          int              `json:"rung"` // of them handed to the queue server
	OldestSeconds float64          `json:"oldest_seconds"`
}
