package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
)

//go:embed templates/*.html
var templateFiles embed.FS //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

//go:embed static
var staticFiles embed.FS //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

// pages renders what people see. It is safe for concurrent use.
type pages struct {
	messages
	version string
	assets  string // path of the static files, with a digest of them, so that browsers may keep them for ever
	byLang  map[string]map[string]*template.Template
}

func pageNames() []string {
	return []string{"dashboard", "upload", "batches", "batch", "documents", "document", "counter", "login", "error", "docs", "problem", "rows", "arrange", "scans", "purges", "review", "reviewreport", "reviewpapers"}
}

func newPages(version string) (*pages, error) {
	m, err := loadMessages()
	if err != nil {
		return nil, err
	}
	digest := sha256.New()
	err = fs.WalkDir(staticFiles, "static", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(p)
		fmt.Fprintf(digest, "%s %d\n%s", p, len(b), b)
		return err
	})
	if err != nil {
		return nil, err
	}
	p := &pages{messages: m, version: version, assets: "/static/" + hex.EncodeToString(digest.Sum(nil))[:12] + "/", byLang: map[string]map[string]*template.Template{}}
	for _, lang := range languages() {
		base, err := template.New("layout.html").Funcs(p.funcs(lang)).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
		if err != nil {
			return nil, err
		}
		p.byLang[lang] = map[string]*template.Template{}
		for _, name := range pageNames() {
			t, err := template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+name+".html")
			if err != nil {
				return nil, err
			}
			p.byLang[lang][name] = t
		}
	}
	return p, nil
}

func (p *pages) funcs(lang string) template.FuncMap {
	return template.FuncMap{
		"t":     func(key string, args ...any) string { return p.say(lang, key, args...) },
		"tx":    func(group string, key any) string { return p.either(lang, group, fmt.Sprint(key)) },
		"has":   func(key string) bool { return p.has(lang, key) },
		"when":  showTime,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"date":  showDate,
		"ago":   func(seconds int) string { return p.duration(lang, seconds) },
		"bytes": func(n int64) string { return showBytes(lang, n) },
		"n":     func(n int) string { return number(lang, int64(n)) },
		"pct":   func(part, whole int) int { return percent(part, whole) },
		"share": func(f float64) string { return fmt.Sprintf("%.0f%%", f*100) },
		"asset": func(name string) string { return p.assets + name },
		"short": func(d fixity.Digest) string { return d.String()[:12] },
		"sub":   func(a, b int) int { return a - b },
		"dict":  dict,

		"stackvalues": stackValues,
		"leftbefore":  leftBefore,
		"contrast":    func(q *page.Quality) string { return fmt.Sprintf("%.0f", q.Paper-q.Ink) },
		"sum":         func(a, b int) int { return a + b },
	}
}

// either gives the message group.key, or the key itself when there is none (a field or type added later).
func (p *pages) either(lang, group, key string) string {
	if p.has(lang, group+"."+key) {
		return p.say(lang, group+"."+key)
	}
	return key
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d arguments", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}

func percent(part, whole int) int {
	if whole <= 0 {
		return 0
	}
	return min(100, part*100/whole)
}

// frame is what the layout knows, around the page's own data.
type frame struct {
	Lang, Theme, Title, Section, Version string
	Actor                                *archive.Actor
	MayIngest, MayOperate, MayQueue      bool
	MayReview, MayHolder, MayPurge       bool
	MayArrange                           bool
	Here                                 string // path and query, to come back to
	Query                                string // of the search box
	Script                               string // the page's module
	Flash                                string
	Refresh                              bool
	Data                                 any
}

// view is what a page handler gives back.
type view struct {
	page    string
	title   string
	section string
	script  string
	query   string
	data    any
}

type pageHandler func(r *http.Request, a archive.Actor) (view, error)

func (s *Server) pageRoutes(mux *routeMux) {
	static, err := fs.Sub(staticFiles, "static")
	if err != nil { // the directory is embedded; its name is a constant
		panic(err)
	}
	files := http.StripPrefix(s.pages.assets, http.FileServerFS(static))
	mux.HandleFunc("GET "+s.pages.assets, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { // asked for beside what is no page of ours, a PDF
		http.Redirect(w, r, s.pages.assets+"icon.svg", http.StatusFound)
	})
	for pattern, h := range s.pageHandlers() {
		mux.Handle(pattern, s.page(h))
	}
	if s.d.Register != nil {
		mux.Handle("GET /counter", s.page(s.counterPage))
		mux.HandleFunc("POST /counter", s.counterRead)
	}
	mux.HandleFunc("GET /login", s.loginPage)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.end(w, r)
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /preferences", s.preferences)
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) {
		s.show(w, r, http.StatusOK, s.actorIfAny(r), view{page: "docs", title: "docs.title", data: map[string]any{"Groups": s.spec.operations, "Spec": string(s.spec.yaml)}})
	})
	mux.HandleFunc("GET /problems/{code}", s.problemPage)
	for pattern, h := range s.pageActions() {
		mux.Handle(pattern, s.action(h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.showError(w, r, fault.New(fault.NotFound, ""))
	})
}

func (s *Server) pageHandlers() map[string]pageHandler {
	handlers := map[string]pageHandler{
		"GET /{$}":               s.dashboard,
		"GET /upload":            s.uploadPage,
		"GET /batches":           s.batchesPage,
		"GET /batches/{id}":      s.batchPage,
		"GET /batches/{id}/rows": s.batchRows,
		"GET /documents":         s.documentsPage,
		"GET /search":            s.searchPage,
		"GET /documents/{id}":    s.documentPage,
	}
	s.reviewPages(handlers)
	s.arrangePages(handlers)
	s.purgePages(handlers)
	return handlers
}

// page lets signed-in people see a page; others are asked to sign in.
func (s *Server) page(h pageHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := s.identify(r)
		if fault.CodeOf(err) == fault.Unauthenticated && err != nil {
			http.Redirect(w, r, "/login?next="+url.QueryEscape(here(r)), http.StatusSeeOther)
			return
		}
		if err == nil {
			var v view
			r = withActor(r, a)
			if v, err = h(r, a); err == nil {
				s.show(w, r, http.StatusOK, &a, v)
				return
			}
		}
		s.showError(w, r, err)
	})
}

func here(r *http.Request) string {
	if r.Method != http.MethodGet {
		return "/"
	}
	return r.URL.RequestURI()
}

func (s *Server) actorIfAny(r *http.Request) *archive.Actor {
	a, err := s.identify(r)
	if err != nil {
		return nil
	}
	return &a
}

// show renders a page whole before a byte of it is sent, so that a mistake in it is an error and not half a page.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, a *archive.Actor, v view) {
	lang := languageOf(r)
	f := frame{
		Lang: lang, Theme: themeOf(r), Title: s.pages.say(lang, v.title), Section: v.section, Version: s.d.Version, Actor: a,
		Here: here(r), Query: v.query, Script: v.script, Data: v.data, Flash: s.flash(lang, r),
	}
	if a != nil {
		f.MayIngest, f.MayOperate, f.MayQueue = a.May(archive.ActIngest), a.May(archive.ActOperate), a.May(archive.ActQueue)
		f.MayReview = a.May(archive.ActReview) && s.d.Review != nil
		f.MayArrange = a.May(archive.ActOperate) && s.d.Rearrange != nil
		f.MayPurge = s.d.Purge != nil && (a.May(archive.ActPurge) || a.May(archive.ActDispose))
		f.MayHolder = a.May(archive.ActHolder) && s.d.Register != nil
	}
	var b bytes.Buffer
	t := s.pages.byLang[lang][v.page]
	name := "layout.html"
	if v.page == "rows" {
		name = "rows.html"
	}
	if err := t.ExecuteTemplate(&b, name, f); err != nil {
		s.d.Logger.ErrorContext(r.Context(), "render page", "page", v.page, "error", err)
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", lang)
	h.Add("Vary", "Cookie, Accept-Language")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// showError shows an error as a page, in the words of its code.
func (s *Server) showError(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	a := s.actorIfAny(r)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter(p.Code))
		a = nil // whoever it is cannot be looked up just now either
	}
	s.show(w, r, p.Status, a, view{page: "error", title: "fault." + string(p.Code) + ".title", data: p})
}

func (s *Server) problemPage(w http.ResponseWriter, r *http.Request) {
	code := fault.Code(r.PathValue("code"))
	if !slices.Contains(fault.Codes(), code) {
		s.showError(w, r, fault.New(fault.NotFound, ""))
		return
	}
	s.show(w, r, http.StatusOK, s.actorIfAny(r), view{page: "problem", title: "fault." + string(code) + ".title",
		data: map[string]any{"Code": code, "Status": statusOf(code), "Verdict": code.Verdict().String()}})
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// preferences keeps language and theme in the browser.
func (s *Server) preferences(w http.ResponseWriter, r *http.Request) {
	s.limitBody(w, r)
	keep := func(name, value string) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: s.d.SecureCookies, SameSite: http.SameSiteLaxMode})
	}
	if v := r.PostFormValue("language"); slices.Contains(languages(), v) {
		keep(languageCookie, v)
	}
	if v := r.PostFormValue("theme"); slices.Contains([]string{"light", "dark", "auto"}, v) {
		keep(themeCookie, v)
	}
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
}

// localPath lets a form send people back to a page of ours only. Nothing of s is passed on as it was written.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) {
		return "/"
	}
	clean := url.URL{Path: path.Clean("/" + u.Path), RawQuery: u.Query().Encode()}
	if strings.Contains(clean.Path, `\`) {
		return "/"
	}
	return clean.String()
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, s.actorIfAny(r), view{page: "login", title: "login.title", data: map[string]any{"Next": localPath(r.URL.Query().Get("next")), "Wrong": false}})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	s.limitBody(w, r)
	next := localPath(r.PostFormValue("next"))
	hash := fixity.Of([]byte(strings.TrimSpace(r.PostFormValue("token"))))
	_, err := s.byToken(r.Context(), hash)
	switch {
	case err == nil:
		s.sessions.end(w, r) // the one before, if any; its cookie is overwritten by the next line
		s.sessions.begin(w, hash)
		http.Redirect(w, r, next, http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Unauthenticated:
		s.show(w, r, http.StatusUnauthorized, nil, view{page: "login", title: "login.title", data: map[string]any{"Next": next, "Wrong": true}})
	default:
		s.showError(w, r, err)
	}
}

// Actions: forms of the pages. Each does one thing and goes back to where the form was.

type pageAction func(r *http.Request, a archive.Actor) (n int, err error)

func (s *Server) pageActions() map[string]pageAction {
	d := s.d.Retrieve
	actions := map[string]pageAction{
		"POST /queue/pause":  func(r *http.Request, a archive.Actor) (int, error) { return 1, d.PauseQueue(r.Context(), a, true) },
		"POST /queue/resume": func(r *http.Request, a archive.Actor) (int, error) { return 1, d.PauseQueue(r.Context(), a, false) },
	}
	maps.Copy(actions, s.batchActions())
	maps.Copy(actions, s.filingActions())
	s.purgeActions(actions)
	for kind, subject := range subjects() {
		actions["POST /"+kind+"/{id}/retry"] = func(r *http.Request, a archive.Actor) (int, error) {
			return d.Retry(r.Context(), a, subject(r.PathValue("id")))
		}
		actions["POST /"+kind+"/{id}/cancel"] = func(r *http.Request, a archive.Actor) (int, error) {
			return d.Cancel(r.Context(), a, subject(r.PathValue("id")))
		}
	}
	return actions
}

// subjects are what an operator acts on, by their part of a path.
func subjects() map[string]func(id string) retrieve.Subject {
	return map[string]func(string) retrieve.Subject{
		"documents":  func(id string) retrieve.Subject { return retrieve.Subject{Document: archive.DocumentID(id)} },
		"accessions": func(id string) retrieve.Subject { return retrieve.Subject{Accession: archive.AccessionID(id)} },
		"batches":    func(id string) retrieve.Subject { return retrieve.Subject{Batch: archive.BatchID(id)} },
	}
}

func (s *Server) action(h pageAction) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.limitBody(w, r)
		a, err := s.identify(r)
		if err != nil {
			s.showError(w, r, err)
			return
		}
		if err := r.ParseForm(); err != nil { // here, since the handler works on a copy of the request and would take the body with it
			s.showError(w, r, fault.Wrap(fault.RequestMalformed, err, "the form cannot be read"))
			return
		}
		n, err := h(withActor(r, a), a)
		if err != nil {
			s.showError(w, r, err)
			return
		}
		u, err := url.Parse(localPath(r.PostFormValue("back")))
		if err != nil {
			u = &url.URL{Path: "/"}
		}
		q := u.Query()
		q.Set("did", path.Base(r.URL.Path))
		q.Set("n", fmt.Sprint(n))
		u.RawQuery = q.Encode()
		http.Redirect(w, r, u.String(), http.StatusSeeOther)
	})
}

// flash says what the form before did. Its words come from the messages; the URL chooses among them only.
func (s *Server) flash(lang string, r *http.Request) string {
	did := r.URL.Query().Get("did")
	if !slices.Contains([]string{"retry", "cancel", "close", "pause", "resume", "hold", "reopen", "settings", "arrange", "undo", "relink", "purge", "remove", "keep", "approve", "refuse"}, did) {
		return ""
	}
	var n int64
	if _, err := fmt.Sscanf(r.URL.Query().Get("n"), "%d", &n); err != nil || n < 0 {
		n = 1
	}
	return s.pages.say(lang, "did."+did, number(lang, n))
}

// boxes of a page in the units of its picture, for the overlay.
type boxes struct {
	Width, Height int
	Found         []page.Box // what was searched for
	Field         []page.Box // where a field was read
}
