package killtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fixity"
	"sohoa/internal/pipetest"
)

// senderMiB is how much memory a sender of any file may take.
const senderMiB = 64

func TestAKilledSenderGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	bin := build(t)
	s := start(t, bin, pipetest.EngineProgram(t), data, io.Discard)
	defer func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.done
	}()
	b, err := os.ReadFile(filepath.Join(data, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(b))
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "web", "127.0.0.1:0", strings.TrimPrefix(s.url, "http://"))
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	defer proxy.Stop()
	// 24 MiB a second: the first run has a good half behind when it is killed.
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(`{"name":"slow","type":"bandwidth","stream":"upstream","attributes":{"rate":24576}}`)); err != nil {
		t.Fatal(err)
	}
	// A paper behind whose end there is much of nothing: what counts here are the bytes.
	paper := append(bytes.Clone(smallPapers(t)[0]), bytes.Repeat([]byte("%\n"), 48<<20)...)
	path, state := filepath.Join(t.TempDir(), "bản vẽ.pdf"), t.TempDir()
	if err := os.WriteFile(path, paper, 0o600); err != nil {
		t.Fatal(err)
	}
	ingest := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.CommandContext(t.Context(), bin, "ingest", path, "--batch", "Hộp 12", "--server", "http://"+proxy.Listen, "--token", token, "--json")
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		return cmd, &out
	}
	// spooled is the largest upload on its way: its file, and how many bytes of it are there.
	spooled := func() (file string, n int64) {
		files, _ := filepath.Glob(filepath.Join(data, "spool", "*", "*")) // none before the first byte
		for _, f := range files {
			if st, err := os.Stat(f); err == nil && st.Size() > n {
				file, n = f, st.Size()
			}
		}
		return file, n
	}
	first, _ := ingest()
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, n := spooled()
		if n > int64(len(paper))/2 {
			break
		}
		if time.Now().After(end) {
			_ = first.Process.Kill()
			t.Fatalf("after 30 s %d bytes are there", n)
		}
	}
	_ = first.Process.Kill()
	_ = first.Wait()
	upload, had := spooled()

	again, out := ingest()
	began := time.Now()
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- again.Wait() }()
	most := 0 // KiB
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("the second run: %v", err)
			}
			running = false
		case <-time.After(20 * time.Millisecond):
			most = max(most, peakKiB(again.Process.Pid))
		}
	}
	var got struct {
		Verdict   string              `json:"verdict"`
		Accession archive.AccessionID `json:"accession"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Verdict != "accepted" {
		t.Fatalf("the second run said %s", out.Bytes())
	}
	c, err := client.New(s.url, token)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Accession(t.Context(), got.Accession)
	if err != nil || a.Master != fixity.Of(paper) || a.SizeBytes != int64(len(paper)) {
		t.Errorf("in custody is %+v, %v", a.Accession, err)
	}
	if _, n := spooled(); n > 1<<20 {
		t.Errorf("%d bytes are left in the spool", n)
	}
	if _, err := os.Stat(upload + ".done"); err != nil {
		t.Errorf("the second run did not go on with the upload of the first: %v", err)
	}
	if most == 0 || most>>10 > senderMiB {
		t.Errorf("the sender took %d KiB, want at most %d MiB", most, senderMiB)
	}
	t.Logf("%d of %d MiB were there when the sender was killed; the rest took %s and %d MiB of memory", had>>20, len(paper)>>20, time.Since(began).Round(time.Millisecond), most>>10)
}

// peakKiB is the most memory a process had resident, 0 when it has ended.
func peakKiB(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	var n int
	_, _ = fmt.Sscan(rest, &n) // a process on its way out has no such line
	return n
}
