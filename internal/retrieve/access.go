package retrieve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sync/singleflight"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// CopyMaker writes access copies from frozen manifests. Name changes with whatever changes their bytes.
type CopyMaker interface {
	Name() string
	Write(ctx context.Context, manifest []byte, out io.Writer) error
}

// CopyStore keeps access copies until they are cleaned away. A missing copy is fs.ErrNotExist; putting one that is there already is no error.
type CopyStore interface {
	OpenCopy(ctx context.Context, key string) (io.ReadSeekCloser, fixity.Digest, error)
	PutCopy(ctx context.Context, key string, src io.ReadSeeker, sizeBytes int64, d fixity.Digest) error
}

// CopyDeps is what access copies need.
type CopyDeps struct {
	Maker  CopyMaker
	Store  CopyStore
	Dir    string // for files being made; it exists
	Logger *slog.Logger
	// Patience is how long a reader waits for a copy to be made; 0 means 25 s. The making goes on after it.
	Patience time.Duration
}

// Copies makes access copies when somebody asks for them, and keeps them for those who ask soon after. A copy follows from its version, so it can be made
// again at any time: it needs no row, no backup and no lock. Copies is safe for concurrent use; one copy is made at a time, since the making
// takes a core and some hundred MB.
type Copies struct {
	d     CopyDeps
	slot  chan struct{}
	group singleflight.Group
}

// NewCopies returns Copies.
func NewCopies(d CopyDeps) *Copies {
	if d.Patience <= 0 {
		d.Patience = 25 * time.Second
	}
	return &Copies{d: d, slot: make(chan struct{}, 1)}
}

// open opens the access copy of an archived document, made now if need be.
func (c *Copies) open(ctx context.Context, v View) (io.ReadSeekCloser, fixity.Digest, error) {
	key := archive.AccessKey(v.ID, v.Shown, v.Rendition.Digest, c.d.Maker.Name())
	r, d, err := c.d.Store.OpenCopy(ctx, key)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, d, err
	}
	made := c.group.DoChan(key, func() (any, error) { return nil, c.make(context.WithoutCancel(ctx), key, v) })
	patience := time.NewTimer(c.d.Patience)
	defer patience.Stop()
	select {
	case m := <-made:
		if m.Err != nil {
			return nil, fixity.Digest{}, fmt.Errorf("make access copy: %w", m.Err)
		}
	case <-patience.C:
		return nil, fixity.Digest{}, fault.New(fault.NotReady, "the small copy of these %d pages is being made; ask again in a moment", len(v.PageList))
	case <-ctx.Done():
		return nil, fixity.Digest{}, ctx.Err()
	}
	return c.d.Store.OpenCopy(ctx, key)
}

// make makes a copy and stores it. Whoever asked may be gone by then; others will come.
func (c *Copies) make(ctx context.Context, key string, v View) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute+time.Duration(len(v.PageList))*10*time.Second)
	defer cancel()
	select {
	case c.slot <- struct{}{}:
		defer func() { <-c.slot }()
	case <-ctx.Done():
		return ctx.Err()
	}
	from := time.Now()
	f, err := os.CreateTemp(c.d.Dir, "access-*.pdf")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	h := fixity.New()
	if err := c.d.Maker.Write(ctx, v.Manifest, io.MultiWriter(f, h)); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := c.d.Store.PutCopy(ctx, key, f, h.SizeBytes(), h.Sum()); err != nil {
		return fmt.Errorf("keep it: %w", err)
	}
	c.d.Logger.InfoContext(ctx, "access copy made", "document", v.ID, "version", v.Version, "pages", len(v.PageList), "bytes", h.SizeBytes(), "seconds", time.Since(from).Seconds())
	return nil
}
