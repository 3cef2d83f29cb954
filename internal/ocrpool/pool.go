package ocrpool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/ocrproto"
	"sohoa/internal/page"
)

// Deps is what a pool needs. Zero values of all but Program mean the defaults given here.
type Deps struct {
	Program      string        // path of sohoa-ocr
	Tessdata     string        // folder of the model; the engine's own choice when empty
	Workers      int           // engines at most; one a core
	Logger       *slog.Logger  // what engines write to standard error goes here; discarded when nil
	PageDeadline time.Duration // for one operation on one page; 2 minutes
	StartTimeout time.Duration // until an engine has loaded its model; 30 s
	RSSMark      int64         // an engine that is larger after a page is replaced; 220 MiB
	RSSLimit     int64         // an engine that grows larger while it reads is killed; 1 GiB
	RecyclePages int           // an engine is replaced after so many pages; 500
	Environment  []string      // added to the engine's environment, for tests
}

func (d Deps) withDefaults() (Deps, error) {
	if d.Program == "" {
		return d, errors.New("ocrpool: no engine program named")
	}
	if d.Workers <= 0 {
		d.Workers = runtime.NumCPU()
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&d.PageDeadline, 2*time.Minute)
	setDefault(&d.StartTimeout, 30*time.Second)
	setDefault(&d.RSSMark, 220<<20)
	setDefault(&d.RSSLimit, 1<<30)
	setDefault(&d.RecyclePages, 500)
	return d, nil
}

func setDefault[T int | int64 | time.Duration](v *T, to T) {
	if *v <= 0 {
		*v = to
	}
}

// Pool is a running pool; Close it.
type Pool struct {
	d       Deps
	hello   ocrproto.Hello
	slots   chan *slot // holds the idle ones
	closing chan struct{}
	once    sync.Once
	stats   counters
}

var _ digitise.Engine = (*Pool)(nil)

// counters are the pool's history.
type counters struct {
	pages, starts, crashes, deadlines, memory, recycled, cancelled atomic.Int64
	busy                                                           atomic.Int64
}

// Stats is a snapshot of what the pool did so far.
type Stats struct {
	Pages     int64 // operations answered, refusals included
	Starts    int64 // engines started
	Crashes   int64 // engines that died while they read
	Deadlines int64 // engines killed at a page's deadline
	Memory    int64 // engines killed while reading because of their memory
	Recycled  int64 // engines replaced after enough pages, or past the memory mark
	Cancelled int64 // engines killed because the caller went away
	Busy      int64 // engines reading right now
	Workers   int64 // engines at most
}

// Restarts counts the engines started beyond the first of each worker's, as far as that can be told.
func (s Stats) Restarts() int64 { return max(0, s.Starts-s.Workers) }

// Kills counts the engines that were killed while reading.
func (s Stats) Kills() int64 { return s.Deadlines + s.Memory + s.Cancelled }

// Report says what the engines are, for doctor and for people.
type Report struct {
	Engine   string           `json:"engine"`
	Settings string           `json:"settings"`
	Model    string           `json:"model"`
	Library  string           `json:"library"`
	Sandbox  []ocrproto.Layer `json:"sandbox"`
}

// New starts one engine, to learn its version, and keeps it warm; the others start when needed.
func New(d Deps) (*Pool, error) {
	d, err := d.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Pool{d: d, slots: make(chan *slot, d.Workers), closing: make(chan struct{})}
	first := &slot{p: p}
	ctx, cancel := context.WithTimeout(context.Background(), d.StartTimeout)
	defer cancel()
	if err := first.start(ctx); err != nil {
		return nil, err
	}
	p.hello = first.child.hello
	for range d.Workers - 1 {
		p.slots <- &slot{p: p}
	}
	p.slots <- first
	return p, nil
}

// Close kills every engine and returns when all are gone. Operations under way end with an error.
func (p *Pool) Close() error {
	p.once.Do(func() {
		close(p.closing)
		for range p.d.Workers {
			s := <-p.slots
			s.stop()
		}
	})
	return nil
}

// Version implements digitise.Engine.
func (p *Pool) Version() digitise.EngineVersion {
	return digitise.EngineVersion{Engine: p.hello.Engine, Settings: p.hello.Settings}
}

// Report says what the engines are and which layers of their sandbox hold on this kernel.
func (p *Pool) Report() Report {
	h := p.hello
	return Report{Engine: h.Engine, Settings: h.Settings, Model: h.Model, Library: h.Library, Sandbox: append([]ocrproto.Layer(nil), h.Sandbox...)}
}

// Health asks one engine for an answer.
func (p *Pool) Health(ctx context.Context) error {
	_, err := p.do(ctx, ocrproto.Request{Op: ocrproto.OpPing})
	return err
}

// Stats takes a snapshot.
func (p *Pool) Stats() Stats {
	c := &p.stats
	return Stats{
		Pages: c.pages.Load(), Starts: c.starts.Load(), Crashes: c.crashes.Load(), Deadlines: c.deadlines.Load(), Memory: c.memory.Load(),
		Recycled: c.recycled.Load(), Cancelled: c.cancelled.Load(), Busy: c.busy.Load(), Workers: int64(p.d.Workers),
	}
}

// Recognise implements digitise.Engine.
func (p *Pool) Recognise(ctx context.Context, pic page.Picture) (page.Result, error) {
	a, err := p.do(ctx, ocrproto.Request{Op: ocrproto.OpRecognise, Picture: pic})
	if err != nil {
		return page.Result{}, err
	}
	if a.Result == nil {
		return page.Result{}, fault.New(fault.EngineUnavailable, "the recognition engine gave no result")
	}
	return *a.Result, nil
}

// Codes implements digitise.Engine.
func (p *Pool) Codes(ctx context.Context, pic page.Picture) ([]page.Code, error) {
	a, err := p.do(ctx, ocrproto.Request{Op: ocrproto.OpCodes, Picture: pic})
	if err != nil {
		return nil, err
	}
	if a.Result == nil {
		return nil, fault.New(fault.EngineUnavailable, "the recognition engine gave no codes")
	}
	return a.Result.Codes, nil
}

// Convert implements digitise.Engine.
func (p *Pool) Convert(ctx context.Context, pic page.Picture) (page.Picture, error) {
	return pictureOf(p.do(ctx, ocrproto.Request{Op: ocrproto.OpConvert, Picture: pic}))
}

// View implements digitise.Engine.
func (p *Pool) View(ctx context.Context, pic page.Picture, turn page.Turn, maxPixels int) (page.Picture, error) {
	return pictureOf(p.do(ctx, ocrproto.Request{Op: ocrproto.OpView, Picture: pic, Turn: turn, MaxPixels: maxPixels}))
}

func pictureOf(a ocrproto.Response, err error) (page.Picture, error) {
	if err != nil {
		return page.Picture{}, err
	}
	if a.Picture == nil {
		return page.Picture{}, fault.New(fault.EngineUnavailable, "the recognition engine gave no picture")
	}
	return *a.Picture, nil
}

var errClosed = errors.New("the pool is closed")

// do waits for an idle engine and has it answer one request.
func (p *Pool) do(ctx context.Context, q ocrproto.Request) (ocrproto.Response, error) {
	if err := ctx.Err(); err != nil {
		return ocrproto.Response{}, fmt.Errorf("ask the recognition engine: %w", err)
	}
	select {
	case <-p.closing:
		return ocrproto.Response{}, fault.Wrap(fault.EngineUnavailable, errClosed, "the recognition engine is shut down")
	default:
	}
	var s *slot
	select {
	case s = <-p.slots:
	case <-ctx.Done():
		return ocrproto.Response{}, fmt.Errorf("wait for a recognition engine: %w", ctx.Err())
	case <-p.closing:
		return ocrproto.Response{}, fault.Wrap(fault.EngineUnavailable, errClosed, "the recognition engine is shut down")
	}
	p.stats.busy.Add(1)
	defer func() {
		p.stats.busy.Add(-1)
		p.slots <- s
	}()
	a, err := s.ask(ctx, q)
	if err != nil {
		return ocrproto.Response{}, err
	}
	if f := a.Fault; f != nil {
		return ocrproto.Response{}, &fault.Error{Code: f.Code, Detail: f.Detail, Err: errors.New(f.Cause)}
	}
	return a, nil
}
