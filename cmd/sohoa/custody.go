package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"sohoa/internal/custody"
	"sohoa/internal/custody/holders"
	"sohoa/internal/fault"
	"sohoa/internal/local"
	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
)

// custodySettings say where database and object store are, for commands that work on them directly. Without a database URL they are
// those of the local data folder.
type custodySettings struct {
	Data        string `env:"SOHOA_DATA" type:"path" help:"Data folder of sohoa up; /var/lib/sohoa as root."`
	DatabaseURL string `name:"database-url" env:"SOHOA_DATABASE_URL" help:"Postgres, as a URL, instead of the data folder's; the --s3 flags are needed then."`
	S3Endpoint  string `name:"s3-endpoint" env:"SOHOA_S3_ENDPOINT" help:"Object store, host:port."`
	S3AccessKey string `name:"s3-access-key" env:"SOHOA_S3_ACCESS_KEY" help:"Access key."`
	S3SecretKey string `name:"s3-secret-key" env:"SOHOA_S3_SECRET_KEY" help:"Secret key; better in the environment than on the command line."`
	S3Region    string `name:"s3-region" env:"SOHOA_S3_REGION" default:"us-east-1" help:"Region."`
	S3Secure    bool   `name:"s3-secure" env:"SOHOA_S3_SECURE" help:"Speak TLS."`
	S3Prefix    string `name:"s3-prefix" env:"SOHOA_S3_PREFIX" help:"Put before the names of the buckets."`
}

// whereHelp closes the help of these commands.
const whereHelp = "\nWorks on the data folder of sohoa up, or, with SOHOA_DATABASE_URL and SOHOA_S3_*, on any Postgres and S3.\n"

// when says whether a command may work beside a running sohoa up.
type when int

const (
	anyTime     when = iota
	onlyStopped      // the command must be alone with the data
)

// servers is database and object store, however they were found.
type servers struct {
	ownerDSN, appDSN string
	storeDeps        objectstore.Deps
	data             string // "" without a data folder
	// client prepares psql, pg_dump or pg_restore on the database, as a role that sees everything.
	client  func(ctx context.Context, program string, args ...string) (*exec.Cmd, error)
	private bool // roles and database are those that package local makes
	stop    func()
	logger  *slog.Logger
}

// custodyActor is whom audit events of these commands name: whoever may run them is an operator of the machine.
const custodyActor = "operator"

// open finds the servers, and starts those of a data folder on which nothing runs.
func (s custodySettings) open(e *env, w when) (*servers, error) {
	logger := quietUnlessDebug(newLogger(e.stderr, true))
	if s.DatabaseURL != "" {
		if s.S3Endpoint == "" || s.S3AccessKey == "" || s.S3SecretKey == "" {
			return nil, usageError{errors.New("with --database-url the object store must be named too: --s3-endpoint, --s3-access-key, --s3-secret-key (or SOHOA_S3_*)")}
		}
		return &servers{
			ownerDSN: s.DatabaseURL, appDSN: s.DatabaseURL, stop: func() {}, logger: logger,
			storeDeps: objectstore.Deps{
				Endpoint: s.S3Endpoint, AccessKey: s.S3AccessKey, SecretKey: s.S3SecretKey, Region: s.S3Region, Secure: s.S3Secure, BucketPrefix: s.S3Prefix, Logger: logger,
			},
			client: func(ctx context.Context, program string, args ...string) (*exec.Cmd, error) {
				return postgresClient(ctx, s.DatabaseURL, program, args...)
			},
		}, nil
	}
	data := s.Data
	if data == "" {
		d, err := local.DefaultDataDir(os.Getenv)
		if err != nil {
			return nil, err
		}
		data = d
	}
	a, err := local.Attach(data, "")
	switch {
	case err == nil && w == onlyStopped:
		_ = a.Close()
		return nil, usageError{fmt.Errorf("sohoa up runs on %s: stop it first", data)}
	case err == nil:
		return attached(a, data, logger), nil
	case !errors.Is(err, local.ErrNotRunning):
		return nil, err
	}
	return started(e.ctx, data, logger)
}

func attached(a *local.Attached, data string, logger *slog.Logger) *servers {
	s3 := a.S3()
	return &servers{
		ownerDSN: a.OwnerDSN(), appDSN: a.AppDSN(), data: data, private: true, logger: logger,
		storeDeps: objectstore.Deps{Endpoint: s3.Endpoint, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region, SyncFS: a.SyncFS, Logger: logger},
		client: func(ctx context.Context, program string, args ...string) (*exec.Cmd, error) {
			return a.ClientCommand(ctx, program, local.Database, args...)
		},
		stop: func() { _ = a.Close() },
	}
}

func started(ctx context.Context, data string, logger *slog.Logger) (*servers, error) {
	stack, err := local.Start(ctx, local.Config{DataDir: data, Logger: logger})
	if err != nil {
		return nil, err
	}
	s3 := stack.S3()
	return &servers{
		ownerDSN: stack.OwnerDSN(), appDSN: stack.AppDSN(), data: stack.DataDir(), private: true, logger: logger,
		storeDeps: objectstore.Deps{Endpoint: s3.Endpoint, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region, SyncFS: stack.SyncFS, Logger: logger},
		client: func(ctx context.Context, program string, args ...string) (*exec.Cmd, error) {
			return stack.Postgres().ClientCommand(ctx, program, local.Database, args...)
		},
		stop: stack.Stop,
	}, nil
}

// catalogue opens the database, at this version's schema.
func (s *servers) catalogue(ctx context.Context) (*postgres.Catalogue, error) {
	if err := postgres.Migrate(ctx, s.ownerDSN, s.logger); err != nil {
		return nil, err
	}
	return postgres.Open(ctx, s.appDSN, 16)
}

// store opens the object store with its buckets.
func (s *servers) store(ctx context.Context) (*objectstore.Store, error) {
	st, err := objectstore.Open(ctx, s.storeDeps)
	if err != nil {
		return nil, err
	}
	return st, st.EnsureBuckets(ctx)
}

// both opens database and object store.
func (s *servers) both(ctx context.Context) (*postgres.Catalogue, *objectstore.Store, error) {
	st, err := s.store(ctx)
	if err != nil {
		return nil, nil, err
	}
	cat, err := s.catalogue(ctx)
	return cat, st, err
}

// refused gives a refusal to begin the exit code of a wrong use: nothing about any content was found.
func refused(err error) error {
	if fault.CodeOf(err) == fault.StateConflict {
		return usageError{errors.New(fault.DetailOf(err))}
	}
	return err
}

type verifyCmd struct {
	custodySettings
	ID   string `arg:"" optional:"" help:"Document or accession."`
	All  bool   `help:"Everything in custody."`
	JSON bool   `name:"json" help:"One object a line for each finding, and one with the counts."`
	Jobs int    `short:"j" default:"2" help:"Objects read at once."`
}

// Help gives examples.
func (*verifyCmd) Help() string {
	return "Reads back masters, records, manifests, renditions and page results and compares them with the catalogue. A finding is written\n" +
		"to the audit trail, and the master is held from disposal; nothing is ever overwritten. Exit code 1 when something was found.\n" + whereHelp +
		"\nExamples:\n  sohoa verify --all\n  sohoa verify 018f2b6e-0000-8000-8000-000000000001 --json\n"
}

func (c *verifyCmd) Run(e *env) error {
	if (c.ID == "") == !c.All {
		return usageError{errors.New("name a document or accession, or --all")}
	}
	srv, err := c.open(e, anyTime)
	if err != nil {
		return err
	}
	defer srv.stop()
	cat, st, err := srv.both(e.ctx)
	if err != nil {
		return err
	}
	defer cat.Close()
	enc := json.NewEncoder(e.stdout)
	v := custody.NewVerifier(custody.VerifyDeps{
		Objects: objectstore.NewShelves(st), Catalogue: cat, Logger: srv.logger, Jobs: c.Jobs,
		Each: func(t custody.Target, f *custody.Finding) {
			switch {
			case f == nil:
			case c.JSON:
				_ = enc.Encode(findingLine(*f))
			default:
				fmt.Fprintf(e.stdout, "%s %s/%s: %s\n", f.Kind, f.Bucket, f.Key, f.Problem)
			}
		},
	})
	r, err := v.Verify(e.ctx, custodyActor, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		n := 0
		for _, k := range r.Objects {
			n += k
		}
		fmt.Fprintf(e.stdout, "%d objects, %d bytes read: %d findings\n", n, r.Bytes, r.Failed)
	}
	if r.Failed > 0 {
		return codeError(exitStalled)
	}
	return nil
}

func findingLine(f custody.Finding) map[string]any {
	m := map[string]any{"finding": f.Problem, "kind": f.Kind, "bucket": f.Bucket, "key": f.Key}
	for name, v := range map[string]string{"document": string(f.Document), "accession": string(f.Accession)} {
		if v != "" {
			m[name] = v
		}
	}
	if !f.Digest.IsZero() {
		m["want"] = f.Digest
	}
	if !f.Have.IsZero() {
		m["have"] = f.Have
	}
	return m
}

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that no audit event was changed or taken away."`
}

type auditVerifyCmd struct {
	custodySettings
	JSON bool `name:"json" help:"As JSON."`
}

// Help gives an example.
func (*auditVerifyCmd) Help() string {
	return "Walks the chain of sealed blocks from its start and names the first bad one.\n" + whereHelp + "\nExample:\n  sohoa audit verify\n"
}

func (c *auditVerifyCmd) Run(e *env) error {
	srv, err := c.open(e, anyTime)
	if err != nil {
		return err
	}
	defer srv.stop()
	cat, err := srv.catalogue(e.ctx)
	if err != nil {
		return err
	}
	defer cat.Close()
	r, err := cat.VerifyAudit(e.ctx)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		err = json.NewEncoder(e.stdout).Encode(map[string]any{"blocks": r.Blocks, "events": r.Events, "bad": r.Bad})
	case r.Bad == "":
		_, err = fmt.Fprintf(e.stdout, "%d blocks with %d events: unbroken\n", r.Blocks, r.Events)
	default:
		_, err = fmt.Fprintf(e.stdout, "%d blocks with %d events are sound; then: %s\n", r.Blocks, r.Events, r.Bad)
	}
	if err == nil && r.Bad != "" {
		err = codeError(exitStalled)
	}
	return err
}

type sweepCmd struct {
	custodySettings
	Grace time.Duration `default:"24h" help:"How old an object without a row must be to be marked, and a mark to be acted on."`
	JSON  bool          `name:"json" help:"As JSON."`
}

// Help gives an example.
func (*sweepCmd) Help() string {
	return "Finds objects that no row answers for, as the worker does every hour: marks them first, and removes them a day later when their\n" +
		"lock has ended and still nobody wants them.\n" + whereHelp + "\nExample:\n  sohoa sweep --json\n"
}

func (c *sweepCmd) Run(e *env) error {
	srv, err := c.open(e, anyTime)
	if err != nil {
		return err
	}
	defer srv.stop()
	cat, st, err := srv.both(e.ctx)
	if err != nil {
		return err
	}
	defer cat.Close()
	s := custody.NewSweeper(custody.SweepDeps{Objects: objectstore.NewShelves(st), Catalogue: cat, Now: now, Logger: srv.logger, Grace: c.Grace})
	r, err := s.Sweep(e.ctx)
	if err != nil {
		return err
	}
	if r.Busy {
		return errors.New("another sweep is running")
	}
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(r)
	}
	_, err = fmt.Fprintf(e.stdout, "%d objects looked at: %d marked, %d marks taken back, %d removed, %d wait, %d are not ours\n", r.Looked, r.Marked, r.Unmarked, r.Removed, r.Waiting, r.Foreign)
	return err
}

type rebuildCmd struct {
	custodySettings
	Keys string `env:"SOHOA_KEYS" type:"path" help:"Folder of the key ring, where it is not in the data folder."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Help gives examples.
func (*rebuildCmd) Help() string {
	return "Fills an empty catalogue from the object store alone. Archived documents come back from their manifests, with fields, pages and\n" +
		"search; what was acknowledged and not archived is inspected anew and goes on when sohoa up or work runs. An interrupted rebuild\n" +
		"is run again. Lost with the database: accounts (the administrator's token works on), the audit trail (a new one begins),\n" +
		"Idempotency-Keys, cancellations, disposal holds and the times at which batches were made.\n" +
		"Identifiers of holders are found again where the keys are in DATA/keys (or --keys); without keys everything else comes back, and\n" +
		"after sohoa keys restore the same command opens those that wait. Bring the keys back before sohoa up makes new ones.\n" +
		"sohoa up must be stopped; its database is emptied by removing DATA/postgres.\n" + whereHelp +
		"\nExamples:\n  sohoa rebuild\n  rm -r /srv/sohoa/postgres && sohoa rebuild --data /srv/sohoa\n"
}

func (c *rebuildCmd) Run(e *env) error {
	srv, err := c.open(e, onlyStopped)
	if err != nil {
		return err
	}
	defer srv.stop()
	cat, st, err := srv.both(e.ctx)
	if err != nil {
		return err
	}
	defer cat.Close()
	tell := newTeller(e, c.JSON)
	deps := custody.RebuildDeps{Objects: objectstore.NewShelves(st), Catalogue: cat, Logger: srv.logger, Progress: tell.set}
	if deps.Holders, err = srv.holders(c.Keys, st); err != nil {
		return err
	}
	b := custody.NewRebuilder(deps)
	r, err := b.Rebuild(e.ctx, custodyActor)
	tell.done()
	if err != nil {
		return refused(err)
	}
	return reportRebuild(e, r, c.JSON)
}

// holders opens sealed identifiers with the keys in dir, or in the data folder; nil where there are none.
func (s *servers) holders(dir string, st *objectstore.Store) (custody.HolderOpener, error) {
	if dir == "" && s.data != "" {
		dir = filepath.Join(s.data, keysFolder)
	}
	ring, err := openRing(dir)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && ring == nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return holders.New(ring, objectstore.NewArchive(st)), nil
}

func reportRebuild(e *env, r custody.RebuildReport, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(e.stdout).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.stdout, "%d accession records and %d manifests found: %d accessions and %d archived versions made anew\n", r.Records, r.Manifests, r.Accessions, r.Versions)
		if r.IdentifiersFilled+r.IdentifiersErased > 0 {
			fmt.Fprintf(e.stdout, "%d identifiers of holders that had waited for a key are found again; %d are erased for good\n", r.IdentifiersFilled, r.IdentifiersErased)
		}
		for _, p := range r.Problems {
			fmt.Fprintln(e.stdout, "!", p)
		}
	}
	if r.Lost+r.Malformed+r.IdentifiersWaiting > 0 {
		return codeError(exitStalled)
	}
	return nil
}

// teller shows on a terminal how far a long command has come, and nothing elsewhere.
type teller struct {
	b    *bar
	last time.Time
}

func newTeller(e *env, off bool) *teller { return &teller{b: newBar(e.stderr, off)} }

func (t *teller) set(stage string, n int) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if t.b.off || time.Since(t.last) < 100*time.Millisecond {
		return
	}
	t.last, t.b.last = time.Now(), time.Now()
	fmt.Fprintf(t.b.w, "\r\x1b[K%s: %d", stage, n)
}

func (t *teller) done() { t.b.done() }

// sweeper is what the periodic jobs of custody use. Every worker has them; the catalogue lets one run at a time.
func (c *core) sweeper() *custody.Sweeper {
	return custody.NewSweeper(custody.SweepDeps{Objects: objectstore.NewShelves(c.archive.Store()), Catalogue: c.catalogue, Now: now, Logger: c.logger})
}

// clean removes what a crash left on local disk and in the work bucket.
func (c *core) clean(ctx context.Context) error {
	_, err := custody.CleanFiles(now(), custody.Grace,
		custody.Leftover{Dir: filepath.Join(c.spool, "accept"), Pattern: "in-*"},
		custody.Leftover{Dir: c.work, Pattern: "fetch-*"},
		custody.Leftover{Dir: c.work, Pattern: "rendition-*"})
	if err != nil {
		return err
	}
	_, err = c.sweeper().CleanWork(ctx)
	return err
}
