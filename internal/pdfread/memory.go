package pdfread

import (
	"sync"
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// arena gives WebAssembly its linear memories outside the Go heap. A reservation costs address space only: growing never copies, what
// was not touched costs nothing, and all of it goes back to the system when the instance ends.
//
// Freeing is put off until release: wazero frees when a module is closed, which may happen from another goroutine while code
// still runs in that memory.
type arena struct {
	mu    sync.Mutex
	fresh []*region // allocated since the last take
}

type region struct {
	mu    sync.Mutex
	bytes []byte       // nil after release
	size  atomic.Int64 // in use
}

// Allocate implements experimental.MemoryAllocator.
func (a *arena) Allocate(_, most uint64) experimental.LinearMemory {
	b, err := unix.Mmap(-1, 0, int(most), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	r := &region{}
	if err == nil {
		r.bytes = b
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fresh = append(a.fresh, r)
	return r
}

// take hands over the memories allocated since the last take.
func (a *arena) take() []*region {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.fresh
	a.fresh = nil
	return r
}

// Reallocate implements experimental.LinearMemory; nil refuses to grow.
func (r *region) Reallocate(size uint64) []byte {
	if size > uint64(len(r.bytes)) {
		return nil
	}
	r.size.Store(int64(size))
	return r.bytes[:size]
}

// Free implements experimental.LinearMemory. The memory stays until release.
func (r *region) Free() {}

// release gives the memory back. No code may run in it any more.
func (r *region) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes != nil {
		_ = unix.Munmap(r.bytes) // fails only for a range that is not ours
		r.bytes = nil
	}
}
