package pdfread

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// RendererDeps is what a Renderer needs. Zero values take the defaults.
type RendererDeps struct {
	// CacheDir keeps PDFium's compiled code, so that only the first start on a machine takes seconds. Code in it is executed: it must
	// not be writable by others. Empty means a folder of the user's cache.
	CacheDir string
	// MemoryBytes bounds what one open file may use while it is drawn.
	MemoryBytes int64
	// Drawing is how many files may be drawn at the same time; default 2. Others wait, and waiting does not count against their time.
	Drawing int
	// Idle is how long PDFium stays in memory after its last use.
	Idle time.Duration
	Log  *slog.Logger
}

// Renderer starts PDFium when it is first needed and ends it when it was idle for a while. It is safe for concurrent use; the
// files opened with it are not.
type Renderer struct {
	d     RendererDeps
	slots chan struct{}

	mu     sync.Mutex
	pool   pdfium.Pool
	cache  wazero.CompilationCache
	arena  *arena
	board  *switchboard
	inUse  int
	idle   *time.Timer
	closed bool
}

// NewRenderer returns a Renderer that has not started anything.
func NewRenderer(d RendererDeps) *Renderer {
	if d.MemoryBytes <= 0 {
		d.MemoryBytes = defaultMemory
	}
	if d.Drawing <= 0 {
		d.Drawing = defaultDrawing
	}
	if d.Idle <= 0 {
		d.Idle = defaultIdle
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Renderer{d: d, slots: make(chan struct{}, d.Drawing)}
}

// slot waits for a turn to draw; the turn ends with the function returned.
func (r *Renderer) slot(ctx context.Context) (end func(), err error) {
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends PDFium. Files still open fail from then on.
func (r *Renderer) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return r.stop()
}

// stop is called with the lock held.
func (r *Renderer) stop() error {
	if r.idle != nil {
		r.idle.Stop()
		r.idle = nil
	}
	if r.pool == nil {
		return nil
	}
	err := r.pool.Close()
	if c := r.cache.Close(context.Background()); err == nil {
		err = c
	}
	r.pool, r.cache = nil, nil
	for _, m := range r.arena.take() {
		m.release()
	}
	return err
}

// start is called with the lock held. Cold it takes about five seconds and 340 MB, with the cache filled a tenth of a second and 50 MB.
func (r *Renderer) start() error {
	if r.pool != nil {
		return nil
	}
	cache, err := r.compilationCache()
	if err != nil {
		return err
	}
	r.arena = &arena{}
	r.board = &switchboard{Context: experimental.WithMemoryAllocator(context.Background(), r.arena), never: make(chan struct{})}
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling). // PDFium's setjmp needs them
		WithCompilationCache(cache).
		WithCloseOnContextDone(true).
		WithMemoryLimitPages(uint32(r.d.MemoryBytes >> 16))
	began := time.Now()
	pool, err := webassembly.Init(webassembly.Config{
		Context:       r.board,
		MaxTotal:      256, // open files; how many draw at once is bounded elsewhere
		FSConfig:      wazero.NewFSConfig(),
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return errors.Join(fmt.Errorf("start PDFium: %w", err), cache.Close(context.Background()))
	}
	r.pool, r.cache = pool, cache
	r.d.Log.Debug("PDFium started", "seconds", time.Since(began).Seconds())
	return nil
}

func (r *Renderer) compilationCache() (wazero.CompilationCache, error) {
	dir := r.d.CacheDir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			r.d.Log.Warn("no cache for PDFium's code: every start takes seconds", "error", err)
			return wazero.NewCompilationCache(), nil
		}
		dir = filepath.Join(base, "sohoa", "pdfium")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		r.d.Log.Warn("no cache for PDFium's code: every start takes seconds", "error", err)
		return wazero.NewCompilationCache(), nil
	}
	c, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open PDFium's code cache: %w", err)
	}
	return c, nil
}

// switchboard is the parent of the contexts that go-pdfium makes for its instances, and lets each of them be ended on its own. go-pdfium has
// Kill for that, but it takes the memory of running code apart from another goroutine.
//
// It relies on what context.AfterFunc documents: a parent's AfterFunc method is how children learn of its end.
type switchboard struct {
	context.Context
	never chan struct{}
	next  context.Context // ends the instance started next; guarded by Renderer.mu
	ended atomic.Bool
}

// Done implements context.Context: the parent itself never ends.
func (b *switchboard) Done() <-chan struct{} { return b.never }

// Err implements context.Context. It is asked when an instance ends.
func (b *switchboard) Err() error {
	if b.ended.Load() {
		return context.Canceled
	}
	return nil
}

// AfterFunc connects a new instance to the context meant for it.
func (b *switchboard) AfterFunc(f func()) (stop func() bool) {
	return context.AfterFunc(b.next, func() {
		b.ended.Store(true)
		f()
	})
}

// instance is one PDFium with a memory of its own.
type instance struct {
	pdfium.Pdfium
	r       *Renderer
	regions []*region
	cancel  context.CancelFunc // ends a running call at its next jump
}

// instance starts a fresh PDFium: files never share one, so a hostile file spoils nobody's memory.
func (r *Renderer) instance(ctx context.Context) (*instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fmt.Errorf("%w: it was closed", errOurs)
	}
	if r.idle != nil {
		r.idle.Stop()
		r.idle = nil
	}
	if err := r.start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errOurs, err)
	}
	own, cancel := context.WithCancel(context.Background())
	r.board.next = own
	p, err := r.pool.GetInstanceWithContext(ctx)
	if err != nil {
		cancel()
		for _, m := range r.arena.take() {
			m.release()
		}
		return nil, fmt.Errorf("%w: %w", errOurs, err)
	}
	r.inUse++
	return &instance{Pdfium: p, r: r, regions: r.arena.take(), cancel: cancel}, nil
}

// within runs fn and stops PDFium when ctx ends first; the instance is of no use after that.
func (i *instance) within(ctx context.Context, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, i.cancel)
	defer stop()
	err := fn()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// largeBytes is the memory past which an instance is not kept for the next page.
const largeBytes = 96 << 20

// large reports whether the instance's memory grew past what is kept.
func (i *instance) large() bool {
	var n int64
	for _, m := range i.regions {
		n += m.size.Load()
	}
	return n > largeBytes
}

// end gives everything back. No call may be running.
func (i *instance) end() {
	_ = i.Close() // it fails only for an instance that was stopped, and lets go of it all the same
	i.cancel()
	for _, m := range i.regions {
		m.release()
	}
	r := i.r
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inUse--
	if r.inUse == 0 && !r.closed && r.pool != nil {
		r.idle = time.AfterFunc(r.d.Idle, r.stopIdle)
	}
}

func (r *Renderer) stopIdle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inUse > 0 || r.closed {
		return
	}
	if err := r.stop(); err != nil {
		r.d.Log.Warn("PDFium did not end cleanly", "error", err)
	}
}
