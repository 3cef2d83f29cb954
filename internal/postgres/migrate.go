package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"sohoa/schemas"
)

// Migrate brings the database at url to the newest schema. Two that start at once wait for each other.
func Migrate(ctx context.Context, url string, logger *slog.Logger) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("the database URL is malformed: %w", err)
	}
	return migrate(ctx, cfg, logger)
}

// MigrateConfig is Migrate for a connection somebody else configured (tests, with a schema of their own).
func MigrateConfig(ctx context.Context, cfg *pgx.ConnConfig, logger *slog.Logger) error {
	return migrate(ctx, cfg, logger)
}

func migrate(ctx context.Context, cfg *pgx.ConnConfig, logger *slog.Logger) error {
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	sub, err := fs.Sub(schemas.Migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, sub, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("migrate: %w", err))
	}
	for _, m := range done {
		logger.InfoContext(ctx, "migrated", "version", m.Source.Version, "duration", m.Duration.String())
	}
	return nil
}
