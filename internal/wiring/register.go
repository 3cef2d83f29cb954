package wiring

import (
	"encoding/hex"
	"fmt"

	"sohoa/internal/custody/keyring"
	"sohoa/internal/dossier"
	"sohoa/internal/register"
)

// Vault seals identifiers with the keys of a ring; it is register.Vault. Each identifier has a data key of its own, bound to the hash it
// is found by, so that no sealed identifier can be put in another's place.
type Vault struct{ Ring *keyring.Ring }

// HashOf implements register.Vault.
func (v Vault) HashOf(id dossier.Identifier) []byte {
	return v.Ring.HashOf(string(id.Kind()), id.Reveal())
}

// Seal implements register.Vault.
func (v Vault) Seal(id dossier.Identifier) (register.Sealed, error) {
	s := register.Sealed{Hash: v.HashOf(id), Kind: id.Kind(), Masked: id.String()}
	key, wrapped, err := v.Ring.NewDataKey(owner(s))
	if err != nil {
		return s, err
	}
	s.Key, s.Wrapped = wrapped.Key, wrapped.Sealed
	s.Body, err = key.Seal(string(id.Kind()), id.Reveal())
	return s, err
}

// Open gives an identifier back that Seal made.
func (v Vault) Open(s register.Sealed) (dossier.Identifier, error) {
	key, err := v.Ring.Unwrap(owner(s), keyring.Wrapped{Key: s.Key, Sealed: s.Wrapped})
	if err != nil {
		return dossier.Identifier{}, err
	}
	number, err := key.Open(string(s.Kind), s.Body)
	if err != nil {
		return dossier.Identifier{}, err
	}
	id, err := dossier.ParseIdentifier(number)
	if err != nil || id.Kind() != s.Kind {
		return dossier.Identifier{}, fmt.Errorf("what was sealed is no %s", s.Kind)
	}
	return id, nil
}

// owner is what the data key of an identifier belongs to.
func owner(s register.Sealed) string { return "register/" + hex.EncodeToString(s.Hash) }
