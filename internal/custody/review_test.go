package custody_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/review"
)

// answerAll has a clerk answer everything that is asked.
func answerAll(w *custodytest.World, values map[string]string) (n int) {
	w.T.Helper()
	s := review.New(review.Deps{Store: w.Cat.Review(), Now: time.Now})
	clerk := archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "u1"}
	for ; ; n++ {
		t, ok, err := s.Next(w.T.Context(), clerk, review.Wish{})
		if err != nil {
			w.T.Fatal(err)
		}
		if !ok {
			return n
		}
		if _, err := s.Answer(w.T.Context(), clerk, t.ID, review.Answer{Values: values}); err != nil {
			w.T.Fatal(err)
		}
	}
}

func TestWhatPeopleDecidedComesBackFromTheObjectStore(t *testing.T) {
	t.Parallel()
	a := custodytest.New(t)
	a.Accept("lô một", "bản 1.pdf", "Số 1l/QĐ-UBND về việc cấp phép\ntrang hai")
	a.Work(nil)
	if n := answerAll(a, map[string]string{"number": "11", "annex#002": "phụ lục hai"}); n != 1 {
		t.Fatalf("%d questions were asked, want 1", n)
	}
	a.Accept("lô một", "bản 2.pdf", "Số 2/QĐ-UBND chưa ai xem")
	a.Work(nil)

	b := custodytest.Beside(t, a.Store)
	if r, err := b.Rebuilder().Rebuild(t.Context(), "operator"); err != nil || r.Versions != 3 {
		t.Fatalf("Rebuild = %+v, %v; want 3 versions", r, err)
	}
	for _, q := range []string{
		`SELECT count(*) FROM documents WHERE release = 'confirmed' AND NOT needs_review AND version = 2 AND number = '11'`,
		`SELECT count(*) FROM review_tasks WHERE state = 'open' AND kind = 'fields' AND fields = '{number}'`,
		`SELECT count(*) FROM decisions WHERE actor = 'lan' AND field = 'annex#002' AND applied_version = 2 AND undone_at IS NULL AND after->>'value' = 'phụ lục hai'`,
		`SELECT count(*) FROM versions WHERE version = 2 AND reason = 'confirmed' AND created_by = 'lan'`,
	} {
		if was, is := a.Count(q), b.Count(q); was != 1 || is != 1 {
			t.Errorf("%d before and %d after: %s", was, is, q)
		}
	}
	if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
		t.Errorf("the rebuilt catalogue differs (-before +after):\n%s", d)
	}

	// Another look at the paper keeps what the clerk said, though only the manifest knew it.
	s := review.New(review.Deps{Store: b.Cat.Review(), Now: time.Now})
	admin := archive.Actor{Account: "admin", Role: archive.Admin}
	var id archive.DocumentID
	if err := b.Pool.QueryRow(t.Context(), `SELECT id::text FROM documents WHERE version = 2`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	access := archive.AccessCity
	if _, err := s.Bulk(t.Context(), admin, review.Bulk{Documents: []archive.DocumentID{id}, Access: &access}); err != nil {
		t.Fatal(err)
	}
	b.Work(nil)
	if n := b.Count(`SELECT count(*) FROM documents WHERE id = $1 AND version = 3 AND number = '11' AND access_level = 'city' AND release = 'confirmed'`, id); n != 1 {
		t.Error("what people decided was lost with the next version")
	}
}
