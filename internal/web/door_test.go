package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/web"
)

func TestParametersThatCannotBeReadAreProblems(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, path := range []string{
		"/api/v1/documents?limit=0", "/api/v1/documents?limit=many", "/api/v1/documents?limit=1000", "/api/v1/documents?processing=lost", "/api/v1/documents?stalled=perhaps",
		"/api/v1/search?from=yesterday", "/api/v1/search?q=" + strings.Repeat("x", 1001), "/api/v1/documents/" + string(archive.DocumentID("00000000-0000-7000-8000-000000000000")) + "/pages/x",
	} {
		resp, b := d.get(path, clerkToken)
		p := decode[web.Problem](t, b)
		if resp.StatusCode != http.StatusBadRequest || p.Code != fault.RequestMalformed || p.Status != 400 || resp.Header.Get("Content-Type") != "application/problem+json" || p.Detail == "" {
			t.Errorf("GET %s = %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestUnknownIdsAreProblemsOfTheirKind(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, code := range map[string]fault.Code{
		"/api/v1/documents/x": fault.DocumentUnknown, "/api/v1/accessions/x": fault.AccessionUnknown, "/api/v1/batches/x": fault.BatchUnknown,
		"/api/v1/documents/00000000-0000-7000-8000-000000000000/rendition": fault.DocumentUnknown, "/api/v1/nothing": fault.NotFound, "/api/v1/batches?name=none": fault.BatchUnknown,
		"/api/v1/batches/00000000-0000-7000-8000-000000000000/events": fault.BatchUnknown,
	} {
		resp, b := d.get(path, clerkToken)
		if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusNotFound || p.Code != code {
			t.Errorf("GET %s = %d %s, want %s", path, resp.StatusCode, b, code)
		}
	}
}

func TestErrorsOfOursSayNothingAndAreLogged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err    error
		status int
		code   fault.Code
		retry  string
	}{
		"unknown":           {errors.New("postgres://admin:hunter2@db"), 500, fault.Internal, ""},
		"the catalogue":     {fault.Wrap(fault.CatalogueUnavailable, errors.New("postgres://admin:hunter2@db"), "the catalogue is not available"), 503, fault.CatalogueUnavailable, "10"},
		"a full disk":       {fault.New(fault.SpoolFull, "full"), 503, fault.SpoolFull, "300"},
		"a deadline passed": {context.DeadlineExceeded, 504, fault.Internal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.archive.Break(tc.err)
			for _, path := range []string{"/api/v1/documents", "/api/v1/documents/00000000-0000-7000-8000-000000000000/text"} {
				resp, b := d.get(path, clerkToken)
				p := decode[web.Problem](t, b)
				if resp.StatusCode != tc.status || p.Code != tc.code || p.Verdict != "stalled" || resp.Header.Get("Retry-After") != tc.retry {
					t.Errorf("GET %s = %d %s", path, resp.StatusCode, b)
				}
				if strings.Contains(string(b), "hunter2") {
					t.Errorf("the cause is shown: %s", b)
				}
				if !strings.Contains(d.log.String(), p.RequestID) {
					t.Error("nothing is logged")
				}
			}
			resp, b := d.get("/documents", clerkToken)
			if resp.StatusCode != tc.status || strings.Contains(string(b), "hunter2") || !strings.Contains(string(b), "<h1>") {
				t.Errorf("page: %d %.300s", resp.StatusCode, b)
			}
		})
	}
}

func TestAPanicIsAProblemAndTheServerLives(t *testing.T) {
	t.Parallel()
	d := open(t)
	srv := web.Outermost(d.web, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			_, _ = io.WriteString(w, "half an answer")
			_ = http.NewResponseController(w).Flush()
		}
		panic("hunter2")
	})
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if p := decode[web.Problem](t, b); resp.StatusCode != 500 || p.Code != fault.Internal || strings.Contains(string(b), "hunter2") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	half, err := http.Get(srv.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer half.Body.Close()
	if _, err := io.ReadAll(half.Body); err == nil {
		t.Error("half an answer looks whole")
	}
	if !strings.Contains(d.log.String(), "handler panicked") {
		t.Error("the panic is not logged")
	}
}

func TestEveryAnswerCarriesTheHeadersOfSafety(t *testing.T) {
	t.Parallel()
	d := open(t, func(dep *web.Deps) { dep.SecureCookies = true })
	id := d.archived(clerkToken)
	for _, path := range []string{"/", "/login", "/docs", "/documents/" + string(id), "/nowhere", "/api/v1/me", "/api/v1/documents/" + string(id) + "/master", "/healthz", "/api/v1/nowhere"} {
		resp, b := d.get(path, clerkToken)
		h := resp.Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Request-Id") == "" || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("GET %s: %v", path, h)
		}
		if strings.Contains(h.Get("Content-Type"), "text/html") {
			for _, inline := range []string{"<script>", "<style", " style=", " onclick=", "javascript:", "http://", "https://"} {
				if strings.Contains(strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", ""), inline) && path != "/docs" {
					t.Errorf("GET %s holds %q", path, inline)
				}
			}
		}
	}
}

// browser keeps cookies and sends what a browser sends.
func (d *door) browser() *http.Client {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (d *door) post(c *http.Client, path string, form url.Values, headers ...string) *http.Response {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(string(b)))
	return resp
}

func (d *door) visit(c *http.Client, path string) int {
	d.t.Helper()
	resp, err := c.Get(d.URL + path)
	if err != nil {
		d.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestSessions(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.browser()
	if resp := d.post(c, "/login", url.Values{"token": {"wrong"}}); resp.StatusCode != http.StatusUnauthorized || len(resp.Cookies()) != 0 {
		t.Errorf("a wrong token: %d with %d cookies", resp.StatusCode, len(resp.Cookies()))
	}
	resp := d.post(c, "/login", url.Values{"token": {" " + clerkToken + "\n"}, "next": {"/batches?cursor=x"}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/batches?cursor=x" {
		t.Fatalf("sign in: %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	var cookie *http.Cookie
	for _, k := range resp.Cookies() {
		if k.Value != "" {
			cookie = k
		}
	}
	if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || strings.Contains(cookie.Value, clerkToken) || len(cookie.Value) < 26 {
		t.Fatalf("cookie: %v", cookie)
	}
	if got := d.visit(c, "/api/v1/me"); got != http.StatusOK {
		t.Errorf("the API with the session: %d", got)
	}
	if strings.Contains(d.log.String(), clerkToken) || strings.Contains(d.log.String(), cookie.Value) {
		t.Error("a secret is in the log")
	}
	t.Run("a page of another site may not use it", func(t *testing.T) {
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "same-site"}} {
			for _, path := range []string{"/queue/pause", "/api/v1/queue/pause", "/logout", "/login", "/preferences"} {
				if resp := d.post(c, path, url.Values{}, headers...); resp.StatusCode != http.StatusForbidden {
					t.Errorf("POST %s with %v = %d", path, headers, resp.StatusCode)
				}
			}
		}
	})
	t.Run("signing out ends it, also for who kept the cookie", func(t *testing.T) {
		if resp := d.post(c, "/logout", nil); resp.StatusCode != http.StatusSeeOther {
			t.Errorf("sign out: %d", resp.StatusCode)
		}
		resp, _ := d.do(http.MethodGet, "/api/v1/me", "", nil, "Cookie", "sohoa_session="+cookie.Value)
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("the old cookie: %d", resp.StatusCode)
		}
	})
	t.Run("revoking the token ends it", func(t *testing.T) {
		c := d.browser()
		d.post(c, "/login", url.Values{"token": {otherToken}})
		if got := d.visit(c, "/batches"); got != http.StatusOK {
			t.Fatalf("signed in: %d", got)
		}
		d.archive.Revoke(otherToken)
		if got := d.visit(c, "/batches"); got != http.StatusSeeOther {
			t.Errorf("after revoking: %d", got)
		}
	})
}

func TestFormsOfThePagesActAndGoBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô 1")
	c := d.browser()
	d.post(c, "/login", url.Values{"token": {clerkToken}})
	batch := "/batches/" + string(rec.Accession.Batch)
	resp := d.post(c, batch+"/cancel", url.Values{"back": {batch}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != batch+"?did=cancel&n=1" {
		t.Errorf("cancel: %d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
	if resp := d.post(c, batch+"/close", url.Values{"back": {"https://elsewhere.example/"}}); resp.Header.Get("Location") != "/?did=close&n=1" {
		t.Errorf("close goes to %s", resp.Header.Get("Location"))
	}
	if resp := d.post(c, "/queue/pause", url.Values{"back": {"/"}}); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a clerk pauses the queue: %d", resp.StatusCode)
	}
	if resp := d.post(c, "/accessions/"+string(rec.Accession.ID)+"/cancel", url.Values{}); resp.StatusCode != http.StatusConflict {
		t.Errorf("cancelled twice: %d", resp.StatusCode)
	}
}

func TestLogsNameNoFileNoQueryAndNoPerson(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.hand(clerkToken, "Trần Văn Mẫu.pdf", "%PDF-1.7 a")
	d.get("/api/v1/search?q=Mat+khau+bi+mat", clerkToken)
	d.get("/search?q=Mat+khau+bi+mat", clerkToken)
	d.do(http.MethodPost, "/api/v1/search", clerkToken, strings.NewReader(`{"holder":"031085001234"}`), "Content-Type", "application/json")
	d.do(http.MethodPost, "/api/v1/search", clerkToken, strings.NewReader(`{"holder":"0310850012345"}`), "Content-Type", "application/json")
	body, ct := form(t, "@Trần Văn Mẫu.pdf", "")
	d.accept(clerkToken, body, "Content-Type", ct)
	id := d.announce(clerkToken, 3, "sha256", strings.Repeat("ab", 32))
	d.patch(clerkToken, id, 0, "abc")
	log := d.log.String()
	for _, secret := range []string{"Mẫu", "Mat", "bản vẽ", "031085001234", clerkToken, "lan\"", "127.0.0.1"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, `"route":"/api/v1/search"`) || !strings.Contains(log, `"status":422`) {
		t.Errorf("requests are not logged: %s", log)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	d := open(t, func(dep *web.Deps) {
		dep.Ready = func(context.Context) error { return errors.New("postgres://admin:hunter2@db") }
	})
	if resp, b := d.get("/healthz", ""); resp.StatusCode != http.StatusOK || string(b) != "ok\n" {
		t.Errorf("healthz: %d %s", resp.StatusCode, b)
	}
	resp, b := d.get("/readyz", "")
	if resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(b), "hunter2") {
		t.Errorf("readyz: %d %s", resp.StatusCode, b)
	}
	if resp, b := d.get("/metrics", ""); resp.StatusCode != http.StatusOK || string(b) != "metric 1\n" {
		t.Errorf("metrics from this machine: %d %s", resp.StatusCode, b)
	}
}

func TestDepsThatLackSomethingAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := web.New(web.Deps{}); err == nil {
		t.Error("web.New accepted nothing at all")
	}
}

func TestASlowFormIsCutOffAndALargeOneIsNotRead(t *testing.T) {
	t.Parallel()
	d := open(t, func(dep *web.Deps) { dep.StallAfter = 50 * time.Millisecond })
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntoken=")
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("a slow form is waited for: %v", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a slow form: %d", resp.StatusCode)
	}
	if resp := d.post(d.browser(), "/login", url.Values{"token": {strings.Repeat("x", 1<<20)}}); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a large form: %d", resp.StatusCode)
	}
}
