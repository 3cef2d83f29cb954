package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/postgres"
	"sohoa/internal/precision"
	"sohoa/internal/review"
)

type reviewCmd struct {
	List   reviewListCmd   `cmd:"" help:"List the questions that wait for people."`
	Next   reviewNextCmd   `cmd:"" help:"Claim the next question and show it."`
	Answer reviewAnswerCmd `cmd:"" help:"Answer a question that is claimed."`
	Skip   reviewSkipCmd   `cmd:"" help:"Leave a question to others."`
	Return reviewReturnCmd `cmd:"" help:"Send a question back to an earlier step, or hand it on."`
	Undo   reviewUndoCmd   `cmd:"" help:"Take back the last answer."`
	Report reviewReportCmd `cmd:"" help:"Show how far batches are and what people did, or write it as CSV or XLSX."`
	Learn  reviewLearnCmd  `cmd:"" help:"Show what people's corrections say about thresholds and dictionaries; change nothing without --apply."`
}

type reviewListCmd struct {
	remote
	Unit  string `help:"Only this unit's."`
	Kind  string `enum:",fields,dossier,split,page,duplicate" default:"" help:"Only of this kind: fields, dossier, split, page or duplicate."`
	State string `enum:",open,claimed,done,cancelled,returned" default:"" help:"Only in this state; what is not done when missing."`
	JSON  bool   `name:"json" help:"As JSON, one task a line."`
}

// Run lists.
func (c *reviewListCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	for k, v := range map[string]string{"unit": c.Unit, "kind": c.Kind, "state": c.State} {
		if v != "" {
			q.Set(k, v)
		}
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(w, "TASK\tKIND\tSTATE\tWHO\tUNIT\tDOCUMENT\tTITLE")
	}
	if err := cl.ReviewTasks(e.ctx, q, func(t review.Task) error {
		if c.JSON {
			return printJSON(e.stdout, t)
		}
		who := t.ClaimedBy
		if who == "" && t.AssignedTo != "" {
			who = "→ " + t.AssignedTo
		}
		kind := string(t.Kind)
		if t.Urgent {
			kind += " !"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, kind, t.State, who, t.Unit, t.Document, t.Title)
		return nil
	}); err != nil {
		return err
	}
	return w.Flush()
}

type reviewNextCmd struct {
	remote
	Unit  string `help:"Only this unit's."`
	Batch string `help:"Only of this batch (its id)."`
	Kind  string `enum:",fields,dossier,split,page,duplicate" default:"" help:"Only of this kind."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Help gives an example.
func (*reviewNextCmd) Help() string {
	return "\nThe task is yours for five minutes. Exit code 1: nothing waits.\n\nExample:\n  sohoa review next\n  sohoa review answer 17 number=12 date=23/5\n"
}

// Run claims and shows a task.
func (c *reviewNextCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	n, err := cl.ReviewNext(e.ctx, review.Wish{Unit: c.Unit, Batch: archive.BatchID(c.Batch), Kind: archive.QuestionKind(c.Kind)})
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printPretty(e.stdout, n); err != nil {
			return err
		}
	}
	if n.Task == nil {
		if !c.JSON {
			fmt.Fprintf(e.stderr, "nothing waits for you (%d skipped)\n", n.Left.Skipped)
		}
		return codeError(exitStalled)
	}
	if !c.JSON {
		showTask(e, cl, *n.Task)
	}
	return nil
}

func showTask(e *env, cl *client.Client, t review.Task) {
	fmt.Fprintf(e.stdout, "task %d: %s (%s)\n%s\n%s/documents/%s\n", t.ID, t.Title, t.Name, t.Reason, cl.Base(), t.Document)
	if t.Comment != "" {
		fmt.Fprintf(e.stdout, "comment: %s\n", t.Comment)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, f := range t.Asked {
		fmt.Fprintf(w, "%s\t%s\t%.0f%%\t%s\tpage %d\n", f.Key, f.Value, 100*f.Confidence, f.Source, f.Page)
	}
	for i, o := range t.Options {
		fmt.Fprintf(w, "%d\t%s\t%s\t%.0f%%\t%s\n", i+1, o.Value, o.Label, 100*o.Score, strings.Join(o.Why, ", "))
	}
	_ = w.Flush()
}

type reviewAnswerCmd struct {
	remote
	Task   int64    `arg:"" help:"Number of the task."`
	Values []string `arg:"" optional:"" name:"field=value" help:"What to change; fields left out are accepted as they are, an empty value says that the paper has none."`
	Choice *string  `help:"An option, or a dossier's code; empty for none of them."`
	Looked bool     `help:"Everything is right as it is."`
}

// Run answers.
func (c *reviewAnswerCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	a := review.Answer{Values: map[string]string{}, Choice: c.Choice, Looked: c.Looked}
	for _, v := range c.Values {
		key, value, ok := strings.Cut(v, "=")
		if !ok {
			return usageError{fmt.Errorf("%q is not field=value", v)}
		}
		a.Values[key] = value
	}
	ds, err := cl.AnswerReview(e.ctx, c.Task, a)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if d.Changed {
			fmt.Fprintf(e.stdout, "%s: %s → %s\n", orWord(d.Field, string(d.Kind)), review.ValueOf(d.Before), review.ValueOf(d.After))
		}
	}
	return nil
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

type reviewSkipCmd struct {
	remote
	Task   int64 `arg:"" optional:"" help:"Number of the task."`
	Forget bool  `help:"Instead: be given again what you skipped."`
}

// Run skips, or forgets.
func (c *reviewSkipCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	switch {
	case c.Forget:
		return cl.ForgetSkips(e.ctx)
	case c.Task == 0:
		return usageError{errors.New("name the task, or say --forget")}
	}
	return cl.StepReview(e.ctx, c.Task, "skip", nil)
}

type reviewReturnCmd struct {
	remote
	Task    int64  `arg:"" help:"Number of the task."`
	Step    string `enum:",split,rescan,describe" default:"" help:"The step: split, rescan or describe."`
	To      string `help:"Instead of a step: the account to hand it to."`
	Reopen  bool   `help:"Instead: take it back before the step is done."`
	Comment string `help:"What is to be done."`
}

// Run sends back, hands on or reopens.
func (c *reviewReturnCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	switch {
	case c.Reopen:
		return cl.StepReview(e.ctx, c.Task, "reopen", nil)
	case c.To != "":
		return cl.StepReview(e.ctx, c.Task, "hand-on", map[string]any{"account": c.To, "comment": c.Comment})
	case c.Step == "":
		return usageError{errors.New("say where to: --step split, rescan or describe, or --to ACCOUNT")}
	}
	return cl.StepReview(e.ctx, c.Task, "return", map[string]any{"step": c.Step, "comment": c.Comment})
}

type reviewUndoCmd struct{ remote }

// Run takes the last answer back and shows its task.
func (c *reviewUndoCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	n, err := cl.UndoReview(e.ctx)
	if err == nil && n.Task != nil {
		showTask(e, cl, *n.Task)
	}
	return err
}

type reviewReportCmd struct {
	remote
	Unit  string `help:"Only this unit's."`
	Batch string `help:"Only this batch (its id)."`
	Since string `help:"Batches made and answers given since this day (YYYY-MM-DD); 30 days ago when missing."`
	Until string `help:"Answers given up to this day."`
	Out   string `type:"path" help:"Write a table to this file, .csv or .xlsx."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Run shows or writes the report.
func (c *reviewReportCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	for k, v := range map[string]string{"unit": c.Unit, "batch": c.Batch} {
		if v != "" {
			q.Set(k, v)
		}
	}
	for k, v := range map[string]string{"since": c.Since, "until": c.Until} {
		if v != "" {
			q.Set(k, v+"T00:00:00+07:00")
		}
	}
	if c.Out != "" {
		return c.write(e, cl, q)
	}
	r, err := cl.ReviewReport(e.ctx, q)
	if err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, r)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BATCH\tUNIT\tSTATE\tRECEIVED\tSPLIT\tDOCUMENTS\tPAGES\tARCHIVED\tDONE\tASKED\tSTILL ASKED\tREJECTED\tRESCANNED")
	for _, b := range r.Batches {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", b.Name, b.Unit, b.State, b.Received, b.Split, b.Documents, b.Pages, b.Archived, b.Done, b.Asked, b.AskedOpen, b.Rejected, b.Rescanned)
	}
	fmt.Fprintln(w, "\nHOUR\tWHO\tUNIT\tANSWERS\tDOCUMENTS\tFIELDS\tCHANGED\tUNDONE")
	for _, p := range r.People {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\n", p.Hour.Local().Format("2006-01-02 15h"), p.Account, p.Unit, p.Answered, p.Documents, p.Fields, p.Changed, p.Undone)
	}
	return w.Flush()
}

func (c *reviewReportCmd) write(e *env, cl *client.Client, q url.Values) error {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(c.Out)), ".")
	if format != "csv" && format != "xlsx" {
		return usageError{fmt.Errorf("%s ends neither in .csv nor in .xlsx", c.Out)}
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	if err := cl.ReviewReportFile(e.ctx, format, q, f); err != nil {
		f.Close()
		_ = os.Remove(c.Out)
		return err
	}
	return f.Close()
}

type reviewLearnCmd struct {
	custodySettings
	Out  string `name:"apply" type:"path" help:"Write what is learnt to this file, which describing reads (SOHOA_LEARNED); without it nothing is changed."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Help says what it does.
func (*reviewLearnCmd) Help() string {
	return "\nFor each field: how often people left the value as it was found, by the confidence it was found with, and the confidence above which the lower\n" +
		"95% bound of that is at least " + strconv.FormatFloat(precision.Promise, 'g', -1, 64) + ". And the agencies and signers people typed that the dictionaries do not have.\n" + whereHelp
}

// Run shows what could be learnt, and writes it where asked to.
func (c *reviewLearnCmd) Run(e *env) error {
	s, err := c.open(e, anyTime)
	if err != nil {
		return err
	}
	defer s.stop()
	cat, err := postgres.Open(e.ctx, s.appDSN, 4)
	if err != nil {
		return err
	}
	defer cat.Close()
	p, err := review.Learn(e.ctx, cat.Review(), knownWords())
	if err != nil {
		return err
	}
	if c.JSON {
		err = printPretty(e.stdout, p)
	} else {
		_, err = fmt.Fprint(e.stdout, p.String())
	}
	if err != nil || c.Out == "" {
		return err
	}
	if p.Empty() {
		return fault.New(fault.StateConflict, "there is nothing to apply yet")
	}
	if err := os.WriteFile(c.Out, p.Learned().Marshal(), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "wrote %s; start sohoa with SOHOA_LEARNED=%s\n", c.Out, c.Out)
	return nil
}

// knownWords tells whether the dictionaries have a value already.
func knownWords() func(field, value string) bool {
	return func(field, value string) bool {
		_, ok := dossier.TypeNamed(value)
		return field == "type" && ok
	}
}
