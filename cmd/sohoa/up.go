package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/fixity"
	"sohoa/internal/local"
	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
)

type upCmd struct {
	Data    string `env:"SOHOA_DATA" type:"path" help:"Folder for all data; /var/lib/sohoa as root."`
	Listen  string `env:"SOHOA_LISTEN" default:"127.0.0.1:8350" help:"Address to listen on; port 0 takes a free one."`
	Workers int    `env:"SOHOA_WORKERS" default:"0" help:"Tasks at once, one engine each; 0: one a core."`
	Unit    string `env:"SOHOA_UNIT" default:"000.00.00.H24" help:"Unit of uploads that name none."`
}

// Help gives examples.
func (*upCmd) Help() string {
	return "Prints one JSON line with the URL once ready. The administrator's token lies in DATA/admin.token (0600).\n" +
		"Ctrl-C stops everything cleanly.\n\nExample:\n  sohoa up --data /srv/sohoa --listen 0.0.0.0:8350\n"
}

// adminAccount is the one account a fresh installation has.
const adminAccount = "admin"

func (c *upCmd) Run(e *env) (err error) {
	data := c.Data
	if data == "" {
		if data, err = local.DefaultDataDir(os.Getenv); err != nil {
			return err
		}
	}
	logger := newLogger(e.stderr, os.Getenv("SOHOA_DEBUG") != "")
	ln, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", c.Listen) // before anything is started: a port in use is the commonest mistake
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another address with --listen", c.Listen, err)
	}
	defer ln.Close()
	stack, err := local.Start(e.ctx, local.Config{DataDir: data, Logger: logger})
	if err != nil {
		return err
	}
	defer stack.Stop()
	if _, err := keyring.OpenOrCreate(filepath.Join(data, keysFolder), now()); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := postgres.Migrate(e.ctx, stack.OwnerDSN(), logger); err != nil {
		return err
	}
	n := workersOr(c.Workers)
	s3 := stack.S3()
	core, err := openCore(e.ctx, coreConfig{
		databaseURL: stack.AppDSN(), redisURL: stack.RedisURL(), spool: spoolOf(data), work: filepath.Join(data, "work"),
		cache: filepath.Join(data, "cache"), keys: filepath.Join(data, keysFolder), engines: n, logger: logger,
		store: objectstore.Deps{Endpoint: s3.Endpoint, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region, SyncFS: stack.SyncFS},
	})
	if err != nil {
		return err
	}
	defer core.close()
	url := "http://" + ln.Addr().String()
	if err := announce(e.ctx, core.catalogue, data, url); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(e.ctx)
	g.Go(func() error { return serve(ctx, core, ln, false, c.Unit) })
	g.Go(func() error { return work(ctx, core, n) })
	pids := stack.Pids()
	line, err := json.Marshal(map[string]any{"ready": true, "url": url, "data": data, "token_file": filepath.Join(data, tokenFile), "pids": pids})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, string(line))
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Files that up leaves for commands on the same machine.
const (
	tokenFile = "admin.token"
	urlFile   = "server.url"
)

// announce makes the administrator's token, once, and says where the server is. Only the token's SHA-256 is in the catalogue, so a
// restored database takes the token of this folder again.
func announce(ctx context.Context, cat *postgres.Catalogue, data, url string) error {
	path := filepath.Join(data, tokenFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b = []byte(newToken() + "\n")
		err = writeWhole(path, b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("administrator's token: %w", err)
	}
	token := fixity.Of([]byte(strings.TrimSpace(string(b))))
	actor, ok, err := cat.AccountByToken(ctx, token)
	if err != nil {
		return err
	}
	if !ok || actor.Role != archive.Admin {
		if err := cat.PutAccount(ctx, archive.Actor{Account: adminAccount, Role: archive.Admin}, token); err != nil {
			return err
		}
	}
	return writeWhole(filepath.Join(data, urlFile), []byte(url+"\n"), 0o644)
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, b []byte, mode fs.FileMode) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
