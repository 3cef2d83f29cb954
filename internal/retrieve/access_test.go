package retrieve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// slowMaker writes when it is let.
type slowMaker struct {
	let  chan struct{}
	fail error

	mu   sync.Mutex
	made int
}

func (*slowMaker) Name() string { return "slow 1" }

func (m *slowMaker) Write(ctx context.Context, manifest []byte, out io.Writer) error {
	select {
	case <-m.let:
	case <-ctx.Done():
		return ctx.Err()
	}
	m.mu.Lock()
	m.made++
	m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	_, err := out.Write(manifest)
	return err
}

// shelf keeps copies in memory.
type shelf struct {
	mu     sync.Mutex
	copies map[string][]byte
}

func (s *shelf) OpenCopy(_ context.Context, key string) (io.ReadSeekCloser, fixity.Digest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.copies[key]
	if !ok {
		return nil, fixity.Digest{}, fs.ErrNotExist
	}
	return seekable(b), fixity.Of(b), nil
}

func (s *shelf) PutCopy(_ context.Context, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest) error {
	b, err := io.ReadAll(src)
	if err != nil || int64(len(b)) != sizeBytes || fixity.Of(b) != d {
		return errors.Join(err, errors.New("not the bytes that were announced"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copies[key] = b
	return nil
}

func copiesFor(t *testing.T, m *slowMaker, patience time.Duration) (*Copies, View) {
	t.Helper()
	v := View{Document: Document{ID: "0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11", Version: 1}, Rendition: &archive.Part{Digest: fixity.Of([]byte("r"))}, Manifest: []byte("manifest")}
	c := NewCopies(CopyDeps{
		Maker: m, Store: &shelf{copies: map[string][]byte{}}, Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Patience: patience,
	})
	return c, v
}

func TestManyReadersOfOnePaperHaveItsCopyMadeOnce(t *testing.T) {
	t.Parallel()
	m := &slowMaker{let: make(chan struct{})}
	c, v := copiesFor(t, m, time.Minute)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			r, d, err := c.open(t.Context(), v)
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			if b, err := io.ReadAll(r); err != nil || !bytes.Equal(b, v.Manifest) || d != fixity.Of(b) {
				t.Errorf("read %q, %v", b, err)
			}
		})
	}
	close(m.let)
	readers.Wait()
	if m.made != 1 {
		t.Errorf("made %d times", m.made)
	}
}

func TestWhoDoesNotWaitFindsTheCopyLater(t *testing.T) {
	t.Parallel()
	m := &slowMaker{let: make(chan struct{})}
	c, v := copiesFor(t, m, time.Millisecond)
	if _, _, err := c.open(t.Context(), v); fault.CodeOf(err) != fault.NotReady || fault.VerdictOf(err) != fault.Stalled {
		t.Fatalf("a copy that takes long: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := c.open(gone, v); err == nil {
		t.Fatal("a reader who has gone got a copy")
	}
	close(m.let)
	for {
		r, _, err := c.open(t.Context(), v)
		if err == nil {
			r.Close()
			break
		}
		if fault.CodeOf(err) != fault.NotReady {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	if m.made != 1 {
		t.Errorf("made %d times", m.made)
	}
}

func TestAFailedCopyIsMadeAnew(t *testing.T) {
	t.Parallel()
	m := &slowMaker{let: make(chan struct{}), fail: errors.New("no paper")}
	close(m.let)
	c, v := copiesFor(t, m, time.Minute)
	if _, _, err := c.open(t.Context(), v); !errors.Is(err, m.fail) {
		t.Fatalf("a maker that fails: %v", err)
	}
	m.fail = nil
	r, _, err := c.open(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

func TestAnotherRenditionOrWriterIsAnotherCopy(t *testing.T) {
	t.Parallel()
	key := archive.AccessKey("0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11", 1, fixity.Of([]byte("r")), "w 1")
	for what, other := range map[string]string{
		"another rendition": archive.AccessKey("0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11", 1, fixity.Of([]byte("s")), "w 1"),
		"another writer":    archive.AccessKey("0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11", 1, fixity.Of([]byte("r")), "w 2"),
		"another version":   archive.AccessKey("0195f3a1-7e55-7cc2-9b6e-3f0d5f7a1c11", 2, fixity.Of([]byte("r")), "w 1"),
	} {
		if other == key {
			t.Errorf("%s has the same key", what)
		}
	}
}
