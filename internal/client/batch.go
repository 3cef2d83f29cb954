package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"sohoa/internal/retrieve"
)

// OpenBatch makes a batch, or changes the one of that name.
func (c *Client) OpenBatch(ctx context.Context, b retrieve.NewBatch) (retrieve.Batch, error) {
	return postJSON[retrieve.Batch](ctx, c, "/batches", b)
}

// postJSON posts a value and reads the answer.
func postJSON[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	var v T
	b, err := json.Marshal(body)
	if err != nil {
		return v, err
	}
	res, err := c.do(ctx, http.MethodPost, path, nil, bytes.NewReader(b), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if err != nil {
		return v, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		return v, fmt.Errorf("read answer of %s: %w", path, err)
	}
	return v, nil
}
