// Package postgres is the catalogue: the one door to SQL.
//
// Every transition is one transaction: a guarded UPDATE that names the state and attempt it leaves, the closing of its task, the
// opening of what follows, and an audit event. When the row is elsewhere by now, the transaction changes nothing and the caller
// gets digitise.ErrFenced. SQL lies in schemas/queries; sqlc writes internal/postgres/sqlc from it.
package postgres
