package digitise

import (
	"context"
	"fmt"
	"io"

	"sohoa/internal/archive"
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
	r, _, err := c.s.result(ctx, p.Result)
	if err != nil {
		return page.Leaf{}, err
	}
	return c.s.leaf(ctx, c.w, p.PageRef, r)
}
