package postgres_test

import (
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/register"
	"sohoa/internal/registertest"
)

func TestAFileIsKeptAsLongAsTheDocumentThatIsKeptLongest(t *testing.T) {
	t.Parallel()
	h, w := newHall(t), registertest.New(11, 30)
	h.city.put(register.Plan{Kind: register.Units}, registertest.Of(append(w.Units, register.Unit{Code: "u1", Name: "Phường 1"})...))
	ps := w.MatchProcedures()
	for i := range ps {
		ps[i].Retention = "10"
	}
	h.city.put(register.Plan{Kind: register.Procedures}, registertest.Of(ps...))
	x := inU1(w.Case(5))
	x.Dossier.ReceivedOn, x.Dossier.CompletedOn = "2023-05-02", "2023-05-20"
	h.city.put(register.Plan{Kind: register.Dossiers}, registertest.Of(x.Dossier))

	kept := func(kind string) (archive.Retention, time.Time) {
		t.Helper()
		r, ended, err := h.c.Retention(t.Context(), digitise.Version{
			Document: "00000000-0000-8000-8000-000000000001", Dossier: x.Dossier.Code, Fields: []archive.Field{{Name: "type", Value: kind}, {Name: "date", Value: "2023-05-19"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r, ended
	}
	if r, ended := kept("Công văn"); r.Years != 10 || ended.Format(time.DateOnly) != "2023-05-20" {
		t.Errorf("by its procedure: %q from %s", r, ended)
	}
	if r, _ := kept("Giấy chứng nhận quyền sử dụng đất"); !r.Permanent {
		t.Errorf("by its type: %q", r)
	}
	if _, err := h.db.Exec(t.Context(), "INSERT INTO document_types (key, name, code, retention) VALUES ('cong van', 'Công văn', 'CV1', '50')"); err != nil {
		t.Fatal(err)
	}
	if r, _ := kept("Công văn"); r.Years != 50 {
		t.Errorf("as the city says of the type: %q", r)
	}

	h.lay(x)
	archiveKept := func(name string, k digitise.Kept) archive.DocumentID {
		t.Helper()
		doc := h.paper(name, 1)
		if err := h.steps.Describe(t.Context(), h.pick(archive.TaskDescribe)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.db.Exec(t.Context(), "UPDATE documents SET dossier_code = $2 WHERE id = $1", string(doc), x.Dossier.Code); err != nil {
			t.Fatal(err)
		}
		if err := h.c.Assembled(t.Context(), h.pick(archive.TaskAssemble), digitise.Assembled{Rendition: archive.Part{SizeBytes: 3}, Manifest: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		if err := h.c.Archived(t.Context(), h.pick(archive.TaskSettle), digitise.ArchivedVersion{At: time.Now(), Until: k.Until, Kept: k}); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	short, long := time.Date(2034, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2123, 1, 1, 0, 0, 0, 0, time.UTC)
	first := archiveKept("first", digitise.Kept{Retention: archive.Retention{Years: 10}, Until: short})
	if due, err := h.c.DueLocks(t.Context(), 10); err != nil || len(due) != 0 {
		t.Fatalf("due: %+v, %v", due, err)
	}
	archiveKept("second", digitise.Kept{Retention: archive.Retention{Permanent: true}, Until: long})
	due, err := h.c.DueLocks(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].Document != first || !due[0].Until.Equal(long) || len(due[0].Versions) != 1 || len(due[0].Masters) != 1 {
		t.Fatalf("due: %+v, %v", due, err)
	}
	locks := &lockbook{}
	if err := h.steps.ExtendLocks(t.Context(), locks); err != nil {
		t.Fatal(err)
	}
	if len(locks.reached) != 2 || !locks.reached[0].Equal(long) {
		t.Errorf("locks reach %v", locks.reached)
	}
	if due, err := h.c.DueLocks(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %+v, %v", due, err)
	}
	archiveKept("third", digitise.Kept{Retention: archive.Retention{Years: 2}, Until: short})
	if due, err := h.c.DueLocks(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("a shorter one shortens: %+v, %v", due, err)
	}
}
