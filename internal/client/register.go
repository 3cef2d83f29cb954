package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"sohoa/internal/register"
)

// PutRegister sends records, one JSON object a line (register.EncodeLine), and gives the server's report. A report that is not applied is no
// error: its Bad says why. Body is read once, while it is sent.
func (c *Client) PutRegister(ctx context.Context, k register.Kind, body io.Reader, skipBad, dryRun bool) (register.Report, error) {
	var r register.Report
	q := url.Values{"skip_bad": {strconv.FormatBool(skipBad)}, "dry_run": {strconv.FormatBool(dryRun)}}
	path := "/register/" + string(k)
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.base+"/api/v1"+path+"?"+q.Encode(), body)
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	res, err := c.send(req)
	if err != nil {
		return r, err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 && (res.StatusCode != http.StatusUnprocessableEntity || res.Header.Get("Content-Type") != "application/json") {
		return r, problemOf(res)
	}
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		return r, fmt.Errorf("read answer of %s: %w", path, err)
	}
	return r, nil
}

// registerPage is how many records are asked for at once.
const registerPage = register.MaxLimit

// Register calls each for every record of a list, in order of their last change; q holds code, updated_since, deleted. T is UnitRow,
// ProcedureRow, HolderRow or DossierRow, as the list is.
func Register[T any](ctx context.Context, c *Client, k register.Kind, q url.Values, each func(T) error) error {
	if q == nil {
		q = url.Values{}
	}
	q.Set("limit", strconv.Itoa(registerPage))
	return pages(ctx, c, "/register/"+string(k), q, func(b json.RawMessage) error {
		var v T
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
		return each(v)
	}, string(k))
}

// DeleteRegister marks a record as deleted.
func (c *Client) DeleteRegister(ctx context.Context, k register.Kind, code string) error {
	res, err := c.do(ctx, http.MethodDelete, "/register/"+string(k)+"/"+url.PathEscape(code), nil, nil, nil)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// FindHolders asks whose numbers these are, or those on a card.
func (c *Client) FindHolders(ctx context.Context, numbers []string, card string) (register.Found, error) {
	return post[register.Found](ctx, c, "/register/holders/find", map[string]any{"numbers": numbers, "card": card})
}

// LinkHolders makes the numbers on a card one holder's.
func (c *Client) LinkHolders(ctx context.Context, card string) (register.Linked, error) {
	return post[register.Linked](ctx, c, "/register/holders/link", map[string]any{"card": card})
}

func post[T any](ctx context.Context, c *Client, path string, body map[string]any) (T, error) {
	for k, x := range body {
		if s, ok := x.([]string); x == "" || ok && len(s) == 0 {
			delete(body, k)
		}
	}
	return postJSON[T](ctx, c, path, body)
}
