package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// RebuildDeps is what a rebuild needs.
type RebuildDeps struct {
	Objects   Objects
	Catalogue RebuildCatalogue
	Holders   HolderOpener // nil without keys: identifiers wait
	Logger    *slog.Logger
	// Progress is told how far a stage has come; it may be nil.
	Progress func(stage string, done int)
}

// Rebuilder fills a catalogue from the object store.
type Rebuilder struct {
	d      RebuildDeps
	graves *graves // of the store, while a rebuild runs
}

// NewRebuilder returns a Rebuilder.
func NewRebuilder(d RebuildDeps) *Rebuilder {
	if d.Progress == nil {
		d.Progress = func(string, int) {}
	}
	return &Rebuilder{d: d}
}

// RebuildReport counts what a rebuild did.
type RebuildReport struct {
	Records    int `json:"records"`    // accession records found
	Manifests  int `json:"manifests"`  // found
	Accessions int `json:"accessions"` // made anew; those without documents go on from inspection
	Versions   int `json:"versions"`   // made anew, archived
	Lost       int `json:"lost"`       // masters or page results that the store does not have
	Malformed  int `json:"malformed"`  // records or manifests that could not be read
	Tombstones int `json:"tombstones"` // found; what they name is neither brought back nor missed
	// Identifiers of holders that had waited for a key and were opened; that still wait; whose document's data key was destroyed.
	IdentifiersFilled  int      `json:"identifiers_filled"`
	IdentifiersWaiting int      `json:"identifiers_waiting"`
	IdentifiersErased  int      `json:"identifiers_erased"`
	Problems           []string `json:"problems,omitempty"`
}

const (
	stageChunk   = 200
	readAhead    = 8 // objects read at once
	problemsKept = 100
)

func (r *RebuildReport) problem(format string, args ...any) {
	if len(r.Problems) < problemsKept {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Rebuild fills an empty catalogue: archived documents from their manifests, accessions that were acknowledged and not finished as
// accessions to be inspected, which then go on. It refuses a catalogue that holds something, unless identifiers wait in it for a key:
// then it opens those that the keys at hand open, and does nothing else.
func (b *Rebuilder) Rebuild(ctx context.Context, actor string) (RebuildReport, error) {
	r, err := b.run(ctx, actor, false)
	if fault.CodeOf(err) != fault.StateConflict {
		return r, err
	}
	if r, did, fillErr := b.resume(ctx, actor); did || fillErr != nil {
		return r, fillErr
	}
	return r, err
}

// Merge adds to a catalogue what the store has and it has not: after a backup was restored, what was acknowledged since.
func (b *Rebuilder) Merge(ctx context.Context, actor string) (RebuildReport, error) {
	return b.run(ctx, actor, true)
}

func (b *Rebuilder) run(ctx context.Context, actor string, merge bool) (r RebuildReport, err error) {
	ran, err := b.d.Catalogue.Alone(ctx, "rebuild", func(ctx context.Context) error {
		if err := b.d.Catalogue.BeginRebuild(ctx, merge); err != nil {
			return err
		}
		if b.graves, err = b.readGraves(ctx, &r); err != nil {
			return fmt.Errorf("tombstones: %w", err)
		}
		for _, prefix := range []string{"accessions/", "manifests/"} {
			if err := b.gather(ctx, prefix, &r); err != nil {
				return fmt.Errorf("gather %s: %w", strings.TrimSuffix(prefix, "/"), err)
			}
		}
		if err := b.putAccessions(ctx, &r); err != nil {
			return err
		}
		if err := b.putVersions(ctx, &r); err != nil {
			return err
		}
		if err := b.fillHolders(ctx, actor, &r); err != nil {
			return fmt.Errorf("identifiers of holders: %w", err)
		}
		action := "catalogue_rebuilt"
		if merge {
			action = "catalogue_merged"
		}
		return b.d.Catalogue.EndRebuild(ctx, actor, action, r)
	})
	if err == nil && !ran {
		err = fault.New(fault.StateConflict, "another rebuild of this catalogue is running")
	}
	return r, err
}

// gather reads every record or manifest into the staging table, which puts them in order.
func (b *Rebuilder) gather(ctx context.Context, prefix string, r *RebuildReport) error {
	var chunk []Object
	flush := func() error {
		items := make([]Staged, len(chunk))
		bad := make([]error, len(chunk))
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(readAhead)
		for i, o := range chunk {
			g.Go(func() (err error) {
				items[i], bad[i], err = b.read(gctx, o)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		good := items[:0]
		for i, it := range items {
			if bad[i] != nil {
				r.Malformed++
				r.problem("%s: %s", chunk[i].Key, fault.DetailOf(bad[i]))
				b.d.Logger.WarnContext(ctx, "left out of the rebuild", "key", chunk[i].Key, "err", bad[i])
				continue
			}
			if it.Manifest {
				r.Manifests++
			} else {
				r.Records++
			}
			good = append(good, it)
		}
		chunk = chunk[:0]
		b.d.Progress("gather", r.Records+r.Manifests)
		return b.d.Catalogue.Stage(ctx, good)
	}
	for o, err := range b.d.Objects.List(ctx, Records, prefix, "") {
		if err != nil {
			return err
		}
		if b.graves.manifestGone(o.Key) {
			continue
		}
		if chunk = append(chunk, o); len(chunk) == stageChunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(chunk) == 0 {
		return nil
	}
	return flush()
}

// read loads one record or manifest. bad tells what is wrong with its content; err what kept us from reading it.
func (b *Rebuilder) read(ctx context.Context, o Object) (it Staged, bad, err error) {
	body, err := b.d.Objects.Read(ctx, Records, o.Key)
	if err != nil {
		return it, nil, err
	}
	it = Staged{Key: o.Key, StoredAt: o.ModTime, Body: body}
	if strings.HasPrefix(o.Key, "manifests/") {
		m, err := archive.ParseManifest(body)
		if err == nil && archive.ManifestKey(m.Document, m.Version) != o.Key {
			err = fault.New(fault.ManifestMalformed, "the manifest lies under the key of another document or version")
		}
		it.Manifest, it.At = true, m.CreatedAt
		return it, err, nil
	}
	a, err := archive.ParseAccession(body)
	if err == nil && archive.AccessionKey(a.ID) != o.Key {
		err = fault.New(fault.ManifestMalformed, "the accession record lies under the key of another accession")
	}
	if it.At = a.ReceivedAt; err == nil {
		b.graves.remember(a)
	}
	return it, err, nil
}

// each walks the staged items in order.
func (b *Rebuilder) each(ctx context.Context, manifests bool, f func(chunk []Staged) error) error {
	var after Staged
	for {
		chunk, err := b.d.Catalogue.StagedAfter(ctx, manifests, after, stageChunk)
		if err != nil || len(chunk) == 0 {
			return err
		}
		if err := f(chunk); err != nil {
			return err
		}
		after = chunk[len(chunk)-1]
	}
}

func (b *Rebuilder) putAccessions(ctx context.Context, r *RebuildReport) error {
	done := 0
	return b.each(ctx, false, func(chunk []Staged) error {
		accs := make([]archive.Accession, len(chunk))
		masters := make([]MasterObject, len(chunk))
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(readAhead)
		for i, it := range chunk {
			g.Go(func() (err error) {
				if accs[i], err = archive.ParseAccession(it.Body); err != nil {
					return err
				}
				masters[i], err = b.master(gctx, accs[i].Master, accs[i].SizeBytes)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for i, a := range accs {
			if err := b.putAccession(ctx, a, masters[i], r); err != nil {
				return fmt.Errorf("accession %s: %w", a.ID, err)
			}
		}
		done += len(chunk)
		b.d.Progress("accessions", done)
		return nil
	})
}

func (b *Rebuilder) putAccession(ctx context.Context, a archive.Accession, m MasterObject, r *RebuildReport) error {
	if a.ParentID != "" { // the zip comes first, whatever the clock said
		it, ok, err := b.d.Catalogue.StagedByKey(ctx, archive.AccessionKey(a.ParentID))
		if err != nil {
			return err
		}
		if !ok {
			r.problem("accession %s came out of %s, of which there is no record", a.ID, a.ParentID)
			a.ParentID = ""
		} else {
			parent, err := archive.ParseAccession(it.Body)
			if err != nil {
				return err
			}
			parent.ParentID = "" // a zip is never opened inside a zip
			pm, err := b.master(ctx, parent.Master, parent.SizeBytes)
			if err != nil {
				return err
			}
			if err := b.putAccession(ctx, parent, pm, r); err != nil {
				return err
			}
		}
	}
	if b.graves.gone(a, m) {
		return nil
	}
	added, err := b.d.Catalogue.PutAccession(ctx, a, m, b.graves.settled(a))
	if err != nil {
		return err
	}
	if added {
		r.Accessions++
		if m.Missing && !m.Disposed {
			r.Lost++
			r.problem("accession %s: its master %s is not in the store", a.ID, a.Master)
		}
	}
	return nil
}

// master asks the store for a master.
func (b *Rebuilder) master(ctx context.Context, d fixity.Digest, size int64) (MasterObject, error) {
	o, err := b.d.Objects.Stat(ctx, Masters, archive.MasterKey(d), "")
	if errors.Is(err, fs.ErrNotExist) {
		m := MasterObject{Digest: d, SizeBytes: size, Missing: true}
		b.graves.bury(&m)
		return m, nil
	}
	if err != nil {
		return MasterObject{}, err
	}
	return MasterObject{Digest: d, SizeBytes: o.SizeBytes, Version: o.Version, RetainUntil: o.RetainUntil, StoredAt: o.ModTime}, nil
}

func (b *Rebuilder) putVersions(ctx context.Context, r *RebuildReport) error {
	done := 0
	return b.each(ctx, true, func(chunk []Staged) error {
		// Results are read a few versions ahead; the rows are made one version after the other, which keeps their order.
		ready := make([]chan struct{}, len(chunk))
		loaded := make([]RestoredVersion, len(chunk))
		for i := range ready {
			ready[i] = make(chan struct{})
		}
		g, gctx := errgroup.WithContext(ctx)
		var mu sync.Mutex // of r, for load
		tokens := make(chan struct{}, readAhead)
		g.Go(func() error {
			lg, lctx := errgroup.WithContext(gctx)
			for i, it := range chunk {
				select {
				case tokens <- struct{}{}:
				case <-lctx.Done():
					return lg.Wait()
				}
				lg.Go(func() (err error) {
					if loaded[i], err = b.load(lctx, it, &mu, r); err != nil {
						return fmt.Errorf("%s: %w", it.Key, err)
					}
					close(ready[i])
					return nil
				})
			}
			return lg.Wait()
		})
		g.Go(func() error {
			for i := range chunk {
				select {
				case <-ready[i]:
				case <-gctx.Done():
					return gctx.Err()
				}
				changed, err := b.d.Catalogue.PutVersion(gctx, loaded[i])
				if err != nil {
					return fmt.Errorf("%s: %w", chunk[i].Key, err)
				}
				loaded[i] = RestoredVersion{}
				<-tokens
				if changed {
					mu.Lock()
					r.Versions++
					mu.Unlock()
				}
			}
			return nil
		})
		err := g.Wait()
		done += len(chunk)
		b.d.Progress("documents", done)
		return err
	})
}

// load reads what a manifest speaks of.
func (b *Rebuilder) load(ctx context.Context, it Staged, mu *sync.Mutex, r *RebuildReport) (RestoredVersion, error) {
	m, err := archive.ParseManifest(it.Body)
	if err != nil {
		return RestoredVersion{}, err
	}
	v := RestoredVersion{Manifest: m, Bytes: it.Body, StoredAt: it.StoredAt, Results: make([]page.Result, len(m.Pages)), Digests: make([]fixity.Digest, len(m.Pages))}
	lost := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		r.Lost++
		r.problem("%s: "+format, append([]any{it.Key}, args...)...)
	}
	sizes := map[fixity.Digest]int64{}
	for _, a := range m.Accessions {
		sizes[a.Master] = a.SizeBytes
	}
	for _, p := range m.Pages {
		if _, ok := sizes[p.Master]; !ok {
			sizes[p.Master] = 0
		}
	}
	for d, size := range sizes {
		o, err := b.master(ctx, d, size)
		if err != nil {
			return v, err
		}
		if o.Missing && !o.Disposed {
			lost("master %s is not in the store", d)
		}
		v.Masters = append(v.Masters, o)
	}
	v.Manifest.Accessions = b.graves.stand(m.Accessions, v.Masters)
	if v.Holders, err = b.reopen(ctx, m); err != nil {
		return v, fmt.Errorf("identifiers of holders: %w", err)
	}
	for i, p := range m.Pages {
		body, err := b.d.Objects.Read(ctx, Renditions, p.Result)
		if _, purged := b.graves.masters[p.Master]; purged && errors.Is(err, fs.ErrNotExist) {
			continue // copied to the substitute, which a later version refers to
		}
		if errors.Is(err, fs.ErrNotExist) {
			lost("the result of page %d is not in the store, so the page is not found by its text", p.Ordinal)
			continue
		}
		if err != nil {
			return v, err
		}
		if err := json.Unmarshal(body, &v.Results[i]); err != nil {
			v.Results[i] = page.Result{}
			lost("the result of page %d cannot be read", p.Ordinal)
			continue
		}
		v.Digests[i] = fixity.Of(body)
	}
	return v, nil
}
