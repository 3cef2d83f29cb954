package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
	"sohoa/internal/records"
	"sohoa/internal/web"
	"sohoa/internal/wiring"
	"sohoa/workers"
)

func (s serverSettings) core(engines int, e *env) coreConfig {
	return coreConfig{
		databaseURL: s.DatabaseURL, redisURL: s.RedisURL, spool: s.SpoolDir, work: filepath.Join(s.SpoolDir, fmt.Sprintf("work-%d", os.Getpid())),
		cache: filepath.Join(s.SpoolDir, "cache"), keys: s.Keys, engines: engines, logger: newLogger(e.stderr, os.Getenv("SOHOA_DEBUG") != ""),
		store: objectstore.Deps{
			Endpoint: s.S3Endpoint, AccessKey: s.S3AccessKey, SecretKey: s.S3SecretKey, Region: s.S3Region, Secure: s.S3Secure, BucketPrefix: s.S3Prefix,
		},
	}
}

type serveCmd struct {
	serverSettings
	Listen        string `env:"SOHOA_LISTEN" default:"127.0.0.1:8350" help:"Address to listen on."`
	SecureCookies bool   `env:"SOHOA_SECURE_COOKIES" help:"Browsers come over TLS."`
	DefaultUnit   string `env:"SOHOA_UNIT" default:"000.00.00.H24" help:"Unit of uploads that name none."`
}

func (c *serveCmd) Run(e *env) error {
	core, err := openCore(e.ctx, c.core(1, e))
	if err != nil {
		return err
	}
	defer core.close()
	ln, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return serve(e.ctx, core, ln, c.SecureCookies, c.DefaultUnit)
}

// stopServing is how long open requests may go on after a stop.
const stopServing = 15 * time.Second

// serve answers HTTP until ctx ends.
func serve(ctx context.Context, c *core, ln net.Listener, secureCookies bool, unit string) error {
	srv, err := web.New(web.Deps{
		Intake: c.intake, Retrieve: c.retrieve, Register: c.register, Review: c.review, Filing: newFiling(c), Records: records.New(c.catalogue.Records()), Rearrange: c.rearrange, Purge: c.purge, Accounts: wiring.Accounts{Catalogue: c.catalogue}, Logger: c.logger, SpoolDir: c.spool, MaxBytes: maxUploadBytes,
		MinFree: minFreeBytes, DefaultUnit: unit, Version: version, Ready: c.ready, Metrics: c.metrics.handler(), SecureCookies: secureCookies,
	})
	if err != nil {
		return err
	}
	hs := srv.HTTPServer()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Run(gctx) })
	g.Go(func() error {
		if err := hs.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-gctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopServing)
		defer cancel()
		if err := hs.Shutdown(stop); err != nil {
			_ = hs.Close()
		}
		return nil
	})
	return g.Wait()
}

type workCmd struct {
	serverSettings
	Workers int `env:"SOHOA_WORKERS" default:"0" help:"Tasks at once, one engine each; 0: one a core."`
}

func (c *workCmd) Run(e *env) error {
	n := workersOr(c.Workers)
	core, err := openCore(e.ctx, c.core(n, e))
	if err != nil {
		return err
	}
	defer core.close()
	return work(e.ctx, core, n)
}

// work answers the queue until ctx ends.
func work(ctx context.Context, c *core, n int) error {
	pull, err := pullJob(c)
	if err != nil {
		return err
	}
	return workers.Run(ctx, workers.Deps{
		Steps: c.steps, Outbox: c.catalogue, Waiting: c.catalogue, Bell: c.bell, Periodic: append(c.periodic(), pull...), Concurrency: n, Logger: c.logger,
		Stalled: c.metrics.stalled,
	})
}

// periodic lists the jobs beside the relay.
func (c *core) periodic() []workers.Job {
	return []workers.Job{
		{Name: "audit-seal", Every: sealEvery, Run: func(ctx context.Context) error {
			_, err := c.catalogue.Seal(ctx)
			return err
		}},
		{Name: "orphan-sweep", Every: sweepEvery, Run: func(ctx context.Context) error {
			_, err := c.sweeper().Sweep(ctx)
			return err
		}},
		{Name: "work-clean-up", Every: cleanEvery, Run: c.clean},
		c.purgeJob(),
		{Name: "locks-extend", Every: locksEvery, Run: func(ctx context.Context) error { return c.steps.ExtendLocks(ctx, c.archive) }},
		{Name: "dossier-match", Every: matchEvery, Run: func(ctx context.Context) error { return c.steps.MatchWaiting(ctx, c.catalogue) }},
	}
}

type migrateCmd struct {
	DatabaseURL string `name:"database-url" env:"SOHOA_DATABASE_URL" required:"" help:"Postgres, as a URL; the role that owns the schema."`
}

func (c *migrateCmd) Run(e *env) error {
	return postgres.Migrate(e.ctx, c.DatabaseURL, newLogger(e.stderr, false))
}
