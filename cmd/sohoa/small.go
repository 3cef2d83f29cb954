package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"sohoa/internal/local/gateway"
	"sohoa/internal/sample"
)

type versionCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

func (c *versionCmd) Run(e *env) error {
	v := map[string]string{"version": version, "go": runtime.Version()}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" {
				v["revision"] = s.Value
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(v)
	}
	fmt.Fprintln(e.stdout, "sohoa", v["version"], v["revision"])
	return nil
}

type sampleCmd struct {
	Count  int      `default:"12" help:"How many papers."`
	Seed   uint64   `default:"1" help:"Same seed, same papers."`
	Out    string   `short:"o" help:"Folder they go to." type:"path"`
	Layout []string `help:"Only these layouts; held-back stands for those that no rule was tuned on."`
	Grade  []int    `help:"Only these grades of damage, 1 (clean) to 5."`
	Format []string `help:"Only these formats (pdf, tiff, jpeg, png)."`
	Set    bool     `help:"Lay them out for bench fields: PDFs in pdf/, the fields of all in fields.dev.json."`
	Stack  string   `type:"path" help:"Make one scanned stack instead, this PDF: separator sheets, blank backs, pages upside down, a paper scanned twice, damaged codes, a secret paper. Its register goes beside it."`
	Truth  string   `type:"path" help:"With --stack: file of its truth; beside it when left out."`
	Pages  int      `default:"120" help:"With --stack: pages."`
	Unit   string   `default:"000.00.00.H24" help:"With --stack: unit on the separator sheets."`
	Batch  string   `help:"With --stack: batch on the separator sheets."`
	JSON   bool     `name:"json" help:"One object a line for each paper."`
	List   bool     `help:"List the layouts and stop."`
}

// Help gives examples.
func (*sampleCmd) Help() string {
	return "Example:\n  sohoa sample --count 20 --seed 7 -o samples\n\nBeside each scan NAME stand NAME.txt (what is printed) and NAME.json (fields and boxes).\n"
}

func (c *sampleCmd) Run(e *env) error {
	if c.List {
		for _, l := range sample.Layouts() {
			fmt.Fprintf(e.stdout, "%+v\n", l)
		}
		return nil
	}
	if err := c.check(); err != nil {
		return err
	}
	if c.Stack != "" {
		return c.makeStack(e)
	}
	bar := newBar(e.stderr, c.JSON)
	var formats []sample.Format
	for _, f := range c.Format {
		formats = append(formats, sample.Format(f))
	}
	dir := c.Out
	if c.Set {
		dir, formats = filepath.Join(c.Out, "pdf"), []sample.Format{sample.PDF}
	}
	papers, err := sample.Generate(e.ctx, sample.Options{
		Count: c.Count, Seed: c.Seed, Dir: dir, Layouts: c.Layout, Grades: c.Grade, Formats: formats, Progress: bar.set,
	})
	bar.done()
	if err == nil && c.Set {
		err = sample.WriteFields(c.Out, papers)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		for _, p := range papers {
			if err := enc.Encode(p); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(e.stdout, "%d papers in %s\n", len(papers), filepath.Clean(c.Out))
	return nil
}

// gatewayCmd is the object store's process under up. It reads its order, secrets included, from standard input.
type gatewayCmd struct{}

func (*gatewayCmd) Run(e *env) error {
	signal.Ignore(os.Interrupt) // Ctrl-C reaches the whole group; up ends us in its order
	return gateway.Serve(e.ctx, os.Stdin)
}
