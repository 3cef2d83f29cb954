package local

import (
	"context"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Syncer makes everything written to one file system durable. Callers that come together share one call: a sync that
// began after their bytes were written covers them all. It is safe for concurrent use.
type Syncer struct {
	dir  *os.File
	call func(fd int) error

	runs sync.WaitGroup // the one goroutine that syncs

	mu      sync.Mutex
	active  bool   // a goroutine is syncing or about to
	waiting *round // the next sync, which newcomers join
}

type round struct {
	done chan struct{}
	err  error
}

// NewSyncer opens dir, whose file system is synced.
func NewSyncer(dir string) (*Syncer, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	return &Syncer{dir: f, call: unix.Syncfs}, nil
}

// Sync returns when everything written before the call is on stable storage, or with the error that the kernel met
// when it wrote back. It returns early, without a promise, when ctx ends.
func (s *Syncer) Sync(ctx context.Context) error {
	s.mu.Lock()
	r := s.waiting
	if r == nil {
		r = &round{done: make(chan struct{})}
		s.waiting = r
		if !s.active {
			s.active = true
			s.runs.Go(s.run)
		}
	}
	s.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run syncs as long as somebody waits. One run exists at a time: it is started only when none is running.
func (s *Syncer) run() {
	for {
		s.mu.Lock()
		r := s.waiting
		s.waiting = nil
		s.active = r != nil
		s.mu.Unlock()
		if r == nil {
			return
		}
		if err := s.call(int(s.dir.Fd())); err != nil {
			r.err = fmt.Errorf("syncfs %s: %w", s.dir.Name(), err)
		}
		close(r.done)
	}
}

// Close waits for a sync that somebody gave up waiting for, and lets the folder go. No Sync may be called any more.
func (s *Syncer) Close() error {
	s.runs.Wait()
	return s.dir.Close()
}
