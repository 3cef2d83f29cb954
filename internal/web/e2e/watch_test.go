package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/client"
	"sohoa/internal/sample"
	"sohoa/internal/watch"
)

// driver installs what the scripts need and gives the folder to run them in.
func driver(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	install := exec.CommandContext(t.Context(), "./install.sh")
	install.Stdout, install.Stderr = &out, os.Stderr
	if err := install.Run(); err != nil {
		t.Fatalf("install what the scripts need: %v", err)
	}
	return strings.TrimSpace(out.String())
}

// shotsIn is where screenshots go.
func shotsIn(driver string) string {
	if d := os.Getenv("E2E_SHOTS"); d != "" {
		return d
	}
	return filepath.Join(driver, "shots")
}

// TestTheAgentOverARealServer watches a folder with two papers and a broken file before a whole sohoa, and looks at the agent's page.
func TestTheAgentOverARealServer(t *testing.T) {
	t.Parallel()
	if os.Getenv("SOHOA_TEST_LONG") == "" {
		t.Log("NOT DRIVEN: the agent is set before a whole sohoa by make test-long only (SOHOA_TEST_LONG=1)")
		return
	}
	url, token := startUp(t)
	dir := t.TempDir()
	if _, err := sample.Generate(t.Context(), sample.Options{Count: 2, Seed: 8, Dir: filepath.Join(dir, "Hộp 7"), Layouts: []string{"receipt", "birth-extract"}, Grades: []int{1}, Formats: []sample.Format{sample.PDF}}); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*.json", "*.txt"} {
		found, _ := filepath.Glob(filepath.Join(dir, "Hộp 7", pattern))
		for _, f := range found {
			os.Remove(f)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "hỏng.pdf"), []byte("%PDF-1.4\nno object stands here\n%%EOF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := watch.New(watch.Settings{Dir: dir, Quiet: 200 * time.Millisecond, Connect: func() (*client.Client, error) { return client.New(url, token) }}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	p, err := watch.NewPage(t.Context(), a, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 2)
	go func() { done <- a.Run(ctx) }()
	go func() { done <- p.Serve(ctx) }()
	for end := time.Now().Add(90 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		s := a.Snapshot()
		if s.Sent == 3 && s.Rejected == 1 && s.Waiting == 0 && s.Checking == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", s)
		}
	}
	if why, err := os.ReadFile(filepath.Join(dir, "rejected", "hỏng.pdf.txt")); err != nil || !strings.Contains(string(why), "Quét lại") {
		t.Errorf("%v %s", err, why)
	}
	in := driver(t)
	drive := exec.CommandContext(t.Context(), "node", "watch.mjs")
	drive.Dir, drive.Env = in, append(os.Environ(), "WATCH_LINK="+p.Link(), "SHOTS="+shotsIn(in))
	said, err := drive.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Errorf("watch.mjs: %v", err)
	}
	stop()
	<-done
	<-done
}
