package client

import (
	"context"
	"fmt"
	"net/url"

	"sohoa/internal/archive"
	"sohoa/internal/rearrange"
)

// ArrangedDocument is a document as it is now: its current version, archived or under way.
type ArrangedDocument struct {
	ID         archive.DocumentID `json:"id"`
	Version    int                `json:"version"`
	Name       string             `json:"name"`
	Title      string             `json:"title"`
	Dossier    string             `json:"dossier"`
	Processing archive.Processing `json:"processing"`
	Pages      []struct {
		archive.PageRef
		Kind     string   `json:"kind"`
		Findings []string `json:"findings"`
	} `json:"pages"`
	LeftOut []archive.LeftOut `json:"left_out"`
}

// ArrangedList is documents with their pages, and what was changed last, newest first.
type ArrangedList struct {
	Documents []ArrangedDocument      `json:"documents"`
	Next      string                  `json:"next"`
	Changes   []rearrange.Arrangement `json:"changes"`
}

// DocumentPages asks for a document with its pages.
func (c *Client) DocumentPages(ctx context.Context, id archive.DocumentID) (ArrangedList, error) {
	return get[ArrangedList](ctx, c, "/documents/"+url.PathEscape(string(id))+"/pages", nil)
}

// BatchPages asks for the documents of a batch with their pages, in the order in which they were scanned. cursor is the Next of the list before.
func (c *Client) BatchPages(ctx context.Context, id archive.BatchID, cursor string) (ArrangedList, error) {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return get[ArrangedList](ctx, c, "/batches/"+url.PathEscape(string(id))+"/pages", q)
}

// Arrange changes which pages make which documents.
func (c *Client) Arrange(ctx context.Context, r rearrange.Request) (rearrange.Arrangement, error) {
	return postJSON[rearrange.Arrangement](ctx, c, "/arrangements", r)
}

// UndoArrangement undoes a change.
func (c *Client) UndoArrangement(ctx context.Context, id int64) (rearrange.Arrangement, error) {
	return postJSON[rearrange.Arrangement](ctx, c, fmt.Sprintf("/arrangements/%d/undo", id), struct{}{})
}
