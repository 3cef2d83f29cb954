package ocrpool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/ocrproto"
	"sohoa/internal/page"
)

// TestMain builds the real engine once.
func TestMain(m *testing.M) { os.Exit(runTests(m)) }

var engine string // set once by TestMain

func runTests(m *testing.M) int {
	if os.Getenv("OCRPOOL_ORPHAN") != "" {
		return holdEngine(os.Getenv("OCRPOOL_ORPHAN"))
	}
	dir, err := os.MkdirTemp("", "ocrpool")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	engine = filepath.Join(dir, "sohoa-ocr")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", engine, "sohoa/cmd/sohoa-ocr")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the engine needs libtesseract-dev, libleptonica-dev and libjpeg-dev: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// log collects what engines write.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func open(t *testing.T, change func(*Deps)) *Pool {
	t.Helper()
	d := Deps{Program: engine, Workers: 1, Environment: []string{"SOHOA_OCR_TEST=1"}}
	if change != nil {
		change(&d)
	}
	p, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func (p *Pool) probe(ctx context.Context, what string) (ocrproto.Response, error) {
	return p.do(ctx, ocrproto.Request{Op: ocrproto.OpProbe, Probe: what})
}

// small is a picture of w × h white pixels.
func small(w, h int) page.Picture {
	data := append([]byte(fmt.Sprintf("P5\n%d %d\n255\n", w, h)), bytes.Repeat([]byte{255}, w*h)...)
	return page.Picture{Encoding: page.PNM, Data: data, Width: w, Height: h, Components: 1, BitsPerComponent: 8, DPIX: 300, DPIY: 300}
}

func TestAPageIsRecognisedConvertedAndViewed(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	if v := p.Version(); !strings.HasPrefix(v.Engine, "sohoa-ocr/") || v.Settings == "" {
		t.Errorf("Version() = %+v", v)
	}
	r, err := p.Recognise(t.Context(), small(200, 100))
	if err != nil || r.Kind != page.Blank || r.Width != 200 || r.Height != 100 || r.Settings != p.Version().Settings {
		t.Errorf("Recognise(white) = %+v, %v", r, err)
	}
	c, err := p.Convert(t.Context(), small(200, 100))
	if err != nil || c.Encoding != page.CCITT || c.Width != 200 {
		t.Errorf("Convert(white) = %+v, %v", c, err)
	}
	v, err := p.View(t.Context(), small(200, 100), 90, 50)
	if err != nil || v.Encoding != page.JPEG || v.Width != 25 || v.Height != 50 {
		t.Errorf("View(white) = %d×%d %s, %v", v.Width, v.Height, v.Encoding, err)
	}
	if s := p.Stats(); s.Pages != 3 || s.Starts != 1 || s.Busy != 0 || s.Kills() != 0 {
		t.Errorf("Stats() = %+v", s)
	}
	if err := p.Health(t.Context()); err != nil {
		t.Errorf("Health() = %v", err)
	}
}

func TestADamagedPictureIsThePicturesFault(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	for name, pic := range map[string]page.Picture{
		"a JPEG that is none":     {Encoding: page.JPEG, Data: []byte("no JPEG at all")},
		"a TIFF that is cut":      {Encoding: page.TIFF, Data: []byte("II*\x00\x08\x00\x00\x00\x01")},
		"a PNG of nothing":        {Encoding: page.PNG},
		"a Flate of noise":        {Encoding: page.Flate, Data: []byte("noise"), Width: 10, Height: 10, Components: 1, BitsPerComponent: 8},
		"an unheard-of encoding":  {Encoding: "papyrus", Data: []byte("x")},
		"a Flate of huge size":    {Encoding: page.Flate, Data: []byte("x"), Width: 1 << 20, Height: 1 << 20, Components: 1, BitsPerComponent: 8},
		"a picture of odd turn":   {Encoding: page.PNG, Data: []byte("x"), Turn: 45},
		"a Flate without a depth": {Encoding: page.Flate, Data: []byte("x"), Width: 10, Height: 10, Components: 1},
	} {
		_, err := p.Recognise(t.Context(), pic)
		if fault.VerdictOf(err) != fault.Rejected || errors.Is(err, digitise.ErrPageKilledEngine) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := p.Stats(); s.Starts != 1 {
		t.Errorf("refusing pictures cost engines: %+v", s)
	}
}

func TestAPageThatBreaksItsEngineCostsOnlyItself(t *testing.T) {
	t.Parallel()
	var l log
	p := open(t, func(d *Deps) {
		d.Logger = slog.New(slog.NewTextHandler(&l, nil))
		d.PageDeadline = 3 * time.Second
		d.RSSLimit = 200 << 20
	})
	for _, what := range []string{"crash", "hang", "eat"} {
		_, err := p.probe(t.Context(), what)
		if fault.CodeOf(err) != fault.EngineUnavailable || !errors.Is(err, digitise.ErrPageKilledEngine) {
			t.Errorf("%s: %v", what, err)
		}
		if r, err := p.Recognise(t.Context(), small(50, 50)); err != nil || r.Kind != page.Blank {
			t.Errorf("the page after %s: %+v, %v", what, r, err)
		}
	}
	if s := p.Stats(); s.Crashes != 1 || s.Deadlines != 1 || s.Memory != 1 || s.Starts != 4 || s.Pages != 3 {
		t.Errorf("Stats() = %+v", s)
	}
	if !strings.Contains(l.String(), "engine_pid") {
		t.Errorf("the crash was not logged: %q", l.String())
	}
}

func TestTheEndOfTheCallersContextKillsTheEngine(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	from := time.Now()
	_, err := p.probe(ctx, "hang")
	if !errors.Is(err, context.Canceled) || errors.Is(err, digitise.ErrPageKilledEngine) {
		t.Errorf("cancelled: %v", err)
	}
	if took := time.Since(from); took > 2*time.Second {
		t.Errorf("took %v to stop", took)
	}
	if _, err := p.Recognise(ctx, small(9, 9)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if err := p.Health(t.Context()); err != nil {
		t.Errorf("the next page: %v", err)
	}
	if s := p.Stats(); s.Cancelled != 1 {
		t.Errorf("Stats() = %+v", s)
	}
}

func TestEnginesAreReplacedAfterEnoughPagesOrMemory(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Deps){
		"after two pages":       func(d *Deps) { d.RecyclePages = 2 },
		"past the memory mark":  func(d *Deps) { d.RSSMark = 1 << 20 },
		"killed while it idled": func(*Deps) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, change)
			for range 5 {
				if err := p.Health(t.Context()); err != nil {
					t.Fatal(err)
				}
				if name == "killed while it idled" {
					s := <-p.slots
					_ = s.child.cmd.Process.Kill()
					<-s.child.gone
					p.slots <- s
				}
			}
			if s := p.Stats(); s.Starts < 3 || s.Crashes != 0 || s.Pages != 5 {
				t.Errorf("Stats() = %+v", s)
			}
		})
	}
}

func TestNothingRunsAfterClose(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	pid := p.hello.PID
	hung := make(chan error)
	go func() {
		_, err := p.probe(context.Background(), "hang")
		hung <- err
	}()
	for p.Stats().Busy == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-hung; !errors.Is(err, errClosed) {
		t.Errorf("the page under way: %v", err)
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the engine is still there: %v", err)
	}
	if err := p.Health(t.Context()); !errors.Is(err, errClosed) || fault.VerdictOf(err) != fault.Stalled {
		t.Errorf("after Close: %v", err)
	}
}

func TestAnEngineThatDoesNotStartIsTheSystemsFault(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Deps){
		"no such program":        func(d *Deps) { d.Program = "/nonexistent/sohoa-ocr" },
		"a program that is mute": func(d *Deps) { d.Program, d.Tessdata = "/bin/sleep", "60"; d.StartTimeout = 200 * time.Millisecond },
		"no model":               func(d *Deps) { d.Tessdata = "/nonexistent" },
		"another program":        func(d *Deps) { d.Program = "/bin/echo" },
	} {
		d := Deps{Program: engine, Workers: 1}
		change(&d)
		if _, err := New(d); fault.CodeOf(err) != fault.EngineUnavailable || errors.Is(err, digitise.ErrPageKilledEngine) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(Deps{}); err == nil {
		t.Error("no program at all was accepted")
	}
}

func TestTheSandboxHolds(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	for _, l := range p.Report().Sandbox {
		t.Logf("%s: held %v %s", l.Name, l.Held, l.Detail)
	}
	a, err := p.probe(t.Context(), "sandbox")
	if err != nil {
		t.Fatal(err)
	}
	var attempts map[string]string
	if err := json.Unmarshal([]byte(a.Note), &attempts); err != nil || len(attempts) < 8 {
		t.Fatalf("attempts %q: %v", a.Note, err)
	}
	for what, outcome := range attempts {
		if outcome == "" {
			t.Errorf("inside the sandbox it was possible to %s", what)
		}
		t.Logf("%s: %s", what, outcome)
	}
}

func TestProbesAreAnsweredInTestsOnly(t *testing.T) {
	t.Parallel()
	p := open(t, func(d *Deps) { d.Environment = nil })
	if _, err := p.probe(t.Context(), "hang"); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("probe = %v", err)
	}
}

// holdEngine is the program of TestEnginesDieWithTheirSupervisor: it starts a pool, names its engine and waits to be killed.
func holdEngine(program string) int {
	p, err := New(Deps{Program: program, Workers: 1, Environment: []string{"SOHOA_OCR_TEST=1"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(p.hello.PID)
	_, _ = p.probe(context.Background(), "hang")
	return 1
}

func TestEnginesDieWithTheirSupervisor(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "OCRPOOL_ORPHAN="+engine)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || bytes.Contains(b, []byte(") Z ")) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("engine %d outlived its supervisor: %s", pid, b)
		}
	}
}
