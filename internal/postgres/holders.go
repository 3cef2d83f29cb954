package postgres

import (
	"context"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/retrieve"
)

// putHolders replaces the holders of a version.
func putHolders(ctx context.Context, q *sqlc.Queries, id string, version int32, holders []archive.HolderEntry) error {
	if err := q.DropHolders(ctx, sqlc.DropHoldersParams{DocumentID: id, Version: version}); err != nil || len(holders) == 0 {
		return err
	}
	p := sqlc.PutHoldersParams{DocumentID: id, Version: version}
	for i, h := range holders {
		p.Ordinals, p.Kinds, p.Masked = append(p.Ordinals, int32(i+1)), append(p.Kinds, h.Kind), append(p.Masked, h.Masked)
		p.Pages, p.KeyIds, p.Sealed = append(p.Pages, int32(h.Page)), append(p.KeyIds, h.Key), append(p.Sealed, h.Sealed)
		p.Lookups = append(p.Lookups, h.Lookup)
	}
	return q.PutHolders(ctx, p)
}

// searchHolder finds documents by the keyed hash in s.Lookup.
func (c *Catalogue) searchHolder(ctx context.Context, s retrieve.Search, p sqlc.SearchParams) ([]retrieve.Hit, error) {
	rows, err := c.q.SearchHolder(ctx, sqlc.SearchHolderParams{
		Lookup: s.Lookup, UnitCode: p.UnitCode, IssuedFrom: p.IssuedFrom, IssuedTo: p.IssuedTo, Before: p.Before, PageSize: p.PageSize,
	})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]retrieve.Hit, len(rows))
	for i, r := range rows {
		out[i] = retrieve.Hit{Document: documentOf(r.Document, r.PageCount, r.BatchName), Page: int(r.Page)}
	}
	return out, nil
}

// NoteHolderSearch implements retrieve.Catalogue. Whom somebody asked for is not written down, only of which register.
func (c *Catalogue) NoteHolderSearch(ctx context.Context, actor archive.Actor, unit, kind string, found int) error {
	return unavailable(audit(ctx, c.q, event{
		actor: actor.Account, action: "holder_searched", unit: unit, detail: map[string]string{"kind": kind, "found": fmt.Sprint(found)},
	}))
}

// WaitingHolders implements custody.RebuildCatalogue.
func (c *Catalogue) WaitingHolders(ctx context.Context, after custody.WaitingHolder, limit int) ([]custody.WaitingHolder, error) {
	id := string(after.Document)
	if id == "" {
		id = "00000000-0000-0000-0000-000000000000"
	}
	rows, err := c.q.WaitingHolders(ctx, sqlc.WaitingHoldersParams{
		DocumentID: id, Version: int32(after.Version), Ordinal: int32(after.Ordinal), PageSize: int32(limit),
	})
	out := make([]custody.WaitingHolder, len(rows))
	for i, r := range rows {
		out[i] = custody.WaitingHolder{
			Document: archive.DocumentID(r.DocumentID), Version: int(r.Version), Ordinal: int(r.Ordinal),
			Holder: archive.Holder{Kind: r.Kind, Masked: r.Masked, Page: int(r.Page), Key: r.KeyID, Sealed: r.Sealed},
		}
	}
	return out, unavailable(err)
}

// SetHolderLookup implements custody.RebuildCatalogue.
func (c *Catalogue) SetHolderLookup(ctx context.Context, w custody.WaitingHolder, lookup []byte) error {
	_, err := c.q.SetHolderLookup(ctx, sqlc.SetHolderLookupParams{
		DocumentID: string(w.Document), Version: int32(w.Version), Ordinal: int32(w.Ordinal), Lookup: lookup,
	})
	return unavailable(err)
}

// HoldersFilled implements custody.RebuildCatalogue.
func (c *Catalogue) HoldersFilled(ctx context.Context, actor string, filled, waiting int) error {
	return unavailable(audit(ctx, c.q, event{
		actor: actor, action: "holders_filled", detail: map[string]string{"filled": fmt.Sprint(filled), "waiting": fmt.Sprint(waiting)},
	}))
}
