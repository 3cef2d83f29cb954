package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	answer := func(status int, code string) error {
		return minio.ErrorResponse{StatusCode: status, Code: code, Message: "said"}
	}
	for name, tc := range map[string]struct {
		err     error
		want    fault.Code
		verdict fault.Verdict
		missing bool
	}{
		"no answer stalls":                         {&net.OpError{Op: "dial", Err: errors.New("refused")}, fault.StoreUnavailable, fault.Stalled, false},
		"a missing key is fs.ErrNotExist":          {answer(404, "NoSuchKey"), fault.Internal, fault.Stalled, true},
		"a missing version is fs.ErrNotExist":      {answer(404, "NoSuchVersion"), fault.Internal, fault.Stalled, true},
		"a bare 404 to HEAD is fs.ErrNotExist":     {answer(404, "404 Not Found"), fault.Internal, fault.Stalled, true},
		"a missing bucket is no missing object":    {answer(404, "NoSuchBucket"), fault.StoreUnavailable, fault.Stalled, false},
		"a bad digest is the content's fault":      {answer(400, "BadDigest"), fault.FixityMismatch, fault.Rejected, false},
		"a bad payload hash is the content's":      {answer(400, "XAmzContentSHA256Mismatch"), fault.FixityMismatch, fault.Rejected, false},
		"too large is the content's fault":         {answer(400, "EntityTooLarge"), fault.FileTooLarge, fault.Rejected, false},
		"a wrong secret stalls":                    {answer(403, "SignatureDoesNotMatch"), fault.StoreUnavailable, fault.Stalled, false},
		"a full disk stalls":                       {answer(507, "NoSpaceLeftOnDevice"), fault.StoreUnavailable, fault.Stalled, false},
		"a 503 stalls":                             {answer(503, "SlowDown"), fault.StoreUnavailable, fault.Stalled, false},
		"an answer nobody knows stalls":            {answer(418, "Teapot"), fault.Internal, fault.Stalled, false},
		"a wrapped answer is still found":          {fmt.Errorf("deep: %w", answer(404, "NoSuchKey")), fault.Internal, fault.Stalled, true},
		"an interruption stalls, whatever is said": {fmt.Errorf("%w: %w", context.Canceled, answer(400, "BadDigest")), fault.StoreUnavailable, fault.Stalled, false},
	} {
		err := translate(tc.err, "try %s", "it")
		if fault.CodeOf(err) != tc.want || fault.VerdictOf(err) != tc.verdict || errors.Is(err, fs.ErrNotExist) != tc.missing {
			t.Errorf("%s: %v: code %s, verdict %v, missing %v", name, err, fault.CodeOf(err), fault.VerdictOf(err), errors.Is(err, fs.ErrNotExist))
		}
		if !errors.Is(err, tc.err) && codeOf(err) != codeOf(tc.err) {
			t.Errorf("%s: the cause was lost: %v", name, err)
		}
	}
	if translate(nil, "try") != nil {
		t.Error("translate made an error of success")
	}
}

func FuzzCheckKey(f *testing.F) {
	for _, k := range []string{"sha256/ab/abcd", "a/../b", "/a", "a//b", ".sgwtmp/x", "số", ""} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if checkKey(key) != nil {
			return
		}
		// What passes is one clean relative path for a file system below, and needs no escaping in a URL.
		if path.Clean(key) != key || path.IsAbs(key) || strings.HasPrefix(key, ".") || strings.Contains(key, "/.") || len(key) > keyMax || !utf8.ValidString(key) {
			t.Errorf("checkKey let %q pass", key)
		}
		for _, c := range key {
			if c <= ' ' || c > '~' || strings.ContainsRune(`%?#&+"'\<>:;@`, c) {
				t.Errorf("checkKey let %q pass with %q", key, c)
			}
		}
	})
}

func TestDepsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	good := Deps{Endpoint: "127.0.0.1:9", AccessKey: "a", SecretKey: "b"}
	if _, err := open(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Deps){
		"no access key":             func(d *Deps) { d.AccessKey = "" },
		"no secret key":             func(d *Deps) { d.SecretKey = "" },
		"a prefix with capitals":    func(d *Deps) { d.BucketPrefix = "Sohoa-" },
		"a prefix that is too long": func(d *Deps) { d.BucketPrefix = strings.Repeat("a", 40) },
		"a prefix with a dot":       func(d *Deps) { d.BucketPrefix = "a." },
		"an endpoint with a path":   func(d *Deps) { d.Endpoint = "host/path" },
		"no endpoint":               func(d *Deps) { d.Endpoint = "" },
	} {
		d := good
		spoil(&d)
		if _, err := open(d); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// careless is a store that answers 200 to every PUT and keeps the last body, as stores without conditional writes do.
type careless map[string][]byte

func (c careless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Has("versioning"):
		_, _ = io.WriteString(w, `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`)
	case q.Has("object-lock"):
		_, _ = io.WriteString(w, `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`)
	case q.Has("list-type"):
		_, _ = io.WriteString(w, `<ListBucketResult></ListBucketResult>`)
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		c[r.URL.Path] = body
		w.Header().Set("ETag", `"x"`)
	case r.Method == http.MethodDelete:
		delete(c, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	default:
		body, ok := c[r.URL.Path]
		if !ok && strings.Count(r.URL.Path, "/") > 1 && len(r.URL.Path) > len("/probe/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Set("ETag", `"x"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body) // Range is ignored
	}
}

func TestProbeSeesThroughACarelessStore(t *testing.T) {
	t.Parallel()
	// One request at a time: the map is no store, and the writers at once are to be refused for what they get told.
	lock := make(chan struct{}, 1)
	store := careless{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock <- struct{}{}
		defer func() { <-lock }()
		store.ServeHTTP(w, r)
	}))
	defer srv.Close()
	s, err := open(Deps{Endpoint: strings.TrimPrefix(srv.URL, "http://"), AccessKey: "a", SecretKey: "b"})
	if err != nil {
		t.Fatal(err)
	}
	found := Probe(t.Context(), s)
	if len(found) < 9 {
		t.Fatalf("only %d things were tried: %+v", len(found), found)
	}
	for i, f := range found {
		if i == 0 {
			continue // it does answer
		}
		if f.OK || f.Cure == "" || f.Detail == "" {
			t.Errorf("the probe believes that it %s (%s; %s)", f.Name, f.Detail, f.Cure)
		}
	}
}

func TestAStoreThatKeepsNoDigestIsReadBack(t *testing.T) {
	t.Parallel()
	store := careless{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.Header.Get("If-None-Match") == "*" && store[r.URL.Path] != nil {
			w.WriteHeader(http.StatusPreconditionFailed)
			_, _ = io.WriteString(w, `<Error><Code>PreconditionFailed</Code></Error>`)
			return
		}
		store.ServeHTTP(w, r)
	}))
	defer srv.Close()
	s, err := open(Deps{Endpoint: strings.TrimPrefix(srv.URL, "http://"), AccessKey: "a", SecretKey: "b"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(content string) error {
		_, err := s.PutOnce(t.Context(), Work, "k", bytes.NewReader([]byte(content)), int64(len(content)), fixity.Of([]byte(content)), PutOptions{})
		return err
	}
	if err := errors.Join(put("scan"), put("scan")); err != nil {
		t.Errorf("the same bytes twice: %v", err)
	}
	if err := put("twin"); fault.CodeOf(err) != fault.AccessionConflict {
		t.Errorf("other bytes of the same size: %v", err)
	}
}
