package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/fault"
)

// Problem is an error answer (RFC 9457). Its code is stable; programs decide by it.
type Problem struct {
	Type      string     `json:"type" doc:"Where the code is explained: /problems/ and the code." example:"/problems/file_encrypted"`
	Title     string     `json:"title" doc:"What the code means." example:"The file is locked by a password"`
	Status    int        `json:"status" doc:"The HTTP status." example:"422"`
	Detail    string     `json:"detail,omitempty" doc:"What is wrong here, and what to do."`
	Code      fault.Code `json:"code" doc:"The fault's stable code." example:"file_encrypted"`
	Verdict   string     `json:"verdict" enum:"rejected,stalled" doc:"rejected: the same request will never go through. stalled: try again later."`
	RequestID string     `json:"request_id,omitempty" doc:"Name it when you report the problem; it stands in the logs."`
}

// Error implements error.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// statusGatewayTimeout is what a deadline leads to; it has no code of its own because it says nothing about who is at fault.
const statusGatewayTimeout = http.StatusGatewayTimeout

// statusClientGone is what the log shows, as nginx writes it, when nobody reads the answer any more.
const statusClientGone = 499

// statusOf gives the HTTP status of a code. The switch names every code, so that the exhaustive lint and a test stop a new one
// that nobody has placed.
func statusOf(c fault.Code) int {
	switch c {
	case fault.RequestMalformed, fault.ManifestMalformed:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound, fault.AccessionUnknown, fault.DocumentUnknown, fault.BatchUnknown:
		return http.StatusNotFound
	case fault.AccessionConflict, fault.StateConflict, fault.DisposalHeld, fault.BatchClosed, fault.Purged:
		return http.StatusConflict
	case fault.FileTooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RangeInvalid:
		return http.StatusRequestedRangeNotSatisfiable
	case fault.FileEmpty, fault.FileUnsupported, fault.FileUnreadable, fault.FileEncrypted, fault.FileNoPages, fault.FileTooManyPages,
		fault.PageTooLarge, fault.ArchiveUnsafe, fault.FileInfected, fault.FixityMismatch:
		return http.StatusUnprocessableEntity
	case fault.StoreUnavailable, fault.CatalogueUnavailable, fault.QueueUnavailable, fault.EngineUnavailable, fault.SpoolFull, fault.Fenced, fault.NotReady:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// retryAfter is the Retry-After of a 503, in seconds: longer where a person must act first.
func retryAfter(c fault.Code) string {
	if c == fault.SpoolFull {
		return "300"
	}
	return "10"
}

// problem translates an error and logs what is ours. It logs no detail of a rejection: that may name the sender's file.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	code := fault.CodeOf(err)
	p := &Problem{
		Type: "/problems/" + string(code), Title: s.pages.say("en", "fault."+string(code)+".title"), Status: statusOf(code),
		Detail: fault.DetailOf(err), Code: code, Verdict: code.Verdict().String(), RequestID: requestID(ctx),
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Verdict = statusGatewayTimeout, fault.Stalled.String()
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		p.Status = statusClientGone
		return p
	}
	if p.Status >= 500 {
		s.d.Logger.ErrorContext(ctx, "request stalled", "request", p.RequestID, "code", code, "error", err)
	}
	return p
}

// refuse writes the problem that err leads to.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.writeProblem(w, s.problem(r.Context(), err))
}

func (s *Server) writeProblem(w http.ResponseWriter, p *Problem) {
	setProblemHeaders(w.Header(), p)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that is gone reads no problem
}

func setProblemHeaders(h http.Header, p *Problem) {
	h.Del("Content-Length")
	h.Del("Content-Disposition")
	h.Del("ETag")
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", retryAfter(p.Code))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="sohoa"`)
	}
}

// headed carries a problem's headers through huma.
func headed(p *Problem) error {
	h := http.Header{}
	setProblemHeaders(h, p)
	h.Del("Content-Type") // huma sets it from ContentType
	return huma.ErrorWithHeaders(p, h)
}

// Huma reports parameters it cannot read as its own error model with status 422. Here they are problems like any other, with the
// status of request_malformed. The two below do that without touching huma's package variable, which every user of huma in the
// process would share.

// inner is huma's context under a name that does not hide its method Context.
type inner = huma.Context

// humaContext lets a transformer correct the status that is about to be written.
type humaContext struct {
	inner
	status int
}

// Unwrap lets the adapter find its own context.
func (c *humaContext) Unwrap() huma.Context { return c.inner }

// SetStatus implements huma.Context.
func (c *humaContext) SetStatus(code int) {
	if c.status != 0 {
		code = c.status
	}
	c.inner.SetStatus(code)
}

func (s *Server) problemTransformer(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	var err error
	if m.Status >= 400 && m.Status < 500 {
		detail := m.Detail
		for _, e := range m.Errors {
			detail += "; " + e.Location + ": " + e.Message
		}
		err = fault.New(fault.RequestMalformed, "%s", detail)
	} else {
		err = errors.New("huma: " + m.Detail)
	}
	p := s.problem(ctx.Context(), err)
	if c, ok := ctx.(*humaContext); ok {
		c.status = p.Status
	}
	return p, nil
}
