package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

type benchFieldsCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder with pdf/ and fields.dev.json."`
	Keep string `placeholder:"DIR" help:"Keep what was read in this folder, and take it from there the next time: rules can be tried again without reading. Only for one version of the engine."`
	JSON bool   `name:"json" help:"As JSON."`
}

func (c *benchFieldsCmd) Run(e *env) error {
	d, closeAll, err := fileDeps(runtime.NumCPU(), 0)
	if err != nil {
		return err
	}
	defer closeAll()
	f, err := os.Open(filepath.Join(c.Dir, "fields.dev.json"))
	if err != nil {
		return err
	}
	defer f.Close()
	truth, err := describe.ReadTruth(f)
	if err != nil {
		return err
	}
	read := map[string][]archive.Field{}
	bar := newBar(e.stderr, c.JSON)
	for i, t := range truth {
		results, err := c.results(e, d, filepath.Base(t.File))
		if err != nil {
			return fmt.Errorf("%s: %w", t.File, err)
		}
		read[t.File] = d.Describer.Fields(results, t.File)
		bar.set(i+1, len(truth))
	}
	bar.done()
	scores := describe.Score(truth, read)
	if c.JSON {
		return printPretty(e.stdout, scores)
	}
	fmt.Fprintln(e.stdout, strings.TrimRight(scores.String(), "\n"))
	return nil
}

// results reads the pages of a paper, or takes what was kept of them.
func (c *benchFieldsCmd) results(e *env, d digitise.FileDeps, name string) ([]page.Result, error) {
	kept := filepath.Join(c.Keep, name+".json")
	if c.Keep != "" {
		if b, err := os.ReadFile(kept); err == nil {
			var results []page.Result
			return results, json.Unmarshal(b, &results)
		}
	}
	results, err := digitise.Results(e.ctx, d, filepath.Join(c.Dir, "pdf", name), runtime.NumCPU())
	if err != nil || c.Keep == "" {
		return results, err
	}
	b, err := json.Marshal(results)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Keep, 0o750); err != nil {
		return nil, err
	}
	return results, os.WriteFile(kept, b, 0o600)
}
