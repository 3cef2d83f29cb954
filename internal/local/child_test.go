package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func shell(script string) func() *exec.Cmd {
	return func() *exec.Cmd { return exec.Command("/bin/sh", "-c", script) }
}

func atOnce(context.Context, int) error { return nil }

func TestAProgramThatKeepsDyingIsReportedWithItsLastWords(t *testing.T) {
	t.Parallel()
	_, err := startChild(t.Context(), slog.New(slog.DiscardHandler), spec{
		name: "dying", command: shell("echo reason; exit 7"), deathSig: syscall.SIGKILL, readyWait: time.Minute,
		ready: func(context.Context, int) error { return errors.New("not yet") },
	})
	if err == nil || !strings.Contains(err.Error(), "reason") || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("startChild = %v", err)
	}
}

func TestAProgramThatNeverAnswersIsKilled(t *testing.T) {
	t.Parallel()
	began := time.Now()
	_, err := startChild(t.Context(), slog.New(slog.DiscardHandler), spec{
		name: "mute", command: shell("exec sleep 600"), deathSig: syscall.SIGKILL, readyWait: 100 * time.Millisecond,
		ready: func(context.Context, int) error { return errors.New("not yet") },
	})
	if err == nil || time.Since(began) > 30*time.Second {
		t.Errorf("startChild = %v after %v", err, time.Since(began))
	}
}

func TestAProgramThatIgnoresSignalsIsStoppedAllTheSame(t *testing.T) {
	t.Parallel()
	c, err := startChild(t.Context(), slog.New(slog.DiscardHandler), spec{
		name: "deaf", command: shell(`trap "" TERM INT; while :; do sleep 1; done`), deathSig: syscall.SIGKILL, readyWait: time.Minute,
		ready: atOnce, stopSteps: []stopStep{{syscall.SIGTERM, 50 * time.Millisecond}, {syscall.SIGINT, 50 * time.Millisecond}},
	})
	if err != nil {
		t.Fatal(err)
	}
	pid := c.PID()
	c.stop()
	if !gone(pid) || c.PID() != 0 || c.Ready() {
		t.Errorf("process %d is gone: %v; PID() = %d, Ready() = %v", pid, gone(pid), c.PID(), c.Ready())
	}
}

func TestPreparationRunsBeforeEveryStart(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int64
	c, err := startChild(t.Context(), slog.New(slog.DiscardHandler), spec{
		name: "prepared", command: shell("exec sleep 600"), deathSig: syscall.SIGKILL, readyWait: time.Minute, ready: atOnce,
		prepare: func(context.Context) error { prepared.Add(1); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	for want := 2; want <= 3; want++ {
		c.signal(syscall.SIGKILL)
		eventually(t, time.Minute, "another start", func() bool { return c.Starts() == want && c.Ready() })
	}
	if prepared.Load() != 3 {
		t.Errorf("prepared %d times for 3 starts", prepared.Load())
	}
}

func TestACancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var pid atomic.Int64
	_, err := startChild(ctx, slog.New(slog.DiscardHandler), spec{
		name: "cancelled", command: shell("exec sleep 600"), deathSig: syscall.SIGKILL, readyWait: time.Minute,
		ready: func(_ context.Context, p int) error { pid.Store(int64(p)); cancel(); return errors.New("not yet") },
	})
	if !errors.Is(err, context.Canceled) || !gone(int(pid.Load())) {
		t.Errorf("startChild = %v; process %d is gone: %v", err, pid.Load(), gone(int(pid.Load())))
	}
}

func TestTailKeepsTheLastLinesAndCutsLongOnes(t *testing.T) {
	t.Parallel()
	var passed []string
	tl := tail{emit: func(line string) { passed = append(passed, line) }}
	var all strings.Builder
	for i := range 30 {
		fmt.Fprintf(&all, "line %d\r\n\n", i)
	}
	all.WriteString(strings.Repeat("x", 3*tailBytes) + "\nunfinished")
	for s := all.String(); s != ""; { // in pieces that ignore the lines
		n := min(7, len(s))
		if k, err := tl.Write([]byte(s[:n])); k != n || err != nil {
			t.Fatalf("Write = %d, %v", k, err)
		}
		s = s[n:]
	}
	if len(passed) != 31 || passed[0] != "line 0" || len(passed[30]) != tailBytes {
		t.Errorf("%d lines were passed on, the first %q, the last of %d bytes", len(passed), passed[0], len(passed[30]))
	}
	if got := strings.Split(tl.String(), " | "); len(got) != tailLines || got[0] != "line 19" {
		t.Errorf("kept %d lines from %q on", len(got), got[0])
	}
	if suffix := (&tail{}).suffix(); suffix != "" {
		t.Errorf("a silent program's last words are %q", suffix)
	}
}
