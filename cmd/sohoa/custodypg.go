package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"sohoa/internal/postgres"
)

// postgresClient prepares a client program on the database that a URL names. The password travels in the environment: whoever may list
// processes sees arguments.
func postgresClient(ctx context.Context, dsn, program string, args ...string) (*exec.Cmd, error) {
	database, vars, err := postgres.ClientEnv(dsn)
	if err != nil {
		return nil, usageError{err}
	}
	path, err := findPostgresClient(program)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"--no-password", "--dbname=" + database}, args...)...)
	cmd.Env = append(os.Environ(), vars...)
	return cmd, nil
}

// findPostgresClient looks in the path and where Debian keeps the programs, the newest first: an older pg_dump refuses a newer server.
func findPostgresClient(program string) (string, error) {
	found, err := filepath.Glob(filepath.Join("/usr/lib/postgresql/*/bin", program))
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return majorOf(b) - majorOf(a) })
		return found[0], nil
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("the PostgreSQL client program %s is missing: run apt-get install postgresql-client: %w", program, err)
	}
	return path, nil
}

func majorOf(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}
