package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/review"
)

// Review keeps the review queue (review.Store).
type Review struct{ *Catalogue }

// Review returns the review queue of this catalogue.
func (c *Catalogue) Review() Review { return Review{c} }

func reviewTaskOf(r sqlc.ReviewTask) (review.Task, error) {
	t := review.Task{
		ID: r.ID, Document: archive.DocumentID(r.DocumentID), Version: int(r.Version), Unit: r.UnitCode, Batch: archive.BatchID(deref(r.BatchID)),
		Kind: archive.QuestionKind(r.Kind), Page: int(r.Page), Reason: r.Reason, Urgent: r.Priority == 0, State: review.State(r.State),
		ClaimedBy: deref(r.ClaimedBy), ClaimUntil: r.ClaimUntil, AssignedTo: deref(r.AssignedTo), Comment: r.Comment, ReturnedTo: review.Step(deref(r.ReturnedTo)),
		ReturnedBy: deref(r.ReturnedBy), CreatedAt: r.CreatedAt.UTC(), ClosedAt: r.ClosedAt, Access: archive.Access(r.AccessLevel),
	}
	if err := json.Unmarshal(r.Options, &t.Options); err != nil {
		return t, fmt.Errorf("options of task %d: %w", r.ID, err)
	}
	return t, nil
}

// Tasks implements review.Store.
func (r Review) Tasks(ctx context.Context, q review.Query) ([]review.Task, error) {
	rows, err := r.q.ListReviewTasks(ctx, sqlc.ListReviewTasksParams{
		UnitCode: opt(q.Unit), BatchID: opt(string(q.Batch)), Kind: opt(string(q.Kind)), State: opt(string(q.State)), AssignedTo: opt(q.AssignedTo),
		DocumentID: opt(string(q.Document)), After: q.After, PageSize: int32(q.Limit),
	})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]review.Task, len(rows))
	for i, row := range rows {
		if out[i], err = reviewTaskOf(row.ReviewTask); err != nil {
			return nil, err
		}
		out[i].Title, out[i].Name, out[i].BatchName = titleOr(row.Title, row.Name), row.Name, deref(row.BatchName)
	}
	return out, nil
}

func titleOr(title, name string) string {
	if title == "" {
		return name
	}
	return title
}

// Task implements review.Store.
func (r Review) Task(ctx context.Context, id int64) (review.Task, error) {
	row, err := r.q.GetReviewTask(ctx, id)
	if isNoRows(err) {
		return review.Task{}, fault.New(fault.NotFound, "there is no task %d", id)
	}
	if err != nil {
		return review.Task{}, unavailable(err)
	}
	t, err := wholeTask(ctx, r.q, row)
	return t, unavailable(err)
}

// wholeTask adds what a person needs to answer.
func wholeTask(ctx context.Context, q *sqlc.Queries, row sqlc.ReviewTask) (review.Task, error) {
	t, err := reviewTaskOf(row)
	if err != nil {
		return t, err
	}
	d, err := q.GetDocument(ctx, row.DocumentID)
	if err != nil {
		return t, err
	}
	v, err := q.GetVersion(ctx, sqlc.GetVersionParams{DocumentID: d.ID, Version: row.Version})
	if err != nil {
		return t, err
	}
	t.Title, t.Name, t.Dossier, t.Pages = titleOr(d.Title, d.Name), d.Name, deref(d.DossierCode), int(v.PageCount)
	if d.BatchID != nil {
		b, err := q.GetBatch(ctx, *d.BatchID)
		if err != nil {
			return t, err
		}
		t.BatchName = b.Name
	}
	fields, err := fieldsOf(ctx, q, t.Document, t.Version)
	if err != nil {
		return t, err
	}
	keys := archive.FieldKeys(fields)
	for _, key := range row.Fields {
		if i := slices.Index(keys, key); i >= 0 {
			t.Asked = append(t.Asked, review.Asked{Key: key, Field: fields[i]})
		}
	}
	for i, f := range fields {
		if !slices.Contains(row.Fields, keys[i]) {
			t.Known = append(t.Known, f)
		}
	}
	return t, nil
}

// Counts implements review.Store.
func (r Review) Counts(ctx context.Context, unit string) ([]review.Count, error) {
	rows, err := r.q.CountReviewTasks(ctx, opt(unit))
	if err != nil {
		return nil, unavailable(err)
	}
	var out []review.Count
	for _, c := range rows {
		n := review.Count{
			Unit: c.UnitCode, Kind: archive.QuestionKind(c.Kind), Urgent: c.Priority == 0, State: review.State(c.State), Tasks: int(c.N), Oldest: c.Oldest.UTC(),
		}
		if i := len(out) - 1; i >= 0 && out[i].Unit == n.Unit && out[i].Kind == n.Kind && out[i].State == n.State && out[i].Urgent == n.Urgent {
			out[i].Tasks += n.Tasks // handed on and not, in one line
			continue
		}
		out = append(out, n)
	}
	return out, nil
}

// Left implements review.Store.
func (r Review) Left(ctx context.Context, actor string, w review.Wish) (review.Left, error) {
	n, err := r.q.CountForReviewer(ctx, sqlc.CountForReviewerParams{Actor: actor, UnitCode: opt(w.Unit), BatchID: opt(string(w.Batch)), Kind: opt(string(w.Kind))})
	return review.Left{Open: int(n.Open), Skipped: int(n.Skipped)}, unavailable(err)
}

// Claim implements review.Store. One person's requests go one after the other; those of different people pass over what the others lock.
func (r Review) Claim(ctx context.Context, actor string, w review.Wish) (t review.Task, ok bool, err error) {
	err = r.tx(ctx, func(q *sqlc.Queries) error {
		ok = false
		if err := q.LockReviewer(ctx, actor); err != nil {
			return err
		}
		row, held, err := heldTask(ctx, q, actor, w)
		if err != nil || held == review.MaxClaims && row == nil {
			return err
		}
		if row == nil {
			claimed, err := q.ClaimReviewTask(ctx, sqlc.ClaimReviewTaskParams{
				Actor: actor, Seconds: review.Lease.Seconds(), UnitCode: opt(w.Unit), BatchID: opt(string(w.Batch)), Kind: opt(string(w.Kind)),
			})
			if isNoRows(err) {
				return nil
			}
			if err != nil {
				return err
			}
			row = &claimed
		}
		t, err = wholeTask(ctx, q, *row)
		ok = err == nil
		return err
	})
	return t, ok, err
}

// heldTask finds the task the actor has already that fits the wish, and counts those kept. Tasks that do not fit are given back, unless they
// are the one to be answered first.
func heldTask(ctx context.Context, q *sqlc.Queries, actor string, w review.Wish) (found *sqlc.ReviewTask, held int, err error) {
	mine, err := q.ClaimsOf(ctx, actor)
	if err != nil {
		return nil, 0, err
	}
	for _, m := range mine {
		fits := (w.Unit == "" || m.UnitCode == w.Unit) && (w.Batch == "" || deref(m.BatchID) == string(w.Batch)) && (w.Kind == "" || m.Kind == string(w.Kind))
		switch {
		case m.ID == w.After:
			held++
		case !fits:
			if _, err := q.ReleaseClaim(ctx, sqlc.ReleaseClaimParams{ID: m.ID, Actor: actor}); err != nil {
				return nil, 0, err
			}
		default:
			held++
			if found == nil {
				found = &m
			}
		}
	}
	if found != nil {
		_, err = q.RenewClaim(ctx, sqlc.RenewClaimParams{ID: found.ID, Actor: actor, Seconds: review.Lease.Seconds()})
	}
	return found, held, err
}

// moved is the answer where a task is not the actor's any more.
func moved(n int64, err error, id int64) error {
	if err == nil && n == 0 {
		return fault.New(fault.StateConflict, "task %d is not yours now: ask for the next one", id)
	}
	return err
}

// Renew implements review.Store.
func (r Review) Renew(ctx context.Context, actor string, id int64) error {
	n, err := r.q.RenewClaim(ctx, sqlc.RenewClaimParams{ID: id, Actor: actor, Seconds: review.Lease.Seconds()})
	return moved(n, unavailable(err), id)
}

// step runs one guarded UPDATE on a task with its audit event.
func (r Review) step(ctx context.Context, actor string, id int64, action string, detail map[string]string, f func(q *sqlc.Queries) (int64, error)) error {
	return r.tx(ctx, func(q *sqlc.Queries) error {
		n, err := f(q)
		if err := moved(n, err, id); err != nil {
			return err
		}
		t, err := q.GetReviewTask(ctx, id)
		if err != nil {
			return err
		}
		return auditTask(ctx, q, actor, action, t, detail)
	})
}

func auditTask(ctx context.Context, q *sqlc.Queries, actor, action string, t sqlc.ReviewTask, detail map[string]string) error {
	d := map[string]string{"task": fmt.Sprint(t.ID), "kind": t.Kind}
	for k, v := range detail {
		d[k] = v
	}
	return audit(ctx, q, event{actor: actor, action: action, unit: t.UnitCode, batch: deref(t.BatchID), document: archive.DocumentID(t.DocumentID), detail: d})
}

// Skip implements review.Store.
func (r Review) Skip(ctx context.Context, actor string, id int64) error {
	return r.step(ctx, actor, id, "review_skipped", nil, func(q *sqlc.Queries) (int64, error) {
		return q.SkipReviewTask(ctx, sqlc.SkipReviewTaskParams{ID: id, Actor: actor})
	})
}

// ForgetSkips implements review.Store.
func (r Review) ForgetSkips(ctx context.Context, actor string) error {
	_, err := r.q.ForgetSkips(ctx, actor)
	return unavailable(err)
}

// HandOn implements review.Store. The comment is the task's, not the audit trail's: it may speak of people.
func (r Review) HandOn(ctx context.Context, actor string, id int64, account, comment string) error {
	return r.step(ctx, actor, id, "review_handed_on", map[string]string{"to": account}, func(q *sqlc.Queries) (int64, error) {
		return q.HandOnReviewTask(ctx, sqlc.HandOnReviewTaskParams{ID: id, Actor: actor, Account: account, Comment: comment})
	})
}

// Return implements review.Store. Describing anew is a version made at once; the other steps are people's.
func (r Review) Return(ctx context.Context, actor string, id int64, step review.Step, comment string) error {
	return r.tx(ctx, func(q *sqlc.Queries) error {
		t, err := q.GetReviewTask(ctx, id)
		if err != nil {
			return err
		}
		d, err := q.LockDocument(ctx, t.DocumentID) // before the task, as every step of the pipeline does
		if err != nil {
			return err
		}
		if step == review.ToDescribe && d.Processing != string(archive.Archived) {
			return fault.New(fault.StateConflict, "a version of the document is being made; try again in a moment")
		}
		n, err := q.ReturnReviewTask(ctx, sqlc.ReturnReviewTaskParams{ID: id, Actor: actor, Step: string(step), Comment: comment})
		if err := moved(n, err, id); err != nil {
			return err
		}
		if err := auditTask(ctx, q, actor, "review_returned", t, map[string]string{"step": string(step)}); err != nil {
			return err
		}
		if step != review.ToDescribe {
			return nil
		}
		_, err = nextVersion(ctx, q, d, "described", actor)
		return err
	})
}

// Reopen implements review.Store.
func (r Review) Reopen(ctx context.Context, actor string, id int64) error {
	return r.step(ctx, actor, id, "review_reopened", nil, func(q *sqlc.Queries) (int64, error) { return q.ReopenReviewTask(ctx, id) })
}

// Reviewers implements review.Store.
func (r Review) Reviewers(ctx context.Context, unit string) ([]string, error) {
	names, err := r.q.Reviewers(ctx, unit)
	return notNull(names), unavailable(err)
}
