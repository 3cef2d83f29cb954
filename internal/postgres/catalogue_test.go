package postgres_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
	"sohoa/internal/retrieve"
)

func accept(t *testing.T, c *postgres.Catalogue, unit, content string) archive.Accession {
	t.Helper()
	d := fixity.Of([]byte(content))
	a, err := c.Accept(t.Context(), intake.Accepted{
		Accession: archive.Accession{
			ID: archive.AccessionIDFor(unit, "", d), Unit: unit, Name: content + ".pdf", Master: d, SizeBytes: int64(len(content)),
			Access: archive.AccessUnit, ReceivedBy: "clerk", ReceivedAt: time.Now().UTC().Truncate(time.Microsecond), Queue: string(archive.Backlog),
		},
		MasterVersion: "v1", RetainUntil: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatalf("accept: %v", err)
	}
	return a
}

// next hands out exactly one task.
func next(t *testing.T, c *postgres.Catalogue) archive.Task {
	t.Helper()
	r, err := c.PickTasks(t.Context(), archive.Backlog, 1, 0)
	if err != nil || len(r) != 1 {
		t.Fatalf("PickTasks = %v, %v, want one", r, err)
	}
	task, ok, err := c.Task(t.Context(), r[0].ID)
	if err != nil || !ok {
		t.Fatalf("Task(%d) = %v, %v", r[0].ID, ok, err)
	}
	return task
}

func split(t *testing.T, c *postgres.Catalogue, a archive.Accession, task archive.Task, pages int) archive.DocumentID {
	t.Helper()
	if _, err := c.BeginInspection(t.Context(), task); err != nil {
		t.Fatalf("BeginInspection: %v", err)
	}
	doc := digitise.SplitDocument{ID: archive.DocumentIDFor(a.ID, 1), Name: a.Name}
	for i := 1; i <= pages; i++ {
		doc.Pages = append(doc.Pages, archive.PageRef{Ordinal: i, Master: a.Master, Page: i})
	}
	if err := c.Split(t.Context(), task, digitise.Split{MediaType: archive.PDF, Pages: pages, Documents: []digitise.SplitDocument{doc}}); err != nil {
		t.Fatalf("Split: %v", err)
	}
	return doc.ID
}

func read(c *postgres.Catalogue, t *testing.T, task archive.Task, a archive.Accession) error {
	r := page.Result{Width: 100, Height: 100, Kind: page.Text, Confidence: 90}
	return c.PageRead(t.Context(), task, digitise.PageRead{
		Ref:       digitise.ResultRef{Master: a.Master, Page: task.Page, Engine: digitise.EngineVersion{Engine: "e", Settings: "s"}},
		ResultKey: archive.ResultKey(a.Master, task.Page, "s"), Digest: fixity.Of([]byte("r")), Result: r,
	})
}

func TestADocumentTravelsToTheArchive(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	ctx := t.Context()
	a := accept(t, c, "u1", "paper")
	doc := split(t, c, a, next(t, c), 2)
	for range 2 {
		task := next(t, c)
		if task.Kind != archive.TaskRecognise {
			t.Fatalf("task kind = %s, want recognise", task.Kind)
		}
		if err := read(c, t, task, a); err != nil {
			t.Fatalf("PageRead: %v", err)
		}
	}
	task := next(t, c)
	if task.Kind != archive.TaskDescribe {
		t.Fatalf("after the last page the task is %s, want describe", task.Kind)
	}
	number := "12/qd-ubnd"
	day := time.Date(2024, 3, 15, 0, 0, 0, 0, time.UTC)
	if err := c.Described(ctx, task, digitise.Described{
		Fields:   []archive.Field{{Name: "symbol", Value: "QĐ-UBND", Confidence: 0.99, Source: "text"}},
		Snapshot: digitise.Snapshot{Title: "Quyết định 12/QĐ-UBND", Language: "vi", CreatedAt: a.ReceivedAt},
		Summary:  digitise.Summary{Title: "Quyết định 12/QĐ-UBND", NumberSymbol: &number, IssuedOn: &day},
	}); err != nil {
		t.Fatalf("Described: %v", err)
	}
	task = next(t, c)
	if err := c.Assembled(ctx, task, digitise.Assembled{
		Rendition: archive.Part{Digest: fixity.Of([]byte("pdf")), SizeBytes: 3}, Conformance: "PDF/A-2u", CheckedBy: "test", Manifest: []byte("{}"),
	}); err != nil {
		t.Fatalf("Assembled: %v", err)
	}
	task = next(t, c)
	if task.Kind != archive.TaskSettle {
		t.Fatalf("task is %s, want settle", task.Kind)
	}
	if err := c.Archived(ctx, task, digitise.ArchivedVersion{At: time.Now(), Until: time.Now().Add(time.Hour), Pages: []digitise.IndexPage{
		{Ordinal: 1, Body: "Ủy ban nhân dân thành phố", Accented: "ủy ban nhân dân thành phố", Plain: "uy ban nhan dan thanh pho"},
		{Ordinal: 2, Body: "Trang sau", Accented: "trang sau", Plain: "trang sau"},
	}}); err != nil {
		t.Fatalf("Archived: %v", err)
	}
	v, err := c.Document(ctx, doc)
	if err != nil || v.Processing != archive.Archived || v.Rendition == nil || len(v.PageList) != 2 {
		t.Fatalf("Document = %+v, %v", v, err)
	}
	for q, want := range map[string]int{
		"nhan dan": 1, "nhân dân": 1, "nhấn dân": 0, `"thành phố"`: 1, "trang": 1, "12/QĐ-UBND": 1, "13/QĐ-UBND": 0, "012/QD-UBND": 1, "": 1, "/": 0,
	} {
		hits, err := c.Search(ctx, retrieve.Search{Text: q, Limit: 10})
		if err != nil || len(hits) != want {
			t.Errorf("Search(%q) = %d hits, %v; want %d", q, len(hits), err, want)
		}
	}
	for _, r := range []struct {
		from, to, unit string
		want           int
	}{{"2024-03-15", "2024-03-15", "", 1}, {"2024-03-16", "", "", 0}, {"", "2024-03-14", "", 0}, {"", "", "u2", 0}, {"", "", "u1", 1}} {
		hits, err := c.Search(ctx, retrieve.Search{IssuedFrom: r.from, IssuedTo: r.to, Unit: r.unit, Limit: 10})
		if err != nil || len(hits) != r.want {
			t.Errorf("Search(%+v) = %d hits, %v", r, len(hits), err)
		}
	}
	if n, err := c.Seal(ctx); err != nil || n == 0 {
		t.Fatalf("Seal = %d, %v", n, err)
	}
	if rep, err := c.VerifyAudit(ctx); err != nil || rep.Bad != "" || rep.Blocks != 1 {
		t.Errorf("VerifyAudit = %+v, %v", rep, err)
	}
	events, err := c.History(ctx, doc)
	if err != nil || len(events) < 6 || events[len(events)-1].Action != "document_archived" {
		t.Errorf("History = %v, %v", events, err)
	}
}

func TestATaskDeliveredTwiceWorksOnce(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	a := accept(t, c, "u1", "paper")
	split(t, c, a, next(t, c), 8)
	picked, err := c.PickTasks(t.Context(), archive.Backlog, 8, 0)
	if err != nil || len(picked) != 8 {
		t.Fatalf("PickTasks = %d, %v", len(picked), err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, fenced := 0, 0
	for _, p := range picked {
		task, _, err := c.Task(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			wg.Go(func() {
				err := read(c, t, task, a)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					done++
				case errors.Is(err, digitise.ErrFenced):
					fenced++
				default:
					t.Errorf("PageRead: %v", err)
				}
			})
		}
	}
	wg.Wait()
	if done != 8 || fenced != 16 {
		t.Errorf("done %d, fenced %d; want 8 and 16", done, fenced)
	}
	if task := next(t, c); task.Kind != archive.TaskDescribe {
		t.Errorf("next task is %s, want one describe", task.Kind)
	}
	if r, err := c.PickTasks(t.Context(), archive.Backlog, 10, 0); err != nil || len(r) != 0 {
		t.Errorf("more tasks than one: %v, %v", r, err)
	}
}

func TestTheSamePaperTwiceIsOneAccession(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { accept(t, c, "u1", "paper") })
	}
	wg.Wait()
	if r, err := c.PickTasks(t.Context(), archive.Backlog, 10, 0); err != nil || len(r) != 1 {
		t.Errorf("tasks = %v, %v; want one", r, err)
	}
}

func TestUnitsShareTheQueueEvenly(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	for i := range 30 {
		accept(t, c, "big", fmt.Sprint("big", i))
	}
	accept(t, c, "small", "one")
	r, err := c.PickTasks(t.Context(), archive.Backlog, 4, 0)
	if err != nil || len(r) != 4 {
		t.Fatalf("PickTasks = %v, %v", r, err)
	}
	units := map[string]int{}
	for _, p := range r {
		task, _, err := c.Task(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		units[task.Unit]++
	}
	if units["small"] != 1 || units["big"] != 3 {
		t.Errorf("units served: %v, want the small one among the first four", units)
	}
}

func TestCancelFencesAndRetryBeginsAnew(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	ctx := t.Context()
	a := accept(t, c, "u1", "paper")
	doc := split(t, c, a, next(t, c), 1)
	task := next(t, c)
	if err := c.CancelDocument(ctx, "clerk", doc); err != nil {
		t.Fatalf("CancelDocument: %v", err)
	}
	if err := read(c, t, task, a); !errors.Is(err, digitise.ErrFenced) {
		t.Errorf("PageRead after cancel = %v, want ErrFenced", err)
	}
	if err := c.CancelDocument(ctx, "clerk", doc); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("second cancel = %v, want state_conflict", err)
	}
	again := accept(t, c, "u1", "paper")
	if again.State != archive.AccessionReceived {
		t.Fatalf("sent again, the accession is %s", again.State)
	}
	if got := split(t, c, again, next(t, c), 1); got != doc {
		t.Errorf("document %s, want %s again", got, doc)
	}
	if err := read(c, t, next(t, c), a); err != nil {
		t.Errorf("PageRead after revival: %v", err)
	}
}

func TestAStallWaitsAndComesBack(t *testing.T) {
	t.Parallel()
	c := pgtest.Catalogue(t)
	ctx := t.Context()
	a := accept(t, c, "u1", "paper")
	task := next(t, c)
	if err := c.Stall(ctx, task, digitise.Stalled{Code: fault.StoreUnavailable, Detail: "down", Operator: true, Visible: true}); err != nil {
		t.Fatal(err)
	}
	if r, _ := c.PickTasks(ctx, archive.Backlog, 1, 0); len(r) != 0 {
		t.Errorf("a task that waits for an operator was handed out")
	}
	v, err := c.Accession(ctx, a.ID)
	if err != nil || v.Trouble == nil || v.Trouble.Verdict != "stalled" || v.State != archive.AccessionReceived {
		t.Errorf("Accession = %+v, %v; want a stalled mark beside the state", v, err)
	}
	if err := c.RetryAccession(ctx, "op", a.ID); err != nil {
		t.Fatal(err)
	}
	split(t, c, a, next(t, c), 1)
	if v, _ := c.Accession(ctx, a.ID); v.Trouble != nil {
		t.Errorf("the mark stays after success: %+v", v.Trouble)
	}
}

func TestTheAuditTrailShowsTampering(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	c := postgres.New(pool)
	ctx := t.Context()
	accept(t, c, "u1", "paper")
	if _, err := c.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, "UPDATE audit_events SET actor = 'nobody'"); err == nil {
		t.Error("an audit row could be changed")
	}
	if _, err := pool.Exec(ctx, "ALTER TABLE audit_events DISABLE TRIGGER ALL; UPDATE audit_events SET actor = 'nobody'"); err != nil {
		t.Fatal(err)
	}
	if rep, err := c.VerifyAudit(ctx); err != nil || rep.Bad == "" {
		t.Errorf("VerifyAudit = %+v, %v; want the tampered block named", rep, err)
	}
}
