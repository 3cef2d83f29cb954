package match

import (
	"context"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
)

// Filing moves documents from one dossier to another, and tells which ones wait for theirs.
//
// A move has a reason, makes a version whose manifest says so, and keeps what was before. A document that is released is moved by two people:
// one asks, another account approves.
type Filing struct{ d FilingDeps }

// FilingDeps is what filing needs.
type FilingDeps struct {
	Store    FilingStore
	Register Register // nil where there is none: codes are taken as they are
}

// NewFiling returns it.
func NewFiling(d FilingDeps) *Filing { return &Filing{d} }

// FilingStore keeps which documents are filed where. A document that is unknown is a fault.
type FilingStore interface {
	// Filed gives what must be known of a document to move it.
	Filed(ctx context.Context, id archive.DocumentID) (Filed, error)
	Links(ctx context.Context, id archive.DocumentID) ([]Link, error)
	// Relink moves a document that is not released and begins a version; Version guards it.
	Relink(ctx context.Context, actor string, m Move) (version int, err error)
	// RequestRelink writes down that a released document is to be moved. A document has one open request.
	RequestRelink(ctx context.Context, actor string, m Move) (Request, error)
	Request(ctx context.Context, id int64) (Request, error)
	// Requests lists open requests; unit "" is every unit.
	Requests(ctx context.Context, unit string, after int64, limit int) ([]Request, error)
	// Decide approves a request, which moves the document, or refuses it.
	Decide(ctx context.Context, actor string, id int64, approve bool) (Request, error)
	// Waiting lists documents without dossier, oldest first, after a Seq.
	Waiting(ctx context.Context, unit string, after int64, limit int) ([]Waiting, error)
}

// Filed is a document as moving it needs it.
type Filed struct {
	Document   archive.DocumentID
	Unit       string
	Access     archive.Access
	Version    int
	Dossier    string
	Processing archive.Processing
	Release    archive.Release
}

// Link is one filing of a document, past or present.
type Link struct {
	Dossier    string              `json:"dossier" doc:"Empty: taken out of its dossier."`
	Source     archive.MatchSource `json:"source" enum:"given,qr,text,name,register,person"`
	Score      float64             `json:"score,omitempty" doc:"0 to 1, chance of being right."`
	Why        []string            `json:"why,omitempty" doc:"Stable codes of what speaks for it."`
	Reason     string              `json:"reason,omitempty" doc:"As the person who moved it wrote it."`
	Version    int                 `json:"version" doc:"The first that says so."`
	Actor      string              `json:"actor"`
	ApprovedBy string              `json:"approved_by,omitempty" doc:"The second person, where two were needed."`
	At         time.Time           `json:"at"`
}

// Move says where a document goes and why.
type Move struct {
	Document archive.DocumentID `json:"-"`
	Version  int                `json:"version,omitempty" doc:"The version that was looked at; 0: whichever is current." minimum:"0"`
	Dossier  string             `json:"dossier" doc:"The code of the right dossier." example:"000.00.53.H48-220921-0099" maxLength:"64"`
	Reason   string             `json:"reason" doc:"Why, in a sentence." minLength:"1" maxLength:"2000"`
	// Anyway takes a code that the register does not have.
	Anyway bool `json:"anyway,omitempty" doc:"Take a code that the register does not have (yet)."`
}

// Moved says what became of a move: a version, or a request that waits for a second person.
type Moved struct {
	Version int      `json:"version,omitempty" doc:"The version that says so."`
	Request *Request `json:"request,omitempty" doc:"The document is released: this waits for another account."`
}

// Request is a move that waits for a second person.
type Request struct {
	ID          int64              `json:"id"`
	Document    archive.DocumentID `json:"document"`
	Title       string             `json:"title,omitempty"`
	Unit        string             `json:"unit"`
	From        string             `json:"from"`
	To          string             `json:"to"`
	Reason      string             `json:"reason"`
	RequestedBy string             `json:"requested_by"`
	RequestedAt time.Time          `json:"requested_at"`
	Decision    string             `json:"decision,omitempty" enum:"approved,refused"`
	DecidedBy   string             `json:"decided_by,omitempty"`
	DecidedAt   *time.Time         `json:"decided_at,omitempty"`
}

// Waiting is a document without dossier.
type Waiting struct {
	Seq      int64              `json:"-"`
	Document archive.DocumentID `json:"document"`
	Unit     string             `json:"unit"`
	Title    string             `json:"title"`
	Codes    []string           `json:"codes,omitempty" doc:"Dossiers it names that the register does not have."`
	Tried    []string           `json:"tried,omitempty" doc:"What was looked for; numbers masked."`
	Found    []string           `json:"found,omitempty" doc:"What was seen on it, such as code_damaged."`
	Since    time.Time          `json:"since"`
}

func unknown(id archive.DocumentID) error {
	return fault.New(fault.DocumentUnknown, "there is no document %s", id)
}

// reach gives the document if the actor may do act with it.
func (f *Filing) reach(ctx context.Context, a archive.Actor, act archive.Action, id archive.DocumentID) (Filed, error) {
	if err := a.Permit(act); err != nil {
		return Filed{}, err
	}
	if !archive.ValidID(string(id)) {
		return Filed{}, unknown(id)
	}
	d, err := f.d.Store.Filed(ctx, id)
	if err != nil {
		return d, err
	}
	access := d.Access
	if act != archive.ActRead {
		access = archive.AccessUnit
	}
	if !a.Reaches(d.Unit, access) {
		return d, unknown(id)
	}
	return d, nil
}

// Links tells where a document is filed and was before, oldest first.
func (f *Filing) Links(ctx context.Context, a archive.Actor, id archive.DocumentID) ([]Link, error) {
	if _, err := f.reach(ctx, a, archive.ActRead, id); err != nil {
		return nil, err
	}
	return f.d.Store.Links(ctx, id)
}

// Relink files a document under another dossier, with a reason. A released one is only asked for; another account approves it.
func (f *Filing) Relink(ctx context.Context, a archive.Actor, m Move) (Moved, error) {
	d, err := f.reach(ctx, a, archive.ActReview, m.Document)
	if err != nil {
		return Moved{}, err
	}
	if m, err = f.tidy(ctx, d, m); err != nil {
		return Moved{}, err
	}
	if d.Release == archive.Released || d.Release == archive.Signed {
		r, err := f.d.Store.RequestRelink(ctx, a.Account, m)
		return Moved{Request: &r}, err
	}
	v, err := f.d.Store.Relink(ctx, a.Account, m)
	return Moved{Version: v}, err
}

func (f *Filing) tidy(ctx context.Context, d Filed, m Move) (Move, error) {
	code, err := dossier.ParseCode(m.Dossier)
	if err != nil {
		return m, fault.New(fault.RequestMalformed, "%v", err)
	}
	m.Dossier, m.Reason = code.String(), strings.TrimSpace(m.Reason)
	if m.Version == 0 {
		m.Version = d.Version
	}
	switch {
	case m.Reason == "":
		return m, fault.New(fault.RequestMalformed, "say why the document belongs to another dossier")
	case len(m.Reason) > 2000:
		return m, fault.New(fault.RequestMalformed, "the reason is longer than 2,000 bytes")
	case m.Version != d.Version:
		return m, fault.New(fault.StateConflict, "the document has changed since it was looked at: version %d is current", d.Version)
	case d.Dossier == m.Dossier:
		return m, fault.New(fault.StateConflict, "the document is filed under %s already", m.Dossier)
	case d.Processing != archive.Archived:
		return m, fault.New(fault.StateConflict, "a version of the document is being made; try again in a moment")
	}
	if f.d.Register == nil || m.Anyway {
		return m, nil
	}
	known, err := f.d.Register.Dossiers(ctx, []string{m.Dossier})
	if err == nil && len(known) == 0 {
		err = fault.New(fault.RequestMalformed, "the register has no dossier %s; check the code, or say that you mean it anyway", m.Dossier)
	}
	return m, err
}

// Requests lists what waits for a second person.
func (f *Filing) Requests(ctx context.Context, a archive.Actor, unit string, after int64, limit int) ([]Request, error) {
	unit, err := within(a, archive.ActReview, unit)
	if err != nil {
		return nil, err
	}
	return f.d.Store.Requests(ctx, unit, after, clamp(limit))
}

// Decide approves a request or refuses it. Who asked may take it back, and may not approve it.
func (f *Filing) Decide(ctx context.Context, a archive.Actor, id int64, approve bool) (Request, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return Request{}, err
	}
	r, err := f.d.Store.Request(ctx, id)
	if err != nil {
		return r, err
	}
	switch {
	case !a.Reaches(r.Unit, archive.AccessUnit):
		return Request{}, fault.New(fault.NotFound, "there is no request %d", id)
	case r.Decision != "":
		return r, fault.New(fault.StateConflict, "the request was %s already", r.Decision)
	case approve && r.RequestedBy == a.Account:
		return r, fault.New(fault.Forbidden, "another account must approve what this one asked for")
	}
	return f.d.Store.Decide(ctx, a.Account, id, approve)
}

// Waiting lists documents without dossier, oldest first.
func (f *Filing) Waiting(ctx context.Context, a archive.Actor, unit string, after int64, limit int) ([]Waiting, error) {
	unit, err := within(a, archive.ActRead, unit)
	if err != nil {
		return nil, err
	}
	ws, err := f.d.Store.Waiting(ctx, unit, after, clamp(limit))
	return ws, err
}

// within narrows a unit asked for to what the actor reaches by lists.
func within(a archive.Actor, act archive.Action, unit string) (string, error) {
	if err := a.Permit(act); err != nil {
		return "", err
	}
	return a.Scope(unit)
}

func clamp(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}
