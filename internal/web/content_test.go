package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/web"
)

func TestDownloads(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.archived(clerkToken)
	for part, mediaType := range map[string]string{
		"access": "application/pdf", "rendition": "application/pdf", "master": "application/pdf", "text": "text/plain; charset=utf-8", "hocr": "application/xhtml+xml; charset=utf-8", "manifest": "application/json",
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			path := "/api/v1/documents/" + string(id) + "/" + part
			resp, whole := d.get(path, clerkToken)
			h := resp.Header
			etag := h.Get("ETag")
			if resp.StatusCode != http.StatusOK || h.Get("Content-Type") != mediaType || etag != `"`+fixity.Of(whole).String()+`"` {
				t.Fatalf("%d %s %s", resp.StatusCode, h.Get("Content-Type"), etag)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("Accept-Ranges") != "bytes" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Cache-Control") != "private, no-cache" {
				t.Errorf("headers: %v", h)
			}
			resp, b := d.do(http.MethodGet, path, clerkToken, nil, "Range", "bytes=2-5")
			if resp.StatusCode != http.StatusPartialContent || string(b) != string(whole[2:6]) {
				t.Errorf("range: %d %q", resp.StatusCode, b)
			}
			resp, b = d.do(http.MethodGet, path, clerkToken, nil, "Range", "bytes=2-5", "If-Range", `"other"`)
			if resp.StatusCode != http.StatusOK || len(b) != len(whole) {
				t.Errorf("range of other bytes: %d, %d bytes", resp.StatusCode, len(b))
			}
			if resp, _ := d.do(http.MethodGet, path, clerkToken, nil, "If-None-Match", etag); resp.StatusCode != http.StatusNotModified {
				t.Errorf("the same again: %d", resp.StatusCode)
			}
			if resp, b := d.do(http.MethodHead, path, clerkToken, nil); resp.StatusCode != http.StatusOK || len(b) != 0 || resp.ContentLength != int64(len(whole)) {
				t.Errorf("HEAD: %d, %d bytes, length %d", resp.StatusCode, len(b), resp.ContentLength)
			}
			resp, b = d.do(http.MethodGet, path, clerkToken, nil, "Range", "bytes=99999999-")
			if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusRequestedRangeNotSatisfiable || p.Code != fault.RangeInvalid || resp.Header.Get("Content-Disposition") != "" {
				t.Errorf("a range outside: %d %s", resp.StatusCode, b)
			}
		})
	}
	t.Run("only our own PDF is shown within the browser", func(t *testing.T) {
		t.Parallel()
		resp, _ := d.get("/api/v1/documents/"+string(id)+"/rendition?inline=1", clerkToken)
		if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "inline;") {
			t.Errorf("rendition: %s", resp.Header.Get("Content-Disposition"))
		}
		resp, _ = d.get("/api/v1/documents/"+string(id)+"/master?inline=1", clerkToken)
		if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("master: %s", resp.Header.Get("Content-Disposition"))
		}
	})
	t.Run("a document that is not archived says so", func(t *testing.T) {
		t.Parallel()
		rec := d.hand(clerkToken, "b.pdf", "%PDF-1.7 b")
		early := d.archive.Split(rec.Accession.ID, paper())
		resp, b := d.get("/api/v1/documents/"+string(early)+"/rendition", clerkToken)
		if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusConflict || p.Code != fault.StateConflict {
			t.Errorf("%d %s", resp.StatusCode, b)
		}
	})
}

func TestPictures(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.archived(clerkToken)
	base := "/api/v1/documents/" + string(id) + "/pages/1/image"
	resp, b := d.get(base+"?size=300", clerkToken)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(string(b), "\xff\xd8") {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	etag := resp.Header.Get("ETag")
	if resp, same := d.get(base+"?size=320", clerkToken); resp.Header.Get("ETag") != etag || string(same) != string(b) {
		t.Error("300 and 320 pixels are one picture")
	}
	if resp, _ := d.get(base+"?size=321", clerkToken); resp.Header.Get("ETag") == etag {
		t.Error("320 and 321 pixels are two pictures")
	}
	if resp, _ := d.do(http.MethodGet, base+"?size=300", clerkToken, nil, "If-None-Match", etag); resp.StatusCode != http.StatusNotModified {
		t.Errorf("the same again: %d", resp.StatusCode)
	}
	for path, want := range map[string]int{
		base + "?size=0": 400, base + "?size=x": 400, base + "?size=999999999": 200,
		"/api/v1/documents/" + string(id) + "/pages/0/image": 404, "/api/v1/documents/" + string(id) + "/pages/3/image": 404, "/api/v1/documents/" + string(id) + "/pages/x/image": 404,
	} {
		if resp, b := d.get(path, clerkToken); resp.StatusCode != want {
			t.Errorf("GET %s = %d %.200s, want %d", path, resp.StatusCode, b, want)
		}
	}
}

func TestListsArePagedByKey(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i := range 5 {
		rec := d.hand(clerkToken, "a.pdf", "%PDF-1.7 "+string(rune('a'+i)), "batch", "Lô "+string(rune('a'+i)))
		doc := d.archive.Split(rec.Accession.ID, paper())
		d.archive.Archive(doc, paper())
	}
	for _, list := range []struct{ path, key string }{{"/api/v1/accessions?", "accessions"}, {"/api/v1/documents?", "documents"}, {"/api/v1/batches?", "batches"}, {"/api/v1/search?q=giay&", "hits"}} {
		seen := map[string]bool{}
		cursor, pages := "", 0
		for {
			_, b := d.get(list.path+"limit=2&cursor="+cursor, clerkToken)
			got := decode[map[string]any](t, b)
			rows, ok := got[list.key].([]any)
			if !ok {
				t.Fatalf("%s: %s", list.path, b)
			}
			for _, r := range rows {
				id, _ := r.(map[string]any)["id"].(string)
				if seen[id] {
					t.Errorf("%s: %s twice", list.path, id)
				}
				seen[id] = true
			}
			pages++
			next, _ := got["next"].(string)
			if next == "" || pages > 9 {
				break
			}
			cursor = next
		}
		if len(seen) != 5 || pages != 3 {
			t.Errorf("%s: %d things on %d pages, want 5 on 3", list.path, len(seen), pages)
		}
		for _, wrong := range []string{"x", "%20", web.EncodeCursor("other", 5), web.EncodeCursor(list.key, -1)} {
			resp, b := d.get(list.path+"cursor="+wrong, clerkToken)
			if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusBadRequest || p.Code != fault.RequestMalformed {
				t.Errorf("%s with cursor %s: %d %s", list.path, wrong, resp.StatusCode, b)
			}
		}
	}
}
