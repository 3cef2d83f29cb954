package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/match"
	"sohoa/internal/purge"
	"sohoa/internal/rearrange"
	"sohoa/internal/records"
	"sohoa/internal/register"
	"sohoa/internal/retrieve"
	"sohoa/internal/review"
)

// Accounts knows who holds a token. Only the SHA-256 of a token is ever looked up; ok is false when nobody holds it.
type Accounts interface {
	ByToken(ctx context.Context, hash fixity.Digest) (a archive.Actor, ok bool, err error)
}

// Deps is what the door needs.
type Deps struct {
	Intake    *intake.Service
	Retrieve  *retrieve.Service
	Register  *register.Service  // nil: none is served
	Purge     *purge.Service     // nil: nobody asks for removals here
	Rearrange *rearrange.Service // nil: nobody changes pages
	Review    *review.Service    // nil: there is no review queue
	Filing    *match.Filing      // nil: documents are not moved between dossiers
	Records   *records.Service   // nil: there are no archive records
	Accounts  Accounts
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now

	SpoolDir    string // resumable uploads lie here until they are in custody; made when missing
	MaxBytes    int64  // the largest upload; must not be above the intake's own
	MinFree     int64  // bytes that must stay free on the spool's disk after an announced upload
	DefaultUnit string // for uploads of accounts that belong to no unit and name none

	Version string                      // shown on pages and in the API description
	Ready   func(context.Context) error // nil: always ready
	Metrics http.Handler                // nil: no /metrics
	// Observe is told of every request when it ends: the pattern that matched, never the URL. Nil: nobody is.
	Observe func(method, route string, status int, took time.Duration)

	// SecureCookies marks cookies Secure: set it wherever browsers come over TLS.
	SecureCookies bool
	// PollEvery is how often a watched batch is looked at; 0 means a second.
	PollEvery time.Duration
	// HeartbeatEvery is how often a silent event stream says that it lives; 0 means 15 seconds.
	HeartbeatEvery time.Duration
	// StallAfter is how long a body may give no byte; 0 means a minute.
	StallAfter time.Duration
}

// Server answers HTTP. It is safe for concurrent use. Call Run beside the listener, and Close when it stops.
type Server struct {
	d        Deps
	handler  http.Handler
	sessions *sessions
	uploads  *uploads
	events   *hub
	pictures *pictures
	pages    *pages
	spec     spec
	patterns []string // of every route, in order of registration

	closeOnce sync.Once
	closed    chan struct{} // ends the event streams
}

// Limits of the door.
const (
	maxHeaderBytes = 32 << 10
	maxFormBytes   = 64 << 10 // of any request that is not an upload
	maxListLimit   = retrieve.MaxLimit
)

// New makes the server.
func New(d Deps) (*Server, error) {
	switch {
	case d.Intake == nil, d.Retrieve == nil, d.Accounts == nil, d.Logger == nil:
		return nil, errors.New("web needs intake, retrieve, accounts and a logger")
	case d.SpoolDir == "":
		return nil, errors.New("web needs a spool directory")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Ready == nil {
		d.Ready = func(context.Context) error { return nil }
	}
	d.PollEvery = orDefault(d.PollEvery, time.Second)
	d.HeartbeatEvery = orDefault(d.HeartbeatEvery, 15*time.Second)
	d.StallAfter = orDefault(d.StallAfter, time.Minute)
	d.SpoolDir = filepath.Join(d.SpoolDir, "uploads")
	if err := os.MkdirAll(d.SpoolDir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool of uploads: %w", err)
	}
	s := &Server{d: d, sessions: newSessions(d.Now, d.SecureCookies), pictures: newPictures(64 << 20), closed: make(chan struct{})}
	s.events = newHub(d.Retrieve, d.Logger, d.PollEvery)
	var err error
	if s.uploads, err = newUploads(s); err != nil {
		return nil, err
	}
	if s.pages, err = newPages(d.Version); err != nil {
		return nil, err
	}
	mux := &routeMux{ServeMux: http.NewServeMux()}
	if err := s.routes(mux); err != nil {
		return nil, err
	}
	s.patterns = mux.patterns
	s.handler = s.outermost(mux)
	return s, nil
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// HTTPServer returns a server for this handler with the limits it relies on: headers within 10 seconds and 32 KiB. There is no
// time limit on whole requests, because a large upload over a slow line is no fault; a body that stands still is cut off instead.
func (s *Server) HTTPServer() *http.Server {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.d.Logger.Handler(), slog.LevelDebug), // TLS handshakes and the like: noise with addresses in it
	}
	srv.RegisterOnShutdown(s.Close)
	return srv
}

// Run removes stale uploads and sessions until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	t := time.NewTicker(10 * time.Minute)
	defer t.Stop()
	for {
		s.Sweep(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// Sweep removes uploads that nobody went on with for a day, and sessions that have ended.
func (s *Server) Sweep(ctx context.Context) {
	s.sessions.sweep()
	if n, err := s.uploads.sweep(ctx, s.d.Now().Add(-staleAfter)); err != nil {
		s.d.Logger.ErrorContext(ctx, "sweep stale uploads", "error", err)
	} else if n > 0 {
		s.d.Logger.InfoContext(ctx, "stale uploads removed", "count", n)
	}
}

// Close ends the event streams and waits for what watches batches. It does not wait for requests; http.Server.Shutdown does.
func (s *Server) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
	s.events.close()
}
