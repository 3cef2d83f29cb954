package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrNotRunning tells that no process runs the servers of a data folder.
var ErrNotRunning = errors.New("nothing runs on the data folder") //nolint:gochecknoglobals // a sentinel

// Attached is the servers of a data folder that another process runs.
type Attached struct {
	dir      string
	secrets  secrets
	sockets  string
	postgres *Postgres
	syncer   *Syncer
}

// Attach finds the servers that another process runs on a data folder; user as in Config. It starts nothing, and returns
// ErrNotRunning when nobody has the folder's lock.
func Attach(dir, user string) (*Attached, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	running, err := locked(dir)
	if err != nil {
		return nil, err
	}
	if !running {
		return nil, ErrNotRunning
	}
	acct, err := runAs(user)
	if err != nil {
		return nil, err
	}
	a := &Attached{dir: dir}
	if _, err := os.Stat(filepath.Join(dir, "secrets.json")); err != nil {
		return nil, fmt.Errorf("the servers on %s are being started: %w", dir, err)
	}
	if a.secrets, err = loadSecrets(dir); err != nil {
		return nil, err
	}
	if a.sockets, err = socketDir(dir, acct); err != nil {
		return nil, err
	}
	cluster := filepath.Join(dir, "postgres")
	have, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if err != nil {
		return nil, fmt.Errorf("the servers on %s are being started: %w", dir, err)
	}
	bin, err := findPostgresFor(strings.TrimSpace(string(have)))
	if err != nil {
		return nil, err
	}
	a.postgres = &Postgres{cfg: PostgresConfig{Dir: cluster, SocketDir: a.sockets, User: user}, acct: acct, bin: bin}
	a.syncer, err = NewSyncer(filepath.Join(dir, "s3"))
	return a, err
}

// locked reports whether a process holds the folder's lock; a folder without one is held by nobody.
func locked(dir string) (bool, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); {
	case err == nil:
		return false, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return true, nil
	default:
		return false, fmt.Errorf("look at the lock of %s: %w", dir, err)
	}
}

// OwnerDSN is as Stack.OwnerDSN.
func (a *Attached) OwnerDSN() string {
	return a.postgres.DSN(OwnerRole, a.secrets.OwnerPassword, Database)
}

// AppDSN is as Stack.AppDSN.
func (a *Attached) AppDSN() string { return a.postgres.DSN(AppRole, a.secrets.AppPassword, Database) }

// S3 is as Stack.S3.
func (a *Attached) S3() S3 {
	return S3{Endpoint: "unix://" + filepath.Join(a.sockets, "s3.sock"), AccessKey: a.secrets.S3AccessKey, SecretKey: a.secrets.S3SecretKey, Region: Region}
}

// SyncFS is as Stack.SyncFS.
func (a *Attached) SyncFS(ctx context.Context) error { return a.syncer.Sync(ctx) }

// ClientCommand is as Postgres.ClientCommand.
func (a *Attached) ClientCommand(ctx context.Context, program, database string, args ...string) (*exec.Cmd, error) {
	return a.postgres.ClientCommand(ctx, program, database, args...)
}

// Close lets the folder go; the servers run on.
func (a *Attached) Close() error { return a.syncer.Close() }
