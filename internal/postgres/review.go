package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/postgres/sqlc"
)

// openQuestions makes the tasks of a version that was described: a question that was open already goes on as the same task, whoever has it;
// one that the version does not ask is cancelled; one that a person answered about the same pages is not asked again.
func openQuestions(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int, questions []archive.Question) error {
	open, err := q.OpenReviewTasks(ctx, string(id))
	if err != nil {
		return err
	}
	if len(open) == 0 && len(questions) == 0 {
		return q.SettleReview(ctx, string(id))
	}
	answered, err := q.AnsweredSubjects(ctx, string(id))
	if err != nil {
		return err
	}
	pages, err := q.ListPages(ctx, sqlc.ListPagesParams{DocumentID: string(id), Version: int32(version)})
	if err != nil {
		return err
	}
	kept := map[int64]bool{}
	for _, ask := range questions {
		subject, err := subjectOf(ask, pages)
		if err != nil {
			return err
		}
		if ask.Kind != archive.AskFields && slices.Contains(answered, subject) {
			continue
		}
		options, err := json.Marshal(notNull(ask.Options))
		if err != nil {
			return err
		}
		fields := notNull(ask.Fields)
		at := slices.IndexFunc(open, func(t sqlc.ReviewTask) bool { return t.Kind == string(ask.Kind) && int(t.Page) == ask.Page })
		if at >= 0 {
			kept[open[at].ID] = true
			if err := q.TakeOverReviewTask(ctx, sqlc.TakeOverReviewTaskParams{
				ID: open[at].ID, Version: int32(version), Reason: ask.Reason, Fields: fields, Options: options, Subject: subject,
			}); err != nil {
				return err
			}
			continue
		}
		task, err := q.InsertReviewTask(ctx, sqlc.InsertReviewTaskParams{
			Version: int32(version), Kind: string(ask.Kind), Page: int32(ask.Page), Reason: ask.Reason, Fields: fields, Options: options, Subject: subject, DocumentID: string(id),
		})
		if err != nil {
			return err
		}
		kept[task] = true
	}
	for _, t := range open {
		if !kept[t.ID] {
			if err := q.CancelReviewTask(ctx, t.ID); err != nil {
				return err
			}
		}
	}
	return q.SettleReview(ctx, string(id))
}

func notNull[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

// subjectOf names what a question is about: kind and reason, with the page in the master it looks at, the options among which to choose a
// dossier, or else all pages of the version.
func subjectOf(ask archive.Question, pages []sqlc.Page) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", ask.Kind, ask.Reason)
	switch {
	case ask.Kind == archive.AskDossier:
		for _, o := range ask.Options {
			fmt.Fprintf(h, "%q\n", o.Value)
		}
	case ask.Page > 0 && ask.Page <= len(pages):
		p := pages[ask.Page-1]
		fmt.Fprintf(h, "%s %d %d\n", p.MasterDigest, p.MasterPage, p.Turn)
	case ask.Page > 0:
		return "", fmt.Errorf("question about page %d of %d", ask.Page, len(pages))
	default:
		for _, p := range pages {
			fmt.Fprintf(h, "%s %d %d\n", p.MasterDigest, p.MasterPage, p.Turn)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// decidedFields loads what people decided about the fields of a version, by key.
func decidedFields(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, version int) ([]archive.Field, error) {
	rows, err := q.DecidedFields(ctx, sqlc.DecidedFieldsParams{DocumentID: string(id), Version: int32(version)})
	if err != nil {
		return nil, err
	}
	out := make([]archive.Field, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.After, &out[i]); err != nil {
			return nil, fmt.Errorf("decision about %s: %w", r.Field, err)
		}
		out[i].Name = r.Field
	}
	return out, nil
}

// applyDecisions makes the version that shows what people decided, where something waits and the document is archived. Where a version is
// under way they wait for it: Archived asks again.
func applyDecisions(ctx context.Context, q *sqlc.Queries, id archive.DocumentID) error {
	d, err := q.LockDocument(ctx, string(id))
	if err != nil {
		return err
	}
	if d.Processing != string(archive.Archived) {
		return nil
	}
	pending, err := q.PendingDecisions(ctx, d.ID)
	if err != nil || len(pending) == 0 {
		return err
	}
	actor := pending[len(pending)-1].Actor
	reason := "confirmed"
	for _, p := range pending {
		if p.UndoneAt != nil {
			actor, reason = deref(p.UndoneBy), "undone"
		}
		if err := applyToDocument(ctx, q, p); err != nil {
			return err
		}
	}
	version, err := nextVersion(ctx, q, d, reason, actor)
	if err != nil {
		return err
	}
	return q.ApplyDecisions(ctx, sqlc.ApplyDecisionsParams{DocumentID: d.ID, Version: version})
}

// applyToDocument writes what is a document's own and not a field of a version: which dossier it belongs to, who may see it.
func applyToDocument(ctx context.Context, q *sqlc.Queries, p sqlc.Decision) error {
	if p.Kind == string(archive.AskFields) {
		return nil
	}
	to := p.After
	if p.UndoneAt != nil {
		to = p.Before
	}
	var value string
	if err := json.Unmarshal(to, &value); err != nil {
		return fmt.Errorf("decision %d: %w", p.ID, err)
	}
	if p.Kind == string(archive.AskDossier) {
		return linkDecided(ctx, q, p, value)
	}
	return q.SetAccess(ctx, sqlc.SetAccessParams{ID: p.DocumentID, AccessLevel: value})
}

// nextVersion begins a version with the pages of the current one, which are read already, and has it described. The paper goes before the
// backlog: somebody has just looked at it.
func nextVersion(ctx context.Context, q *sqlc.Queries, d sqlc.Document, reason, actor string) (int32, error) {
	from := sqlc.GetVersionParams{DocumentID: d.ID, Version: d.Version}
	v, err := q.GetVersion(ctx, from)
	if err != nil {
		return 0, err
	}
	at, err := q.Now(ctx)
	if err != nil {
		return 0, err
	}
	if err := q.InsertVersion(ctx, sqlc.InsertVersionParams{
		DocumentID: d.ID, Version: d.Version + 1, Reason: reason, CreatedBy: actor, CreatedAt: at, PageCount: v.PageCount,
	}); err != nil {
		return 0, err
	}
	if err := q.CopyPages(ctx, sqlc.CopyPagesParams(from)); err != nil {
		return 0, err
	}
	if err := q.CopyLeftOutPages(ctx, sqlc.CopyLeftOutPagesParams(from)); err != nil {
		return 0, err
	}
	n, err := q.NextVersion(ctx, sqlc.NextVersionParams{ID: d.ID, Version: d.Version})
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, fmt.Errorf("document %s has moved on from version %d although it is locked", d.ID, d.Version)
	}
	if err := q.InsertTask(ctx, sqlc.InsertTaskParams{
		Kind: string(archive.TaskDescribe), Queue: string(archive.Interactive), UnitCode: d.UnitCode, DocumentID: &d.ID, Version: ptr(d.Version + 1), Attempt: d.Attempt + 1,
	}); err != nil {
		return 0, err
	}
	return d.Version + 1, audit(ctx, q, event{
		actor: actor, action: "version_made", unit: d.UnitCode, batch: deref(d.BatchID), document: archive.DocumentID(d.ID),
		detail: map[string]string{"version": fmt.Sprint(d.Version + 1), "reason": reason},
	})
}

// restoreDecisions makes decisions again from the fields of a manifest that a person confirmed or typed, and marks those as undone that the
// manifest does not have any more. Versions are restored in their order.
func restoreDecisions(ctx context.Context, q *sqlc.Queries, m archive.Manifest) error {
	now, err := decidedFields(ctx, q, m.Document, m.Version)
	if err != nil {
		return err
	}
	keys := archive.FieldKeys(m.Fields)
	decided := []string{}
	for i, f := range m.Fields {
		if f.Source != "person" || f.Name == "day" || f.Name == "number_symbol" || f.Name == "dossier" { // these follow from others
			continue
		}
		decided = append(decided, keys[i])
		if slices.ContainsFunc(now, func(n archive.Field) bool { return n.Name == keys[i] && n.Value == f.Value }) {
			continue
		}
		after, err := json.Marshal(f)
		if err != nil {
			return err
		}
		p := sqlc.InsertRestoredDecisionParams{
			At: m.CreatedAt, Actor: m.CreatedBy, Version: int32(m.Version), Field: keys[i], After: after, DocumentID: string(m.Document),
		}
		if f.Page >= 1 && f.Page <= len(m.Pages) {
			ref := m.Pages[f.Page-1]
			p.PageMaster, p.PageNumber = ref.Master[:], ptr(int32(ref.Page))
		}
		if err := q.InsertRestoredDecision(ctx, p); err != nil {
			return err
		}
	}
	return q.UndoFieldsExcept(ctx, sqlc.UndoFieldsExceptParams{
		DocumentID: string(m.Document), Version: int32(m.Version), Fields: decided, At: m.CreatedAt, Actor: m.CreatedBy,
	})
}
