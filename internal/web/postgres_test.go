package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/pgtest"
	"sohoa/internal/retrieve"
	"sohoa/internal/web"
	"sohoa/internal/wiring"
)

// TestTheDoorBeforeARealCatalogue goes through what needs no worker with the catalogue that is used in earnest, so that the stand-in
// of the other tests is not all there is. The whole way, with engine and store, is driven in a browser (e2e/drive.mjs).
func TestTheDoorBeforeARealCatalogue(t *testing.T) {
	t.Parallel()
	cat := pgtest.Catalogue(t)
	d := open(t, func(dep *web.Deps) {
		stand := dep.Accounts.(interface {
			intake.Masters
			intake.Records
		})
		in, err := intake.New(intake.Deps{Masters: stand, Records: stand, Catalogue: cat, SpoolDir: t.TempDir(), MaxBytes: 1 << 30, Now: time.Now, Logger: dep.Logger})
		if err != nil {
			t.Fatal(err)
		}
		dep.Intake, dep.Accounts = in, wiring.Accounts{Catalogue: cat}
		dep.Retrieve = retrieve.New(retrieve.Deps{Catalogue: cat, Operations: cat})
	})
	for token, a := range map[string]archive.Actor{
		adminToken: {Account: "admin", Role: archive.Admin}, clerkToken: {Account: "lan", Role: archive.Clerk, Unit: "P1"}, otherToken: {Account: "minh", Role: archive.Clerk, Unit: "P2"},
	} {
		if err := cat.PutAccount(t.Context(), a, fixity.Of([]byte(token))); err != nil {
			t.Fatal(err)
		}
	}

	var last web.Received
	for i := range 5 {
		last = d.hand(clerkToken, fmt.Sprintf("giấy %d.pdf", i), fmt.Sprintf("%%PDF-1.7 %d", i), "batch", "Lô 1")
		if last.Existing {
			t.Fatalf("paper %d was there before", i)
		}
	}
	batch := "/api/v1/batches/" + string(last.Accession.Batch)
	if again := d.hand(clerkToken, "khác tên.pdf", "%PDF-1.7 4", "batch", "Lô 1"); !again.Existing || again.Accession.ID != last.Accession.ID || again.Accession.Name != "giấy 4.pdf" {
		t.Errorf("the same bytes again: %+v", again)
	}
	id := d.announce(clerkToken, 10, "batch", "Lô 1")
	if resp, b := d.patch(clerkToken, id, 0, "%PDF-1.7 r"); resp.StatusCode != http.StatusNoContent || resp.Header.Get("X-Sohoa-Accession") == "" {
		t.Errorf("resumable: %d %s", resp.StatusCode, b)
	}

	seen := map[archive.AccessionID]bool{}
	for cursor, pages := "", 0; ; pages++ {
		_, b := d.get("/api/v1/accessions?limit=4&batch="+string(last.Accession.Batch)+"&cursor="+cursor, clerkToken)
		list := decode[web.AccessionList](t, b)
		for _, a := range list.Accessions {
			seen[a.ID] = true
		}
		if cursor = list.Next; cursor == "" || pages > 5 {
			break
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d accessions are listed, want 6", len(seen))
	}
	for _, path := range []string{batch, "/api/v1/accessions/" + string(last.Accession.ID)} {
		if resp, _ := d.get(path, otherToken); resp.StatusCode != http.StatusNotFound {
			t.Errorf("another unit's clerk: GET %s = %d", path, resp.StatusCode)
		}
	}
	_, b := d.get("/api/v1/batches?name="+"L%C3%B4+1", clerkToken)
	if list := decode[web.BatchList](t, b); len(list.Batches) != 1 || list.Batches[0].Accessions != 6 {
		t.Errorf("batch by name: %s", b)
	}
	for _, path := range []string{"/api/v1/queue", "/api/v1/progress", "/api/v1/documents", "/api/v1/search?q=giay", "/", "/batches", "/documents", "/search?q=giay", "/batches/" + string(last.Accession.Batch)} {
		if resp, b := d.get(path, clerkToken); resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s = %d %.300s", path, resp.StatusCode, b)
		}
	}

	send := func(body, key string) (*http.Response, []byte) {
		return d.accept(clerkToken, strings.NewReader(body), "Idempotency-Key", key)
	}
	_, b = send("%PDF-1.7 k", "k1")
	first := decode[web.Received](t, b)
	if _, b = send("%PDF-1.7 k", "k1"); decode[web.Received](t, b).Accession.ID != first.Accession.ID {
		t.Errorf("the key's second answer: %s", b)
	}
	if resp, b := send("%PDF-1.7 other", "k1"); resp.StatusCode != http.StatusConflict {
		t.Errorf("one key for two papers: %d %s", resp.StatusCode, b)
	}

	s := d.follow(t.Context(), clerkToken, last.Accession.Batch, "")
	s.until(state("accession", string(last.Accession.ID), archive.AccessionReceived))
	resp, b := d.do(http.MethodPost, batch+"/cancel", clerkToken, nil)
	if n := decode[web.Changed](t, b).Changed; resp.StatusCode != http.StatusOK || n != 6 {
		t.Errorf("cancel: %d %s", resp.StatusCode, b)
	}
	s.until(state("accession", string(last.Accession.ID), archive.AccessionCancelled))
	s.until(func(e event) bool { return e.name == "done" })
	if resp, b := d.do(http.MethodPost, batch+"/close", clerkToken, nil); resp.StatusCode != http.StatusOK || decode[retrieve.Batch](t, b).State != "closed" {
		t.Errorf("close: %d %s", resp.StatusCode, b)
	}
	body, ct := form(t, "batch", "Lô 1", "@late.pdf", "%PDF-1.7 late")
	resp, b = d.accept(clerkToken, body, "Content-Type", ct)
	if p := decode[web.Problem](t, b); resp.StatusCode != http.StatusConflict || p.Code != fault.BatchClosed {
		t.Errorf("into a closed batch: %d %s", resp.StatusCode, b)
	}
	if resp, b := d.do(http.MethodPost, "/api/v1/queue/pause", adminToken, nil); resp.StatusCode != http.StatusOK {
		t.Errorf("pause: %d %s", resp.StatusCode, b)
	}
	if _, b := d.get("/api/v1/queue", clerkToken); !decode[retrieve.Queue](t, b).Paused {
		t.Errorf("queue: %s", b)
	}
}
