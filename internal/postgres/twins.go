package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/review"
)

// hotKey is from how many documents on a key tells nothing.
const hotKey = 40

// Alike implements digitise.Alike.
func (c *Catalogue) Alike(ctx context.Context, v digitise.Version, keys []int64, limit int) ([]digitise.Twin, error) {
	shared := map[string]int{}
	bytes, err := c.q.DocumentsOfSamePage(ctx, sqlc.DocumentsOfSamePageParams{DocumentID: string(v.Document), Version: int32(v.Version)})
	if err != nil {
		return nil, unavailable(err)
	}
	for _, id := range bytes {
		shared[id] = 1000
	}
	if len(keys) > 0 {
		rows, err := c.q.DocumentsOfKeys(ctx, sqlc.DocumentsOfKeysParams{Keys: keys, DocumentID: string(v.Document), PageSize: hotKey})
		if err != nil {
			return nil, unavailable(err)
		}
		have := map[int64]int{}
		for _, r := range rows {
			have[r.Key]++
		}
		for _, r := range rows {
			if have[r.Key] < hotKey {
				shared[r.DocumentID]++
			}
		}
	}
	if len(shared) == 0 {
		return nil, nil
	}
	ids := make([]string, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(shared[b]-shared[a], cmp.Compare(a, b)) })
	ids = ids[:min(len(ids), 10*limit)]
	rows, err := c.q.TwinCandidates(ctx, sqlc.TwinCandidatesParams{DocumentID: string(v.Document), Ids: ids, PageSize: int32(len(ids))})
	if err != nil {
		return nil, unavailable(err)
	}
	slices.SortStableFunc(rows, func(a, b sqlc.TwinCandidatesRow) int { return shared[b.ID] - shared[a.ID] })
	var out []digitise.Twin
	for _, r := range rows[:min(len(rows), limit)] {
		other, _, err := c.version(ctx, archive.DocumentID(r.ID), int(r.Version))
		if err != nil {
			return nil, unavailable(err)
		}
		out = append(out, digitise.Twin{Version: other, Title: titleOr(r.Title, r.Name), SameBytes: slices.Contains(bytes, r.ID)})
	}
	return out, nil
}

// putKeys replaces what a document is found by when another looks like it.
func putKeys(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, keys []int64) error {
	if err := q.DropDocumentKeys(ctx, string(id)); err != nil || len(keys) == 0 {
		return err
	}
	return q.PutDocumentKeys(ctx, sqlc.PutDocumentKeysParams{Keys: keys, DocumentID: string(id)})
}

// takeVerdicts does what people said of two documents that look alike: the later one is replaced by the earlier, or they are not compared
// again. Undoing the answer takes it back (undoVerdicts). A released document is not replaced by one answer.
func takeVerdicts(ctx context.Context, q *sqlc.Queries, actor string, t sqlc.ReviewTask, d sqlc.Document, decisions []review.Decision) error {
	if t.Kind != string(archive.AskDuplicate) {
		return nil
	}
	var options []archive.Option
	if err := json.Unmarshal(t.Options, &options); err != nil {
		return fmt.Errorf("options of task %d: %w", t.ID, err)
	}
	for _, x := range decisions {
		var choice string
		if err := json.Unmarshal(x.After, &choice); err != nil {
			return fmt.Errorf("answer to task %d: %w", t.ID, err)
		}
		for _, o := range options {
			p := sqlc.PutDuplicateVerdictParams{One: d.ID, Other: o.Value, Verdict: "different", Actor: actor, TaskID: &t.ID}
			if o.Value == choice {
				p.Verdict, p.Before = "same", &d.Release
				if err := replaceTwin(ctx, q, actor, d, choice); err != nil {
					return err
				}
			} else if choice != looked {
				continue // it is one of several: nothing is said of the others
			}
			if err := q.PutDuplicateVerdict(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// looked is the answer that none of the options is right (internal/review).
const looked = "looked_at"

func replaceTwin(ctx context.Context, q *sqlc.Queries, actor string, d sqlc.Document, other string) error {
	o, err := q.LockDocument(ctx, other)
	if err != nil {
		return err
	}
	if r := archive.Release(o.Release); r == archive.Replaced || r == archive.Withdrawn || o.Processing == string(archive.Cancelled) {
		return fault.New(fault.StateConflict, "the other document does not stand any more: say that they are not the same, or look again")
	}
	n, err := q.ReplaceTwin(ctx, sqlc.ReplaceTwinParams{ID: d.ID, Other: other})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.StateConflict, "the document is released: withdraw it before another one takes its place")
	}
	return audit(ctx, q, event{
		actor: actor, action: "document_replaced", unit: d.UnitCode, batch: deref(d.BatchID), document: archive.DocumentID(d.ID), detail: map[string]string{"by": other},
	})
}

// undoVerdicts takes back what an answer said of two documents.
func undoVerdicts(ctx context.Context, q *sqlc.Queries, actor string, t sqlc.ReviewTask, d sqlc.Document) error {
	if t.Kind != string(archive.AskDuplicate) {
		return nil
	}
	rows, err := q.TakeBackVerdicts(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, v := range rows {
		if v.Verdict != "same" || v.Before == nil {
			continue
		}
		n, err := q.RestoreTwin(ctx, sqlc.RestoreTwinParams{ID: d.ID, Release: *v.Before})
		if err != nil || n == 0 {
			return err
		}
		if err := audit(ctx, q, event{actor: actor, action: "document_restored", unit: d.UnitCode, batch: deref(d.BatchID), document: archive.DocumentID(d.ID)}); err != nil {
			return err
		}
	}
	return nil
}
