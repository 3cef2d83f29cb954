package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"sohoa/internal/accuracy"
	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/pdfa"
)

type benchCmd struct {
	Accuracy benchAccuracyCmd `cmd:"" help:"Character and word error rates on pages whose text is known."`
	Fields   benchFieldsCmd   `cmd:"" help:"Fields found, on papers whose fields are known."`
}

type benchAccuracyCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder with pdf/, gt/*.txt and gt/pages.tsv."`
	Peer bool   `help:"Read the same pages with plain tesseract as well (pdftoppm -hide-annotations at 300 dpi, -l vie)."`
	JSON bool   `name:"json" help:"As JSON."`
}

// accuracyReport is what bench accuracy prints.
type accuracyReport struct {
	Engine      string            `json:"engine"`
	Settings    string            `json:"settings"`
	Summary     accuracy.Summary  `json:"summary"`
	Pages       []accuracy.Page   `json:"pages"`
	Peer        *accuracy.Summary `json:"peer,omitempty"`
	PeerPages   []accuracy.Page   `json:"peer_pages,omitempty"`
	RatioToPeer float64           `json:"ratio_to_peer,omitempty"`
}

// breakdown is the rate from which plain tesseract is said to have broken down on a page; such pages are left out of the pool.
const breakdown = 0.3

func (c *benchAccuracyCmd) Run(e *env) error {
	d, closeAll, err := fileDeps(runtime.NumCPU())
	if err != nil {
		return err
	}
	defer closeAll()
	rows, err := readTSV(filepath.Join(c.Dir, "gt", "pages.tsv"))
	if err != nil {
		return err
	}
	v := d.Engine.Version()
	rep := accuracyReport{Engine: v.Engine, Settings: v.Settings}
	var ours, peers []accuracy.Page
	for _, row := range rows {
		n, err := strconv.Atoi(row["page"])
		if err != nil {
			return fmt.Errorf("pages.tsv: page %q", row["page"])
		}
		truth, err := os.ReadFile(filepath.Join(c.Dir, "gt", filepath.Base(row["gt"])))
		if err != nil {
			return err
		}
		in := filepath.Join(c.Dir, "pdf", filepath.Base(row["file"]))
		r, err := digitise.PageOf(e.ctx, d, in, n)
		if err != nil {
			return fmt.Errorf("%s page %d: %w", row["file"], n, err)
		}
		p := accuracy.Compare(row["gt"], string(truth), r.Text())
		rep.Pages = append(rep.Pages, p)
		if !c.Peer {
			ours = append(ours, p)
			continue
		}
		text, err := plainTesseract(e.ctx, in, n)
		if err != nil {
			return err
		}
		q := accuracy.Compare(row["gt"], string(truth), text)
		rep.PeerPages = append(rep.PeerPages, q)
		if float64(q.CharEdits) <= breakdown*float64(q.Chars) {
			ours, peers = append(ours, p), append(peers, q)
		}
	}
	rep.Summary = accuracy.Summarise(ours)
	if c.Peer {
		s := accuracy.Summarise(peers)
		rep.Peer = &s
		if s.CER > 0 {
			rep.RatioToPeer = rep.Summary.CER / s.CER
		}
	}
	if c.JSON {
		return printPretty(e.stdout, rep)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PAGE\tCHARS\tCER\tWER\tPLAIN TESSERACT")
	for i, p := range rep.Pages {
		peer := ""
		if c.Peer {
			peer = fmt.Sprintf("%.4f", float64(rep.PeerPages[i].CharEdits)/float64(max(p.Chars, 1)))
		}
		fmt.Fprintf(w, "%s\t%d\t%.4f\t%.4f\t%s\n", p.Name, p.Chars, float64(p.CharEdits)/float64(max(p.Chars, 1)), float64(p.WordEdits)/float64(max(p.Words, 1)), peer)
	}
	_ = w.Flush()
	fmt.Fprintf(e.stdout, "pooled CER %.4f (95%% %.4f–%.4f), macro %.4f, WER %.4f, without diacritics %.4f; %s, settings %s\n",
		rep.Summary.CER, rep.Summary.Interval[0], rep.Summary.Interval[1], rep.Summary.MacroCER, rep.Summary.WER, rep.Summary.PlainCER, rep.Engine, rep.Settings)
	if rep.Peer != nil {
		fmt.Fprintf(e.stdout, "plain tesseract %.4f; ratio %.2f\n", rep.Peer.CER, rep.RatioToPeer)
	}
	return nil
}

func plainTesseract(ctx context.Context, pdf string, n int) (string, error) {
	dir, err := os.MkdirTemp("", "sohoa-bench-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	page := strconv.Itoa(n)
	draw := exec.CommandContext(ctx, "pdftoppm", "-hide-annotations", "-gray", "-r", "300", "-f", page, "-l", page, "-singlefile", pdf, filepath.Join(dir, "p"))
	if out, err := draw.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pdftoppm (Debian: poppler-utils): %w: %s", err, out)
	}
	read := exec.CommandContext(ctx, "tesseract", filepath.Join(dir, "p.pgm"), "-", "-l", "vie", "--dpi", "300")
	read.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	var text bytes.Buffer
	read.Stdout = &text
	if err := read.Run(); err != nil {
		return "", fmt.Errorf("tesseract: %w", err)
	}
	return text.String(), nil
}

func readTSV(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: %d lines, %w", filepath.Base(path), len(rows), err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			if i < len(rows[0]) {
				m[rows[0][i]] = v
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// fileDeps opens the real parts that work on single files.
func fileDeps(jobs int) (digitise.FileDeps, func(), error) {
	logger := quietUnlessDebug(newLogger(os.Stderr, false))
	engine, err := newEngine(jobs, logger)
	if err != nil {
		return digitise.FileDeps{}, nil, err
	}
	rd := newReader("", logger)
	return digitise.FileDeps{Reader: rd, Engine: engine, Writer: pdfa.Writer{}, Checker: pdfa.Checker{}, Describer: describe.Describer{}}, func() {
		_ = engine.Close()
		_ = rd.Close()
	}, nil
}

type benchFieldsCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder with pdf/ and fields.dev.json."`
	JSON bool   `name:"json" help:"As JSON."`
}

func (c *benchFieldsCmd) Run(e *env) error {
	d, closeAll, err := fileDeps(runtime.NumCPU())
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
