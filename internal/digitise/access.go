package digitise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// Copier writes archived versions again from what their manifests name: masters, page results, snapshot. With the writer that made the rendition it gives
// the same bytes, with another one a copy for other uses. It is safe for concurrent use.
type Copier struct {
	s *Service
	w Writer
}

// Copier returns a copier that writes with w.
func (s *Service) Copier(w Writer) Copier { return Copier{s, w} }

// Name is the writer's.
func (c Copier) Name() string { return c.w.Name() }

// Write writes the version of a frozen manifest to out. One page at a time is in memory. Nothing is recognised.
func (c Copier) Write(ctx context.Context, manifest []byte, out io.Writer) error {
	m, err := archive.ParseManifest(manifest)
	if err != nil {
		return err
	}
	r, err := c.w.Begin(out, m.Snapshot)
	if err != nil {
		return err
	}
	for i, p := range m.Pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		leaf, err := c.leaf(ctx, p)
		if err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
		if err := r.Add(leaf); err != nil {
			return fmt.Errorf("page %d: %w", i+1, spaceFault(err))
		}
	}
	return spaceFault(r.Close())
}

func (c Copier) leaf(ctx context.Context, p archive.ManifestPage) (page.Leaf, error) {
	b, err := c.s.d.Objects.GetResult(ctx, p.Result)
	if errors.Is(err, fs.ErrNotExist) {
		return page.Leaf{}, fault.Wrap(fault.StoreUnavailable, err, "the result is on record and not in the store")
	}
	if err != nil {
		return page.Leaf{}, err
	}
	var r page.Result
	if err := json.Unmarshal(b, &r); err != nil {
		return page.Leaf{}, fmt.Errorf("read result: %w", err)
	}
	return c.s.leaf(ctx, c.w, p.PageRef, r)
}
