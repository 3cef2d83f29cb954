package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
)

type benchFieldsCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder with pdf/ and fields.dev.json."`
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
		results, err := digitise.Results(e.ctx, d, filepath.Join(c.Dir, "pdf", filepath.Base(t.File)), runtime.NumCPU())
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
