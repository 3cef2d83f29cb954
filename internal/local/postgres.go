package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Names inside the private Postgres.
const (
	SuperRole  = "sohoa_super"  // made by initdb; used for roles and databases only
	OwnerRole  = "sohoa_owner"  // owns the schema; migrations run as it
	AppRole    = "sohoa_app"    // owns nothing; serve and work run as it
	SearchRole = "sohoa_search" // may not log in, sees past row-level security; owns the search function only
	Database   = "sohoa"

	postgresPort     = "5432" // names the socket file; there is no TCP port
	postgresOldest   = 15
	recoveryPatience = 10 * time.Minute // crash recovery replays at most a few GB of log
)

// PostgresConfig says where and how a private Postgres runs.
type PostgresConfig struct {
	Dir       string // the cluster; made when missing
	SocketDir string // 0700, owned by the account
	User      string // whom to run as when we are root; "" means postgres
	Logger    *slog.Logger

	// Trust lets every role in without a password, so that the socket folder's mode is the only guard: for tests.
	// Otherwise SuperRole proves itself by its operating-system user and every other role by its password.
	Trust bool
	// Volatile turns fsync off: for tests whose data may vanish with the machine.
	Volatile bool
}

// Postgres is a running private server. It is safe for concurrent use.
type Postgres struct {
	cfg   PostgresConfig
	acct  account
	bin   string
	child *child
}

// StartPostgres makes the cluster when there is none, starts the server and waits until it answers.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	acct, err := runAs(cfg.User)
	if err != nil {
		return nil, err
	}
	bin, _, err := findPostgres()
	if err != nil {
		return nil, err
	}
	p := &Postgres{cfg: cfg, acct: acct, bin: bin}
	if err := p.initCluster(ctx); err != nil {
		return nil, err
	}
	if err := p.writeAccess(); err != nil {
		return nil, err
	}
	p.child, err = startChild(ctx, cfg.Logger, spec{
		name:     "postgres",
		command:  p.command,
		prepare:  p.clearStalePID,
		ready:    p.ready,
		deathSig: syscall.SIGQUIT, // ends every backend at once; the next start recovers from the log
		stopSteps: []stopStep{
			{syscall.SIGINT, 20 * time.Second}, // fast: roll back what runs, checkpoint, end
			{syscall.SIGQUIT, 5 * time.Second}, // at once; recovery at the next start
		},
		readyWait: recoveryPatience,
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Stop ends the server in good order.
func (p *Postgres) Stop() { p.child.stop() }

// PID is the postmaster's process id, 0 while it is down.
func (p *Postgres) PID() int { return p.child.PID() }

// Ready reports whether the server accepts connections.
func (p *Postgres) Ready() bool { return p.child.Ready() }

// DSN is the connection string for a role and database over the unix socket.
func (p *Postgres) DSN(role, password, database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database}
	if password != "" {
		u.User = url.UserPassword(role, password)
	}
	u.RawQuery = url.Values{"host": {p.cfg.SocketDir}, "port": {postgresPort}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// findPostgres returns the folder of the newest server programs that are new enough.
func findPostgres() (bin string, major int, err error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", 0, err
	}
	if path, err := exec.LookPath("postgres"); err == nil { // other distributions keep it in the path
		dirs = append(dirs, path)
	}
	type found struct {
		bin   string
		major int
	}
	var all []found
	for _, path := range dirs {
		dir := filepath.Dir(path)
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err != nil {
			n = postgresMajor(path)
		}
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil && n >= postgresOldest {
			all = append(all, found{dir, n})
		}
	}
	if len(all) == 0 {
		return "", 0, fmt.Errorf("no PostgreSQL server programs of version %d or newer in /usr/lib/postgresql: run apt-get install postgresql", postgresOldest)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].major > all[j].major })
	return all[0].bin, all[0].major, nil
}

// postgresMajor asks the program: "postgres (PostgreSQL) 15.16 (Debian …)".
func postgresMajor(path string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return 0
	}
	f := strings.Fields(string(out))
	if len(f) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(strings.SplitN(f[2], ".", 2)[0])
	return n
}

// initCluster runs initdb once, into a neighbour folder that is renamed when whole: a killed initdb leaves no half cluster.
func (p *Postgres) initCluster(ctx context.Context) error {
	have, err := os.ReadFile(filepath.Join(p.cfg.Dir, "PG_VERSION"))
	if err == nil {
		p.bin, err = findPostgresFor(strings.TrimSpace(string(have)))
		return err
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := p.acct.canReach(p.cfg.Dir); err != nil {
		return err
	}
	making := p.cfg.Dir + ".making"
	if err := os.RemoveAll(making); err != nil {
		return err
	}
	if err := p.acct.ownDir(making); err != nil {
		return err
	}
	args := []string{"-D", making, "-U", SuperRole, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", "--data-checksums", "-A", "trust"} // replaced by writeAccess before the first start
	if p.cfg.Volatile {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = making, childEnv(), p.acct.attr()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	if err := os.RemoveAll(p.cfg.Dir); err != nil { // an empty folder, or one without a PG_VERSION
		return err
	}
	if err := os.Rename(making, p.cfg.Dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(p.cfg.Dir))
}

// findPostgresFor returns the programs of exactly the cluster's version: another major version cannot read it.
func findPostgresFor(version string) (bin string, err error) {
	want, err := strconv.Atoi(version)
	if err != nil {
		return "", fmt.Errorf("PG_VERSION holds %q", version)
	}
	dir := filepath.Join("/usr/lib/postgresql", version, "bin")
	if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
		return dir, nil
	}
	if bin, major, err := findPostgres(); err == nil && major == want {
		return bin, nil
	}
	return "", fmt.Errorf("the data was written by PostgreSQL %s, whose programs are not installed: run apt-get install postgresql-%s, or pg_upgrade the data", version, version)
}

// identMap is the name of the map from our operating-system user to SuperRole.
const identMap = "sohoa"

// writeAccess says who may connect: over the socket only.
func (p *Postgres) writeAccess() error {
	access := "local all all trust\n"
	if !p.cfg.Trust {
		access = "local all " + SuperRole + " peer map=" + identMap + "\nlocal all all scram-sha-256\n"
	}
	const head = "# written by sohoa at every start\n"
	if err := p.writeOwned("pg_hba.conf", head+access); err != nil {
		return err
	}
	return p.writeOwned("pg_ident.conf", fmt.Sprintf("%s%s %q %s\n", head, identMap, p.acct.name, SuperRole))
}

// writeOwned replaces one file in the cluster, 0600 and owned by the account.
func (p *Postgres) writeOwned(name, content string) error {
	path := filepath.Join(p.cfg.Dir, name)
	if err := writeFileAtomic(path, []byte(content)); err != nil {
		return err
	}
	if p.acct.drop {
		return os.Chown(path, p.acct.uid, p.acct.gid)
	}
	return nil
}

func (p *Postgres) command() *exec.Cmd {
	settings := []string{
		"listen_addresses=", "port=" + postgresPort,
		"unix_socket_directories=" + p.cfg.SocketDir, "unix_socket_permissions=0700",
		"cluster_name=sohoa", "max_connections=120", "shared_buffers=128MB", "max_wal_size=1GB",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=%p ", "log_timezone=UTC", "timezone=UTC",
		// Rows hold personal data: messages stay without statements, values and details.
		"log_min_error_statement=panic", "log_error_verbosity=terse", "log_checkpoints=off", "log_parameter_max_length_on_error=0",
		"password_encryption=scram-sha-256", "jit=off", "idle_in_transaction_session_timeout=10min",
	}
	if p.cfg.Volatile {
		settings = append(settings, "fsync=off", "full_page_writes=off", "synchronous_commit=off")
	} else {
		settings = append(settings, "fsync=on", "full_page_writes=on", "synchronous_commit=on")
	}
	args := []string{"-D", p.cfg.Dir}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(filepath.Join(p.bin, "postgres"), args...) //nolint:noctx // its supervisor ends it, in order
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.cfg.Dir, childEnv(), p.acct.attr()
	return cmd
}

// ready reads the status that the postmaster keeps in its pid file, as pg_ctl does: no connection, no password, no fork.
func (p *Postgres) ready(_ context.Context, pid int) error {
	b, err := os.ReadFile(filepath.Join(p.cfg.Dir, "postmaster.pid"))
	if err != nil {
		return err
	}
	lines := strings.Split(string(b), "\n") // line 1 is the pid, line 8 the status
	if len(lines) < 8 || strings.TrimSpace(lines[0]) != strconv.Itoa(pid) || strings.TrimSpace(lines[7]) != "ready" {
		return errors.New("starting")
	}
	return nil
}

// clearStalePID removes the pid file that a killed postmaster left when its number now belongs to another process;
// Postgres itself would take that process for a running server and refuse. A server that really runs on the cluster
// is told to end: we hold the data folder's lock, so it is an orphan.
func (p *Postgres) clearStalePID(ctx context.Context) error {
	path := filepath.Join(p.cfg.Dir, "postmaster.pid")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 0 {
		return os.Remove(path) // cut off while it was written
	}
	for range 100 {
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)) // a postmaster lives in its data folder
		exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		if err != nil || cwd != realPath(p.cfg.Dir) || filepath.Base(strings.TrimSuffix(exe, " (deleted)")) != "postgres" {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			return nil
		}
		_ = syscall.Kill(pid, syscall.SIGQUIT)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("another Postgres (process %d) runs on %s and does not end", pid, p.cfg.Dir)
}

// childEnv is the environment of server programs: nothing of ours, secrets least of all.
func childEnv() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
}
