package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"sohoa/internal/local"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/registerpull"
	"sohoa/workers"
)

// pullConfigEnv names the configuration of the scheduled pull.
const pullConfigEnv = "SOHOA_REGISTER_PULL"

type registerPullCmd struct {
	Config      string   `env:"SOHOA_REGISTER_PULL" required:"" type:"existingfile" help:"Configuration; see docs/register-pull.md."`
	List        []string `help:"Only these lists."`
	DryRun      bool     `help:"Say what would happen; change and remember nothing."`
	Full        bool     `help:"Fetch everything, not what changed since the last round."`
	JSON        bool     `name:"json" help:"The reports as JSON, one a line."`
	Data        string   `env:"SOHOA_DATA" type:"path" help:"Data folder of the running sohoa up; /var/lib/sohoa as root."`
	DatabaseURL string   `name:"database-url" env:"SOHOA_DATABASE_URL" help:"Postgres, as a URL, instead of the data folder's; needs --keys."`
	Keys        string   `env:"SOHOA_KEYS" type:"path" help:"Folder of the key ring, with --database-url."`
}

// Help gives examples.
func (*registerPullCmd) Help() string {
	return "Fetches what changed in the procedure system into the register. Workers do so by themselves when SOHOA_REGISTER_PULL names a configuration; this\n" +
		"is a round by hand, on the machine of the server. Exit 3 when records were bad.\n\nExample:\n  sohoa register pull --config pull.yaml --dry-run\n"
}

func (c *registerPullCmd) Run(e *env) error {
	dsn, keys, done, err := c.where()
	if err != nil {
		return err
	}
	defer done()
	cat, err := postgres.Open(e.ctx, dsn, 4)
	if err != nil {
		return err
	}
	defer cat.Close()
	ring, err := openRing(keys)
	if err != nil {
		return err
	}
	reg, err := newRegister(ring, cat)
	if err != nil {
		return err
	}
	p, err := newPuller(c.Config, reg, cat, quietUnlessDebug(newLogger(e.stderr, true)))
	if err != nil {
		return usageError{err}
	}
	var lists []register.Kind
	for _, l := range c.List {
		k, err := register.ParseKind(l)
		if err != nil {
			return usageError{err}
		}
		lists = append(lists, k)
	}
	reports, err := p.Round(e.ctx, registerpull.Options{DryRun: c.DryRun, Full: c.Full, Lists: lists})
	bad := 0
	for _, r := range reports {
		bad += r.Skipped
		if c.JSON {
			if err := printJSON(e.stdout, r); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(e.stdout, "%s: %d records on %d pages; %d new, %d changed, %d as before, %d deleted, %d bad\n", r.Kind, r.Received, r.Pages, r.Inserted, r.Updated, r.Unchanged, r.Deleted, r.Skipped)
		for _, b := range r.Bad {
			fmt.Fprintf(e.stderr, "sohoa: %s, page %d, %s %s: %s (%s): %s; %s\n", r.Kind, b.Page, b.Record, b.Code, b.Path, b.Field, b.What, b.Cure)
		}
	}
	if err == nil && bad > 0 {
		return codeError(exitRejected)
	}
	return err
}

// where finds database and keys.
func (c *registerPullCmd) where() (dsn, keys string, done func(), err error) {
	if c.DatabaseURL != "" {
		if c.Keys == "" {
			return "", "", nil, usageError{errors.New("with --database-url the folder of the key ring must be named too: --keys (or SOHOA_KEYS)")}
		}
		return c.DatabaseURL, c.Keys, func() {}, nil
	}
	data := c.Data
	if data == "" {
		if data, err = local.DefaultDataDir(os.Getenv); err != nil {
			return "", "", nil, err
		}
	}
	a, err := local.Attach(data, "")
	if errors.Is(err, local.ErrNotRunning) {
		return "", "", nil, usageError{fmt.Errorf("no sohoa up runs on %s: start it, or name a database with --database-url", data)}
	}
	if err != nil {
		return "", "", nil, err
	}
	return a.AppDSN(), filepath.Join(data, keysFolder), func() { _ = a.Close() }, nil
}

// newPuller reads a configuration.
func newPuller(path string, reg *register.Service, cat *postgres.Catalogue, logger *slog.Logger) (*registerpull.Puller, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration of the pull: %w", err)
	}
	defer f.Close()
	cfg, err := registerpull.ReadConfig(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return registerpull.New(registerpull.Deps{Config: cfg, Register: reg, State: cat, Now: now, Logger: logger})
}

// pullJob is the scheduled pull, where one is configured.
func pullJob(c *core) ([]workers.Job, error) {
	path := os.Getenv(pullConfigEnv)
	if path == "" {
		return nil, nil
	}
	if c.register == nil {
		return nil, fmt.Errorf("%s is set, but without keys there is no register; name the folder of the key ring with --keys", pullConfigEnv)
	}
	p, err := newPuller(path, c.register, c.catalogue, c.logger)
	if err != nil {
		return nil, err
	}
	return []workers.Job{{Name: "register-pull", Every: p.Every(), Run: func(ctx context.Context) error { return p.Run(ctx) }}}, nil
}
