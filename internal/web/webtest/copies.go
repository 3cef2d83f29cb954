package webtest

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"sohoa/internal/fixity"
	"sohoa/internal/retrieve"
)

// copies makes access copies that stand for real ones.
func (a *Archive) copies() *retrieve.Copies {
	return retrieve.NewCopies(retrieve.CopyDeps{
		Maker: copyMaker{}, Store: &copyStore{byKey: map[string][]byte{}}, Dir: os.TempDir(), Logger: slog.New(slog.DiscardHandler),
	})
}

type copyMaker struct{}

// Name implements retrieve.CopyMaker.
func (copyMaker) Name() string { return "test" }

// Write implements retrieve.CopyMaker.
func (copyMaker) Write(_ context.Context, manifest []byte, out io.Writer) error {
	_, err := out.Write(append([]byte("%PDF-1.7\n% an access copy of "), manifest...))
	return err
}

type copyStore struct {
	mu    sync.Mutex
	byKey map[string][]byte
}

// OpenCopy implements retrieve.CopyStore.
func (s *copyStore) OpenCopy(_ context.Context, key string) (io.ReadSeekCloser, fixity.Digest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.byKey[key]
	if !ok {
		return nil, fixity.Digest{}, fs.ErrNotExist
	}
	return reader{bytes.NewReader(b)}, fixity.Of(b), nil
}

// PutCopy implements retrieve.CopyStore.
func (s *copyStore) PutCopy(_ context.Context, key string, src io.ReadSeeker, _ int64, _ fixity.Digest) error {
	b, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byKey[key] = b
	return nil
}
