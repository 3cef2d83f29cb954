package workers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/local"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
	"sohoa/internal/pgtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/postgres"
	"sohoa/internal/retrieve"
	"sohoa/workers"
)

// Everything about these tests is real but recognition, whose results are not what they look at.
func quickPipe(t *testing.T, o pipetest.Options) *pipetest.Pipe {
	t.Helper()
	o.Engine, o.Reader = pipetest.StubEngine{PerPage: 20 * time.Millisecond}, pipetest.StubReader{Pages: 2}
	return pipetest.New(t, o)
}

// papers are files that nobody else hands in, and what was promised of them.
type papers struct {
	made     int
	promised map[fixity.Digest]archive.Accession
}

func (s *papers) next() (intake.Request, []byte) {
	s.made++
	return intake.Request{Name: fmt.Sprintf("quyết định %d.pdf", s.made), Unit: "unit", Actor: "tester"}, fmt.Appendf(nil, "%%PDF-1.7\npaper %d", s.made)
}

// send tries once to hand a paper in.
func (s *papers) send(ctx context.Context, p *pipetest.Pipe, r intake.Request, body []byte) error {
	got, err := p.Intake.Accept(ctx, r, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if s.promised == nil {
		s.promised = map[fixity.Digest]archive.Accession{}
	}
	s.promised[fixity.Of(body)] = got.Accession
	return nil
}

// sendAll hands n papers in; each must go through in the end, as a sender who repeats what was refused sees it.
func (s *papers) sendAll(t *testing.T, p *pipetest.Pipe, n int) {
	t.Helper()
	for range n {
		r, body := s.next()
		s.resend(t, p, r, body)
	}
}

func (s *papers) resend(t *testing.T, p *pipetest.Pipe, r intake.Request, body []byte) {
	t.Helper()
	waitFor(t, r.Name+" taken in", time.Minute, func() bool {
		err := s.send(t.Context(), p, r, body)
		if err != nil && fault.VerdictOf(err) != fault.Stalled {
			t.Fatalf("%s was rejected: %v", r.Name, err)
		}
		return err == nil
	})
}

// archivedSoFar is how many documents are archived; 0 while nobody can say.
func archivedSoFar(t *testing.T, p *pipetest.Pipe) int {
	pr, err := p.Catalogue.Progress(t.Context(), retrieve.Scope{})
	if err != nil {
		return 0
	}
	return pr.Documents[archive.Archived]
}

// wantArchivedOnce waits for the end and looks at everything: each promised paper archived exactly once, its bytes as sent, every object as
// the catalogue says, no object without a row, the audit trail sound.
func wantArchivedOnce(t *testing.T, p *pipetest.Pipe, s *papers) {
	t.Helper()
	ctx := t.Context()
	waitFor(t, "everything archived", 2*time.Minute, func() bool {
		pr, err := p.Catalogue.Progress(ctx, retrieve.Scope{})
		return err == nil && pr.Done() && pr.Documents[archive.Archived] >= len(s.promised)
	})
	docs, err := p.Catalogue.Documents(ctx, retrieve.DocumentQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != len(s.promised) {
		t.Errorf("%d documents in the catalogue, %d papers were promised", len(docs), len(s.promised))
	}
	left := map[fixity.Digest]bool{}
	for d := range s.promised {
		left[d] = true
	}
	for _, d := range docs {
		v, err := p.Catalogue.Document(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if v.Processing != archive.Archived || v.Trouble != nil {
			t.Errorf("%s is %s, trouble %+v", v.Name, v.Processing, v.Trouble)
			continue
		}
		master := v.Accessions[0].Master
		if !left[master] {
			t.Errorf("%s: its master %s was not promised, or is archived twice", v.Name, master)
		}
		delete(left, master)
		events, err := p.Catalogue.History(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range events {
			count[e.Action]++
		}
		for _, once := range []string{"accession_accepted", "accession_split", "document_opened", "document_described", "manifest_frozen", "document_archived"} {
			if count[once] != 1 {
				t.Errorf("%s has %d events %s, want 1; all: %v", v.Name, count[once], once, count)
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("%d promised papers are not archived", len(left))
	}
	logger := slog.New(slog.DiscardHandler)
	shelves := objectstore.NewShelves(p.Archive.Store())
	report, err := custody.NewVerifier(custody.VerifyDeps{Objects: shelves, Catalogue: p.Catalogue, Logger: logger}).Verify(ctx, "tester", "")
	if err != nil || report.Failed > 0 || report.Objects["master"] != len(s.promised) {
		t.Errorf("verify = %+v, %v", report, err)
	}
	sweep, err := custody.NewSweeper(custody.SweepDeps{Objects: shelves, Catalogue: p.Catalogue, Now: time.Now, Logger: logger, Grace: time.Nanosecond}).Sweep(ctx)
	if err != nil || sweep.Looked == 0 || sweep.Marked+sweep.Removed+sweep.Foreign > 0 {
		t.Errorf("sweep = %+v, %v; want no object without a row", sweep, err)
	}
	if _, err := p.Catalogue.Seal(ctx); err != nil {
		t.Error(err)
	}
	if audit, err := p.Catalogue.VerifyAudit(ctx); err != nil || audit.Bad != "" {
		t.Errorf("audit: %+v, %v", audit, err)
	}
}

// toxicStore puts toxiproxy before the gateway.
func toxicStore(t *testing.T) (*toxiproxy.Proxy, *objectstore.Deps) {
	t.Helper()
	d := localtest.StoreDeps(t)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "store", "127.0.0.1:0", d.Endpoint)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	d.Endpoint = proxy.Listen
	return proxy, &d
}

func addToxics(t *testing.T, proxy *toxiproxy.Proxy, toxics ...string) {
	t.Helper()
	for _, toxic := range toxics {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Fatal(err)
		}
	}
}

// takenIn says what became of papers sent while something was broken.
type takenIn int

const (
	mustNot takenIn = iota
	must
	may
)

func TestAStoreThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		hurt  func(t *testing.T, proxy *toxiproxy.Proxy)
		heal  func(t *testing.T, proxy *toxiproxy.Proxy)
		taken takenIn
		// noticed: work under way must have met the fault too.
		noticed bool
	}{
		{
			name: "it is down", taken: mustNot, noticed: true,
			hurt: func(_ *testing.T, proxy *toxiproxy.Proxy) { proxy.Stop() },
			heal: func(t *testing.T, proxy *toxiproxy.Proxy) {
				if err := proxy.Start(); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "it takes connections and answers nothing", taken: mustNot,
			hurt: func(t *testing.T, proxy *toxiproxy.Proxy) {
				addToxics(t, proxy, `{"name":"mute","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`)
			},
		},
		{
			name: "it cuts every connection inside the request", taken: mustNot, noticed: true,
			hurt: func(t *testing.T, proxy *toxiproxy.Proxy) {
				addToxics(t, proxy, `{"name":"cut","type":"limit_data","stream":"upstream","attributes":{"bytes":300}}`)
			},
		},
		{
			name: "it cuts every connection inside the answer", taken: mustNot, noticed: true,
			hurt: func(t *testing.T, proxy *toxiproxy.Proxy) {
				addToxics(t, proxy, `{"name":"cut","type":"limit_data","stream":"downstream","attributes":{"bytes":40}}`)
			},
		},
		{
			name: "it resets half of its connections", taken: may,
			hurt: func(t *testing.T, proxy *toxiproxy.Proxy) {
				addToxics(t, proxy, `{"name":"reset","type":"reset_peer","stream":"upstream","toxicity":0.5,"attributes":{"timeout":0}}`,
					`{"name":"cut","type":"limit_data","stream":"downstream","toxicity":0.5,"attributes":{"bytes":4000}}`)
			},
		},
		{
			name: "it is slow", taken: must,
			hurt: func(t *testing.T, proxy *toxiproxy.Proxy) {
				addToxics(t, proxy, `{"name":"late","type":"latency","stream":"downstream","attributes":{"latency":150,"jitter":100}}`,
					`{"name":"thin","type":"slicer","stream":"upstream","attributes":{"average_size":200,"size_variation":100,"delay":20000}}`)
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proxy, store := toxicStore(t)
			pool := pgtest.Pool(t)
			p := quickPipe(t, pipetest.Options{Store: store, Catalogue: postgres.New(pool)})
			var s papers
			s.sendAll(t, p, 25)
			p.Start(t)
			waitFor(t, "the first documents archived", time.Minute, func() bool { return archivedSoFar(t, p) > 0 })
			c.hurt(t, proxy)
			before := archivedSoFar(t, p)
			if before == 25 {
				t.Fatal("all was archived before the store failed: the test shows nothing")
			}
			type unsent struct {
				r    intake.Request
				body []byte
			}
			var again []unsent
			for range 3 {
				r, body := s.next()
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
				err := s.send(ctx, p, r, body)
				cancel()
				if err == nil {
					if c.taken == mustNot {
						t.Errorf("%s was promised while the store was broken", r.Name)
					}
					continue
				}
				again = append(again, unsent{r, body})
				if c.taken == must || fault.VerdictOf(err) != fault.Stalled || (fault.CodeOf(err) != fault.StoreUnavailable && !errors.Is(err, context.DeadlineExceeded)) {
					t.Errorf("accepting beside a broken store: %v (%s)", err, fault.CodeOf(err))
				}
				if a, ok, err := p.Catalogue.FindAccession(t.Context(), archive.AccessionIDFor(r.Unit, "", fixity.Of(body))); ok || err != nil {
					t.Errorf("a paper that was refused is in the catalogue: %+v, %v", a, err)
				}
			}
			if c.noticed {
				waitFor(t, "work that noticed", time.Minute, func() bool { return stalledFor(t, pool, fault.StoreUnavailable) > 0 })
			}
			if c.heal != nil {
				c.heal(t, proxy)
			} else {
				proxy.Toxics.ResetToxics(t.Context())
			}
			for _, u := range again {
				s.resend(t, p, u.r, u.body)
			}
			wantArchivedOnce(t, p, &s)
		})
	}
}

// stalledFor counts tasks that wait because of code.
func stalledFor(t *testing.T, pool pgtest.DB, code fault.Code) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM outbox WHERE last_code = $1", string(code)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADatabaseThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	server := localtest.OwnPostgres(t)
	dsn := server.DSN(local.SuperRole, "", "postgres")
	if err := postgres.Migrate(t.Context(), dsn, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	c, err := postgres.Open(t.Context(), dsn, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	p := quickPipe(t, pipetest.Options{Catalogue: c})
	var s papers
	p.Start(t)
	refused := 0
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL, syscall.SIGQUIT, syscall.SIGKILL} {
		before := archivedSoFar(t, p)
		s.sendAll(t, p, 15)
		waitFor(t, "work under way", time.Minute, func() bool { return archivedSoFar(t, p) > before })
		if archivedSoFar(t, p) == len(s.promised) {
			t.Fatal("all was archived before the database was killed: the test shows nothing")
		}
		pid := server.PID()
		if err := syscall.Kill(pid, sig); err != nil {
			t.Fatal(err)
		}
		// Papers are sent all through the outage, until one is refused or it is over; what was refused is sent again.
		for end := false; !end; {
			end = server.PID() != pid && server.Ready()
			r, body := s.next()
			if err := s.send(t.Context(), p, r, body); err != nil {
				if fault.VerdictOf(err) != fault.Stalled || fault.CodeOf(err) != fault.CatalogueUnavailable {
					t.Errorf("accepting beside a killed database: %v (%s)", err, fault.CodeOf(err))
				}
				refused++
				s.resend(t, p, r, body)
				end = true
			}
		}
	}
	t.Logf("%d papers, of which %d were refused at first", len(s.promised), refused)
	wantArchivedOnce(t, p, &s)
}

func TestWhatMustStayFreeStaysFreeUnderAnUpload(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	disk := pipetest.NewSmallDisk(t, 32<<10)
	p := quickPipe(t, pipetest.Options{SpoolDir: filepath.Join(disk.Dir, "spool"), MinFree: 16 * mib})
	least := int64(32 * mib)
	src := &watched{left: 28 * mib, look: func() {
		var st syscall.Statfs_t
		if err := syscall.Statfs(disk.Dir, &st); err != nil {
			t.Error(err)
		}
		least = min(least, int64(st.Bavail)*st.Bsize)
	}}
	_, err := p.Intake.Accept(t.Context(), intake.Request{Name: "lớn.pdf", Unit: "unit"}, src)
	if fault.CodeOf(err) != fault.SpoolFull {
		t.Errorf("an upload that leaves too little: %v; want %s", err, fault.SpoolFull)
	}
	if least < 8*mib {
		t.Errorf("the upload wrote the disk down to %d MiB", least/mib)
	}
}

// watched is so many zero bytes; look is called at every read.
type watched struct {
	left int
	look func()
}

func (w *watched) Read(b []byte) (int, error) {
	w.look()
	if w.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), w.left)
	w.left -= n
	clear(b[:n])
	return n, nil
}

func TestASpoolDiskThatIsFullLosesNothing(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	disk := pipetest.NewSmallDisk(t, 1<<10)
	for _, c := range []struct {
		name    string
		minFree int64 // none: the disk is written full
	}{{"up to the last byte", 0}, {"up to what must stay free", 8 * mib}} {
		t.Run(c.name, func(t *testing.T) {
			disk.Resize(t, 1<<10)
			spool := filepath.Join(disk.Dir, fmt.Sprint("spool", c.minFree))
			p := quickPipe(t, pipetest.Options{SpoolDir: spool, MinFree: c.minFree})
			p.Start(t)
			var s papers
			large := func() (intake.Request, []byte) {
				r, body := s.next()
				return r, append(body, make([]byte, 2*mib)...)
			}
			r, body := large()
			for range 2 { // the first must not leave the disk full for the second
				err := s.send(t.Context(), p, r, body)
				if fault.CodeOf(err) != fault.SpoolFull || fault.VerdictOf(err) != fault.Stalled || fault.DetailOf(err) == "" {
					t.Fatalf("accepting onto a full disk: %v", err)
				}
				if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
					t.Errorf("left in the spool: %v, %v", left, err)
				}
				if a, ok, err := p.Catalogue.FindAccession(t.Context(), archive.AccessionIDFor(r.Unit, "", fixity.Of(body))); ok || err != nil {
					t.Errorf("a paper that was refused is in the catalogue: %+v, %v", a, err)
				}
			}
			if c.minFree == 0 {
				s.sendAll(t, p, 3) // what has room is taken in all the same
			}
			disk.Resize(t, 32<<10)
			s.resend(t, p, r, body)
			s.sendAll(t, p, 2)
			wantArchivedOnce(t, p, &s)
		})
	}
}

// twice rings each task two times, under different ids, so that the queue runs both.
type twice struct{ workers.Waiting }

func (w twice) PickTasks(ctx context.Context, q archive.Queue, room, turn int) ([]archive.Ring, error) {
	rings, err := w.Waiting.PickTasks(ctx, q, room, turn)
	var both []archive.Ring
	for _, r := range rings {
		echo := r
		echo.Rings += 1_000_000
		both = append(both, r, echo)
	}
	return both, err
}

// twins holds the first delivery of a task until the second has loaded it too, so that both take the step at the same time.
type twins struct {
	workers.Outbox
	mu      sync.Mutex
	waiting map[int64]chan struct{}
	met     int
}

func (o *twins) Task(ctx context.Context, id int64) (archive.Task, bool, error) {
	t, ok, err := o.Outbox.Task(ctx, id)
	if err != nil || !ok {
		return t, ok, err
	}
	o.mu.Lock()
	if other, there := o.waiting[id]; there {
		delete(o.waiting, id)
		close(other)
		o.met++
		o.mu.Unlock()
		return t, ok, nil
	}
	here := make(chan struct{})
	o.waiting[id] = here
	o.mu.Unlock()
	select {
	case <-here:
	case <-ctx.Done():
	case <-time.After(time.Second): // its twin waits for a worker itself
	}
	o.mu.Lock()
	if o.waiting[id] == here {
		delete(o.waiting, id)
	}
	o.mu.Unlock()
	return t, ok, nil
}

func TestATaskDeliveredTwiceAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	pairs := &twins{waiting: map[int64]chan struct{}{}}
	p := quickPipe(t, pipetest.Options{
		Workers: 8,
		Waiting: func(w workers.Waiting) workers.Waiting { return twice{w} },
		Outbox:  func(o workers.Outbox) workers.Outbox { pairs.Outbox = o; return pairs },
	})
	var s papers
	s.sendAll(t, p, 20)
	p.Start(t)
	wantArchivedOnce(t, p, &s)
	pairs.mu.Lock()
	defer pairs.mu.Unlock()
	const tasks = 20 * (1 + 2 + 3) // inspect, two pages, describe, assemble, settle
	t.Logf("%d of %d tasks were run twice at the same time", pairs.met, tasks)
	if pairs.met < tasks/2 {
		t.Errorf("only %d of %d tasks were run twice at the same time", pairs.met, tasks)
	}
}

func TestAClockThatJumpsLosesNothing(t *testing.T) {
	t.Parallel()
	const jump = 24*time.Hour + time.Minute // past the grace of the sweep
	var looks atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(looks.Add(1)%3-1) * jump) }
	p := quickPipe(t, pipetest.Options{Now: now})
	shelves := objectstore.NewShelves(p.Archive.Store())

	// The sweep jumps as well: to it, what was put a moment ago is sometimes older than its grace.
	ctx, stop := context.WithCancel(t.Context())
	var sweeping sync.WaitGroup
	var swept custody.SweepReport
	sweeping.Go(func() {
		sw := custody.NewSweeper(custody.SweepDeps{Objects: shelves, Catalogue: p.Catalogue, Now: now, Logger: slog.New(slog.DiscardHandler)})
		for ctx.Err() == nil {
			r, err := sw.Sweep(ctx)
			if err != nil && ctx.Err() == nil {
				t.Errorf("sweep: %v", err)
				return
			}
			swept.Looked, swept.Marked, swept.Unmarked, swept.Removed = swept.Looked+r.Looked, swept.Marked+r.Marked, swept.Unmarked+r.Unmarked, swept.Removed+r.Removed
		}
	})
	var s papers
	p.Start(t)
	for range 30 {
		r, body := s.next()
		sent := time.Now()
		s.resend(t, p, r, body)
		d := fixity.Of(body)
		near(t, "received", s.promised[d].ReceivedAt, sent, jump)
		o, err := shelves.Stat(ctx, custody.Masters, archive.MasterKey(d), "")
		if err != nil {
			t.Fatal(err)
		}
		if least := sent.Add(intake.FirstLock - jump - time.Second); o.RetainUntil.Before(least) {
			t.Errorf("master locked until %s, want %s at least", o.RetainUntil, least)
		}
	}
	waitFor(t, "everything archived", 2*time.Minute, func() bool { return archivedSoFar(t, p) == len(s.promised) })
	stop()
	sweeping.Wait()
	t.Logf("sweeps: %+v", swept)
	wantArchivedOnce(t, p, &s)
	for d, a := range s.promised {
		for key, bucket := range map[string]string{
			archive.MasterKey(d): custody.Masters, archive.ManifestKey(archive.DocumentIDFor(a.ID, 1), 1): custody.Records,
		} {
			o, err := shelves.Stat(t.Context(), bucket, key, "")
			if err != nil {
				t.Fatal(err)
			}
			near(t, key+" locked until", o.RetainUntil, time.Now().Add(digitise.Retention), jump+time.Minute)
		}
	}
}

func near(t *testing.T, what string, got, want time.Time, within time.Duration) {
	t.Helper()
	if d := got.Sub(want).Abs(); d > within+time.Minute {
		t.Errorf("%s %s, want about %s", what, got, want)
	}
}
