package local

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/local/gateway"
)

// TestMain lets the test binary play the programs that the tests start: the gateway, and a process that runs a Stack.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "gateway":
			exit(gateway.Serve(notified(), os.Stdin))
		case "stack":
			exit(playStack(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

func notified() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// playStack runs a Stack until SIGTERM and says on standard output, once it is up, which processes it has.
func playStack(dir string) error {
	ctx := notified()
	s, err := Start(ctx, Config{DataDir: dir})
	if err != nil {
		return err
	}
	defer s.Stop()
	p := s.Pids()
	fmt.Println("up", p["postgres"], p["redis"], p["gateway"])
	<-ctx.Done()
	return nil
}

// dataDir makes a folder that the server programs' user may pass through, as t.TempDir's are not, and short enough for sockets.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "sohoa-local-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// eventually waits for cond, by asking often: the events happen in other processes.
func eventually(t *testing.T, within time.Duration, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within %v", what, within)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone reports whether a process has ended; a zombie has.
func gone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == ')' {
			return i+2 < len(b) && b[i+2] == 'Z'
		}
	}
	return false
}
