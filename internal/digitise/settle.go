package digitise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fold"
	"sohoa/internal/page"
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
	kept, err := s.kept(ctx, v)
	if err != nil {
		return fmt.Errorf("how long to keep it: %w", err)
	}
	until := kept.Until
	if err := s.d.Objects.PutManifest(ctx, archive.ManifestKey(v.Document, v.Version), v.Manifest, until); err != nil {
		return fmt.Errorf("keep manifest: %w", err)
	}
	s.d.Failpoint("settle-after-manifest")
	for _, m := range v.masters() {
		if err := s.d.Objects.ExtendMasterLock(ctx, m, until); err != nil {
			return fmt.Errorf("lock master: %w", err)
		}
	}
	results, _, err := s.results(ctx, v)
	if err != nil {
		return err
	}
	done := ArchivedVersion{At: s.d.Now().UTC(), Until: until, Kept: kept, Pages: indexPages(*v.Snapshot, v.Name, v.Dossier, v.Fields, results)}
	if err := s.d.Catalogue.Archived(ctx, t, done); err != nil {
		return err
	}
	s.d.Failpoint("settle-after-archived")
	s.d.Logger.InfoContext(ctx, "document archived", "document", v.Document, "version", v.Version, "pages", len(v.Pages))
	return nil
}

// indexPages makes the search rows of a version.
func indexPages(snap Snapshot, name, dossier string, fields []archive.Field, results []page.Result) []IndexPage {
	out := []IndexPage{indexPage(0, strings.Join([]string{
		snap.Title, name, dossier, value(fields, "number") + "/" + value(fields, "symbol"), snap.Author,
	}, "\n"))}
	for i, r := range results {
		body := r.Text()
		for _, l := range r.Laid {
			body += "\n" + l.Text()
		}
		out = append(out, indexPage(i+1, body))
	}
	return out
}

func indexPage(ordinal int, body string) IndexPage {
	return IndexPage{Ordinal: ordinal, Body: body, Accented: fold.Accented(body), Plain: fold.Plain(body)}
}

// Again derives from a manifest and the results of its pages what Describe and Settle wrote of the version: for a catalogue that is
// filled anew. Results of lost pages are zero.
func Again(m archive.Manifest, results []page.Result) (Described, []IndexPage) {
	kinds := make([]page.Result, len(m.Pages)) // the manifest knows the kinds of lost pages too
	for i, p := range m.Pages {
		kinds[i].Kind = p.Kind
	}
	return Described{
		Fields: m.Fields, Snapshot: m.Snapshot, Summary: summary(m.Fields, m.Snapshot.Title), NeedsReview: needsReview(m.Fields, kinds),
		Questions: questions(m.Fields, kinds),
	}, indexPages(m.Snapshot, m.Name, m.Dossier, m.Fields, results)
}

// RetainUntil is until when masters and manifest of a version made at t are locked.
func RetainUntil(t time.Time) time.Time { return t.Add(Retention).UTC().Truncate(time.Second) }
