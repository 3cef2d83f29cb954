package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"sohoa/internal/archive"
	"sohoa/internal/match"
)

type relinkCmd struct {
	remote
	Document string `arg:"" optional:"" help:"The document's id."`
	Dossier  string `help:"Code of the right dossier."`
	Reason   string `help:"Why, in a sentence."`
	Anyway   bool   `help:"Take a code that the register does not have (yet)."`
	Requests bool   `help:"List moves of released documents that wait for a second person."`
	Approve  int64  `placeholder:"N" help:"Approve request N, as the second person."`
	Refuse   int64  `placeholder:"N" help:"Refuse request N."`
	Waiting  bool   `help:"List documents without dossier."`
	Unit     string `help:"Lists: only this unit's."`
}

// Help gives examples.
func (*relinkCmd) Help() string {
	return "\nExamples:\n  sohoa relink 018f… --dossier 000.00.53.H48-220921-0099 --reason \"scanned with the wrong stack\"\n" +
		"  sohoa relink --requests\n  sohoa relink --approve 7\n  sohoa relink --waiting\n"
}

func (c *relinkCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	switch {
	case c.Requests:
		fmt.Fprintln(w, "REQUEST\tDOCUMENT\tFROM\tTO\tBY\tREASON")
		if err := cl.RelinkRequests(e.ctx, c.Unit, func(r match.Request) error {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Document, r.From, r.To, r.RequestedBy, r.Reason)
			return nil
		}); err != nil {
			return err
		}
		return w.Flush()
	case c.Waiting:
		fmt.Fprintln(w, "DOCUMENT\tSINCE\tTITLE\tNAMES\tTRIED")
		if err := cl.DossierWaits(e.ctx, c.Unit, func(x match.Waiting) error {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", x.Document, x.Since.In(vietnam()).Format("02/01/2006 15:04"), x.Title, strings.Join(x.Codes, " "), strings.Join(x.Tried, " "))
			return nil
		}); err != nil {
			return err
		}
		return w.Flush()
	case c.Approve > 0 || c.Refuse > 0:
		r, err := cl.DecideRelink(e.ctx, max(c.Approve, c.Refuse), c.Approve > 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "request %d: %s\n", r.ID, r.Decision)
		return nil
	case c.Document == "" || c.Dossier == "" || c.Reason == "":
		return usageError{errors.New("name a document, --dossier and --reason; or one of --requests, --approve, --refuse, --waiting")}
	}
	m, err := cl.Relink(e.ctx, match.Move{Document: archive.DocumentID(c.Document), Dossier: c.Dossier, Reason: c.Reason, Anyway: c.Anyway})
	if err != nil {
		return err
	}
	if m.Request != nil {
		fmt.Fprintf(e.stdout, "the document is released: request %d waits for another account (sohoa relink --approve %d)\n", m.Request.ID, m.Request.ID)
		return nil
	}
	fmt.Fprintf(e.stdout, "filed under %s from version %d\n", c.Dossier, m.Version)
	return nil
}

type recordsCmd struct {
	remote
	File     string `arg:"" type:"path" help:"File to write: .csv or .xlsx."`
	Unit     string `help:"Only this unit's."`
	Batch    string `help:"Only of this batch (its id)."`
	Dossier  string `help:"Only of this dossier."`
	Language string `help:"Of the headings." enum:"vi,en" default:"vi"`
}

// Help gives an example.
func (*recordsCmd) Help() string {
	return "\nExample:\n  sohoa records ho-so-luu-tru.xlsx --dossier 000.00.53.H48-220921-0099\n"
}

func (c *recordsCmd) Run(e *env) (err error) {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), ".")
	if format != "csv" && format != "xlsx" {
		return usageError{errors.New("the file must end in .csv or .xlsx")}
	}
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{"language": {c.Language}}
	for name, v := range map[string]string{"unit": c.Unit, "batch": c.Batch, "dossier": c.Dossier} {
		if v != "" {
			q.Set(name, v)
		}
	}
	f, err := os.Create(c.File)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(c.File)
		}
	}()
	if err := cl.RecordsFile(e.ctx, format, q, f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
