package registerpull

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"sohoa/internal/fault"
)

// fetcher asks the procedure system.
type fetcher struct {
	cfg    Config
	base   *url.URL
	http   *http.Client
	tokens *clientcredentials.Config // nil: no token
	now    func() time.Time
	pause  func(ctx context.Context, d time.Duration) error // tests do not wait

	mu    sync.Mutex
	token *oauth2.Token
}

// page is one answer.
type page struct {
	records []any
	next    string // empty: the last page
}

// errElsewhere is what a request to a host that is not configured fails with.
var errElsewhere = errors.New("the procedure system points to another host") //nolint:gochecknoglobals // a sentinel

// hosts lets requests to the configured hosts through and no others.
type hosts struct {
	allowed map[string]bool // scheme and host
	inner   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	if !h.allowed[r.URL.Scheme+"://"+r.URL.Host] {
		return nil, errElsewhere
	}
	return h.inner.RoundTrip(r)
}

func newFetcher(c Config, getenv func(string) string, now func() time.Time) (*fetcher, error) {
	base, err := safeURL("base_url", c.BaseURL)
	if err != nil {
		return nil, err
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	allowed := map[string]bool{base.Scheme + "://" + base.Host: true}
	f := &fetcher{cfg: c, base: base, now: now, pause: sleep}
	if c.Auth.TokenURL != "" {
		u, err := safeURL("auth.token_url", c.Auth.TokenURL)
		if err != nil {
			return nil, err
		}
		allowed[u.Scheme+"://"+u.Host] = true
		secret, err := c.Auth.secret(getenv)
		if err != nil {
			return nil, err
		}
		style := oauth2.AuthStyleInHeader
		if c.Auth.InBody {
			style = oauth2.AuthStyleInParams
		}
		f.tokens = &clientcredentials.Config{ClientID: c.Auth.ClientID, ClientSecret: secret, TokenURL: c.Auth.TokenURL, Scopes: c.Auth.Scopes, AuthStyle: style}
	}
	f.http = &http.Client{
		Timeout:   c.Timeout,
		Transport: hosts{allowed, &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 64 << 10, TLSHandshakeTimeout: 10 * time.Second}},
		// A redirect would carry the token, and us, elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

const (
	// fetchTries is how often one page is asked for before the round is left to its next turn.
	fetchTries = 6
	// longestPause is the longest wait that the other side may ask for.
	longestPause = 5 * time.Minute
)

// page asks for the page of a list that next names; empty for the first.
func (f *fetcher) page(ctx context.Context, l List, since time.Time, next string) (page, error) {
	u, err := f.address(l, since, next)
	if err != nil {
		return page{}, err
	}
	for try := 0; ; try++ {
		body, header, again, err := f.get(ctx, u)
		if err == nil {
			return f.read(l, u, next, body, header)
		}
		if again < 0 || try+1 >= fetchTries || ctx.Err() != nil {
			return page{}, err
		}
		if again == 0 {
			again = time.Second << try
		}
		if err := f.pause(ctx, min(again, longestPause)); err != nil {
			return page{}, err
		}
	}
}

// address is where a page is.
func (f *fetcher) address(l List, since time.Time, next string) (*url.URL, error) {
	if l.Paging.Style == pagingNext && next != "" {
		u, err := f.base.Parse(next)
		if err != nil || u.Scheme != f.base.Scheme || u.Host != f.base.Host || u.User != nil {
			return nil, fault.Wrap(fault.Internal, errElsewhere, "the procedure system's next page is not at %s", f.base.Host)
		}
		return u, nil
	}
	u, err := f.base.Parse(strings.TrimPrefix(l.Path, "/"))
	if err != nil {
		return nil, err
	}
	q := u.Query()
	for k, v := range l.Query {
		q.Set(k, v)
	}
	if l.Since.Param != "" && !since.IsZero() {
		q.Set(l.Since.Param, formatted(since, l.Since.Format))
	}
	switch {
	case l.Paging.Style == pagingPage && next == "":
		q.Set(l.Paging.Param, strconv.Itoa(l.Paging.first()))
	case next != "":
		q.Set(l.Paging.Param, next)
	}
	u.RawQuery = q.Encode()
	return u, nil
}

func formatted(t time.Time, format string) string {
	vietnam := t.In(time.FixedZone("+07", 7*3600)) // what is written without a zone is read there
	switch format {
	case "", "rfc3339":
		return t.UTC().Format(time.RFC3339)
	case "date":
		return vietnam.Format(time.DateOnly)
	case "unix":
		return strconv.FormatInt(t.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	return vietnam.Format(format)
}

// get asks once. again says when another try makes sense: negative never, 0 after a pause of our own.
func (f *fetcher) get(ctx context.Context, u *url.URL) (body []byte, header http.Header, again time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, -1, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "sohoa-register-pull")
	token, err := f.bearer(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	if token != nil {
		token.SetAuthHeader(req)
	}
	res, err := f.http.Do(req)
	if err != nil {
		if errors.Is(err, errElsewhere) {
			return nil, nil, -1, err
		}
		return nil, nil, 0, fault.Wrap(fault.StoreUnavailable, withoutURL(err), "the procedure system at %s does not answer", f.base.Host)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusOK:
	case res.StatusCode == http.StatusUnauthorized && token != nil:
		f.forget(token)
		return nil, nil, 0, fault.New(fault.StoreUnavailable, "the procedure system at %s does not take our token", f.base.Host)
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		return nil, nil, f.retryAfter(res.Header.Get("Retry-After")), fault.New(fault.StoreUnavailable, "the procedure system at %s answered %s", f.base.Host, res.Status)
	default:
		return nil, nil, -1, fault.New(fault.Internal, "the procedure system answered %s at %s; see path and query in the configuration", res.Status, u.Path)
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, f.cfg.MaxBody+1))
	if err != nil {
		return nil, nil, 0, fault.Wrap(fault.StoreUnavailable, err, "the answer of %s broke off", f.base.Host)
	}
	if int64(len(body)) > f.cfg.MaxBody {
		return nil, nil, -1, fault.New(fault.Internal, "a page of %s is larger than max_body, %d bytes; ask for smaller pages", u.Path, f.cfg.MaxBody)
	}
	return body, res.Header, 0, nil
}

// withoutURL takes the address, which may hold a cursor, out of an error of the client.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func (f *fetcher) retryAfter(s string) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return time.Duration(min(n, int(longestPause/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(t.Sub(f.now()), 0)
	}
	return 0
}

// bearer is a token that has some life left; nil where none is wanted.
func (f *fetcher) bearer(ctx context.Context) (*oauth2.Token, error) {
	if f.tokens == nil {
		return nil, nil //nolint:nilnil // no token is no error
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.token.Valid() {
		return f.token, nil
	}
	t, err := f.tokens.Token(context.WithValue(ctx, oauth2.HTTPClient, f.http))
	if err != nil {
		if r, ok := errors.AsType[*oauth2.RetrieveError](err); ok { // its text holds the answer's body
			return nil, fault.New(fault.StoreUnavailable, "no token was given for client_id %q: %s %s", f.cfg.Auth.ClientID, r.Response.Status, r.ErrorCode)
		}
		return nil, fault.Wrap(fault.StoreUnavailable, withoutURL(err), "the token's server does not answer")
	}
	f.token = t
	return t, nil
}

func (f *fetcher) forget(t *oauth2.Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.token == t {
		f.token = nil
	}
}

// read takes an answer apart.
func (f *fetcher) read(l List, at *url.URL, now string, body []byte, h http.Header) (page, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return page{}, fault.New(fault.Internal, "the answer at %s is no JSON", at.Path)
	}
	var pg page
	found := l.Records.all(v)
	if len(found) == 1 {
		list, ok := found[0].([]any)
		if !ok && found[0] != nil {
			return page{}, fault.New(fault.Internal, "%s has no list at %q; see records in the configuration", at.Path, l.Records)
		}
		pg.records = list
	} else {
		return page{}, fault.New(fault.Internal, "%s has nothing at %q; see records in the configuration", at.Path, l.Records)
	}
	switch p := l.Paging; p.Style {
	case pagingCursor:
		pg.next = p.Value.text(v)
	case pagingPage:
		n := p.first()
		if now != "" {
			var err error
			if n, err = strconv.Atoi(now); err != nil {
				return page{}, fmt.Errorf("page %q is no number", now)
			}
		}
		if len(pg.records) > 0 && len(pg.records) >= p.Size {
			pg.next = strconv.Itoa(n + 1)
		}
	case pagingNext:
		if p.Value.String() == linkHeader {
			pg.next = linkNext(h)
		} else {
			pg.next = p.Value.text(v)
		}
		if pg.next != "" {
			u, err := at.Parse(pg.next)
			if err != nil {
				return page{}, fault.New(fault.Internal, "the next page's address cannot be read")
			}
			pg.next = u.String()
		}
	}
	if len(pg.next) > maxNext {
		return page{}, fault.New(fault.Internal, "the name of the next page is longer than %d bytes", maxNext)
	}
	return pg, nil
}

// linkHeader stands for the header in place of a path.
const linkHeader = "Link"

// maxNext is how long a cursor or an address may be.
const maxNext = 4 << 10

var linkPattern = regexp.MustCompile(`<([^>]*)>\s*;\s*rel="?next"?`) //nolint:gochecknoglobals // a pattern that never changes

// linkNext reads the next page's address from Link headers (RFC 8288).
func linkNext(h http.Header) string {
	for _, v := range h.Values("Link") {
		if m := linkPattern.FindStringSubmatch(v); m != nil {
			return m[1]
		}
	}
	return ""
}
