// Package pgtest gives each test a catalogue of its own: a schema in a real Postgres, migrated, dropped at the end.
package pgtest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sohoa/internal/localtest"
	"sohoa/internal/postgres"
)

// DB is what tests ask questions of, named here so that test support elsewhere need not know the driver.
type DB = *pgxpool.Pool

// Pool returns connections whose search_path is one fresh schema, without public: a stray table name fails.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	ctx := context.Background()
	dsn := localtest.Postgres(t)
	name := "test_" + strings.ToLower(rand.Text())
	admin, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect to Postgres: %v", err)
	}
	if _, err := admin.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		admin.Close(ctx)
	})
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = name
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.MaxConns = 8
	if err := postgres.MigrateConfig(ctx, cfg.ConnConfig.Copy(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Catalogue returns a catalogue on a fresh schema.
func Catalogue(t testing.TB) *postgres.Catalogue {
	t.Helper()
	return postgres.New(Pool(t))
}
