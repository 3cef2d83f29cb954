package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
	"sohoa/internal/review"
)

// asking is what the machine found on a paper: number and day by hand, an unsure type.
func asking() []archive.Field {
	return []archive.Field{
		{Name: "agency", Value: "Ủy ban nhân dân phường Lê Chân", Confidence: 0.99, Source: "text", Page: 1},
		{Name: "number", Page: 1, Box: page.Box{X0: 10, Y0: 10, X1: 30, Y1: 20}, Handwritten: true, Asked: true, Source: "text"},
		{Name: "symbol", Value: "QĐ-UBND", Confidence: 0.99, Source: "text", Page: 1},
		{Name: "date", Value: "2024-05", Printed: "ngày tháng 5 năm 2024", Confidence: 0.9, Source: "text", Page: 1, Asked: true, Handwritten: true},
		{Name: "day", Page: 1, Asked: true, Handwritten: true, Source: "text"},
		{Name: "type", Value: "Quyết định", Confidence: 0.8, Source: "text", Page: 1, Asked: true},
	}
}

// desk is a catalogue whose pipeline the test runs by hand.
type desk struct {
	t *testing.T
	c *postgres.Catalogue
	r review.Store
	s *review.Service

	db      pgtest.DB
	waiting []archive.Task
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := pgtest.Pool(t)
	c := postgres.New(db)
	d := &desk{t: t, c: c, r: c.Review(), db: db}
	d.s = review.New(review.Deps{Store: d.r, Now: time.Now})
	for _, a := range []archive.Actor{{Account: "lan", Role: archive.Clerk, Unit: "u1"}, {Account: "hoa", Role: archive.Officer, Unit: "u1"}, {Account: "minh", Role: archive.Clerk, Unit: "u2"}} {
		if err := c.PutAccount(t.Context(), a, fixity.Of([]byte(a.Account))); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

var (
	lan  = archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "u1"}
	hoa  = archive.Actor{Account: "hoa", Role: archive.Officer, Unit: "u1"}
	minh = archive.Actor{Account: "minh", Role: archive.Clerk, Unit: "u2"}
)

// pick hands out a waiting task of a kind, whichever queue it is in.
func (d *desk) pick(kind archive.TaskKind) archive.Task {
	d.t.Helper()
	for _, q := range []archive.Queue{archive.Interactive, archive.Backlog} {
		r, err := d.c.PickTasks(d.t.Context(), q, 100, 0)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, ring := range r {
			task, ok, err := d.c.Task(d.t.Context(), ring.ID)
			if err != nil || !ok {
				d.t.Fatalf("task %d: %v, %v", ring.ID, ok, err)
			}
			d.waiting = append(d.waiting, task)
		}
	}
	for i, task := range d.waiting {
		if task.Kind == kind {
			d.waiting = slices.Delete(d.waiting, i, i+1)
			return task
		}
	}
	d.t.Fatalf("no %s waits: %+v", kind, d.waiting)
	return archive.Task{}
}

// paper takes a paper in and up to being described.
func (d *desk) paper(name string, pages int) archive.DocumentID {
	d.t.Helper()
	a := accept(d.t, d.c, "u1", name)
	doc := split(d.t, d.c, a, d.pick(archive.TaskInspect), pages)
	for range pages {
		if err := read(d.c, d.t, d.pick(archive.TaskRecognise), a); err != nil {
			d.t.Fatal(err)
		}
	}
	return doc
}

// describe runs the step as digitise does: what people decided is laid over what was found.
func (d *desk) describe(found []archive.Field, more ...archive.Question) {
	d.t.Helper()
	task := d.pick(archive.TaskDescribe)
	v, err := d.c.Version(d.t.Context(), task)
	if err != nil {
		d.t.Fatal(err)
	}
	fields := digitise.LayOver(found, v.Decided)
	var keys []string
	for i, key := range archive.FieldKeys(fields) {
		if fields[i].Asked && key != "day" {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		more = append(more, archive.Question{Kind: archive.AskFields, Reason: "fields_unsure", Fields: keys})
	}
	if err := d.c.Described(d.t.Context(), task, digitise.Described{
		Fields: fields, Snapshot: digitise.Snapshot{Title: "x", Language: "vi", CreatedAt: time.Now()}, Summary: digitise.Summary{Title: "x"}, Questions: more,
	}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) archive() {
	d.t.Helper()
	if err := d.c.Assembled(d.t.Context(), d.pick(archive.TaskAssemble), digitise.Assembled{
		Rendition: archive.Part{Digest: fixity.Of([]byte("pdf")), SizeBytes: 3}, Conformance: "PDF/A-2u", CheckedBy: "test", Manifest: []byte("{}"),
	}); err != nil {
		d.t.Fatal(err)
	}
	if err := d.c.Archived(d.t.Context(), d.pick(archive.TaskSettle), digitise.ArchivedVersion{At: time.Now(), Until: time.Now().Add(time.Hour)}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) next(a archive.Actor, w review.Wish) review.Task {
	d.t.Helper()
	t, ok, err := d.s.Next(d.t.Context(), a, w)
	if err != nil || !ok {
		d.t.Fatalf("%s: Next(%+v) = %v, %v", a.Account, w, ok, err)
	}
	return t
}

func value(fields []archive.Field, name string) archive.Field {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	return archive.Field{}
}

func TestAnAnswerMakesAVersionThatAsksNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	doc := d.paper("paper", 2)
	d.describe(asking())
	d.archive()
	if v, _ := d.c.Document(t.Context(), doc); !v.NeedsReview || v.Release != archive.Unconfirmed {
		t.Fatalf("before: needs review %v, %s", v.NeedsReview, v.Release)
	}
	task := d.next(lan, review.Wish{})
	if len(task.Asked) != 3 || task.Pages != 2 || task.ClaimedBy != "lan" || value(task.Known, "symbol").Value != "QĐ-UBND" {
		t.Fatalf("task: %+v", task)
	}
	if _, err := d.s.Answer(t.Context(), lan, task.ID, review.Answer{Values: map[string]string{"number": "12", "date": "31/2"}}); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("31 February: %v", err)
	}
	if _, err := d.s.Answer(t.Context(), hoa, task.ID, review.Answer{}); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("answered by another: %v", err)
	}
	if _, err := d.s.Answer(t.Context(), minh, task.ID, review.Answer{}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("answered by another unit: %v", err)
	}
	if _, err := d.s.Answer(t.Context(), lan, task.ID, review.Answer{Version: 1, Values: map[string]string{"number": "12", "date": "23"}}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := d.s.Next(t.Context(), lan, review.Wish{}); ok || err != nil {
		t.Errorf("more to answer: %v, %v", ok, err)
	}
	d.describe(asking())
	d.archive()
	v, err := d.c.Document(t.Context(), doc)
	if err != nil || v.Version != 2 || v.NeedsReview || v.Release != archive.Confirmed || len(v.PageList) != 2 || !v.PageList[1].Read {
		t.Fatalf("after: %+v, %v", v.Document, err)
	}
	for name, want := range map[string]string{"number": "12", "date": "2024-05-23", "day": "23", "type": "Quyết định", "number_symbol": "12/QĐ-UBND"} {
		if f := value(v.Fields, name); f.Value != want || f.Asked || f.Source != digitise.SourcePerson || f.Confidence < 0.99 {
			t.Errorf("%s: %+v, want %q of a person", name, f, want)
		}
	}
	if f := value(v.Fields, "date"); f.Printed != "ngày tháng 5 năm 2024" || value(v.Fields, "number").Box.Empty() {
		t.Errorf("printed form and box are lost: %+v", f)
	}
	ds, err := d.s.Decisions(t.Context(), lan, doc)
	if err != nil || len(ds) != 3 || ds[0].Actor != "lan" || ds[0].Applied != 2 || ds[0].Task != task.ID {
		t.Errorf("decisions: %+v, %v", ds, err)
	}

	// Undone: the question comes back to who answered it, and a third version shows what the machine found.
	back, err := d.s.Undo(t.Context(), lan)
	if err != nil || back.ID != task.ID || back.State != review.Claimed {
		t.Fatalf("Undo = %+v, %v", back, err)
	}
	d.describe(asking())
	d.archive()
	v, _ = d.c.Document(t.Context(), doc)
	if f := value(v.Fields, "number"); v.Version != 3 || f.Value != "" || !f.Asked || !v.NeedsReview || v.Release != archive.Unconfirmed {
		t.Errorf("undone: version %d, %+v, %s", v.Version, f, v.Release)
	}
	again := d.next(lan, review.Wish{})
	if again.ID != task.ID || again.Version != 3 || len(again.Asked) != 3 {
		t.Errorf("after undoing the task is %+v", again)
	}
	if _, err := d.s.Undo(t.Context(), lan); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("nothing is left to undo: %v", err)
	}
}

func TestAnAnswerGivenWhileAVersionIsUnderWayTakesEffectBehindIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	doc := d.paper("paper", 1)
	d.describe(asking(), archive.Question{Kind: archive.AskDossier, Reason: "several", Options: []archive.Option{{Value: "D1"}, {Value: "D2"}}})
	for range 2 { // both before the first version is archived
		task := d.next(lan, review.Wish{})
		in := review.Answer{Values: map[string]string{"number": "7", "date": "1"}}
		if task.Kind == archive.AskDossier {
			choice := "D2"
			in = review.Answer{Choice: &choice}
		}
		if _, err := d.s.Answer(t.Context(), lan, task.ID, in); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := d.c.Document(t.Context(), doc); v.Version != 1 || v.Dossier != "" {
		t.Fatalf("version %d, dossier %q before the first is archived", v.Version, v.Dossier)
	}
	d.archive()
	d.describe(asking(), archive.Question{Kind: archive.AskDossier, Reason: "several", Options: []archive.Option{{Value: "D1"}, {Value: "D2"}}})
	d.archive()
	v, _ := d.c.Document(t.Context(), doc)
	if v.Version != 2 || v.Dossier != "D2" || v.Release != archive.Confirmed || value(v.Fields, "number").Value != "7" {
		t.Errorf("version %d, dossier %q, %s: one version was to show both answers", v.Version, v.Dossier, v.Release)
	}
	for range 2 { // the second while the version of the first is under way
		if _, err := d.s.Undo(t.Context(), lan); err != nil {
			t.Fatal(err)
		}
	}
	d.describe(asking())
	d.archive()
	if v, _ := d.c.Document(t.Context(), doc); v.Dossier != "" || v.Version != 4 || v.Release != archive.Unconfirmed {
		t.Errorf("undone: dossier %q, version %d", v.Dossier, v.Version)
	}
}

func TestTwoPeopleNeverGetTheSameTask(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const papers, people = 60, 12
	for i := range papers {
		d.paper(fmt.Sprint("paper ", i), 1)
		d.describe(asking())
		d.archive()
	}
	var mu sync.Mutex
	had := map[int64]string{}
	var wg sync.WaitGroup
	errs := make(chan error, people*2)
	for i := range people * 2 { // each person in two windows
		a := archive.Actor{Account: fmt.Sprint("clerk", i/2), Role: archive.Clerk, Unit: "u1"}
		wg.Go(func() {
			for {
				task, ok, err := d.s.Next(context.WithoutCancel(t.Context()), a, review.Wish{})
				if err != nil || !ok {
					errs <- err
					return
				}
				mu.Lock()
				if who := had[task.ID]; who != "" && who != a.Account {
					t.Errorf("task %d was given to %s and to %s", task.ID, who, a.Account)
				}
				had[task.ID] = a.Account
				mu.Unlock()
				if ahead, ok, err := d.s.Next(t.Context(), a, review.Wish{After: task.ID}); err != nil || ok && ahead.ID == task.ID {
					errs <- fmt.Errorf("loaded ahead of %d: %d, %w", task.ID, ahead.ID, err)
					return
				}
				_, err = d.s.Answer(t.Context(), a, task.ID, review.Answer{Values: map[string]string{"number": "1", "date": "2"}})
				if fault.CodeOf(err) == fault.StateConflict { // the other window of the same person was faster
					err = nil
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if len(had) != papers {
		t.Errorf("%d tasks were given out, want %d", len(had), papers)
	}
	rows, err := d.s.Tasks(t.Context(), hoa, review.Query{State: review.Done, Limit: 500})
	if err != nil || len(rows) != papers {
		t.Errorf("%d tasks are done, %v; want %d", len(rows), err, papers)
	}
}

func TestATaskIsSkippedHandedOnAndReturns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	first := d.paper("first", 1)
	d.describe(asking())
	d.archive()
	d.paper("second", 1)
	d.describe(asking(), archive.Question{Kind: archive.AskPage, Reason: "page_unread", Page: 1})
	d.archive()

	one := d.next(lan, review.Wish{})
	if two := d.next(lan, review.Wish{After: one.ID}); two.ID == one.ID {
		t.Error("the task ahead is the same")
	} else if _, ok, err := d.s.Next(ctx, lan, review.Wish{After: two.ID}); err != nil || !ok {
		t.Errorf("asked again, the one held already is given: %v, %v", ok, err)
	}
	if one.Document != first {
		t.Errorf("the older paper comes first")
	}
	if again := d.next(lan, review.Wish{}); again.ID != one.ID {
		t.Errorf("after a reload the task is %d, not %d", again.ID, one.ID)
	}
	if err := d.s.Skip(ctx, lan, one.ID); err != nil {
		t.Fatal(err)
	}
	if task := d.next(lan, review.Wish{}); task.ID == one.ID {
		t.Error("a skipped task came back at once")
	}
	if l, err := d.s.Left(ctx, lan, review.Wish{}); err != nil || l.Skipped != 1 {
		t.Errorf("Left = %+v, %v", l, err)
	}
	if task := d.next(hoa, review.Wish{}); task.ID != one.ID {
		t.Errorf("what one skips is another's: %d", task.ID)
	}
	if err := d.s.HandOn(ctx, hoa, one.ID, "minh", ""); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("handed to another unit: %v", err)
	}
	if err := d.s.HandOn(ctx, hoa, one.ID, "lan", "chị xem giúp"); err != nil {
		t.Fatal(err)
	}
	if task, ok, _ := d.s.Next(ctx, hoa, review.Wish{}); ok && task.ID == one.ID {
		t.Error("what was handed on came back")
	}
	for _, x := range mine(t, d, "lan") {
		if err := d.s.Skip(ctx, lan, x.ID); err != nil {
			t.Fatal(err)
		}
	}
	got := d.next(lan, review.Wish{})
	if got.ID != one.ID || got.Comment != "chị xem giúp" || got.AssignedTo != "lan" {
		t.Fatalf("handed on: %+v", got)
	}
	if err := d.s.Return(ctx, lan, one.ID, review.ToRescan, ""); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("sent back without a word: %v", err)
	}
	if err := d.s.Return(ctx, lan, one.ID, review.ToDescribe, "đọc lại"); err != nil {
		t.Fatal(err)
	}
	if task, _ := d.s.Task(ctx, lan, one.ID); task.State != review.Returned || task.ReturnedTo != review.ToDescribe {
		t.Fatalf("returned: %+v", task)
	}
	d.describe(asking()) // and it comes back by itself
	if task, _ := d.s.Task(ctx, lan, one.ID); task.State != review.Open || task.Version != 2 || task.Comment != "đọc lại" {
		t.Errorf("after describing anew: %+v", task)
	}
	if err := d.s.Renew(ctx, lan, one.ID); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("renewed what nobody holds: %v", err)
	}
}

func mine(t *testing.T, d *desk, account string) []review.Task {
	t.Helper()
	rows, err := d.r.Tasks(t.Context(), review.Query{State: review.Claimed, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	var out []review.Task
	for _, r := range rows {
		if r.ClaimedBy == account {
			out = append(out, r)
		}
	}
	return out
}

func TestWhatWasLookedAtIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	doc := d.paper("paper", 2)
	unread := archive.Question{Kind: archive.AskPage, Reason: "page_unread", Page: 2}
	d.describe(asking(), unread)
	d.archive()
	page := d.next(lan, review.Wish{Kind: archive.AskPage})
	if _, err := d.s.Answer(t.Context(), lan, page.ID, review.Answer{}); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("answered without a word: %v", err)
	}
	if _, err := d.s.Answer(t.Context(), lan, page.ID, review.Answer{Looked: true}); err != nil {
		t.Fatal(err)
	}
	if v, _ := d.c.Document(t.Context(), doc); v.Version != 1 {
		t.Errorf("looking made version %d", v.Version)
	}
	fields := d.next(lan, review.Wish{})
	if _, err := d.s.Answer(t.Context(), lan, fields.ID, review.Answer{Values: map[string]string{"number": "3", "date": "4"}}); err != nil {
		t.Fatal(err)
	}
	d.describe(asking(), unread)
	if l, err := d.s.Left(t.Context(), lan, review.Wish{}); err != nil || l.Open != 0 {
		t.Errorf("asked again: %+v, %v", l, err)
	}
	if v, _ := d.c.Document(t.Context(), doc); v.NeedsReview || v.Release != archive.Confirmed {
		t.Errorf("needs review %v, %s", v.NeedsReview, v.Release)
	}
}

func TestARescanGoesToWhoHasThePaperAndReturnsWithTheScan(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	unread := archive.Question{Kind: archive.AskPage, Reason: "page_unread", Page: 1}
	d.paper("paper", 2)
	d.describe(nil, unread)
	d.archive()
	task := d.next(lan, review.Wish{})
	if err := d.s.Return(t.Context(), lan, task.ID, review.ToRescan, "quét lại trang 1"); err != nil {
		t.Fatal(err)
	}
	rows, err := d.s.Tasks(t.Context(), lan, review.Query{State: review.Returned, AssignedTo: "clerk"})
	if err != nil || len(rows) != 1 || rows[0].ReturnedBy != "lan" || rows[0].Comment != "quét lại trang 1" {
		t.Fatalf("asked of who handed it in: %+v, %v", rows, err)
	}
	if _, ok, _ := d.s.Next(t.Context(), lan, review.Wish{}); ok {
		t.Error("what waits for a scan was handed out")
	}
	if err := d.s.Reopen(t.Context(), hoa, task.ID); err != nil {
		t.Fatal(err)
	}
	if got := d.next(hoa, review.Wish{}); got.ID != task.ID || got.AssignedTo != "" {
		t.Errorf("taken back: %+v", got)
	}
}

func TestWhereACitizenWaitsComesFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paper("old", 1)
	d.describe(asking())
	urgent := d.paper("urgent", 1)
	if _, err := d.db.Exec(t.Context(), `UPDATE documents SET queue = 'interactive' WHERE id = $1`, string(urgent)); err != nil {
		t.Fatal(err)
	}
	d.describe(asking())
	if task := d.next(lan, review.Wish{}); task.Document != urgent || !task.Urgent {
		t.Errorf("first is %+v", task)
	}
	counts, err := d.s.Counts(t.Context(), lan, "")
	if err != nil || len(counts) != 2 || !counts[0].Urgent || counts[0].State != review.Claimed {
		t.Errorf("counts: %+v, %v", counts, err)
	}
}

func TestPapersAreFoundWithinTheirBatch(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	batch := "0192f000-0000-7000-8000-000000000001"
	if _, err := d.db.Exec(t.Context(), `INSERT INTO units (code, name) VALUES ('u1', 'u1') ON CONFLICT DO NOTHING`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Exec(t.Context(), `INSERT INTO batches (id, unit_code, name, created_by) VALUES ($1, 'u1', 'Lô 1', 'lan')`, batch); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"giấy phép", "trích lục", "biên bản 100%"} {
		d.paper(name, 1)
		if _, err := d.db.Exec(t.Context(), `UPDATE documents SET batch_id = $1`, batch); err != nil {
			t.Fatal(err)
		}
		d.describe(asking())
		d.archive()
	}
	for text, want := range map[string]int{"": 3, "phép": 1, "trich": 0, "trích": 1, "không có": 0, "%": 1, "_": 0} {
		got, err := d.s.SearchBatch(t.Context(), lan, review.BatchQuery{Batch: archive.BatchID(batch), Text: text, Asked: true})
		if err != nil || len(got) != want {
			t.Errorf("%q finds %d, %v; want %d", text, len(got), err, want)
		}
	}
	if got, err := d.s.SearchBatch(t.Context(), minh, review.BatchQuery{Batch: archive.BatchID(batch)}); err != nil || len(got) != 0 {
		t.Errorf("another unit's clerk finds %d, %v", len(got), err)
	}
	first, err := d.s.SearchBatch(t.Context(), lan, review.BatchQuery{Batch: archive.BatchID(batch), Limit: 2})
	if err != nil || len(first) != 2 {
		t.Fatal(len(first), err)
	}
	if rest, err := d.s.SearchBatch(t.Context(), lan, review.BatchQuery{Batch: archive.BatchID(batch), Limit: 2, After: first[1].Seq}); err != nil || len(rest) != 1 {
		t.Errorf("the second page holds %d, %v", len(rest), err)
	}
	r, err := d.s.Report(t.Context(), lan, review.ReportQuery{Batch: archive.BatchID(batch)})
	if err != nil || len(r.Batches) != 1 || r.Batches[0].Documents != 3 || r.Batches[0].Archived != 3 || r.Batches[0].Done != 0 || r.Batches[0].Asked != 3 || r.Batches[0].AskedOpen != 3 {
		t.Errorf("report: %+v, %v", r.Batches, err)
	}
}

func TestNothingIsAskedAboutACancelledDocument(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	doc := d.paper("paper", 1)
	d.describe(asking())
	if err := d.c.CancelDocument(t.Context(), "lan", doc); err != nil {
		t.Fatal(err)
	}
	if task, ok, err := d.s.Next(t.Context(), lan, review.Wish{}); ok || err != nil {
		t.Errorf("Next = %+v, %v", task, err)
	}
}

func TestTheSamePaperTwiceStandsBackBehindTheFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.paper("first", 1)
	d.describe(nil)
	d.archive()
	twin := d.paper("twin", 1)
	d.describe(nil, archive.Question{Kind: archive.AskDuplicate, Reason: "same_text", Options: []archive.Option{{Value: string(first)}}})
	d.archive()
	other, choice := "no document", string(first)
	task := d.next(lan, review.Wish{})
	if _, err := d.s.Answer(t.Context(), lan, task.ID, review.Answer{Choice: &other}); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("none of the options: %v", err)
	}
	if _, err := d.s.Answer(t.Context(), lan, task.ID, review.Answer{Choice: &choice}); err != nil {
		t.Fatal(err)
	}
	if v, _ := d.c.Document(t.Context(), twin); v.Release != archive.Replaced || v.Version != 1 {
		t.Errorf("the twin is %s, version %d", v.Release, v.Version)
	}
	if _, err := d.s.Undo(t.Context(), lan); err != nil {
		t.Fatal(err)
	}
	if v, _ := d.c.Document(t.Context(), twin); v.Release != archive.Unconfirmed || !v.NeedsReview {
		t.Errorf("undone, the twin is %s", v.Release)
	}
}

func TestABulkEditIsAVersionAndAnEventEach(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var docs []archive.DocumentID
	for i := range 3 {
		docs = append(docs, d.paper(fmt.Sprint("paper ", i), 1))
		d.describe(asking())
		d.archive()
	}
	dossier, access := "H24.1-230523-0001", archive.AccessCity
	in := review.Bulk{Documents: docs, Dossier: &dossier, Access: &access, Values: map[string]string{"type": "tb"}, DryRun: true}
	changes, err := d.s.Bulk(t.Context(), lan, in)
	if err != nil || len(changes) != 3 || len(changes[0].Changes) != 3 || changes[0].Changes[2].After != "Thông báo" {
		t.Fatalf("preview: %+v, %v", changes, err)
	}
	if v, _ := d.c.Document(t.Context(), docs[0]); v.Version != 1 || v.Dossier != "" {
		t.Fatalf("a preview changed something: %+v", v.Document)
	}
	if _, err := d.s.Bulk(t.Context(), minh, in); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("another unit's: %v", err)
	}
	in.DryRun = false
	if _, err := d.s.Bulk(t.Context(), lan, in); err != nil {
		t.Fatal(err)
	}
	for range docs {
		d.describe(asking())
		d.archive()
	}
	for _, id := range docs {
		v, err := d.c.Document(t.Context(), id)
		if err != nil || v.Version != 2 || v.Dossier != dossier || v.Access != access || value(v.Fields, "type").Value != "Thông báo" || !v.NeedsReview {
			t.Errorf("%+v, %v", v.Document, err)
		}
		events, err := d.c.History(t.Context(), id)
		n := 0
		for _, e := range events {
			if e.Action == "document_edited" && e.Actor == "lan" {
				n++
			}
		}
		if err != nil || n != 1 {
			t.Errorf("%d events of the edit, %v", n, err)
		}
	}
	changes, err = d.s.Bulk(t.Context(), lan, in)
	if err != nil || len(changes[0].Changes) != 0 {
		t.Errorf("the same again: %+v, %v", changes, err)
	}
	p, err := review.Learn(t.Context(), d.r, func(string, string) bool { return false })
	if err != nil || p.Decisions != 3 || len(p.Types) != 1 || p.Types[0].Times != 3 || len(p.Thresholds) != 1 || p.Thresholds[0].Right != 0 {
		t.Errorf("learnt: %+v, %v", p, err)
	}
	r, err := d.s.Report(t.Context(), lan, review.ReportQuery{})
	if err != nil || len(r.People) != 1 || r.People[0].Changed != 9 || r.People[0].Documents != 3 {
		t.Errorf("report: %+v, %v", r, err)
	}
}

func TestAClaimThatRanOutIsAnybodys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paper("paper", 1)
	d.describe(asking())
	task := d.next(lan, review.Wish{})
	if _, ok, err := d.s.Next(t.Context(), hoa, review.Wish{}); ok || err != nil {
		t.Fatalf("given to two: %v, %v", ok, err)
	}
	if _, err := d.db.Exec(t.Context(), `UPDATE review_tasks SET claim_until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if got := d.next(hoa, review.Wish{}); got.ID != task.ID {
		t.Errorf("got task %d", got.ID)
	}
	_, err := d.s.Answer(t.Context(), lan, task.ID, review.Answer{Values: map[string]string{"number": "1", "date": "2"}})
	if fault.CodeOf(err) != fault.StateConflict || errors.Is(err, digitise.ErrFenced) {
		t.Errorf("answered too late: %v", err)
	}
}
