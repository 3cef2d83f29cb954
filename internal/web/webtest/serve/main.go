// Command serve shows the pages over an archive in memory, for work on them: go run ./internal/web/webtest/serve. The token is
// "admin". Papers that are handed in go through all states within seconds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	token := flag.String("token", "admin", "token of the admin")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *listen, *token)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, listen, token string) error {
	a := webtest.New(time.Now)
	a.Account(token, archive.Actor{Account: "admin", Role: archive.Admin})
	a.Account("clerk", archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "26740"})
	if err := a.Seed(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "webtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	in, err := a.Intake(dir, 1<<30, l)
	if err != nil {
		return err
	}
	s, err := web.New(web.Deps{Intake: in, Retrieve: a.Retrieve(), Review: a.Review(), Filing: a.Filing(), Records: a.ArchiveRecords(), Rearrange: a.Rearrange(), Purge: a.Purge(), Accounts: a, Logger: l, SpoolDir: dir, MaxBytes: 1 << 30, DefaultUnit: "26740", Version: "0.0-test"})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("{\"url\":\"http://%s\",\"token\":%q}\n", ln.Addr(), token)
	srv := s.HTTPServer()
	go work(ctx, a, a.Waiting())
	go func() {
		<-ctx.Done()
		sd, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(sd)
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// work takes what is handed in through its states, and leaves alone what was there from the start.
func work(ctx context.Context, a *webtest.Archive, leave []archive.AccessionID) {
	seen := map[archive.AccessionID]bool{}
	for _, id := range leave {
		seen[id] = true
	}
	t := time.NewTicker(400 * time.Millisecond)
	defer t.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		for _, id := range a.Waiting() {
			if seen[id] {
				continue
			}
			seen[id] = true
			p := webtest.Papers()[n%len(webtest.Papers())]
			d := a.Split(id, p)
			time.AfterFunc(time.Second, func() { a.Read(d, 1) })
			time.AfterFunc(2*time.Second, func() { a.Archive(d, p) })
			break // one a tick, so that there is something to see
		}
	}
}
