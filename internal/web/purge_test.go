package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sohoa/internal/purge"
	"sohoa/internal/web"
)

func TestAPurgeIsAskedForByOneAndDecidedByAnother(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := string(d.archived(clerkToken))
	ask := func(token string) (*http.Response, []byte) {
		return d.do(http.MethodPost, "/api/v1/documents/"+id+"/purge", token, strings.NewReader(`{"reason":"secret","note":"tờ 57"}`), "Content-Type", "application/json")
	}
	resp, b := ask(clerkToken)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("asked: %d %s", resp.StatusCode, b)
	}
	p := decode[purge.Purge](t, b)
	for _, step := range []struct {
		who, verb string
		want      int
	}{
		{otherToken, "approve", 404}, {otherToken, "refuse", 404}, {officerToken, "approve", 403}, {citizenToken, "refuse", 403}, {clerkToken, "approve", 403},
	} {
		if resp, b := d.do(http.MethodPost, "/api/v1/purges/"+p.ID+"/"+step.verb, step.who, nil); resp.StatusCode != step.want {
			t.Errorf("%s by %s: %d, want %d; %s", step.verb, step.who, resp.StatusCode, step.want, b)
		}
	}
	for token, sees := range map[string]bool{clerkToken: true, auditorToken: true, adminToken: true, otherToken: false} {
		_, b := d.get("/api/v1/purges", token)
		if got := decode[web.PurgeList](t, b); (len(got.Purges) == 1) != sees {
			t.Errorf("%s sees %d requests", token, len(got.Purges))
		}
	}
	if resp, b = d.do(http.MethodPost, "/api/v1/purges/"+p.ID+"/approve", auditorToken, nil); resp.StatusCode != http.StatusOK {
		t.Fatalf("decided: %d %s", resp.StatusCode, b)
	}
	if got := decode[purge.Purge](t, b); got.Note != "" || got.DecidedBy != "an" || got.Tombstone == nil {
		t.Errorf("decided: %s", b)
	}
	for _, path := range []string{"/api/v1/documents/" + id, "/api/v1/documents/" + id + "/text", "/documents/" + id} {
		if resp, _ := d.get(path, adminToken); resp.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d after the decision", path, resp.StatusCode)
		}
	}
	if strings.Contains(d.log.String(), "tờ 57") {
		t.Error("the note is in the log")
	}
}

func TestThePageOfPurges(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := string(d.archived(clerkToken))
	sign := func(token string) *http.Client {
		c := d.browser()
		d.post(c, "/login", url.Values{"token": {token}})
		return c
	}
	clerk, auditor := sign(clerkToken), sign(auditorToken)
	if resp := d.post(clerk, "/documents/"+id+"/purge", url.Values{"reason": {"secret"}, "note": {"tờ 57"}, "back": {"/documents/" + id}}); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/documents/"+id+"?did=purge&n=1" {
		t.Fatalf("asked: %d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
	page := see(t, d, clerk, "/purges")
	if !strings.Contains(page, "Tài liệu mật") || !strings.Contains(page, "Tài khoản khác phải quyết định.") || strings.Contains(page, "/remove") {
		t.Errorf("the clerk sees: %s", page)
	}
	page = see(t, d, auditor, "/purges")
	_, rest, found := strings.Cut(page, `action="/purges/`)
	ref, _, _ := strings.Cut(rest, "/remove")
	if !found || !strings.Contains(page, "tờ 57") {
		t.Fatalf("the auditor sees: %s", page)
	}
	if resp := d.post(auditor, "/purges/"+ref+"/remove", url.Values{}); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("decided without the tick: %d", resp.StatusCode)
	}
	if resp := d.post(auditor, "/purges/"+ref+"/remove", url.Values{"sure": {"1"}, "back": {"/purges"}}); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("decided: %d", resp.StatusCode)
	}
	if page = see(t, d, auditor, "/purges?did=remove&n=1"); !strings.Contains(page, "Đã gỡ khỏi hệ thống") || strings.Contains(page, "tờ 57") {
		t.Errorf("afterwards the auditor sees: %s", page)
	}
}

func see(t *testing.T, d *door, c *http.Client, path string) string {
	t.Helper()
	resp, err := c.Get(d.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, resp.StatusCode, err)
	}
	return string(b)
}
