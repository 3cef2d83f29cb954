package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
)

// proxy stands between us and the store and cuts connections on demand.
type proxy struct {
	addr, target string
	listener     net.Listener
	wg           sync.WaitGroup

	// Bytes to let pass before each of the next cuts, in the two directions; 0 means no cut is armed.
	cutUp, cutDown atomic.Int64
	cuts           atomic.Int64 // how many times the armed cut is still to be made

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), target: target, listener: l, conns: map[net.Conn]bool{}}
	p.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(p.close)
	return p
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.dropAll()
	p.wg.Wait()
}

// dropAll cuts every connection, so that what is armed meets a fresh one.
func (p *proxy) dropAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *proxy) track(c net.Conn) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	return func() {
		_ = c.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, c)
	}
}

func (p *proxy) serve(client net.Conn) {
	defer p.track(client)()
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		return
	}
	defer p.track(server)()
	var both sync.WaitGroup
	both.Go(func() { p.pump(server, client, &p.cutUp); _ = server.Close(); _ = client.Close() })
	both.Go(func() { p.pump(client, server, &p.cutDown); _ = server.Close(); _ = client.Close() })
	both.Wait()
}

func (p *proxy) pump(dst io.Writer, src io.Reader, cut *atomic.Int64) {
	buf := make([]byte, 16<<10)
	var passed int64
	for {
		n, err := src.Read(buf)
		if limit := cut.Load(); limit > 0 && passed+int64(n) >= limit && p.cuts.Add(-1) >= 0 {
			if p.cuts.Load() == 0 {
				cut.Store(0)
			}
			_, _ = dst.Write(buf[:max(0, limit-passed)])
			return
		}
		passed += int64(n)
		if _, werr := dst.Write(buf[:n]); werr != nil || err != nil {
			return
		}
	}
}

// arm makes the next times connections break after so many bytes to the store (up) or from it (down).
func (p *proxy) arm(times, up, down int64) {
	p.dropAll()
	p.cuts.Store(times)
	p.cutUp.Store(up)
	p.cutDown.Store(down)
}

func (p *proxy) disarm() { p.arm(0, 0, 0) }

func cuts(t *testing.T, d objectstore.Deps) {
	Open(t, d)
	p := newProxy(t, d.Endpoint)
	d.Endpoint = p.addr
	s, err := objectstore.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	const n = 3 << 20
	content := bytesOf(9, n)
	digest := fixity.Of(content)
	stored := func(key string) {
		t.Helper()
		p.disarm()
		if _, err := s.Verify(t.Context(), objectstore.Masters, key, "", digest); err != nil {
			t.Errorf("after the cut: %v", err)
		}
	}
	t.Run("while sending a file", func(t *testing.T) {
		key := newKey()
		p.arm(2, 1<<20, 0)
		put(t, s, objectstore.Masters, key, content, objectstore.PutOptions{})
		stored(key)
	})
	t.Run("while sending a stream", func(t *testing.T) {
		key := newKey()
		p.arm(1, 1<<20, 0)
		_, err := s.PutOnce(t.Context(), objectstore.Masters, key, io.MultiReader(bytes.NewReader(content)), n, digest, objectstore.PutOptions{})
		wantCode(t, "PutOnce", err, fault.StoreUnavailable) // it cannot be sent again, so the caller must
		p.disarm()
		absent(t, s, objectstore.Masters, key)
	})
	t.Run("before the answer arrives", func(t *testing.T) {
		for name, small := range map[string][]byte{"a small object": []byte("scan"), "a bigger one": bytesOf(10, 100<<10)} {
			for _, src := range []io.Reader{bytes.NewReader(small), io.MultiReader(bytes.NewReader(small))} {
				key := newKey()
				p.arm(1, 0, 20) // the request is served, its answer is lost after 20 bytes
				obj, err := s.PutOnce(t.Context(), objectstore.Masters, key, src, int64(len(small)), fixity.Of(small), objectstore.PutOptions{})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				st, err := s.Stat(t.Context(), objectstore.Masters, key, "")
				if err != nil || st.VersionID != obj.VersionID {
					t.Errorf("%s: PutOnce told version %q, the store has %q, %v", name, obj.VersionID, st.VersionID, err)
				}
			}
		}
	})
	t.Run("while reading", func(t *testing.T) {
		key := newKey()
		p.disarm()
		put(t, s, objectstore.Masters, key, content, objectstore.PutOptions{})
		p.arm(3, 0, 500_000)
		stream, _, err := s.Open(t.Context(), objectstore.Masters, key, "")
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		got, size, err := fixity.OfReader(stream)
		if err != nil || got != digest || size != n {
			t.Errorf("read %d bytes, %v; the digest is right: %v", size, err, got == digest)
		}
		if p.cuts.Load() > 0 {
			t.Errorf("%d cuts were not made", p.cuts.Load())
		}
	})
	t.Run("for good while reading", func(t *testing.T) {
		key := newKey()
		p.disarm()
		put(t, s, objectstore.Masters, key, content, objectstore.PutOptions{})
		stream, _, err := s.Open(t.Context(), objectstore.Masters, key, "")
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		p.close()
		_, _, err = fixity.OfReader(stream)
		if fault.CodeOf(err) != fault.StoreUnavailable || errors.Is(err, io.EOF) {
			t.Errorf("reading = %v, want a stall", err)
		}
	})
}
