package main

import (
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"sohoa/internal/ocrpool"
	"sohoa/internal/reader"
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

// newEngine starts engines for recognition; a page may take deadline, 0 for the usual one.
func newEngine(workers int, deadline time.Duration, logger *slog.Logger) (*ocrpool.Pool, error) {
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	return ocrpool.New(ocrpool.Deps{Program: engineProgram(), Tessdata: os.Getenv("SOHOA_TESSDATA"), Workers: workers, PageDeadline: deadline, Logger: logger})
}

func newReader(cacheDir string, logger *slog.Logger) *reader.Reader {
	return reader.New(reader.Deps{CacheDir: cacheDir, Log: logger})
}

func now() time.Time { return time.Now() }
