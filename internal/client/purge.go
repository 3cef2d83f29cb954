package client

import (
	"context"
	"net/http"
	"net/url"

	"sohoa/internal/archive"
	"sohoa/internal/purge"
)

// PurgeRequest asks that a paper be removed for good.
type PurgeRequest struct {
	Reason    archive.PurgeReason `json:"reason"`
	Note      string              `json:"note,omitempty"`
	WholeFile bool                `json:"whole_file,omitempty"`
}

// RequestPurge asks that a document be purged; another account decides.
func (c *Client) RequestPurge(ctx context.Context, id archive.DocumentID, r PurgeRequest) (purge.Purge, error) {
	return postJSON[purge.Purge](ctx, c, "/documents/"+url.PathEscape(string(id))+"/purge", r)
}

// DecidePurge approves or refuses a request; verb is approve or refuse.
func (c *Client) DecidePurge(ctx context.Context, id, verb string) (purge.Purge, error) {
	return call[purge.Purge](ctx, c, http.MethodPost, "/purges/"+url.PathEscape(id)+"/"+verb, nil)
}

// Purges is a page of requests.
type Purges struct {
	Purges []purge.Purge `json:"purges"`
	Next   string        `json:"next"`
}

// Purges lists requests, newest first; q holds state, limit, cursor.
func (c *Client) Purges(ctx context.Context, q url.Values) (Purges, error) {
	return get[Purges](ctx, c, "/purges", q)
}
