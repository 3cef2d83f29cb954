package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sohoa/internal/roottest"
)

// TestPagesArrangedInChromium has arrange.mjs split, join, move, turn and undo over an archive in memory, by mouse, keys and dragging, at desktop and phone
// width, with axe looking at each. Only make test-long runs it.
func TestPagesArrangedInChromium(t *testing.T) {
	t.Parallel()
	if os.Getenv("SOHOA_TEST_LONG") == "" {
		t.Log("NOT DRIVEN: the browser is started by make test-long only (SOHOA_TEST_LONG=1)")
		return
	}
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "serve")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./internal/web/webtest/serve")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	serve := exec.CommandContext(t.Context(), bin)
	serve.WaitDelay = 10 * time.Second
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	var at struct{ URL, Token string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &at)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := driver(t)
	drive := exec.CommandContext(t.Context(), "node", "arrange.mjs")
	drive.Dir = dir
	drive.Env = append(os.Environ(), "SOHOA_SERVER="+at.URL, "SOHOA_TOKEN="+at.Token, "SHOTS="+shotsIn(dir))
	drive.WaitDelay = 10 * time.Second
	said, err := drive.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Errorf("arrange.mjs: %v; screenshots are in %s", err, shotsIn(dir))
	}
}
