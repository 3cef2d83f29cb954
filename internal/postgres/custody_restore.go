package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
)

// emptySQL drops everything in the schema that a migration or a restore could trip over, but for what extensions own.
const emptySQL = `
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE 'DROP TABLE ' || r.name || ' CASCADE';
    END LOOP;
    FOR r IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE 'DROP ROUTINE ' || r.name || ' CASCADE';
    END LOOP;
END $$`

// Clear makes room for a restored catalogue: it drops the tables of one that holds nothing and refuses one that holds something. url
// is that of the role that owns the schema.
func Clear(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return unavailable(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var migrated bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('accessions') IS NOT NULL").Scan(&migrated); err != nil {
			return err
		}
		if migrated {
			n, err := sqlc.New(tx).CatalogueContent(ctx)
			if err != nil {
				return err
			}
			if n.Accessions+n.Documents+n.Batches > 0 {
				return fault.New(fault.StateConflict,
					"the catalogue holds %d accessions, %d documents and %d batches; a backup is restored into an empty one only: name another data folder, or drop the database",
					n.Accessions, n.Documents, n.Batches)
			}
		}
		_, err := tx.Exec(ctx, emptySQL)
		return err
	}))
}

// Restored notes that the catalogue came out of a backup, and gives back the tasks that workers of that time had in hand.
func (c *Catalogue) Restored(ctx context.Context, actor, backup string) error {
	return c.tx(ctx, func(q *sqlc.Queries) error {
		n, err := q.UnringAll(ctx)
		if err != nil {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: "catalogue_restored", detail: map[string]string{"backup": backup, "tasks": fmt.Sprint(n)}})
	})
}

// ClientEnv says in libpq's variables how a client program (pg_dump, pg_restore) reaches the database that dsn names.
func ClientEnv(dsn string) (database string, vars []string, err error) {
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return "", nil, fmt.Errorf("the database URL is malformed: %w", err)
	}
	vars = []string{
		"PGHOST=" + cfg.Host, "PGPORT=" + strconv.Itoa(int(cfg.Port)), "PGUSER=" + cfg.User, "PGPASSWORD=" + cfg.Password, "PGDATABASE=" + cfg.Database,
		"PGCONNECT_TIMEOUT=10", "PGTZ=UTC",
	}
	if u, err := url.Parse(dsn); err == nil {
		for _, k := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey"} {
			if v := u.Query().Get(k); v != "" {
				vars = append(vars, "PG"+strings.ToUpper(k)+"="+v)
			}
		}
	}
	return cfg.Database, vars, nil
}
