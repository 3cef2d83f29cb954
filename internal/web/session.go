package web

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"sohoa/internal/fixity"
)

// A browser gives its token once and then holds an opaque session. Sessions live in memory: a restart signs everybody out and
// loses nothing else. The server keeps hashes only, of the session's secret and of the token.

const (
	sessionFor  = 12 * time.Hour // one working day
	maxSessions = 10_000
)

type session struct {
	token fixity.Digest
	ends  time.Time
}

type sessions struct {
	now    func() time.Time
	secure bool
	mu     sync.Mutex
	by     map[fixity.Digest]session
}

func newSessions(now func() time.Time, secure bool) *sessions {
	return &sessions{now: now, secure: secure, by: map[fixity.Digest]session{}}
}

// cookie is the name that browsers know a session by. The prefix makes them refuse one that another host set, or that came without TLS.
func (s *sessions) cookie() string {
	if s.secure {
		return "__Host-sohoa_session"
	}
	return "sohoa_session"
}

// begin starts a session for the holder of a token.
func (s *sessions) begin(w http.ResponseWriter, token fixity.Digest) {
	secret := rand.Text()
	s.mu.Lock()
	if len(s.by) >= maxSessions {
		s.dropLocked()
	}
	s.by[fixity.Of([]byte(secret))] = session{token: token, ends: s.now().Add(sessionFor)}
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie(), Value: secret, Path: "/", MaxAge: int(sessionFor.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	})
}

// find gives the token's hash of the request's session.
func (s *sessions) find(r *http.Request) (fixity.Digest, bool) {
	c, err := r.Cookie(s.cookie())
	if err != nil || c.Value == "" {
		return fixity.Digest{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.by[fixity.Of([]byte(c.Value))]
	if !ok || !s.now().Before(x.ends) {
		return fixity.Digest{}, false
	}
	return x.token, true
}

// end forgets the request's session, here and in the browser.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(s.cookie()); err == nil {
		s.mu.Lock()
		delete(s.by, fixity.Of([]byte(c.Value)))
		s.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode})
}

func (s *sessions) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, x := range s.by {
		if !s.now().Before(x.ends) {
			delete(s.by, k)
		}
	}
}

// dropLocked makes room by ending the session that would end first.
func (s *sessions) dropLocked() {
	var oldest fixity.Digest
	var when time.Time
	for k, x := range s.by {
		if when.IsZero() || x.ends.Before(when) {
			oldest, when = k, x.ends
		}
	}
	delete(s.by, oldest)
}
