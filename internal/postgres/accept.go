package postgres

import (
	"context"
	"fmt"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/retrieve"
)

// FindAccession implements intake.Catalogue.
func (c *Catalogue) FindAccession(ctx context.Context, id archive.AccessionID) (archive.Accession, bool, error) {
	row, err := c.q.GetAccession(ctx, string(id))
	if isNoRows(err) {
		return archive.Accession{}, false, nil
	}
	if err != nil {
		return archive.Accession{}, false, unavailable(err)
	}
	if row.State == string(archive.AccessionCancelled) {
		return archive.Accession{}, false, nil
	}
	return accessionOf(row), true, nil
}

// RepeatedAnswer implements intake.Catalogue.
func (c *Catalogue) RepeatedAnswer(ctx context.Context, k intake.IdempotencyKey) (archive.AccessionID, bool, error) {
	row, err := c.q.GetIdempotencyKey(ctx, sqlc.GetIdempotencyKeyParams{AccountName: k.Account, Key: k.Key})
	if isNoRows(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, unavailable(err)
	}
	if string(row.RequestHash) != string(k.Request[:]) {
		return "", false, fault.New(fault.AccessionConflict, "this Idempotency-Key was used for another file or dossier; use a new key for each file")
	}
	return archive.AccessionID(row.AccessionID), true, nil
}

// OpenBatch implements intake.Catalogue.
func (c *Catalogue) OpenBatch(ctx context.Context, unit, name, actor string, queue archive.Queue) (archive.BatchID, archive.StackSettings, error) {
	b, err := c.findOrMakeBatch(ctx, unit, name, actor, queue)
	switch {
	case err != nil:
		return "", archive.StackSettings{}, err
	case b.State == retrieve.BatchPaused:
		return "", archive.StackSettings{}, fault.New(fault.BatchClosed, "batch “%s” is paused; resume it, or choose another name", name)
	case b.State == retrieve.BatchClosed:
		return "", archive.StackSettings{}, fault.New(fault.BatchClosed, "batch “%s” is closed; choose another name", name)
	}
	return archive.BatchID(b.ID), stackOf(&b), nil
}

// findOrMakeBatch finds the batch of a name in a unit, or makes it.
func (c *Catalogue) findOrMakeBatch(ctx context.Context, unit, name, actor string, queue archive.Queue) (sqlc.Batch, error) {
	b, err := c.q.GetBatchByName(ctx, sqlc.GetBatchByNameParams{UnitCode: unit, Name: name})
	if isNoRows(err) {
		err = c.tx(ctx, func(q *sqlc.Queries) error {
			if err := q.EnsureUnit(ctx, unit); err != nil {
				return err
			}
			if err := q.InsertBatch(ctx, sqlc.InsertBatchParams{
				ID: archive.NewID(time.Now()), UnitCode: unit, Name: name, Queue: string(queue), CreatedBy: actor,
			}); err != nil {
				return err
			}
			if b, err = q.GetBatchByName(ctx, sqlc.GetBatchByNameParams{UnitCode: unit, Name: name}); err != nil {
				return err
			}
			return audit(ctx, q, event{actor: actor, action: "batch_opened", unit: unit, batch: b.ID})
		})
	}
	if err != nil {
		return b, unavailable(fmt.Errorf("open batch: %w", err))
	}
	return b, nil
}

// Accept implements intake.Catalogue. The lock on the masters row is what keeps the orphan sweep away.
func (c *Catalogue) Accept(ctx context.Context, in intake.Accepted) (archive.Accession, error) {
	a := in.Accession
	err := c.tx(ctx, func(q *sqlc.Queries) error {
		if err := q.EnsureUnit(ctx, a.Unit); err != nil {
			return err
		}
		m, err := q.UpsertMaster(ctx, sqlc.UpsertMasterParams{
			Digest: a.Master, SizeBytes: a.SizeBytes, ObjectVersion: in.MasterVersion, RetainUntil: in.RetainUntil,
		})
		if err != nil {
			return err
		}
		if gone, err := q.MasterPurged(ctx, m.Digest[:]); err != nil || gone {
			return orPurged(err)
		}
		// The sweep holds the row lock while it removes an orphan; an accept that met the object just before must not count on it.
		swept, err := q.WasRemoved(ctx, sqlc.WasRemovedParams{Bucket: "masters", ObjectKey: archive.MasterKey(a.Master), ObjectVersion: in.MasterVersion})
		if err != nil {
			return err
		}
		if swept {
			return fault.New(fault.StoreUnavailable, "the bytes were cleared away as an orphan at this very moment; send them again")
		}
		if err := insertAccession(ctx, q, a); err != nil {
			return err
		}
		row, err := q.GetAccession(ctx, string(a.ID))
		if err != nil {
			return err
		}
		a = accessionOf(row)
		if k := in.Key; k.Key != "" {
			if _, err := q.InsertIdempotencyKey(ctx, sqlc.InsertIdempotencyKeyParams{
				AccountName: k.Account, Key: k.Key, RequestHash: k.Request[:], AccessionID: string(a.ID),
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return a, err
}

// insertAccession writes the row with its task and event, revives a cancelled one, and leaves one that is there as it is.
func insertAccession(ctx context.Context, q *sqlc.Queries, a archive.Accession) error {
	_, err := q.InsertAccession(ctx, sqlc.InsertAccessionParams{
		ID: string(a.ID), BatchID: opt(string(a.Batch)), ParentID: opt(string(a.ParentID)), UnitCode: a.Unit, DossierCode: opt(a.Dossier),
		AccessLevel: string(a.Access), Name: a.Name, MasterDigest: a.Master, SizeBytes: a.SizeBytes, Queue: a.Queue,
		ReceivedBy: a.ReceivedBy, ReceivedAt: a.ReceivedAt,
	})
	attempt, action := int32(1), "accession_accepted"
	if isNoRows(err) { // ON CONFLICT DO NOTHING
		n, err := q.ReviveAccession(ctx, sqlc.ReviveAccessionParams{ID: string(a.ID), BatchID: opt(string(a.Batch)), Queue: a.Queue})
		if err != nil || n == 0 {
			return err
		}
		row, err := q.GetAccession(ctx, string(a.ID))
		if err != nil {
			return err
		}
		attempt, action = row.Attempt, "accession_revived"
	} else if err != nil {
		return err
	}
	if err := q.InsertTask(ctx, sqlc.InsertTaskParams{
		Kind: string(archive.TaskInspect), Queue: a.Queue, UnitCode: a.Unit, AccessionID: ptr(string(a.ID)), Attempt: attempt,
	}); err != nil {
		return err
	}
	return audit(ctx, q, event{
		actor: a.ReceivedBy, action: action, unit: a.Unit, batch: string(a.Batch), accession: a.ID,
		detail: map[string]string{"master": a.Master.String(), "bytes": fmt.Sprint(a.SizeBytes)},
	})
}

func accessionOf(r sqlc.Accession) archive.Accession {
	return archive.Accession{
		ID: archive.AccessionID(r.ID), Batch: archive.BatchID(deref(r.BatchID)), Unit: r.UnitCode, Dossier: deref(r.DossierCode), Name: r.Name,
		Master: r.MasterDigest, SizeBytes: r.SizeBytes, MediaType: archive.MediaType(deref(r.MediaType)), Access: archive.Access(r.AccessLevel),
		ReceivedBy: r.ReceivedBy, ReceivedAt: r.ReceivedAt.UTC(), Queue: r.Queue, ParentID: archive.AccessionID(deref(r.ParentID)),
		State: archive.AccessionState(r.State), Pages: number(r.Pages), Signatures: signaturesOf(r.Signatures), Derived: derivedOf(r.Derived),
	}
}

// AccountByToken finds the account whose token has this SHA-256.
func (c *Catalogue) AccountByToken(ctx context.Context, hash fixity.Digest) (archive.Actor, bool, error) {
	row, err := c.q.AccountByToken(ctx, hash[:])
	if isNoRows(err) {
		return archive.Actor{}, false, nil
	}
	if err != nil {
		return archive.Actor{}, false, unavailable(err)
	}
	return archive.Actor{Account: row.Name, Role: archive.Role(row.Role), Unit: deref(row.UnitCode)}, true, nil
}

// PutAccount makes an account or gives it a new token, of which only the SHA-256 is kept.
func (c *Catalogue) PutAccount(ctx context.Context, a archive.Actor, token fixity.Digest) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		if a.Unit != "" {
			if err := q.EnsureUnit(ctx, a.Unit); err != nil {
				return err
			}
		}
		if err := q.UpsertAccount(ctx, sqlc.UpsertAccountParams{
			ID: archive.NewID(time.Now()), Name: a.Account, Role: string(a.Role), UnitCode: opt(a.Unit), TokenHash: token[:],
		}); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: System, action: "account_put", unit: a.Unit, detail: map[string]string{"account": a.Account, "role": string(a.Role)}})
	})
}
