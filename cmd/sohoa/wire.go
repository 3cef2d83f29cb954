package main

import (
	"crypto/x509"
	"fmt"
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

func newReader(cacheDir string, logger *slog.Logger) (*reader.Reader, error) {
	roots, err := trustedRoots(os.Getenv("SOHOA_TRUST_DIR"))
	if err != nil {
		return nil, err
	}
	return reader.New(reader.Deps{CacheDir: cacheDir, Roots: roots, Log: logger}), nil
}

// trustedRoots reads the certificates (PEM) of the authorities whose digital signatures are trusted from the files of a folder; nil for none.
func trustedRoots(dir string) (*x509.CertPool, error) {
	if dir == "" {
		return nil, nil //nolint:nilnil // no pool is a pool that trusts nobody
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("SOHOA_TRUST_DIR: %w", err)
	}
	pool := x509.NewCertPool()
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("SOHOA_TRUST_DIR: %w", err)
		}
		if !pool.AppendCertsFromPEM(body) {
			return nil, fmt.Errorf("SOHOA_TRUST_DIR: %s holds no certificate in PEM", f.Name())
		}
	}
	return pool, nil
}

func now() time.Time { return time.Now() }
