package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
)

// Catalogue speaks to one Postgres. It is safe for concurrent use.
type Catalogue struct {
	pool *pgxpool.Pool
	q    *sqlc.Queries
}

// Open connects to the database named by url (a URL or key=value string), with at most conns connections.
func Open(ctx context.Context, url string, conns int) (*Catalogue, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL is malformed: %w", err)
	}
	cfg.MaxConns = int32(min(max(conns, 4), 1000))
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	// A lost answer must not hang a worker for ever.
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "60000"
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, unavailable(err)
	}
	return New(pool), nil
}

// New wraps a pool that somebody else configured.
func New(pool *pgxpool.Pool) *Catalogue { return &Catalogue{pool: pool, q: sqlc.New(pool)} }

// Close closes all connections.
func (c *Catalogue) Close() { c.pool.Close() }

// Ping reports whether the database answers.
func (c *Catalogue) Ping(ctx context.Context) error { return unavailable(c.pool.Ping(ctx)) }

// tx runs f in one transaction and translates what the driver says.
func (c *Catalogue) tx(ctx context.Context, f func(q *sqlc.Queries) error) error {
	return unavailable(pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error { return f(c.q.WithTx(tx)) }))
}

// unavailable turns a lost or refused connection into a fault that is tried again; the rest passes.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code[:2] {
		case "08", "53", "57", "40", "58": // connection, resources, operator, rollback, system (PostgreSQL appendix A)
			return fault.Wrap(fault.CatalogueUnavailable, err, "the catalogue is not available")
		}
		return err
	}
	_, isNet := errors.AsType[net.Error](err)
	_, isConnect := errors.AsType[*pgconn.ConnectError](err)
	if isNet || isConnect || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || errors.Is(err, net.ErrClosed) || isLostConnection(err) {
		return fault.Wrap(fault.CatalogueUnavailable, err, "the catalogue is not available")
	}
	return err
}

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// event appends an audit event within the caller's transaction. Details are codes, digests and counts, never personal data.
type event struct {
	actor     string
	action    string
	unit      string
	batch     string
	accession archive.AccessionID
	document  archive.DocumentID
	detail    map[string]string
}

func audit(ctx context.Context, q *sqlc.Queries, e event) error {
	if e.detail == nil {
		e.detail = map[string]string{}
	}
	b, err := json.Marshal(e.detail)
	if err != nil {
		return err
	}
	if err := q.AppendAudit(ctx, sqlc.AppendAuditParams{
		Actor: e.actor, Action: e.action, UnitCode: opt(e.unit), BatchID: opt(e.batch), AccessionID: opt(string(e.accession)),
		DocumentID: opt(string(e.document)), Detail: b,
	}); err != nil {
		return fmt.Errorf("append audit event: %w", err)
	}
	return nil
}

// System is the actor of what nobody in particular did.
const System = "system"

// opt is NULL for the empty string.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

func ptr[T any](v T) *T { return &v }
