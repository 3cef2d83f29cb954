package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sohoa/internal/sample"
	"sohoa/internal/sample/printed"
)

// makeStack makes one scanned stack with its truth and the register it belongs to.
func (c *sampleCmd) makeStack(e *env) error {
	r, err := newReader(os.Getenv("SOHOA_CACHE"), quietUnlessDebug(newLogger(e.stderr, true)))
	if err != nil {
		return err
	}
	defer r.Close()
	s, err := sample.GenerateStack(e.ctx, sample.StackOptions{Pages: c.Pages, Seed: c.Seed, Unit: c.Unit, Batch: c.Batch, Grades: c.Grade, Print: printed.New(r).Print})
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(c.Stack, filepath.Ext(c.Stack))
	truth := c.Truth
	if truth == "" {
		truth = base + ".json"
	}
	if err := sample.WriteStack(s, c.Stack, truth, base+"-register"); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d pages, %d papers in %s; truth in %s; its register in %s\n", s.Truth.Pages, len(s.Truth.Papers), c.Stack, truth, base+"-register")
	return nil
}

// check says what is missing.
func (c *sampleCmd) check() error {
	if c.Out == "" && c.Stack == "" && !c.List {
		return usageError{errors.New("where to? name a folder with -o, or a file with --stack")}
	}
	return nil
}
