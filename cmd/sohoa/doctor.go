package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"sohoa/internal/local"
	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
	"sohoa/internal/queue"
	"sohoa/internal/sample"
)

type doctorCmd struct {
	Data        string `env:"SOHOA_DATA" type:"path" help:"Data folder of sohoa up."`
	JSON        bool   `name:"json" help:"As JSON."`
	S3Endpoint  string `name:"s3-endpoint" env:"SOHOA_S3_ENDPOINT" help:"Check this object store instead of a private one."`
	S3AccessKey string `name:"s3-access-key" env:"SOHOA_S3_ACCESS_KEY" help:"Its access key."`
	S3SecretKey string `name:"s3-secret-key" env:"SOHOA_S3_SECRET_KEY" help:"Its secret key; better in the environment."`
	S3Region    string `name:"s3-region" env:"SOHOA_S3_REGION" help:"Its region."`
	S3Secure    bool   `name:"s3-secure" env:"SOHOA_S3_SECURE" help:"Speak TLS."`
	DatabaseURL string `name:"database-url" env:"SOHOA_DATABASE_URL" help:"Check this Postgres as well."`
	RedisURL    string `name:"redis-url" env:"SOHOA_REDIS_URL" help:"Check this Redis as well."`
}

// Help says what is looked at.
func (*doctorCmd) Help() string {
	return "Looks at every dependency: server programs, data folder, disk, recognition engine and its sandbox, fonts, and whether the object\n" +
		"store does what the archive relies on (create-only PUT, checksum refused, versions, lock). Private servers are started in a\n" +
		"temporary folder for it. Exit 1 when something is amiss; each finding says what to do.\n"
}

// finding is one line of the report.
type finding struct {
	Area   string `json:"area"`
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Cure   string `json:"cure,omitempty"`
}

func (c *doctorCmd) Run(e *env) error {
	data := c.Data
	if data == "" {
		d, err := local.DefaultDataDir(os.Getenv)
		if err != nil {
			return err
		}
		data = d
	}
	var out []finding
	for _, f := range local.Doctor(e.ctx, local.Config{DataDir: data}) {
		out = append(out, finding{"machine", f.Name, f.OK, f.Detail, f.Cure})
	}
	out = append(out, c.engine(e.ctx)...)
	out = append(out, fonts())
	out = append(out, c.servers(e.ctx)...)
	bad := 0
	for _, f := range out {
		if !f.OK {
			bad++
		}
	}
	if c.JSON {
		if err := printPretty(e.stdout, map[string]any{"ok": bad == 0, "findings": out}); err != nil {
			return err
		}
	} else {
		w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		for _, f := range out {
			mark := "ok"
			if !f.OK {
				mark = "AMISS"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", mark, f.Area, f.Name, f.Detail)
			if f.Cure != "" {
				fmt.Fprintf(w, "\t\t\t→ %s\n", f.Cure)
			}
		}
		_ = w.Flush()
	}
	if bad > 0 {
		return codeError(exitStalled)
	}
	return nil
}

// engine starts one recognition engine and reports which layers of its sandbox hold on this kernel.
func (*doctorCmd) engine(ctx context.Context) []finding {
	pool, err := newEngine(1, 0, quietUnlessDebug(newLogger(os.Stderr, false)))
	if err == nil {
		defer pool.Close()
		err = pool.Health(ctx)
	}
	if err != nil {
		return []finding{{"engine", "sohoa-ocr", false, err.Error(), "build it with make build; install tesseract-ocr and tesseract-ocr-vie"}}
	}
	r := pool.Report()
	out := []finding{{Area: "engine", Name: "sohoa-ocr", OK: true, Detail: fmt.Sprintf("%s, model %s, settings %s", r.Engine, r.Model, r.Settings)}}
	for _, l := range r.Sandbox {
		f := finding{Area: "sandbox", Name: l.Name, OK: l.Held, Detail: l.Detail}
		if !l.Held {
			f.Cure = "this kernel or container does not allow it; the engine runs with the other layers"
		}
		out = append(out, f)
	}
	return out
}

func fonts() finding {
	f := finding{Area: "samples", Name: "fonts", OK: true, Detail: "found"}
	dir, err := os.MkdirTemp("", "sohoa-doctor-*")
	if err == nil {
		defer os.RemoveAll(dir)
		_, err = sample.Generate(context.Background(), sample.Options{Count: 1, Seed: 1, Dir: dir})
	}
	if err != nil {
		f.OK, f.Detail, f.Cure = false, err.Error(), "only sohoa sample needs them"
	}
	return f
}

// servers checks the named servers, or private ones in a temporary folder.
func (c *doctorCmd) servers(ctx context.Context) []finding {
	logger := quietUnlessDebug(newLogger(os.Stderr, false))
	dep := objectstore.Deps{Endpoint: c.S3Endpoint, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey, Region: c.S3Region, Secure: c.S3Secure, Logger: logger}
	db, rd := c.DatabaseURL, c.RedisURL
	var out []finding
	if c.S3Endpoint == "" {
		dir, err := os.MkdirTemp("", "sohoa-doctor-*")
		if err != nil {
			return []finding{{"servers", "temporary folder", false, err.Error(), "make room"}}
		}
		defer os.RemoveAll(dir)
		_ = os.Chmod(dir, 0o711) //nolint:gosec // the servers run as another user below it
		stack, err := local.Start(ctx, local.Config{DataDir: filepath.Join(dir, "data"), Logger: logger})
		if err != nil {
			return []finding{{"servers", "private servers", false, err.Error(), "see the findings above"}}
		}
		defer stack.Stop()
		out = append(out, finding{Area: "servers", Name: "private servers", OK: true, Detail: "Postgres, Redis and the gateway start"})
		s3 := stack.S3()
		dep.Endpoint, dep.AccessKey, dep.SecretKey, dep.Region, dep.SyncFS = s3.Endpoint, s3.AccessKey, s3.SecretKey, s3.Region, stack.SyncFS
		if db == "" {
			db = stack.OwnerDSN()
		}
		if rd == "" {
			rd = stack.RedisURL()
		}
	}
	if db != "" {
		out = append(out, check("servers", "postgres", "check SOHOA_DATABASE_URL", func() error {
			cat, err := postgres.Open(ctx, db, 1)
			if err != nil {
				return err
			}
			defer cat.Close()
			return cat.Ping(ctx)
		}))
	}
	if rd != "" {
		out = append(out, check("servers", "redis", "check SOHOA_REDIS_URL", func() error {
			b, err := queue.Open(rd)
			if err != nil {
				return err
			}
			defer b.Close()
			return b.Ping(ctx)
		}))
	}
	s, err := objectstore.Open(ctx, dep)
	if err != nil {
		return append(out, finding{"store", "object store", false, err.Error(), "check SOHOA_S3_ENDPOINT and the keys"})
	}
	for _, f := range objectstore.Probe(ctx, s) {
		out = append(out, finding{"store", f.Name, f.OK, f.Detail, f.Cure})
	}
	return out
}

func check(area, name, cure string, f func() error) finding {
	if err := f(); err != nil {
		return finding{area, name, false, err.Error(), cure}
	}
	return finding{Area: area, Name: name, OK: true, Detail: "answers"}
}
