package papertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/pdfatest"
	"sohoa/internal/pipetest"

	"sohoa/internal/roottest"
)

// Bounds of one file through the whole program (issue: hostile set).
const (
	hostileSeconds = 60
	hostileBytes   = 1.2 * (1 << 30)
)

// TestHostileFilesCostOnlyThemselves runs the built program on every hostile file: it ends with 0 or 3, in time and within memory, and what
// it accepts is valid PDF/A. The short form takes every fifth file and all bombs and loops.
func TestHostileFilesCostOnlyThemselves(t *testing.T) {
	t.Parallel()
	dir, ok := roottest.Shared(t, "hostile")
	if !ok {
		return
	}
	list, err := os.ReadFile(filepath.Join(dir, "HOSTILE.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	bin := filepath.Join(work, "sohoa")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./cmd/sohoa")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ocr := pipetest.EngineProgram(t)
	long := os.Getenv("SOHOA_TEST_LONG") != ""
	var mu sync.Mutex
	var accepted []string
	worst := struct {
		seconds float64
		bytes   int64
	}{}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for i, line := range strings.Split(string(list), "\n") {
		cols := strings.Split(line, "\t")
		if i == 0 || len(cols) < 3 {
			continue
		}
		if !long && i%5 != 0 && cols[1] != "bomb" && cols[1] != "loop" {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out := filepath.Join(work, strconv.Itoa(i)+".pdf")
			r := runProgram(t.Context(), bin, ocr, filepath.Join(dir, cols[0]), out)
			mu.Lock()
			defer mu.Unlock()
			worst.seconds, worst.bytes = max(worst.seconds, r.took.Seconds()), max(worst.bytes, r.peak)
			switch {
			case r.took > hostileSeconds*time.Second:
				t.Errorf("%s: took %s", cols[0], r.took)
			case float64(r.peak) > hostileBytes:
				t.Errorf("%s: the process tree grew to %d MiB", cols[0], r.peak>>20)
			case r.code == 0:
				accepted = append(accepted, out)
			case r.code != 3:
				t.Errorf("%s: exit %d: %s", cols[0], r.code, r.stderr)
			case r.stderr == "":
				t.Errorf("%s: rejected without a word", cols[0])
			}
		})
	}
	wg.Wait()
	t.Logf("%d files accepted; longest %.1f s, largest tree %d MiB", len(accepted), worst.seconds, worst.bytes>>20)
	if len(accepted) > 0 {
		pdfatest.Validate(t, accepted...)
	}
}

type outcome struct {
	code   int
	took   time.Duration
	peak   int64 // bytes resident in the whole tree
	stderr string
}

func runProgram(ctx context.Context, bin, ocr, in, out string) outcome {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "digitise", in, "-o", out, "-q")
	cmd.Env = append(os.Environ(), "SOHOA_OCR="+ocr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return outcome{code: -1, stderr: err.Error()}
	}
	done := make(chan struct{})
	var peak int64
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			peak = max(peak, treeBytes(cmd.Process.Pid))
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	err := cmd.Wait()
	close(done)
	watch.Wait()
	r := outcome{took: time.Since(began), peak: peak, stderr: strings.TrimSpace(stderr.String())}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.code = exit.ExitCode()
	case err != nil:
		r.code, r.stderr = -1, err.Error()
	}
	return r
}

// treeBytes adds up what a process and its children have resident.
func treeBytes(pid int) int64 {
	var sum int64
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
		if f := strings.Fields(string(b)); len(f) > 2 {
			rss, _ := strconv.ParseInt(f[1], 10, 64)
			shared, _ := strconv.ParseInt(f[2], 10, 64)
			sum = (rss - shared) * int64(os.Getpagesize())
		}
	}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		b, _ := os.ReadFile(task)
		for _, f := range strings.Fields(string(b)) {
			if child, err := strconv.Atoi(f); err == nil {
				sum += treeBytes(child)
			}
		}
	}
	return sum
}
