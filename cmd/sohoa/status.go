package main

import (
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/retrieve"
)

type statusCmd struct {
	remote
	Subject string `arg:"" optional:"" name:"batch-or-document" help:"A batch (name or id), document or accession; everything when left out."`
	Unit    string `help:"Unit of the batch."`
	JSON    bool   `name:"json" help:"As JSON."`
}

// trouble is one stalled or rejected thing, as status shows it.
type trouble struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	*retrieve.Trouble
}

// statusReport is what status prints as JSON.
type statusReport struct {
	Batch    *retrieve.Batch `json:"batch,omitempty"`
	Done     bool            `json:"done"`
	Progress any             `json:"progress"`
	Troubles []trouble       `json:"troubles"`
}

func (c *statusCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	rep := statusReport{Troubles: []trouble{}}
	var p retrieve.Progress
	var batch archive.BatchID
	if c.Subject != "" {
		s, err := findSubject(e.ctx, cl, c.Unit, c.Subject)
		if err != nil {
			return err
		}
		switch s.kind {
		case "documents":
			return (&showCmd{remote: c.remote, ID: c.Subject, JSON: c.JSON}).Run(e)
		case "accessions":
			a, err := cl.Accession(e.ctx, archive.AccessionID(c.Subject))
			if err != nil {
				return err
			}
			return printPretty(e.stdout, a)
		}
		batch = archive.BatchID(s.id)
		st, err := cl.Batch(e.ctx, batch)
		if err != nil {
			return err
		}
		rep.Batch, rep.Done, p = &st.Batch, st.Done, st.Progress
	} else {
		st, err := cl.Progress(e.ctx)
		if err != nil {
			return err
		}
		rep.Done, p = st.Done, st.Progress
	}
	rep.Progress = p
	if rep.Troubles, err = troubles(e, cl, batch, p); err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, rep)
	}
	if rep.Batch != nil {
		fmt.Fprintf(e.stdout, "batch “%s” of unit %s, %s\n", rep.Batch.Name, rep.Batch.Unit, rep.Batch.State)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, s := range []archive.AccessionState{archive.AccessionReceived, archive.AccessionInspecting, archive.AccessionSplit, archive.AccessionRejected, archive.AccessionCancelled} {
		if n := p.Accessions[s]; n > 0 {
			fmt.Fprintf(w, "files %s\t%d\n", s, n)
		}
	}
	for _, s := range []archive.Processing{archive.Recognising, archive.Describing, archive.Assembling, archive.Archived, archive.Cancelled} {
		if n := p.Documents[s]; n > 0 {
			fmt.Fprintf(w, "documents %s\t%d\n", s, n)
		}
	}
	fmt.Fprintf(w, "pages read\t%d of %d\n", p.PagesRead, p.Pages)
	fmt.Fprintf(w, "stalled\t%d\n", p.AccessionStalled+p.DocumentStalled)
	_ = w.Flush()
	for _, t := range rep.Troubles {
		fmt.Fprintf(e.stdout, "%s  %s  %s: %s (%s)\n", t.Verdict, t.ID, t.Name, t.Detail, t.Code)
	}
	return nil
}

// mostTroubles is how many are listed; more are counted above.
const mostTroubles = 200

func troubles(e *env, cl *client.Client, batch archive.BatchID, p retrieve.Progress) ([]trouble, error) {
	out := []trouble{}
	addAccession := func(a retrieve.Accession) error {
		if a.Trouble != nil {
			out = append(out, trouble{string(a.ID), a.Name, a.Trouble})
		}
		if len(out) >= mostTroubles {
			return client.ErrStop
		}
		return nil
	}
	if p.Accessions[archive.AccessionRejected] > 0 {
		if err := cl.Accessions(e.ctx, batch, archive.AccessionRejected, addAccession); err != nil {
			return nil, err
		}
	}
	if p.AccessionStalled > 0 {
		for _, st := range []archive.AccessionState{archive.AccessionReceived, archive.AccessionInspecting} {
			if err := cl.Accessions(e.ctx, batch, st, addAccession); err != nil {
				return nil, err
			}
		}
	}
	if p.DocumentStalled > 0 {
		q := url.Values{"stalled": {"true"}}
		if batch != "" {
			q.Set("batch", string(batch))
		}
		if err := cl.Documents(e.ctx, q, func(d retrieve.Document) error {
			out = append(out, trouble{string(d.ID), d.Name, d.Trouble})
			if len(out) >= mostTroubles {
				return client.ErrStop
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type listCmd struct {
	remote
	Batch string `help:"Only this batch (name or id)."`
	Unit  string `help:"Unit of the batch."`
	JSON  bool   `name:"json" help:"One object a line."`
}

// listed is one line of sohoa list --json.
type listed struct {
	Accession archive.AccessionID `json:"accession"`
	Document  archive.DocumentID  `json:"document,omitempty"`
	Name      string              `json:"name"`
	Batch     string              `json:"batch,omitempty"`
	State     string              `json:"state"`
	Stalled   bool                `json:"stalled,omitempty"`
	Master    string              `json:"master"`
	Pages     int                 `json:"pages"`
	Title     string              `json:"title,omitempty"`
}

func (c *listCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	var batch archive.BatchID
	if c.Batch != "" {
		s, err := findSubject(e.ctx, cl, c.Unit, c.Batch)
		if err != nil {
			return err
		}
		if s.kind != "batches" {
			return usageError{fmt.Errorf("%q is no batch", c.Batch)}
		}
		batch = archive.BatchID(s.id)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	if !c.JSON {
		fmt.Fprintln(w, "STATE\tPAGES\tDOCUMENT\tNAME\tTITLE")
	}
	return cl.Accessions(e.ctx, batch, "", func(a retrieve.Accession) error {
		for _, l := range linesOf(a) {
			if c.JSON {
				if err := printJSON(e.stdout, l); err != nil {
					return err
				}
				continue
			}
			id := string(l.Document)
			if id == "" {
				id = string(l.Accession)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", l.State, l.Pages, id, oneLine(l.Name), oneLine(l.Title))
		}
		return nil
	})
}

// linesOf gives one line a document, or one for an accession that has none.
func linesOf(a retrieve.Accession) []listed {
	l := listed{Accession: a.ID, Name: a.Name, Batch: a.BatchName, State: string(a.State), Master: a.Master.String(), Pages: a.Pages, Stalled: a.Trouble != nil && a.Trouble.Verdict == "stalled"}
	if len(a.Documents) == 0 || a.State != archive.AccessionSplit {
		return []listed{l}
	}
	var out []listed
	for _, d := range a.Documents {
		l.Document, l.State, l.Pages, l.Title, l.Stalled = d.ID, string(d.Processing), d.Pages, d.Title, d.Stalled
		out = append(out, l)
	}
	return out
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
