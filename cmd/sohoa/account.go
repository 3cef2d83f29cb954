package main

import (
	"crypto/rand"
	"errors"
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/postgres"
)

type accountCmd struct {
	Put accountPutCmd `cmd:"" help:"Make an account, or give it a new token; prints the token once."`
}

type accountPutCmd struct {
	DatabaseURL string `name:"database-url" env:"SOHOA_DATABASE_URL" required:"" help:"Postgres, as a URL."`
	Name        string `arg:"" help:"Name of the account."`
	Role        string `required:"" enum:"clerk,officer,auditor,registrar,admin" help:"clerk, officer, auditor, registrar (keeps the register) or admin."`
	Unit        string `help:"Unit it belongs to; admin, auditor and registrar may go without."`
}

func (c *accountPutCmd) Run(e *env) error {
	if c.Unit == "" && (c.Role == string(archive.Clerk) || c.Role == string(archive.Officer)) {
		return usageError{errors.New("a clerk or officer belongs to a unit: name it with --unit")}
	}
	cat, err := postgres.Open(e.ctx, c.DatabaseURL, 1)
	if err != nil {
		return err
	}
	defer cat.Close()
	token := newToken()
	if err := cat.PutAccount(e.ctx, archive.Actor{Account: c.Name, Role: archive.Role(c.Role), Unit: c.Unit}, fixity.Of([]byte(token))); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, token)
	return nil
}

// newToken makes a bearer token of 260 random bits.
func newToken() string { return "sohoa_" + rand.Text() + rand.Text() }
