package web_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/web"
)

func (d *door) accept(token string, body io.Reader, headers ...string) (*http.Response, []byte) {
	d.t.Helper()
	return d.do(http.MethodPost, "/api/v1/accessions", token, body, headers...)
}

func TestHandingIn(t *testing.T) {
	t.Parallel()
	const scan = "%PDF-1.7 scan"
	sum := sha256.Sum256([]byte(scan))
	hexSum, b64 := hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])
	wrong := strings.Repeat("ab", 32)
	multi := func(pairs ...string) func(*testing.T) (io.Reader, []string) {
		return func(t *testing.T) (io.Reader, []string) {
			b, ct := form(t, pairs...)
			return b, []string{"Content-Type", ct}
		}
	}
	raw := func(body string, headers ...string) func(*testing.T) (io.Reader, []string) {
		return func(*testing.T) (io.Reader, []string) { return strings.NewReader(body), headers }
	}
	for name, tc := range map[string]struct {
		send   func(*testing.T) (io.Reader, []string)
		status int
		code   fault.Code
		has    string
	}{
		"one file with fields":                  {multi("batch", "Lô 1", "dossier", "H1", "queue", "interactive", "access", "city", "@giấy.pdf", scan), 201, "", `"name":"giấy.pdf"`},
		"a name with a path keeps its end":      {multi("@../../etc/passwd", scan), 201, "", `"name":"passwd"`},
		"a digest field that fits":              {multi("sha256", hexSum, "@a.pdf", scan), 201, "", hexSum},
		"a digest field that does not fit":      {multi("sha256", wrong, "@a.pdf", scan), 422, fault.FixityMismatch, ""},
		"a digest field that is none":           {multi("sha256", "abc", "@a.pdf", scan), 400, fault.RequestMalformed, "sha256"},
		"an empty file":                         {multi("@a.pdf", ""), 422, fault.FileEmpty, ""},
		"no file":                               {multi("batch", "Lô 1"), 400, fault.RequestMalformed, "no file"},
		"a misspelt field":                      {multi("dosier", "H1", "@a.pdf", scan), 400, fault.RequestMalformed, "dosier"},
		"a field that is too long":              {multi("batch", strings.Repeat("x", 5000), "@a.pdf", scan), 400, fault.RequestMalformed, ""},
		"an unknown access level":               {multi("access", "everyone", "@a.pdf", scan), 400, fault.RequestMalformed, "everyone"},
		"a unit of somebody else":               {multi("unit", "P2", "@a.pdf", scan), 403, fault.Forbidden, ""},
		"a multipart body cut short":            {raw("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc", "Content-Type", "multipart/form-data; boundary=x"), 400, fault.RequestMalformed, ""},
		"a multipart body without boundary":     {raw("x", "Content-Type", "multipart/form-data"), 400, fault.RequestMalformed, "boundary"},
		"a raw body named by its header":        {raw(scan, "Content-Disposition", "attachment; filename*=UTF-8''gi%E1%BA%A5y.pdf"), 201, "", `"name":"giấy.pdf"`},
		"a raw body without a name":             {raw(scan), 201, "", `"name":"unnamed"`},
		"a header that cannot be read":          {raw(scan, "Content-Disposition", "attachment; =x"), 400, fault.RequestMalformed, ""},
		"a digest header that fits":             {raw(scan, "Repr-Digest", "sha-512=:AAAA:, sha-256=:"+b64+":"), 201, "", hexSum},
		"a content digest that fits":            {raw(scan, "Content-Digest", "sha-256=:"+b64+":"), 201, "", hexSum},
		"a digest header that does not fit":     {raw(scan+"!", "Repr-Digest", "sha-256=:"+b64+":"), 422, fault.FixityMismatch, ""},
		"a digest header that is none":          {raw(scan, "Repr-Digest", "sha-256=abc"), 400, fault.RequestMalformed, "Repr-Digest"},
		"a hexadecimal digest that fits":        {raw(scan, "X-Sohoa-SHA256", strings.ToUpper(hexSum)), 201, "", hexSum},
		"a hexadecimal digest that does not":    {raw(scan, "X-Sohoa-SHA256", wrong), 422, fault.FixityMismatch, ""},
		"a digest of nothing":                   {raw(scan, "X-Sohoa-SHA256", strings.Repeat("0", 64)), 400, fault.RequestMalformed, ""},
		"a part with a digest of its own":       {raw("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nX-Sohoa-SHA256: "+wrong+"\r\n\r\nabc\r\n--x--\r\n", "Content-Type", "multipart/form-data; boundary=x"), 422, fault.FixityMismatch, ""},
		"a quoted-printable part is not undone": {raw("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db\r\n--x--\r\n", "Content-Type", "multipart/form-data; boundary=x"), 201, "", `"size_bytes":5`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			body, headers := tc.send(t)
			resp, b := d.accept(clerkToken, body, headers...)
			if resp.StatusCode != tc.status || !strings.Contains(string(b), tc.has) {
				t.Fatalf("%d %s; want %d with %q", resp.StatusCode, b, tc.status, tc.has)
			}
			if tc.code != "" {
				if p := decode[web.Problem](t, b); p.Code != tc.code {
					t.Errorf("code = %s, want %s", p.Code, tc.code)
				}
				if n := d.archive.Masters(); n != 0 {
					t.Errorf("%d masters are kept of a refused request", n)
				}
				return
			}
			got := decode[web.Received](t, b)
			if loc := resp.Header.Get("Location"); loc != "/api/v1/accessions/"+string(got.Accession.ID) {
				t.Errorf("Location = %q", loc)
			}
		})
	}
}

func TestTheSamePaperTwiceIsOneAccession(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.hand(clerkToken, "a.pdf", "%PDF-1.7 x")
	body, ct := form(t, "@b.pdf", "%PDF-1.7 x")
	resp, b := d.accept(clerkToken, body, "Content-Type", ct)
	second := decode[web.Received](t, b)
	if resp.StatusCode != http.StatusOK || !second.Existing || second.Accession.ID != first.Accession.ID {
		t.Errorf("again: %d %s", resp.StatusCode, b)
	}
	other := d.hand(clerkToken, "a.pdf", "%PDF-1.7 x", "dossier", "H2")
	if other.Existing || other.Accession.ID == first.Accession.ID {
		t.Error("the same bytes for another dossier are another accession")
	}
}

func TestAnIdempotencyKeyGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	d := open(t)
	send := func() (*http.Response, web.Received) {
		resp, b := d.accept(clerkToken, strings.NewReader("%PDF-1.7 k"), "Idempotency-Key", "k1")
		return resp, decode[web.Received](t, b)
	}
	r1, a1 := send()
	r2, a2 := send()
	if r1.StatusCode != http.StatusCreated || r2.StatusCode != http.StatusOK || a1.Accession.ID != a2.Accession.ID || !a2.Existing {
		t.Errorf("%d %v, then %d %v", r1.StatusCode, a1, r2.StatusCode, a2)
	}
}

func TestSeveralFilesGetAVerdictEach(t *testing.T) {
	t.Parallel()
	d := open(t)
	known := d.hand(clerkToken, "known.pdf", "%PDF-1.7 known")
	body, ct := form(t, "@a.pdf", "%PDF-1.7 a", "@empty.pdf", "", "@known.pdf", "%PDF-1.7 known", "dossier", "H9", "@b.pdf", "%PDF-1.7 b")
	resp, b := d.accept(clerkToken, body, "Content-Type", ct, "Idempotency-Key", "several")
	if resp.StatusCode != http.StatusMultiStatus {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	got := decode[web.FileVerdicts](t, b).Files
	var statuses []int
	for _, f := range got {
		statuses = append(statuses, f.Status)
	}
	if fmt.Sprint(statuses) != "[201 422 200 201]" || got[1].Problem == nil || got[1].Problem.Code != fault.FileEmpty ||
		got[2].Accession.ID != known.Accession.ID || got[0].Accession.Dossier != "" || got[3].Accession.Dossier != "H9" {
		t.Errorf("verdicts: %s", b)
	}
}

func TestAStoreThatIsAwayIsTheSystemsFault(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.archive.BreakStore(fault.Wrap(fault.StoreUnavailable, fmt.Errorf("dial tcp 10.0.0.9:9000: secret"), "the store does not answer"))
	resp, b := d.accept(clerkToken, strings.NewReader("%PDF-1.7"))
	p := decode[web.Problem](t, b)
	if resp.StatusCode != http.StatusServiceUnavailable || p.Code != fault.StoreUnavailable || p.Verdict != "stalled" || resp.Header.Get("Retry-After") != "10" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if strings.Contains(string(b), "10.0.0.9") {
		t.Errorf("the cause is shown: %s", b)
	}
	if !strings.Contains(d.log.String(), "10.0.0.9") || !strings.Contains(d.log.String(), p.RequestID) {
		t.Error("the cause is not in the log under the request's id")
	}
}

func TestALargeUploadTakesNoMemory(t *testing.T) { // not parallel: it counts what the process allocates
	d := open(t)
	const size = 192 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	resp, b := d.accept(clerkToken, io.LimitReader(zeros{}, size), "Content-Type", "application/octet-stream")
	runtime.ReadMemStats(&after)
	if resp.StatusCode != http.StatusCreated || decode[web.Received](t, b).Accession.SizeBytes != size {
		t.Fatalf("%d %.300s", resp.StatusCode, b)
	}
	if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 16<<20 {
		t.Errorf("%d MiB were allocated for an upload of %d MiB", grown>>20, size>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAnUploadLargerThanAllowedIsRefusedByItsLength(t *testing.T) {
	t.Parallel()
	d := open(t)
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/accessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 5000000000\r\n\r\n", clerkToken)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status = %d", resp.StatusCode)
	}
}

func TestABodyThatStandsStillIsCutOff(t *testing.T) {
	t.Parallel()
	d := open(t, func(dep *web.Deps) { dep.StallAfter = 50 * time.Millisecond })
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/accessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n%%PDF", clerkToken)
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(b), "stood still") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}
