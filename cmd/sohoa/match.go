package main

import (
	"time"

	"sohoa/internal/custody/keyring"
	"sohoa/internal/match"
	"sohoa/internal/postgres"
	"sohoa/internal/wiring"
)

// matchEvery is how often what waits for its dossier is compared with what came into the register.
const matchEvery = 15 * time.Second

// locksEvery is how often locks are extended of what is kept longer since it was archived.
const locksEvery = time.Minute

// newMatcher finds the dossiers of papers in the register; numbers of holders are compared as the keys of ring hash them.
func newMatcher(ring *keyring.Ring, cat *postgres.Catalogue) (wiring.Matcher, error) {
	s, err := match.New(match.Deps{Register: cat.Matching(), Hasher: wiring.Vault{Ring: ring}})
	return wiring.Matcher{Service: s}, err
}

// newFiling moves documents between dossiers. Without a register any code is taken.
func newFiling(c *core) *match.Filing {
	d := match.FilingDeps{Store: c.catalogue.Filing()}
	if c.register != nil {
		d.Register = c.catalogue.Matching()
	}
	return match.NewFiling(d)
}
