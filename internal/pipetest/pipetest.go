// Package pipetest puts the whole pipeline together for a test: real Postgres, Redis, S3 gateway and recognition engine, no HTTP.
package pipetest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/intake"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
	"sohoa/internal/ocrpool"
	"sohoa/internal/pdfa"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
	"sohoa/internal/queue"
	"sohoa/internal/reader"
	"sohoa/internal/wiring"
	"sohoa/workers"

	"sohoa/internal/roottest"
)

// Pipe is one pipeline with stores of its own.
type Pipe struct {
	Catalogue *postgres.Catalogue
	Archive   *objectstore.Archive
	Bell      *queue.Bell
	Intake    *intake.Service
	Steps     *digitise.Service
	Engine    digitise.Engine
	deps      workers.Deps
}

// Options change parts of a pipeline; nil and zero take the real ones.
type Options struct {
	Engine   digitise.Engine
	Reader   digitise.Reader
	Store    *objectstore.Deps // e.g. through a proxy
	RedisURL string
	Workers  int

	Catalogue *postgres.Catalogue // on a database that the test has a hold of
	Now       func() time.Time
	SpoolDir  string // e.g. on a small disk
	MinFree   int64  // bytes
	// Waiting and Outbox wrap the two sides of the outbox that the workers use.
	Waiting func(workers.Waiting) workers.Waiting
	Outbox  func(workers.Outbox) workers.Outbox
}

// New puts a pipeline together. Start runs its workers.
func New(t testing.TB, o Options) *Pipe {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p := &Pipe{Catalogue: o.Catalogue, Engine: o.Engine}
	if p.Catalogue == nil {
		p.Catalogue = pgtest.Catalogue(t)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Workers == 0 {
		o.Workers = 2
	}
	store := o.Store
	if store == nil {
		d := localtest.StoreDeps(t)
		store = &d
	}
	s, err := objectstore.Open(t.Context(), *store)
	if err == nil {
		err = s.EnsureBuckets(t.Context())
	}
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	p.Archive = objectstore.NewArchive(s)
	if o.RedisURL == "" {
		o.RedisURL = localtest.Redis(t).URL()
	}
	if p.Bell, err = queue.Open(o.RedisURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Bell.Close() })
	if p.Engine == nil {
		pool, err := ocrpool.New(ocrpool.Deps{Program: EngineProgram(t), Workers: o.Workers, Logger: logger})
		if err != nil {
			t.Fatalf("start engine: %v", err)
		}
		t.Cleanup(func() { _ = pool.Close() })
		p.Engine = pool
	}
	dir := t.TempDir()
	if o.SpoolDir == "" {
		o.SpoolDir = filepath.Join(dir, "spool")
	}
	if p.Intake, err = intake.New(intake.Deps{
		Masters: p.Archive, Records: p.Archive, Catalogue: p.Catalogue, SpoolDir: o.SpoolDir, MaxBytes: 1 << 30,
		MinFree: o.MinFree, Now: o.Now, Logger: logger,
	}); err != nil {
		t.Fatal(err)
	}
	if o.Reader == nil {
		rd := reader.New(reader.Deps{Log: logger})
		t.Cleanup(func() { _ = rd.Close() })
		o.Reader = rd
	}
	if p.Steps, err = digitise.New(digitise.Deps{
		Catalogue: p.Catalogue, Objects: p.Archive, Reader: o.Reader, Zip: wiring.Zips{}, Entries: wiring.Entries{Intake: p.Intake}, Engine: p.Engine, Writer: pdfa.Writer{},
		Checker: pdfa.Checker{}, Describer: describe.Describer{}, WorkDir: filepath.Join(dir, "work"), Now: o.Now, Logger: logger,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Steps.Close)
	p.deps = workers.Deps{Steps: p.Steps, Outbox: p.Catalogue, Waiting: p.Catalogue, Bell: p.Bell, Concurrency: o.Workers, Logger: logger}
	if o.Waiting != nil {
		p.deps.Waiting = o.Waiting(p.deps.Waiting)
	}
	if o.Outbox != nil {
		p.deps.Outbox = o.Outbox(p.deps.Outbox)
	}
	return p
}

// Start runs the workers until the test ends, or until the returned stop is called.
func (p *Pipe) Start(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- workers.Run(ctx, p.deps) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil && ctx.Err() == nil {
				t.Errorf("workers: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// Accept hands a file in.
func (p *Pipe) Accept(t testing.TB, r intake.Request, src io.Reader) archive.Accession {
	t.Helper()
	if r.Unit == "" {
		r.Unit = "unit"
	}
	r.Actor = "tester"
	rec, err := p.Intake.Accept(t.Context(), r, src)
	if err != nil {
		t.Fatalf("accept %s: %v", r.Name, err)
	}
	return rec.Accession
}

// engine is built once a test binary.
//
//nolint:gochecknoglobals // a test binary has no other place its tests share
var engine = sync.OnceValues(func() (string, error) {
	root, err := roottest.Module()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "sohoa-ocr-*")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "sohoa-ocr")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/sohoa-ocr")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{out, err}
	}
	return bin, nil
})

type buildError struct {
	out []byte
	err error
}

func (e *buildError) Error() string {
	return "build sohoa-ocr: " + e.err.Error() + "\n" + string(e.out)
}

// EngineProgram builds the real engine, once, and returns its path.
func EngineProgram(t testing.TB) string {
	t.Helper()
	bin, err := engine()
	if err != nil {
		t.Fatalf("%v; run `make test`, which installs what the build needs (libtesseract-dev, libleptonica-dev)", err)
	}
	return bin
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	if os.Getenv("SOHOA_TEST_LOG") != "" {
		_, _ = os.Stderr.Write(p)
	}
	return len(p), nil
}
