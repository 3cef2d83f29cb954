package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/retrieve"
)

func TestABatchSaysHowItsPapersAreTakenApart(t *testing.T) {
	t.Parallel()
	d := open(t)
	send := func(method, path, body string) (*http.Response, []byte) {
		return d.do(method, path, clerkToken, strings.NewReader(body), "Content-Type", "application/json")
	}
	resp, b := send(http.MethodPost, "/api/v1/batches", `{"name":" Hộp 7 ","splitting":"layout","page_order":"fronts_then_backs","expected_count":120,"shelf":"Kệ 3","device":"fi-8170","archive_number":"LT-12"}`)
	got := decode[retrieve.Batch](t, b)
	want := archive.BatchSettings{
		StackSettings: archive.StackSettings{Splitting: archive.SplitLayout, PageOrder: archive.OrderFrontsThenBacks},
		ExpectedCount: 120, Shelf: "Kệ 3", Device: "fi-8170", ArchiveNumber: "LT-12",
	}
	if resp.StatusCode != http.StatusOK || got.Name != "Hộp 7" || got.Unit != "P1" || got.State != "open" || got.BatchSettings != want {
		t.Fatalf("open: %d %s", resp.StatusCode, b)
	}
	again := decode[retrieve.Batch](t, second(send(http.MethodPost, "/api/v1/batches", `{"name":"Hộp 7","splitting":"none"}`)))
	if again.ID != got.ID || again.Splitting != archive.SplitNone || again.Shelf != "Kệ 3" {
		t.Errorf("opened again: %+v", again)
	}
	paused := decode[retrieve.Batch](t, second(send(http.MethodPatch, "/api/v1/batches/"+string(got.ID), `{"state":"paused"}`)))
	if paused.State != "paused" {
		t.Errorf("paused: %+v", paused)
	}
	if resp, b := d.do(http.MethodPost, "/api/v1/accessions?name=x.pdf&batch="+url.QueryEscape("Hộp 7"), clerkToken, strings.NewReader("%PDF-1.7 x")); resp.StatusCode != http.StatusConflict {
		t.Errorf("a paper for a paused batch: %d %s", resp.StatusCode, b)
	}
	for _, bad := range []string{`{"splitting":"tear"}`, `{"page_order":"any"}`, `{"state":"lost"}`, `{"expected_count":-1}`, `{"shelf":"a\nb"}`} {
		if resp, b := send(http.MethodPatch, "/api/v1/batches/"+string(got.ID), bad); resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, resp.StatusCode, b)
		}
	}
}

func second(_ *http.Response, b []byte) []byte { return b }

func TestABatchPrintsItsSeparatorSheets(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô P1")
	path := "/api/v1/batches/" + string(rec.Accession.Batch) + "/separators"
	resp, b := d.get(path+"?count=2&dossier=HS-1&dossier=HS-2", clerkToken)
	if resp.StatusCode != http.StatusOK || !bytes.HasPrefix(b, []byte("%PDF-")) || resp.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("sheets: %d %.100s", resp.StatusCode, b)
	}
	for _, q := range []string{"", "?count=0", "?count=1000", "?count=x", "?dossier=" + strings.Repeat("x", 300)} {
		if resp, b := d.get(path+q, clerkToken); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %d %.100s", q, resp.StatusCode, b)
		}
	}
}

func TestABatchPageTellsAndChangesItsSettings(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô P1")
	page := "/batches/" + string(rec.Accession.Batch)
	c := d.browser()
	d.post(c, "/login", url.Values{"token": {clerkToken}})
	d.post(c, page+"/settings", url.Values{"back": {page}, "splitting": {"layout"}, "page_order": {"as_scanned"}, "expected_count": {"5"}, "shelf": {"Kệ 9"}, "device": {""}, "archive_number": {""}})
	d.post(c, page+"/hold", url.Values{"back": {page}})
	_, b := d.get(page, clerkToken)
	for _, want := range []string{"Theo tờ ngăn và trang đầu văn bản", "Kệ 9", "1 / 5", "Còn thiếu 4 tệp", "Tạm dừng"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
