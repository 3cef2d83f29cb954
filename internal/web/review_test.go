package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sohoa/internal/review"
	"sohoa/internal/web"
)

func TestAQuestionIsAnsweredThroughTheDoor(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.archived(clerkToken, "batch", "Lô 1")
	post := func(path, token, body string) (*http.Response, []byte) {
		return d.do(http.MethodPost, "/api/v1/review/"+path, token, strings.NewReader(body), "Content-Type", "application/json")
	}
	_, b := post("next", clerkToken, `{}`)
	todo := decode[web.TaskToDo](t, b)
	if todo.Task == nil || todo.Task.Document != id || len(todo.Task.Asked) != 1 || len(todo.Sizes) != 1 || todo.Sizes[0].Width != 1240 || todo.Left.Open != 1 {
		t.Fatalf("next: %s", b)
	}
	if _, b := post("next", otherToken, `{}`); decode[web.TaskToDo](t, b).Task != nil {
		t.Errorf("another unit's clerk is given it: %s", b)
	}
	if resp, b := post("tasks/1/answer", clerkToken, `{"values":{"number":"mười"}}`); resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(b), "number: type the number") {
		t.Errorf("a bad value: %d %s", resp.StatusCode, b)
	}
	if resp, b := post("tasks/1/answer", clerkToken, `{"values":{"colour":"red"}}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a field there is not: %d %s", resp.StatusCode, b)
	}
	if resp, b := post("tasks/1/claim", clerkToken, ""); resp.StatusCode != http.StatusNoContent {
		t.Errorf("claim: %d %s", resp.StatusCode, b)
	}
	resp, b := post("tasks/1/answer", clerkToken, `{"version":1,"values":{"number":" 12 ","type":"tb"}}`)
	if ds := decode[web.DecisionList](t, b).Decisions; resp.StatusCode != http.StatusOK || len(ds) != 2 || review.ValueOf(ds[0].After) != "12" || review.ValueOf(ds[1].After) != "Thông báo" {
		t.Errorf("answer: %d %s", resp.StatusCode, b)
	}
	_, b = post("undo", clerkToken, "")
	if back := decode[web.TaskToDo](t, b); back.Task == nil || back.Task.ID != 1 {
		t.Errorf("undo: %s", b)
	}
	_, b = d.get("/api/v1/documents/"+string(id)+"/decisions", clerkToken)
	if ds := decode[web.DecisionList](t, b).Decisions; len(ds) != 2 || ds[0].UndoneBy != "lan" {
		t.Errorf("decisions: %s", b)
	}
	for path, mediaType := range map[string]string{"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		resp, b := d.get("/api/v1/review/report."+path+"?since=2020-01-01&until=2020-12-31", clerkToken)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != mediaType || len(b) < 50 {
			t.Errorf("report.%s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
	if resp, b := d.get("/api/v1/review/report.csv?since=gestern", clerkToken); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a day there is not: %d %s", resp.StatusCode, b)
	}
}

func TestThePagesOfTheReviewQueue(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô <1>")
	id := d.archive.Split(rec.Accession.ID, paper())
	d.archive.Archive(id, paper())
	batch := string(rec.Accession.Batch)
	for path, want := range map[string][]string{
		"/review":                                 {`data-account="lan"`, `id="words"`, "review.js", `"review.accept"`},
		"/review?kind=fields&batch=" + batch:      {`data-kind="fields"`, `data-batch="` + batch + `"`},
		"/review/report":                          {"Lô &lt;1&gt;", "report.csv"},
		"/batches/" + batch + "/papers":           {string(id), "papers.js"},
		"/batches/" + batch + "/papers?q=nothere": {"Không tìm thấy"},
	} {
		resp, b := d.get(path, clerkToken)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s = %d", path, resp.StatusCode)
		}
		for _, w := range want {
			if !strings.Contains(string(b), w) {
				t.Errorf("GET %s does not say %q", path, w)
			}
		}
	}
	for i, status := range []int{303, 303, 403, 200, 200, 200, 403, 200} {
		if resp, _ := d.get("/review", asking[i].token); resp.StatusCode != status {
			t.Errorf("%s: GET /review = %d, want %d", asking[i].who, resp.StatusCode, status)
		}
	}
	for i, status := range []int{303, 303, 403, 404, 404, 200, 403, 200} {
		if resp, _ := d.get("/batches/"+batch+"/papers", asking[i].token); resp.StatusCode != status {
			t.Errorf("%s: GET papers = %d, want %d", asking[i].who, resp.StatusCode, status)
		}
	}
	if resp, _ := d.get("/review/report?"+url.Values{"batch": {"x"}}.Encode(), clerkToken); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a batch that is no id: %d", resp.StatusCode)
	}
}
