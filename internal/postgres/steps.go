package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/postgres/sqlc"
)

// Task loads an open task; ok is false when it is closed.
func (c *Catalogue) Task(ctx context.Context, id int64) (t archive.Task, ok bool, err error) {
	r, err := c.q.GetTask(ctx, id)
	if isNoRows(err) {
		return archive.Task{}, false, nil
	}
	if err != nil {
		return archive.Task{}, false, unavailable(err)
	}
	return taskOf(r), true, nil
}

// InspectTask loads the open inspection of an accession.
func (c *Catalogue) InspectTask(ctx context.Context, id archive.AccessionID) (archive.Task, error) {
	r, err := c.q.InspectTask(ctx, ptr(string(id)))
	return taskOf(r), unavailable(err)
}

func taskOf(r sqlc.Outbox) archive.Task {
	return archive.Task{
		ID: r.ID, Kind: archive.TaskKind(r.Kind), Queue: archive.Queue(r.Queue), Unit: r.UnitCode, Accession: archive.AccessionID(deref(r.AccessionID)),
		Document: archive.DocumentID(deref(r.DocumentID)), Version: number(r.Version), Page: number(r.Page), Attempt: int(r.Attempt), Tries: int(r.Tries),
	}
}

// guarded closes the task and runs f; f returns how many rows its guarded UPDATE changed. None means the row is elsewhere by now: the
// transaction is undone and the task, which has nothing left to do, is closed by the caller on ErrFenced.
func (c *Catalogue) guarded(ctx context.Context, t archive.Task, f func(q *sqlc.Queries) (int64, error)) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		closed, err := q.CloseTask(ctx, t.ID)
		if err != nil {
			return err
		}
		if closed == 0 {
			return digitise.ErrFenced // delivered twice: the other one was faster
		}
		n, err := f(q)
		if err != nil {
			return err
		}
		if n == 0 {
			return digitise.ErrFenced
		}
		return nil
	})
}

// BeginInspection implements digitise.Catalogue.
func (c *Catalogue) BeginInspection(ctx context.Context, t archive.Task) (a archive.Accession, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := q.BeginInspection(ctx, sqlc.BeginInspectionParams{ID: string(t.Accession), Attempt: int32(t.Attempt)})
		if err != nil {
			return err
		}
		if n == 0 {
			return digitise.ErrFenced
		}
		row, err := q.GetAccession(ctx, string(t.Accession))
		if err != nil {
			return err
		}
		a = accessionOf(row)
		return addBatch(ctx, q, row, &a)
	})
	return a, err
}

// addBatch says in which batch an accession came, if in one, and how the batch takes files apart: entries of a zip go into the zip's batch, and
// manifests name batches, since they must be made again from there.
func addBatch(ctx context.Context, q *sqlc.Queries, row sqlc.Accession, a *archive.Accession) error {
	if row.BatchID == nil {
		return nil
	}
	b, err := q.GetBatch(ctx, *row.BatchID)
	a.BatchName, a.Stack = b.Name, ptr(stackOf(&b))
	return err
}

// Split implements digitise.Catalogue.
func (c *Catalogue) Split(ctx context.Context, t archive.Task, s digitise.Split) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		if s.Warnings == nil {
			s.Warnings = []string{}
		}
		n, err := q.SplitAccession(ctx, sqlc.SplitAccessionParams{
			ID: string(t.Accession), Attempt: int32(t.Attempt), MediaType: opt(string(s.MediaType)), Pages: ptr(int32(s.Pages)), Warnings: s.Warnings,
		})
		if err != nil || n == 0 {
			return n, err
		}
		if err := putSignatures(ctx, q, t.Accession, s.Signatures); err != nil {
			return 0, err
		}
		row, err := q.GetAccession(ctx, string(t.Accession))
		if err != nil {
			return 0, err
		}
		for _, d := range s.Documents {
			if err := openDocument(ctx, q, row, d); err != nil {
				return 0, err
			}
		}
		return n, audit(ctx, q, event{
			actor: System, action: "accession_split", unit: row.UnitCode, batch: deref(row.BatchID), accession: t.Accession,
			detail: map[string]string{"documents": fmt.Sprint(len(s.Documents)), "pages": fmt.Sprint(s.Pages), "media_type": string(s.MediaType)},
		})
	})
}

func insertPages(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int, pages []archive.PageRef) error {
	p := sqlc.InsertPagesParams{DocumentID: string(id), Version: int32(version)}
	for _, r := range pages {
		p.Ordinals = append(p.Ordinals, int32(r.Ordinal))
		p.Masters = append(p.Masters, r.Master[:])
		p.MasterPages = append(p.MasterPages, int32(r.Page))
		p.Turns = append(p.Turns, int16(r.Turn))
	}
	return q.InsertPages(ctx, p)
}

// Reject implements digitise.Catalogue.
func (c *Catalogue) Reject(ctx context.Context, t archive.Task, media archive.MediaType, code fault.Code, detail string) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		n, err := q.RejectAccession(ctx, sqlc.RejectAccessionParams{
			ID: string(t.Accession), Attempt: int32(t.Attempt), Code: string(code), Detail: detail, MediaType: opt(string(media)),
		})
		if err != nil || n == 0 {
			return n, err
		}
		return n, audit(ctx, q, event{
			actor: System, action: "accession_rejected", unit: t.Unit, accession: t.Accession, detail: map[string]string{"code": string(code)},
		})
	})
}

// Version implements digitise.Catalogue.
func (c *Catalogue) Version(ctx context.Context, t archive.Task) (digitise.Version, error) {
	v, attempt, err := c.version(ctx, t.Document, t.Version)
	if err != nil {
		return v, unavailable(err)
	}
	if attempt != t.Attempt {
		return v, digitise.ErrFenced
	}
	return v, nil
}

func (c *Catalogue) version(ctx context.Context, id archive.DocumentID, version int) (v digitise.Version, attempt int, err error) {
	d, err := c.q.GetDocument(ctx, string(id))
	if isNoRows(err) {
		return v, 0, digitise.ErrFenced
	}
	if err != nil {
		return v, 0, err
	}
	row, err := c.q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: d.ID, Version: int32(version)})
	if err != nil {
		return v, 0, fmt.Errorf("version %d of %s: %w", version, id, err)
	}
	v = digitise.Version{
		Document: id, Version: version, Unit: d.UnitCode, Dossier: deref(d.DossierCode), Access: archive.Access(d.AccessLevel), Name: d.Name,
		Reason: row.Reason, CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt.UTC(), Manifest: row.Manifest,
	}
	if row.Manifest != nil {
		if v.Rendition, err = renditionOf(id, row); err != nil {
			return v, 0, err
		}
	}
	if row.Snapshot != nil {
		if err := json.Unmarshal(row.Snapshot, &v.Snapshot); err != nil {
			return v, 0, fmt.Errorf("snapshot: %w", err)
		}
	}
	pages, err := c.q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: d.ID, Version: int32(version)})
	if err != nil {
		return v, 0, err
	}
	for _, p := range pages {
		vp := digitise.VersionPage{PageRef: pageRefOf(p), ResultKey: deref(p.ResultKey)}
		if p.Kind != nil {
			if err := vp.Kind.UnmarshalText([]byte(*p.Kind)); err != nil {
				return v, 0, err
			}
		}
		v.Pages = append(v.Pages, vp)
	}
	accs, err := c.q.AccessionsOfDocument(ctx, d.ID)
	if err != nil {
		return v, 0, err
	}
	for _, row := range accs {
		a := accessionOf(row)
		a.Warnings = row.Warnings
		docs, err := c.q.DocumentsOfAccession(ctx, row.ID)
		if err != nil {
			return v, 0, err
		}
		a.Parts = len(docs)
		if err = addBatch(ctx, c.q, row, &a); err != nil {
			return v, 0, err
		}
		v.Accessions = append(v.Accessions, a)
	}
	if err := addArrangement(ctx, c.q, d, &v); err != nil {
		return v, 0, err
	}
	v.Accessions = ownAccessions(v)
	if v.Fields, err = fieldsOf(ctx, c.q, id, version); err != nil {
		return v, 0, err
	}
	if v.Filed, err = filed(ctx, c.q, d); err != nil {
		return v, 0, err
	}
	if v.Decided, err = decidedFields(ctx, c.q, id, version); err != nil {
		return v, 0, err
	}
	prev, err := c.q.LastManifestBefore(ctx, sqlc.LastManifestBeforeParams{DocumentID: d.ID, Version: int32(version)})
	if err != nil && !isNoRows(err) {
		return v, 0, err
	}
	if err == nil {
		pd, err := fixity.FromBytes(prev)
		if err != nil {
			return v, 0, err
		}
		v.Previous = &pd
	}
	return v, int(d.Attempt), nil
}

func fieldsOf(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int) ([]archive.Field, error) {
	rows, err := q.ListFields(ctx, sqlc.ListFieldsParams{DocumentID: string(id), Version: int32(version)})
	if err != nil {
		return nil, err
	}
	out := make([]archive.Field, len(rows))
	for i, b := range rows {
		if err := json.Unmarshal(b, &out[i]); err != nil {
			return nil, fmt.Errorf("field: %w", err)
		}
	}
	return out, nil
}

func pageRefOf(p sqlc.Page) archive.PageRef {
	return archive.PageRef{Ordinal: int(p.Ordinal), Master: p.MasterDigest, Page: int(p.MasterPage), Turn: page.Turn(p.Turn)}
}

func renditionOf(id archive.DocumentID, row sqlc.Version) (archive.Part, error) {
	d, err := fixity.FromBytes(row.RenditionDigest)
	if err != nil {
		return archive.Part{}, fmt.Errorf("rendition: %w", err)
	}
	part := archive.Part{
		Kind: "rendition", Bucket: "renditions", Key: archive.RenditionKey(id, int(row.Version), d), VersionID: deref(row.RenditionObjectVersion),
		Digest: d, MediaType: string(archive.PDF),
	}
	if row.RenditionSize != nil {
		part.SizeBytes = *row.RenditionSize
	}
	return part, nil
}

// FindResult implements digitise.Catalogue.
func (c *Catalogue) FindResult(ctx context.Context, r digitise.ResultRef) (string, bool, error) {
	row, err := c.q.GetPageResult(ctx, sqlc.GetPageResultParams{
		MasterDigest: r.Master, MasterPage: int32(r.Page), Engine: r.Engine.Engine, Settings: r.Engine.Settings,
	})
	if isNoRows(err) {
		return "", false, nil
	}
	return row.ObjectKey, err == nil, unavailable(err)
}

// CountKill implements digitise.Catalogue.
func (c *Catalogue) CountKill(ctx context.Context, r digitise.ResultRef) (int, error) {
	n, err := c.q.CountPageKill(ctx, sqlc.CountPageKillParams{
		MasterDigest: r.Master, MasterPage: int32(r.Page), Engine: r.Engine.Engine, Settings: r.Engine.Settings,
	})
	return int(n), unavailable(err)
}

// PageRead implements digitise.Catalogue. The document's row lock decides which page is the last.
func (c *Catalogue) PageRead(ctx context.Context, t archive.Task, r digitise.PageRead) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		d, err := q.LockDocument(ctx, string(t.Document))
		if err != nil {
			return 0, err
		}
		if int(d.Attempt) != t.Attempt || d.Processing != string(archive.Recognising) {
			return 0, nil
		}
		if err := q.InsertPageResult(ctx, sqlc.InsertPageResultParams{
			MasterDigest: r.Ref.Master, MasterPage: int32(r.Ref.Page), Engine: r.Ref.Engine.Engine, Settings: r.Ref.Engine.Settings,
			ObjectKey: r.ResultKey, Digest: r.Digest,
		}); err != nil {
			return 0, err
		}
		if _, err := q.ReadPage(ctx, sqlc.ReadPageParams{
			DocumentID: d.ID, Version: int32(t.Version), Ordinal: int32(t.Page), Kind: r.Result.Kind.String(), FoundTurn: int16(r.Result.Turn),
			Skew: float32(r.Result.Skew), Confidence: float32(r.Result.Confidence), ResultKey: r.ResultKey, Quality: qualityOf(r.Result),
		}); err != nil {
			return 0, err
		}
		waiting, err := q.HasWaitingPage(ctx, sqlc.HasWaitingPageParams{DocumentID: d.ID, Version: int32(t.Version)})
		if err != nil || waiting {
			return 1, err
		}
		return c.advance(ctx, q, t, archive.Recognising, archive.Describing, archive.TaskDescribe)
	})
}

// advance moves a document on and opens the next task.
func (c *Catalogue) advance(ctx context.Context, q *sqlc.Queries, t archive.Task, leaves, next archive.Processing, kind archive.TaskKind) (int64, error) {
	n, err := q.AdvanceDocument(ctx, sqlc.AdvanceDocumentParams{ID: string(t.Document), Attempt: int32(t.Attempt), Leaves: string(leaves), Next: string(next)})
	if err != nil || n == 0 {
		return n, err
	}
	return n, openTask(ctx, q, t, kind)
}

func openTask(ctx context.Context, q *sqlc.Queries, t archive.Task, kind archive.TaskKind) error {
	return q.InsertTask(ctx, sqlc.InsertTaskParams{
		Kind: string(kind), Queue: string(t.Queue), UnitCode: t.Unit, DocumentID: ptr(string(t.Document)), Version: ptr(int32(t.Version)), Attempt: int32(t.Attempt),
	})
}

// Described implements digitise.Catalogue.
func (c *Catalogue) Described(ctx context.Context, t archive.Task, d digitise.Described) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		n, err := c.advance(ctx, q, t, archive.Describing, archive.Assembling, archive.TaskAssemble)
		if err != nil || n == 0 {
			return n, err
		}
		snap, err := json.Marshal(d.Snapshot)
		if err != nil {
			return 0, err
		}
		id, version := string(t.Document), int32(t.Version)
		if _, err := q.SetSnapshot(ctx, sqlc.SetSnapshotParams{DocumentID: id, Version: version, Snapshot: snap}); err != nil {
			return 0, err
		}
		if err := putFields(ctx, q, id, version, d.Fields); err != nil {
			return 0, err
		}
		if err := describeDocument(ctx, q, id, d.Summary, d.NeedsReview); err != nil {
			return 0, err
		}
		if err := putMatch(ctx, q, t, d); err != nil {
			return 0, err
		}
		if err := openQuestions(ctx, q, t.Document, t.Version, d.Questions); err != nil {
			return 0, err
		}
		return n, audit(ctx, q, event{
			actor: System, action: "document_described", unit: t.Unit, document: t.Document, detail: map[string]string{"fields": fmt.Sprint(len(d.Fields))},
		})
	})
}

func describeDocument(ctx context.Context, q *sqlc.Queries, id string, s digitise.Summary, review bool) error {
	_, err := q.DescribeDocument(ctx, sqlc.DescribeDocumentParams{
		ID: id, DocType: s.Type, Number: s.Number, Symbol: s.Symbol, NumberSymbol: s.NumberSymbol, IssuedOn: s.IssuedOn, Agency: s.Agency,
		Title: s.Title, NeedsReview: review,
	})
	return err
}

func putFields(ctx context.Context, q *sqlc.Queries, id string, version int32, fields []archive.Field) error {
	if err := q.DropFields(ctx, sqlc.DropFieldsParams{DocumentID: id, Version: version}); err != nil {
		return err
	}
	p := sqlc.PutFieldsParams{DocumentID: id, Version: version, Names: []string{}, Fields: [][]byte{}}
	seen := map[string]int{}
	for _, f := range fields {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		name := f.Name
		if seen[f.Name]++; seen[f.Name] > 1 { // several holders, several annexes
			name = fmt.Sprintf("%s#%03d", f.Name, seen[f.Name]) // keeps their order
		}
		p.Names, p.Fields = append(p.Names, name), append(p.Fields, b)
	}
	return q.PutFields(ctx, p)
}

// RejectDocument implements digitise.Catalogue.
func (c *Catalogue) RejectDocument(ctx context.Context, t archive.Task, code fault.Code, detail string) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		n, err := q.AdvanceDocument(ctx, sqlc.AdvanceDocumentParams{
			ID: string(t.Document), Attempt: int32(t.Attempt), Leaves: string(archive.Describing), Next: string(archive.Cancelled),
		})
		if err != nil || n == 0 {
			return n, err
		}
		accs, err := q.AccessionsOfDocument(ctx, string(t.Document))
		if err != nil {
			return 0, err
		}
		for _, a := range accs {
			if err := q.RejectSplitAccession(ctx, sqlc.RejectSplitAccessionParams{ID: a.ID, Code: string(code), Detail: detail}); err != nil {
				return 0, err
			}
			if err := audit(ctx, q, event{
				actor: System, action: "accession_rejected", unit: t.Unit, accession: archive.AccessionID(a.ID), document: t.Document,
				detail: map[string]string{"code": string(code)},
			}); err != nil {
				return 0, err
			}
		}
		return n, nil
	})
}

// Assembled implements digitise.Catalogue.
func (c *Catalogue) Assembled(ctx context.Context, t archive.Task, a digitise.Assembled) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		d, err := q.LockDocument(ctx, string(t.Document))
		if err != nil {
			return 0, err
		}
		if int(d.Attempt) != t.Attempt || d.Processing != string(archive.Assembling) {
			return 0, nil
		}
		md := fixity.Of(a.Manifest)
		frozen, err := q.FreezeManifest(ctx, sqlc.FreezeManifestParams{
			DocumentID: d.ID, Version: int32(t.Version), RenditionDigest: a.Rendition.Digest[:], RenditionSize: a.Rendition.SizeBytes,
			RenditionObjectVersion: a.Rendition.VersionID, Conformance: a.Conformance, CheckedBy: a.CheckedBy, Manifest: a.Manifest, ManifestDigest: md[:],
		})
		if err != nil {
			return 0, err
		}
		if err := openTask(ctx, q, t, archive.TaskSettle); err != nil {
			return 0, err
		}
		if frozen == 0 {
			return 1, nil
		}
		if err := putHolders(ctx, q, d.ID, int32(t.Version), a.Holders); err != nil {
			return 0, err
		}
		return 1, audit(ctx, q, event{
			actor: System, action: "manifest_frozen", unit: t.Unit, document: t.Document,
			detail: map[string]string{"manifest": md.String(), "rendition": a.Rendition.Digest.String(), "conformance": a.Conformance, "checked_by": a.CheckedBy},
		})
	})
}

// Archived implements digitise.Catalogue.
func (c *Catalogue) Archived(ctx context.Context, t archive.Task, a digitise.ArchivedVersion) error {
	return c.guarded(ctx, t, func(q *sqlc.Queries) (int64, error) {
		n, err := q.ArchiveDocument(ctx, sqlc.ArchiveDocumentParams{ID: string(t.Document), Attempt: int32(t.Attempt), ArchivedAt: a.At})
		if err != nil || n == 0 {
			return n, err
		}
		if err := archiveVersion(ctx, q, string(t.Document), int32(t.Version), a); err != nil {
			return 0, err
		}
		if err := putRetention(ctx, q, t.Document, a.Kept); err != nil {
			return 0, err
		}
		if err := audit(ctx, q, event{
			actor: System, action: "document_archived", unit: t.Unit, document: t.Document, detail: map[string]string{"version": fmt.Sprint(t.Version)},
		}); err != nil {
			return 0, err
		}
		return n, applyDecisions(ctx, q, t.Document) // those that were made meanwhile
	})
}

func archiveVersion(ctx context.Context, q *sqlc.Queries, id string, version int32, a digitise.ArchivedVersion) error {
	if err := q.ArchiveVersion(ctx, sqlc.ArchiveVersionParams{DocumentID: id, Version: version, ArchivedAt: a.At}); err != nil {
		return err
	}
	pages, err := q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: id, Version: version})
	if err != nil {
		return err
	}
	for _, p := range pages {
		if err := q.ExtendMaster(ctx, sqlc.ExtendMasterParams{Digest: p.MasterDigest, RetainUntil: a.Until}); err != nil {
			return err
		}
	}
	return putIndex(ctx, q, id, a.Pages)
}

// putIndex replaces the search rows of a document.
func putIndex(ctx context.Context, q *sqlc.Queries, id string, pages []digitise.IndexPage) error {
	if err := q.DropSearchPages(ctx, id); err != nil {
		return err
	}
	in := sqlc.InsertSearchPagesParams{DocumentID: id}
	for _, p := range pages {
		in.Ordinals = append(in.Ordinals, int32(p.Ordinal))
		in.Bodies = append(in.Bodies, p.Body)
		in.Accented = append(in.Accented, p.Accented)
		in.Plain = append(in.Plain, p.Plain)
	}
	return q.InsertSearchPages(ctx, in)
}

// Stall implements digitise.Catalogue.
func (c *Catalogue) Stall(ctx context.Context, t archive.Task, s digitise.Stalled) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := q.DelayTask(ctx, sqlc.DelayTaskParams{ID: t.ID, Code: string(s.Code), Forever: s.Operator, Seconds: s.Delay.Seconds()})
		if err != nil || n == 0 || !s.Visible {
			return err
		}
		if t.Accession != "" {
			_, err = q.StallAccession(ctx, sqlc.StallAccessionParams{ID: string(t.Accession), Attempt: int32(t.Attempt), Code: string(s.Code), Detail: s.Detail})
		} else {
			_, err = q.StallDocument(ctx, sqlc.StallDocumentParams{ID: string(t.Document), Attempt: int32(t.Attempt), Code: string(s.Code), Detail: s.Detail})
		}
		return err
	})
}

// CloseTask implements digitise.Catalogue.
func (c *Catalogue) CloseTask(ctx context.Context, t archive.Task) error {
	_, err := c.q.CloseTask(ctx, t.ID)
	return unavailable(err)
}
