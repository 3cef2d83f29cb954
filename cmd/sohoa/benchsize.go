package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/pdfa/layered"
	"sohoa/internal/sample"
)

type benchSizeCmd struct {
	Dir  string `arg:"" type:"existingdir" help:"Folder of scans, with pdf/ or without, or one that sohoa sample wrote (then by grade and colour)."`
	Keep string `type:"path" help:"Keep the files here: NAME.full.pdf, NAME.access.pdf."`
	JSON bool   `name:"json" help:"As JSON."`
}

// sizedFile is one file with its renditions. Sizes are in bytes.
type sizedFile struct {
	File          string   `json:"file"`
	Groups        []string `json:"groups"`
	Pages         int      `json:"pages"`
	Master        int64    `json:"master"`
	Full          int64    `json:"full"`
	Access        int64    `json:"access"`
	FullSeconds   float64  `json:"full_seconds"` // to write it again from what was read
	AccessSeconds float64  `json:"access_seconds"`
}

func (c *benchSizeCmd) Run(e *env) error {
	d, closeAll, err := fileDeps(runtime.NumCPU(), 0)
	if err != nil {
		return err
	}
	defer closeAll()
	dir := c.Dir
	if st, err := os.Stat(filepath.Join(dir, "pdf")); err == nil && st.IsDir() {
		dir = filepath.Join(dir, "pdf")
	}
	work := c.Keep
	if work == "" {
		if work, err = os.MkdirTemp("", "sohoa-bench-*"); err != nil {
			return err
		}
		defer os.RemoveAll(work)
	} else if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	bar := newBar(e.stderr, c.JSON)
	var files []sizedFile
	for i, entry := range entries {
		switch strings.ToLower(filepath.Ext(entry.Name())) {
		case ".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".webp":
			f, err := sizesOf(e, d, filepath.Join(dir, entry.Name()), work)
			if err != nil {
				return fmt.Errorf("%s: %w", entry.Name(), err)
			}
			files = append(files, f)
		}
		bar.set(i+1, len(entries))
	}
	bar.done()
	if c.JSON {
		return printPretty(e.stdout, files)
	}
	printSizes(e, files)
	return nil
}

// sizesOf digitises one file and writes both renditions of it into dir.
func sizesOf(e *env, d digitise.FileDeps, in, dir string) (sizedFile, error) {
	name := filepath.Base(in)
	s := sizedFile{File: name, Groups: append([]string{"all"}, sampleGroups(in)...)}
	st, err := os.Stat(in)
	if err != nil {
		return s, err
	}
	s.Master = st.Size()
	access := d
	access.Writer = layered.Writer{Inner: d.Writer}
	var rep digitise.FileReport
	for _, w := range []struct {
		kind    string
		size    *int64
		seconds *float64
		write   func(out *os.File) (digitise.FileReport, error)
	}{
		{"full", &s.Full, nil, func(out *os.File) (digitise.FileReport, error) {
			return digitise.File(e.ctx, d, in, out, digitise.FileOptions{Name: name, Jobs: runtime.NumCPU()})
		}},
		{"again", nil, &s.FullSeconds, func(out *os.File) (digitise.FileReport, error) { return digitise.FileAgain(e.ctx, d, in, out, rep) }},
		{"access", &s.Access, &s.AccessSeconds, func(out *os.File) (digitise.FileReport, error) {
			return digitise.FileAgain(e.ctx, access, in, out, rep)
		}},
	} {
		path := filepath.Join(dir, name+"."+w.kind+".pdf")
		out, err := os.Create(path)
		if err != nil {
			return s, err
		}
		from := time.Now()
		got, err := w.write(out)
		if err := errors.Join(err, out.Close()); err != nil {
			return s, err
		}
		if w.size != nil {
			*w.size = got.SizeBytes
		}
		if w.seconds != nil {
			*w.seconds = time.Since(from).Seconds()
		}
		if w.kind == "again" {
			if got.Rendition != rep.Rendition {
				return s, fmt.Errorf("written again it has digest %s, at first %s", got.Rendition, rep.Rendition)
			}
			if err := os.Remove(path); err != nil {
				return s, err
			}
		}
		rep = got
	}
	s.Pages = len(rep.Pages)
	return s, nil
}

// sampleGroups tells grade and colour of a sample; none for other papers.
func sampleGroups(path string) []string {
	body, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".json")
	if err != nil {
		return nil
	}
	var t sample.Truth
	if json.Unmarshal(body, &t) != nil || t.Grade == 0 {
		return nil
	}
	return []string{fmt.Sprint("grade ", t.Grade), fmt.Sprintf("%s, %d dpi", t.Colour, t.DPI)}
}

func printSizes(e *env, files []sizedFile) {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| papers\t| pages\t| master, bytes a page\t| full\t| access copy\t| full ÷ master\t| access ÷ master\t| seconds a page, full again\t| access\t|")
	fmt.Fprintln(w, "| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t|")
	row := func(name string, s sizedFile) {
		n := int64(max(s.Pages, 1))
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %d\t| %d\t| %.3f\t| %.3f\t| %.2f\t| %.2f\t|\n", name, s.Pages, s.Master/n, s.Full/n, s.Access/n,
			float64(s.Full)/float64(s.Master), float64(s.Access)/float64(s.Master), s.FullSeconds/float64(n), s.AccessSeconds/float64(n))
	}
	sums := map[string]*sizedFile{}
	var groups []string
	for _, f := range files {
		row(f.File, f)
		for _, g := range f.Groups {
			sum := sums[g]
			if sum == nil {
				sum = &sizedFile{}
				sums[g] = sum
				groups = append(groups, g)
			}
			sum.Pages += f.Pages
			sum.Master += f.Master
			sum.Full += f.Full
			sum.Access += f.Access
			sum.FullSeconds += f.FullSeconds
			sum.AccessSeconds += f.AccessSeconds
		}
	}
	slices.Sort(groups)
	for _, g := range groups {
		row("**"+g+"**", *sums[g])
	}
	_ = w.Flush()
}
