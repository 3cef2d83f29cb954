package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Config says where and how a Stack runs.
type Config struct {
	DataDir string // made when missing; see DefaultDataDir
	User    string // whom the servers run as when we are root; "" means postgres
	Logger  *slog.Logger

	// Gateway is the command whose program calls gateway.Serve; nil means this program with the argument "gateway".
	Gateway []string
	// GatewayListen is host:port for a gateway that others should reach by TCP; "" means a unix socket.
	GatewayListen string
}

// S3 says how to reach the embedded object store.
type S3 struct {
	Endpoint, AccessKey, SecretKey, Region string // Endpoint as objectstore.Deps takes it
}

// Stack is the three running servers. It is safe for concurrent use.
type Stack struct {
	cfg      Config
	secrets  secrets
	lock     *os.File
	syncer   *Syncer
	postgres *Postgres
	redis    *Redis
	gateway  *Gateway
	stopOnce sync.Once
}

// Start takes the data folder, starts the three servers side by side and returns when all answer. When it fails, all
// that it started has ended again.
func Start(ctx context.Context, cfg Config) (_ *Stack, err error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.DataDir, err = filepath.Abs(cfg.DataDir); err != nil {
		return nil, err
	}
	if cfg.Gateway == nil {
		// Not os.Executable: the account may be barred from the folder of our program, not from the program itself.
		cfg.Gateway = []string{"/proc/self/exe", "gateway"}
	}
	acct, err := runAs(cfg.User)
	if err != nil {
		return nil, err
	}
	if err := makeDataDir(cfg.DataDir, acct); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	s := &Stack{cfg: cfg}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if s.lock, err = lockDir(cfg.DataDir); err != nil {
		return nil, err
	}
	if err := checkFree(cfg.DataDir, startFree); err != nil {
		return nil, err
	}
	if s.secrets, err = loadSecrets(cfg.DataDir); err != nil {
		return nil, err
	}
	sockets, err := socketDir(cfg.DataDir, acct)
	if err != nil {
		return nil, fmt.Errorf("socket folder: %w", err)
	}
	listen := cfg.GatewayListen
	if listen == "" {
		listen = filepath.Join(sockets, "s3.sock")
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.postgres, err = StartPostgres(gctx, PostgresConfig{
			Dir: filepath.Join(cfg.DataDir, "postgres"), SocketDir: sockets, User: cfg.User, Logger: cfg.Logger,
		})
		if err != nil {
			return err
		}
		return s.postgres.provision(gctx, s.secrets.OwnerPassword, s.secrets.AppPassword)
	})
	g.Go(func() (err error) {
		s.redis, err = StartRedis(gctx, RedisConfig{
			Dir: filepath.Join(cfg.DataDir, "redis"), SocketDir: sockets, User: cfg.User, Logger: cfg.Logger,
		})
		return err
	})
	g.Go(func() (err error) {
		s.gateway, err = StartGateway(gctx, GatewayConfig{
			Command: cfg.Gateway, Dir: filepath.Join(cfg.DataDir, "s3"), Listen: listen, User: cfg.User, Logger: cfg.Logger,
			AccessKey: s.secrets.S3AccessKey, SecretKey: s.secrets.S3SecretKey,
		})
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if s.syncer, err = NewSyncer(filepath.Join(cfg.DataDir, "s3")); err != nil {
		return nil, err
	}
	return s, nil
}

// Stop ends the servers in order: first what writes, last the database. Whoever uses them has ended before.
func (s *Stack) Stop() {
	s.stopOnce.Do(func() {
		if s.gateway != nil {
			s.gateway.Stop()
		}
		if s.redis != nil {
			s.redis.Stop()
		}
		if s.postgres != nil {
			s.postgres.Stop()
		}
		var errs []error
		if s.syncer != nil {
			errs = append(errs, s.syncer.Close())
		}
		if s.lock != nil {
			errs = append(errs, s.lock.Close())
		}
		if err := errors.Join(errs...); err != nil {
			s.cfg.Logger.Warn("close data folder", "err", err)
		}
	})
}

// DataDir is the absolute path of the data folder.
func (s *Stack) DataDir() string { return s.cfg.DataDir }

// OwnerDSN connects as the role that owns the schema: for migrations only.
func (s *Stack) OwnerDSN() string {
	return s.postgres.DSN(OwnerRole, s.secrets.OwnerPassword, Database)
}

// AppDSN connects as the role that owns nothing: for everything else.
func (s *Stack) AppDSN() string { return s.postgres.DSN(AppRole, s.secrets.AppPassword, Database) }

// Postgres is the private database server.
func (s *Stack) Postgres() *Postgres { return s.postgres }

// RedisURL is the queue's address as redis clients parse it.
func (s *Stack) RedisURL() string { return s.redis.URL() }

// RedisSocket is the path to give to a client that takes network "unix".
func (s *Stack) RedisSocket() string { return s.redis.Socket() }

// S3 says how to reach the object store.
func (s *Stack) S3() S3 {
	return S3{Endpoint: s.gateway.Endpoint(), AccessKey: s.secrets.S3AccessKey, SecretKey: s.secrets.S3SecretKey, Region: Region}
}

// SyncFS makes everything the object store has taken durable: the gateway does not sync by itself.
func (s *Stack) SyncFS(ctx context.Context) error { return s.syncer.Sync(ctx) }

// Pids are the server processes by name (postgres, redis, gateway), 0 for one that is down at the moment.
func (s *Stack) Pids() map[string]int {
	return map[string]int{"postgres": s.postgres.PID(), "redis": s.redis.PID(), "gateway": s.gateway.PID()}
}

// Ready is nil when all three servers answer, else it names those that do not.
func (s *Stack) Ready() error {
	var errs []error
	for _, srv := range []struct {
		name  string
		ready bool
	}{{"postgres", s.postgres.Ready()}, {"redis", s.redis.Ready()}, {"gateway", s.gateway.Ready()}} {
		if !srv.ready {
			errs = append(errs, fmt.Errorf("%s is being started", srv.name))
		}
	}
	return errors.Join(errs...)
}
