package local

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sohoa/internal/local/gatewayorder"
)

func start(t *testing.T, dir string) *Stack {
	t.Helper()
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func query(t *testing.T, dsn, sql string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var out string
	err = conn.QueryRow(ctx, sql).Scan(&out)
	return out, err
}

func mustExec(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestStackKeepsDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, s.OwnerDSN(), "create table kept (v text); insert into kept values ('here')")
	s.Stop()
	s.Stop() // twice does no harm

	s = start(t, dir)
	if got, err := query(t, s.AppDSN(), "select v from kept"); err != nil || got != "here" {
		t.Fatalf("after a restart the row is %q, %v", got, err)
	}
}

func TestRolesMayDoWhatTheirNameSays(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	mustExec(t, s.OwnerDSN(), "create table a (v text)")
	for what, sql := range map[string]string{
		"the application's role owns no table": "create table b (v text)",
		"the application's role drops nothing": "drop table a",
	} {
		if _, err := query(t, s.AppDSN(), sql); err == nil || !strings.Contains(err.Error(), "42501") && !strings.Contains(err.Error(), "must be owner") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What the migrations need for the search function (row-level security's one way around).
	mustExec(t, s.OwnerDSN(), `create function f() returns int language sql as 'select 1'; grant create on schema public to `+SearchRole+`; alter function f() owner to `+SearchRole)
	flags, err := query(t, s.AppDSN(), `select string_agg(rolname||':'||rolsuper||rolbypassrls||rolcanlogin, ' ' order by rolname) from pg_roles where rolname like 'sohoa%'`)
	want := "sohoa_app:falsefalsetrue sohoa_owner:falsefalsetrue sohoa_search:falsetruefalse sohoa_super:truetruetrue"
	if err != nil || flags != want {
		t.Errorf("roles = %q, %v, want %q", flags, err, want)
	}
	if _, err := query(t, strings.Replace(s.AppDSN(), s.secrets.AppPassword, "wrong", 1), "select '1'"); err == nil {
		t.Error("a wrong password was let in")
	}
	settings, err := query(t, s.AppDSN(), `select string_agg(current_setting(n), ' ') from unnest(array['fsync','full_page_writes','synchronous_commit','data_checksums','listen_addresses','server_encoding']) n`)
	if err != nil || settings != "on on on on  UTF8" {
		t.Errorf("settings = %q, %v", settings, err)
	}
}

func TestAKilledChildComesBack(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	mustExec(t, s.OwnerDSN(), "create table kept (v text); insert into kept values ('here')")
	for _, name := range []string{"postgres", "redis", "gateway", "postgres", "redis", "gateway"} {
		old := s.Pids()[name]
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Minute, name+" coming back", func() bool {
			pid := s.Pids()[name]
			return pid != 0 && pid != old && s.Ready() == nil
		})
	}
	if got, err := query(t, s.AppDSN(), "select v from kept"); err != nil || got != "here" {
		t.Fatalf("after the kills the row is %q, %v", got, err)
	}
}

// play starts a process that runs a Stack, and returns the servers' process ids.
func play(t *testing.T, dir string) (cmd *exec.Cmd, pids []int) {
	t.Helper()
	cmd = exec.Command("/proc/self/exe", "stack", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the stack's process said %q, %v", line, err)
	}
	for _, f := range strings.Fields(line)[1:] {
		pid, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return cmd, pids
}

func TestKillingTheParentLeavesNoOrphans(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for round := range 3 {
		cmd, pids := play(t, dir) // rounds after the first start over a killed stack's folder
		family := descendants(t, cmd.Process.Pid)
		if len(family) < len(pids) {
			t.Fatalf("round %d: only %d processes below the stack's", round, len(family))
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		eventually(t, 30*time.Second, "the end of every server process", func() bool {
			for _, pid := range family {
				if !gone(pid) {
					return false
				}
			}
			return true
		})
	}
}

func TestStoppingTheParentStopsTheChildren(t *testing.T) {
	t.Parallel()
	cmd, pids := play(t, dataDir(t))
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if !gone(pid) {
			t.Errorf("process %d outlived a clean stop", pid)
		}
	}
}

func TestASecondStackIsToldWhoHoldsTheFolder(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	start(t, dir)
	_, err := Start(t.Context(), Config{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d", os.Getpid())) {
		t.Fatalf("second start = %v", err)
	}
}

func TestNobodyElseMayLookIntoTheFolder(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	start(t, dir)
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return nil // Postgres removes files while we look
		}
		open := st.Mode().Perm() & 0o077
		if path == dir {
			open &^= 0o011 // passing through is allowed
		}
		if st.IsDir() && open != 0 {
			t.Errorf("folder %s has mode %04o", path, st.Mode().Perm())
		}
		if st.IsDir() && path != dir {
			return fs.SkipDir // what lies in a closed folder is closed
		}
		if !st.IsDir() && st.Mode().IsRegular() && open != 0 {
			t.Errorf("file %s has mode %04o", path, st.Mode().Perm())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestALongDataPathStillHasShortSockets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dataDir(t), strings.Repeat("long", 25))
	s := start(t, dir)
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(s.RedisSocket())) })
	if strings.HasPrefix(s.RedisSocket(), dir) || len(s.RedisSocket()) > socketMax {
		t.Errorf("socket at %s", s.RedisSocket())
	}
	if _, err := query(t, s.AppDSN(), "select '1'"); err != nil {
		t.Error(err)
	}
}

func TestAStalePIDFileOfAForeignProcessIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	// A killed postmaster's number, taken since by a process of the same user that lives on.
	sleeper := exec.Command("sleep", "60")
	sleeper.SysProcAttr = s.postgres.acct.attr()
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
	pidFile := filepath.Join(dir, "postgres", "postmaster.pid")
	if err := os.WriteFile(pidFile, fmt.Appendf(nil, "%d\n%s\n0\n5432\n%s\n\n", sleeper.Process.Pid, filepath.Join(dir, "postgres"), dir), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	t.Run("a folder the servers' user cannot enter", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Log("only root steps down to another user; nothing to refuse here")
			return
		}
		_, err := Start(t.Context(), Config{DataDir: filepath.Join(t.TempDir(), "data")}) // below a folder with mode 0700
		if err == nil || !strings.Contains(err.Error(), "chmod o+x") {
			t.Errorf("Start = %v", err)
		}
	})
	t.Run("a file system without extended attributes", func(t *testing.T) {
		if err := gatewayorder.CheckXattr("/proc/self"); err == nil {
			t.Error("checkXattr found room on /proc")
		}
	})
	t.Run("a full disk", func(t *testing.T) {
		dir := t.TempDir()
		free, err := freeBytes(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkFree(dir, free*2); err == nil || !strings.Contains(err.Error(), "make room") {
			t.Errorf("checkFree = %v", err)
		}
	})
	t.Run("an unknown user", func(t *testing.T) {
		if _, err := runAs("no-such-user"); err == nil {
			t.Error("runAs accepted a user that does not exist")
		}
	})
	t.Run("a gateway that cannot start", func(t *testing.T) {
		_, err := Start(t.Context(), Config{DataDir: dataDir(t), Gateway: []string{"/bin/sh", "-c", "echo no luck >&2; exit 3"}})
		if err == nil || !strings.Contains(err.Error(), "no luck") {
			t.Errorf("Start = %v, want the program's own words", err)
		}
	})
}

// descendants lists the processes below pid.
func descendants(t *testing.T, pid int) []int {
	t.Helper()
	children := map[int][]int{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		p, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		if f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:])); len(f) > 1 {
			if parent, err := strconv.Atoi(f[1]); err == nil {
				children[parent] = append(children[parent], p)
			}
		}
	}
	var all []int
	queue := []int{pid}
	for len(queue) > 0 {
		next := children[queue[0]]
		all, queue = append(all, next...), append(queue[1:], next...)
	}
	return all
}
