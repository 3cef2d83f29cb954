package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/intake"
	"sohoa/internal/ocrpool"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/reader"
	"sohoa/internal/zipread"
)

// newLogger writes JSON lines.
func newLogger(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// engineProgram finds sohoa-ocr: named, beside this program, or in the path.
func engineProgram() string {
	if p := os.Getenv("SOHOA_OCR"); p != "" {
		return p
	}
	if self, err := os.Executable(); err == nil {
		if p := filepath.Join(filepath.Dir(self), "sohoa-ocr"); isFile(p) {
			return p
		}
	}
	if p, err := exec.LookPath("sohoa-ocr"); err == nil {
		return p
	}
	return "sohoa-ocr"
}

func isFile(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.Mode().IsRegular()
}

func newEngine(workers int, logger *slog.Logger) (*ocrpool.Pool, error) {
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	return ocrpool.New(ocrpool.Deps{Program: engineProgram(), Tessdata: os.Getenv("SOHOA_TESSDATA"), Workers: workers, Logger: logger})
}

func newReader(cacheDir string, logger *slog.Logger) *reader.Reader {
	return reader.New(reader.Deps{CacheDir: cacheDir, Log: logger})
}

// describer gives describe's functions the shape of the port.
type describer struct{}

func (describer) Fields(results []page.Result, name string) []archive.Field {
	return describe.Fields(results, describe.Hints{Name: name})
}

func (describer) Title(fields []archive.Field, name string) string {
	if t := describe.Title(fields); t != "" {
		return t
	}
	return name
}

// checker judges renditions by the writer's own check.
type checker struct{}

func (checker) Check(ctx context.Context, path string) (string, string, error) {
	r, err := pdfa.Check(ctx, path)
	return r.Conformance, r.Check, err
}

// zips walks zips within the default limits.
type zips struct{}

func (zips) Walk(ctx context.Context, path string, each func(string, func() (digitise.ReadCloser, error)) error) error {
	return zipread.Walk(ctx, path, zipread.Limits{}, func(e zipread.Entry) error {
		return each(e.Name, func() (digitise.ReadCloser, error) { return e.Open() })
	})
}

// entries takes what is in a zip into custody, as if it had been sent by itself.
type entries struct{ in *intake.Service }

func (e entries) AcceptEntry(ctx context.Context, parent archive.Accession, name string, src digitise.ReadCloser) error {
	_, err := e.in.Accept(ctx, intake.Request{
		Name: name, Unit: parent.Unit, Dossier: parent.Dossier, Batch: parent.BatchName, Access: parent.Access, Queue: archive.Queue(parent.Queue),
		Actor: parent.ReceivedBy, Parent: parent.ID,
	}, src)
	return err
}

func now() time.Time { return time.Now() }
