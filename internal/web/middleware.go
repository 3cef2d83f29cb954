package web

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"sohoa/internal/fault"
)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// policy is what the pages may do: nothing from elsewhere, nothing inline, no framing.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
	dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"
)

// outermost gives every answer its id, headers and log line, and turns a panic into a problem.
func (s *Server) outermost(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New(fault.Forbidden, "the request comes from a page of another site"))
	}))
	next = guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := rand.Text()[:16]
		rw := &recorder{ResponseWriter: w}
		h := rw.Header()
		h.Set("X-Request-Id", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Content-Security-Policy", dataPolicy) // pages set their own
		if s.d.SecureCookies {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey, id))
		defer func() { //nolint:contextcheck // the request carries it
			if p := recover(); p != nil {
				if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
					panic(p) // net/http's own way to cut an answer off
				}
				s.d.Logger.ErrorContext(r.Context(), "handler panicked", "request", id, "route", route(r), "panic", p, "stack", string(debug.Stack()))
				if rw.status != 0 {
					panic(http.ErrAbortHandler) // half an answer must not look whole
				}
				s.refuse(rw, r, fault.New(fault.Internal, ""))
			}
			if s.d.Observe != nil {
				s.d.Observe(r.Method, route(r), rw.code(), time.Since(began))
			}
			s.d.Logger.InfoContext(r.Context(), "request", "request", id, "method", r.Method, "route", route(r),
				"status", rw.code(), "bytes", rw.bytes, "seconds", time.Since(began).Seconds())
		}()
		next.ServeHTTP(rw, r)
	})
}

// route names the pattern that matched, never the URL: a query string holds what a person searched for.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	if _, p, ok := strings.Cut(r.Pattern, " "); ok {
		return p
	}
	return r.Pattern
}

// recorder remembers what was answered. Unwrap lets http.ResponseController reach deadlines and Flush.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(code int) {
	if w.status == 0 && code >= 200 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// limitBody bounds the body of a request that is no upload, in bytes and in time.
func (s *Server) limitBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 { // a deadline left standing would look like a client that left, see watchedBody
		return
	}
	ctl := http.NewResponseController(w)
	_ = ctl.SetReadDeadline(time.Now().Add(s.d.StallAfter)) // a transport without deadlines has no slow peer either
	r.Body = &smallBody{http.MaxBytesReader(w, r.Body, maxFormBytes), ctl}
}

type smallBody struct {
	io.ReadCloser
	ctl *http.ResponseController
}

func (b *smallBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.ctl.SetReadDeadline(time.Time{})
	}
	return n, err
}
