// Package webtest stands in for the archive behind the web door: catalogue, operations, objects, viewer, masters, records and
// accounts in memory. It keeps their promises as far as the door can see them, and can be told to fail.
//
// It is for tests, and for looking at the pages without servers (package webtest/serve).
package webtest

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
)

// Archive is everything behind the door. It is safe for concurrent use.
type Archive struct {
	now func() time.Time

	mu         sync.Mutex
	broken     error
	storeDown  error
	seq        int64
	masters    map[fixity.Digest][]byte
	accessions []*accession
	documents  []*document
	batches    []*retrieve.Batch
	keys       map[string]archive.AccessionID
	accounts   map[fixity.Digest]archive.Actor
	paused     bool
	pausedBy   string

	holderSearches int // audited
}

// HolderSearches counts the searches by identifier that were audited.
func (a *Archive) HolderSearches() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.holderSearches
}

type accession struct {
	retrieve.Accession
	docs []archive.DocumentID
}

type document struct {
	retrieve.View
	stalled bool
	results []page.Result
	pdf     []byte
	history []retrieve.Event
}

// New returns an empty archive.
func New(now func() time.Time) *Archive {
	return &Archive{now: now, masters: map[fixity.Digest][]byte{}, keys: map[string]archive.AccessionID{}, accounts: map[fixity.Digest]archive.Actor{}}
}

// Break makes every later call fail with err; nil mends it.
func (a *Archive) Break(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = err
}

// BreakStore makes masters unable to be stored; nil mends it.
func (a *Archive) BreakStore(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.storeDown = err
}

// lock locks and reports what Break said.
func (a *Archive) lock() (unlock func(), err error) {
	a.mu.Lock()
	if a.broken != nil {
		err = a.broken
		a.mu.Unlock()
		return func() {}, err
	}
	return a.mu.Unlock, nil
}

// Intake is the intake over this archive, spooling in dir.
func (a *Archive) Intake(dir string, maxBytes int64, l *slog.Logger) (*intake.Service, error) {
	return intake.New(intake.Deps{Masters: a, Records: a, Catalogue: intakeCatalogue{a}, SpoolDir: dir, MaxBytes: maxBytes, Now: a.now, Logger: l})
}

// Retrieve is the retrieving over this archive.
func (a *Archive) Retrieve() *retrieve.Service {
	return retrieve.New(retrieve.Deps{Catalogue: retrieveCatalogue{a}, Operations: operations{a}, Objects: objects{a}, Viewer: viewer{a}, Copies: a.copies(), Hasher: hasher{}})
}

// Account makes a token known.
func (a *Archive) Account(token string, actor archive.Actor) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accounts[fixity.Of([]byte(token))] = actor
}

// Revoke forgets a token.
func (a *Archive) Revoke(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.accounts, fixity.Of([]byte(token)))
}

// ByToken implements web.Accounts.
func (a *Archive) ByToken(_ context.Context, hash fixity.Digest) (archive.Actor, bool, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Actor{}, false, err
	}
	defer unlock()
	actor, ok := a.accounts[hash]
	return actor, ok, nil
}

// Masters counts what is kept.
func (a *Archive) Masters() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.masters)
}

// PutMaster implements intake.Masters.
func (a *Archive) PutMaster(_ context.Context, src io.ReadSeeker, size int64, want fixity.Digest, _ time.Time) (string, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", err
	}
	down := a.storeDown
	unlock() // reading may take long
	if down != nil {
		return "", down
	}
	if size > 64<<20 {
		d, _, err := fixity.OfReader(src) // a test of large uploads needs their digest, not their bytes
		if err == nil && d != want {
			err = fault.New(fault.FixityMismatch, "bytes differ")
		}
		if err != nil {
			return "", err
		}
		a.mu.Lock()
		a.masters[want] = nil
		a.mu.Unlock()
		return "v1", nil
	}
	b, err := io.ReadAll(src)
	if err != nil {
		return "", err
	}
	if fixity.Of(b) != want {
		return "", fault.New(fault.FixityMismatch, "bytes differ")
	}
	a.mu.Lock()
	a.masters[want] = b
	a.mu.Unlock()
	return "v1", nil
}

// PutRecord implements intake.Records.
func (a *Archive) PutRecord(_ context.Context, x archive.Accession, _ time.Time) (archive.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Accession{}, err
	}
	defer unlock()
	for _, o := range a.accessions {
		if o.ID == x.ID {
			return o.Accession.Accession, nil
		}
	}
	return x, nil
}

// tick is now, and never the same twice, so that lists have an order.
func (a *Archive) tick() time.Time {
	a.seq++
	return a.now().UTC().Truncate(time.Millisecond).Add(time.Duration(a.seq) * time.Microsecond)
}

func (a *Archive) accession(id archive.AccessionID) *accession {
	for _, x := range a.accessions {
		if x.ID == id {
			return x
		}
	}
	return nil
}

func (a *Archive) document(id archive.DocumentID) *document {
	for _, d := range a.documents {
		if d.ID == id {
			return d
		}
	}
	return nil
}
