package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"sohoa/internal/archive"
	"sohoa/internal/match"
)

// Relink files a document under another dossier, or asks for it where it is released.
func (c *Client) Relink(ctx context.Context, m match.Move) (match.Moved, error) {
	return post[match.Moved](ctx, c, "/documents/"+url.PathEscape(string(m.Document))+"/relink", map[string]any{
		"dossier": m.Dossier, "reason": m.Reason, "version": m.Version, "anyway": m.Anyway,
	})
}

// DecideRelink approves or refuses a move that was asked for.
func (c *Client) DecideRelink(ctx context.Context, id int64, approve bool) (match.Request, error) {
	verb := "refuse"
	if approve {
		verb = "approve"
	}
	return post[match.Request](ctx, c, fmt.Sprintf("/relink-requests/%d/%s", id, verb), nil)
}

// RelinkRequests calls each with every move that waits for a second person.
func (c *Client) RelinkRequests(ctx context.Context, unit string, each func(match.Request) error) error {
	return pages(ctx, c, "/relink-requests", ofUnit(unit), func(b json.RawMessage) error {
		var r match.Request
		if err := json.Unmarshal(b, &r); err != nil {
			return err
		}
		return each(r)
	}, "requests")
}

// DossierWaits calls each with every document without dossier.
func (c *Client) DossierWaits(ctx context.Context, unit string, each func(match.Waiting) error) error {
	return pages(ctx, c, "/dossier-waits", ofUnit(unit), func(b json.RawMessage) error {
		var w match.Waiting
		if err := json.Unmarshal(b, &w); err != nil {
			return err
		}
		return each(w)
	}, "waiting")
}

func ofUnit(unit string) url.Values {
	q := url.Values{}
	if unit != "" {
		q.Set("unit", unit)
	}
	return q
}

// DossierLinks tells where a document is filed and was before.
func (c *Client) DossierLinks(ctx context.Context, id archive.DocumentID) ([]match.Link, error) {
	l, err := get[struct {
		Links []match.Link `json:"links"`
	}](ctx, c, "/documents/"+url.PathEscape(string(id))+"/dossier-links", nil)
	return l.Links, err
}

// RecordsFile writes archive records as a table: csv or xlsx.
func (c *Client) RecordsFile(ctx context.Context, format string, q url.Values, w io.Writer) error {
	resp, err := c.do(ctx, http.MethodGet, "/archive-records."+format, q, nil, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(w, resp.Body)
	return err
}
