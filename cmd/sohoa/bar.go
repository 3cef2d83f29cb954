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

// fileBar is the bar of an ingest: files, bytes, rate of what is really sent, time left. It is safe for concurrent use.
type fileBar struct {
	bar
	files, filesDone    int
	bytes, behind, sent int64 // of all files; sent, known to the server, or given up; sent over the line, some of it perhaps twice
}

func newFileBar(w io.Writer, off bool, files int, bytes int64) *fileBar {
	return &fileBar{bar: bar{w: w, off: newBar(w, off).off, start: time.Now()}, files: files, bytes: bytes}
}

// fileTrack is one file's part of a fileBar.
type fileTrack struct {
	b      *fileBar
	behind int64
}

func (b *fileBar) track() *fileTrack { return &fileTrack{b: b} }

// progress is told of by client.Upload.
func (t *fileTrack) progress(behind, sent int64) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	t.move(behind)
	t.b.sent += sent
	t.b.draw(false)
}

func (t *fileTrack) move(behind int64) {
	t.b.behind += behind - t.behind
	t.behind = behind
}

// done is for when nothing more of the file, which has size bytes, will be sent.
func (t *fileTrack) done(size int64) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	t.move(size)
	t.b.filesDone++
	t.b.draw(true)
}

func (b *fileBar) draw(now bool) {
	if b.off || (!now && time.Since(b.last) < 100*time.Millisecond) {
		return
	}
	b.last = time.Now()
	fmt.Fprint(b.w, "\r\x1b[K", b.line(b.last.Sub(b.start)))
}

// line is what the bar shows after the time elapsed.
func (b *fileBar) line(elapsed time.Duration) string {
	const width, mib = 30, 1 << 20
	full := int(width * min(b.behind, b.bytes) / max(b.bytes, 1))
	rate := float64(b.sent) / max(elapsed.Seconds(), 0.001)
	left := "…"
	if rate > 0 {
		left = time.Duration(float64(max(b.bytes-b.behind, 0)) / rate * float64(time.Second)).Round(time.Second).String()
	}
	return fmt.Sprintf("%s%s %d/%d files, %.1f of %.1f MiB, %.1f MiB/s, %s left", strings.Repeat("█", full), strings.Repeat("░", width-full),
		b.filesDone, b.files, float64(b.behind)/mib, float64(b.bytes)/mib, rate/mib, left)
}

func (b *fileBar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.off {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}
