package killtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fixity"
	"sohoa/internal/pipetest"
	"sohoa/internal/retrieve"
	"sohoa/internal/sample"
)

// Rounds of killing: a short form always, the long form under make test-long.
const (
	shortRounds = 10
	longRounds  = 100
)

// killPoints are where up ends itself: between PUT and commit, and between manifest and row. The odds make a good third of all rounds end there.
const killPoints = "accept-after-put=0.08,accept-after-record=0.08,recognise-after-put=0.02,assemble-after-put=0.1,settle-after-manifest=0.15"

// stand is a running sohoa up.
type stand struct {
	cmd  *exec.Cmd
	url  string
	pids map[string]int
	done chan struct{}
}

func build(t *testing.T) string {
	t.Helper()
	root, err := pipetest.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "sohoa")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags", "failpoints", "-o", bin, "./cmd/sohoa")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// start runs up and waits until it is ready. A failpoint may end it before; then it is started again.
func start(t *testing.T, bin, ocr, data, failpoints string, logTo io.Writer) *stand {
	t.Helper()
	for try := range 20 {
		s := tryStart(t, bin, ocr, data, failpoints, logTo)
		if s != nil {
			return s
		}
		if try > 5 {
			failpoints = ""
		}
	}
	t.Fatal("sohoa up did not become ready")
	return nil
}

func tryStart(t *testing.T, bin, ocr, data, failpoints string, logTo io.Writer) *stand {
	t.Helper()
	cmd := exec.Command(bin, "up", "--data", data, "--listen", "127.0.0.1:0", "--workers", "2")
	cmd.Env = append(os.Environ(), "SOHOA_OCR="+ocr, "SOHOA_FAILPOINTS="+failpoints, "SOHOA_FAILPOINT_LOG="+filepath.Join(filepath.Dir(data), "failpoints.log"))
	cmd.Stderr = logTo
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &stand{cmd: cmd, done: make(chan struct{})}
	ready := make(chan bool, 1)
	go func() {
		sc := bufio.NewScanner(out)
		for sc.Scan() {
			var line struct {
				Ready bool           `json:"ready"`
				URL   string         `json:"url"`
				Pids  map[string]int `json:"pids"`
			}
			if json.Unmarshal(sc.Bytes(), &line) == nil && line.Ready {
				s.url, s.pids = line.URL, line.Pids
				ready <- true
			}
		}
		_ = cmd.Wait()
		close(s.done)
	}()
	select {
	case <-ready:
		return s
	case <-s.done:
		return nil
	case <-time.After(90 * time.Second):
		s.kill()
		t.Fatal("sohoa up was not ready within 90 s")
		return nil
	}
}

func (s *stand) kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
}

func (s *stand) alive() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// engines finds the recognition engines among the children of up.
func (s *stand) engines() []int {
	out, _ := exec.Command("pgrep", "-P", fmt.Sprint(s.cmd.Process.Pid), "sohoa-ocr").Output() // none is no match
	var pids []int
	for _, f := range strings.Fields(string(out)) {
		var pid int
		if _, err := fmt.Sscan(f, &pid); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// sender hands papers in without pause, against whichever server is up, and remembers what was promised.
type sender struct {
	mu       sync.Mutex
	base     string
	token    string
	promised map[archive.AccessionID][]byte
	sent     map[fixity.Digest]bool // whatever became of it
	papers   [][]byte
	n        int
}

// next makes a paper nobody sent before: a sample with a comment of its own behind its end.
func (s *sender) next() (name string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	p := s.papers[s.n%len(s.papers)]
	body = append(bytes.Clone(p), fmt.Sprintf("\n%% copy %d\n", s.n)...)
	s.sent[fixity.Of(body)] = true
	return fmt.Sprintf("paper-%04d.pdf", s.n), body
}

func (s *sender) run(ctx context.Context) {
	for ctx.Err() == nil {
		s.mu.Lock()
		base := s.base
		s.mu.Unlock()
		name, body := s.next()
		c, err := client.New(base, s.token)
		if err != nil {
			return
		}
		r, err := c.Accept(ctx, client.Upload{
			Name: name, Batch: "kill", SHA256: fixity.Of(body), SizeBytes: int64(len(body)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		}, 1)
		pause := 300 * time.Millisecond
		if err == nil {
			s.mu.Lock()
			s.promised[r.Accession.ID] = body
			s.mu.Unlock()
			pause = 1500 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func TestKillingLosesNothing(t *testing.T) {
	rounds := shortRounds
	if os.Getenv("SOHOA_TEST_LONG") != "" {
		rounds = longRounds
	}
	dir := t.TempDir()
	// The private servers run as an unprivileged user, who must reach the folder.
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o711); err != nil { //nolint:gosec // a test folder
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	bin, ocr := build(t), pipetest.EngineProgram(t)
	logFile, err := os.Create(filepath.Join(dir, "up.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer logFile.Close()
	t.Cleanup(func() {
		if t.Failed() {
			b, _ := os.ReadFile(logFile.Name())
			t.Logf("end of the log:\n%s", b[max(0, len(b)-8000):])
		}
	})

	s := start(t, bin, ocr, data, killPoints, logFile)
	token, err := os.ReadFile(filepath.Join(data, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	send := &sender{base: s.url, token: strings.TrimSpace(string(token)), promised: map[archive.AccessionID][]byte{}, sent: map[fixity.Digest]bool{}, papers: smallPapers(t)}
	ctx, stopSending := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	for range 2 {
		senders.Go(func() { send.run(ctx) })
	}
	atPoints := 0
	for round := range rounds {
		end := time.After(time.Duration(500+rand.IntN(4000)) * time.Millisecond)
		select {
		case <-s.done:
			atPoints++ // a failpoint ended it
		case <-end:
			if round%2 == 0 {
				killOne(s)
				select {
				case <-s.done:
				case <-time.After(time.Second):
				}
			} else {
				s.kill()
			}
		}
		if !s.alive() {
			s = start(t, bin, ocr, data, killPoints, logFile)
			send.mu.Lock()
			send.base = s.url
			send.mu.Unlock()
		}
	}
	stopSending()
	senders.Wait()
	s.kill()
	s = start(t, bin, ocr, data, "", logFile)
	defer func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.done
	}()
	points, _ := os.ReadFile(filepath.Join(dir, "failpoints.log"))
	t.Logf("%d rounds, %d ended at a failpoint (%d failpoint kills in all), %d papers promised", rounds, atPoints, bytes.Count(points, []byte("\n")), len(send.promised))
	if len(send.promised) == 0 {
		t.Fatal("no paper was ever promised: the test shows nothing")
	}
	archived := compare(t, s.url, send)
	wantSound(t, bin, data, archived, len(send.sent))
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.done
	wantNoProcess(t, data)
}

// killOne ends one child: the database, the queue, the object store or an engine.
func killOne(s *stand) {
	targets := s.engines()
	for _, name := range []string{"postgres", "redis", "gateway"} {
		if pid := s.pids[name]; pid > 0 {
			targets = append(targets, pid)
		}
	}
	if len(targets) > 0 {
		_ = syscall.Kill(targets[rand.IntN(len(targets))], syscall.SIGKILL)
	}
}

// compare waits until nothing is under way, then looks at every paper that was promised and at everything that is archived. It returns
// how many papers are.
func compare(t *testing.T, url string, send *sender) int {
	t.Helper()
	c, err := client.New(url, send.token)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for end := time.Now().Add(10 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		p, err := c.Progress(ctx)
		if err == nil && p.Done {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not everything came to an end within 10 minutes: %+v, %v", p, err)
		}
	}
	seen := map[archive.AccessionID]int{}
	if err := c.Accessions(ctx, "", "", func(a retrieve.Accession) error {
		seen[a.ID]++
		if a.State != archive.AccessionSplit || len(a.Documents) != 1 || a.Documents[0].Processing != archive.Archived {
			t.Errorf("accession %s (%s) is %s with %d documents: %+v", a.ID, a.Name, a.State, len(a.Documents), a.Trouble)
			return nil
		}
		if !send.sent[a.Master] {
			t.Errorf("%s was archived and never sent", a.Name)
		}
		events, err := c.History(ctx, a.Documents[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		times := 0
		for _, e := range events {
			if e.Action == "document_archived" {
				times++
			}
		}
		if times != 1 {
			t.Errorf("%s was archived %d times, want once", a.Name, times)
		}
		want, ok := send.promised[a.ID]
		if !ok {
			return nil // its sender never heard the answer; it is in all the same
		}
		var got bytes.Buffer
		if _, err := c.Download(ctx, a.Documents[0].ID, retrieve.PartMaster, &got); err != nil {
			t.Errorf("fetch %s: %v", a.Name, err)
		} else if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s came back with other bytes", a.Name)
		}
		got.Reset()
		if _, err := c.Download(ctx, a.Documents[0].ID, retrieve.PartRendition, &got); err != nil || !bytes.HasPrefix(got.Bytes(), []byte("%PDF-")) {
			t.Errorf("rendition of %s: %v", a.Name, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for id := range send.promised {
		if seen[id] != 1 {
			t.Errorf("promised paper %s is in the catalogue %d times, want once", id, seen[id])
		}
	}
	return len(seen)
}

// smallPapers are one-page scans that are read fast.
func smallPapers(t *testing.T) [][]byte {
	t.Helper()
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 3, Seed: 3, Dir: dir, Layouts: []string{"receipt"}, Grades: []int{1}, Formats: []sample.Format{sample.PDF}})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, p := range papers {
		b, err := os.ReadFile(p.Scan)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}
