package postgres

import (
	"context"
	"encoding/json"
	"iter"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fixity"
	"sohoa/internal/postgres/sqlc"
)

// fixityPage is how many rows are asked for at once.
const fixityPage = 500

// Targets implements custody.FixityCatalogue.
func (c *Catalogue) Targets(ctx context.Context) iter.Seq2[custody.Target, error] {
	return func(yield func(custody.Target, error) bool) {
		for _, walk := range []func(context.Context, func(custody.Target) bool) (bool, error){c.masterTargets, c.accessionTargets, c.versionTargets, c.resultTargets, c.tombstoneTargets} {
			goOn, err := walk(ctx, func(t custody.Target) bool { return yield(t, nil) })
			if err != nil {
				yield(custody.Target{}, unavailable(err))
				return
			}
			if !goOn {
				return
			}
		}
	}
}

func (c *Catalogue) masterTargets(ctx context.Context, yield func(custody.Target) bool) (bool, error) {
	after := []byte{}
	for {
		rows, err := c.q.FixityMasters(ctx, sqlc.FixityMastersParams{After: after, PageSize: fixityPage})
		if err != nil || len(rows) == 0 {
			return true, err
		}
		for _, r := range rows {
			if !yield(masterTarget(r.Digest, r.ObjectVersion, r.SizeBytes)) {
				return false, nil
			}
		}
		last := rows[len(rows)-1].Digest
		after = last[:]
	}
}

func masterTarget(d fixity.Digest, version string, size int64) custody.Target {
	return custody.Target{Kind: "master", Bucket: custody.Masters, Key: archive.MasterKey(d), Version: version, Digest: d, SizeBytes: size, Master: d}
}

// zeroID sorts before every id.
const zeroID = "00000000-0000-0000-0000-000000000000"

func (c *Catalogue) accessionTargets(ctx context.Context, yield func(custody.Target) bool) (bool, error) {
	after := zeroID
	for {
		rows, err := c.q.FixityAccessions(ctx, sqlc.FixityAccessionsParams{After: after, PageSize: fixityPage})
		if err != nil || len(rows) == 0 {
			return true, err
		}
		for _, r := range rows {
			if !yield(accessionTarget(r.ID, r.MasterDigest)) {
				return false, nil
			}
			after = r.ID
		}
	}
}

func accessionTarget(id string, master fixity.Digest) custody.Target {
	return custody.Target{Kind: "accession", Bucket: custody.Records, Key: archive.AccessionKey(archive.AccessionID(id)), Master: master, Accession: archive.AccessionID(id)}
}

func (c *Catalogue) versionTargets(ctx context.Context, yield func(custody.Target) bool) (bool, error) {
	id, version := zeroID, int32(0)
	for {
		rows, err := c.q.FixityVersions(ctx, sqlc.FixityVersionsParams{DocumentID: id, Version: version, PageSize: fixityPage})
		if err != nil || len(rows) == 0 {
			return true, err
		}
		for _, r := range rows {
			id, version = r.DocumentID, r.Version
			targets, err := targetsOfVersion(sqlc.Version{
				DocumentID: r.DocumentID, Version: r.Version, RenditionDigest: r.RenditionDigest, RenditionSize: r.RenditionSize,
				RenditionObjectVersion: r.RenditionObjectVersion, ManifestDigest: r.ManifestDigest, ArchivedAt: r.ArchivedAt,
			})
			if err != nil {
				return false, err
			}
			for _, t := range targets {
				if !yield(t) {
					return false, nil
				}
			}
		}
	}
}

// targetsOfVersion are rendition and, once it is archived, manifest of a version whose manifest is frozen.
func targetsOfVersion(r sqlc.Version) ([]custody.Target, error) {
	id := archive.DocumentID(r.DocumentID)
	part, err := renditionOf(id, r)
	if err != nil {
		return nil, err
	}
	out := []custody.Target{{
		Kind: "rendition", Bucket: custody.Renditions, Key: part.Key, Version: part.VersionID, Digest: part.Digest, SizeBytes: part.SizeBytes, Document: id,
	}}
	if r.ArchivedAt == nil {
		return out, nil
	}
	d, err := fixity.FromBytes(r.ManifestDigest)
	if err != nil {
		return nil, err
	}
	return append(out, custody.Target{Kind: "manifest", Bucket: custody.Records, Key: archive.ManifestKey(id, int(r.Version)), Digest: d, Document: id}), nil
}

func (c *Catalogue) resultTargets(ctx context.Context, yield func(custody.Target) bool) (bool, error) {
	p := sqlc.FixityResultsParams{Master: []byte{}, PageSize: fixityPage}
	for {
		rows, err := c.q.FixityResults(ctx, p)
		if err != nil || len(rows) == 0 {
			return true, err
		}
		for _, r := range rows {
			if !yield(resultTarget(r.MasterDigest, r.ObjectKey, r.Digest)) {
				return false, nil
			}
		}
		last := rows[len(rows)-1]
		p.Master, p.Page, p.Engine, p.Settings = last.MasterDigest[:], last.MasterPage, last.Engine, last.Settings
	}
}

func resultTarget(master fixity.Digest, key string, d fixity.Digest) custody.Target {
	return custody.Target{Kind: "result", Bucket: custody.Renditions, Key: key, Digest: d, Master: master}
}

// TargetsOf implements custody.FixityCatalogue.
func (c *Catalogue) TargetsOf(ctx context.Context, id string) iter.Seq2[custody.Target, error] {
	return func(yield func(custody.Target, error) bool) {
		targets, err := c.targetsOf(ctx, id)
		if err != nil {
			yield(custody.Target{}, unavailable(err))
			return
		}
		for _, t := range targets {
			if !yield(t, nil) {
				return
			}
		}
	}
}

func (c *Catalogue) targetsOf(ctx context.Context, id string) ([]custody.Target, error) {
	if !archive.ValidID(id) {
		return nil, custody.UnknownID(id)
	}
	docs := []string{id}
	var out []custody.Target
	acc, err := c.q.GetAccession(ctx, id)
	switch {
	case err == nil:
		m, err := c.q.GetMaster(ctx, acc.MasterDigest)
		if err != nil {
			return nil, err
		}
		if m.State != "disposed" { // of a zip that a purged paper came in
			out = append(out, masterTarget(m.Digest, m.ObjectVersion, m.SizeBytes))
		}
		out = append(out, accessionTarget(id, acc.MasterDigest))
		if docs, err = c.q.DocumentsOfAccession(ctx, id); err != nil {
			return nil, err
		}
	case !isNoRows(err):
		return nil, err
	default:
		if _, err := c.q.GetDocument(ctx, id); isNoRows(err) {
			return nil, custody.UnknownID(id)
		} else if err != nil {
			return nil, err
		}
	}
	for _, d := range docs {
		more, err := c.targetsOfDocument(ctx, d)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return once(out), nil
}

// once drops what an accession and its document both name.
func once(in []custody.Target) []custody.Target {
	seen := map[string]bool{}
	out := in[:0]
	for _, t := range in {
		if k := t.Bucket + "/" + t.Key; !seen[k] {
			seen[k] = true
			out = append(out, t)
		}
	}
	return out
}

func (c *Catalogue) targetsOfDocument(ctx context.Context, id string) ([]custody.Target, error) {
	var out []custody.Target
	masters, err := c.q.MastersOfDocument(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, m := range masters {
		out = append(out, masterTarget(m.Digest, m.ObjectVersion, m.SizeBytes))
	}
	accs, err := c.q.AccessionsOfDocument(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, a := range accs {
		out = append(out, accessionTarget(a.ID, a.MasterDigest))
	}
	versions, err := c.q.VersionsOfDocument(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.Manifest == nil {
			continue
		}
		t, err := targetsOfVersion(v)
		if err != nil {
			return nil, err
		}
		out = append(out, t...)
	}
	for _, m := range masters {
		results, err := c.q.ResultsOfMaster(ctx, m.Digest)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			out = append(out, resultTarget(m.Digest, r.ObjectKey, r.Digest))
		}
	}
	return out, nil
}

// Found implements custody.FixityCatalogue.
func (c *Catalogue) Found(ctx context.Context, actor string, f custody.Finding) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		masters := []fixity.Digest{f.Master}
		if f.Master.IsZero() {
			rows, err := q.MastersOfDocument(ctx, string(f.Document))
			if err != nil {
				return err
			}
			masters = masters[:0]
			for _, r := range rows {
				masters = append(masters, r.Digest)
			}
		}
		for _, d := range masters {
			if _, err := q.HoldMaster(ctx, d); err != nil {
				return err
			}
		}
		detail := map[string]string{"kind": f.Kind, "bucket": f.Bucket, "key": f.Key, "problem": f.Problem}
		if !f.Digest.IsZero() {
			detail["want"] = f.Digest.String()
		}
		if !f.Have.IsZero() {
			detail["have"] = f.Have.String()
		}
		return audit(ctx, q, event{actor: actor, action: "fixity_failed", accession: f.Accession, document: f.Document, detail: detail})
	})
}

// Verified implements custody.FixityCatalogue.
func (c *Catalogue) Verified(ctx context.Context, actor, id string, r custody.FixityReport) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	e := event{actor: actor, action: "fixity_verified", detail: map[string]string{"report": string(b), "scope": "all"}}
	if id != "" {
		e.detail["scope"] = "one"
		if _, err := c.q.GetAccession(ctx, id); err == nil {
			e.accession = archive.AccessionID(id)
		} else {
			e.document = archive.DocumentID(id)
		}
	}
	return unavailable(audit(ctx, c.q, e))
}
