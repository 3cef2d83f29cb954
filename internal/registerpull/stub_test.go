package registerpull

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// stub is a procedure system: four lists, three ways of paging, tokens that run out, and faults on order.
type stub struct {
	*httptest.Server
	t *testing.T

	mu        sync.Mutex
	lists     map[string][]map[string]any // records carry "changed"
	pageSize  int
	issued    int
	token     string
	uses      int // of the token, before it runs out; negative: for ever
	faults    []func(w http.ResponseWriter)
	asked     []string // path and query
	elsewhere string
}

func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{t: t, lists: map[string][]map[string]any{}, pageSize: 3, uses: -1}
	m := http.NewServeMux()
	m.HandleFunc("POST /oauth2/token", s.giveToken)
	m.HandleFunc("GET /api/{list}", s.list)
	s.Server = httptest.NewServer(m)
	t.Cleanup(s.Close)
	return s
}

func (s *stub) giveToken(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, secret, ok := r.BasicAuth()
	if !ok || id != "sohoa" || secret != "s3cret" || r.PostFormValue("grant_type") != "client_credentials" {
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return
	}
	s.issued++
	s.token = fmt.Sprintf("token-%d", s.issued)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, s.token)
}

func (s *stub) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.RequestURI())
	if len(s.faults) > 0 {
		f := s.faults[0]
		s.faults = s.faults[1:]
		if f != nil {
			f(w)
			return
		}
	}
	if s.uses == 0 {
		s.token, s.uses = "", -1 // it has run out before its time
	}
	if r.Header.Get("Authorization") != "Bearer "+s.token || s.token == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.uses--
	q := r.URL.Query()
	var all []map[string]any
	for _, rec := range s.lists[r.PathValue("list")] {
		since, _ := time.Parse(time.RFC3339, q.Get("modifiedFrom"))
		if changed, _ := time.Parse(time.RFC3339, fmt.Sprint(rec["changed"])); !changed.Before(since) {
			all = append(all, rec)
		}
	}
	from, _ := strconv.Atoi(q.Get("after")) // cursor
	page, err := strconv.Atoi(q.Get("page"))
	if err == nil {
		from = (page - 1) * s.pageSize
	}
	from = min(from, len(all))
	to := min(from+s.pageSize, len(all))
	answer := map[string]any{"data": map[string]any{"items": all[from:to]}, "meta": map[string]any{}}
	if all[from:to] == nil {
		answer["data"] = map[string]any{"items": []any{}}
	}
	if to < len(all) {
		answer["meta"] = map[string]any{"next": strconv.Itoa(to), "nextUrl": fmt.Sprintf("%s?after=%d&modifiedFrom=%s", r.URL.Path, to, q.Get("modifiedFrom"))}
		w.Header().Set("Link", fmt.Sprintf(`<%s/api/%s?after=%d>; rel="next"`, s.elsewhere, r.PathValue("list"), to))
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

// config is the configuration of the documentation, at the stub.
func (s *stub) config(change func(*Config)) Config {
	s.t.Helper()
	f, err := exampleFile()
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	c, err := ReadConfig(f)
	if err != nil {
		s.t.Fatal(err)
	}
	c.BaseURL, c.Auth.TokenURL = s.URL+"/api", s.URL+"/oauth2/token"
	if change != nil {
		change(&c)
	}
	return c
}
