// Package wiring fits adapters to the ports of the use cases where their shapes differ. Only composition roots import it: cmd/sohoa, and
// the test support that puts a whole pipeline together.
package wiring

import (
	"context"
	"io"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/postgres"
	"sohoa/internal/zipread"
)

// Zips walks zips within the default limits; it is a digitise.ZipReader.
type Zips struct{}

// Walk implements digitise.ZipReader.
func (Zips) Walk(ctx context.Context, path string, each func(string, func() (io.ReadCloser, error)) error) error {
	return zipread.Walk(ctx, path, zipread.Limits{}, func(e zipread.Entry) error {
		return each(e.Name, e.Open)
	})
}

// Entries takes what is in a zip into custody, as if it had been sent by itself; it is a digitise.EntryAcceptor.
type Entries struct{ Intake *intake.Service }

// AcceptEntry implements digitise.EntryAcceptor.
func (e Entries) AcceptEntry(ctx context.Context, parent archive.Accession, name string, src io.ReadCloser) error {
	_, err := e.Intake.Accept(ctx, intake.Request{
		Name: name, Unit: parent.Unit, Dossier: parent.Dossier, Batch: parent.BatchName, Access: parent.Access, Queue: archive.Queue(parent.Queue),
		Actor: parent.ReceivedBy, Parent: parent.ID,
	}, src)
	return err
}

// Accounts looks tokens up in the catalogue; it is web.Accounts.
type Accounts struct{ Catalogue *postgres.Catalogue }

// ByToken implements web.Accounts.
func (a Accounts) ByToken(ctx context.Context, hash fixity.Digest) (archive.Actor, bool, error) {
	return a.Catalogue.AccountByToken(ctx, hash)
}
