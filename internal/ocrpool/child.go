package ocrpool

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"

	"sohoa/internal/ocrproto"
)

const (
	maxLogLines = 50      // of what one engine writes to standard error
	maxLogLine  = 1 << 10 // bytes
)

// child is one engine process.
type child struct {
	hello ocrproto.Hello
	cmd   *exec.Cmd
	in    *os.File
	out   *os.File
	r     *bufio.Reader
	gone  chan struct{} // closed when the process has ended and was waited for
}

// startChild starts an engine and waits for its greeting.
func startChild(ctx context.Context, d Deps) (*child, error) {
	var args []string
	if d.Tessdata != "" {
		args = []string{"--tessdata", d.Tessdata}
	}
	cmd := exec.Command(d.Program, args...) //nolint:gosec,noctx // our own program; its end is ours to decide, page by page
	cmd.Env = append(environment(), d.Environment...)
	cmd.Dir = "/"
	// The kernel kills the child when the thread that started it ends: see run.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	c := &child{cmd: cmd, gone: make(chan struct{})}
	var theirIn, theirOut, theirErr, ourErr *os.File
	var errs [3]error
	theirIn, c.in, errs[0] = os.Pipe()
	c.out, theirOut, errs[1] = os.Pipe()
	ourErr, theirErr, errs[2] = os.Pipe()
	theirs := []*os.File{theirIn, theirOut, theirErr}
	if err := errors.Join(errs[:]...); err != nil {
		closeAll(append(theirs, c.in, c.out, ourErr))
		return nil, fmt.Errorf("open pipes: %w", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirIn, theirOut, theirErr

	started := make(chan error, 1)
	go c.run(started)
	err := <-started
	closeAll(theirs)
	if err != nil {
		closeAll([]*os.File{c.in, c.out, ourErr})
		return nil, fmt.Errorf("start %s: %w", d.Program, err)
	}
	go logErrors(ourErr, d.Logger.With(slog.Int("engine_pid", cmd.Process.Pid)))

	c.r = bufio.NewReaderSize(c.out, 1<<16)
	ctx, cancel := context.WithTimeout(ctx, d.StartTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	c.hello, err = ocrproto.ReadHello(c.r)
	if !stop() && err == nil {
		err = ctx.Err() // killed just as it greeted
	}
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("greeting of the engine: %w", err)
	}
	return c, nil
}

// environment is all that an engine gets of ours: nothing secret, and what its libraries need before they start.
func environment() []string {
	env := []string{"OMP_THREAD_LIMIT=1", "MALLOC_ARENA_MAX=1", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	for _, key := range []string{"TESSDATA_PREFIX", "LD_LIBRARY_PATH"} {
		if v := os.Getenv(key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}

// run starts the process and waits for it on one thread, since Pdeathsig means the death of the thread, not of the process.
func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err == nil {
		_ = c.cmd.Wait() // how it ended does not matter: that it ended does
	}
	close(c.gone)
}

// exchange sends a request and reads its answer. It ends when the process does.
func (c *child) exchange(q ocrproto.Request) (ocrproto.Response, error) {
	if err := ocrproto.WriteRequest(c.in, q); err != nil {
		return ocrproto.Response{}, err
	}
	a, err := ocrproto.ReadResponse(c.r)
	if err != nil {
		return ocrproto.Response{}, err
	}
	if a.ID != q.ID {
		return ocrproto.Response{}, fmt.Errorf("answer to request %d instead of %d: %w", a.ID, q.ID, ocrproto.ErrBadFrame)
	}
	return a, nil
}

// kill ends the process, which does not outlive it, and closes the pipes.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.gone
	closeAll([]*os.File{c.in, c.out})
}

// rss is the process's resident memory in bytes, 0 when it is gone.
func (c *child) rss() int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// logErrors passes on the first lines of what an engine writes to standard error and swallows the rest.
func logErrors(r *os.File, log *slog.Logger) {
	defer r.Close() //nolint:errcheck // only read
	br := bufio.NewReaderSize(r, maxLogLine)
	for n := 0; ; {
		line, long, err := br.ReadLine()
		if err != nil {
			return
		}
		if n < maxLogLines && len(bytes.TrimSpace(line)) > 0 {
			log.Warn("recognition engine", slog.String("line", string(line)))
			n++
		}
		for long && err == nil {
			_, long, err = br.ReadLine()
		}
	}
}
