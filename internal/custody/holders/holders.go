// Package holders seals the identifiers of people and firms that papers name, and opens them where a catalogue is filled anew.
//
// Each document has a data key, made when its first identifier is sealed. Its wrapped form is an object that is not locked, beside the
// renditions: whoever removes it has erased the identifiers from manifests that nobody can change. The key that wraps it, and the one of the
// hash that identifiers are found by, are in the key ring and nowhere else.
package holders

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/describe"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// MaxPerVersion bounds how many identifiers of one version are sealed: a paper that names more is a list, and its rows are for search by words.
const MaxPerVersion = 1000

// Objects keeps wrapped data keys, in the renditions bucket. A missing object is fs.ErrNotExist.
type Objects interface {
	// PutResult stores b unless something is stored under key already, and returns what is.
	PutResult(ctx context.Context, key string, b []byte) ([]byte, error)
	GetResult(ctx context.Context, key string) ([]byte, error)
}

// Keeper seals, opens and hashes identifiers with the keys of a ring. It is safe for concurrent use.
type Keeper struct {
	ring    *keyring.Ring
	objects Objects
}

// New returns a Keeper.
func New(ring *keyring.Ring, objects Objects) *Keeper { return &Keeper{ring: ring, objects: objects} }

// field is what a sealed identifier is bound to besides its document.
func field(version int, kind string) string { return fmt.Sprintf("holder/%d/%s", version, kind) }

// Keep implements digitise.HolderKeeper. It stalls where the document's data key was wrapped by a key that is not in the ring.
func (k *Keeper) Keep(ctx context.Context, id archive.DocumentID, version int, pages []page.Result) ([]archive.HolderEntry, error) {
	found := describe.HolderIDs(pages)
	if len(found) == 0 {
		return nil, nil
	}
	found = found[:min(len(found), MaxPerVersion)]
	key, wrapped, err := k.dataKey(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]archive.HolderEntry, len(found))
	for i, f := range found {
		kind := string(f.ID.Kind())
		sealed, err := key.SealSame(field(version, kind), f.ID.Reveal())
		if err != nil {
			return nil, err
		}
		out[i] = archive.HolderEntry{
			Holder: archive.Holder{Kind: kind, Masked: f.ID.String(), Page: f.Page, Key: wrapped.Key, Sealed: sealed},
			Lookup: k.Lookup(f.ID),
		}
	}
	return out, nil
}

// dataKey gives the data key of a document: the one that is stored, by whichever step was first, or a new one.
func (k *Keeper) dataKey(ctx context.Context, id archive.DocumentID) (keyring.DataKey, keyring.Wrapped, error) {
	_, w, err := k.ring.NewDataKey(string(id))
	if err != nil {
		return keyring.DataKey{}, w, err
	}
	b, err := json.Marshal(w)
	if err != nil {
		return keyring.DataKey{}, w, err
	}
	stored, err := k.objects.PutResult(ctx, archive.DataKeyKey(id), b)
	if err != nil {
		return keyring.DataKey{}, w, err
	}
	if w, err = parse(stored); err != nil {
		return keyring.DataKey{}, w, err
	}
	key, err := k.ring.Unwrap(string(id), w)
	if err != nil {
		err = fault.Wrap(fault.Internal, err, "the document's data key is under key %s, which is not at hand: bring it back with sohoa keys restore, then retry", w.Key)
	}
	return key, w, err
}

// parse does not pass the decoder's words on: they may hold what is wrapped.
func parse(b []byte) (w keyring.Wrapped, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&w) != nil || w.Key == "" {
		return keyring.Wrapped{}, fault.New(fault.Internal, "the document's data key in the store is not what was written")
	}
	return w, nil
}

// Lookup gives what an identifier is found by.
func (k *Keeper) Lookup(id dossier.Identifier) []byte {
	return k.ring.HashOf(string(id.Kind()), id.Reveal())
}

// Reopen implements custody.HolderOpener.
func (k *Keeper) Reopen(ctx context.Context, id archive.DocumentID, version int, sealed []archive.Holder) (lookups [][]byte, erased bool, err error) {
	lookups = make([][]byte, len(sealed))
	b, err := k.objects.GetResult(ctx, archive.DataKeyKey(id))
	if errors.Is(err, fs.ErrNotExist) {
		return lookups, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	w, err := parse(b)
	if err != nil {
		return lookups, false, nil // a finding, as if the key were missing: everything else goes on
	}
	key, err := k.ring.Unwrap(string(id), w)
	if err != nil {
		return lookups, false, nil
	}
	for i, h := range sealed {
		digits, err := key.Open(field(version, h.Kind), h.Sealed)
		if err != nil {
			continue
		}
		if ident, err := dossier.ParseIdentifier(digits); err == nil && string(ident.Kind()) == h.Kind {
			lookups[i] = k.Lookup(ident)
		}
	}
	return lookups, false, nil
}
