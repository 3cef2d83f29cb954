package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

const (
	tusVersion = "1.0.0"
	// pieceBytes of a file go in one request, so that a proxy that holds requests back or limits them costs little.
	pieceBytes = 32 << 20
)

// AcceptResumable hands a file in by tus 1.0: after a broken line it goes on from the last byte the server has. Where the upload was
// left is remembered in places, so that a later call, of another process too, goes on as well; places may be nil. It gives up as
// Accept does, but counts tries only while nothing gets through. An upload that the server has forgotten is begun again.
func (c *Client) AcceptResumable(ctx context.Context, u Upload, places *Places, tries int) (Received, error) {
	if u.SizeBytes == 0 {
		return c.Accept(ctx, u, tries)
	}
	s := &resumable{c: c, u: u, places: places, key: placeKey(c.base, u)}
	s.id = places.find(s.key)
	furthest := int64(0)
	for try := 1; ; try++ {
		r, err := s.send(ctx)
		switch {
		case err == nil:
			s.forget()
			return r, nil
		case ctx.Err() != nil:
			return r, err
		case fault.VerdictOf(err) == fault.Rejected:
			s.forget()
			return r, err
		}
		if s.offset > furthest {
			furthest, try = s.offset, 1
		}
		if try >= tries {
			return r, err
		}
		if err := pause(ctx, try); err != nil {
			return r, err
		}
	}
}

// resumable is one upload on its way.
type resumable struct {
	c      *Client
	u      Upload
	places *Places
	key    string
	id     string // empty while the server knows of none
	offset int64  // bytes the server has, as far as it said
}

// send goes on with the upload, or begins it, and sends until the file is in custody or something is wrong.
func (s *resumable) send(ctx context.Context) (Received, error) {
	if s.id != "" {
		if r, done, err := s.ask(ctx); done || err != nil {
			return r, err
		}
	}
	if s.id == "" {
		if err := s.begin(ctx); err != nil {
			return Received{}, err
		}
	}
	for {
		if r, done, err := s.piece(ctx); done || err != nil {
			return r, err
		}
	}
}

// ask learns how much the server has. An upload that it does not know, or not as ours, is none; why is for begin to hear, since an
// answer to HEAD has no words.
func (s *resumable) ask(ctx context.Context) (Received, bool, error) {
	res, err := s.request(ctx, http.MethodHead, s.id, nil, nil)
	if err != nil {
		return Received{}, false, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode < 300:
		return s.answered(ctx, res)
	case res.StatusCode >= 500, transient(res.StatusCode):
		return Received{}, false, fault.New(fault.StoreUnavailable, "the server at %s cannot go on with the upload now (%s)", s.c.base, res.Status)
	}
	s.forget()
	return Received{}, false, nil
}

// transient reports answers of the 4xx kind that another try may mend: too slow, offset elsewhere, locked, too early, too many.
func transient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

func (s *resumable) begin(ctx context.Context) error {
	meta := s.u.meta()
	if !s.u.SHA256.IsZero() {
		meta["sha256"] = s.u.SHA256.String()
	}
	pairs := make([]string, 0, len(meta))
	for _, k := range slices.Sorted(maps.Keys(meta)) {
		pairs = append(pairs, k+" "+base64.StdEncoding.EncodeToString([]byte(meta[k])))
	}
	res, err := s.request(ctx, http.MethodPost, "", nil, func(req *http.Request) {
		req.Header.Set("Upload-Length", strconv.FormatInt(s.u.SizeBytes, 10))
		req.Header.Set("Upload-Metadata", strings.Join(pairs, ","))
	})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return problemOf(res)
	}
	// Only the id is taken: uploads go to the server we were told of, by the path we were told of.
	l := res.Header.Get("Location")
	id := l[strings.LastIndexByte(l, '/')+1:]
	if !validUpload(id) {
		return fault.New(fault.Internal, "the server announced the upload at %q, which is no address of one", l)
	}
	s.id, s.offset = id, 0
	s.places.put(s.key, place{Server: s.c.base, Upload: id, SHA256: s.u.SHA256, SizeBytes: s.u.SizeBytes, Unit: s.u.Unit, Dossier: s.u.Dossier, Batch: s.u.Batch})
	return nil
}

// piece sends the next bytes.
func (s *resumable) piece(ctx context.Context) (Received, bool, error) {
	n := min(pieceBytes, s.u.SizeBytes-s.offset)
	body, err := s.u.body(s.offset, n)
	if err != nil {
		return Received{}, false, err
	}
	defer body.Close()
	// A line that is dead without a word would be waited on for as long as the kernel does. With the last byte out, the server may take
	// its time to take the file into custody.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(s.c.stall, func() {
		cancel(fault.New(fault.StoreUnavailable, "the line to %s moves no byte", s.c.base))
	})
	defer watchdog.Stop()
	body.moved = func(left int64) {
		if left == 0 {
			watchdog.Stop()
		} else {
			watchdog.Reset(s.c.stall)
		}
	}
	res, err := s.request(ctx, http.MethodPatch, s.id, body, func(req *http.Request) {
		req.ContentLength = n
		req.Header.Set("Upload-Offset", strconv.FormatInt(s.offset, 10))
		req.Header.Set("Content-Type", "application/offset+octet-stream")
	})
	if err != nil {
		return Received{}, false, body.orOwn(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode < 300:
		return s.answered(ctx, res)
	case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		s.forget()
		return Received{}, false, fault.New(fault.StoreUnavailable, "the server has given the upload up; it is begun again")
	case transient(res.StatusCode):
		return Received{}, false, fault.New(fault.StoreUnavailable, "the upload stands elsewhere (%s)", res.Status)
	}
	return Received{}, false, body.orOwn(problemOf(res))
}

// answered reads an answer that is no refusal: how far the upload is, and once it is whole, which accession it became.
func (s *resumable) answered(ctx context.Context, res *http.Response) (Received, bool, error) {
	at, err := strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || at < 0 || at > s.u.SizeBytes {
		return Received{}, false, fault.New(fault.Internal, "the server answered with the offset %q of an upload of %d bytes", res.Header.Get("Upload-Offset"), s.u.SizeBytes)
	}
	s.offset = at
	if at < s.u.SizeBytes {
		return Received{}, false, nil
	}
	id := archive.AccessionID(res.Header.Get("X-Sohoa-Accession"))
	if !archive.ValidID(string(id)) {
		return Received{}, false, fault.New(fault.Internal, "the server has every byte of the upload and does not say which accession it became")
	}
	if s.u.Progress != nil {
		s.u.Progress(at, 0)
	}
	r := Received{Accession: archive.Accession{ID: id}, Existing: res.Header.Get("X-Sohoa-Existing") == "true"}
	// It is in custody; that the rest of its record cannot be asked for just now does not change that.
	if a, err := s.c.Accession(ctx, id); err == nil {
		r.Accession = a.Accession
	}
	return r, true, nil
}

// request is do, with answers of every status.
func (s *resumable) request(ctx context.Context, method, id string, body io.Reader, set func(*http.Request)) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.c.base+"/api/v1/uploads/"+id, body)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	req.Header.Set("Tus-Resumable", tusVersion)
	if set != nil {
		set(req)
	}
	return s.c.send(req)
}

func (s *resumable) forget() {
	s.id, s.offset = "", 0
	s.places.remove(s.key)
}

// validUpload holds the ids that go into paths to what cannot leave them.
func validUpload(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '+' {
			return false
		}
	}
	return true
}
