package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

// plainRoutes are the operations that huma does not serve, because it would buffer them. They are described in plainspec.go.
func (s *Server) plainRoutes() map[string]http.HandlerFunc {
	routes := map[string]http.HandlerFunc{
		"POST " + apiRoot + "/accessions":                       s.accept,
		"GET " + apiRoot + "/batches/{id}/events":               s.batchEvents,
		"GET " + apiRoot + "/batches/{id}/separators":           s.separatorSheets,
		"GET " + apiRoot + "/documents/{id}/pages/{page}/image": s.pageImage,
		"POST " + uploadsRoot + "{$}":                           s.uploads.ServeHTTP,
		"HEAD " + uploadsRoot + "{upload}":                      s.uploads.ServeHTTP,
		"PATCH " + uploadsRoot + "{upload}":                     s.uploads.ServeHTTP,
		"DELETE " + uploadsRoot + "{upload}":                    s.uploads.ServeHTTP,
	}
	for _, k := range partKinds() {
		routes["GET "+apiRoot+"/documents/{id}/"+string(k)] = s.download(k)
	}
	s.registerRoutes(routes)
	s.reviewRoutes(routes)
	s.recordRoutes(routes)
	s.arrangeRoutes(routes)
	return routes
}

func partKinds() []retrieve.PartKind {
	return []retrieve.PartKind{retrieve.PartAccess, retrieve.PartRendition, retrieve.PartMaster, retrieve.PartText, retrieve.PartHOCR, retrieve.PartManifest}
}

func (s *Server) routes(mux *routeMux) error {
	api := s.newAPI(mux)
	s.registerAPI(api)
	describePlain(api)
	describeSeparators(api)
	s.describeArrange(api)
	s.describeRegister(api)
	s.describeReview(api)
	s.describeRecords(api)
	describeValues(api)
	for pattern, h := range s.plainRoutes() {
		mux.Handle(pattern, s.known(h))
	}
	mux.Handle("OPTIONS "+uploadsRoot, s.uploads) // what the protocol can do is no secret
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New(fault.NotFound, "there is no such operation; see /docs"))
	})
	if err := s.describe(mux, api); err != nil {
		return err
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /readyz", s.ready)
	if s.d.Metrics != nil {
		mux.HandleFunc("GET /metrics", s.metrics)
	}
	s.pageRoutes(mux)
	return nil
}

// describe serves the API's description.
func (s *Server) describe(mux *routeMux, api huma.API) error {
	var err error
	if s.spec.yaml, err = api.OpenAPI().YAML(); err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	raw, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, raw, "", "  "); err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	s.spec.json, s.spec.operations = indented.Bytes(), docGroups(api.OpenAPI())
	for path, b := range map[string]struct {
		mediaType string
		body      []byte
	}{"/openapi.yaml": {"application/yaml", s.spec.yaml}, "/openapi.json": {"application/json", s.spec.json}} {
		mux.HandleFunc("GET "+apiRoot+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", b.mediaType)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.body))
		})
	}
	return nil
}

// OpenAPI returns the API's description as YAML: what schemas/openapi.yaml must hold.
func (s *Server) OpenAPI() []byte { return bytes.Clone(s.spec.yaml) }

// ready says whether requests can be answered now. Why not stands in the log only: the answer is public.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if err := s.d.Ready(ctx); err != nil {
		s.d.Logger.WarnContext(ctx, "not ready", "error", err)
		s.writeProblem(w, s.problem(r.Context(), fault.New(fault.CatalogueUnavailable, "the server is not ready")))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ready\n")
}

// metrics shows numbers to this machine, and elsewhere to admins and auditors with a token.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if !fromThisMachine(r) {
		a, err := s.identify(r)
		if err == nil && a.Role != archive.Admin && a.Role != archive.Auditor {
			err = fault.New(fault.Forbidden, "metrics are for admins and auditors")
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	s.d.Metrics.ServeHTTP(w, r)
}

// fromThisMachine reports whether the peer is this machine itself and not a proxy on it that speaks for somebody else.
func fromThisMachine(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
