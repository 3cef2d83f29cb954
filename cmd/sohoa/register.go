package main

import (
	"fmt"

	"sohoa/internal/custody/keyring"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/wiring"
)

// openRegister opens the register with the key ring in a folder; nil when no folder is named, because identifiers could not be sealed.
func openRegister(keys string, cat *postgres.Catalogue) (*register.Service, error) {
	if keys == "" {
		return nil, nil
	}
	ring, err := keyring.Open(keys)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return register.New(register.Deps{Store: cat.Register(), Vault: wiring.Vault{Ring: ring}})
}
