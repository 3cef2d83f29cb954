package main

import (
	"fmt"
	"text/tabwriter"
	"time"
)

// vietnam is the time people are shown.
func vietnam() *time.Location { return time.FixedZone("+07", 7*3600) }

type retryCmd struct {
	remote
	Subject string `arg:"" name:"batch-or-document" help:"A batch (name or id), document or accession."`
	Unit    string `help:"Unit of the batch."`
}

func (c *retryCmd) Run(e *env) error { return operate(e, c.remote, c.Unit, c.Subject, "retry") }

type cancelCmd struct {
	remote
	Subject string `arg:"" name:"batch-or-document" help:"A batch (name or id), document or accession."`
	Unit    string `help:"Unit of the batch."`
}

func (c *cancelCmd) Run(e *env) error { return operate(e, c.remote, c.Unit, c.Subject, "cancel") }

func operate(e *env, r remote, unit, idOrName, verb string) error {
	cl, err := r.client()
	if err != nil {
		return err
	}
	s, err := findSubject(e.ctx, cl, unit, idOrName)
	if err != nil {
		return err
	}
	n, err := cl.Operate(e.ctx, s.kind, s.id, verb)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d changed\n", verb, n)
	return nil
}

type queueCmd struct {
	Show   queueShowCmd   `cmd:"" default:"withargs" help:"Show what waits."`
	Pause  queuePauseCmd  `cmd:"" help:"Hand out no more work; what runs is finished."`
	Resume queueResumeCmd `cmd:"" help:"Hand out work again."`
}

type queueShowCmd struct {
	remote
	JSON bool `name:"json" help:"As JSON."`
}

func (c *queueShowCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q, err := cl.Queue(e.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, q)
	}
	if q.Paused {
		fmt.Fprintf(e.stdout, "paused by %s\n", q.PausedBy)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "QUEUE\tSTEP\tOPEN\tHANDED OUT\tOLDEST")
	for _, d := range q.Depths {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", d.Queue, d.Kind, d.Open, d.Rung, time.Duration(d.OldestSeconds*float64(time.Second)).Round(time.Second))
	}
	return w.Flush()
}

type queuePauseCmd struct{ remote }

func (c *queuePauseCmd) Run(e *env) error { return pause(e, c.remote, true) }

type queueResumeCmd struct{ remote }

func (c *queueResumeCmd) Run(e *env) error { return pause(e, c.remote, false) }

func pause(e *env, r remote, paused bool) error {
	cl, err := r.client()
	if err != nil {
		return err
	}
	return cl.PauseQueue(e.ctx, paused)
}
