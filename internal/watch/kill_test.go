package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sohoa/internal/client"
)

// TestMain makes the test binary an agent when a test starts it as one, to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("WATCH_TEST_DIR"); dir != "" {
		s := (&desk{url: os.Getenv("WATCH_TEST_URL")}).settings(dir)
		a, err := New(s, nil)
		if err == nil {
			fmt.Println("up")
			err = a.Run(context.Background())
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestAnAgentThatIsKilledAgainAndAgainLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	const papers = 120
	for i := range papers { // few names, so that they meet in sent
		put(t, dir, fmt.Sprintf("Hộp %d/scan%d.pdf", i%3, i/3), pdf(fmt.Sprintf("paper %d", i)))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kills := 0
	for ; d.archive.Masters() < papers && kills < 60; kills++ {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), "WATCH_TEST_DIR="+dir, "WATCH_TEST_URL="+d.url)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(150+rand.IntN(150)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	a, stop := run(t, d.settings(dir))
	eventually(t, "everything is in custody", func() bool {
		s := a.Snapshot()
		return s.Waiting == 0 && s.Writing == 0 && d.archive.Masters() == papers
	})
	eventually(t, "everything lies in sent", func() bool { return len(files(t, dir)) == papers })
	stop()
	for _, f := range files(t, dir) {
		if !strings.HasPrefix(f, "sent/DAY/Hộp ") {
			t.Errorf("%s is left", f)
		}
	}
	if n := len(d.archive.Waiting()); n != papers {
		t.Errorf("%d accessions of %d papers", n, papers)
	}
	t.Logf("%d kills", kills)
	c, err := client.New(d.url, "token")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Hộp 0", "Hộp 1", "Hộp 2"} {
		if _, err := c.BatchByName(t.Context(), "P1", name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
