package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/pdfa/layered"
	"sohoa/internal/retrieve"
)

type digitiseCmd struct {
	In      string `arg:"" help:"Scan: PDF, TIFF, JPEG, PNG or WebP." type:"existingfile"`
	Out     string `short:"o" required:"" help:"Where the PDF/A goes." type:"path"`
	Profile string `enum:"full,access" default:"full" help:"full keeps every pixel; access is small, for viewing and sending: sharp letters, coarse paper."`
	Text    string `help:"Also write the text: UTF-8, one line a line, pages parted by form feed." type:"path"`
	HOCR    string `name:"hocr" help:"Also write the words with their boxes as hOCR." type:"path"`
	JSON    bool   `name:"json" help:"Print what was found as JSON."`
	Jobs    int    `short:"j" help:"Pages recognised at once." default:"0"`
	Quiet   bool   `short:"q" help:"No progress."`

	Pages       string        `help:"Only the text of these pages, such as 1-3,7,10-; the others are kept as pictures."`
	Redo        bool          `help:"Recognise every page, also those that carry real text; else that text is kept."`
	Resume      bool          `help:"Keep each page's result beside the output (OUT.pages) until it is done; after a kill, the same command goes on from there."`
	PageTimeout time.Duration `help:"What does not read within this time is kept as a picture." default:"2m"`
}

// Help gives examples.
func (*digitiseCmd) Help() string {
	return "Examples:\n  sohoa digitise scan.pdf -o archive.pdf\n  sohoa digitise scan.tif -o archive.pdf --text archive.txt --json\n  sohoa digitise scan.pdf -o small.pdf --profile access\n  sohoa digitise report.pdf -o report-a.pdf --redo --pages 2-5\n"
}

func (c *digitiseCmd) Run(e *env) (err error) {
	if c.Jobs <= 0 {
		c.Jobs = runtime.NumCPU()
	}
	opts := digitise.FileOptions{Name: filepath.Base(c.In), Jobs: c.Jobs, Redo: c.Redo}
	if c.Pages != "" {
		set, err := digitise.ParsePageSet(c.Pages)
		if err != nil {
			return usageError{fmt.Errorf("--pages: %w", err)}
		}
		opts.Only = set.Has
	}
	if c.Resume {
		opts.Keep = c.Out + ".pages"
	}
	deps, closeAll, err := fileDeps(c.Jobs, c.PageTimeout)
	if err != nil {
		return err
	}
	defer closeAll()
	if c.Profile == "access" {
		deps.Writer = layered.Writer{Inner: deps.Writer}
	}
	// Written beside the target and moved there whole: a half-written PDF/A never has the name.
	tmp, err := os.CreateTemp(filepath.Dir(c.Out), ".sohoa-*.pdf")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	bar := newBar(e.stderr, c.Quiet || c.JSON)
	deps.Progress = bar.set
	rep, err := digitise.File(e.ctx, deps, c.In, tmp, opts)
	bar.done()
	if err != nil {
		if errors.Is(err, digitise.ErrIsZip) {
			err = fault.New(fault.FileUnsupported, "a zip holds several files; unpack it, or send it with sohoa ingest")
		}
		if c.JSON && fault.VerdictOf(err) == fault.Rejected {
			_ = json.NewEncoder(e.stdout).Encode(map[string]any{"verdict": "rejected", "code": fault.CodeOf(err), "detail": fault.DetailOf(err)})
		}
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), c.Out); err != nil {
		return err
	}
	if err := c.writeBeside(rep.Results); err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Verdict string `json:"verdict"`
			digitise.FileReport
		}{"accepted", rep})
	}
	for _, s := range rep.Signatures {
		fmt.Fprintln(e.stderr, "sohoa: signature:", describeSignature(s))
	}
	for _, w := range rep.Warnings {
		fmt.Fprintln(e.stderr, "sohoa: note:", w)
	}
	fmt.Fprintf(e.stdout, "%s: %d pages, %s (%s)\n", c.Out, len(rep.Pages), rep.Conformance, rep.CheckedBy)
	return nil
}

// describeSignature says in one line who signed, and what of it can be relied on.
func describeSignature(s archive.Signature) string {
	who := s.Signer
	if who == "" {
		who = "unknown signer"
	}
	if !s.SignedAt.IsZero() {
		who += s.SignedAt.In(vietnam()).Format(", 02/01/2006 15:04")
	}
	covers := "covers the whole file, "
	switch {
	case s.Integrity == archive.Unreadable:
		covers = ""
	case !s.Whole:
		covers = fmt.Sprintf("covers the first %d bytes and the file was added to since, ", s.Covered)
	}
	line := fmt.Sprintf("%s: %s, %s%s", oneLine(who), s.Integrity, covers, s.Trust)
	if s.Detail != "" {
		line += " (" + s.Detail + ")"
	}
	return line
}

func (c *digitiseCmd) writeBeside(results []page.Result) error {
	if c.Text != "" {
		if err := os.WriteFile(c.Text, []byte(retrieve.Text(results)), 0o644); err != nil {
			return err
		}
	}
	if c.HOCR == "" {
		return nil
	}
	f, err := os.Create(c.HOCR)
	if err != nil {
		return err
	}
	return errors.Join(page.WriteHOCR(f, results), f.Close())
}
