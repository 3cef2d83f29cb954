package digitise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// shelfRoom is how many masters are kept on local disk and open between the tasks of their pages.
const shelfRoom = 8

// masterShelf keeps masters at hand: fetched once, verified, opened once for each that reads at the same time.
type masterShelf struct {
	dir     string
	objects Objects
	reader  Reader

	mu    sync.Mutex
	books map[fixity.Digest]*book
	clock int64
}

// book is one master on local disk. ready is closed once path or err is set.
type book struct {
	ready   chan struct{}
	path    string
	err     error
	idle    []Master // opened and not in use
	readers int
	used    int64
}

func newMasterShelf(dir string, objects Objects, reader Reader) (*masterShelf, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("empty work directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make work directory: %w", err)
	}
	return &masterShelf{dir: dir, objects: objects, reader: reader, books: map[fixity.Digest]*book{}}, nil
}

// file lends the path of a master on local disk until release is called.
func (s *masterShelf) file(ctx context.Context, d fixity.Digest) (path string, release func(), err error) {
	b, err := s.take(ctx, d)
	if err != nil {
		return "", nil, err
	}
	return b.path, func() { s.giveBack(b, nil) }, nil
}

// open lends an opened master that nobody else uses, until release is called. Release with keep false after a fault.
func (s *masterShelf) open(ctx context.Context, d fixity.Digest) (m Master, release func(keep bool), err error) {
	b, err := s.take(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	if n := len(b.idle); n > 0 {
		m, b.idle = b.idle[n-1], b.idle[:n-1]
	}
	s.mu.Unlock()
	if m == nil {
		if m, err = s.reader.Open(ctx, b.path); err != nil {
			s.giveBack(b, nil)
			return nil, nil, err
		}
	}
	return m, func(keep bool) {
		if !keep {
			m.Close()
			s.giveBack(b, nil)
			return
		}
		s.giveBack(b, m)
	}, nil
}

func (s *masterShelf) take(ctx context.Context, d fixity.Digest) (*book, error) {
	s.mu.Lock()
	b, ok := s.books[d]
	if !ok {
		b = &book{ready: make(chan struct{})}
		s.books[d] = b
	}
	b.readers++
	s.clock++
	b.used = s.clock
	s.evict()
	s.mu.Unlock()
	if !ok {
		b.path, b.err = s.fetch(ctx, d)
		if b.err != nil { // the next one tries anew
			s.mu.Lock()
			delete(s.books, d)
			s.mu.Unlock()
		}
		close(b.ready)
	}
	select {
	case <-b.ready:
	case <-ctx.Done():
		s.giveBack(b, nil)
		return nil, ctx.Err()
	}
	if b.err != nil {
		s.giveBack(b, nil)
		return nil, b.err
	}
	return b, nil
}

func (s *masterShelf) giveBack(b *book, m Master) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.readers--
	if m != nil {
		b.idle = append(b.idle, m)
	}
	s.evict()
}

// evict drops the masters unused for longest beyond what there is room for. The caller holds the lock.
func (s *masterShelf) evict() {
	for len(s.books) > shelfRoom {
		var oldest fixity.Digest
		var at *book
		for d, b := range s.books {
			if b.readers == 0 && (at == nil || b.used < at.used) {
				oldest, at = d, b
			}
		}
		if at == nil {
			return
		}
		delete(s.books, oldest)
		at.discard()
	}
}

func (b *book) discard() {
	for _, m := range b.idle {
		m.Close()
	}
	b.idle = nil
	if b.path != "" {
		_ = os.Remove(b.path)
	}
}

func (s *masterShelf) fetch(ctx context.Context, d fixity.Digest) (string, error) {
	src, err := s.objects.OpenMaster(ctx, d)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fault.Wrap(fault.StoreUnavailable, err, "the master is on record and not in the store")
	}
	if err != nil {
		return "", fmt.Errorf("fetch master: %w", err)
	}
	defer src.Close()
	path := filepath.Join(s.dir, d.String())
	f, err := os.CreateTemp(s.dir, "fetch-*")
	if err != nil {
		return "", spaceFault(err)
	}
	h := fixity.New()
	_, err = io.Copy(io.MultiWriter(f, h), src)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil && h.Sum() != d {
		// Not the sender's fault: the store gave other bytes than were taken into custody.
		err = fault.New(fault.StoreUnavailable, "the store gave bytes with SHA-256 %s for master %s", h.Sum(), d)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("fetch master: %w", spaceFault(err))
	}
	return path, nil
}

func (s *masterShelf) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, b := range s.books {
		if b.readers == 0 {
			b.discard()
			delete(s.books, d)
		}
	}
}
