package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	restartPauseMin = 100 * time.Millisecond
	restartPauseMax = 5 * time.Second
	steadyAfter     = time.Second // a child that answered and lived this long was killed, it does not keep dying
	readyPoll       = 20 * time.Millisecond
	pipeGrace       = 2 * time.Second // for output pipes that a dying grandchild still holds
	firstStarts     = 5               // deaths before the first readiness that are still tried again
)

// spec says how to run one server program.
type spec struct {
	name      string
	command   func() *exec.Cmd                         // a fresh command for every start
	prepare   func(ctx context.Context) error          // before every start; may be nil
	ready     func(ctx context.Context, pid int) error // nil once the program answers
	deathSig  syscall.Signal                           // what the kernel sends when this process dies
	stopSteps []stopStep                               // tried in order; SIGKILL follows
	readyWait time.Duration                            // how long a start may take, recovery included
}

// stopStep is one try at ending a child: a signal, and the time it gets.
type stopStep struct {
	sig  syscall.Signal
	wait time.Duration
}

// child is a supervised program: started, watched, started again when it dies, stopped in order.
type child struct {
	spec spec
	log  *slog.Logger
	tail tail

	mu       sync.Mutex
	pid      int // 0 while not running
	ready    bool
	starts   int
	stopping bool

	first chan error    // the outcome of the first start
	quit  chan struct{} // closed by stop
	done  chan struct{} // closed when the supervisor has ended
}

// startChild runs the program and returns when it first answers, or when it cannot be brought up.
func startChild(ctx context.Context, log *slog.Logger, s spec) (*child, error) {
	c := &child{
		spec: s, log: log.With("child", s.name),
		first: make(chan error, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	c.tail.emit = func(line string) { c.log.Debug("output", "line", line) }
	go c.supervise()
	select {
	case err := <-c.first:
		if err != nil {
			c.stop()
			return nil, fmt.Errorf("start %s: %w", s.name, err)
		}
		return c, nil
	case <-ctx.Done():
		c.stop()
		return nil, fmt.Errorf("start %s: %w", s.name, ctx.Err())
	}
}

// supervise owns the child's life. It keeps its thread: Pdeathsig fires when the thread that forked ends, not the process.
func (c *child) supervise() {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine, after the child has
	defer close(c.done)
	pause, deaths, answered := restartPauseMin, 0, false
	for {
		began := time.Now()
		wasReady, err := c.runOnce(func() {
			if !answered {
				answered = true
				c.first <- nil
			}
		})
		if c.isStopping() {
			return
		}
		deaths++
		if !answered && deaths >= firstStarts {
			c.first <- fmt.Errorf("%w%s", err, c.tail.suffix())
			return
		}
		if wasReady && time.Since(began) > steadyAfter {
			pause = restartPauseMin
		}
		c.log.Warn("server program ended, starting it again", "err", err, "pause", pause.String(), "output", c.tail.String())
		select {
		case <-c.quit:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, restartPauseMax)
	}
}

// runOnce starts the program and waits for its end. It calls onReady when the program answers.
func (c *child) runOnce(onReady func()) (wasReady bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.spec.readyWait)
	defer cancel()
	if c.spec.prepare != nil {
		if err := c.spec.prepare(ctx); err != nil {
			return false, err
		}
	}
	cmd := c.spec.command()
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // Ctrl-C in the terminal is ours to pass on, in our order
	cmd.SysProcAttr.Pdeathsig = c.spec.deathSig
	cmd.Stdout, cmd.Stderr = &c.tail, &c.tail
	cmd.WaitDelay = pipeGrace

	c.mu.Lock()
	if c.stopping {
		c.mu.Unlock()
		return false, errors.New("stopping")
	}
	if err := cmd.Start(); err != nil {
		c.mu.Unlock()
		return false, err
	}
	c.pid, c.ready = cmd.Process.Pid, false
	c.starts++
	c.mu.Unlock()

	ended := make(chan struct{})
	probed := make(chan struct{})
	go func() {
		defer close(probed)
		c.awaitReady(ctx, cmd.Process.Pid, ended, onReady)
	}()
	err = cmd.Wait()
	c.mu.Lock()
	c.pid = 0
	wasReady, c.ready = c.ready, false
	c.mu.Unlock()
	close(ended)
	<-probed
	if err == nil {
		err = errors.New("ended by itself")
	}
	return wasReady, err
}

// awaitReady polls until the program answers, ends, or has had its time; a program that outlives its time is killed.
func (c *child) awaitReady(ctx context.Context, pid int, ended <-chan struct{}, onReady func()) {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		if c.spec.ready(ctx, pid) == nil {
			c.mu.Lock()
			alive := c.pid == pid
			c.ready = alive
			c.mu.Unlock()
			if alive {
				c.log.Info("server program ready", "pid", pid)
				onReady()
			}
			return
		}
		select {
		case <-ended:
			return
		case <-ctx.Done():
			c.log.Error("server program did not become ready in time, killing it", "pid", pid)
			c.signal(syscall.SIGKILL)
			<-ended
			return
		case <-tick.C:
		}
	}
}

// signal sends sig to the running program, if any.
func (c *child) signal(sig syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pid != 0 {
		_ = syscall.Kill(c.pid, sig) // it may have ended just now
	}
}

// PID returns the process id, 0 while the program is down.
func (c *child) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

// Ready reports whether the program answers.
func (c *child) Ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready
}

// Starts counts how often the program was started.
func (c *child) Starts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.starts
}

func (c *child) isStopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopping
}

// stop ends the program, gently at first, and waits for it. It may be called more than once.
func (c *child) stop() {
	c.mu.Lock()
	if !c.stopping {
		c.stopping = true
		close(c.quit)
	}
	c.mu.Unlock()
	for _, step := range c.spec.stopSteps {
		c.signal(step.sig)
		select {
		case <-c.done:
			return
		case <-time.After(step.wait):
			c.log.Warn("server program is slow to stop", "signal", step.sig.String())
		}
	}
	c.signal(syscall.SIGKILL)
	<-c.done
}

// tail keeps the last lines a program said, for the message when it dies, and passes each on.
type tail struct {
	emit func(line string)

	mu    sync.Mutex
	part  []byte
	lines []string
}

const (
	tailLines = 12
	tailBytes = 4 << 10 // a line longer than this is cut
)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			t.part = append(t.part, p[:min(len(p), max(0, tailBytes-len(t.part)))]...)
			break
		}
		line := append(t.part, p[:min(i, max(0, tailBytes-len(t.part)))]...)
		t.add(strings.TrimRight(string(line), "\r"))
		t.part, p = t.part[:0], p[i+1:]
	}
	return n, nil
}

func (t *tail) add(line string) {
	if line == "" {
		return
	}
	if t.emit != nil {
		t.emit(line)
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = t.lines[len(t.lines)-tailLines:]
	}
}

// String joins the lines kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, " | ")
}

// suffix is String for the end of an error message.
func (t *tail) suffix() string {
	if s := t.String(); s != "" {
		return "; it said: " + s
	}
	return ""
}
