package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/objectstore"
	"sohoa/internal/purge"
	"sohoa/workers"
)

// purgeEvery is how often decisions to purge are carried on, and purged objects looked for that came back.
const purgeEvery = 15 * time.Second

type purgeCmd struct {
	Request purgeRequestCmd `cmd:"" help:"Ask that a paper be removed for good."`
	Approve purgeApproveCmd `cmd:"" help:"Decide that it is; by another account."`
	Refuse  purgeRefuseCmd  `cmd:"" help:"Refuse a request, or take one's own back."`
	List    purgeListCmd    `cmd:"" help:"List requests and what became of them."`
}

// Help says what stays.
func (*purgeCmd) Help() string {
	return "A secret paper, or one that came in by mistake, is removed with every trace of it when one account asks and another decides. Other papers in the\n" +
		"same file get a version on a file without its pages. A tombstone stays: digests, sizes, who, when, why. A hold on disposal wins. Backups made\n" +
		"before hold the paper as long as they are kept: destroy them, or let them run out.\n\n" +
		"Examples:\n  sohoa purge request 018f2b6e-0000-8000-8000-000000000001 --reason secret\n  sohoa purge list --state requested\n  sohoa purge approve 018f2b70-0000-7000-8000-000000000001\n"
}

type purgeRequestCmd struct {
	remote
	ID        string `arg:"" help:"A document's id."`
	Reason    string `required:"" enum:"secret,wrong_paper,personal,other" help:"Why it may not stay: secret, wrong_paper, personal or other."`
	Note      string `help:"For whoever decides; it is not kept once decided."`
	WholeFile bool   `help:"All papers of the files it is in, too."`
}

func (c *purgeRequestCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	p, err := cl.RequestPurge(e.ctx, archive.DocumentID(c.ID), client.PurgeRequest{Reason: archive.PurgeReason(c.Reason), Note: c.Note, WholeFile: c.WholeFile})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s waits for the decision of another account: sohoa purge approve %s\n", p.ID, p.ID)
	return nil
}

type purgeApproveCmd struct {
	remote
	ID string `arg:"" help:"A request's id."`
}

func (c *purgeApproveCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	p, err := cl.DecidePurge(e.ctx, c.ID, "approve")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d documents are out of the catalogue; their bytes are being removed\n", p.ID, len(p.Tombstone.Documents))
	fmt.Fprintf(e.stdout, "backups made before %s hold them still: destroy them, or let them run out\n", p.DecidedAt.In(vietnam()).Format("02/01/2006 15:04"))
	return nil
}

type purgeRefuseCmd struct {
	remote
	ID string `arg:"" help:"A request's id."`
}

func (c *purgeRefuseCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	p, err := cl.DecidePurge(e.ctx, c.ID, "refuse")
	if err == nil {
		fmt.Fprintf(e.stdout, "%s: %s\n", p.ID, p.State)
	}
	return err
}

type purgeListCmd struct {
	remote
	State string `enum:",requested,refused,approved,cleared,done" default:"" help:"Only in this state."`
	Limit int    `default:"50" help:"How many at most."`
	JSON  bool   `name:"json" help:"One object a line."`
}

func (c *purgeListCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	if c.State != "" {
		q.Set("state", c.State)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for n := 0; n < c.Limit; {
		q.Set("limit", strconv.Itoa(min(c.Limit-n, 200)))
		l, err := cl.Purges(e.ctx, q)
		if err != nil {
			return err
		}
		for _, p := range l.Purges {
			if c.JSON {
				if err := printJSON(e.stdout, p); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%s %s\t%s\tasked by %s\t%s\n", p.ID, p.RequestedAt.In(vietnam()).Format("02/01/2006 15:04"), p.State, p.Waiting, p.Reason, p.RequestedBy, p.Document)
		}
		if n += len(l.Purges); l.Next == "" {
			break
		}
		q.Set("cursor", l.Next)
	}
	return w.Flush()
}

// newPurge puts the service together that removes papers for good. Objects under lock are removed with the store's own key, or with one that only
// this is given (SOHOA_S3_PURGE_ACCESS_KEY, SOHOA_S3_PURGE_SECRET_KEY), where the store's may not go round locks.
func (c *core) newPurge(ctx context.Context, store objectstore.Deps, getenv func(string) string) (*purge.Service, error) {
	by := c.archive.Store()
	if key := getenv("SOHOA_S3_PURGE_ACCESS_KEY"); key != "" {
		store.AccessKey, store.SecretKey = key, getenv("SOHOA_S3_PURGE_SECRET_KEY")
		var err error
		if by, err = objectstore.Open(ctx, store); err != nil {
			return nil, fmt.Errorf("open object store with the key for removals: %w", err)
		}
	}
	return purge.New(purge.Deps{
		Catalogue: c.catalogue, Objects: objectstore.NewEraser(c.archive.Store(), by), Cutter: c.reader, WorkDir: filepath.Join(c.work, "purge"), Now: now,
		Logger: c.logger, Failpoint: failpoint(c.logger),
	}), nil
}

// purgeJob carries decisions out.
func (c *core) purgeJob() workers.Job {
	return workers.Job{Name: "purge", Every: purgeEvery, Run: func(ctx context.Context) error {
		_, err := c.purge.Run(ctx)
		return errors.Join(err, c.steps.LetGo(ctx, c.catalogue.Purged))
	}}
}
