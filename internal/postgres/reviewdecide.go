package postgres

import (
	"context"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fold"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/review"
)

// Answer implements review.Store. The document is locked before the task, as every step of the pipeline does.
func (r Review) Answer(ctx context.Context, actor string, id int64, version int, decisions []review.Decision) error {
	return r.tx(ctx, func(q *sqlc.Queries) error {
		t, err := q.GetReviewTask(ctx, id)
		if err != nil {
			return err
		}
		d, err := q.LockDocument(ctx, t.DocumentID)
		if err != nil {
			return err
		}
		if t, err = q.LockReviewTask(ctx, id); err != nil {
			return err
		}
		if int(t.Version) != version {
			return fault.New(fault.StateConflict, "the document has changed since it was looked at: look at task %d again", id)
		}
		n, err := q.FinishReviewTask(ctx, sqlc.FinishReviewTaskParams{ID: id, Actor: actor})
		if err := moved(n, err, id); err != nil {
			return err
		}
		if err := putDecisions(ctx, q, actor, &t, d, version, decisions); err != nil {
			return err
		}
		if err := takeVerdicts(ctx, q, actor, t, d, decisions); err != nil {
			return err
		}
		changed := 0
		for _, x := range decisions {
			if x.Changed {
				changed++
			}
		}
		if err := auditTask(ctx, q, actor, "review_answered", t, map[string]string{
			"version": fmt.Sprint(version), "decisions": fmt.Sprint(len(decisions)), "changed": fmt.Sprint(changed),
		}); err != nil {
			return err
		}
		if err := standBack(ctx, q, d.ID, decisions); err != nil {
			return err
		}
		if err := applyDecisions(ctx, q, archive.DocumentID(d.ID)); err != nil {
			return err
		}
		return q.SettleReview(ctx, d.ID)
	})
}

// standBack lets a document that is the same paper as another stand back behind it; both are kept.
func standBack(ctx context.Context, q *sqlc.Queries, id string, decisions []review.Decision) error {
	for _, x := range decisions {
		if x.Kind == archive.AskDuplicate && x.Changed {
			return q.StandBack(ctx, sqlc.StandBackParams{ID: id, By: review.ValueOf(x.After)})
		}
	}
	return nil
}

// putDecisions writes decisions down; t is nil where nobody asked.
func putDecisions(ctx context.Context, q *sqlc.Queries, actor string, t *sqlc.ReviewTask, d sqlc.Document, version int, decisions []review.Decision) error {
	pages, err := q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: d.ID, Version: int32(version)})
	if err != nil {
		return err
	}
	for _, x := range decisions {
		p := sqlc.InsertDecisionParams{
			Actor: actor, DocumentID: d.ID, UnitCode: d.UnitCode, BatchID: d.BatchID, Version: int32(version), Kind: string(x.Kind), Field: x.Field,
			Before: x.Before, After: x.After, Changed: x.Changed,
		}
		if t != nil {
			p.TaskID, p.Subject = &t.ID, t.Subject
		}
		if x.Kind == archive.AskFields && x.Page >= 1 && x.Page <= len(pages) {
			page := pages[x.Page-1]
			p.PageMaster, p.PageNumber = page.MasterDigest[:], &page.MasterPage
		}
		if _, err := q.InsertDecision(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// Decide implements review.Store.
func (r Review) Decide(ctx context.Context, actor string, id archive.DocumentID, version int, decisions []review.Decision) error {
	return r.tx(ctx, func(q *sqlc.Queries) error {
		d, err := q.LockDocument(ctx, string(id))
		if err != nil {
			return err
		}
		if int(d.Version) != version || d.Processing != string(archive.Archived) {
			return fault.New(fault.StateConflict, "a version of the document is being made; try again in a moment")
		}
		if err := putDecisions(ctx, q, actor, nil, d, version, decisions); err != nil {
			return err
		}
		detail := map[string]string{"version": fmt.Sprint(version), "decisions": fmt.Sprint(len(decisions))}
		if err := audit(ctx, q, event{actor: actor, action: "document_edited", unit: d.UnitCode, batch: deref(d.BatchID), document: id, detail: detail}); err != nil {
			return err
		}
		return applyDecisions(ctx, q, id)
	})
}

// Undo implements review.Store.
func (r Review) Undo(ctx context.Context, actor string) (t review.Task, ok bool, err error) {
	err = r.tx(ctx, func(q *sqlc.Queries) error {
		ok = false
		if err := q.LockReviewer(ctx, actor); err != nil {
			return err
		}
		id, err := q.LastDecidedTask(ctx, actor)
		if isNoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		row, err := q.GetReviewTask(ctx, id)
		if err != nil {
			return err
		}
		d, err := q.LockDocument(ctx, row.DocumentID)
		if err != nil {
			return err
		}
		if err := r.giveBack(ctx, q, actor, row); err != nil {
			return err
		}
		if _, err := q.UndoDecisionsOfTask(ctx, sqlc.UndoDecisionsOfTaskParams{TaskID: id, Actor: actor}); err != nil {
			return err
		}
		if err := undoVerdicts(ctx, q, actor, row, d); err != nil {
			return err
		}
		if row.Kind == string(archive.AskDuplicate) {
			if err := q.StandForth(ctx, d.ID); err != nil {
				return err
			}
		}
		if err := auditTask(ctx, q, actor, "review_undone", row, nil); err != nil {
			return err
		}
		if err := applyDecisions(ctx, q, archive.DocumentID(d.ID)); err != nil {
			return err
		}
		if err := q.SettleReview(ctx, d.ID); err != nil {
			return err
		}
		if row, err = q.GetReviewTask(ctx, id); err != nil {
			return err
		}
		t, err = wholeTask(ctx, q, row)
		ok = err == nil
		return err
	})
	return t, ok, err
}

// giveBack opens a task that is done again for the one who answered it, before all others they have. What a newer version asks instead makes
// room. They hold no more than they may: the last one they took goes back.
func (r Review) giveBack(ctx context.Context, q *sqlc.Queries, actor string, row sqlc.ReviewTask) error {
	open, err := q.OpenReviewTasks(ctx, row.DocumentID)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Kind == row.Kind && o.Page == row.Page {
			if err := q.CancelReviewTask(ctx, o.ID); err != nil {
				return err
			}
		}
	}
	mine, err := q.ClaimsOf(ctx, actor)
	if err != nil {
		return err
	}
	for i := review.MaxClaims - 1; i < len(mine); i++ {
		if _, err := q.ReleaseClaim(ctx, sqlc.ReleaseClaimParams{ID: mine[i].ID, Actor: actor}); err != nil {
			return err
		}
	}
	n, err := q.ReopenDoneReviewTask(ctx, sqlc.ReopenDoneReviewTaskParams{ID: row.ID, Actor: actor, Seconds: review.Lease.Seconds()})
	return moved(n, err, row.ID)
}

// Decisions implements review.Store.
func (r Review) Decisions(ctx context.Context, id archive.DocumentID) ([]review.Decision, error) {
	rows, err := r.q.DecisionsOfDocument(ctx, string(id))
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]review.Decision, len(rows))
	for i, d := range rows {
		out[i] = review.Decision{
			ID: d.ID, At: d.At.UTC(), Actor: d.Actor, Document: archive.DocumentID(d.DocumentID), Version: int(d.Version), Kind: archive.QuestionKind(d.Kind), Field: d.Field,
			Before: d.Before, After: d.After, Changed: d.Changed, Applied: number(d.AppliedVersion), UndoneAt: d.UndoneAt, UndoneBy: deref(d.UndoneBy),
		}
		if d.TaskID != nil {
			out[i].Task = *d.TaskID
		}
	}
	return out, nil
}

// FieldDecisions implements review.Store.
func (r Review) FieldDecisions(ctx context.Context, each func(review.Decision) error) error {
	var after int64
	for {
		rows, err := r.q.FieldDecisions(ctx, sqlc.FieldDecisionsParams{AfterID: after, PageSize: 5000})
		if err != nil {
			return unavailable(err)
		}
		if len(rows) == 0 {
			return nil
		}
		for _, d := range rows {
			after = d.ID
			if err := each(review.Decision{ID: d.ID, Kind: archive.AskFields, Field: d.Field, Before: d.Before, After: d.After, Changed: d.Changed}); err != nil {
				return err
			}
		}
	}
}

// SearchBatch implements review.Store.
func (r Review) SearchBatch(ctx context.Context, q review.BatchQuery) ([]review.Paper, error) {
	rows, err := r.q.SearchBatch(ctx, sqlc.SearchBatchParams{
		BatchID: string(q.Batch), After: q.After, Plain: opt(fold.ParseQuery(q.Text).Plain), Part: q.Text, OnlyAsked: q.Asked, PageSize: int32(q.Limit),
	})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]review.Paper, len(rows))
	for i, d := range rows {
		out[i] = review.Paper{
			Seq: d.Seq, ID: archive.DocumentID(d.ID), Unit: d.UnitCode, Access: archive.Access(d.AccessLevel), Dossier: deref(d.DossierCode), Name: d.Name,
			Title: titleOr(d.Title, d.Name), Processing: archive.Processing(d.Processing), Release: archive.Release(d.Release), NeedsReview: d.NeedsReview,
			Version: int(d.Version), Pages: int(d.PageCount),
		}
	}
	return out, nil
}

// Papers implements review.Store.
func (r Review) Papers(ctx context.Context, ids []archive.DocumentID) ([]review.Paper, error) {
	var out []review.Paper
	for _, id := range ids {
		d, err := r.q.GetDocument(ctx, string(id))
		if isNoRows(err) {
			continue
		}
		if err != nil {
			return nil, unavailable(err)
		}
		v, err := r.q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: d.ID, Version: d.Version})
		if err != nil {
			return nil, unavailable(err)
		}
		p := review.Paper{
			Seq: d.Seq, ID: id, Unit: d.UnitCode, Access: archive.Access(d.AccessLevel), Dossier: deref(d.DossierCode), Name: d.Name, Title: titleOr(d.Title, d.Name),
			Processing: archive.Processing(d.Processing), Release: archive.Release(d.Release), NeedsReview: d.NeedsReview, Version: int(d.Version), Pages: int(v.PageCount),
		}
		if p.Fields, err = fieldsOf(ctx, r.q, id, p.Version); err != nil {
			return nil, unavailable(err)
		}
		out = append(out, p)
	}
	return out, nil
}

// maxReportBatches is how many batches a report shows at once, the newest.
const maxReportBatches = 500

// Report implements review.Store.
func (r Review) Report(ctx context.Context, q review.ReportQuery) (review.Report, error) {
	out := review.Report{Batches: []review.BatchReport{}, People: []review.HourReport{}}
	batches, err := r.q.ReportBatches(ctx, sqlc.ReportBatchesParams{UnitCode: opt(q.Unit), BatchID: opt(string(q.Batch)), Since: q.Since, PageSize: maxReportBatches})
	if err != nil {
		return out, unavailable(err)
	}
	for _, b := range batches {
		out.Batches = append(out.Batches, review.BatchReport{
			Batch: archive.BatchID(b.ID), Unit: b.UnitCode, Name: b.Name, State: b.State, CreatedAt: b.CreatedAt.UTC(), Expected: number(b.ExpectedCount),
			Received: int(b.Received), Split: int(b.Split), Rejected: int(b.Rejected), Documents: int(b.Documents), Pages: int(b.Pages), Archived: int(b.Archived),
			Done: int(b.Done), Asked: int(b.Asked), AskedOpen: int(b.AskedOpen), Rescanned: int(b.Rescanned),
		})
	}
	people, err := r.q.ReportPeople(ctx, sqlc.ReportPeopleParams{UnitCode: opt(q.Unit), BatchID: opt(string(q.Batch)), Since: q.Since, Until: q.Until.Add(time.Second)})
	if err != nil {
		return out, unavailable(err)
	}
	for _, p := range people {
		out.People = append(out.People, review.HourReport{
			Hour: p.Hour.UTC(), Unit: p.UnitCode, Account: p.Actor, Answered: int(p.Answered), Documents: int(p.Documents), Fields: int(p.Fields),
			Changed: int(p.Changed), Undone: int(p.Undone),
		})
	}
	return out, nil
}
