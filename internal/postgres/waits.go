package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/postgres/sqlc"
)

// wakePage is how many changed records of the register are compared with what waits in one transaction.
const wakePage = 2000

// WakeWaiting implements digitise.Waits.
func (c *Catalogue) WakeWaiting(ctx context.Context) (more bool, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		more = false
		mine, err := q.TryLockDossierWaits(ctx)
		if err != nil || !mine {
			return err // another server compares
		}
		place, err := q.DossierWaitPlace(ctx)
		if err != nil {
			return err
		}
		next := sqlc.MoveDossierWaitPlaceParams(place)
		waiting, err := q.HasDossierWaits(ctx)
		if err != nil {
			return err
		}
		if !waiting { // what is described from now on meets the register as it is
			last, err := q.LastRegisterRevisions(ctx)
			if err != nil {
				return err
			}
			next.Revision, next.HolderRevision = last.Dossiers, last.Holders
		} else if more, err = wake(ctx, q, &next); err != nil {
			return err
		}
		if next == sqlc.MoveDossierWaitPlaceParams(place) {
			return nil
		}
		return q.MoveDossierWaitPlace(ctx, next)
	})
	return more, err
}

// wake marks what waits for one of the next changed dossiers, or for a holder of it.
func wake(ctx context.Context, q *sqlc.Queries, at *sqlc.MoveDossierWaitPlaceParams) (more bool, err error) {
	dossiers, err := q.DossiersChangedAfter(ctx, sqlc.DossiersChangedAfterParams{After: at.Revision, PageSize: wakePage})
	if err != nil {
		return false, err
	}
	holders, err := q.HoldersChangedAfter(ctx, sqlc.HoldersChangedAfterParams{After: at.HolderRevision, PageSize: wakePage})
	if err != nil {
		return false, err
	}
	if n := len(dossiers); n > 0 {
		codes := make([]string, n)
		for i, d := range dossiers {
			codes[i] = d.Code
		}
		at.Revision = dossiers[n-1].Revision
		if _, err := q.WakeWaitsOfCodes(ctx, codes); err != nil {
			return false, err
		}
		if _, err := q.WakeWaitsOfNumbers(ctx, codes); err != nil {
			return false, err
		}
	}
	if n := len(holders); n > 0 {
		codes := make([]string, n)
		for i, h := range holders {
			codes[i] = h.Code
		}
		at.HolderRevision = holders[n-1].Revision
		if _, err := q.WakeWaitsOfHolders(ctx, codes); err != nil {
			return false, err
		}
	}
	return len(dossiers) == wakePage || len(holders) == wakePage, nil
}

// askedBefore reports whether people are or were asked to choose from the same dossiers, or are asked to choose from others right now.
func askedBefore(ctx context.Context, q *sqlc.Queries, id string, ask archive.Question) (bool, error) {
	t, err := q.LastDossierTask(ctx, id)
	if isNoRows(err) {
		return false, nil
	}
	if err != nil || t.ClosedAt == nil {
		return true, err
	}
	var then []archive.Option
	if err := json.Unmarshal(t.Options, &then); err != nil {
		return false, err
	}
	had := map[string]bool{}
	for _, o := range then {
		had[o.Value] = true
	}
	return !slices.ContainsFunc(ask.Options, func(o archive.Option) bool { return !had[o.Value] }), nil
}

// DueWaiting implements digitise.Waits.
func (c *Catalogue) DueWaiting(ctx context.Context, limit int) ([]digitise.Version, error) {
	rows, err := c.q.DueDossierWaits(ctx, int32(limit))
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]digitise.Version, 0, len(rows))
	for _, r := range rows {
		v, _, err := c.version(ctx, archive.DocumentID(r.DocumentID), int(r.Version))
		if err != nil {
			return nil, unavailable(err)
		}
		out = append(out, v)
	}
	return out, nil
}

// Rematched implements digitise.Waits.
func (c *Catalogue) Rematched(ctx context.Context, id archive.DocumentID, version int, m digitise.Matched) (began bool, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		began = false
		d, err := q.LockDocument(ctx, string(id))
		if err != nil {
			return err
		}
		if int(d.Version) != version || d.Processing != string(archive.Archived) || d.DossierCode != nil {
			return nil // it moved on meanwhile, and is or will be matched there
		}
		if err := q.SettleDossierWait(ctx, d.ID); err != nil {
			return err
		}
		switch {
		case m.Match != nil:
			if err := link(ctx, q, filing{document: id, version: version + 1, match: *m.Match, actor: System}); err != nil {
				return err
			}
		case m.Question != nil:
			if asked, err := askedBefore(ctx, q, d.ID, *m.Question); err != nil || asked {
				return err
			}
		default:
			return nil
		}
		began = true
		_, err = nextVersion(ctx, q, d, "matched", System)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("match %s again: %w", id, err)
	}
	return began, nil
}
