package web

import (
	"context"
	"net/http"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

type contextKey int

const (
	actorKey contextKey = iota
	requestIDKey
	tusKey
)

func actorOf(ctx context.Context) archive.Actor {
	a, _ := ctx.Value(actorKey).(archive.Actor)
	return a // the zero value may do nothing
}

// identify finds out who asks: by bearer token, or by the session that a browser has.
func (s *Server) identify(r *http.Request) (archive.Actor, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, token, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return archive.Actor{}, fault.New(fault.Unauthenticated, "only bearer tokens are understood")
		}
		return s.byToken(r.Context(), fixity.Of([]byte(strings.TrimSpace(token))))
	}
	if hash, ok := s.sessions.find(r); ok {
		// Looked up on every request, so that a revoked token ends its sessions too.
		return s.byToken(r.Context(), hash)
	}
	return archive.Actor{}, fault.New(fault.Unauthenticated, "send a token: Authorization: Bearer …")
}

// byToken compares nothing itself: the catalogue looks a SHA-256 up, so how long it takes says nothing about the token.
func (s *Server) byToken(ctx context.Context, hash fixity.Digest) (archive.Actor, error) {
	a, ok, err := s.d.Accounts.ByToken(ctx, hash)
	if err != nil {
		return archive.Actor{}, err
	}
	if !ok {
		return archive.Actor{}, fault.New(fault.Unauthenticated, "the token is unknown or revoked")
	}
	return a, nil
}

// known lets only identified actors through to an API handler that is not huma's.
func (s *Server) known(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := s.identify(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		h(w, withActor(r, a))
	})
}

// withActor sets the actor and keeps the pattern visible to the request log, which sees the outer request.
func withActor(r *http.Request, a archive.Actor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), actorKey, a))
}

// unitFor decides which unit an upload belongs to.
func (s *Server) unitFor(a archive.Actor, asked string) (string, error) {
	if err := a.Permit(archive.ActIngest); err != nil {
		return "", err
	}
	switch {
	case a.Unit != "" && asked != "" && asked != a.Unit:
		return "", fault.New(fault.Forbidden, "the account belongs to another unit")
	case a.Unit != "":
		return a.Unit, nil
	case asked != "":
		return asked, nil
	case s.d.DefaultUnit != "":
		return s.d.DefaultUnit, nil
	}
	return "", fault.New(fault.RequestMalformed, "name the unit the papers belong to")
}
