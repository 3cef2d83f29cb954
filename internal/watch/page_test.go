package watch

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

func newPage(t *testing.T) (p *Page, base, code string) {
	t.Helper()
	d, dir := newDesk(t), t.TempDir()
	put(t, dir, "Hồ sơ của Lan.pdf", pdf("a"))
	a, _ := run(t, d.settings(dir))
	p, err := NewPage(t.Context(), a, 0)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Serve(t.Context()) }()
	eventually(t, "the file is sent", func() bool { return a.Snapshot().Sent == 1 })
	base, code, _ = strings.Cut(p.Link(), "/#")
	return p, base, code
}

func TestThePageShowsNothingWithoutItsCode(t *testing.T) {
	t.Parallel()
	_, base, code := newPage(t)
	plain := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, r := range []struct {
		method, path, body string
		header             map[string]string
		want               int
	}{
		{"GET", "/", "", nil, 200},
		{"GET", "/live", "", nil, 403},
		{"POST", "/now", "", nil, 403},
		{"POST", "/enter", "code=guess", nil, 403},
		{"GET", "/live", "", map[string]string{"Cookie": codeCookie + "=" + code[1:]}, 403},
		{"GET", "/live", "", map[string]string{"Cookie": codeCookie + "=" + code}, 200},
		{"GET", "/live", "", map[string]string{"Cookie": codeCookie + "=" + code, "Host": "evil.example"}, 421},
		{"POST", "/now", "", map[string]string{"Cookie": codeCookie + "=" + code, "Origin": "https://evil.example"}, 403},
		{"POST", "/now", "", map[string]string{"Cookie": codeCookie + "=" + code, "Sec-Fetch-Site": "cross-site"}, 403},
		{"POST", "/now", "", map[string]string{"Cookie": codeCookie + "=" + code, "Origin": base}, 303},
		{"GET", "/etc/passwd", "", nil, 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), r.method, base+r.path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		if r.body != "" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for k, v := range r.header {
			if k == "Host" {
				req.Host = v
			} else {
				req.Header.Set(k, v)
			}
		}
		res, err := plain.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != r.want {
			t.Errorf("%s %s with %v: %d, want %d", r.method, r.path, r.header, res.StatusCode, r.want)
		}
		if shown := strings.Contains(string(b), "Lan"); shown && r.header["Cookie"] == "" {
			t.Errorf("%s %s shows a file's name to anybody", r.method, r.path)
		}
		if !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s has no policy", r.method, r.path)
		}
	}
}

func TestThePageSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	_, base, code := newPage(t)
	jar, _ := cookiejar.New(nil)
	c := http.Client{Jar: jar}
	post := func(path string, v url.Values) string {
		res, err := c.PostForm(base+path, v)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		if strings.Contains(res.Request.URL.String(), code) {
			t.Errorf("the code stands in %s", res.Request.URL)
		}
		return string(b)
	}
	if got := post("/enter", url.Values{"code": {code}}); !strings.Contains(got, "Hồ sơ của Lan.pdf") || !strings.Contains(got, `lang="vi"`) || !strings.Contains(got, "Máy chủ đang trả lời") {
		t.Errorf("in Vietnamese:\n%s", got)
	}
	if got := post("/language", url.Values{"lang": {"en"}}); !strings.Contains(got, "The server answers") || strings.Contains(got, "<no value>") {
		t.Errorf("in English:\n%s", got)
	}
}
