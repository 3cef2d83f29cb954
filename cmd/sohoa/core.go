package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"sohoa/internal/custody/holders"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/digitise"
	"sohoa/internal/intake"
	"sohoa/internal/match"
	"sohoa/internal/objectstore"
	"sohoa/internal/ocrpool"
	"sohoa/internal/pageview"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfa/layered"
	"sohoa/internal/postgres"
	"sohoa/internal/purge"
	"sohoa/internal/queue"
	"sohoa/internal/reader"
	"sohoa/internal/rearrange"
	"sohoa/internal/register"
	"sohoa/internal/retrieve"
	"sohoa/internal/review"
	"sohoa/internal/wiring"
)

// coreConfig says what a core is opened on.
type coreConfig struct {
	databaseURL string
	redisURL    string
	store       objectstore.Deps
	spool       string // files on their way in
	work        string // masters being read, renditions being written
	cache       string // PDFium's compiled code
	keys        string // folder of the key ring; empty: identifiers are neither sealed nor found
	engines     int
	logger      *slog.Logger
}

// core is everything that server and workers share.
type core struct {
	logger    *slog.Logger
	catalogue *postgres.Catalogue
	archive   *objectstore.Archive
	bell      *queue.Bell
	engine    *ocrpool.Pool
	reader    *reader.Reader
	intake    *intake.Service
	steps     *digitise.Service
	retrieve  *retrieve.Service
	review    *review.Service
	rearrange *rearrange.Service
	purge     *purge.Service
	register  *register.Service // nil: without keys
	metrics   *metrics
	spool     string
	work      string
}

func openCore(ctx context.Context, cfg coreConfig) (_ *core, err error) {
	c := &core{logger: cfg.logger, spool: cfg.spool, work: cfg.work}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.catalogue, err = postgres.Open(ctx, cfg.databaseURL, 8+4*cfg.engines); err != nil {
		return nil, err
	}
	cfg.store.Logger = cfg.logger
	store, err := objectstore.Open(ctx, cfg.store)
	if err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	if err := store.EnsureBuckets(ctx); err != nil {
		return nil, fmt.Errorf("make buckets: %w", err)
	}
	c.archive = objectstore.NewArchive(store)
	if c.bell, err = queue.Open(cfg.redisURL); err != nil {
		return nil, err
	}
	if c.engine, err = newEngine(cfg.engines, 0, cfg.logger); err != nil {
		return nil, err
	}
	if c.reader, err = newReader(cfg.cache, cfg.logger); err != nil {
		return nil, err
	}
	c.metrics = newMetrics(c)
	ring, err := openRing(cfg.keys)
	if err != nil {
		return nil, err
	}
	var keeper *holders.Keeper
	if ring != nil {
		keeper = holders.New(ring, c.archive)
	} else {
		c.logger.WarnContext(ctx, "without keys the identifiers of holders are neither sealed into manifests nor found, and there is no register; name the folder of the key ring with --keys")
	}
	fail := failpoint(cfg.logger)
	if c.intake, err = intake.New(intake.Deps{
		Masters: c.archive, Records: c.archive, Catalogue: c.catalogue, SpoolDir: filepath.Join(cfg.spool, "accept"), MaxBytes: maxUploadBytes,
		MinFree: minFreeBytes, Now: now, Logger: cfg.logger, Failpoint: fail,
	}); err != nil {
		return nil, err
	}
	describer, err := newDescriber()
	if err != nil {
		return nil, err
	}
	steps := digitise.Deps{
		Catalogue: c.catalogue, Objects: c.archive, Reader: c.reader, Zip: wiring.Zips{}, Entries: wiring.Entries{Intake: c.intake}, Engine: c.engine, Writer: pdfa.Writer{},
		Checker: pdfa.Checker{}, Describer: describer, WorkDir: cfg.work, Now: now, Logger: cfg.logger, Observe: c.metrics.observer(), Failpoint: fail,
	}
	steps.Twins, steps.Alike, steps.Keeping = match.Twins{}, c.catalogue, c.catalogue
	if keeper != nil {
		steps.Holders = keeper
		if steps.Matcher, err = newMatcher(ring, c.catalogue); err != nil {
			return nil, err
		}
	}
	if c.steps, err = digitise.New(steps); err != nil {
		return nil, err
	}
	if c.purge, err = c.newPurge(ctx, cfg.store, os.Getenv); err != nil {
		return nil, err
	}
	find := retrieve.Deps{Catalogue: c.catalogue, Operations: c.catalogue, Objects: c.archive, Viewer: pageview.New(c.steps, c.engine)}
	find.Copies = retrieve.NewCopies(retrieve.CopyDeps{
		Maker: c.steps.Copier(layered.Writer{Inner: pdfa.Writer{}}), Store: c.archive, Dir: cfg.work, Logger: cfg.logger,
	})
	if ring != nil { // without keys there is no register either: its identifiers could not be sealed
		find.Hasher = keeper
		if c.register, err = newRegister(ring, c.catalogue); err != nil {
			return nil, err
		}
	}
	c.retrieve = retrieve.New(find)
	c.review = review.New(review.Deps{Store: c.catalogue.Review(), Now: now})
	c.rearrange = rearrange.New(rearrange.Deps{Store: c.catalogue.Arranging(), Viewer: pageview.New(c.steps, c.engine), Now: now})
	return c, nil
}

// openRing opens the key ring in a folder; nil when no folder is named.
func openRing(dir string) (*keyring.Ring, error) {
	if dir == "" {
		return nil, nil
	}
	ring, err := keyring.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return ring, nil
}

func (c *core) close() {
	if c.steps != nil {
		c.steps.Close()
	}
	if c.reader != nil {
		_ = c.reader.Close()
	}
	if c.engine != nil {
		_ = c.engine.Close()
	}
	if c.bell != nil {
		_ = c.bell.Close()
	}
	if c.catalogue != nil {
		c.catalogue.Close()
	}
}

// ready reports whether all that a request needs answers.
func (c *core) ready(ctx context.Context) error {
	return errors.Join(c.catalogue.Ping(ctx), c.archive.Store().Ping(ctx), c.bell.Ping(ctx))
}
