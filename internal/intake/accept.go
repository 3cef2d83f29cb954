package intake

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// FirstLock is how long a master cannot be deleted by anyone before its retention is known (DESIGN: accept).
const FirstLock = 30 * 24 * time.Hour

// Deps is what accepting needs.
type Deps struct {
	Masters   Masters
	Records   Records
	Catalogue Catalogue
	SpoolDir  string // files lie here until they are in the store; same disk budget as MinFree
	MaxBytes  int64  // the largest file taken in
	MinFree   int64  // bytes that must stay free on the spool's disk
	Now       func() time.Time
	Logger    *slog.Logger
	// Failpoint is called between steps; tests end the process there. Nil in production.
	Failpoint func(name string)
}

// Service accepts files. It is safe for concurrent use.
type Service struct{ d Deps }

// New makes the spool directory and returns the service.
func New(d Deps) (*Service, error) {
	if err := os.MkdirAll(d.SpoolDir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	if d.Failpoint == nil {
		d.Failpoint = func(string) {}
	}
	return &Service{d: d}, nil
}

// Request is what a sender says about a file.
type Request struct {
	Name           string // as sent; kept in NFC and shown, never used as a path
	Unit           string
	Dossier        string // empty: not known yet
	Batch          string // name; empty: none
	Access         archive.Access
	Queue          archive.Queue
	Actor          string
	IdempotencyKey string
	Parent         archive.AccessionID
	// Want is the digest the sender computed; the zero value asks for no comparison.
	Want fixity.Digest
}

// Receipt answers an accept. Existing tells that the paper was in custody before.
type Receipt struct {
	Accession archive.Accession
	Existing  bool
}

// Accept streams src into custody. When it returns without error the bytes and the record of them are safe.
func (s *Service) Accept(ctx context.Context, r Request, src io.Reader) (Receipt, error) {
	r, err := r.checked()
	if err != nil {
		return Receipt{}, err
	}
	sp, err := s.spool(ctx, src)
	if err != nil {
		return Receipt{}, err
	}
	defer sp.remove()
	return s.acceptSpooled(ctx, r, sp)
}

// AcceptFile takes a file that lies on disk already (a finished resumable upload, an entry of a zip). The file is read, not moved.
func (s *Service) AcceptFile(ctx context.Context, r Request, path string) (Receipt, error) {
	r, err := r.checked()
	if err != nil {
		return Receipt{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return Receipt{}, fmt.Errorf("open what was uploaded: %w", err)
	}
	defer f.Close()
	d, n, err := fixity.OfReader(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart) // the store reads from where the file stands
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("read what was uploaded: %w", err)
	}
	return s.acceptSpooled(ctx, r, spooled{file: f, digest: d, size: n})
}

func (s *Service) acceptSpooled(ctx context.Context, r Request, sp spooled) (Receipt, error) {
	switch {
	case sp.size == 0:
		return Receipt{}, fault.New(fault.FileEmpty, "%s is empty (0 bytes); scan it again", quoted(r.Name))
	case s.d.MaxBytes > 0 && sp.size > s.d.MaxBytes:
		return Receipt{}, s.tooLarge()
	case !r.Want.IsZero() && r.Want != sp.digest:
		return Receipt{}, fault.New(fault.FixityMismatch, "%s arrived with SHA-256 %s, not %s as announced; send it again", quoted(r.Name), sp.digest, r.Want)
	}
	switch gone, err := s.d.Catalogue.Purged(ctx, sp.digest); {
	case err != nil:
		return Receipt{}, err
	case gone: // before a byte of it is kept
		return Receipt{}, PurgedFile()
	}
	key := IdempotencyKey{}
	if r.IdempotencyKey != "" {
		key = IdempotencyKey{Account: r.Actor, Key: r.IdempotencyKey, Request: fixity.Of([]byte(r.Unit + "\x00" + r.Dossier + "\x00" + sp.digest.String()))}
		id, ok, err := s.d.Catalogue.RepeatedAnswer(ctx, key)
		if err != nil {
			return Receipt{}, err
		}
		if ok {
			if a, found, err := s.d.Catalogue.FindAccession(ctx, id); err != nil || found {
				return Receipt{Accession: a, Existing: true}, err
			}
		}
	}
	id := archive.AccessionIDFor(r.Unit, r.Dossier, sp.digest)
	if a, ok, err := s.d.Catalogue.FindAccession(ctx, id); err != nil {
		return Receipt{}, err
	} else if ok {
		return Receipt{Accession: a, Existing: true}, nil
	}
	a := archive.Accession{
		ID: id, BatchName: r.Batch, Unit: r.Unit, Dossier: r.Dossier, Name: r.Name, Master: sp.digest, SizeBytes: sp.size,
		Access: r.Access, ReceivedBy: r.Actor, ReceivedAt: s.d.Now().UTC().Truncate(time.Microsecond), Queue: string(r.Queue),
		ParentID: r.Parent, State: archive.AccessionReceived,
	}
	if r.Batch != "" {
		b, stack, err := s.d.Catalogue.OpenBatch(ctx, r.Unit, r.Batch, r.Actor, r.Queue)
		if err != nil {
			return Receipt{}, err
		}
		a.Batch, a.Stack = b, &stack
	}
	until := s.d.Now().Add(FirstLock).UTC().Truncate(time.Second)
	s.d.Failpoint("accept-before-put")
	version, err := s.d.Masters.PutMaster(ctx, sp.file, sp.size, sp.digest, until)
	if err != nil {
		return Receipt{}, fmt.Errorf("keep master: %w", err)
	}
	s.d.Failpoint("accept-after-put")
	rec, err := s.d.Records.PutRecord(ctx, a, until)
	if err != nil {
		return Receipt{}, fmt.Errorf("keep accession record: %w", err)
	}
	if rec.Master != sp.digest || rec.ID != a.ID {
		return Receipt{}, fault.New(fault.AccessionConflict, "accession %s is on record with other bytes; tell the operator", a.ID)
	}
	a.ReceivedAt, a.ReceivedBy, a.Name = rec.ReceivedAt, rec.ReceivedBy, rec.Name // who came first stands
	s.d.Failpoint("accept-after-record")
	a, err = s.d.Catalogue.Accept(ctx, Accepted{Accession: a, MasterVersion: version, RetainUntil: until, Key: key})
	if err != nil {
		return Receipt{}, fmt.Errorf("record accession: %w", err)
	}
	s.d.Failpoint("accept-after-commit")
	s.d.Logger.InfoContext(ctx, "accession accepted", "accession", a.ID, "unit", a.Unit, "bytes", a.SizeBytes, "queue", a.Queue)
	return Receipt{Accession: a}, nil
}

// PurgedFile is the fault of a file that holds what was removed by decision.
func PurgedFile() error {
	return fault.New(fault.Purged, "a paper in this very file was removed from the archive by decision, so the file is not taken in again; scan its other papers without that one")
}

// Check says what is wrong with a request before a byte of its file is sent; Accept checks the same again.
func (r Request) Check() error {
	_, err := r.checked()
	return err
}

// checked puts a request into the form everything behind relies on, or says what is wrong with it.
func (r Request) checked() (Request, error) {
	r.Name = CleanName(r.Name)
	if r.Access == "" {
		r.Access = archive.AccessUnit
	}
	switch r.Access {
	case archive.AccessUnit, archive.AccessCity, archive.AccessPublic:
	default:
		return r, fault.New(fault.RequestMalformed, "access level %q is unknown; use unit, city or public", r.Access)
	}
	if r.Queue == "" {
		r.Queue = archive.Backlog
	}
	switch r.Queue {
	case archive.Interactive, archive.Backlog:
	default:
		return r, fault.New(fault.RequestMalformed, "queue %q is unknown; use interactive or batch", r.Queue)
	}
	r.Batch = strings.TrimSpace(norm.NFC.String(r.Batch))
	for field, v := range map[string]string{"unit": r.Unit, "dossier": r.Dossier, "batch": r.Batch, "Idempotency-Key": r.IdempotencyKey} {
		if !utf8.ValidString(v) || len(v) > 200 || strings.ContainsFunc(v, unicode.IsControl) {
			return r, fault.New(fault.RequestMalformed, "%s must be at most 200 bytes of UTF-8 without control characters", field)
		}
	}
	if r.Unit == "" || len(r.Unit) > 64 {
		return r, fault.New(fault.RequestMalformed, "unit must be a code of 1 to 64 characters")
	}
	return r, nil
}

// CleanName keeps the last element of a sent name, and before it that of the folder it lay in, which may name the dossier: "folder/file". It
// is in NFC, without control characters, at most 255 bytes, and is shown and compared, never used as a path.
func CleanName(name string) string {
	dir, file := path.Split(path.Clean("/" + strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/")))
	folder, file := cleanElement(path.Base(dir), 120), cleanElement(file, 255)
	if file == "" {
		return "unnamed"
	}
	if folder == "" || len(folder)+1+len(file) > 255 || strings.HasSuffix(folder, ":") { // C: is no folder
		return file
	}
	return folder + "/" + file
}

// cleanElement is one element of a name, of so many bytes at most.
func cleanElement(name string, longest int) string {
	if name == "/" || name == "." {
		return ""
	}
	name = norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == '\u202e' || c == '\u202d' { // no hidden reversal of "fdp.exe"
			return -1
		}
		return c
	}, name))
	name = strings.TrimSpace(name)
	for len(name) > longest {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	name = strings.TrimSpace(name)
	if name == "." || name == ".." {
		return ""
	}
	return name
}

func quoted(name string) string { return "“" + name + "”" }

func (s *Service) tooLarge() error {
	return fault.New(fault.FileTooLarge, "the file is larger than the %d MiB taken in at once; split it", s.d.MaxBytes>>20)
}
