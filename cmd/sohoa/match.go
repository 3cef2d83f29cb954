package main

import (
	"sohoa/internal/custody/keyring"
	"sohoa/internal/match"
	"sohoa/internal/postgres"
	"sohoa/internal/wiring"
)

// newMatcher finds the dossiers of papers in the register; numbers of holders are compared as the keys of ring hash them.
func newMatcher(ring *keyring.Ring, cat *postgres.Catalogue) (wiring.Matcher, error) {
	s, err := match.New(match.Deps{Register: cat.Matching(), Hasher: wiring.Vault{Ring: ring}})
	return wiring.Matcher{Service: s}, err
}
