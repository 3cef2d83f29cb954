package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"sohoa/internal/accuracy"
	"sohoa/internal/chance"
	"sohoa/internal/page"
)

type benchConfidenceCmd struct {
	Dirs []string `arg:"" type:"existingdir" help:"Folders with pdf/, gt/*.txt and gt/pages.tsv, or that sohoa sample wrote."`
	GT   string   `name:"gt" type:"existingdir" help:"Folder of more texts for the first, with a pages.tsv of its own."`
	Fit  bool     `help:"Fit the coefficients of internal/chance to these pages and print them; judge them on others."`
	JSON bool     `name:"json" help:"As JSON."`
}

// confidenceReport is what bench confidence prints.
type confidenceReport struct {
	Engine   string               `json:"engine"`
	Settings string               `json:"settings"`
	Pages    int                  `json:"pages"`
	Raw      accuracy.Reliability `json:"raw"`    // the engine's confidence taken for a chance
	Chance   accuracy.Reliability `json:"chance"` // internal/chance
	Fitted   *chance.Model        `json:"fitted,omitempty"`
}

func (c *benchConfidenceCmd) Run(e *env) error {
	var truth []knownPage
	for i, dir := range c.Dirs {
		more := ""
		if i == 0 {
			more = c.GT
		}
		pages, err := knownPages(dir, more)
		if err != nil {
			return err
		}
		truth = append(truth, pages...)
	}
	results := make([]page.Result, len(truth))
	v, err := readKnown(e.ctx, truth, 0, func(_ context.Context, i int, _ knownPage, r page.Result) error {
		results[i] = r
		return nil
	})
	if err != nil {
		return err
	}
	rep := confidenceReport{Engine: v.Engine, Settings: v.Settings, Pages: len(truth)}
	var words chance.Sample
	var raw, said []float64
	for i, t := range truth {
		for _, j := range accuracy.JudgeWords(t.text, results[i].Lines) {
			l := results[i].Lines[j.Line]
			raw, said = append(raw, l.Words[j.Word].Confidence/100), append(said, chance.Of(l, j.Word))
			words.Add(l, j.Word, j.Right)
		}
	}
	rep.Raw, rep.Chance = accuracy.Reliable(raw, words.Right), accuracy.Reliable(said, words.Right)
	if c.Fit {
		m := chance.Fit(words)
		rep.Fitted = &m
	}
	if c.JSON {
		return printPretty(e.stdout, rep)
	}
	rep.print(e)
	return nil
}

func (r confidenceReport) print(e *env) {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, t := range []struct {
		name string
		accuracy.Reliability
	}{{"ENGINE'S CONFIDENCE", r.Raw}, {"CHANCE", r.Chance}} {
		fmt.Fprintf(w, "%s\tWORDS\tMEAN SAID\tRIGHT\n", t.name)
		for _, b := range t.Bins {
			fmt.Fprintf(w, "%.3f–%.3f\t%d\t%.3f\t%.3f\n", b.From, b.To, b.Words, b.Mean, float64(b.Right)/float64(max(b.Words, 1)))
		}
		fmt.Fprintf(w, "all\t%d\terror %.4f\t%.4f, Brier %.4f\n\n", t.Words, t.Error, float64(t.Right)/float64(max(t.Words, 1)), t.Brier)
	}
	_ = w.Flush()
	if r.Fitted != nil {
		var b strings.Builder
		for i, v := range r.Fitted {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strconv.FormatFloat(v, 'f', 3, 64))
		}
		fmt.Fprintf(e.stdout, "fitted: Model{%s}\n", b.String())
	}
	fmt.Fprintf(e.stdout, "%d pages, %s, settings %s\n", r.Pages, r.Engine, r.Settings)
}
