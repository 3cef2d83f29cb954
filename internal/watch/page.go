package watch

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"time"

	"sohoa/internal/fault"
)

//go:embed assets
var assets embed.FS

const (
	codeCookie = "sohoa_watch"
	langCookie = "sohoa_watch_lang"
	maxForm    = 4 << 10
)

// Page shows an agent's state to whoever sits at this machine. It listens on 127.0.0.1 alone, and asks for a code that only the agent's
// terminal shows. The code never stands in the part of an address that is sent or logged: the link carries it behind #, from where the page
// posts it once for a cookie.
type Page struct {
	agent *Agent
	code  string
	ln    net.Listener
	tmpl  *template.Template
}

// NewPage listens on a port of 127.0.0.1; 0 takes a free one.
func NewPage(ctx context.Context, a *Agent, port int) (*Page, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("local page: %w; choose another port with --page-port", err)
	}
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails
	t, err := template.New("").Funcs(template.FuncMap{"clock": clock, "size": size, "percent": percent, "whyVi": func(c fault.Code) string { return cureOf(c).whyVi }}).ParseFS(assets, "assets/*.html")
	if err != nil {
		ln.Close()
		return nil, err
	}
	return &Page{agent: a, code: base64.RawURLEncoding.EncodeToString(b[:]), ln: ln, tmpl: t}, nil
}

// Link is what opens the page.
func (p *Page) Link() string { return "http://" + p.ln.Addr().String() + "/#" + p.code }

// Serve answers until ctx ends.
func (p *Page) Serve(ctx context.Context) error {
	s := &http.Server{
		Handler: p.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(p.ln) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		s.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return ctx.Err()
	}
}

// Handler is the page's handler.
func (p *Page) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", p.show)
	m.HandleFunc("POST /enter", p.enter)
	m.HandleFunc("POST /now", p.entered(func(w http.ResponseWriter, r *http.Request) {
		p.agent.SendNow()
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}))
	m.HandleFunc("POST /language", p.language)
	m.HandleFunc("GET /live", p.entered(p.live))
	m.HandleFunc("GET /page.css", asset("assets/page.css", "text/css; charset=utf-8"))
	m.HandleFunc("GET /page.js", asset("assets/page.js", "text/javascript; charset=utf-8"))
	return p.guarded(m)
}

// guarded refuses requests that some other site's page makes a browser send here.
func (p *Page) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with none, browsers send "Origin: null" with our own forms
		h.Set("Cache-Control", "no-store")
		_, port, err := net.SplitHostPort(p.ln.Addr().String())
		if err != nil || (r.Host != "127.0.0.1:"+port && r.Host != "localhost:"+port) {
			http.Error(w, "this page is for this machine only", http.StatusMisdirectedRequest)
			return
		}
		if site := r.Header.Get("Sec-Fetch-Site"); r.Method != http.MethodGet && site != "" && site != "same-origin" && site != "none" {
			http.Error(w, "sent by another site", http.StatusForbidden)
			return
		}
		if o := r.Header.Get("Origin"); r.Method != http.MethodGet && o != "" && o != "http://"+r.Host {
			http.Error(w, "sent by another site", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

func asset(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		b, err := assets.ReadFile(name)
		if err != nil {
			http.Error(w, "gone", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(b) // the browser may be gone
	}
}

func (p *Page) knows(r *http.Request) bool {
	c, err := r.Cookie(codeCookie)
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(p.code)) == 1
}

func (p *Page) entered(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.knows(r) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

// view is what the templates get.
type view struct {
	Snapshot
	W       map[string]string
	Lang    string
	Entered bool
	Wrong   bool
	Now     time.Time
}

func (p *Page) view(r *http.Request) view {
	lang := "vi"
	if c, err := r.Cookie(langCookie); err == nil && c.Value == "en" {
		lang = "en"
	}
	v := view{W: words(lang), Lang: lang, Entered: p.knows(r), Now: time.Now()}
	if v.Entered {
		v.Snapshot = p.agent.Snapshot()
	}
	return v
}

func (p *Page) render(w http.ResponseWriter, name string, status int, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = p.tmpl.ExecuteTemplate(w, name, v) // the browser may be gone
}

func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	p.render(w, "page.html", http.StatusOK, p.view(r))
}

func (p *Page) live(w http.ResponseWriter, r *http.Request) {
	p.render(w, "live.html", http.StatusOK, p.view(r))
}

func (p *Page) enter(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.PostFormValue("code")), []byte(p.code)) != 1 {
		v := p.view(r)
		v.Wrong = true
		p.render(w, "page.html", http.StatusForbidden, v)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: codeCookie, Value: p.code, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // plain http on the loopback
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (p *Page) language(w http.ResponseWriter, r *http.Request) {
	lang := "vi"
	if r.PostFormValue("lang") == "en" {
		lang = "en"
	}
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 365 * 24 * 3600}) //nolint:gosec // plain http on the loopback
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func clock(t time.Time) string { return t.Local().Format("15:04:05") }

func size(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func percent(p Progress) int64 {
	if p.Bytes <= 0 {
		return 0
	}
	return 100 * min(p.Done, p.Bytes) / p.Bytes
}
