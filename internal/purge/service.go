package purge

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// MaxNote bounds the note of a request, in bytes.
const MaxNote = 500

// Deps is what purging needs.
type Deps struct {
	Catalogue Catalogue
	Objects   Objects
	Cutter    Cutter
	WorkDir   string // masters being cut; made when needed, emptied after use
	Now       func() time.Time
	Logger    *slog.Logger
	// Failpoint is called between steps; tests end the process there. Nil in production.
	Failpoint func(name string)
}

// Service takes requests and decisions, and carries decisions out. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service {
	if d.Failpoint == nil {
		d.Failpoint = func(string) {}
	}
	return &Service{d: d}
}

// Request is what somebody asks for.
type Request struct {
	Document  archive.DocumentID
	Reason    archive.PurgeReason
	Note      string
	WholeFile bool
}

// Request asks that a document be purged. It is refused at once where a master is held from disposal, or where a paper of a unit that the actor does
// not reach would go too.
func (s *Service) Request(ctx context.Context, a archive.Actor, r Request) (Purge, error) {
	if err := a.Permit(archive.ActPurge); err != nil {
		return Purge{}, err
	}
	r.Note = strings.TrimSpace(r.Note)
	switch {
	case !r.Reason.Valid():
		return Purge{}, fault.New(fault.RequestMalformed, "the reason must be one of %v", archive.PurgeReasons())
	case !utf8.ValidString(r.Note) || len(r.Note) > MaxNote || strings.ContainsFunc(r.Note, unicode.IsControl):
		return Purge{}, fault.New(fault.RequestMalformed, "the note must be at most %d bytes of UTF-8 in one line", MaxNote)
	}
	unknown := fault.New(fault.DocumentUnknown, "there is no document %s", r.Document)
	if !archive.ValidID(string(r.Document)) {
		return Purge{}, unknown
	}
	unit, access, scope, err := s.d.Catalogue.PurgeScope(ctx, r.Document, r.WholeFile)
	if err != nil {
		return Purge{}, err
	}
	if !a.Reaches(unit, access) {
		return Purge{}, unknown
	}
	if err := within(a, scope); err != nil {
		return Purge{}, err
	}
	p := Purge{
		ID: archive.NewID(s.d.Now()), Document: r.Document, Unit: unit, Reason: r.Reason, Note: r.Note, WholeFile: r.WholeFile, State: Requested,
		RequestedBy: a.Account, RequestedAt: s.d.Now().UTC().Truncate(time.Microsecond),
	}
	return p, s.d.Catalogue.RequestPurge(ctx, p)
}

// within refuses a scope that goes beyond what the actor reaches, or that a hold keeps.
func within(a archive.Actor, s Scope) error {
	for _, u := range s.Units {
		if !a.Reaches(u, archive.AccessUnit) {
			return fault.New(fault.Forbidden, "the same pages were also handed in elsewhere: of %d documents some belong to another unit, so it takes an account that reaches them all", len(s.Documents))
		}
	}
	if s.Held {
		return fault.New(fault.DisposalHeld, "a file of the document is held from disposal, because its bytes were found changed or by decision; nothing of it is removed while the hold lasts")
	}
	return nil
}

// find loads a request that the actor may see: who asks or decides for the unit.
func (s *Service) find(ctx context.Context, a archive.Actor, id string) (Purge, error) {
	if err := permitEither(a); err != nil {
		return Purge{}, err
	}
	unknown := fault.New(fault.NotFound, "there is no request %s", id)
	if !archive.ValidID(id) {
		return Purge{}, unknown
	}
	p, err := s.d.Catalogue.Purge(ctx, id)
	if err != nil {
		return Purge{}, err
	}
	if !a.Reaches(p.Unit, archive.AccessUnit) {
		return Purge{}, unknown
	}
	return p, nil
}

func permitEither(a archive.Actor) error {
	if a.May(archive.ActDispose) {
		return nil
	}
	return a.Permit(archive.ActPurge)
}

// List lists requests of the units that the actor reaches, newest first, asked for before a time (zero: now).
func (s *Service) List(ctx context.Context, a archive.Actor, state State, before time.Time, limit int) ([]Purge, error) {
	if err := permitEither(a); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	return s.d.Catalogue.Purges(ctx, a.Unit, state, before, limit)
}

// Get finds one request.
func (s *Service) Get(ctx context.Context, a archive.Actor, id string) (Purge, error) {
	return s.find(ctx, a, id)
}

// Refuse ends a request. Whoever may decide may refuse, and whoever asked may take back.
func (s *Service) Refuse(ctx context.Context, a archive.Actor, id string) (Purge, error) {
	p, err := s.find(ctx, a, id)
	if err != nil {
		return p, err
	}
	if p.RequestedBy != a.Account {
		if err := a.Permit(archive.ActDispose); err != nil {
			return p, err
		}
	}
	if err := s.d.Catalogue.RefusePurge(ctx, id, a.Account, s.d.Now().UTC().Truncate(time.Microsecond)); err != nil {
		return p, err
	}
	return s.d.Catalogue.Purge(ctx, id)
}

// Approve decides that a request is carried out. It is never the account that asked. When it returns without error nothing of the documents is found or
// shown any more; Run removes the bytes.
func (s *Service) Approve(ctx context.Context, a archive.Actor, id string) (Purge, error) {
	p, err := s.find(ctx, a, id)
	if err != nil {
		return p, err
	}
	if err := a.Permit(archive.ActDispose); err != nil {
		return p, err
	}
	p, err = s.d.Catalogue.ApprovePurge(ctx, id, a.Account, s.d.Now().UTC().Truncate(time.Microsecond), func(p Purge, sc Scope) error {
		if p.RequestedBy == a.Account {
			return fault.New(fault.Forbidden, "another account than the one that asked must decide")
		}
		return within(a, sc)
	})
	if err == nil {
		s.d.Logger.InfoContext(ctx, "purge approved", "purge", p.ID, "documents", len(p.Tombstone.Documents), "masters", len(p.Tombstone.Masters))
	}
	return p, err
}

// workDir makes the folder for masters that are being cut.
func (s *Service) workDir() (string, error) {
	if err := os.MkdirAll(s.d.WorkDir, 0o700); err != nil {
		return "", fmt.Errorf("make work directory: %w", err)
	}
	return os.MkdirTemp(s.d.WorkDir, "purge-*")
}
