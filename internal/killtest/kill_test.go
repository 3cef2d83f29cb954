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

	"sohoa/internal/roottest"
)

// Rounds of killing: a short form always, the long form under make test-long.
const (
	shortRounds = 10
	longRounds  = 100
	// atPointsAtLeast is the part of the rounds, in percent, that must end between two steps.
	atPointsAtLeast = 30
)

// killPoints are where up ends itself: between PUT and commit, and between manifest and row.
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
	root, err := roottest.Module()
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

// start runs up and waits until it is ready. It ends itself at killPoints while there is a file gateOf(data).
func start(t *testing.T, bin, ocr, data string, logTo io.Writer) *stand {
	t.Helper()
	cmd := exec.Command(bin, "up", "--data", data, "--listen", "127.0.0.1:0", "--workers", "2")
	cmd.Env = append(os.Environ(), "SOHOA_OCR="+ocr, "SOHOA_FAILPOINTS="+killPoints, "SOHOA_FAILPOINT_GATE="+gateOf(data), "SOHOA_FAILPOINT_LOG="+data+".failpoints")
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
		t.Fatalf("sohoa up ended before it was ready: %v", cmd.ProcessState)
		return nil
	case <-time.After(90 * time.Second):
		s.kill()
		t.Fatal("sohoa up was not ready within 90 s")
		return nil
	}
}

func gateOf(data string) string { return data + ".gate" }

func (s *stand) kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
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

// dataFolder names a folder, not yet made, that the private servers can reach, who run as an unprivileged user.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o711); err != nil { //nolint:gosec // a test folder
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "data")
}

func TestKillingLosesNothing(t *testing.T) {
	rounds := shortRounds
	if os.Getenv("SOHOA_TEST_LONG") != "" {
		rounds = longRounds
	}
	data := dataFolder(t)
	bin, ocr := build(t), pipetest.EngineProgram(t)
	logFile, err := os.Create(data + ".log")
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

	s := start(t, bin, ocr, data, logFile)
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
		moment := time.Duration(500+rand.IntN(3500)) * time.Millisecond
		if round%2 == 0 { // one child dies, and up must not
			select {
			case <-s.done:
				t.Fatalf("round %d: up ended by itself", round)
			case <-time.After(moment):
			}
			name := killOne(s)
			select {
			case <-s.done:
				t.Fatalf("round %d: up ended when its %s was killed", round, name)
			case <-time.After(time.Second):
			}
			continue
		}
		if round%8 != 7 { // all of up dies between two steps, the rest at any moment
			if err := os.WriteFile(gateOf(data), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			moment = 20 * time.Second
		}
		select {
		case <-s.done:
			atPoints++
		case <-time.After(moment):
			s.kill()
		}
		_ = os.Remove(gateOf(data))
		s = start(t, bin, ocr, data, logFile)
		send.mu.Lock()
		send.base = s.url
		send.mu.Unlock()
	}
	stopSending()
	senders.Wait()
	s.kill()
	s = start(t, bin, ocr, data, logFile)
	defer func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.done
	}()
	points, err := os.ReadFile(data + ".failpoints")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rounds, %d ended at a failpoint (%s), %d papers promised", rounds, atPoints, strings.Join(strings.Fields(string(points)), " "), len(send.promised))
	if atPoints*100 < rounds*atPointsAtLeast {
		t.Errorf("only %d of %d rounds ended between two steps", atPoints, rounds)
	}
	if len(send.promised) == 0 {
		t.Fatal("no paper was ever promised: the test shows nothing")
	}
	archived := compare(t, s.url, send)
	wantSound(t, bin, data, archived, len(send.sent))
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.done
	wantNoProcess(t, data)
}

// killOne ends one child, the database, the queue, the object store or an engine, and says which.
func killOne(s *stand) (name string) {
	targets := map[string]int{}
	for _, name := range []string{"postgres", "redis", "gateway"} {
		if pid := s.pids[name]; pid > 0 {
			targets[name] = pid
		}
	}
	if engines := s.engines(); len(engines) > 0 {
		targets["engine"] = engines[rand.IntN(len(engines))]
	}
	for name, pid := range targets { // in random order
		_ = syscall.Kill(pid, syscall.SIGKILL)
		return name
	}
	return "nothing"
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
