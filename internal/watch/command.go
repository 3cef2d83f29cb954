package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"sohoa/internal/client"
)

// Command is the command line of the agent, for kong. The token never stands on it.
type Command struct {
	Dir       string        `arg:"" type:"path" help:"Folder that the scanner writes to."`
	Server    string        `env:"SOHOA_SERVER" help:"Server's URL."`
	TokenFile string        `type:"path" env:"SOHOA_TOKEN_FILE" help:"File with the token; else SOHOA_TOKEN. A file may be replaced while the agent runs."`
	Unit      string        `env:"SOHOA_UNIT" help:"Unit the papers belong to; the account's when left out."`
	Batch     string        `help:"Name of batches: {folder}, {path}, {date}, {host}; when left out, the folder a file lies in, or the day."`
	Keep      bool          `help:"Leave files where they are, rather than move them to sent/."`
	Quiet     time.Duration `default:"3s" help:"How long a file must stand still before it is taken."`
	Jobs      int           `default:"2" help:"Files sent at once."`
	PagePort  int           `default:"0" help:"Port of the local page on 127.0.0.1; 0 takes a free one."`
	NoPage    bool          `help:"No local page."`
}

// Help gives examples.
func (*Command) Help() string {
	return "Files that are whole are sent; the server's answer decides where they go: sent/YYYY-MM-DD, or rejected/ with a text that says why.\n" +
		"Without a line to the server they wait, also over a restart. A folder's name is the name of its batch.\n\n" +
		"Examples:\n  SOHOA_TOKEN_FILE=token.txt sohoa watch --server https://sohoa.example.vn scans\n  sohoa watch scans --keep --batch \"{host} {date}\"\n"
}

// Run watches until ctx ends.
func (c *Command) Run(ctx context.Context, stdout, stderr io.Writer) error {
	show := newScreen(stdout, stderr)
	a, err := New(Settings{Dir: c.Dir, Keep: c.Keep, Unit: c.Unit, Batch: c.Batch, Quiet: c.Quiet, Jobs: c.Jobs, Connect: c.connect}, show.log)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	if !c.NoPage {
		p, err := NewPage(ctx, a, c.PagePort)
		if err != nil {
			a.Close()
			return err
		}
		fmt.Fprintf(stdout, "Trang theo dõi (local page): %s\n", p.Link())
		g.Go(func() error { return p.Serve(ctx) })
	}
	g.Go(func() error { return a.Run(ctx) })
	g.Go(func() error { return show.follow(ctx, a) })
	err = g.Wait()
	show.end(a.Snapshot())
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// maxToken bounds what is read as a token.
const maxToken = 4 << 10

func (c *Command) connect() (*client.Client, error) {
	if c.Server == "" {
		return nil, errors.New("no server is named: --server URL, or SOHOA_SERVER")
	}
	token := os.Getenv("SOHOA_TOKEN")
	if c.TokenFile != "" {
		b, err := readSmall(c.TokenFile, maxToken)
		if err != nil {
			return nil, fmt.Errorf("token: %w", err)
		}
		token = string(bytes.TrimSpace(b))
	}
	if token == "" {
		return nil, errors.New("no token: put it into a file and name that with --token-file, or set SOHOA_TOKEN")
	}
	return client.New(c.Server, token)
}

// screen is the terminal: lines of what happens, and below them, on a terminal, one line of how things stand.
type screen struct {
	mu     sync.Mutex
	out    io.Writer
	err    io.Writer
	live   bool
	status bool // a status line stands there
}

func newScreen(stdout, stderr io.Writer) *screen {
	f, ok := stderr.(*os.File)
	return &screen{out: stdout, err: stderr, live: ok && term.IsTerminal(int(f.Fd()))}
}

func (s *screen) log(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	fmt.Fprintf(s.err, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}

func (s *screen) wipe() {
	if s.status {
		fmt.Fprint(s.err, "\r\x1b[K")
		s.status = false
	}
}

func (s *screen) follow(ctx context.Context, a *Agent) error {
	for {
		changed := a.Changed()
		if s.live {
			s.mu.Lock()
			s.wipe()
			fmt.Fprint(s.err, statusLine(a.Snapshot()))
			s.status = true
			s.mu.Unlock()
		}
		t := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-changed:
			t.Stop()
			select { // not more often than an eye follows
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
		case <-t.C:
		}
	}
}

func statusLine(s Snapshot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "chờ/waiting %d · gửi/sent %d · từ chối/rejected %d", s.Waiting, s.Sent, s.Rejected)
	if s.Writing > 0 {
		fmt.Fprintf(&b, " · đang ghi/writing %d", s.Writing)
	}
	for _, p := range s.Sending {
		fmt.Fprintf(&b, " · %s %d%%", p.Name, percent(p))
	}
	if !s.NextTry.IsZero() {
		fmt.Fprintf(&b, " · thử lại/next try %s", clock(s.NextTry))
	}
	line := []rune(b.String())
	return string(line[:min(len(line), 150)])
}

func (s *screen) end(n Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	fmt.Fprintf(s.out, "Đã gửi (sent) %d, đang chờ (waiting) %d, bị từ chối (rejected) %d\n", n.Sent, n.Waiting, n.Rejected)
}
