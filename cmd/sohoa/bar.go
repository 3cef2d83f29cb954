package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// bar is a progress bar on a terminal, and silence elsewhere.
type bar struct {
	mu    sync.Mutex
	w     io.Writer
	off   bool
	start time.Time
	last  time.Time
}

func newBar(w io.Writer, off bool) *bar {
	f, ok := w.(*os.File)
	return &bar{w: w, off: off || !ok || !term.IsTerminal(int(f.Fd())), start: time.Now()}
}

func (b *bar) set(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.off || (time.Since(b.last) < 100*time.Millisecond && done < total) {
		return
	}
	b.last = time.Now()
	const width = 30
	full := width * done / max(total, 1)
	rate := float64(done) / max(time.Since(b.start).Seconds(), 0.001)
	left := "…"
	if rate > 0 {
		left = time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second).String()
	}
	fmt.Fprintf(b.w, "\r\x1b[K%s%s %d/%d pages, %.1f a second, %s left", strings.Repeat("█", full), strings.Repeat("░", width-full), done, total, rate, left)
}

func (b *bar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.off && !b.last.IsZero() {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

// quietUnlessDebug drops the log of a one-shot command unless SOHOA_DEBUG asks for it.
func quietUnlessDebug(l *slog.Logger) *slog.Logger {
	if os.Getenv("SOHOA_DEBUG") != "" {
		return l
	}
	return slog.New(slog.DiscardHandler)
}

// fileBar is the bar of an ingest: files, bytes, rate, time left.
type fileBar struct {
	bar
	total, done int
	bytes       int64
}

func newFileBar(w io.Writer, off bool, total int) *fileBar {
	return &fileBar{bar: bar{w: w, off: newBar(w, off).off, start: time.Now()}, total: total}
}

func (b *fileBar) add(bytes int64) {
	b.done++
	b.bytes += bytes
	if b.off {
		return
	}
	const width = 30
	full := width * b.done / max(b.total, 1)
	sec := max(time.Since(b.start).Seconds(), 0.001)
	left := time.Duration(float64(b.total-b.done) * sec / float64(b.done) * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(b.w, "\r\x1b[K%s%s %d/%d files, %.1f MiB, %.1f MiB/s, %s left", strings.Repeat("█", full), strings.Repeat("░", width-full),
		b.done, b.total, float64(b.bytes)/(1<<20), float64(b.bytes)/(1<<20)/sec, left)
}

func (b *fileBar) clear() {
	if !b.off {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}
