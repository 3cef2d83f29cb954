package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/postgres/sqlc"
)

// BeginRebuild implements custody.RebuildCatalogue.
func (c *Catalogue) BeginRebuild(ctx context.Context, merge bool) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		again, err := q.UnfinishedRebuild(ctx)
		if err != nil {
			return err
		}
		if !again {
			n, err := q.CatalogueContent(ctx)
			if err != nil {
				return err
			}
			if !merge && n.Accessions+n.Documents+n.Batches > 0 {
				return fault.New(fault.StateConflict,
					"the catalogue holds %d accessions, %d documents and %d batches; a rebuild fills an empty one: drop the database, run sohoa migrate, and try again",
					n.Accessions, n.Documents, n.Batches)
			}
			if err := q.BeginRebuild(ctx); err != nil {
				return err
			}
			if err := audit(ctx, q, event{actor: System, action: "catalogue_rebuild_begun", detail: map[string]string{"merge": fmt.Sprint(merge)}}); err != nil {
				return err
			}
		}
		return q.DropRebuildItems(ctx)
	})
}

// Stage implements custody.RebuildCatalogue. The items of a call are all records or all manifests, or both.
func (c *Catalogue) Stage(ctx context.Context, items []custody.Staged) error {
	var byKind [2]sqlc.StageRebuildItemsParams
	for _, it := range items {
		p := &byKind[kindOf(it.Manifest)]
		p.Kind = kindOf(it.Manifest)
		p.Times, p.Objects = append(p.Times, it.At), append(p.Objects, it.Key)
		p.Stored, p.Bodies = append(p.Stored, it.StoredAt), append(p.Bodies, it.Body)
	}
	for _, p := range byKind {
		if len(p.Objects) == 0 {
			continue
		}
		if err := c.q.StageRebuildItems(ctx, p); err != nil {
			return unavailable(err)
		}
	}
	return nil
}

func kindOf(manifest bool) int16 {
	if manifest {
		return 1
	}
	return 0
}

func stagedOf(r sqlc.RebuildItem) custody.Staged {
	return custody.Staged{Manifest: r.Kind == 1, At: r.At, Key: r.Object, StoredAt: r.StoredAt.UTC(), Body: r.Body}
}

// StagedAfter implements custody.RebuildCatalogue.
func (c *Catalogue) StagedAfter(ctx context.Context, manifests bool, after custody.Staged, limit int) ([]custody.Staged, error) {
	rows, err := c.q.RebuildItemsAfter(ctx, sqlc.RebuildItemsAfterParams{Kind: kindOf(manifests), At: after.At, Object: after.Key, PageSize: int32(limit)})
	out := make([]custody.Staged, len(rows))
	for i, r := range rows {
		out[i] = stagedOf(r)
	}
	return out, unavailable(err)
}

// StagedByKey implements custody.RebuildCatalogue.
func (c *Catalogue) StagedByKey(ctx context.Context, key string) (custody.Staged, bool, error) {
	r, err := c.q.RebuildItem(ctx, key)
	if isNoRows(err) {
		return custody.Staged{}, false, nil
	}
	return stagedOf(r), err == nil, unavailable(err)
}

// PutAccession implements custody.RebuildCatalogue.
func (c *Catalogue) PutAccession(ctx context.Context, a archive.Accession, m custody.MasterObject, settled bool) (added bool, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		if err := restoreMaster(ctx, q, m); err != nil {
			return err
		}
		if added, err = restoreAccession(ctx, q, a); err != nil || !added {
			return err
		}
		if settled {
			err = settleAccession(ctx, q, a)
		} else {
			err = q.InsertTask(ctx, sqlc.InsertTaskParams{
				Kind: string(archive.TaskInspect), Queue: a.Queue, UnitCode: a.Unit, AccessionID: ptr(string(a.ID)), Attempt: 1,
			})
		}
		if err != nil {
			return err
		}
		return audit(ctx, q, event{
			actor: System, action: "accession_rebuilt", unit: a.Unit, accession: a.ID,
			detail: map[string]string{"master": a.Master.String(), "received_by": a.ReceivedBy},
		})
	})
	return added && err == nil, err
}

func restoreMaster(ctx context.Context, q *sqlc.Queries, m custody.MasterObject) error {
	until, created := m.RetainUntil, m.StoredAt
	if until.IsZero() {
		until = time.Now()
	}
	if created.IsZero() {
		created = time.Now()
	}
	if err := q.RestoreMaster(ctx, sqlc.RestoreMasterParams{
		Digest: m.Digest, SizeBytes: m.SizeBytes, ObjectVersion: m.Version, RetainUntil: until, CreatedAt: created, DisposalHold: m.Missing && !m.Disposed,
	}); err != nil || !m.Disposed {
		return err
	}
	_, err := q.DisposeMaster(ctx, m.Digest)
	return err
}

// restoreAccession makes the row of an accession, with unit and batch; added is false when it is there.
func restoreAccession(ctx context.Context, q *sqlc.Queries, a archive.Accession) (added bool, err error) {
	if err := q.EnsureUnit(ctx, a.Unit); err != nil {
		return false, err
	}
	batch, err := restoreBatch(ctx, q, a)
	if err != nil {
		return false, err
	}
	_, err = q.InsertAccession(ctx, sqlc.InsertAccessionParams{
		ID: string(a.ID), BatchID: batch, ParentID: opt(string(a.ParentID)), UnitCode: a.Unit, DossierCode: opt(a.Dossier),
		AccessLevel: string(a.Access), Name: a.Name, MasterDigest: a.Master, SizeBytes: a.SizeBytes, Queue: a.Queue,
		ReceivedBy: a.ReceivedBy, ReceivedAt: a.ReceivedAt,
	})
	if isNoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// restoreBatch makes the batch an accession came in, and returns its id: that of a batch of the same name when one was made since.
func restoreBatch(ctx context.Context, q *sqlc.Queries, a archive.Accession) (*string, error) {
	if a.Batch == "" {
		return nil, nil
	}
	name := a.BatchName
	if name == "" {
		name = string(a.Batch)
	}
	stack := stackOf(nil)
	if a.Stack != nil {
		stack = *a.Stack
	}
	if err := q.RestoreBatch(ctx, sqlc.RestoreBatchParams{
		ID: string(a.Batch), UnitCode: a.Unit, Name: name, Queue: a.Queue, CreatedBy: a.ReceivedBy, CreatedAt: a.ReceivedAt,
		Splitting: string(stack.Splitting), PageOrder: string(stack.PageOrder),
	}); err != nil {
		return nil, err
	}
	b, err := q.GetBatch(ctx, string(a.Batch))
	if isNoRows(err) {
		b, err = q.GetBatchByName(ctx, sqlc.GetBatchByNameParams{UnitCode: a.Unit, Name: name})
	}
	return &b.ID, err
}

// PutVersion implements custody.RebuildCatalogue.
func (c *Catalogue) PutVersion(ctx context.Context, v custody.RestoredVersion) (changed bool, err error) {
	m := v.Manifest
	id, version := string(m.Document), int32(m.Version)
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		for _, o := range v.Masters {
			if err := restoreMaster(ctx, q, o); err != nil {
				return err
			}
		}
		row, err := q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: id, Version: version})
		if err != nil && !isNoRows(err) {
			return err
		}
		if err == nil && row.ArchivedAt != nil {
			return nil
		}
		changed = true
		if err := restoreDocument(ctx, q, v); err != nil {
			return err
		}
		if err := restoreVersion(ctx, q, v); err != nil {
			return err
		}
		if err := restoreArrangement(ctx, q, m); err != nil {
			return err
		}
		for _, a := range m.Accessions {
			if err := finishAccession(ctx, q, m.Document, a); err != nil {
				return err
			}
		}
		md := fixity.Of(v.Bytes)
		return audit(ctx, q, event{
			actor: System, action: "document_rebuilt", unit: m.Unit, document: m.Document,
			detail: map[string]string{"version": fmt.Sprint(m.Version), "manifest": md.String()},
		})
	})
	return changed && err == nil, err
}

// restoreDocument makes the document's row, or moves it on where it stands at this version or an older one.
func restoreDocument(ctx context.Context, q *sqlc.Queries, v custody.RestoredVersion) error {
	m := v.Manifest
	queue, created := string(archive.Backlog), m.CreatedAt
	var batch *string
	if err := q.EnsureUnit(ctx, m.Unit); err != nil {
		return err
	}
	for i, a := range m.Accessions {
		if _, err := restoreAccession(ctx, q, a); err != nil { // no record of it in the store, then the manifest has to do
			return err
		}
		if i > 0 {
			continue
		}
		row, err := q.GetAccession(ctx, string(a.ID))
		if err != nil {
			return err
		}
		queue, created, batch = a.Queue, a.ReceivedAt, row.BatchID
	}
	return q.RestoreDocument(ctx, sqlc.RestoreDocumentParams{
		ID: string(m.Document), UnitCode: m.Unit, DossierCode: opt(m.Dossier), AccessLevel: string(m.Access), BatchID: batch, Name: m.Name,
		Queue: queue, Version: int32(m.Version), CreatedAt: created, ArchivedAt: &v.StoredAt, Shelf: opt(m.Shelf), ProcedureCode: opt(m.Procedure),
	})
}

func restoreVersion(ctx context.Context, q *sqlc.Queries, v custody.RestoredVersion) error {
	m := v.Manifest
	id, version := string(m.Document), int32(m.Version)
	snap, err := json.Marshal(m.Snapshot)
	if err != nil {
		return err
	}
	md := fixity.Of(v.Bytes)
	p := sqlc.RestoreVersionParams{
		DocumentID: id, Version: version, Reason: m.Reason, CreatedBy: m.CreatedBy, CreatedAt: m.CreatedAt, PageCount: int32(len(m.Pages)),
		Snapshot: snap, Conformance: ptr(m.Conformance), CheckedBy: ptr(m.CheckedBy), Manifest: v.Bytes, ManifestDigest: md[:], ArchivedAt: &v.StoredAt,
	}
	for _, part := range m.Parts {
		if part.Kind == "rendition" {
			p.RenditionDigest, p.RenditionSize, p.RenditionObjectVersion = part.Digest[:], ptr(part.SizeBytes), ptr(part.VersionID)
		}
	}
	if err := q.RestoreVersion(ctx, p); err != nil {
		return err
	}
	if err := restorePages(ctx, q, v); err != nil {
		return err
	}
	again, index := digitise.Again(m, v.Results)
	if err := putFields(ctx, q, id, version, again.Fields); err != nil {
		return err
	}
	if err := putHolders(ctx, q, id, version, v.Holders); err != nil {
		return err
	}
	if err := q.CloseTasksOfVersions(ctx, sqlc.CloseTasksOfVersionsParams{DocumentID: &id, Version: version}); err != nil {
		return err
	}
	d, err := q.GetDocument(ctx, id)
	if err != nil || d.Version != version {
		return err
	}
	if err := describeDocument(ctx, q, id, again.Summary, again.NeedsReview); err != nil {
		return err
	}
	if err := restoreDecisions(ctx, q, m); err != nil {
		return err
	}
	if err := openQuestions(ctx, q, m.Document, m.Version, again.Questions); err != nil {
		return err
	}
	return putIndex(ctx, q, id, index)
}

func restorePages(ctx context.Context, q *sqlc.Queries, v custody.RestoredVersion) error {
	m := v.Manifest
	id, version := string(m.Document), int32(m.Version)
	if err := q.DropPages(ctx, sqlc.DropPagesParams{DocumentID: id, Version: version}); err != nil {
		return err
	}
	refs := make([]archive.PageRef, len(m.Pages))
	for i, p := range m.Pages {
		refs[i] = p.PageRef
	}
	if err := insertPages(ctx, q, m.Document, m.Version, refs); err != nil {
		return err
	}
	for i, p := range m.Pages {
		if _, err := q.ReadPage(ctx, sqlc.ReadPageParams{
			DocumentID: id, Version: version, Ordinal: int32(p.Ordinal), Kind: p.Kind.String(), FoundTurn: int16(p.FoundTurn), Skew: float32(p.Skew),
			Confidence: float32(p.Confidence), ResultKey: p.Result, Quality: qualityOf(v.Results[i]),
		}); err != nil {
			return err
		}
		if v.Digests[i].IsZero() {
			continue
		}
		if err := q.InsertPageResult(ctx, sqlc.InsertPageResultParams{
			MasterDigest: p.Master, MasterPage: int32(p.Page), Engine: v.Results[i].Engine, Settings: settingsOf(p), ObjectKey: p.Result, Digest: v.Digests[i],
		}); err != nil {
			return err
		}
	}
	return nil
}

// settingsOf takes the settings out of a result's key: a person's turn is in them, and the result itself does not know it.
func settingsOf(p archive.ManifestPage) string {
	empty := archive.ResultKey(p.Master, p.Page, "")
	head, tail := empty[:len(empty)-len(".json")], ".json"
	if len(p.Result) < len(empty) || p.Result[:len(head)] != head {
		return p.Result // not a key of ours: unique all the same
	}
	return p.Result[len(head) : len(p.Result)-len(tail)]
}

// EndRebuild implements custody.RebuildCatalogue.
func (c *Catalogue) EndRebuild(ctx context.Context, actor, action string, r custody.RebuildReport) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.DropRebuildItems(ctx); err != nil {
			return err
		}
		if err := q.FinishRebuilds(ctx); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: action, detail: map[string]string{
			"records": fmt.Sprint(r.Records), "manifests": fmt.Sprint(r.Manifests), "accessions": fmt.Sprint(r.Accessions),
			"versions": fmt.Sprint(r.Versions), "lost": fmt.Sprint(r.Lost), "malformed": fmt.Sprint(r.Malformed),
			"identifiers_waiting": fmt.Sprint(r.IdentifiersWaiting), "identifiers_erased": fmt.Sprint(r.IdentifiersErased),
		}})
	})
}
