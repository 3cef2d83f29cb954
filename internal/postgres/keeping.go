package postgres

import (
	"context"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fold"
	"sohoa/internal/papertype"
	"sohoa/internal/postgres/sqlc"
)

// Retention implements digitise.Keeping: the longest of what the procedure, the type and the other documents of the dossier ask for.
func (c *Catalogue) Retention(ctx context.Context, v digitise.Version) (r archive.Retention, ended time.Time, err error) {
	kind := ""
	for _, f := range v.Fields {
		switch f.Name {
		case "type":
			kind = f.Value
		case "date":
			if day, err := time.Parse(time.DateOnly, f.Value); err == nil {
				ended = day
			}
		}
	}
	rules, err := c.q.ListDocumentTypes(ctx)
	if err != nil {
		return r, ended, unavailable(err)
	}
	r = typeOf(rules, kind).Retention
	if v.Dossier == "" {
		return r, ended, nil
	}
	d, err := c.q.RetentionOfDossier(ctx, v.Dossier)
	if err != nil && !isNoRows(err) {
		return r, ended, unavailable(err)
	}
	if err == nil {
		if x, err := archive.ParseRetention(d.Retention); err == nil { // what the register says is checked when it comes in
			r = r.Longest(x)
		}
		if d.CompletedOn != nil {
			ended = midnight(d.CompletedOn)
		}
	}
	others, err := c.q.RetentionsOfFile(ctx, sqlc.RetentionsOfFileParams{DossierCode: v.Dossier, DocumentID: string(v.Document)})
	for _, s := range others {
		if x, err := archive.ParseRetention(s); err == nil {
			r = r.Longest(x)
		}
	}
	return r, ended, unavailable(err)
}

// typeOf gives the type of a paper: what the city says of it, laid over what is built in.
func typeOf(rules []sqlc.DocumentType, name string) papertype.Type {
	t := papertype.Of(name)
	builtIn := 0
	if t.Code != "" {
		builtIn = len(fold.Plain(t.Name))
	}
	key, best := fold.Plain(name), ""
	for _, r := range rules {
		if key != r.Key && (len(key) <= len(r.Key) || key[:len(r.Key)+1] != r.Key+" ") || len(r.Key) < len(best) {
			continue
		}
		if len(r.Key) < builtIn { // of a wider type, which the city does not mean by it
			continue
		}
		best = r.Key
		t.Name = r.Name
		if r.Code != "" {
			t.Code = r.Code
		}
		if x, err := archive.ParseRetention(r.Retention); err == nil && x.Known() {
			t.Retention = x
		}
	}
	return t
}

// putRetention notes how long a document is kept, and lets the other documents of its dossier be kept as long.
func putRetention(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, k digitise.Kept) error {
	if k.Until.IsZero() {
		return nil // nobody worked it out
	}
	d, err := q.GetDocument(ctx, string(id))
	if err != nil {
		return err
	}
	p := sqlc.PutRetentionParams{DocumentID: d.ID, Retention: k.Retention.String(), RetainUntil: k.Until}
	if !k.EndedOn.IsZero() {
		p.EndedOn = &k.EndedOn
	}
	if err := q.PutRetention(ctx, p); err != nil || d.DossierCode == nil {
		return err
	}
	return q.RaiseRetentionsOfFile(ctx, sqlc.RaiseRetentionsOfFileParams{
		Retention: k.Retention.String(), RetainUntil: k.Until, DossierCode: *d.DossierCode, DocumentID: d.ID,
	})
}

// DueLocks implements digitise.Keeping.
func (c *Catalogue) DueLocks(ctx context.Context, limit int) ([]digitise.DueLock, error) {
	rows, err := c.q.DueLocks(ctx, int32(limit))
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]digitise.DueLock, len(rows))
	for i, r := range rows {
		d := digitise.DueLock{Document: archive.DocumentID(r.DocumentID), Until: r.RetainUntil.UTC()}
		versions, err := c.q.ManifestVersions(ctx, r.DocumentID)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, v := range versions {
			d.Versions = append(d.Versions, int(v))
		}
		if d.Masters, err = c.q.MastersToExtend(ctx, r.DocumentID); err != nil {
			return nil, unavailable(err)
		}
		out[i] = d
	}
	return out, nil
}

// LocksExtended implements digitise.Keeping.
func (c *Catalogue) LocksExtended(ctx context.Context, d digitise.DueLock) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		for _, m := range d.Masters {
			if err := q.ExtendMaster(ctx, sqlc.ExtendMasterParams{Digest: m, RetainUntil: d.Until}); err != nil {
				return err
			}
		}
		return q.LocksExtended(ctx, sqlc.LocksExtendedParams{DocumentID: string(d.Document), RetainUntil: d.Until})
	})
}
