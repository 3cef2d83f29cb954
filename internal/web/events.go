package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/retrieve"
)

// A batch's events are what differs between two looks at it. One watcher looks, however many people follow, and only while
// somebody does. Each accession remembers the number of its last change, so a client that was away gets everything that changed
// since then once, in its latest form, and never a gap.

// streamFor ends a stream so that the client comes back and is asked again who it is.
const streamFor = 15 * time.Minute

// change is one event: an accession as it is now.
type change struct {
	seq  int64
	data []byte
}

// snapshot is what is known of a batch after a look.
type snapshot struct {
	seq      int64 // number of the last change
	progress []byte
	done     bool
}

// watch looks at one batch for its followers.
type watch struct {
	epoch string // changes when numbers start again
	stop  context.CancelFunc

	mu        sync.Mutex
	followers int
	snap      snapshot
	looked    bool
	rows      map[archive.AccessionID]change
	digests   map[archive.AccessionID]fixity.Digest
	more      chan struct{} // closed at every change
}

type hub struct {
	retrieve *retrieve.Service
	logger   *slog.Logger
	every    time.Duration

	mu      sync.Mutex
	ended   bool
	watches map[archive.BatchID]*watch
	running sync.WaitGroup
}

func newHub(r *retrieve.Service, l *slog.Logger, every time.Duration) *hub {
	return &hub{retrieve: r, logger: l, every: every, watches: map[archive.BatchID]*watch{}}
}

// follow joins the watch of a batch; call leave when done.
func (h *hub) follow(ctx context.Context, id archive.BatchID) (w *watch, leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return nil, nil, false
	}
	w = h.watches[id]
	if w == nil {
		ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // it may outlive the follower that came first
		w = &watch{
			epoch: rand.Text()[:8], stop: stop, more: make(chan struct{}),
			rows: map[archive.AccessionID]change{}, digests: map[archive.AccessionID]fixity.Digest{},
		}
		h.watches[id] = w
		h.running.Go(func() { h.run(ctx, w, id) })
	}
	w.followers++
	return w, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if w.followers--; w.followers == 0 {
			w.stop()
			delete(h.watches, id)
		}
	}, true
}

func (h *hub) close() {
	h.mu.Lock()
	h.ended = true
	for _, w := range h.watches {
		w.stop()
	}
	h.mu.Unlock()
	h.running.Wait()
}

// watcher may read everything; each follower was asked before who it is, and a batch lies in one unit.
func watcher() archive.Actor { return archive.Actor{Account: "watcher", Role: archive.Auditor} }

// rowsEvery is how often rows are read although the counts of the batch stand still: a title may have come.
const rowsEvery = 10

func (h *hub) run(ctx context.Context, w *watch, id archive.BatchID) {
	t := time.NewTimer(0)
	defer t.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		began := time.Now()
		err := h.look(ctx, w, id, n%rowsEvery == 0)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			h.logger.WarnContext(ctx, "look at batch", "batch", id, "error", err)
		}
		t.Reset(max(h.every, 10*time.Since(began))) // however large the batch, looking takes a tenth of the catalogue's time at most
	}
}

// look compares the batch with what was there before. Rows are read when a count has changed, or when asked for. Counts come first
// and rows after: a change in between shows in the next look.
func (h *hub) look(ctx context.Context, w *watch, id archive.BatchID, rows bool) error {
	p, err := h.retrieve.Progress(ctx, watcher(), id)
	if err != nil {
		return err
	}
	progress, err := json.Marshal(ProgressState{p, p.Done()})
	if err != nil {
		return err
	}
	if !rows && string(progress) == string(w.snap.progress) { // only this goroutine writes snap
		return nil
	}
	changed := map[archive.AccessionID][]byte{}
	digests := map[archive.AccessionID]fixity.Digest{}
	total := 0
	for after := int64(0); ; {
		rows, err := h.retrieve.Accessions(ctx, watcher(), id, "", after, maxListLimit)
		if err != nil {
			return err
		}
		for _, a := range rows {
			b, err := json.Marshal(a)
			if err != nil {
				return err
			}
			if d := fixity.Of(b); w.digests[a.ID] != d { // only this goroutine writes digests
				changed[a.ID], digests[a.ID] = b, d
			}
			after = a.Seq
		}
		total += len(rows)
		if len(rows) < maxListLimit {
			break
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.looked && len(changed) == 0 && string(progress) == string(w.snap.progress) {
		return nil
	}
	for aid, b := range changed {
		w.snap.seq++
		w.rows[aid] = change{w.snap.seq, b}
		w.digests[aid] = digests[aid]
	}
	w.snap.seq++
	w.snap = snapshot{seq: w.snap.seq, progress: progress, done: p.Done() && total > 0}
	w.looked = true
	close(w.more)
	w.more = make(chan struct{})
	return nil
}

// since gives what changed after a number, oldest first, with what the batch is at now, and a channel that closes at the next change.
func (w *watch) since(seq int64) (changes []change, snap snapshot, looked bool, more <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.rows {
		if c.seq > seq {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.seq, b.seq) })
	return changes, w.snap, w.looked, w.more
}

// batchEvents streams a batch's events as they happen (text/event-stream).
func (s *Server) batchEvents(w http.ResponseWriter, r *http.Request) {
	id := archive.BatchID(r.PathValue("id"))
	if _, err := s.d.Retrieve.Batch(r.Context(), actorOf(r.Context()), id); err != nil {
		s.refuse(w, r, err)
		return
	}
	watch, leave, ok := s.events.follow(r.Context(), id)
	if !ok {
		s.refuse(w, r, fault.New(fault.QueueUnavailable, "the server is stopping; try again"))
		return
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	out := &eventWriter{w: w, ctl: http.NewResponseController(w), epoch: watch.epoch}
	if !out.send("retry: 3000\n\n") {
		return
	}
	seen := resumeAt(r.Header.Get("Last-Event-ID"), watch.epoch)
	end := time.NewTimer(streamFor)
	defer end.Stop()
	beat := time.NewTicker(s.d.HeartbeatEvery)
	defer beat.Stop()
	for {
		changes, snap, looked, more := watch.since(seen)
		if looked {
			for _, c := range changes {
				if !out.event(c.seq, "accession", c.data) {
					return
				}
			}
			if snap.seq > seen && !out.event(snap.seq, "progress", snap.progress) {
				return
			}
			seen = max(seen, snap.seq)
			if snap.done {
				out.event(snap.seq, "done", snap.progress)
				return
			}
		}
		select {
		case <-more:
		case <-beat.C:
			if !out.send(": still here\n\n") {
				return
			}
		case <-end.C:
			return
		case <-s.closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// resumeAt reads a Last-Event-ID; what is not of this epoch starts from nothing.
func resumeAt(v, epoch string) int64 {
	digits, ok := strings.CutPrefix(v, epoch+".")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

type eventWriter struct {
	w     http.ResponseWriter
	ctl   *http.ResponseController
	epoch string
}

// event writes one event; data is JSON and so has no line break.
func (e *eventWriter) event(seq int64, name string, data []byte) bool {
	return e.send(fmt.Sprintf("id: %s.%d\nevent: %s\ndata: %s\n\n", e.epoch, seq, name, data))
}

func (e *eventWriter) send(s string) bool {
	_ = e.ctl.SetWriteDeadline(time.Now().Add(30 * time.Second)) // a peer that reads nothing must not hold us
	if _, err := e.w.Write([]byte(s)); err != nil {
		return false
	}
	return e.ctl.Flush() == nil
}
