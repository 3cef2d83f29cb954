package custody

import (
	"context"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// HolderOpener opens sealed identifiers again and gives what they are found by. internal/custody/holders does.
type HolderOpener interface {
	// Reopen gives a keyed hash for each; nil where no key at hand opens it. erased says that the document's data key is gone for good.
	// An error is the store's.
	Reopen(ctx context.Context, id archive.DocumentID, version int, sealed []archive.Holder) (lookups [][]byte, erased bool, err error)
}

// WaitingHolder is an identifier that a catalogue holds sealed and cannot find, for want of its key.
type WaitingHolder struct {
	Document archive.DocumentID
	Version  int
	Ordinal  int // in the version, from 1
	archive.Holder
}

const holderChunk = 500

// reopen fills in what the holders of a version are found by, as far as the keys at hand open them.
func (b *Rebuilder) reopen(ctx context.Context, m archive.Manifest) ([]archive.HolderEntry, error) {
	out := make([]archive.HolderEntry, len(m.Holders))
	for i, h := range m.Holders {
		out[i].Holder = h
	}
	if b.d.Holders == nil || len(out) == 0 {
		return out, nil
	}
	lookups, _, err := b.d.Holders.Reopen(ctx, m.Document, m.Version, m.Holders)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Lookup = lookups[i]
	}
	return out, nil
}

// fillHolders tries the identifiers that wait with the keys at hand, and counts in r those filled, waiting and erased.
func (b *Rebuilder) fillHolders(ctx context.Context, actor string, r *RebuildReport) error {
	keys := map[string]int{}
	var after WaitingHolder
	for {
		rows, err := b.d.Catalogue.WaitingHolders(ctx, after, holderChunk)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1]
		for group := range slices.Values(byVersion(rows)) {
			if err := b.fillVersion(ctx, group, keys, r); err != nil {
				return err
			}
		}
		b.d.Progress("identifiers", r.IdentifiersFilled)
	}
	for key, n := range keys {
		r.IdentifiersWaiting += n
		r.problem("%d identifiers of holders wait for the key %s and are not found by search until it is back: sohoa keys restore, then sohoa rebuild again", n, key)
	}
	if r.IdentifiersFilled > 0 {
		return b.d.Catalogue.HoldersFilled(ctx, actor, r.IdentifiersFilled, r.IdentifiersWaiting)
	}
	return nil
}

// byVersion parts rows, which are in order, by document and version.
func byVersion(rows []WaitingHolder) [][]WaitingHolder {
	var out [][]WaitingHolder
	for i, w := range rows {
		if i == 0 || w.Document != rows[i-1].Document || w.Version != rows[i-1].Version {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], w)
	}
	return out
}

// fillVersion tries the waiting identifiers of one version. keys counts, by key, those that go on waiting.
func (b *Rebuilder) fillVersion(ctx context.Context, rows []WaitingHolder, keys map[string]int, r *RebuildReport) error {
	lookups := make([][]byte, len(rows))
	if b.d.Holders != nil {
		sealed := make([]archive.Holder, len(rows))
		for i, w := range rows {
			sealed[i] = w.Holder
		}
		var erased bool
		var err error
		if lookups, erased, err = b.d.Holders.Reopen(ctx, rows[0].Document, rows[0].Version, sealed); err != nil {
			return err
		}
		if erased {
			r.IdentifiersErased += len(rows)
			return nil
		}
	}
	for i, w := range rows {
		if lookups[i] == nil {
			keys[w.Key]++
			continue
		}
		if err := b.d.Catalogue.SetHolderLookup(ctx, w, lookups[i]); err != nil {
			return err
		}
		r.IdentifiersFilled++
	}
	return nil
}

// resume is a rebuild of a catalogue that is filled: nothing is left to do but to open identifiers that waited for a key. did is false when
// none waits.
func (b *Rebuilder) resume(ctx context.Context, actor string) (r RebuildReport, did bool, err error) {
	rows, err := b.d.Catalogue.WaitingHolders(ctx, WaitingHolder{}, 1)
	if err != nil || len(rows) == 0 {
		return r, false, err
	}
	ran, err := b.d.Catalogue.Alone(ctx, "rebuild", func(ctx context.Context) error { return b.fillHolders(ctx, actor, &r) })
	if err == nil && !ran {
		err = fault.New(fault.StateConflict, "another rebuild of this catalogue is running")
	}
	return r, true, err
}
