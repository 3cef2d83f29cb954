package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/web"
)

// event is one server-sent event.
type event struct{ id, name, data string }

// stream reads a batch's events; next gives one at a time, ok false at the end. Comments count as events named ":".
type stream struct {
	t    *testing.T
	resp *http.Response
	in   *bufio.Scanner
}

func (d *door) follow(ctx context.Context, token string, id archive.BatchID, last string) *stream {
	d.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/api/v1/batches/"+string(id)+"/events", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { resp.Body.Close() })
	if ct := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || ct != "text/event-stream" {
		d.t.Fatalf("events: %d %s", resp.StatusCode, ct)
	}
	return &stream{d.t, resp, bufio.NewScanner(resp.Body)}
}

func (s *stream) next() (event, bool) {
	s.t.Helper()
	var e event
	for s.in.Scan() {
		line := s.in.Text()
		key, val, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && e != (event{}):
			return e, true
		case strings.HasPrefix(line, ":"):
			e.name = ":"
		case key == "id":
			e.id = val
		case key == "event":
			e.name = val
		case key == "data":
			e.data = val
		}
	}
	return event{}, false
}

// until reads to the first event that is wanted.
func (s *stream) until(want func(event) bool) event {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			s.t.Fatal("the stream ended before what was waited for")
		}
		if want(e) {
			return e
		}
	}
}

func state(name, id string, state archive.AccessionState) func(event) bool {
	return func(e event) bool {
		var a struct {
			ID    string                 `json:"id"`
			State archive.AccessionState `json:"state"`
		}
		return e.name == name && json.Unmarshal([]byte(e.data), &a) == nil && a.ID == id && a.State == state
	}
}

func TestABatchIsSeenAsItHappens(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô 1")
	s := d.follow(t.Context(), clerkToken, rec.Accession.Batch, "")
	id := string(rec.Accession.ID)
	s.until(state("accession", id, archive.AccessionReceived))
	doc := d.archive.Split(rec.Accession.ID, paper())
	s.until(state("accession", id, archive.AccessionSplit))
	s.until(func(e event) bool { return e.name == ":" }) // nothing happens, and the stream says that it lives
	d.archive.Archive(doc, paper())
	e := s.until(func(e event) bool { return e.name == "done" })
	if p := decode[web.ProgressState](t, []byte(e.data)); !p.Done || p.Documents[archive.Archived] != 1 || p.PagesRead != 2 {
		t.Errorf("done with %s", e.data)
	}
	if _, ok := s.next(); ok {
		t.Error("the stream goes on after done")
	}
}

func TestAFollowerThatWasAwayGetsWhatChangedSince(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô 1").Accession
	b := d.hand(clerkToken, "b.pdf", "%PDF-1.7 b", "batch", "Lô 1").Accession
	stay := d.follow(t.Context(), clerkToken, a.Batch, "") // keeps the watch, as a second follower would
	ctx, leave := context.WithCancel(t.Context())
	first := d.follow(ctx, clerkToken, a.Batch, "")
	last := first.until(func(e event) bool { return e.name == "progress" })
	leave()
	d.archive.Reject(b.ID, fault.FileEncrypted, "locked")
	stay.until(state("accession", string(b.ID), archive.AccessionRejected))
	again := d.follow(t.Context(), clerkToken, a.Batch, last.id)
	e := again.until(func(e event) bool { return e.name == "accession" })
	if !state("accession", string(b.ID), archive.AccessionRejected)(e) {
		t.Errorf("first event after coming back: %+v; want the rejection only", e)
	}
	// An id of another run of the server starts from nothing.
	fresh := d.follow(t.Context(), clerkToken, a.Batch, "elsewhere.99")
	seen := map[string]bool{}
	fresh.until(func(e event) bool {
		if e.name == "accession" {
			seen[decode[struct{ ID string }](t, []byte(e.data)).ID] = true
		}
		return e.name == "progress"
	})
	if len(seen) != 2 {
		t.Errorf("a stranger's id got %d accessions, want both", len(seen))
	}
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô 1").Accession
	s := d.follow(t.Context(), clerkToken, a.Batch, "")
	s.until(func(e event) bool { return e.name == "progress" })
	d.web.Close()
	for {
		if _, ok := s.next(); !ok {
			break
		}
	}
	if resp, b := d.get("/api/v1/batches/"+string(a.Batch)+"/events", clerkToken); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a stream after the stop: %d %s", resp.StatusCode, b)
	}
}
