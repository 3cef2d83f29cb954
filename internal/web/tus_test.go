package web_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/web"
)

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

// announce begins a resumable upload and gives its id.
func (d *door) announce(token string, size int, meta ...string) string {
	d.t.Helper()
	resp, b := d.do(http.MethodPost, "/api/v1/uploads/", token, nil, "Tus-Resumable", "1.0.0", "Upload-Length", fmt.Sprint(size),
		"Upload-Metadata", metadata(append([]string{"name", "bản vẽ.pdf"}, meta...)...))
	if resp.StatusCode != http.StatusCreated {
		d.t.Fatalf("announce: %d %s", resp.StatusCode, b)
	}
	loc := resp.Header.Get("Location")
	id, ok := strings.CutPrefix(loc, "/api/v1/uploads/")
	if !ok || len(id) < 26 {
		d.t.Fatalf("Location = %q", loc)
	}
	return id
}

func (d *door) patch(token, id string, at int, bytes string) (*http.Response, []byte) {
	d.t.Helper()
	return d.do(http.MethodPatch, "/api/v1/uploads/"+id, token, strings.NewReader(bytes), "Tus-Resumable", "1.0.0", "Upload-Offset", fmt.Sprint(at),
		"Content-Type", "application/offset+octet-stream")
}

func (d *door) head(token, id string) *http.Response {
	d.t.Helper()
	resp, _ := d.do(http.MethodHead, "/api/v1/uploads/"+id, token, nil, "Tus-Resumable", "1.0.0")
	return resp
}

// spooled counts the files that lie in the upload spool, by ending.
func (d *door) spooled(suffix string) int {
	d.t.Helper()
	entries, err := os.ReadDir(d.spool + "/uploads")
	if err != nil {
		d.t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if suffix == "" && !strings.Contains(e.Name(), ".") || suffix != "" && strings.HasSuffix(e.Name(), suffix) {
			n++
		}
	}
	return n
}

func TestAResumableUploadGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.announce(clerkToken, 10, "batch", "Lô 7", "dossier", "H1")
	if resp, b := d.patch(clerkToken, id, 0, "%PDF"); resp.StatusCode != http.StatusNoContent || resp.Header.Get("X-Sohoa-Accession") != "" {
		t.Fatalf("first bytes: %d %s", resp.StatusCode, b)
	}
	if resp := d.head(clerkToken, id); resp.Header.Get("Upload-Offset") != "4" {
		t.Fatalf("offset = %q", resp.Header.Get("Upload-Offset"))
	}
	if resp, _ := d.patch(clerkToken, id, 0, "again"); resp.StatusCode != http.StatusConflict {
		t.Errorf("bytes at the wrong place: %d", resp.StatusCode)
	}
	resp, b := d.patch(clerkToken, id, 4, "-1.7 x")
	acc := resp.Header.Get("X-Sohoa-Accession")
	if resp.StatusCode != http.StatusNoContent || !archive.ValidID(acc) || resp.Header.Get("X-Sohoa-Existing") != "false" {
		t.Fatalf("last bytes: %d %q %s", resp.StatusCode, acc, b)
	}
	_, b = d.get("/api/v1/accessions/"+acc, clerkToken)
	for _, want := range []string{`"name":"bản vẽ.pdf"`, `"dossier":"H1"`, `"batch_name":"Lô 7"`, `"unit":"P1"`, `"received_by":"lan"`, `"size_bytes":10`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("accession lacks %s: %s", want, b)
		}
	}
	// The sender did not hear the answer and asks again, in both ways.
	if resp := d.head(clerkToken, id); resp.StatusCode != http.StatusOK || resp.Header.Get("Upload-Offset") != "10" || resp.Header.Get("X-Sohoa-Accession") != acc {
		t.Errorf("HEAD afterwards: %d %v", resp.StatusCode, resp.Header)
	}
	if resp, _ := d.patch(clerkToken, id, 10, ""); resp.StatusCode != http.StatusNoContent || resp.Header.Get("X-Sohoa-Accession") != acc {
		t.Errorf("PATCH afterwards: %d", resp.StatusCode)
	}
	if d.spooled("") != 0 || d.spooled(".info") != 0 || d.spooled(".done") != 1 {
		t.Errorf("spool holds %d uploads, %d infos, %d answers; want 0, 0, 1", d.spooled(""), d.spooled(".info"), d.spooled(".done"))
	}
	// The same bytes again are the same accession.
	id2 := d.announce(clerkToken, 10, "dossier", "H1")
	if resp, _ := d.patch(clerkToken, id2, 0, "%PDF-1.7 x"); resp.Header.Get("X-Sohoa-Accession") != acc || resp.Header.Get("X-Sohoa-Existing") != "true" {
		t.Errorf("sent again: %v", resp.Header)
	}
}

func TestACompleteUploadIsNotDoneBeforeItIsInCustody(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.announce(clerkToken, 3)
	// Only the masters' and catalogue's calls fail; who asks is looked up in the same archive, so break it in between.
	d.archive.BreakStore(fault.New(fault.StoreUnavailable, "the store is away"))
	resp, b := d.patch(clerkToken, id, 0, "abc")
	if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusServiceUnavailable || p.Code != fault.StoreUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Fatalf("store down: %d %s", resp.StatusCode, b)
	}
	// A plain tus server would say 200 with Upload-Offset 3, and the sender would believe that all is well.
	if resp := d.head(clerkToken, id); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("HEAD while the store is down = %d", resp.StatusCode)
	}
	if resp, _ := d.patch(clerkToken, id, 3, ""); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("PATCH while the store is down = %d", resp.StatusCode)
	}
	d.archive.BreakStore(nil)
	resp = d.head(clerkToken, id)
	if resp.StatusCode != http.StatusOK || !archive.ValidID(resp.Header.Get("X-Sohoa-Accession")) || resp.Header.Get("Upload-Offset") != "3" {
		t.Errorf("HEAD once the store is back = %d %v", resp.StatusCode, resp.Header)
	}
}

func TestRejectedUploadsAreNotKept(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.announce(clerkToken, 3, "sha256", strings.Repeat("ab", 32))
	resp, b := d.patch(clerkToken, id, 0, "abc")
	if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusUnprocessableEntity || p.Code != fault.FixityMismatch {
		t.Fatalf("wrong digest: %d %s", resp.StatusCode, b)
	}
	if d.spooled("") != 0 || d.archive.Masters() != 0 {
		t.Errorf("refused bytes are kept: %d uploads, %d masters", d.spooled(""), d.archive.Masters())
	}
	if resp := d.head(clerkToken, id); resp.StatusCode != http.StatusNotFound {
		t.Errorf("HEAD on it = %d", resp.StatusCode)
	}
}

func TestTusRefusalsAreProblems(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.announce(clerkToken, 3)
	closed := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô đã đóng")
	if resp, b := d.do(http.MethodPost, "/api/v1/batches/"+string(closed.Accession.Batch)+"/close", clerkToken, nil); resp.StatusCode != http.StatusOK {
		t.Fatalf("close: %d %s", resp.StatusCode, b)
	}
	for name, tc := range map[string]struct {
		method, path, token string
		headers             []string
		status              int
		code                fault.Code
	}{
		"no version":              {http.MethodPost, "", clerkToken, []string{"Upload-Length", "3"}, 412, fault.RequestMalformed},
		"no length":               {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0"}, 400, fault.RequestMalformed},
		"larger than allowed":     {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Length", "99999999999"}, 413, fault.FileTooLarge},
		"a unit of somebody else": {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Length", "3", "Upload-Metadata", metadata("unit", "P2")}, 403, fault.Forbidden},
		"a malformed digest":      {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Length", "3", "Upload-Metadata", metadata("sha256", "zz")}, 400, fault.RequestMalformed},
		"a closed batch":          {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Length", "3", "Upload-Metadata", metadata("batch", "Lô đã đóng")}, 409, fault.BatchClosed},
		"an access level unheard": {http.MethodPost, "", clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Length", "3", "Upload-Metadata", metadata("access", "all")}, 400, fault.RequestMalformed},
		"an id that is none":      {http.MethodPatch, "x", clerkToken, []string{"Tus-Resumable", "1.0.0"}, 404, fault.NotFound},
		"an id nobody was given":  {http.MethodPatch, strings.Repeat("A", 26), clerkToken, []string{"Tus-Resumable", "1.0.0"}, 404, fault.NotFound},
		"not offset octets":       {http.MethodPatch, id, clerkToken, []string{"Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "text/plain"}, 400, fault.RequestMalformed},
		"POST posing as DELETE":   {http.MethodPost, "", otherToken, []string{"Tus-Resumable", "1.0.0", "X-HTTP-Method-Override", "DELETE", "Upload-Length", "3", "Upload-Metadata", metadata("unit", "P1")}, 403, fault.Forbidden},
	} {
		resp, b := d.do(tc.method, "/api/v1/uploads/"+tc.path, tc.token, nil, tc.headers...)
		p := decode[web.Problem](t, b)
		if resp.StatusCode != tc.status || p.Code != tc.code || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, resp.StatusCode, b)
		}
		if strings.Contains(string(b), d.spool) {
			t.Errorf("%s: the answer holds a path: %s", name, b)
		}
	}
	if resp, _ := d.do(http.MethodGet, "/api/v1/uploads/"+id, clerkToken, nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("GET of an upload = %d: uploads are not for reading", resp.StatusCode)
	}
}

func TestStaleUploadsAreSweptAndFreshOnesStay(t *testing.T) {
	t.Parallel()
	d := open(t)
	old, fresh := d.announce(clerkToken, 10), d.announce(clerkToken, 10)
	d.patch(clerkToken, old, 0, "abc")
	past := time.Now().Add(-25 * time.Hour)
	for _, suffix := range []string{"", ".info"} {
		if err := os.Chtimes(d.spool+"/uploads/"+old+suffix, past, past); err != nil {
			t.Fatal(err)
		}
	}
	// An upload that goes on for days has an old announcement and young bytes.
	if err := os.Chtimes(d.spool+"/uploads/"+fresh+".info", past, past); err != nil {
		t.Fatal(err)
	}
	d.web.Sweep(t.Context())
	if resp := d.head(clerkToken, old); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the stale upload is still there: %d", resp.StatusCode)
	}
	if resp := d.head(clerkToken, fresh); resp.StatusCode != http.StatusOK {
		t.Errorf("the fresh upload is gone: %d", resp.StatusCode)
	}
}
