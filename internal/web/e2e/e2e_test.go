package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/pipetest"
	"sohoa/internal/roottest"
	"sohoa/internal/sample"
)

const (
	// largeBytes is more than what the pages send in one request.
	largeBytes = 12 << 20
	// handedIn is how many papers drive.mjs is given.
	handedIn = 7
)

func TestTheLockPinsEveryPackageAndNamesNoRegistry(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity, Resolved string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("://")) {
		t.Error("the lock names a host")
	}
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for name, p := range lock.Packages {
		if name != "" && (!exact.MatchString(p.Version) || !strings.HasPrefix(p.Integrity, "sha512-")) {
			t.Errorf("%s is not pinned: version %q, integrity %q", name, p.Version, p.Integrity)
		}
	}
	if len(lock.Packages) < 2 {
		t.Error("the lock pins nothing")
	}
}

// TestThePagesDrivenInChromium has drive.mjs go through the pages of a whole sohoa at 1280 and 390 pixels, with axe looking at each. It
// takes minutes, so only make test-long runs it. E2E_SHOTS names a folder to leave the screenshots in.
func TestThePagesDrivenInChromium(t *testing.T) {
	t.Parallel()
	if os.Getenv("SOHOA_TEST_LONG") == "" {
		t.Log("NOT DRIVEN: the browser is started by make test-long only (SOHOA_TEST_LONG=1)")
		return
	}
	driver := driver(t)
	url, token := startUp(t)

	shots := shotsIn(driver)
	drive := exec.CommandContext(t.Context(), "node", "drive.mjs")
	drive.Dir = driver
	drive.Env = append(os.Environ(), "SOHOA_SERVER="+url, "SOHOA_TOKEN="+token, "SOHOA_PAPERS="+papers(t), "SOHOA_QUERY=giay phep xay dung", "SHOTS="+shots)
	drive.WaitDelay = 10 * time.Second
	said, err := drive.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Errorf("drive.mjs: %v; screenshots are in %s", err, shots)
	}
	c, err := client.New(url, token)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := c.Progress(t.Context()); err != nil || !p.Done || p.Documents[archive.Archived] != handedIn {
		t.Errorf("of %d papers handed in, these are archived: %+v, %v", handedIn, p, err)
	}
}

// papers lays out samples as drive.mjs wants them.
func papers(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []struct {
		to      string
		count   int
		layouts []string
		formats []sample.Format
	}{
		{"files", 3, []string{"construction-permit", "decision", "birth-extract"}, []sample.Format{sample.PDF}},
		{"folder/tập 1", 2, []string{"letter", "receipt"}, nil},
		{"large", 1, []string{"notice"}, []sample.Format{sample.PDF}},
		{"drop", 1, []string{"plan"}, []sample.Format{sample.PDF}},
	} {
		made, err := sample.Generate(t.Context(), sample.Options{Count: part.count, Seed: 31, Dir: t.TempDir(), Layouts: part.layouts, Grades: []int{1}, Formats: part.formats})
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, part.to)
		if err := os.MkdirAll(to, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, p := range made {
			b, err := os.ReadFile(p.Scan)
			if err != nil {
				t.Fatal(err)
			}
			if n := largeBytes - len(b); part.to == "large" && n > 0 {
				b = append(b, make([]byte, n)...) // such zeros are found behind real files too, and harm nothing
			}
			if err := os.WriteFile(filepath.Join(to, p.Truth.Fields.Type+" "+filepath.Base(p.Scan)), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// startUp runs sohoa up in a folder of its own until the test ends.
func startUp(t *testing.T) (url, token string) {
	t.Helper()
	url, token, _ = startUpIn(t)
	return url, token
}

// startUpIn tells where its data lies, too.
func startUpIn(t *testing.T) (url, token, data string) {
	t.Helper()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) { // the servers run as an unprivileged user
		if err := os.Chmod(d, 0o711); err != nil { //nolint:gosec // a test folder
			t.Fatal(err)
		}
	}
	bin := filepath.Join(t.TempDir(), "sohoa")
	data = filepath.Join(dir, "data")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./cmd/sohoa")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "up.log"))
	if err != nil {
		t.Fatal(err)
	}
	up := exec.Command(bin, "up", "--data", data, "--listen", "127.0.0.1:0")
	up.Env, up.Stderr = append(os.Environ(), "SOHOA_OCR="+pipetest.EngineProgram(t)), log
	out, err := up.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(syscall.SIGTERM)
		_ = up.Wait()
		log.Close()
	})
	lines := make(chan []byte, 1)
	go func() {
		sc := bufio.NewScanner(out)
		sc.Scan()
		lines <- bytes.Clone(sc.Bytes())
	}()
	var ready struct{ URL string }
	select {
	case line := <-lines:
		if err := json.Unmarshal(line, &ready); err != nil || ready.URL == "" {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("sohoa up said %q\n%s", line, said)
		}
	case <-time.After(90 * time.Second):
		t.Fatal("sohoa up was not ready within 90 s")
	}
	b, err := os.ReadFile(filepath.Join(data, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	return ready.URL, strings.TrimSpace(string(b)), data
}
