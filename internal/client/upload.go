package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Upload is one file to hand in.
type Upload struct {
	Name, Unit, Dossier, Batch string
	Queue                      archive.Queue
	SHA256                     fixity.Digest
	SizeBytes                  int64
	// Open is called again for each try. What is an io.Seeker as well is gone on with in the middle without reading what is before.
	Open func() (io.ReadCloser, error)
	// Progress, when set, is told as the file goes out: how many of its bytes are behind, which are those the server says it has and those
	// sent since (a broken line takes some back), and how many were really sent since it was last told. It is never called twice at once.
	Progress func(behind, sent int64)
}

// Received is the answer to a file handed in.
type Received struct {
	Accession archive.Accession `json:"accession"`
	Existing  bool              `json:"existing"`
}

// Accept hands a file in with one request. It is tried again while the server is not available, until ctx ends or tries are used up: the
// same bytes sent twice are one accession.
func (c *Client) Accept(ctx context.Context, u Upload, tries int) (Received, error) {
	var r Received
	var err error
	for try := range max(tries, 1) {
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return r, err
			}
		}
		if r, err = c.accept(ctx, u); err == nil || fault.VerdictOf(err) == fault.Rejected || ctx.Err() != nil {
			return r, err
		}
	}
	return r, err
}

// pause waits before try n, longer each time.
func pause(ctx context.Context, n int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(min(time.Second<<min(n, 5), 30*time.Second)):
		return nil
	}
}

func (c *Client) accept(ctx context.Context, u Upload) (Received, error) {
	var r Received
	body, err := u.body(0, u.SizeBytes)
	if err != nil {
		return r, err
	}
	defer body.Close()
	q := url.Values{}
	for k, v := range u.meta() {
		q.Set(k, v)
	}
	res, err := c.do(ctx, http.MethodPost, "/accessions", q, body, func(req *http.Request) {
		req.ContentLength = u.SizeBytes
		req.Header.Set("Content-Type", "application/octet-stream")
		if !u.SHA256.IsZero() {
			req.Header.Set("X-Sohoa-SHA256", u.SHA256.String())
		}
	})
	if err != nil {
		return r, body.orOwn(err)
	}
	defer res.Body.Close()
	return r, json.NewDecoder(res.Body).Decode(&r)
}

// meta is what is said about the file, without what is left to the server.
func (u Upload) meta() map[string]string {
	m := map[string]string{"name": u.Name, "unit": u.Unit, "dossier": u.Dossier, "batch": u.Batch, "queue": string(u.Queue)}
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

// sendBody is n bytes of a file on their way out. A transport may go on reading a body after it has given up on the request: Close waits
// for that and ends it, so the next try counts alone.
type sendBody struct {
	mu       sync.Mutex
	r        io.ReadCloser
	at, left int64
	progress func(behind, sent int64)
	moved    func(left int64) // told of every read, when set
	closed   bool
	err      error // of the file, not of the line
}

// body opens the file for sending n bytes from offset on.
func (u Upload) body(offset, n int64) (*sendBody, error) {
	r, err := u.Open()
	if err != nil {
		return nil, err
	}
	if s, ok := r.(io.Seeker); ok {
		_, err = s.Seek(offset, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, r, offset)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	b := &sendBody{r: r, at: offset, left: n, progress: u.Progress}
	if b.progress != nil {
		b.progress(offset, 0)
	}
	return b, nil
}

// Read implements io.Reader.
func (b *sendBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.at, b.left = b.at+int64(n), b.left-int64(n)
	if n > 0 && b.progress != nil {
		b.progress(b.at, int64(n))
	}
	if b.moved != nil {
		b.moved(b.left)
	}
	switch {
	case b.left == 0:
		err = nil // said with the next read
	case err == io.EOF: //nolint:errorlint // readers return it as it is
		b.err = fault.New(fault.FixityMismatch, "the file became shorter while it was sent; send it again once it is whole")
		err = b.err
	case err != nil:
		b.err = err
	}
	return n, err
}

// Close implements io.Closer.
func (b *sendBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	return b.r.Close()
}

// orOwn prefers what was wrong with the file to what the transport says came of that.
func (b *sendBody) orOwn(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	return err
}
