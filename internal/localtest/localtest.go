// Package localtest lends tests a real Postgres, a real Redis and a real S3 store.
//
// Postgres is started once a test binary, at its first use, so each test takes a schema of its own; Redis starts in
// a few milliseconds, so each test has one for itself. All end with the binary, however that ends: the kernel ends the
// servers, and a small shell that outlives them removes their folder. Nothing needs a TestMain. Data is volatile:
// fsync is off. A missing server program fails the test with the command that installs it; it never skips.
package localtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/local"
)

// howTo closes the message of a test that finds no server.
const howTo = "run `make test`, which installs what the tests need (Debian packages postgresql and redis-server)"

const startWait = 2 * time.Minute

// shared is what one test binary starts at most once.
//
// The variables below are the one exception to "no package state": they hold nothing but what sync.OnceValues keeps,
// and a test binary has no other place that all its tests share.
var (
	folder   = sync.OnceValues(makeFolder)
	postgres = sync.OnceValues(startPostgres)
)

// Postgres returns the connection string of a superuser on a real Postgres.
func Postgres(t testing.TB) string {
	t.Helper()
	pg, err := postgres()
	if err != nil {
		t.Fatalf("no Postgres for the test: %v; %s", err, howTo)
	}
	return pg.DSN(local.SuperRole, "", "postgres")
}

// OwnPostgres starts a real Postgres for this test alone, to be killed and restarted: unlike the shared one it keeps what it has committed.
func OwnPostgres(t testing.TB) *local.Postgres {
	t.Helper()
	pg, err := startOwnPostgres()
	if err != nil {
		t.Fatalf("no Postgres for the test: %v; %s", err, howTo)
	}
	t.Cleanup(pg.Stop)
	return pg
}

// Redis starts a real Redis for this test alone and stops it when the test ends.
func Redis(t testing.TB) *local.Redis {
	t.Helper()
	r, err := startRedis()
	if err != nil {
		t.Fatalf("no Redis for the test: %v; %s", err, howTo)
	}
	t.Cleanup(r.Stop)
	return r
}

func startPostgres() (*local.Postgres, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	return local.StartPostgres(ctx, local.PostgresConfig{
		Dir: filepath.Join(dir, "postgres"), SocketDir: filepath.Join(dir, "run"), Logger: quiet(), Trust: true, Volatile: true,
	})
}

func startOwnPostgres() (*local.Postgres, error) {
	parent, err := folder()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "pg-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the server runs as another user and must pass through
		return nil, err
	}
	if err := local.OwnDir(filepath.Join(dir, "run"), ""); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	return local.StartPostgres(ctx, local.PostgresConfig{Dir: filepath.Join(dir, "data"), SocketDir: filepath.Join(dir, "run"), Logger: quiet(), Trust: true})
}

func startRedis() (*local.Redis, error) {
	parent, err := folder()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "redis-")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	return local.StartRedis(ctx, local.RedisConfig{Dir: dir, SocketDir: dir, Logger: quiet()})
}

// makeFolder makes the binary's folder and a shell that removes it: the shell's input ends when this process does.
func makeFolder() (string, error) {
	dir, err := os.MkdirTemp("/tmp", "sohoatest-") // short, since socket paths are
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the servers run as another user and must pass through
		return "", err
	}
	if err := local.OwnDir(filepath.Join(dir, "run"), ""); err != nil {
		return "", err
	}
	var pipe [2]int // plain numbers: a finalizer must not close the writing end, only the kernel, with this process
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return "", err
	}
	r := os.NewFile(uintptr(pipe[0]), "pipe")
	// The servers need a moment to die after us and write while they do.
	broom := exec.Command("/bin/sh", "-c", `cat >/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; rm -rf -- "$0" 2>/dev/null && [ ! -e "$0" ] && exit; done`, dir)
	broom.Stdin = r
	broom.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C to the tests is not for it
	if err := broom.Start(); err != nil {
		return "", fmt.Errorf("start the shell that cleans up: %w", err)
	}
	return dir, r.Close()
}

// quiet drops log lines: a server's last words come with its error.
func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
