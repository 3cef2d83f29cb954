// Package client speaks sohoa's HTTP API from Go: what the command line and the scanner's agent use.
//
// Answers that are problems (RFC 9457) come back as *fault.Error with the server's code, so a caller tells rejected from stalled as the
// server does. A server that cannot be reached is a stalled fault.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

// Client speaks to one server with one token. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
	stall time.Duration // how long a piece of a resumable upload may move no byte
}

// New returns a client of the server at base (scheme and host, no path).
func New(base, token string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("server %q is not an http or https URL", base)
	}
	return &Client{base: strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"), token: token, stall: 2 * time.Minute, http: &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, ResponseHeaderTimeout: 10 * time.Minute, ForceAttemptHTTP2: true,
		},
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Base is the server's URL, for links shown to people.
func (c *Client) Base() string { return c.base }

func (c *Client) do(ctx context.Context, method, path string, query url.Values, body io.Reader, set func(*http.Request)) (*http.Response, error) {
	u := c.base + "/api/v1" + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u, body)
	if err != nil {
		return nil, err
	}
	if set != nil {
		set(req)
	}
	res, err := c.send(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		defer res.Body.Close()
		return nil, problemOf(res)
	}
	return res, nil
}

// send sends a request as who the token stands for. Whatever the server answers is no error.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("User-Agent", "sohoa-client")
	res, err := c.http.Do(req)
	if err != nil {
		if req.Context().Err() != nil {
			return nil, context.Cause(req.Context())
		}
		return nil, fault.Wrap(fault.StoreUnavailable, err, "the server at %s does not answer; is sohoa up running?", c.base)
	}
	return res, nil
}

// problemOf reads a problem answer.
func problemOf(res *http.Response) error {
	var p struct {
		Code   fault.Code `json:"code"`
		Detail string     `json:"detail"`
		Title  string     `json:"title"`
	}
	b, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if json.Unmarshal(b, &p) != nil || p.Code == "" {
		return fault.New(fault.Internal, "the server answered %s", res.Status)
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	return fault.New(p.Code, "%s", p.Detail)
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return call[T](ctx, c, http.MethodGet, path, query)
}

func call[T any](ctx context.Context, c *Client, method, path string, query url.Values) (T, error) {
	var v T
	res, err := c.do(ctx, method, path, query, nil, nil)
	if err != nil {
		return v, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		return v, fmt.Errorf("read answer of %s: %w", path, err)
	}
	return v, nil
}

// Me is the account that asks.
type Me struct {
	Account    string       `json:"account"`
	Role       archive.Role `json:"role"`
	Unit       string       `json:"unit"`
	UploadUnit string       `json:"upload_unit"` // of uploads that name none
}

// Me asks who the token stands for.
func (c *Client) Me(ctx context.Context) (Me, error) { return get[Me](ctx, c, "/me", nil) }

// Accession asks for one accession.
func (c *Client) Accession(ctx context.Context, id archive.AccessionID) (retrieve.Accession, error) {
	return get[retrieve.Accession](ctx, c, "/accessions/"+url.PathEscape(string(id)), nil)
}

// BatchByName finds a batch by name.
func (c *Client) BatchByName(ctx context.Context, unit, name string) (retrieve.Batch, error) {
	q := url.Values{"name": {name}}
	if unit != "" {
		q.Set("unit", unit)
	}
	l, err := get[struct{ Batches []retrieve.Batch }](ctx, c, "/batches", q)
	if err != nil {
		return retrieve.Batch{}, err
	}
	if len(l.Batches) == 0 {
		return retrieve.Batch{}, fault.New(fault.BatchUnknown, "there is no batch %q", name)
	}
	return l.Batches[0], nil
}

// BatchState is a batch with how far it is.
type BatchState struct {
	retrieve.Batch
	Progress retrieve.Progress `json:"progress"`
	Done     bool              `json:"done"`
}

// Batch asks for a batch and how far it is.
func (c *Client) Batch(ctx context.Context, id archive.BatchID) (BatchState, error) {
	return get[BatchState](ctx, c, "/batches/"+url.PathEscape(string(id)), nil)
}

// ProgressState is how far everything is.
type ProgressState struct {
	retrieve.Progress
	Done bool `json:"done"`
}

// Progress asks how far everything is that the account reaches.
func (c *Client) Progress(ctx context.Context) (ProgressState, error) {
	return get[ProgressState](ctx, c, "/progress", nil)
}

// Accessions calls each for every accession of a batch (or of all), in order of arrival.
func (c *Client) Accessions(ctx context.Context, batch archive.BatchID, state archive.AccessionState, each func(retrieve.Accession) error) error {
	q := url.Values{"limit": {strconv.Itoa(retrieve.MaxLimit)}}
	if batch != "" {
		q.Set("batch", string(batch))
	}
	if state != "" {
		q.Set("state", string(state))
	}
	return pages(ctx, c, "/accessions", q, func(b json.RawMessage) error {
		var a retrieve.Accession
		if err := json.Unmarshal(b, &a); err != nil {
			return err
		}
		return each(a)
	}, "accessions")
}

// Documents calls each for every document asked for, newest first.
func (c *Client) Documents(ctx context.Context, q url.Values, each func(retrieve.Document) error) error {
	q.Set("limit", strconv.Itoa(retrieve.MaxLimit))
	return pages(ctx, c, "/documents", q, func(b json.RawMessage) error {
		var d retrieve.Document
		if err := json.Unmarshal(b, &d); err != nil {
			return err
		}
		return each(d)
	}, "documents")
}

// ErrStop ends a loop over pages early.
var ErrStop = errors.New("stop") //nolint:gochecknoglobals // a sentinel

func pages(ctx context.Context, c *Client, path string, q url.Values, each func(json.RawMessage) error, list string) error {
	for {
		l, err := get[map[string]json.RawMessage](ctx, c, path, q)
		if err != nil {
			return err
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(l[list], &rows); err != nil {
			return fmt.Errorf("read answer of %s: %w", path, err)
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				if errors.Is(err, ErrStop) {
					return nil
				}
				return err
			}
		}
		var next string
		if l["next"] != nil {
			if err := json.Unmarshal(l["next"], &next); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.Set("cursor", next)
	}
}

// Document asks for one document.
func (c *Client) Document(ctx context.Context, id archive.DocumentID) (retrieve.View, error) {
	return get[retrieve.View](ctx, c, "/documents/"+url.PathEscape(string(id)), nil)
}

// History asks what happened to a document.
func (c *Client) History(ctx context.Context, id archive.DocumentID) ([]retrieve.Event, error) {
	l, err := get[struct{ Events []retrieve.Event }](ctx, c, "/documents/"+url.PathEscape(string(id))+"/history", nil)
	return l.Events, err
}

// Hits is a page of documents found.
type Hits struct {
	Hits []retrieve.Hit `json:"hits"`
	Next string         `json:"next"`
}

// Search finds documents; q holds q, unit, from, to, limit, cursor.
func (c *Client) Search(ctx context.Context, q url.Values) (Hits, error) {
	return get[Hits](ctx, c, "/search", q)
}

// HolderSearch asks for the documents that name a person or firm by an identifier. It travels in the body, never in the address.
type HolderSearch struct {
	Holder string `json:"holder"`
	Unit   string `json:"unit,omitempty"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"`
}

// SearchHolder finds documents by the identifier of a holder.
func (c *Client) SearchHolder(ctx context.Context, q HolderSearch) (Hits, error) {
	var h Hits
	b, err := json.Marshal(q)
	if err != nil {
		return h, err
	}
	res, err := c.do(ctx, http.MethodPost, "/search", nil, bytes.NewReader(b), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if err != nil {
		return h, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&h); err != nil {
		return h, fmt.Errorf("read answer of /search: %w", err)
	}
	return h, nil
}

// Download copies a part of a document to w.
func (c *Client) Download(ctx context.Context, id archive.DocumentID, kind retrieve.PartKind, w io.Writer) (int64, error) {
	res, err := c.do(ctx, http.MethodGet, "/documents/"+url.PathEscape(string(id))+"/"+string(kind), nil, nil, nil)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.Copy(w, res.Body)
	if err == nil && res.ContentLength >= 0 && n != res.ContentLength {
		err = fault.New(fault.StoreUnavailable, "the download ended after %d of %d bytes; try again", n, res.ContentLength)
	}
	return n, err
}

// Operate cancels or retries what kind ("batches", "documents", "accessions") and id name.
func (c *Client) Operate(ctx context.Context, kind, id, verb string) (int, error) {
	r, err := call[struct{ Changed int }](ctx, c, http.MethodPost, "/"+kind+"/"+url.PathEscape(id)+"/"+verb, nil)
	return r.Changed, err
}

// Queue asks what waits.
func (c *Client) Queue(ctx context.Context) (retrieve.Queue, error) {
	return get[retrieve.Queue](ctx, c, "/queue", nil)
}

// PauseQueue pauses or resumes handing out work.
func (c *Client) PauseQueue(ctx context.Context, paused bool) error {
	verb := "resume"
	if paused {
		verb = "pause"
	}
	_, err := call[map[string]any](ctx, c, http.MethodPost, "/queue/"+verb, nil)
	return err
}
