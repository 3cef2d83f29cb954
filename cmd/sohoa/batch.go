package main

import (
	"fmt"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

// batchFlags are what a batch says about its papers; what is left out stays as it is.
type batchFlags struct {
	Split         string  `name:"split" enum:",none,separators,layout" default:"" help:"How files are taken apart: none, separators (sheets; what a new batch does), or layout (also where a page looks like the first of a paper)."`
	PageOrder     string  `enum:",as_scanned,fronts_then_backs,fronts_then_backs_reversed" default:"" help:"In which order sides were scanned: as_scanned, fronts_then_backs, or fronts_then_backs_reversed (the stack was turned over)."`
	Expect        *int    `help:"How many files are to come."`
	Shelf         *string `help:"Where the paper lies."`
	Device        *string `help:"The scanner."`
	ArchiveNumber *string `help:"Number that the unit's archive gave the paper."`
}

// change gives what was said; said is false where nothing was.
func (f batchFlags) change() (c retrieve.BatchChange, said bool) {
	if f.Split != "" {
		v := archive.Splitting(f.Split)
		c.Splitting = &v
	}
	if f.PageOrder != "" {
		v := archive.PageOrder(f.PageOrder)
		c.PageOrder = &v
	}
	c.ExpectedCount, c.Shelf, c.Device, c.ArchiveNumber = f.Expect, f.Shelf, f.Device, f.ArchiveNumber
	return c, c != retrieve.BatchChange{}
}

type batchCmd struct {
	remote
	Name  string `arg:"" help:"Name of the batch; one of that name is made when there is none."`
	Unit  string `help:"Unit it belongs to."`
	State string `enum:",open,paused,closed" default:"" help:"open, paused or closed: into the last two nothing is taken, and what is in goes on."`
	batchFlags
	JSON bool `name:"json" help:"The batch as JSON."`
}

// Help gives examples.
func (*batchCmd) Help() string {
	return "\nExamples:\n  sohoa batch \"Hộp 12\" --split layout --expect 120 --shelf \"Kệ 7\" --device fi-8170\n  sohoa batch \"Hộp 12\" --state paused\n"
}

func (c *batchCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	if c.Unit == "" {
		me, err := cl.Me(e.ctx)
		if err != nil {
			return err
		}
		c.Unit = me.UploadUnit
	}
	change, said := c.change()
	if c.State != "" {
		change.State, said = &c.State, true
	}
	b, err := cl.BatchByName(e.ctx, c.Unit, c.Name)
	if said || fault.CodeOf(err) == fault.BatchUnknown {
		b, err = cl.OpenBatch(e.ctx, retrieve.NewBatch{Unit: c.Unit, Name: c.Name, BatchChange: change})
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, b)
	}
	expected := ""
	if b.ExpectedCount > 0 {
		expected = fmt.Sprintf(" of %d expected", b.ExpectedCount)
	}
	_, err = fmt.Fprintf(e.stdout, "batch “%s” of %s: %s, %d files%s, taken apart: %s, %s\n", b.Name, b.Unit, b.State, b.Accessions, expected, b.Splitting, b.PageOrder)
	return err
}
