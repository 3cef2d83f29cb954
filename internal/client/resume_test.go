package client_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

const mib = 1 << 20

// stand is a real server over an archive in memory, behind a line that can be cut.
type stand struct {
	archive  *webtest.Archive
	spool    string
	proxy    *toxiproxy.Proxy
	announce atomic.Int32 // uploads begun
	dead     atomic.Bool  // no byte of a PATCH is read any more
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{archive: webtest.New(time.Now), spool: t.TempDir()}
	s.archive.Account("token", archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "P1"})
	l := slog.New(slog.DiscardHandler)
	in, err := s.archive.Intake(t.TempDir(), 1<<30, l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Deps{Intake: in, Retrieve: s.archive.Retrieve(), Accounts: s.archive, Logger: l, SpoolDir: s.spool, MaxBytes: 1 << 30, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	over := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/uploads") {
			s.announce.Add(1)
		}
		if r.Method == http.MethodPatch && s.dead.Load() {
			<-over
			return
		}
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(over) })
	s.proxy = toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "web", "127.0.0.1:0", srv.Listener.Addr().String())
	if err := s.proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.proxy.Stop)
	return s
}

func (s *stand) toxic(t *testing.T, toxic string) {
	t.Helper()
	if _, err := s.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

func (s *stand) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New("http://"+s.proxy.Listen, "token")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func places(t *testing.T, dir string) *client.Places {
	t.Helper()
	p, err := client.OpenPlaces(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// file is a large file nobody sent before, and what was told of its way.
type file struct {
	client.Upload
	mu           sync.Mutex
	sent, behind int64
	on           func(behind int64) // told as well
}

func newFile(t *testing.T, size int) *file {
	t.Helper()
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b) // never fails
	path := filepath.Join(t.TempDir(), "bản vẽ.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f := &file{}
	f.Upload = client.Upload{
		Name: "bản vẽ.pdf", Dossier: "H1", Batch: "Lô 7", Queue: archive.Backlog, SHA256: fixity.Of(b), SizeBytes: int64(size),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
		Progress: func(behind, sent int64) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.behind, f.sent = behind, f.sent+sent
			if f.on != nil {
				f.on(behind)
			}
		},
	}
	return f
}

func (f *file) told() (sent, behind int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent, f.behind
}

func (s *stand) wantInCustody(t *testing.T, r client.Received, f *file) {
	t.Helper()
	if r.Existing || r.Accession.Master != f.SHA256 || r.Accession.SizeBytes != f.SizeBytes || r.Accession.Dossier != f.Dossier {
		t.Errorf("received %+v, want the file as sent", r)
	}
	if s.archive.Masters() != 1 {
		t.Errorf("%d masters are kept, want 1", s.archive.Masters())
	}
	if _, behind := f.told(); behind != f.SizeBytes {
		t.Errorf("at the end %d of %d bytes are behind", behind, f.SizeBytes)
	}
}

func TestALargeFileGoesOnAfterEachCutOfTheLine(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.toxic(t, `{"name":"cut","type":"limit_data","stream":"upstream","attributes":{"bytes":9437184}}`)
	f := newFile(t, 20*mib)
	r, err := s.client(t).AcceptResumable(t.Context(), f.Upload, places(t, t.TempDir()), 3)
	if err != nil {
		t.Fatal(err)
	}
	s.wantInCustody(t, r, f)
	// Two cuts: what was on its way is sent again, not what arrived.
	if sent, _ := f.told(); s.announce.Load() != 1 || sent < f.SizeBytes || sent > 2*f.SizeBytes {
		t.Errorf("%d uploads begun and %d MiB sent for %d", s.announce.Load(), sent/mib, f.SizeBytes/mib)
	}
}

func TestAStoppedSenderGoesOnInALaterRun(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.toxic(t, `{"name":"slow","type":"bandwidth","stream":"upstream","attributes":{"rate":20480}}`)
	f, dir := newFile(t, 24*mib), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	f.on = func(behind int64) {
		if behind > 16*mib {
			stop()
		}
	}
	if _, err := s.client(t).AcceptResumable(ctx, f.Upload, places(t, dir), 3); err == nil {
		t.Fatal("the first run was not stopped")
	}
	again := newFile(t, 24*mib)
	r, err := s.client(t).AcceptResumable(t.Context(), again.Upload, places(t, dir), 3)
	if err != nil {
		t.Fatal(err)
	}
	s.wantInCustody(t, r, again)
	if sent, _ := again.told(); s.announce.Load() != 1 || sent > 18*mib {
		t.Errorf("%d uploads begun; the second run sent %d MiB, at least 6 lay there", s.announce.Load(), sent/mib)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("after success %d uploads are remembered, %v", len(left), err)
	}
}

func TestAnUploadTheServerForgotIsBegunAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	f, dir := newFile(t, 2*mib), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	f.on = func(behind int64) {
		if behind > mib {
			stop()
		}
	}
	_, _ = s.client(t).AcceptResumable(ctx, f.Upload, places(t, dir), 1)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) { // its handler may still be writing
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 1 {
			t.Fatalf("%d uploads are remembered, %v; want the one stopped", len(left), err)
		}
		spooled, _ := filepath.Glob(filepath.Join(s.spool, "uploads", "*"))
		for _, p := range spooled {
			if err := os.Remove(p); err != nil {
				t.Fatal(err)
			}
		}
		if len(spooled) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the spool does not stay empty")
		}
	}
	f = newFile(t, 2*mib)
	r, err := s.client(t).AcceptResumable(t.Context(), f.Upload, places(t, dir), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.wantInCustody(t, r, f)
	if s.announce.Load() != 2 {
		t.Errorf("%d uploads begun, want 2", s.announce.Load())
	}
}

func TestAnUploadIsGoneOnWithOnlyForTheSamePaper(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	dir := t.TempDir()
	s.archive.BreakStore(fault.New(fault.StoreUnavailable, "away"))
	f := newFile(t, 2*mib)
	if _, err := s.client(t).AcceptResumable(t.Context(), f.Upload, places(t, dir), 1); fault.CodeOf(err) != fault.StoreUnavailable {
		t.Fatalf("with the store away: %v", err)
	}
	s.archive.BreakStore(nil)
	for name, change := range map[string]func(*client.Upload){
		"another dossier": func(u *client.Upload) { u.Dossier = "H2" },
		"another batch":   func(u *client.Upload) { u.Batch = "Lô 8" },
		"another queue":   func(u *client.Upload) { u.Queue = archive.Interactive },
	} {
		before := s.announce.Load()
		other := newFile(t, 2*mib)
		change(&other.Upload)
		if _, err := s.client(t).AcceptResumable(t.Context(), other.Upload, places(t, dir), 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if sent, _ := other.told(); s.announce.Load() != before+1 || sent != other.SizeBytes {
			t.Errorf("%s: went on with an upload of another", name)
		}
	}
	// The one that stalled lies there whole: no byte of it is sent again.
	f = newFile(t, 2*mib)
	if _, err := s.client(t).AcceptResumable(t.Context(), f.Upload, places(t, dir), 1); err != nil {
		t.Fatal(err)
	}
	if sent, behind := f.told(); sent != 0 || behind != f.SizeBytes {
		t.Errorf("once the store is back %d bytes are sent, %d behind", sent, behind)
	}
}

func TestRejectedUploadsAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*file)
		code   fault.Code
	}{
		"other bytes than announced": {func(f *file) { f.SHA256 = fixity.Of([]byte("other")) }, fault.FixityMismatch},
		"a unit of somebody else":    {func(f *file) { f.Unit = "P2" }, fault.Forbidden},
		"a file grown shorter": {func(f *file) {
			f.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(make([]byte, mib))), nil }
		}, fault.FixityMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			f, dir := newFile(t, 2*mib), t.TempDir()
			tc.change(f)
			_, err := s.client(t).AcceptResumable(t.Context(), f.Upload, places(t, dir), 5)
			if fault.CodeOf(err) != tc.code || fault.VerdictOf(err) != fault.Rejected {
				t.Errorf("err = %v, want %s", err, tc.code)
			}
			if left, _ := os.ReadDir(dir); s.announce.Load() > 1 || len(left) != 0 || s.archive.Masters() != 0 {
				t.Errorf("begun %d times, %d remembered, %d kept", s.announce.Load(), len(left), s.archive.Masters())
			}
		})
	}
}

func TestALineThatMovesNoByteIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	c := s.client(t)
	c.SetStall(300 * time.Millisecond)
	s.dead.Store(true)
	f := newFile(t, 32*mib) // more than the line's buffers hold
	began := time.Now()
	_, err := c.AcceptResumable(t.Context(), f.Upload, nil, 1)
	if fault.CodeOf(err) != fault.StoreUnavailable || time.Since(began) > 20*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}

func TestOldAndDamagedMemoryIsNone(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	dir := t.TempDir()
	f := newFile(t, 2*mib)
	s.archive.BreakStore(fault.New(fault.StoreUnavailable, "away"))
	c := s.client(t)
	_, _ = c.AcceptResumable(t.Context(), f.Upload, places(t, dir), 1)
	s.archive.BreakStore(nil)
	left, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(left) != 1 {
		t.Fatalf("%d remembered, %v", len(left), err)
	}
	if st, err := os.Stat(left[0]); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if b, err := os.ReadFile(left[0]); err != nil || bytes.Contains(b, []byte("token")) || bytes.Contains(b, []byte("bản vẽ")) {
		t.Errorf("the memory holds what it must not: %s, %v", b, err)
	}
	size := func(batch string, n int64) bool { return n == f.SizeBytes }
	if got := places(t, dir).Batch(c, size); got != "Lô 7" {
		t.Errorf("its batch is %q", got)
	}
	if got := places(t, dir).Batch(c, func(string, int64) bool { return false }); got != "" {
		t.Errorf("a batch nobody wants: %q", got)
	}
	if err := os.WriteFile(left[0], []byte(`{"server":"x","upload":"../../me","size_bytes":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := places(t, dir).Batch(c, size); got != "" {
		t.Errorf("damaged memory gives the batch %q", got)
	}
	if _, err := c.AcceptResumable(t.Context(), newFile(t, 2*mib).Upload, places(t, dir), 1); err != nil || s.announce.Load() != 2 {
		t.Errorf("over damaged memory: %v, %d begun", err, s.announce.Load())
	}
	old := filepath.Join(dir, "old.json")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-8 * 24 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	places(t, dir)
	if _, err := os.Stat(old); err == nil {
		t.Error("old memory is kept")
	}
}
