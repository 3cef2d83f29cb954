package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/accuracy"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/sample"
)

type benchAccuracyCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder with pdf/, gt/*.txt and gt/pages.tsv, or one that sohoa sample wrote (then by grade)."`
	GT   string `name:"gt" type:"existingdir" help:"Folder of more texts, with a pages.tsv of its own."`
	Turn int    `enum:"0,90,180,270" default:"0" help:"Read every page as if it had been scanned turned clockwise by so many degrees."`
	Peer bool   `help:"Read the same pages with plain tesseract as well (pdftoppm -hide-annotations at 300 dpi, -l vie); for PDFs."`
	JSON bool   `name:"json" help:"As JSON."`
}

// accuracyReport is what bench accuracy prints.
type accuracyReport struct {
	Engine   string         `json:"engine"`
	Settings string         `json:"settings"`
	Pages    []comparedPage `json:"pages"`
	Groups   []groupReport  `json:"groups"` // all pages, and then those of each grade where the pages are samples
}

// comparedPage is one page read, beside its truth and its reading by plain tesseract.
type comparedPage struct {
	accuracy.Page
	Group string         `json:"group,omitempty"`
	Peer  *accuracy.Page `json:"peer,omitempty"`
}

// groupReport pools pages. Pages on which plain tesseract broke down are left out of both sides.
type groupReport struct {
	Group   string            `json:"group"`
	Ours    accuracy.Summary  `json:"ours"`
	Peer    *accuracy.Summary `json:"peer,omitempty"`
	Ratio   float64           `json:"ratio,omitempty"` // of our CER to plain tesseract's
	Worse   []string          `json:"worse,omitempty"` // pages with over 10% more errors than plain tesseract, and over 3
	LeftOut int               `json:"left_out,omitempty"`
}

// breakdown is the rate from which plain tesseract is said to have broken down on a page.
const breakdown = 0.3

func (c *benchAccuracyCmd) Run(e *env) error {
	truth, err := knownPages(c.Dir, c.GT)
	if err != nil {
		return err
	}
	rep := accuracyReport{Pages: make([]comparedPage, len(truth))}
	v, err := readKnown(e.ctx, truth, page.Turn(c.Turn), func(ctx context.Context, i int, t knownPage, r page.Result) error {
		p := comparedPage{Page: accuracy.Compare(t.name, t.text, r.Text()), Group: t.group}
		if c.Peer {
			text, err := plainTesseract(ctx, t.file, t.page)
			if err != nil {
				return err
			}
			q := accuracy.Compare(t.name, t.text, text)
			p.Peer = &q
		}
		rep.Pages[i] = p
		return nil
	})
	if err != nil {
		return err
	}
	rep.Engine, rep.Settings = v.Engine, v.Settings
	rep.Groups = groupPages(rep.Pages)
	if c.JSON {
		return printPretty(e.stdout, rep)
	}
	rep.print(e)
	return nil
}

// groupPages pools all pages, and the pages of each group where there are groups.
func groupPages(pages []comparedPage) []groupReport {
	groups := []groupReport{poolPages("all", pages)}
	byName := map[string][]comparedPage{}
	for _, p := range pages {
		if p.Group != "" {
			byName[p.Group] = append(byName[p.Group], p)
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		groups = append(groups, poolPages(name, byName[name]))
	}
	return groups
}

func poolPages(name string, pages []comparedPage) groupReport {
	g := groupReport{Group: name}
	var ours, peers []accuracy.Page
	for _, p := range pages {
		if p.Peer == nil {
			ours = append(ours, p.Page)
			continue
		}
		if float64(p.Peer.CharEdits) > breakdown*float64(p.Peer.Chars) {
			g.LeftOut++
			continue
		}
		ours, peers = append(ours, p.Page), append(peers, *p.Peer)
		if more := p.CharEdits - p.Peer.CharEdits; more > 3 && more*10 > p.Peer.CharEdits {
			g.Worse = append(g.Worse, p.Name)
		}
	}
	g.Ours = accuracy.Summarise(ours)
	if len(peers) > 0 {
		s := accuracy.Summarise(peers)
		g.Peer = &s
		if s.CER > 0 {
			g.Ratio = g.Ours.CER / s.CER
		}
	}
	return g
}

func (r accuracyReport) print(e *env) {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PAGE\tCHARS\tCER\tWER\tPLAIN TESSERACT")
	for _, p := range r.Pages {
		peer := ""
		if p.Peer != nil {
			peer = fmt.Sprintf("%.4f", float64(p.Peer.CharEdits)/float64(max(p.Chars, 1)))
		}
		fmt.Fprintf(w, "%s\t%d\t%.4f\t%.4f\t%s\n", p.Name, p.Chars, float64(p.CharEdits)/float64(max(p.Chars, 1)), float64(p.WordEdits)/float64(max(p.Words, 1)), peer)
	}
	fmt.Fprintln(w, "\nGROUP\tPAGES\tCER (95%)\tMACRO\tWER\tNO DIACRITICS\tPLAIN TESSERACT\tRATIO\tLEFT OUT\tWORSE")
	for _, g := range r.Groups {
		peer, ratio := "", ""
		if g.Peer != nil {
			peer, ratio = fmt.Sprintf("%.4f", g.Peer.CER), fmt.Sprintf("%.2f", g.Ratio)
		}
		fmt.Fprintf(w, "%s\t%d\t%.4f (%.4f–%.4f)\t%.4f\t%.4f\t%.4f\t%s\t%s\t%d\t%s\n", g.Group, g.Ours.Pages, g.Ours.CER, g.Ours.Interval[0], g.Ours.Interval[1],
			g.Ours.MacroCER, g.Ours.WER, g.Ours.PlainCER, peer, ratio, g.LeftOut, strings.Join(g.Worse, " "))
	}
	_ = w.Flush()
	fmt.Fprintf(e.stdout, "%s, settings %s\n", r.Engine, r.Settings)
}

// knownPage is a page whose text is known.
type knownPage struct {
	name, file string
	page       int
	text       string
	group      string
}

// readKnown reads pages, as many at once as there are cores, and hands each result to f, which may run at the same time as itself.
func readKnown(ctx context.Context, pages []knownPage, turn page.Turn, f func(ctx context.Context, i int, t knownPage, r page.Result) error) (digitise.EngineVersion, error) {
	d, closeAll, err := fileDeps(runtime.NumCPU(), 0)
	if err != nil {
		return digitise.EngineVersion{}, err
	}
	defer closeAll()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, t := range pages {
		group.Go(func() error {
			r, err := digitise.PageOf(ctx, d, t.file, t.page, turn)
			if err != nil {
				return fmt.Errorf("%s page %d: %w", t.file, t.page, err)
			}
			return f(ctx, i, t, r)
		})
	}
	return d.Engine.Version(), group.Wait()
}

// knownPages lists the pages in dir whose text is known; more is a folder of further texts, or empty.
func knownPages(dir, more string) ([]knownPage, error) {
	var all []knownPage
	gt := filepath.Join(dir, "gt")
	if _, err := os.Stat(gt); err != nil {
		return samplePages(dir)
	}
	for _, texts := range []string{gt, more} {
		if texts == "" {
			continue
		}
		pages, err := accuracy.ReadTranscriptions(texts)
		if err != nil {
			return nil, err
		}
		for _, p := range pages {
			all = append(all, knownPage{name: p.Name, file: filepath.Join(dir, "pdf", p.File), page: p.Page, text: p.Text})
		}
	}
	return all, nil
}

// samplePages reads the truth that sohoa sample wrote beside its papers. Blank pages are left out: their rate would be of nothing.
func samplePages(dir string) ([]knownPage, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%s has neither gt/pages.tsv nor samples with their truth", dir)
	}
	var pages []knownPage
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var t sample.Truth
		if err := json.Unmarshal(body, &t); err != nil || t.File == "" {
			continue
		}
		for _, p := range t.Pages {
			if len(p.Lines) == 0 {
				continue
			}
			pages = append(pages, knownPage{
				name: fmt.Sprintf("%s p%d", t.File, p.Number), file: filepath.Join(dir, filepath.Base(t.File)), page: p.Number,
				text: p.Text(), group: fmt.Sprintf("grade %d", t.Grade),
			})
		}
	}
	return pages, nil
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
