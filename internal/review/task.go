package review

import (
	"encoding/json"
	"time"

	"sohoa/internal/archive"
)

// State is where a task stands.
type State string

// open → claimed → done. A claimed task that is skipped, handed on, or whose time runs out is open again; a returned one waits for the step
// it was sent back to. cancelled: a newer version of the document does not ask any more.
const (
	Open      State = "open"
	Claimed   State = "claimed"
	Done      State = "done"
	Cancelled State = "cancelled"
	Returned  State = "returned"
)

// Step is an earlier step a task is sent back to.
type Step string

// The steps. The task returns by itself when a version that the step made is described.
const (
	ToSplit    Step = "split"    // pages are wrong: split, join, move, turn
	ToRescan   Step = "rescan"   // the paper must be scanned again
	ToDescribe Step = "describe" // look for the fields anew; done by the system at once
)

// Steps lists every step.
func Steps() []Step { return []Step{ToSplit, ToRescan, ToDescribe} }

// Lease is how long a task stays with the person who has it without a sign of life.
const Lease = 5 * time.Minute

// MaxClaims is how many tasks a person may have at once: the one on the screen, and the next.
const MaxClaims = 2

// Task is a question about a document.
type Task struct {
	ID         int64                `json:"id"`
	Document   archive.DocumentID   `json:"document"`
	Version    int                  `json:"version"` // the one it is asked about
	Unit       string               `json:"unit"`
	Batch      archive.BatchID      `json:"batch,omitempty"`
	BatchName  string               `json:"batch_name,omitempty"`
	Title      string               `json:"title"`
	Name       string               `json:"name"` // of the file
	Kind       archive.QuestionKind `json:"kind"`
	Page       int                  `json:"page,omitempty"`
	Reason     string               `json:"reason"`
	Urgent     bool                 `json:"urgent"` // a citizen waits
	State      State                `json:"state"`
	ClaimedBy  string               `json:"claimed_by,omitempty"`
	ClaimUntil *time.Time           `json:"claim_until,omitempty"`
	AssignedTo string               `json:"assigned_to,omitempty"`
	Comment    string               `json:"comment,omitempty"`
	ReturnedTo Step                 `json:"returned_to,omitempty"`
	ReturnedBy string               `json:"returned_by,omitempty"`
	CreatedAt  time.Time            `json:"created_at"`
	ClosedAt   *time.Time           `json:"closed_at,omitempty"`
	Options    []archive.Option     `json:"options,omitempty"`
	// The rest is known of a single task, not in lists.
	Asked   []Asked         `json:"asked,omitempty"`   // the fields to answer, as they are read down the paper
	Known   []archive.Field `json:"known,omitempty"`   // the document's other fields
	Dossier string          `json:"dossier,omitempty"` // the document's now
	Pages   int             `json:"pages,omitempty"`
	Access  archive.Access  `json:"access,omitempty"`
}

// Asked is a field to confirm or to type. Key names it in the answer.
type Asked struct {
	Key string `json:"key"`
	archive.Field
}

// Query asks for tasks in order of their making; After is the id of the last one seen.
type Query struct {
	Unit       string
	Batch      archive.BatchID
	Document   archive.DocumentID
	Kind       archive.QuestionKind
	State      State // empty: open, claimed and returned
	AssignedTo string
	After      int64
	Limit      int
}

// Wish says which task a person wants next.
type Wish struct {
	Unit  string
	Batch archive.BatchID
	Kind  archive.QuestionKind
	// After asks for another task than this one, which the person has: the one to load ahead.
	After int64
}

// Left is what is still to do for one person.
type Left struct {
	Open    int `json:"open"`    // to be had now, those the person has among them
	Skipped int `json:"skipped"` // by the person
}

// Count counts tasks that are not done.
type Count struct {
	Unit   string               `json:"unit"`
	Kind   archive.QuestionKind `json:"kind"`
	Urgent bool                 `json:"urgent"`
	State  State                `json:"state"`
	Tasks  int                  `json:"tasks"`
	Oldest time.Time            `json:"oldest"`
}

// Answer is what a person says to a task. Which part is looked at depends on its kind.
type Answer struct {
	// Version is the one that was looked at; 0 takes the task's.
	Version int `json:"version,omitempty"`
	// Values are typed, by key. A field that is left out is accepted as it was found; an empty value says that the paper does not have it.
	// Fields that were not asked may be corrected too.
	Values map[string]string `json:"values,omitempty"`
	// Choice is the value of an option; for a dossier any code, and empty for none of them.
	Choice *string `json:"choice,omitempty"`
	// Looked says that everything is right as it is.
	Looked bool `json:"looked,omitempty"`
}

// Decision is one line of what people decided.
type Decision struct {
	ID       int64                `json:"id"`
	At       time.Time            `json:"at"`
	Actor    string               `json:"actor"`
	Task     int64                `json:"task,omitempty"` // 0: of a bulk edit
	Document archive.DocumentID   `json:"document"`
	Version  int                  `json:"version"` // that was looked at
	Kind     archive.QuestionKind `json:"kind"`
	Field    string               `json:"field,omitempty"`
	Before   json.RawMessage      `json:"before"` // a field, or a string
	After    json.RawMessage      `json:"after"`
	Changed  bool                 `json:"changed"`
	Applied  int                  `json:"applied_version,omitempty"` // the version it took effect with
	UndoneAt *time.Time           `json:"undone_at,omitempty"`
	UndoneBy string               `json:"undone_by,omitempty"`
	// Page is the ordinal of the page that the field stands on, 0 for none; when deciding only.
	Page int `json:"-"`
}

// SetAccess is the kind of a decision about who may see a document. Nobody is asked it; bulk edits make it.
const SetAccess archive.QuestionKind = "access"
