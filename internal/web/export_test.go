package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// What the tests outside the package need to see.

// APIRoutes lists the patterns registered under /api/v1, except those of the description itself.
func APIRoutes(s *Server) []string {
	var out []string
	for _, p := range s.patterns {
		if method, path, ok := strings.Cut(p, " "); ok && strings.HasPrefix(path, apiRoot+"/") && !strings.HasPrefix(path, apiRoot+"/openapi.") && method != http.MethodOptions {
			out = append(out, method+" "+strings.TrimSuffix(path, "{$}"))
		}
	}
	return out
}

// Patterns lists every pattern.
func Patterns(s *Server) []string { return s.patterns }

// StatusOf is statusOf.
func StatusOf(c fault.Code) int { return statusOf(c) }

// EncodeCursor and DecodeCursor are those of lists.
func EncodeCursor(list string, at int64) string              { return encodeCursor(list, at) }
func DecodeCursor(list, s string) (int64, error)             { return decodeCursor(list, s) }
func ParseDigestField(v string) (fixity.Digest, bool, error) { return parseDigestField(v) }
func LocalPath(s string) string                              { return localPath(s) }
func ContentDisposition(kind, name string) string            { return contentDisposition(kind, name) }

// Outermost wraps a handler as the server wraps its own.
func Outermost(s *Server, h http.HandlerFunc) *httptest.Server {
	return httptest.NewServer(s.outermost(h))
}

// Messages gives the keys of each language, and what is said.
func Messages(t *testing.T) map[string]map[string]string {
	t.Helper()
	m, err := loadMessages()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TemplateSources gives the text of every template and module.
func TemplateSources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := templateFiles.ReadFile("templates/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}
