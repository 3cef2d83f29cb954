package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

// door is a running server over an archive in memory.
type door struct {
	*httptest.Server
	t       *testing.T
	archive *webtest.Archive
	web     *web.Server
	log     *syncBuffer
	spool   string
}

const (
	adminToken   = "token-of-admin"
	clerkToken   = "token-of-clerk"
	otherToken   = "token-of-other-clerk"
	officerToken = "token-of-officer"
	auditorToken = "token-of-auditor"
	citizenToken = "token-of-citizen"
)

func open(t *testing.T, change ...func(*web.Deps)) *door {
	t.Helper()
	d := &door{t: t, archive: webtest.New(time.Now), log: &syncBuffer{}, spool: t.TempDir()}
	for token, a := range map[string]archive.Actor{
		adminToken: {Account: "admin", Role: archive.Admin}, clerkToken: {Account: "lan", Role: archive.Clerk, Unit: "P1"},
		otherToken: {Account: "minh", Role: archive.Clerk, Unit: "P2"}, officerToken: {Account: "hoa", Role: archive.Officer, Unit: "P2"},
		auditorToken: {Account: "an", Role: archive.Auditor}, citizenToken: {Account: "binh", Role: archive.Citizen},
	} {
		d.archive.Account(token, a)
	}
	logger := slog.New(slog.NewJSONHandler(d.log, nil))
	const maxBytes = 1 << 30
	in, err := d.archive.Intake(t.TempDir(), maxBytes, logger)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := d.archive.Register()
	if err != nil {
		t.Fatal(err)
	}
	deps := web.Deps{
		Intake: in, Retrieve: d.archive.Retrieve(), Register: reg, Review: d.archive.Review(), Filing: d.archive.Filing(), Records: d.archive.ArchiveRecords(), Rearrange: d.archive.Rearrange(), Purge: d.archive.Purge(), Accounts: d.archive, Logger: logger, SpoolDir: d.spool, MaxBytes: maxBytes, Version: "test",
		PollEvery: 5 * time.Millisecond, HeartbeatEvery: 20 * time.Millisecond,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metric 1\n") }),
	}
	for _, c := range change {
		c(&deps)
	}
	if d.web, err = web.New(deps); err != nil {
		t.Fatal(err)
	}
	d.Server = httptest.NewServer(d.web)
	t.Cleanup(func() {
		d.web.Close()
		d.Close()
	})
	return d
}

// do sends a request with a token and gives the answer with its body read.
func (d *door) do(method, path, token string, body io.Reader, headers ...string) (*http.Response, []byte) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatalf("%s %s: read: %v", method, path, err)
	}
	return resp, b
}

func (d *door) get(path, token string) (*http.Response, []byte) {
	d.t.Helper()
	return d.do(http.MethodGet, path, token, nil)
}

func decode[T any](t *testing.T, b []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("decode %.300s: %v", b, err)
	}
	return v
}

// form builds a multipart body; names of files begin with an at sign.
func form(t *testing.T, pairs ...string) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		var err error
		var w io.Writer
		if name, ok := strings.CutPrefix(pairs[i], "@"); ok {
			w, err = m.CreateFormFile("file", name)
		} else {
			w, err = m.CreateFormField(pairs[i])
		}
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, m.FormDataContentType()
}

// hand hands one file in and gives its accession.
func (d *door) hand(token, name, content string, fields ...string) web.Received {
	d.t.Helper()
	body, ct := form(d.t, append(fields, "@"+name, content)...)
	resp, b := d.do(http.MethodPost, "/api/v1/accessions", token, body, "Content-Type", ct)
	if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusOK {
		d.t.Fatalf("hand in %s: %d %s", name, resp.StatusCode, b)
	}
	return decode[web.Received](d.t, b)
}

func paper() webtest.Paper {
	return webtest.Paper{
		Title: "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ", Type: "Quyết định", Number: "", Symbol: "QĐ-UBND", IssuedOn: "2024-03-15",
		Agency: "Ủy ban nhân dân phường Một", Signer: "Nguyễn Văn Thử", SignerTitle: "Chủ tịch", Asked: []string{"number"},
		Pages: [][]string{
			{"ỦY BAN NHÂN DÂN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "QUYẾT ĐỊNH", "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ", "Điều 1. Cấp giấy phép", "xây dựng cho ông Trần Văn Mẫu."},
			{"Điều 2. Quyết định này có hiệu lực kể từ ngày ký."},
		},
	}
}

// archived hands a paper in and takes it to the end.
func (d *door) archived(token string, fields ...string) archive.DocumentID {
	d.t.Helper()
	rec := d.hand(token, "Giấy phép số 1.pdf", "%PDF-1.7 scan of "+d.t.Name(), fields...)
	id := d.archive.Split(rec.Accession.ID, paper())
	d.archive.Archive(id, paper())
	return id
}

func TestOnePaperGoesInAndComesOut(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.archived(clerkToken, "batch", "Lô 1")
	resp, b := d.get("/api/v1/search?q=giay+phep", clerkToken)
	hits := decode[web.HitList](t, b)
	if resp.StatusCode != http.StatusOK || len(hits.Hits) != 1 || hits.Hits[0].ID != id || hits.Hits[0].Page != 1 {
		t.Fatalf("search: %d %s", resp.StatusCode, b)
	}
	resp, b = d.get("/api/v1/documents/"+string(id)+"/master", clerkToken)
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(b), "%PDF-1.7 scan of ") {
		t.Fatalf("master: %d %s", resp.StatusCode, b)
	}
	if cd := resp.Header.Get("Content-Disposition"); cd != `attachment; filename="Gi_y ph_p s_ 1.pdf"; filename*=UTF-8''Gi%E1%BA%A5y%20ph%C3%A9p%20s%E1%BB%91%201.pdf` {
		t.Errorf("Content-Disposition = %s", cd)
	}
	for _, path := range []string{
		"/api/v1/documents/" + string(id), "/api/v1/documents/" + string(id) + "/history", "/api/v1/documents/" + string(id) + "/pages/1",
		"/api/v1/documents/" + string(id) + "/pages/2/image?size=100", "/api/v1/documents/" + string(id) + "/rendition", "/api/v1/documents/" + string(id) + "/text",
		"/api/v1/documents/" + string(id) + "/hocr", "/api/v1/documents/" + string(id) + "/manifest", "/api/v1/batches", "/api/v1/accessions", "/api/v1/queue",
		"/api/v1/progress", "/api/v1/me", "/", "/upload", "/batches", "/documents", "/search?q=giấy+phép", "/documents/" + string(id) + "?q=giay+phep&page=1", "/docs",
		"/problems/file_encrypted", "/login", "/healthz", "/readyz", "/metrics",
	} {
		if resp, b := d.get(path, clerkToken); resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s = %d %.300s", path, resp.StatusCode, b)
		}
	}
}
