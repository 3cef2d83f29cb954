package digitise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/fold"
)

// Settle stores the frozen manifest, extends the locks, and only then lets the version count as archived and be found.
func (s *Service) Settle(ctx context.Context, t archive.Task) error {
	defer s.d.Observe.stage("settle", time.Now())
	v, err := s.d.Catalogue.Version(ctx, t)
	if err != nil {
		return err
	}
	if v.Manifest == nil || v.Snapshot == nil {
		return fault.New(fault.Internal, "version %d of document %s is to be settled and has no manifest", v.Version, v.Document)
	}
	until := v.CreatedAt.Add(Retention).UTC().Truncate(time.Second)
	if err := s.d.Objects.PutManifest(ctx, archive.ManifestKey(v.Document, v.Version), v.Manifest, until); err != nil {
		return fmt.Errorf("keep manifest: %w", err)
	}
	s.d.Failpoint("settle-after-manifest")
	locked := map[fixity.Digest]bool{}
	for _, p := range v.Pages {
		if !locked[p.Master] {
			locked[p.Master] = true
			if err := s.d.Objects.ExtendMasterLock(ctx, p.Master, until); err != nil {
				return fmt.Errorf("lock master: %w", err)
			}
		}
	}
	results, _, err := s.results(ctx, v)
	if err != nil {
		return err
	}
	done := ArchivedVersion{At: s.d.Now().UTC(), Until: until}
	done.Pages = append(done.Pages, indexPage(0, strings.Join([]string{
		v.Snapshot.Title, v.Name, v.Dossier, value(v.Fields, "number") + "/" + value(v.Fields, "symbol"), v.Snapshot.Author,
	}, "\n")))
	for i, r := range results {
		body := r.Text()
		for _, l := range r.Laid {
			body += "\n" + l.Text()
		}
		done.Pages = append(done.Pages, indexPage(i+1, body))
	}
	if err := s.d.Catalogue.Archived(ctx, t, done); err != nil {
		return err
	}
	s.d.Failpoint("settle-after-archived")
	s.d.Logger.InfoContext(ctx, "document archived", "document", v.Document, "version", v.Version, "pages", len(v.Pages))
	return nil
}

func indexPage(ordinal int, body string) IndexPage {
	return IndexPage{Ordinal: ordinal, Body: body, Accented: fold.Accented(body), Plain: fold.Plain(body)}
}
