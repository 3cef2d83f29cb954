package killtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/pipetest"
)

// post sends a request to the API and returns the answer with its problem code, "" when it is none.
func post(t *testing.T, url, token string, header map[string]string, body []byte) (*http.Response, fault.Code) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var problem struct {
		Code fault.Code `json:"code"`
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(b, &problem) // an answer without a body has no code
	return res, problem.Code
}

func TestAFullSpoolDiskIsToldTheSenderAndPasses(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	if err := os.Mkdir(data, 0o711); err != nil { //nolint:gosec // the private servers pass through
		t.Fatal(err)
	}
	disk := pipetest.NewSmallDisk(t, 64<<10) // less than what must stay free
	if err := os.Symlink(disk.Dir, filepath.Join(data, "spool")); err != nil {
		t.Fatal(err)
	}
	s := start(t, build(t), pipetest.EngineProgram(t), data, io.Discard)
	defer func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.done
	}()
	b, err := os.ReadFile(filepath.Join(data, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	token, paper := strings.TrimSpace(string(b)), smallPapers(t)[0]

	for name, try := range map[string]func() (*http.Response, fault.Code){
		"a file": func() (*http.Response, fault.Code) {
			return post(t, s.url+"/api/v1/accessions?name=a.pdf", token, map[string]string{"Content-Type": "application/octet-stream"}, paper)
		},
		"a resumable upload": func() (*http.Response, fault.Code) {
			return post(t, s.url+"/api/v1/uploads", token, map[string]string{"Tus-Resumable": "1.0.0", "Upload-Length": "1000", "Upload-Metadata": "filename YS5wZGY="}, nil)
		},
	} {
		res, code := try()
		if res.StatusCode != http.StatusServiceUnavailable || code != fault.SpoolFull || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s onto a full spool disk: %s, code %q, Retry-After %q", name, res.Status, code, res.Header.Get("Retry-After"))
		}
	}
	c, err := client.New(s.url, token)
	if err != nil {
		t.Fatal(err)
	}
	disk.Resize(t, 4<<20) // sparse: nothing is taken until it is written
	got, err := c.Accept(t.Context(), client.Upload{
		Name: "a.pdf", SHA256: fixity.Of(paper), SizeBytes: int64(len(paper)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(paper)), nil },
	}, 1)
	if err != nil || got.Existing {
		t.Fatalf("accepting once there is room: %+v, %v", got, err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		a, err := c.Accession(t.Context(), got.Accession.ID)
		if err == nil && len(a.Documents) == 1 && a.Documents[0].Processing == archive.Archived {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not archived within a minute: %+v, %v", a, err)
		}
	}
}
