package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

// desk is a real server over an archive in memory, whose line can be cut.
type desk struct {
	archive *webtest.Archive
	url     string
	cut     atomic.Bool
	asked   atomic.Int32
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{archive: webtest.New(time.Now)}
	d.archive.Account("token", archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "P1"})
	l := slog.New(slog.DiscardHandler)
	in, err := d.archive.Intake(t.TempDir(), 1<<30, l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Deps{Intake: in, Retrieve: d.archive.Retrieve(), Accounts: d.archive, Logger: l, SpoolDir: t.TempDir(), MaxBytes: 1 << 30, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		d.asked.Add(1)
		if d.cut.Load() {
			panic(http.ErrAbortHandler) // the line breaks without an answer
		}
		w.ServeHTTP(rw, r)
	}))
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	d.url = s.URL
	return d
}

func (d *desk) settings(dir string) Settings {
	return Settings{
		Dir: dir, Connect: func() (*client.Client, error) { return client.New(d.url, "token") },
		Quiet: 40 * time.Millisecond, Patience: 400 * time.Millisecond, Rescan: 40 * time.Millisecond, MaxPause: 50 * time.Millisecond,
	}
}

// run runs an agent until the test or stop ends it.
func run(t *testing.T, s Settings) (a *Agent, stop func()) {
	t.Helper()
	a, err := New(s, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the agent ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return a, stop
}

func pdf(text string) []byte { return []byte("%PDF-1.4 " + text + "\n%%EOF\n") }

func put(t *testing.T, dir, rel string, b []byte) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(rel))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// files lists what lies in the folder, without the agent's own folder; the day is written as DAY.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ownFolder {
				return filepath.SkipDir
			}
			return nil
		}
		rel, _ := filepath.Rel(dir, p)
		out = append(out, strings.ReplaceAll(filepath.ToSlash(rel), time.Now().Format(time.DateOnly), "DAY"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came: %s", what)
		}
	}
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func (d *desk) sentNames(t *testing.T) map[string]string {
	t.Helper()
	c, err := client.New(d.url, "token")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, id := range d.archive.Waiting() {
		a, err := c.Accession(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		out[a.Name] = a.BatchName
	}
	return out
}

func TestFilesAreSentOnceTheyAreWhole(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	put(t, dir, "a.pdf.part", pdf("not finished by its name"))
	put(t, dir, ".hidden.pdf", pdf("hidden"))
	put(t, dir, "Hộp 12/b.pdf", pdf("in a folder"))
	half := pdf(strings.Repeat("a page ", 100))
	put(t, dir, "c.pdf", half[:300])
	a, _ := run(t, d.settings(dir))
	eventually(t, "the whole file is in custody", func() bool { return d.archive.Masters() == 1 })
	// The other one grows, stops for longer than a scanner stops, and ends.
	f, err := os.OpenFile(filepath.Join(dir, "c.pdf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(half[300:500])
	time.Sleep(150 * time.Millisecond)
	if n := d.archive.Masters(); n != 1 {
		t.Errorf("half a file was sent: %d masters", n)
	}
	f.Write(half[500:])
	time.Sleep(150 * time.Millisecond)
	if n := d.archive.Masters(); n != 1 && inUse(filepath.Join(dir, "c.pdf")) {
		t.Error("a file was taken that its writer has open")
	}
	f.Close()
	eventually(t, "the file is sent once its writer is done", func() bool { return d.archive.Masters() == 2 && a.Snapshot().Waiting == 0 })
	eventually(t, "both lie in sent", func() bool { return len(files(t, dir)) == 4 && strings.HasPrefix(files(t, dir)[3], "sent/") })
	same(t, files(t, dir), ".hidden.pdf", "a.pdf.part", "sent/DAY/Hộp 12/b.pdf", "sent/DAY/c.pdf")
	day := "Lô " + time.Now().Format(time.DateOnly)
	got := d.sentNames(t)
	if len(got) != 2 || got["c.pdf"] != day || got["b.pdf"] != "Hộp 12" && got["Hộp 12/b.pdf"] != "Hộp 12" {
		t.Errorf("the server knows %q", got)
	}
	if s := a.Snapshot(); s.Sent != 2 || !s.Online || s.Account != "lan" || s.Unit != "P1" || len(s.Recent) != 2 || s.LastError != "" {
		t.Errorf("snapshot %+v", s)
	}
}

func TestFilesWaitForTheLineAlsoOverARestart(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	d.cut.Store(true)
	put(t, dir, "scan.pdf", pdf("the first of the name"))
	a, stop := run(t, d.settings(dir))
	eventually(t, "the file waits", func() bool { s := a.Snapshot(); return s.Waiting == 1 && !s.Online && s.LastError != "" })
	put(t, dir, "scan.pdf", pdf("the second of the name")) // the scanner counts from the beginning again
	eventually(t, "both wait", func() bool { return a.Snapshot().Waiting == 2 })
	stop()
	a, stop = run(t, d.settings(dir))
	if s := a.Snapshot(); s.Waiting != 2 {
		t.Errorf("after the restart %d wait", s.Waiting)
	}
	put(t, dir, "scan.pdf", pdf("the third of the name"))
	eventually(t, "all three wait", func() bool { return a.Snapshot().Waiting == 3 })
	d.cut.Store(false)
	eventually(t, "all are in custody", func() bool { return d.archive.Masters() == 3 && a.Snapshot().Waiting == 0 })
	stop()
	same(t, files(t, dir), "sent/DAY/scan (2).pdf", "sent/DAY/scan (3).pdf", "sent/DAY/scan.pdf")
}

func TestWhateverWasDoneWhenThePowerWentIsDoneOnce(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(t *testing.T, b *box, e *entry){
		"written down, not moved": func(t *testing.T, b *box, e *entry) {
			if err := os.Rename(b.scan(e), b.at(e.Rel)); err != nil {
				t.Fatal(err)
			}
		},
		"moved, not sent": func(*testing.T, *box, *entry) {},
		"in custody and written down, not moved": func(t *testing.T, b *box, e *entry) {
			e.Stage, e.Target = sent, b.free("sent/"+time.Now().Format(time.DateOnly), e.Rel)
			if err := b.save(e); err != nil {
				t.Fatal(err)
			}
		},
		"half a note": func(t *testing.T, b *box, e *entry) {
			if err := os.WriteFile(b.note(e)+".tmp", []byte(`{"id":`), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, dir := newDesk(t), t.TempDir()
			put(t, dir, "x.pdf", pdf("a paper"))
			c, err := client.New(d.url, "token")
			if err != nil {
				t.Fatal(err)
			}
			if o := c.HandIn(t.Context(), client.Paper{Path: filepath.Join(dir, "x.pdf"), Unit: "P1"}); !o.InCustody() {
				t.Fatal(o.Detail)
			}
			b, err := openBox(dir)
			if err != nil {
				t.Fatal(err)
			}
			st, _ := os.Stat(filepath.Join(dir, "x.pdf"))
			e, ok, err := b.take("x.pdf", sighting{size: st.Size(), mod: st.ModTime()}, "Lô", false, time.Now())
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			leave(t, b, e)
			_, stop := run(t, d.settings(dir))
			eventually(t, "the file lies in sent", func() bool { return slices.Equal(files(t, dir), []string{"sent/DAY/x.pdf"}) })
			stop()
			if n := d.archive.Masters(); n != 1 {
				t.Errorf("%d masters, want 1", n)
			}
			if len(d.archive.Waiting()) != 1 {
				t.Errorf("%d accessions, want 1", len(d.archive.Waiting()))
			}
		})
	}
}

func TestANoteThatCannotBeReadCostsNoScan(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	b, err := openBox(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"1-a.json": "not json", "1-a.scan": string(pdf("one")), "2-b.scan": string(pdf("two")), "3-c.json": `{"id":"3-c","rel":"../../etc/passwd","stage":"waiting"}`} {
		if err := os.WriteFile(b.own("queue", name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, d.settings(dir))
	eventually(t, "both scans are in custody", func() bool { return d.archive.Masters() == 2 })
}

func TestWhatIsRefusedSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	put(t, dir, "rỗng.pdf", nil)
	put(t, dir, "Hộp 1/hỏng.pdf", pdf("broken inside"))
	a, stop := run(t, d.settings(dir))
	eventually(t, "one is refused, one in custody", func() bool { s := a.Snapshot(); return s.Rejected == 1 && s.Checking == 1 })
	d.archive.Reject(d.archive.Waiting()[0], fault.FileUnreadable, "page 3 cannot be read; scan it again")
	eventually(t, "the other is refused too", func() bool { s := a.Snapshot(); return s.Rejected == 2 && s.Checking == 0 })
	stop()
	same(t, files(t, dir), "rejected/Hộp 1/hỏng.pdf", "rejected/Hộp 1/hỏng.pdf.txt", "rejected/rỗng.pdf", "rejected/rỗng.pdf.txt")
	b, err := os.ReadFile(filepath.Join(dir, "rejected", "Hộp 1", "hỏng.pdf.txt"))
	if err != nil || !strings.Contains(string(b), "page 3 cannot be read") || !strings.Contains(string(b), "Quét lại") {
		t.Errorf("%v\n%s", err, b)
	}
	a, _ = run(t, d.settings(dir))
	if s := a.Snapshot(); s.Rejected != 2 || s.Waiting != 0 {
		t.Errorf("after a restart %+v", s)
	}
}

func TestATokenThatRanOutOrAClosedDoorRefusesNoFile(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	token := filepath.Join(t.TempDir(), "token")
	put(t, filepath.Dir(token), "token", []byte("old\n"))
	s := d.settings(dir)
	s.Connect = (&Command{Server: d.url, TokenFile: token}).connect
	put(t, dir, "a.pdf", pdf("a"))
	a, _ := run(t, s)
	eventually(t, "the agent says what is wrong", func() bool { return a.Snapshot().LastError != "" })
	if s := a.Snapshot(); s.Waiting != 1 || s.Rejected != 0 {
		t.Errorf("%+v", s)
	}
	put(t, filepath.Dir(token), "token", []byte("token\n"))
	eventually(t, "the new token is taken up", func() bool { return d.archive.Masters() == 1 })
}

func TestKeptFilesStayAndAreSentOnce(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	s := d.settings(dir)
	s.Keep = true
	put(t, dir, "a.pdf", pdf("a"))
	put(t, dir, "rỗng.pdf", nil)
	a, stop := run(t, s)
	eventually(t, "one is sent, one refused", func() bool { x := a.Snapshot(); return x.Sent == 1 && x.Rejected == 1 })
	put(t, dir, "a.pdf", pdf("another paper of that name"))
	eventually(t, "the new content is sent", func() bool { return d.archive.Masters() == 2 })
	eventually(t, "it is noted", func() bool { return a.Snapshot().Sent == 2 })
	stop()
	same(t, files(t, dir), "a.pdf", "rejected/rỗng.pdf.txt", "rỗng.pdf")
	asked := d.asked.Load()
	a, stop = run(t, s)
	time.Sleep(200 * time.Millisecond)
	stop()
	if x := a.Snapshot(); x.Sent != 0 || x.Waiting != 0 || d.archive.Masters() != 2 {
		t.Errorf("after a restart %+v; the server was asked %d times", x, d.asked.Load()-asked)
	}
}

func TestOneAgentAFolder(t *testing.T) {
	t.Parallel()
	d, dir := newDesk(t), t.TempDir()
	_, stop := run(t, d.settings(dir))
	if _, err := New(d.settings(dir), nil); err == nil || !strings.Contains(err.Error(), "another agent") {
		t.Errorf("a second agent: %v", err)
	}
	stop()
	if a, err := New(d.settings(dir), nil); err != nil {
		t.Error(err)
	} else {
		a.Close()
	}
}

func TestABatchIsNamedByFolderOrPattern(t *testing.T) {
	t.Parallel()
	day := time.Date(2025, 3, 2, 10, 0, 0, 0, time.Local)
	host, _ := os.Hostname()
	for _, c := range []struct{ pattern, rel, want string }{
		{"", "a.pdf", "Lô 2025-03-02"}, {"", "Hộp 1/a.pdf", "Hộp 1"}, {"", "Hộp 1/Tập 2/a.pdf", "Hộp 1"}, {"{path}", "Hộp 1/Tập 2/a.pdf", "Hộp 1/Tập 2"},
		{"{host} {date}", "a.pdf", host + " 2025-03-02"}, {"{folder}", "a.pdf", "Lô 2025-03-02"}, {"", strings.Repeat("đ", 150) + "/a.pdf", strings.Repeat("đ", 100)},
	} {
		if got := (Settings{Batch: c.pattern}).batchOf(c.rel, day); got != c.want {
			t.Errorf("%q of %q is %q, want %q", c.pattern, c.rel, got, c.want)
		}
	}
	if _, err := (Settings{Dir: t.TempDir(), Batch: "{year}"}).checked(); err == nil {
		t.Error("an unknown variable is taken")
	}
	for rel, want := range map[string]string{"a.pdf": "a.pdf", "H24-1/a.pdf": "H24-1/a.pdf", "x/y/a.pdf": "y/a.pdf"} {
		if got := sentName(rel); got != want {
			t.Errorf("%s is sent as %s, want %s", rel, got, want)
		}
	}
}

func TestPausesGrowAndAreNeverInStep(t *testing.T) {
	t.Parallel()
	for n, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
		if got := pauseAfter(n, time.Minute, 0); got != want {
			t.Errorf("after %d failures %s, want %s", n, got, want)
		}
	}
	if got := pauseAfter(100, time.Minute, 0.9999); got < 30*time.Second || got > time.Minute {
		t.Errorf("the longest pause is %s", got)
	}
}

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	vi, en := words("vi"), words("en")
	for k := range vi {
		if en[k] == "" {
			t.Errorf("%s has no English", k)
		}
	}
	for k := range en {
		if vi[k] == "" {
			t.Errorf("%s has no Vietnamese", k)
		}
	}
}

func FuzzNotesStayInTheirFolder(f *testing.F) {
	f.Add("1-a.json", []byte(`{"id":"1-a","rel":"x/y.pdf","stage":"waiting"}`))
	f.Add("1-a.json", []byte(`{"id":"1-a","rel":"/etc/passwd","stage":"sent","target":"../x"}`))
	f.Fuzz(func(t *testing.T, name string, j []byte) {
		e, err := parseNote(name, j)
		if err != nil {
			return
		}
		b := box{dir: "/w"}
		for _, p := range []string{b.note(e), b.scan(e), b.at(e.Rel), b.at(e.Target)} {
			if !strings.HasPrefix(p, "/w") || strings.Contains(p, "..") && strings.Contains(filepath.ToSlash(p), "/../") {
				t.Errorf("%s leads to %s", j, p)
			}
		}
	})
}

func FuzzHalfAFileIsNotWhole(f *testing.F) {
	f.Add([]byte("a page"), 3)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		if bytes.Contains(body, []byte("%%EOF")) {
			return
		}
		whole := append(append([]byte("%PDF-1.7\n"), body...), "\n%%EOF\n"...)
		p := filepath.Join(t.TempDir(), "x.pdf")
		check := func(b []byte, want bool) {
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := endsWell(p, int64(len(b))); got != want {
				t.Errorf("%d of %d bytes: %v", len(b), len(whole), got)
			}
		}
		check(whole, true)
		if cut >= 5 && cut < len(whole)-7 {
			check(whole[:cut], false)
		}
	})
}

var errStop = errors.New("stop")

func TestProblemsOfTheFolderAreShownAndNotFatal(t *testing.T) {
	t.Parallel()
	if _, err := New(Settings{Dir: filepath.Join(t.TempDir(), "none")}, nil); err == nil {
		t.Error("a folder that is not there is watched")
	}
	if _, err := New(Settings{Dir: t.TempDir(), Connect: func() (*client.Client, error) { return nil, errStop }}, nil); !errors.Is(err, errStop) {
		t.Errorf("no server: %v", err)
	}
	if _, err := (&Command{Server: "http://x"}).connect(); err == nil || !strings.Contains(fmt.Sprint(err), "--token-file") {
		t.Errorf("no token: %v", err)
	}
}
