package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"time"

	"sohoa/internal/client"
	"sohoa/internal/fault"
)

// send hands files in, one after another, until ctx ends.
func (a *Agent) send(ctx context.Context) error {
	for {
		changed := a.Changed()
		e, wait := a.next()
		if e == nil {
			t := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				t.Stop()
				return ctx.Err()
			case <-changed:
			case <-t.C:
			}
			t.Stop()
			continue
		}
		if err := a.one(ctx, e); err != nil {
			// The queue's own disk does not do as it is told. The file stays where it is.
			a.trouble(fmt.Sprintf("%s: %v", e.Rel, err))
			a.later(e)
		}
		a.release(e)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// idle is the longest sleep of a sender that has nothing to do.
const idle = time.Minute

// next takes the oldest file that may be sent now, or tells how long to wait at most.
func (a *Agent) next() (*entry, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, wait := a.s.Now(), idle
	if a.pausedUntil.After(now) {
		return nil, min(wait, a.pausedUntil.Sub(now))
	}
	if a.failures > 0 && len(a.busy) > 0 {
		return nil, wait // one file tries whether the server is back
	}
	for _, e := range a.entries {
		if e.Stage != waiting || a.busy[e.ID] {
			continue
		}
		if r := a.notBefore[e.ID]; r.at.After(now) {
			wait = min(wait, r.at.Sub(now))
			continue
		}
		a.busy[e.ID] = true
		a.sending[e.ID] = &Progress{Name: e.Rel, Bytes: e.Size}
		a.change()
		return e, 0
	}
	return nil, wait
}

func (a *Agent) release(e *entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.busy, e.ID)
	delete(a.sending, e.ID)
	a.change()
}

// one hands one file in and does with it what the answer says.
func (a *Agent) one(ctx context.Context, e *entry) error {
	if e.Kept {
		if same, err := a.sameFile(e); err != nil || !same {
			return err
		}
	}
	cl, unit, err := a.connected(ctx)
	if err != nil {
		a.failed(ctx, fault.CodeOf(err), message(err))
		return nil
	}
	o := cl.HandIn(ctx, client.Paper{
		Path: a.box.scan(e), Name: sentName(e.Rel), Unit: unit, Batch: e.Batch, Places: a.places, Tries: 1,
		Progress: func(behind, _ int64) { a.progress(e, behind) },
	})
	switch {
	case o.InCustody():
		a.worked()
		next := *e
		next.Accession, next.Stage = o.Accession, sent
		return a.leave(e, &next)
	case ctx.Err() != nil:
		return nil
	case o.Local:
		return errors.New(o.Detail)
	case ofTheFile(o.Code):
		a.worked()
		return a.reject(e, o.Code, o.Detail)
	case o.Code == fault.BatchClosed, o.Code == fault.FixityMismatch, o.Code == fault.RequestMalformed, o.Code == fault.AccessionConflict:
		a.worked()
		a.trouble(fmt.Sprintf("%s: %s", e.Rel, o.Detail))
		a.later(e)
		return nil
	}
	a.failed(ctx, o.Code, o.Detail)
	return nil
}

// ofTheFile are the faults that sending the same bytes again cannot mend. A token that has run out, a closed batch or a server that is
// down are mended without touching the file, so it waits.
func ofTheFile(c fault.Code) bool {
	switch c {
	case fault.FileTooLarge, fault.FileEmpty, fault.FileUnsupported, fault.FileUnreadable, fault.FileEncrypted, fault.FileNoPages,
		fault.FileTooManyPages, fault.PageTooLarge, fault.ArchiveUnsafe, fault.FileInfected:
		return true
	default:
		return false
	}
}

// sameFile reports whether a kept file is the one that was written down; another one is found by itself.
func (a *Agent) sameFile(e *entry) (bool, error) {
	st, err := os.Stat(a.box.scan(e))
	if err == nil && st.Size() == e.Size && st.ModTime().Equal(e.Mod) {
		return true, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return false, a.remove(e)
}

// connected is a client that the server knows, and the unit that files go to.
func (a *Agent) connected(ctx context.Context) (*client.Client, string, error) {
	a.mu.Lock()
	cl, unit, known := a.client, a.unit, a.snap.Account != ""
	a.mu.Unlock()
	if known {
		return cl, unit, nil
	}
	me, err := cl.Me(ctx)
	if err != nil {
		return nil, "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unit == "" {
		a.unit = me.UploadUnit
	}
	a.snap.Account, a.snap.Unit = me.Account, a.unit
	return cl, a.unit, nil
}

func message(err error) string {
	if d := fault.DetailOf(err); d != "" {
		return d
	}
	return err.Error()
}

func (a *Agent) progress(e *entry, behind int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.sending[e.ID]; p != nil {
		p.Done = behind
	}
}

// worked notes that the server answers.
func (a *Agent) worked() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures, a.pausedUntil = 0, time.Time{}
	a.snap.Online, a.snap.LastError = true, ""
}

// failed pauses everything, longer each time, never two agents in step.
func (a *Agent) failed(ctx context.Context, code fault.Code, detail string) {
	if ctx.Err() != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if code == fault.Unauthenticated { // the token file may have been replaced
		if cl, err := a.s.Connect(); err == nil {
			a.client = cl
		}
		a.snap.Account = ""
	}
	pause := pauseAfter(a.failures, a.s.MaxPause, rand.Float64()) //nolint:gosec // jitter needs no secret
	a.failures++
	a.pausedUntil = a.s.Now().Add(pause)
	a.snap.Online = false
	if detail != a.snap.LastError {
		a.log("%s", detail)
	}
	a.snap.LastError, a.snap.LastErrorAt = detail, a.s.Now()
	a.change()
}

// pauseAfter is the wait after n failures before: from a second on, twice as long each time, up to longest, of which jitter in [0,1)
// takes up to half.
func pauseAfter(n int, longest time.Duration, jitter float64) time.Duration {
	d := min(time.Second<<min(n, 20), longest)
	return d - time.Duration(float64(d)/2*jitter)
}

// later puts one file off without holding up the others.
func (a *Agent) later(e *entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.notBefore[e.ID]
	r.at = a.s.Now().Add(pauseAfter(r.tries+3, a.s.MaxPause, rand.Float64())) //nolint:gosec // jitter needs no secret
	r.tries++
	a.notBefore[e.ID] = r
}

// trouble shows an error that is not the server's.
func (a *Agent) trouble(detail string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if detail != a.snap.LastError {
		a.log("%s", detail)
	}
	a.snap.LastError, a.snap.LastErrorAt = detail, a.s.Now()
	a.change()
}

// leave writes down that a file is in custody, and moves it to its place.
func (a *Agent) leave(e, next *entry) error {
	if err := a.box.settle(next, path.Join(sentFolder, e.Found.Local().Format(time.DateOnly)), ""); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	*e = *next
	if a.ledger != nil {
		if err := a.ledger.add(e); err != nil {
			return err
		}
	}
	delete(a.notBefore, e.ID)
	a.snap.Sent++
	a.happened(e, sent)
	a.log("in custody: %s", e.Rel)
	a.change()
	return nil
}

// remove drops an entry that is done with.
func (a *Agent) remove(e *entry) error {
	if err := a.box.drop(e); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = slices.DeleteFunc(a.entries, func(x *entry) bool { return x == e })
	delete(a.notBefore, e.ID)
	a.change()
	return nil
}
