package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

type ingestCmd struct {
	remote
	Paths       []string `arg:"" name:"path" help:"Files, folders or zips." type:"path"`
	Batch       string   `help:"Name of the batch; today's date when left out."`
	Dossier     string   `help:"Dossier code of all the papers."`
	Unit        string   `help:"Unit they belong to."`
	Interactive bool     `help:"A citizen waits: before the backlog."`
	batchFlags
	Wait    bool          `short:"w" help:"Wait until everything is archived or in trouble."`
	Timeout time.Duration `help:"With --wait: how long at most." default:"24h"`
	Jobs    int           `default:"3" help:"Files sent at once."`
	JSON    bool          `name:"json" help:"One object a line for each file."`
	Quiet   bool          `short:"q" help:"No progress."`

	places *client.Places // where large uploads were left
}

// Help gives examples.
func (*ingestCmd) Help() string {
	return "Exit 0 means every file was accepted into custody (with --wait: and archived). The command can be repeated after any\n" +
		"interruption: what is in is skipped, what is not is sent, and a file of 16 MiB or more goes on where it stopped.\n\nExamples:\n  sohoa ingest scans/ --batch \"Hộp 12\" --wait\n  sohoa ingest chong.pdf --batch \"Hộp 13\" --split separators --page-order fronts_then_backs_reversed --expect 40\n  sohoa ingest giay-phep.pdf --dossier 000.00.53.H48-220921-0099 --interactive\n"
}

func (c *ingestCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	files, err := listFiles(c.Paths)
	if err != nil {
		return usageError{err}
	}
	if len(files) == 0 {
		return usageError{errors.New("no file in what was named")}
	}
	me, err := cl.Me(e.ctx)
	if err != nil {
		return err
	}
	if c.Unit == "" {
		c.Unit = me.UploadUnit
	}
	c.recall(e, cl, files)
	if change, said := c.change(); said {
		queue := archive.Backlog
		if c.Interactive {
			queue = archive.Interactive
		}
		if _, err := cl.OpenBatch(e.ctx, retrieve.NewBatch{Unit: c.Unit, Name: c.Batch, Queue: queue, BatchChange: change}); err != nil {
			return err
		}
	}
	n := c.send(e, cl, files)
	if n.stalled > 0 || n.rejected > 0 {
		fmt.Fprintf(e.stderr, "sohoa: %d of %d files are not in custody: %d rejected, %d could not be sent\n", n.rejected+n.stalled, len(files), n.rejected, n.stalled)
	} else if !c.JSON && !c.Quiet {
		fmt.Fprintf(e.stdout, "%d files in custody (%d of them were before), batch “%s”\n", len(files), n.existing, c.Batch)
	}
	switch {
	case e.ctx.Err() != nil:
		return fmt.Errorf("interrupted; run the same command again to go on")
	case n.stalled > 0:
		return codeError(exitStalled)
	case n.rejected > 0 && !c.Wait:
		return codeError(exitRejected)
	}
	if c.Wait {
		if err := c.wait(e, cl); err != nil {
			return err
		}
		if n.rejected > 0 {
			return codeError(exitRejected)
		}
	}
	return nil
}

// counts of a run.
type counts struct{ accepted, existing, rejected, stalled int }

func (c *ingestCmd) send(e *env, cl *client.Client, files []scan) counts {
	var mu sync.Mutex
	var n counts
	var bytes int64
	for _, f := range files {
		bytes += f.size
	}
	bar := newFileBar(e.stderr, c.Quiet || c.JSON, len(files), bytes)
	work := make(chan scan)
	var wg sync.WaitGroup
	for range max(c.Jobs, 1) {
		wg.Go(func() {
			for f := range work {
				track := bar.track()
				o := cl.HandIn(e.ctx, c.paper(f.path, track.progress))
				track.done(f.size)
				mu.Lock()
				switch o.Verdict {
				case client.Accepted:
					n.accepted++
				case client.Existing:
					n.existing++
				case "rejected":
					n.rejected++
				default:
					n.stalled++
				}
				switch {
				case c.JSON:
					_ = printJSON(e.stdout, o)
				case o.Detail != "":
					bar.clear()
					fmt.Fprintf(e.stderr, "sohoa: %s: %s: %s\n", o.Path, o.Verdict, o.Detail)
				}
				mu.Unlock()
			}
		})
	}
	sent := 0
feed:
	for _, f := range files {
		select {
		case work <- f:
			sent++
		case <-e.ctx.Done():
			break feed
		}
	}
	close(work)
	wg.Wait()
	bar.clear()
	n.stalled += len(files) - sent
	return n
}

// wait follows the batch until nothing of it is under way. What is stalled is given time: the system may come back.
func (c *ingestCmd) wait(e *env, cl *client.Client) error {
	ctx, cancel := context.WithTimeout(e.ctx, c.Timeout)
	defer cancel()
	b, err := cl.BatchByName(ctx, c.Unit, c.Batch)
	if fault.CodeOf(err) == fault.BatchUnknown {
		return nil // everything was in before, in other batches
	}
	if err != nil {
		return err
	}
	bar := newBar(e.stderr, c.Quiet || c.JSON)
	defer bar.done()
	for {
		st, err := cl.Batch(ctx, b.ID)
		switch {
		case err == nil && st.Done:
			bar.done()
			return c.report(e, st)
		case err == nil:
			bar.set(st.Progress.PagesRead, max(st.Progress.Pages, 1))
		case fault.VerdictOf(err) == fault.Rejected:
			return err
		}
		select {
		case <-ctx.Done():
			if e.ctx.Err() != nil {
				return fmt.Errorf("interrupted; the papers are in custody and go on; see sohoa status %q", c.Batch)
			}
			return fmt.Errorf("not done within %s; see sohoa status %q", c.Timeout, c.Batch)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (c *ingestCmd) report(e *env, st client.BatchState) error {
	rejected := st.Progress.Accessions[archive.AccessionRejected]
	if !c.JSON && !c.Quiet {
		fmt.Fprintf(e.stdout, "%d documents archived, %d pages; %d files rejected\n", st.Progress.Documents[archive.Archived], st.Progress.Pages, rejected)
	}
	if rejected > 0 {
		if !c.JSON {
			fmt.Fprintf(e.stderr, "sohoa: see why with: sohoa status %q\n", c.Batch)
		}
		return codeError(exitRejected)
	}
	return nil
}
