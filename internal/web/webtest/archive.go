// Package webtest stands in for the archive behind the web door: catalogue, operations, objects, viewer, masters, records and
// accounts in memory. It keeps their promises as far as the door can see them, and can be told to fail.
//
// It is for tests, and for looking at the pages without servers (package webtest/serve).
package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/fold"
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
	return retrieve.New(retrieve.Deps{Catalogue: retrieveCatalogue{a}, Operations: operations{a}, Objects: objects{a}, Viewer: viewer{a}})
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

type intakeCatalogue struct{ *Archive }

func (a intakeCatalogue) FindAccession(_ context.Context, id archive.AccessionID) (archive.Accession, bool, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Accession{}, false, err
	}
	defer unlock()
	if x := a.accession(id); x != nil && x.State != archive.AccessionCancelled {
		return x.Accession.Accession, true, nil
	}
	return archive.Accession{}, false, nil
}

func (a intakeCatalogue) RepeatedAnswer(_ context.Context, k intake.IdempotencyKey) (archive.AccessionID, bool, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", false, err
	}
	defer unlock()
	id, ok := a.keys[k.Account+"\x00"+k.Key]
	return id, ok, nil
}

func (a intakeCatalogue) Accept(_ context.Context, in intake.Accepted) (archive.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return archive.Accession{}, err
	}
	defer unlock()
	if x := a.accession(in.Accession.ID); x != nil {
		return x.Accession.Accession, nil
	}
	a.seq++
	x := &accession{Accession: retrieve.Accession{Accession: in.Accession, Seq: a.seq, State: archive.AccessionReceived, Documents: []retrieve.DocumentState{}}}
	a.accessions = append(a.accessions, x)
	for _, b := range a.batches {
		if b.ID == x.Batch {
			b.Accessions++
		}
	}
	if in.Key.Key != "" {
		a.keys[in.Key.Account+"\x00"+in.Key.Key] = in.Accession.ID
	}
	return in.Accession, nil
}

func (a intakeCatalogue) OpenBatch(_ context.Context, unit, name, actor string, queue archive.Queue) (archive.BatchID, error) {
	unlock, err := a.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.Unit == unit && b.Name == name {
			if b.State == "closed" {
				return "", fault.New(fault.BatchClosed, "batch %s is closed", b.Name)
			}
			return b.ID, nil
		}
	}
	b := &retrieve.Batch{ID: archive.BatchID(archive.NewID(a.now())), Unit: unit, Name: name, State: "open", Queue: queue, CreatedBy: actor, CreatedAt: a.tick()}
	a.batches = append(a.batches, b)
	return b.ID, nil
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

type retrieveCatalogue struct{ *Archive }

func (a retrieveCatalogue) Batches(_ context.Context, unit string, before time.Time, limit int) ([]retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Batch
	for _, b := range slices.Backward(a.batches) {
		if (unit == "" || b.Unit == unit) && (before.IsZero() || b.CreatedAt.Before(before)) && len(out) < limit {
			out = append(out, *b)
		}
	}
	return out, nil
}

func (a retrieveCatalogue) Batch(_ context.Context, id archive.BatchID) (retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Batch{}, err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.ID == id {
			return *b, nil
		}
	}
	return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %s", id)
}

func (a retrieveCatalogue) BatchByName(_ context.Context, unit, name string) (retrieve.Batch, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Batch{}, err
	}
	defer unlock()
	for _, b := range slices.Backward(a.batches) {
		if b.Name == name && (unit == "" || b.Unit == unit) {
			return *b, nil
		}
	}
	return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %q", name)
}

func in(s retrieve.Scope, unit string, batch archive.BatchID) bool {
	return (s.Unit == "" || s.Unit == unit) && (s.Batch == "" || s.Batch == batch)
}

func (a retrieveCatalogue) Progress(_ context.Context, s retrieve.Scope) (retrieve.Progress, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Progress{}, err
	}
	defer unlock()
	p := retrieve.Progress{Accessions: map[archive.AccessionState]int{}, Documents: map[archive.Processing]int{}}
	for _, x := range a.accessions {
		if in(s, x.Unit, x.Batch) {
			p.Accessions[x.State]++
			if x.Trouble != nil && x.State != archive.AccessionRejected {
				p.AccessionStalled++
			}
		}
	}
	for _, d := range a.documents {
		if in(s, d.Unit, d.Batch) {
			p.Documents[d.Processing]++
			p.Pages += len(d.PageList)
			for _, pg := range d.PageList {
				if pg.Read {
					p.PagesRead++
				}
			}
			if d.stalled {
				p.DocumentStalled++
			}
		}
	}
	return p, nil
}

func (a retrieveCatalogue) Accessions(_ context.Context, s retrieve.Scope, state archive.AccessionState, after int64, limit int) ([]retrieve.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Accession
	for _, x := range a.accessions {
		if in(s, x.Unit, x.Batch) && (state == "" || x.State == state) && x.Seq > after && len(out) < limit {
			out = append(out, a.whole(x))
		}
	}
	return out, nil
}

func (a *Archive) whole(x *accession) retrieve.Accession {
	r := x.Accession
	r.Documents = []retrieve.DocumentState{}
	for _, id := range x.docs {
		d := a.document(id)
		r.Documents = append(r.Documents, retrieve.DocumentState{ID: id, Title: d.Title, Processing: d.Processing, Release: d.Release, Pages: len(d.PageList), Stalled: d.stalled})
	}
	return r
}

func (a retrieveCatalogue) Accession(_ context.Context, id archive.AccessionID) (retrieve.Accession, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Accession{}, err
	}
	defer unlock()
	if x := a.accession(id); x != nil {
		return a.whole(x), nil
	}
	return retrieve.Accession{}, fault.New(fault.AccessionUnknown, "there is no accession %s", id)
}

func (a retrieveCatalogue) Documents(_ context.Context, q retrieve.DocumentQuery) ([]retrieve.Document, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []retrieve.Document
	for _, d := range slices.Backward(a.documents) {
		if in(q.Scope, d.Unit, d.Batch) && (q.Processing == "" || d.Processing == q.Processing) && (!q.OnlyStalled || d.stalled) &&
			(q.Before == 0 || d.Seq < q.Before) && len(out) < q.Limit {
			out = append(out, d.Document)
		}
	}
	return out, nil
}

func (a retrieveCatalogue) Document(_ context.Context, id archive.DocumentID) (retrieve.View, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.View{}, err
	}
	defer unlock()
	d := a.document(id)
	if d == nil {
		return retrieve.View{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
	}
	v := d.View
	v.PageList = slices.Clone(d.PageList)
	v.Accessions = nil
	for _, x := range a.accessions {
		if slices.Contains(x.docs, id) {
			v.Accessions = append(v.Accessions, a.whole(x))
		}
	}
	return v, nil
}

func (a retrieveCatalogue) History(_ context.Context, id archive.DocumentID) ([]retrieve.Event, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return slices.Clone(a.document(id).history), nil
}

func (a retrieveCatalogue) Search(_ context.Context, q retrieve.Search) ([]retrieve.Hit, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	want := fold.ParseQuery(q.Text).Terms
	var out []retrieve.Hit
	for _, d := range slices.Backward(a.documents) {
		if len(out) >= q.Limit || (q.Before != 0 && d.Seq >= q.Before) || (q.Unit != "" && d.Unit != q.Unit) ||
			(q.IssuedFrom != "" && d.IssuedOn < q.IssuedFrom) || (q.IssuedTo != "" && d.IssuedOn > q.IssuedTo) || d.Processing != archive.Archived {
			continue
		}
		h := retrieve.Hit{Document: d.Document}
		for i, r := range d.results {
			text := strings.ReplaceAll(r.Text(), "\n", " ")
			if sn := snippet(text, want); sn != nil {
				h.MatchingPages++
				if h.Page == 0 {
					h.Page, h.Snippet = i+1, sn
				}
			}
		}
		if len(want) == 0 || h.Page > 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

// snippet cuts the words around the first match of every term; nil when a term is missing.
func snippet(text string, want []string) []retrieve.Snippet {
	if len(want) == 0 {
		return nil
	}
	plain := " " + fold.Plain(text) + " "
	for _, w := range want {
		if !strings.Contains(plain, " "+w+" ") {
			return nil
		}
	}
	var out []retrieve.Snippet
	first := -1
	words := strings.Fields(text)
	for i, w := range words {
		for _, t := range want {
			if slices.Contains(strings.Fields(t), fold.Plain(w)) && first < 0 {
				first = i
			}
		}
	}
	first = max(first, 0)
	for i := max(0, first-6); i < min(len(words), first+16); i++ {
		match := false
		for _, t := range want {
			match = match || slices.Contains(strings.Fields(t), fold.Plain(words[i]))
		}
		if n := len(out); n > 0 && out[n-1].Match == match {
			out[n-1].Text += " " + words[i]
		} else {
			if n > 0 {
				words[i] = " " + words[i]
			}
			out = append(out, retrieve.Snippet{Text: words[i], Match: match})
		}
	}
	return out
}

func (a retrieveCatalogue) NoteRead(_ context.Context, actor archive.Actor, id archive.DocumentID, what string) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	a.document(id).note(a.now(), actor.Account, "document_read", map[string]string{"part": what})
	return nil
}

func (d *document) note(at time.Time, actor, action string, detail map[string]string) {
	d.history = append(d.history, retrieve.Event{At: at.UTC(), Actor: actor, Action: action, Detail: detail})
}

func (a retrieveCatalogue) Queue(context.Context) (retrieve.Queue, error) {
	unlock, err := a.lock()
	if err != nil {
		return retrieve.Queue{}, err
	}
	defer unlock()
	q := retrieve.Queue{Paused: a.paused, PausedBy: a.pausedBy}
	open := 0
	for _, d := range a.documents {
		for _, p := range d.PageList {
			if !p.Read && d.Processing == archive.Recognising {
				open++
			}
		}
	}
	if open > 0 {
		q.Depths = []retrieve.QueueDepth{{Queue: archive.Backlog, Kind: archive.TaskRecognise, Open: open, Rung: min(open, 16), OldestSeconds: 94}}
	}
	return q, nil
}

type operations struct{ *Archive }

func (a operations) CancelDocument(_ context.Context, actor string, id archive.DocumentID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	d := a.document(id)
	if d.Processing == archive.Archived || d.Processing == archive.Cancelled {
		return fault.New(fault.StateConflict, "the document is archived or cancelled already")
	}
	d.Processing = archive.Cancelled
	d.note(a.now(), actor, "document_cancelled", nil)
	return nil
}

func (a operations) CancelAccession(_ context.Context, _ string, id archive.AccessionID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	x := a.accession(id)
	if x.State != archive.AccessionReceived && x.State != archive.AccessionInspecting {
		return fault.New(fault.StateConflict, "nothing of the accession is under way")
	}
	x.State = archive.AccessionCancelled
	return nil
}

func (a operations) CancelBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return a.each(id, func(x archive.AccessionID) error { return a.CancelAccession(ctx, actor, x) })
}

func (a operations) RetryDocument(_ context.Context, actor string, id archive.DocumentID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	d := a.document(id)
	if !d.stalled && d.Processing != archive.Cancelled {
		return fault.New(fault.StateConflict, "the document is neither stalled nor cancelled")
	}
	d.stalled, d.Trouble = false, nil
	d.note(a.now(), actor, "document_retried", nil)
	return nil
}

func (a operations) RetryAccession(_ context.Context, _ string, id archive.AccessionID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	x := a.accession(id)
	if x.State != archive.AccessionRejected && x.State != archive.AccessionCancelled {
		return fault.New(fault.StateConflict, "the accession is neither rejected nor cancelled")
	}
	x.State, x.Trouble = archive.AccessionReceived, nil
	return nil
}

func (a operations) RetryBatch(ctx context.Context, actor string, id archive.BatchID) (int, error) {
	return a.each(id, func(x archive.AccessionID) error { return a.RetryAccession(ctx, actor, x) })
}

func (a operations) each(id archive.BatchID, f func(archive.AccessionID) error) (int, error) {
	a.mu.Lock()
	var ids []archive.AccessionID
	for _, x := range a.accessions {
		if x.Batch == id {
			ids = append(ids, x.ID)
		}
	}
	a.mu.Unlock()
	n := 0
	for _, x := range ids {
		if err := f(x); err == nil {
			n++
		} else if fault.CodeOf(err) != fault.StateConflict {
			return n, err
		}
	}
	return n, nil
}

func (a operations) PauseQueue(_ context.Context, actor string, paused bool) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	a.paused, a.pausedBy = paused, actor
	return nil
}

func (a operations) CloseBatch(_ context.Context, _ string, id archive.BatchID) error {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer unlock()
	for _, b := range a.batches {
		if b.ID == id {
			t := a.now().UTC()
			b.State, b.ClosedAt = "closed", &t
			return nil
		}
	}
	return fault.New(fault.BatchUnknown, "there is no batch %s", id)
}

type objects struct{ *Archive }

type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

func (a objects) OpenMaster(_ context.Context, d fixity.Digest) (io.ReadSeekCloser, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	b, ok := a.masters[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return reader{bytes.NewReader(b)}, nil
}

func (a objects) OpenRendition(_ context.Context, key, _ string) (io.ReadSeekCloser, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		if d.Rendition != nil && d.Rendition.Key == key {
			return reader{bytes.NewReader(d.pdf)}, nil
		}
	}
	return nil, fs.ErrNotExist
}

func (a objects) GetResult(_ context.Context, key string) ([]byte, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		for i, p := range d.PageList {
			if p.ResultKey == key {
				return json.Marshal(d.results[i])
			}
		}
	}
	return nil, fmt.Errorf("result %s: %w", key, fs.ErrNotExist)
}

type viewer struct{ *Archive }

func (a viewer) View(_ context.Context, ref archive.PageRef, _ page.Turn, maxPixels int) ([]byte, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		for i, p := range d.PageList {
			if p.Master == ref.Master && p.Page == ref.Page {
				return picture(d.results[i], maxPixels)
			}
		}
	}
	return nil, fs.ErrNotExist
}
