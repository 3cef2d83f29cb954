package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// redisOldest is the first version with every command asynq's scripts use, by asynq's own documentation.
const redisOldest = 4

// RedisConfig says where and how a private Redis runs.
type RedisConfig struct {
	Dir       string // its working folder; nothing is kept there
	SocketDir string // 0700, owned by the account
	User      string // whom to run as when we are root; "" means postgres, like the database
	Logger    *slog.Logger
}

// Redis is a running private server: the doorbell of the queue, without persistence. It is safe for concurrent use.
type Redis struct {
	cfg   RedisConfig
	acct  account
	bin   string
	child *child
}

// StartRedis starts the server and waits until it answers.
func StartRedis(ctx context.Context, cfg RedisConfig) (*Redis, error) {
	acct, err := runAs(cfg.User)
	if err != nil {
		return nil, err
	}
	bin, err := findRedis()
	if err != nil {
		return nil, err
	}
	if err := acct.canReach(cfg.Dir); err != nil {
		return nil, err
	}
	if err := acct.ownDir(cfg.Dir); err != nil {
		return nil, err
	}
	r := &Redis{cfg: cfg, acct: acct, bin: bin}
	r.child, err = startChild(ctx, cfg.Logger, spec{
		name:      "redis",
		command:   r.command,
		prepare:   r.clearSocket,
		ready:     r.ping,
		deathSig:  syscall.SIGKILL, // it holds nothing worth a goodbye
		stopSteps: []stopStep{{syscall.SIGTERM, 5 * time.Second}},
		readyWait: 30 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Stop ends the server.
func (r *Redis) Stop() { r.child.stop() }

// PID is the server's process id, 0 while it is down.
func (r *Redis) PID() int { return r.child.PID() }

// Ready reports whether the server answers.
func (r *Redis) Ready() bool { return r.child.Ready() }

// Socket is the path of the unix socket.
func (r *Redis) Socket() string { return filepath.Join(r.cfg.SocketDir, "redis.sock") }

// URL is the address as redis clients parse it.
func (r *Redis) URL() string { return "unix://" + r.Socket() }

func findRedis() (string, error) {
	for _, name := range []string{"redis-server", "/usr/bin/redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no redis-server in the path: run apt-get install redis-server")
}

// redisVersion asks the program: "Redis server v=7.0.15 sha=…".
func redisVersion(ctx context.Context, bin string) (version string, major int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, bin, "--version").Output()
	if err != nil {
		return "", 0, err
	}
	for _, f := range strings.Fields(string(out)) {
		if v, ok := strings.CutPrefix(f, "v="); ok {
			major, err := strconv.Atoi(strings.SplitN(v, ".", 2)[0])
			return v, major, err
		}
	}
	return "", 0, fmt.Errorf("%s tells no version", bin)
}

func (r *Redis) command() *exec.Cmd {
	cmd := exec.Command(r.bin, //nolint:noctx // its supervisor ends it, in order
		"--port", "0", "--unixsocket", r.Socket(), "--unixsocketperm", "700",
		"--dir", r.cfg.Dir, "--daemonize", "no", "--supervised", "no", "--pidfile", "",
		"--save", "", "--appendonly", "no", // the outbox in Postgres is the truth
		"--maxmemory", "512mb", "--maxmemory-policy", "noeviction", // full is an error that is seen; evicted is a task that is not
		"--databases", "1", "--loglevel", "notice", "--logfile", "",
	)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = r.cfg.Dir, childEnv(), r.acct.attr()
	return cmd
}

// clearSocket removes what a killed server left, so that nobody connects to a socket without a listener for long.
func (r *Redis) clearSocket(context.Context) error {
	if err := os.Remove(r.Socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// ping asks the way a client would.
func (r *Redis) ping(ctx context.Context, _ int) error {
	d := net.Dialer{Timeout: time.Second}
	conn, err := d.DialContext(ctx, "unix", r.Socket())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(line, "+PONG") {
		return fmt.Errorf("answered %q", strings.TrimSpace(line))
	}
	return nil
}
