package custody

import (
	"context"
	"fmt"
	"sync"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
)

// graves is what the tombstones of a store tell a rebuild: what is gone for good, and is neither brought back nor missed.
type graves struct {
	documents  map[archive.DocumentID]bool
	versions   map[archive.TombstoneVersion]bool
	accessions map[archive.AccessionID]bool
	masters    map[fixity.Digest]bool // true: the whole file

	mu      sync.Mutex
	derived map[archive.AccessionID]archive.Accession // accessions of substitutes, by the one they were made of
}

// readGraves reads every tombstone, and has the catalogue take out what they name and it still holds.
func (b *Rebuilder) readGraves(ctx context.Context, r *RebuildReport) (*graves, error) {
	g := &graves{
		documents: map[archive.DocumentID]bool{}, versions: map[archive.TombstoneVersion]bool{}, accessions: map[archive.AccessionID]bool{},
		masters: map[fixity.Digest]bool{}, derived: map[archive.AccessionID]archive.Accession{},
	}
	for o, err := range b.d.Objects.List(ctx, Records, archive.TombstonePrefix, "") {
		if err != nil {
			return nil, err
		}
		body, err := b.d.Objects.Read(ctx, Records, o.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Key, err)
		}
		t, err := archive.ParseTombstone(body)
		if err != nil || archive.TombstoneKey(t.ID) != o.Key {
			r.Malformed++
			r.problem("%s: the tombstone cannot be read; what it names may come back", o.Key)
			continue
		}
		r.Tombstones++
		if err := b.d.Catalogue.PutTombstone(ctx, t, body); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Key, err)
		}
		for _, d := range t.Documents {
			g.documents[d] = true
		}
		for _, v := range t.Versions {
			g.versions[v] = true
		}
		for _, a := range t.Accessions {
			g.accessions[a] = true
		}
		for _, m := range t.Masters {
			g.masters[m.Digest] = g.masters[m.Digest] || len(m.LeftOut) == 0
		}
	}
	return g, nil
}

// manifestGone reports whether the manifest under a key is of a document or version that was purged.
func (g *graves) manifestGone(key string) bool {
	id, version, ok := archive.ParseManifestKey(key)
	return ok && (g.documents[id] || g.versions[archive.TombstoneVersion{Document: id, Version: version}])
}

// remember keeps the accession of a substitute.
func (g *graves) remember(a archive.Accession) {
	if a.Derived == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.derived[a.Derived.Accession] = a
}

// bury marks a master that is missing because it was purged.
func (g *graves) bury(m *MasterObject) {
	_, purged := g.masters[m.Digest]
	m.Disposed = purged && m.Missing
}

// settled reports whether an accession is not to be inspected: its master was made by a purge, or a paper that it brought was purged.
func (g *graves) settled(a archive.Accession) bool {
	_, purged := g.masters[a.Master]
	return purged || a.Derived != nil
}

// gone reports whether nothing of an accession is left under its own record.
func (g *graves) gone(a archive.Accession, m MasterObject) bool {
	return g.accessions[a.ID] && (m.Missing || g.masters[a.Master])
}

// stand puts the accessions of substitutes in the place of those that are gone.
func (g *graves) stand(in []archive.Accession, masters []MasterObject) []archive.Accession {
	missing := map[fixity.Digest]bool{}
	for _, m := range masters {
		missing[m.Digest] = m.Missing
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []archive.Accession
	for _, a := range in {
		if g.gone(a, MasterObject{Missing: missing[a.Master]}) {
			d, ok := g.derived[a.ID]
			if !ok {
				continue
			}
			a = d
		}
		out = append(out, a)
	}
	return out
}
