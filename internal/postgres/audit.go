package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"sohoa/internal/postgres/sqlc"
)

// Seal chains the audit events that no block holds yet into a new block, and returns how many there were. Events of transactions
// that commit late fall into a later block. Only one sealer works at a time; the others find nothing to do.
func (c *Catalogue) Seal(ctx context.Context) (sealed int, err error) {
	err = c.tx(ctx, func(q *sqlc.Queries) error {
		locked, err := q.LockSealer(ctx)
		if err != nil || !locked {
			return err
		}
		var previous [sha256.Size]byte
		block := int64(1)
		last, err := q.LastBlock(ctx)
		switch {
		case isNoRows(err):
		case err != nil:
			return err
		default:
			copy(previous[:], last.Digest)
			block = last.ID + 1
		}
		events, err := q.UnsealedEvents(ctx)
		if err != nil || len(events) == 0 {
			return err
		}
		digest := blockDigest(block, previous[:], events)
		if err := q.InsertBlock(ctx, sqlc.InsertBlockParams{ID: block, Previous: previous[:], Events: int32(len(events)), Digest: digest}); err != nil {
			return err
		}
		ids := make([]int64, len(events))
		for i, e := range events {
			ids[i] = e.ID
		}
		sealed = len(events)
		return q.InsertLinks(ctx, sqlc.InsertLinksParams{BlockID: block, Events: ids})
	})
	return sealed, err
}

// blockDigest is SHA-256 over the block's number, the digest before it, and every event in order, each value with its length.
func blockDigest(block int64, previous []byte, events []sqlc.AuditEvent) []byte {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	put(binary.BigEndian.AppendUint64(nil, uint64(block)))
	put(previous)
	for _, e := range events {
		put(binary.BigEndian.AppendUint64(nil, uint64(e.ID)))
		put(binary.BigEndian.AppendUint64(nil, uint64(e.At.UTC().UnixMicro())))
		for _, s := range []string{e.Actor, e.Action, deref(e.UnitCode), deref(e.BatchID), deref(e.AccessionID), deref(e.DocumentID)} {
			put([]byte(s))
		}
		put(e.Detail)
	}
	return h.Sum(nil)
}

// AuditReport is what verifying the chain found. Bad is empty when all is well.
type AuditReport struct {
	Blocks int64
	Events int64
	Bad    string // the first bad block or event, in words
}

// VerifyAudit walks the chain from its start.
func (c *Catalogue) VerifyAudit(ctx context.Context) (AuditReport, error) {
	var rep AuditReport
	previous := make([]byte, sha256.Size)
	for {
		blocks, err := c.q.BlocksAfter(ctx, rep.Blocks)
		if err != nil {
			return rep, unavailable(err)
		}
		if len(blocks) == 0 {
			return rep, nil
		}
		for _, b := range blocks {
			if b.ID != rep.Blocks+1 {
				rep.Bad = fmt.Sprintf("block %d is missing", rep.Blocks+1)
				return rep, nil
			}
			events, err := c.q.EventsOfBlock(ctx, b.ID)
			if err != nil {
				return rep, unavailable(err)
			}
			switch {
			case string(b.Previous) != string(previous):
				rep.Bad = fmt.Sprintf("block %d does not follow on block %d", b.ID, b.ID-1)
			case len(events) != int(b.Events):
				rep.Bad = fmt.Sprintf("block %d has %d events, %d were sealed", b.ID, len(events), b.Events)
			case string(blockDigest(b.ID, previous, events)) != string(b.Digest):
				rep.Bad = fmt.Sprintf("an event of block %d (events %d to %d) was changed", b.ID, events[0].ID, events[len(events)-1].ID)
			}
			if rep.Bad != "" {
				return rep, nil
			}
			previous = b.Digest
			rep.Blocks, rep.Events = b.ID, rep.Events+int64(len(events))
		}
	}
}
