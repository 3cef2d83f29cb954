package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/register"
	"sohoa/internal/web"
)

const registrarToken = "token-of-registrar"

// keeping is a door with an account that keeps the register.
func keeping(t *testing.T) *door {
	t.Helper()
	d := open(t)
	d.archive.Account(registrarToken, archive.Actor{Account: "city", Role: archive.Registrar})
	return d
}

// lines puts records in.
func (d *door) lines(k register.Kind, query string, records ...string) (*http.Response, register.Report) {
	d.t.Helper()
	resp, b := d.do(http.MethodPut, "/api/v1/register/"+string(k)+query, registrarToken, strings.NewReader(strings.Join(records, "\n")), "Content-Type", "application/x-ndjson")
	return resp, decode[register.Report](d.t, b)
}

func TestTheRegistrarKeepsTheRegisterAndSeesNothingElse(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	id := d.archived(clerkToken)
	for path, status := range map[string]int{
		"/api/v1/register/units": 200, "/api/v1/register/holders": 200, "/api/v1/me": 200, "/api/v1/documents": 403, "/api/v1/documents/" + string(id): 403,
		"/api/v1/search?q=x": 403, "/api/v1/queue": 403, "/api/v1/batches": 403,
	} {
		if resp, b := d.get(path, registrarToken); resp.StatusCode != status {
			t.Errorf("GET %s = %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestTheRegisterIsFilledReadAndFollowed(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	var units []string
	for i := range 5 {
		units = append(units, fmt.Sprintf(`{"code":"U%d","name":"Phường số %d"}`, i, i))
	}
	if resp, r := d.lines(register.Units, "", units...); resp.StatusCode != http.StatusOK || !r.Applied || r.Inserted != 5 {
		t.Fatalf("put: %d %+v", resp.StatusCode, r)
	}
	var codes []string
	var last time.Time
	for cursor, pages := "", 0; pages < 5; pages++ {
		_, b := d.get("/api/v1/register/units?limit=2&cursor="+cursor, registrarToken)
		l := decode[web.UnitList](t, b)
		for _, u := range l.Units {
			codes, last = append(codes, u.Code), u.UpdatedAt
		}
		if cursor = l.Next; cursor == "" {
			break
		}
	}
	if strings.Join(codes, " ") != "U0 U1 U2 U3 U4" {
		t.Errorf("listed: %v", codes)
	}
	if resp, b := d.do(http.MethodDelete, "/api/v1/register/units/U2", registrarToken, nil); resp.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d %s", resp.StatusCode, b)
	}
	d.lines(register.Units, "", `{"code":"U0","name":"Phường khác"}`)
	_, b := d.get("/api/v1/register/units?updated_since="+url.QueryEscape(last.Format(time.RFC3339Nano)), registrarToken)
	changed := map[string]bool{}
	for _, u := range decode[web.UnitList](t, b).Units {
		changed[u.Code] = u.DeletedAt != nil
	}
	if !changed["U2"] || changed["U0"] || len(changed) < 2 {
		t.Errorf("changed since: %s", b)
	}
	if _, b := d.get("/api/v1/register/units?code=U0", registrarToken); len(decode[web.UnitList](t, b).Units) != 1 {
		t.Errorf("one: %s", b)
	}
	for _, path := range []string{"/api/v1/register/units?cursor=x", "/api/v1/register/units?limit=1001", "/api/v1/register/units?updated_since=yesterday"} {
		if resp, b := d.get(path, registrarToken); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("GET %s = %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestBadRecordsAreToldByLineAndStopAllUnlessSkipped(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	records := []string{`{"code":"A","name":"A"}`, `{"code":"B"}`, `{"line":9,"code":"/","name":"C"}`, `{"code":`}
	resp, r := d.lines(register.Units, "", records[:3]...)
	if resp.StatusCode != http.StatusUnprocessableEntity || r.Applied || len(r.Bad) != 2 || r.Bad[0].Line != 2 || r.Bad[0].Column != "name" || r.Bad[1].Line != 9 {
		t.Errorf("all or nothing: %d %+v", resp.StatusCode, r)
	}
	if resp, r := d.lines(register.Units, "?skip_bad=true&dry_run=true", records[:2]...); resp.StatusCode != http.StatusOK || r.Applied || !r.DryRun {
		t.Errorf("dry run: %d %+v", resp.StatusCode, r)
	}
	if _, b := d.get("/api/v1/register/units", registrarToken); len(decode[web.UnitList](t, b).Units) != 0 {
		t.Errorf("something was taken: %s", b)
	}
	if resp, r := d.lines(register.Units, "?skip_bad=1", records[0], records[1], records[3]); resp.StatusCode != http.StatusOK || r.Inserted != 1 || r.Skipped != 2 {
		t.Errorf("skipping: %d %+v", resp.StatusCode, r)
	}
	for name, tc := range map[string]struct{ query, mediaType, body string }{
		"not lines":              {"", "application/json", "[]"},
		"neither true nor false": {"?skip_bad=perhaps", "application/x-ndjson", ""},
		"lines that fall":        {"", "application/x-ndjson", `{"line":2,"code":"A","name":"A"}` + "\n" + `{"line":2,"code":"B","name":"B"}`},
		"a line without end":     {"", "application/x-ndjson", strings.Repeat("x", 2<<20)},
	} {
		resp, b := d.do(http.MethodPut, "/api/v1/register/units"+tc.query, registrarToken, strings.NewReader(tc.body), "Content-Type", tc.mediaType)
		if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusBadRequest || p.Code != fault.RequestMalformed {
			t.Errorf("%s: %d %s", name, resp.StatusCode, b)
		}
	}
}

func TestNumbersOfHoldersAreNeverAnsweredNorLogged(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	const number, old = "031085001234", "030123456"
	d.lines(register.Holders, "", `{"name":"Nguyễn Văn An","identifiers":[{"number":"`+number+`"}]}`, `{"name":"B","identifiers":[{"number":"`+number+`9"}]}`)
	d.lines(register.Holders, "", `{"name":"Nguyễn Văn An","identifiers":[{"number":"`+number+`"}]}`)
	d.lines(register.Dossiers, "", `{"code":"H24.1-230523-0001","procedure":"1.001612","unit":"A","holders":[{"name":"Nguyễn Văn An","identifiers":[{"number":"`+number+`"}]}]}`)
	_, list := d.get("/api/v1/register/holders", registrarToken)
	_, dossiers := d.get("/api/v1/register/dossiers", registrarToken)
	resp, found := d.do(http.MethodPost, "/api/v1/register/holders/find", registrarToken, strings.NewReader(`{"numbers":["`+number+`","`+old+`"]}`), "Content-Type", "application/json")
	f := decode[register.Found](t, found)
	if resp.StatusCode != http.StatusOK || len(f.Holders) != 1 || len(f.Dossiers) != 1 || len(f.Tried) != 2 || f.Tried[1].Found {
		t.Errorf("find: %d %s", resp.StatusCode, found)
	}
	if !strings.Contains(string(list), "031•••••1234") {
		t.Errorf("holders: %s", list)
	}
	for _, body := range []string{`{}`, `{"numbers":["12"]}`, `{"card":"` + number + `"}`} {
		if resp, b := d.do(http.MethodPost, "/api/v1/register/holders/find", registrarToken, strings.NewReader(body), "Content-Type", "application/json"); resp.StatusCode != http.StatusBadRequest || strings.Contains(string(b), number) {
			t.Errorf("find %s: %d %s", body, resp.StatusCode, b)
		}
	}
	for what, text := range map[string]string{"holders": string(list), "dossiers": string(dossiers), "find": string(found), "the log": d.log.String()} {
		if strings.Contains(text, number) || strings.Contains(text, old) {
			t.Errorf("%s shows a number: %s", what, text)
		}
	}
}
