package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

// desk is a server over an archive in memory that papers are handed in to.
type desk struct {
	archive   *webtest.Archive
	url       string
	announced atomic.Int32           // resumable uploads begun
	onPatch   atomic.Pointer[func()] // called once some of a PATCH is read
	patched   atomic.Int64           // bytes of PATCH requests read
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{archive: webtest.New(time.Now)}
	d.archive.Account("token", archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "P1"})
	l := slog.New(slog.DiscardHandler)
	in, err := d.archive.Intake(t.TempDir(), 1<<30, l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Deps{Intake: in, Retrieve: d.archive.Retrieve(), Accounts: d.archive, Logger: l, SpoolDir: t.TempDir(), MaxBytes: 1 << 30, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/uploads"):
			d.announced.Add(1)
		case r.Method == http.MethodPatch:
			r.Body = &watched{r.Body, d}
		}
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	d.url = s.URL
	return d
}

// watched counts what arrives, and says when half a piece has.
type watched struct {
	io.ReadCloser
	d *desk
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if w.d.patched.Add(int64(n)) > 16<<20 {
		if f := w.d.onPatch.Swap(nil); f != nil {
			(*f)()
		}
	}
	return n, err
}

func (d *desk) ingest(ctx context.Context, t *testing.T, args ...string) (code int, outcomes []client.Outcome, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(ctx, append([]string{"ingest", "--server", d.url, "--token", "token", "--json"}, args...), &out, &errs)
	for dec := json.NewDecoder(&out); ; {
		var o client.Outcome
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return code, outcomes, errs.String()
		}
		if err != nil {
			t.Fatalf("output %s: %v", out.String(), err)
		}
		outcomes = append(outcomes, o)
	}
}

func TestAnInterruptedIngestGoesOnWhereItStopped(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	d := newDesk(t)
	dir := t.TempDir()
	large := bytes.Repeat([]byte("%PDF bản vẽ\n"), 3<<20)
	for name, b := range map[string][]byte{"nhỏ.pdf": []byte("%PDF small"), "lớn.pdf": large, ".ẩn.pdf": []byte("hidden")} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	cut := func() { stop() }
	d.onPatch.Store(&cut)
	if code, _, stderr := d.ingest(ctx, t, dir); code != exitStalled || !strings.Contains(stderr, "run the same command again") {
		t.Fatalf("interrupted: exit %d, %s", code, stderr)
	}
	before := d.patched.Load()
	// The run has no name for its batch; it is the interrupted one's all the same.
	code, got, stderr := d.ingest(t.Context(), t, dir)
	if code != exitDone || len(got) != 2 {
		t.Fatalf("again: exit %d, %+v, %s", code, got, stderr)
	}
	for _, o := range got {
		want := "existing"
		if filepath.Base(o.Path) == "lớn.pdf" {
			want = "accepted"
		}
		if o.Verdict != want || !archive.ValidID(string(o.Accession)) {
			t.Errorf("%s: %+v, want %s", filepath.Base(o.Path), o, want)
		}
	}
	if more := d.patched.Load() - before; d.announced.Load() != 1 || more >= int64(len(large))-8<<20 {
		t.Errorf("%d uploads begun; %d MiB arrived before, %d after", d.announced.Load(), before>>20, more>>20)
	}
	if !strings.Contains(stderr, "going on in its batch") {
		t.Errorf("nothing is said about the batch: %s", stderr)
	}
	if left, _ := filepath.Glob(filepath.Join(state, "sohoa", "uploads", "*")); len(left) != 0 {
		t.Errorf("after success there is still %v", left)
	}
	if code, got, _ := d.ingest(t.Context(), t, dir); code != exitDone || len(got) != 2 || got[0].Verdict != "existing" || got[1].Verdict != "existing" {
		t.Errorf("a third time: exit %d, %+v", code, got)
	}
	if d.archive.Masters() != 2 {
		t.Errorf("%d masters are kept, want 2", d.archive.Masters())
	}
}

func TestWithoutAFolderForItLargeFilesAreSentAllTheSame(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	d := newDesk(t)
	path := filepath.Join(t.TempDir(), "lớn.pdf")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), client.ResumableFrom), 0o600); err != nil {
		t.Fatal(err)
	}
	code, got, stderr := d.ingest(t.Context(), t, path)
	if code != exitDone || len(got) != 1 || got[0].Verdict != "accepted" || d.announced.Load() != 1 || !strings.Contains(stderr, "not in a later run") {
		t.Errorf("exit %d, %+v, %d begun: %s", code, got, d.announced.Load(), stderr)
	}
}

func TestTheBarCountsWhatIsBehindAndWhatIsSent(t *testing.T) {
	t.Parallel()
	b := newFileBar(io.Discard, true, 2, 30<<20)
	one, two := b.track(), b.track()
	one.progress(0, 0)
	one.progress(10<<20, 10<<20)
	one.progress(4<<20, 0) // the line broke; six did not arrive
	one.progress(10<<20, 6<<20)
	two.progress(15<<20, 0) // lay there from an earlier run
	if got, want := b.line(4*time.Second), "█████████████████████████░░░░░ 0/2 files, 25.0 of 30.0 MiB, 4.0 MiB/s, 1s left"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	one.done(10 << 20)
	two.done(20 << 20)
	if got, want := b.line(8*time.Second), "██████████████████████████████ 2/2 files, 30.0 of 30.0 MiB, 2.0 MiB/s, 0s left"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
