package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"sohoa/internal/client"
)

// Agent watches one folder. Run it once.
type Agent struct {
	s      Settings
	log    func(format string, args ...any)
	box    *box
	ledger *ledger // nil unless files are kept
	places *client.Places
	lock   *flock.Flock

	mu          sync.Mutex
	client      *client.Client
	unit        string // the account's, once the server has told
	seen        map[string]sighting
	entries     []*entry // oldest first: waiting, and sent ones that are looked after
	busy        map[string]bool
	notBefore   map[string]retry // waiting for their own reason
	sending     map[string]*Progress
	failures    int // in a row, of the server
	pausedUntil time.Time
	snap        Snapshot
	changed     chan struct{} // closed and made anew at each change
	look        chan struct{} // asks for a look at the folder
}

// retry is when an entry is tried again that waits for a reason of its own.
type retry struct {
	at    time.Time
	tries int
}

// New opens the folder's queue and takes up what an earlier run left. log gets one line a thing worth telling; it may be nil.
func New(s Settings, log func(format string, args ...any)) (*Agent, error) {
	s, err := s.checked()
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = func(string, ...any) {}
	}
	b, err := openBox(s.Dir)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		s: s, log: log, box: b, unit: s.Unit, seen: map[string]sighting{}, busy: map[string]bool{}, notBefore: map[string]retry{},
		sending: map[string]*Progress{}, changed: make(chan struct{}), look: make(chan struct{}, 1),
	}
	a.lock = flock.New(b.own("lock"))
	switch held, err := a.lock.TryLock(); {
	case err != nil:
		log("the folder cannot be locked (%v); see that only one agent watches it", err) // some network shares know no locks
	case !held:
		return nil, fmt.Errorf("another agent watches %s already", s.Dir)
	}
	if err := a.open(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *Agent) open() error {
	var err error
	if a.client, err = a.s.Connect(); err != nil {
		return err
	}
	if a.places, err = client.OpenPlaces(a.box.own("uploads"), a.s.Now()); err != nil {
		return err
	}
	var problems []string
	if a.entries, problems, err = a.box.load(); err != nil {
		return fmt.Errorf("read the queue: %w", err)
	}
	for _, p := range problems {
		a.log("%s", p)
	}
	if a.s.Keep {
		if a.ledger, err = openLedger(a.box.own("kept.jsonl")); err != nil {
			return err
		}
	}
	a.snap = Snapshot{Dir: a.s.Dir, Server: a.client.Base(), Since: a.s.Now(), Unit: a.s.Unit, Rejected: a.countRejected()}
	return a.finishRejected()
}

// Close gives the folder back.
func (a *Agent) Close() {
	a.ledger.close()
	_ = a.lock.Unlock()
}

// Run watches until ctx ends. What is being sent then goes on with the next run.
func (a *Agent) Run(ctx context.Context) error {
	defer a.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.watchFolder(ctx) })
	for range a.s.Jobs {
		g.Go(func() error { return a.send(ctx) })
	}
	g.Go(func() error { return a.follow(ctx) })
	err := g.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Changed is closed when anything changes after the call.
func (a *Agent) Changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// change tells everybody who waits; the caller holds the lock.
func (a *Agent) change() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// SendNow ends every pause.
func (a *Agent) SendNow() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pausedUntil = time.Time{}
	clear(a.notBefore)
	a.change()
	select {
	case a.look <- struct{}{}:
	default:
	}
}

// watchFolder looks at the folder when something happens in it, when a file is being written, and every so often.
func (a *Agent) watchFolder(ctx context.Context) error {
	events, err := newEvents(a.s.Dir)
	if err != nil {
		a.log("the system does not tell of changes (%v); the folder is read every %s", err, a.s.Rescan)
	} else {
		defer events.Close()
	}
	for {
		if err := a.lookOnce(events); err != nil {
			a.trouble(fmt.Sprintf("the folder cannot be read: %v", err))
		}
		pause := a.s.Rescan
		a.mu.Lock()
		if len(a.seen) > 0 {
			pause = min(pause, a.s.Quiet/2+10*time.Millisecond)
		}
		a.mu.Unlock()
		t := time.NewTimer(pause)
		var happened <-chan fsnotify.Event
		var failed <-chan error
		if events != nil {
			happened, failed = events.Events, events.Errors
		}
	wait:
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		case <-a.look:
		case e := <-happened:
			rel, err := filepath.Rel(a.s.Dir, e.Name)
			if err != nil || strings.HasPrefix(rel, ownFolder) || e.Op == fsnotify.Chmod {
				goto wait
			}
			settle(ctx, happened) // a scan comes with a burst of events
		case err := <-failed: // events were dropped, and the next look sees it all
			a.log("events of the folder were lost (%v)", err)
		}
		t.Stop()
	}
}

// settle swallows the rest of a burst, for a moment.
func settle(ctx context.Context, happened <-chan fsnotify.Event) {
	end := time.After(100 * time.Millisecond)
	for {
		select {
		case <-ctx.Done():
			return
		case <-end:
			return
		case <-happened:
		}
	}
}

func newEvents(dir string) (*fsnotify.Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := w.Add(dir); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// lookOnce reads the folder, and takes what is ripe.
func (a *Agent) lookOnce(events *fsnotify.Watcher) error {
	now := a.s.Now()
	there := map[string]bool{}
	queued := a.queued()
	err := filepath.WalkDir(a.s.Dir, func(full string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(a.s.Dir, full)
		if relErr != nil {
			return relErr
		}
		rel = filepath.ToSlash(rel)
		switch {
		case err != nil && (rel == "." || !errors.Is(err, fs.ErrNotExist)):
			return err
		case err != nil:
			return nil // gone between reading its folder and now
		case rel == ".":
			return nil
		case ignored(rel):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			if events != nil {
				_ = events.Add(full) // what it does not tell of, the next look sees
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		st, err := d.Info()
		if err != nil {
			return nil
		}
		there[rel] = true
		return a.sighted(full, rel, st, queued[rel], now)
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	for rel := range a.seen {
		if !there[rel] {
			delete(a.seen, rel)
			a.change()
		}
	}
	if a.ledger != nil && err == nil && len(a.ledger.done) > 2*len(there)+1000 {
		return a.ledger.rewrite(func(rel string) bool { return there[rel] })
	}
	return err
}

// sighted compares a file with how it looked before, and takes it once it is ripe.
func (a *Agent) sighted(full, rel string, st os.FileInfo, queued sighting, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := sighting{size: st.Size(), mod: st.ModTime(), since: now}
	if a.ledger != nil && (a.ledger.has(rel, g) || queued.size == g.size && queued.mod.Equal(g.mod)) {
		delete(a.seen, rel)
		return nil
	}
	if old, ok := a.seen[rel]; !ok || old.size != g.size || !old.mod.Equal(g.mod) {
		a.seen[rel] = g
		a.change()
		return nil
	}
	g = a.seen[rel]
	if !a.s.ripe(full, g, now) {
		return nil
	}
	e, ok, err := a.box.take(rel, g, a.s.batchOf(rel, now), a.s.Keep, now)
	if err != nil {
		return fmt.Errorf("take %s: %w", rel, err)
	}
	delete(a.seen, rel)
	if ok {
		a.entries = append(a.entries, e)
		a.change()
	}
	return nil
}

// queued tells which kept files are under way, and how they looked.
func (a *Agent) queued() map[string]sighting {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ledger == nil {
		return nil
	}
	out := make(map[string]sighting, len(a.entries))
	for _, e := range a.entries {
		if e.Stage == waiting {
			out[e.Rel] = sighting{size: e.Size, mod: e.Mod}
		}
	}
	return out
}
