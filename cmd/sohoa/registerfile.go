package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"

	"sohoa/internal/client"
	"sohoa/internal/register"
	"sohoa/internal/tabular"
)

type registerImportCmd struct {
	remote
	registerKind
	File    string `arg:"" help:"CSV or XLSX; a row at its top names the columns, in Vietnamese or English." type:"existingfile"`
	Preview bool   `help:"Show what each column is taken for, the first rows, and everything that is wrong; change nothing."`
	SkipBad bool   `help:"Take the good rows and leave the bad ones out; without it one bad row stops all."`
	JSON    bool   `name:"json" help:"The report as JSON."`
}

// Help gives examples.
func (*registerImportCmd) Help() string {
	return "Import units and procedures before dossiers, which name them. A row that is there already and says the same changes nothing, so a file can be\n" +
		"imported again. Every bad row is told by line and column, with what to do. Exit 3 when rows were bad and nothing was taken.\n\n" +
		"Examples:\n  sohoa register import units don-vi.xlsx --preview\n  sohoa register import dossiers ho-so.csv --skip-bad\n"
}

// previewRows is how many rows a preview shows.
const previewRows = 3

func (c *registerImportCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	look, err := c.look(e)
	if err != nil {
		return err
	}
	if c.Preview && !c.JSON {
		look.show(e.stdout)
	}
	if look.bad > 0 && !c.SkipBad && !c.Preview {
		fmt.Fprintf(e.stderr, "sohoa: %d of %d rows are bad; nothing was sent. Mend them, or leave them out with --skip-bad\n", look.bad, look.rows)
		return codeError(exitRejected)
	}
	r, err := c.send(e.ctx, cl)
	if err != nil {
		return err
	}
	for i := range r.Bad {
		r.Bad[i].Column = look.mapping.Heading(r.Bad[i].Column)
		c.tell(e, r.Bad[i])
	}
	if left := r.Skipped - len(r.Bad); left > 0 && len(r.Bad) >= register.MaxBad {
		fmt.Fprintf(e.stderr, "sohoa: and more; the server names the first %d\n", register.MaxBad)
	}
	r.Received, r.Skipped = r.Received+look.bad, r.Skipped+look.bad
	if err := c.report(e, r); err != nil {
		return err
	}
	if !r.Applied && !c.Preview {
		return codeError(exitRejected)
	}
	return nil
}

func (c *registerImportCmd) report(e *env, r register.Report) error {
	if c.JSON {
		return printPretty(e.stdout, r)
	}
	what := "in the register"
	switch {
	case r.DryRun:
		what = "looked at, nothing changed"
	case !r.Applied:
		what = "nothing was taken"
	}
	_, err := fmt.Fprintf(e.stdout, "%s: %d rows, %d new, %d changed, %d as before, %d bad; %s\n", c.kind(), r.Received, r.Inserted, r.Updated, r.Unchanged, r.Skipped, what)
	return err
}

func (c *registerImportCmd) tell(e *env, b register.Bad) {
	fmt.Fprintf(e.stderr, "%s:%d: %s\n", filepath.Base(c.File), b.Line, b.Problem)
}

// looked is what was seen of a file before anything is sent.
type looked struct {
	mapping register.Mapping
	samples []sampleRow
	rows    int
	bad     int
}

// open opens the file anew and reads its headings.
func (c *registerImportCmd) open(rr func(register.RowReader) register.RowReader) (*tabular.Reader, register.Mapping, register.Source, error) {
	f, err := tabular.Open(c.File)
	if err != nil {
		return nil, register.Mapping{}, nil, usageError{fmt.Errorf("%s: %w", c.File, err)}
	}
	m, src, problems, err := register.FromRows(c.kind(), rr(f))
	if err == nil && len(problems) > 0 {
		err = headings(problems)
	}
	if err != nil {
		f.Close()
		return nil, m, nil, err
	}
	return f, m, src, nil
}

// headings is the problems of a file whose first row does not do.
type headings []register.Problem

func (h headings) Error() string {
	lines := make([]string, len(h))
	for i, p := range h {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// look reads the whole file, tells every bad row, and keeps the first ones to show.
func (c *registerImportCmd) look(e *env) (looked, error) {
	var l looked
	f, m, src, err := c.open(func(rr register.RowReader) register.RowReader { return &sampling{RowReader: rr, to: &l.samples} })
	var bad headings
	if errors.As(err, &bad) {
		for _, p := range bad {
			c.tell(e, register.Bad{Line: max(m.Line, 1), Problem: p})
		}
		return l, codeError(exitRejected)
	}
	if err != nil {
		return l, err
	}
	defer f.Close()
	l.mapping = m
	for {
		g, ok, err := src()
		if err != nil {
			return l, usageError{fmt.Errorf("%s: %w", c.File, err)}
		}
		if !ok {
			return l, nil
		}
		l.rows++
		if len(g.Problems) > 0 {
			l.bad++
		}
		for _, p := range g.Problems {
			c.tell(e, register.Bad{Line: g.Line, Problem: p})
		}
		if e.ctx.Err() != nil {
			return l, context.Cause(e.ctx)
		}
	}
}

type sampleRow struct {
	line  int
	cells []string
}

// sampling keeps copies of the first rows that go through, which may be titles above the headings.
type sampling struct {
	register.RowReader
	to *[]sampleRow
}

// Next implements register.RowReader.
func (s *sampling) Next() (int, []string, *register.Problem, error) {
	line, cells, p, err := s.RowReader.Next()
	if err == nil && p == nil && len(*s.to) < 10*previewRows && strings.TrimSpace(strings.Join(cells, "")) != "" {
		*s.to = append(*s.to, sampleRow{line, append([]string(nil), cells...)})
	}
	return line, cells, p, err
}

// show prints what each column is taken for, with its first values. Long runs of digits in columns that may hold numbers of people are masked.
func (l looked) show(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "COLUMN\tTAKEN FOR\tFIRST VALUES")
	for _, c := range l.mapping.Columns {
		field, values := c.Field, []string{}
		for _, row := range l.samples {
			if row.line > l.mapping.Line && c.Index < len(row.cells) && len(values) < previewRows {
				values = append(values, cellShown(c.Field, row.cells[c.Index]))
			}
		}
		if field == "" {
			field = "(not used)"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", c.Heading, field, strings.Join(values, " | "))
	}
	tw.Flush()
}

// longDigits is what may be the number of a person.
var longDigits = regexp.MustCompile(`\d{8,}`)

func cellShown(field, value string) string {
	value = strings.Join(strings.Fields(value), " ")
	if r := []rune(value); len(r) > 40 {
		value = string(r[:40]) + "…"
	}
	switch field {
	case "code", "procedure", "unit", "parent", "successor", "agency", "list":
		return value
	}
	return longDigits.ReplaceAllStringFunc(value, func(s string) string { return "•••••" + s[len(s)-4:] })
}

// send streams the good rows to the server.
func (c *registerImportCmd) send(ctx context.Context, cl *client.Client) (register.Report, error) {
	f, _, src, err := c.open(func(rr register.RowReader) register.RowReader { return rr })
	if err != nil {
		return register.Report{}, err
	}
	defer f.Close()
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w := bufio.NewWriterSize(pw, 256<<10)
		err := encode(w, src)
		if err == nil {
			err = w.Flush()
		}
		pw.CloseWithError(err)
	}()
	r, err := cl.PutRegister(ctx, c.kind(), pr, c.SkipBad || c.Preview, c.Preview)
	pr.Close() // the writer stops where the server did
	<-done
	return r, err
}

func encode(w io.Writer, src register.Source) error {
	for {
		g, ok, err := src()
		if err != nil || !ok {
			return err
		}
		if len(g.Problems) > 0 {
			continue // told before
		}
		if err := register.EncodeLine(w, g.Line, g.Record); err != nil {
			return err
		}
	}
}

type registerExportCmd struct {
	remote
	registerKind
	File    string `arg:"" help:"File to write, .csv or .xlsx; an existing one is replaced. - writes CSV to standard output."`
	English bool   `help:"Name the columns in English."`
	Since   string `help:"Only what changed then or later, as 2025-01-31T00:00:00Z."`
}

// Help says what is masked.
func (*registerExportCmd) Help() string {
	return "Numbers of holders are written masked; their codes stand beside them, so the file can be imported again.\n\nExample:\n  sohoa register export dossiers ho-so.xlsx\n"
}

func (c *registerExportCmd) Run(e *env) (err error) {
	cl, err := c.client()
	if err != nil {
		return err
	}
	to, write := e.stdout, tabular.WriteCSV
	switch ext := strings.ToLower(filepath.Ext(c.File)); {
	case c.File == "-":
	case ext == ".xlsx":
		write = tabular.WriteXLSX
	case ext != ".csv":
		return usageError{fmt.Errorf("%s is neither .csv nor .xlsx", c.File)}
	}
	if c.File != "-" {
		f, ferr := os.CreateTemp(filepath.Dir(c.File), ".export-*") // whole or not at all
		if ferr != nil {
			return ferr
		}
		defer func() {
			err = errors.Join(err, f.Close())
			if err == nil {
				err = os.Rename(f.Name(), c.File)
			}
			if err != nil {
				_ = os.Remove(f.Name())
			}
		}()
		to = f
	}
	w, err := write(to)
	if err != nil {
		return err
	}
	n, err := c.rows(e.ctx, cl, w)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "%s: %d rows\n", c.kind(), n)
	return nil
}

func (c *registerExportCmd) rows(ctx context.Context, cl *client.Client, w tabular.Writer) (int, error) {
	l := register.Vietnamese
	if c.English {
		l = register.English
	}
	var head []string
	for _, col := range register.Columns(c.kind()) {
		head = append(head, col.Heading(l))
	}
	if err := w.Write(head); err != nil {
		return 0, err
	}
	q := url.Values{}
	if c.Since != "" {
		q.Set("updated_since", c.Since)
	}
	n := 0
	put := func(m register.Mark, cells []string) error {
		if m.DeletedAt != nil {
			return nil
		}
		n++
		return w.Write(cells)
	}
	var err error
	switch c.kind() {
	case register.Units:
		err = client.Register(ctx, cl, c.kind(), q, func(u register.UnitRow) error { return put(u.Mark, u.Cells(l)) })
	case register.Procedures:
		err = client.Register(ctx, cl, c.kind(), q, func(p register.ProcedureRow) error { return put(p.Mark, p.Cells(l)) })
	case register.Holders:
		err = client.Register(ctx, cl, c.kind(), q, func(h register.HolderRow) error { return put(h.Mark, h.Cells(l)) })
	case register.Dossiers:
		err = client.Register(ctx, cl, c.kind(), q, func(d register.DossierRow) error { return put(d.Mark, d.Cells(l)) })
	}
	return n, err
}
