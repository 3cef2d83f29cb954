package custody_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/fault"
	"sohoa/internal/objectstore"
	"sohoa/internal/retrieve"
)

// fill accepts papers and leaves some of them on their way: one read in part, one not looked at, a zip half opened.
func fill(w *custodytest.World) (unfinished int) {
	for i := range 5 {
		w.Accept("lô một", fmt.Sprintf("bản %d.pdf", i), fmt.Sprintf("Số %d/QĐ-UBND về việc thứ %d\ntrang hai", i+1, i))
	}
	w.Accept("", "túi.zip", "ZIP\nSố 77/GP-UBND trong túi\nSố 78/GP-UBND trong túi")
	w.Work(nil)
	half := w.Accept("lô hai", "dở.pdf", "Số 90/QĐ-UBND\ntrang đã đọc\ntrang chưa đọc")
	late := w.Accept("lô hai", "sau.pdf", "Số 91/QĐ-UBND")
	w.Work(func(t archive.Task) bool {
		return t.Accession == late.ID || (t.Document == archive.DocumentIDFor(half.ID, 1) && t.Page == 3)
	})
	w.Accept("lô hai", "túi sau.zip", "ZIP\nSố 92/QĐ-UBND trong túi sau")
	return 3
}

func TestACatalogueComesBackFromTheObjectStoreAlone(t *testing.T) {
	t.Parallel()
	a := custodytest.New(t)
	unfinished := fill(a)

	b := custodytest.Beside(t, a.Store)
	r, err := b.Rebuilder().Rebuild(t.Context(), "operator")
	if err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	archived := a.Count(`SELECT count(*) FROM documents WHERE processing = 'archived'`)
	if r.Versions != archived || r.Manifests != archived || r.Lost+r.Malformed != 0 || archived < 7 {
		t.Errorf("report %+v, want %d versions", r, archived)
	}
	if got := b.Count(`SELECT count(*) FROM accessions WHERE state = 'received'`); got != unfinished+1 { // the zip that was opened is opened again
		t.Errorf("%d accessions wait, want %d", got, unfinished+1)
	}
	if got, want := order(b), order(a); cmp.Diff(want, got) != "" {
		t.Errorf("order of documents: %s", cmp.Diff(want, got))
	}
	if n := b.Count(`SELECT count(*) FROM audit_events WHERE action = 'catalogue_rebuilt' AND actor = 'operator' AND detail->>'versions' = $1`, fmt.Sprint(archived)); n != 1 {
		t.Errorf("%d audit events tell of the rebuild, want one", n)
	}
	hits, err := b.Cat.Search(t.Context(), retrieve.Search{Text: "việc thứ", Limit: 20})
	if err != nil || len(hits) != 5 {
		t.Errorf("search after the rebuild finds %d, %v; want 5", len(hits), err)
	}

	// What was on its way goes on, on both sides; in the end they are the same.
	a.Unring()
	a.Work(nil)
	b.Work(nil)
	if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
		t.Errorf("the rebuilt catalogue differs (-before +after):\n%s", d)
	}
	if n := b.Count(`SELECT count(*) FROM outbox`); n != 0 {
		t.Errorf("%d tasks are left over", n)
	}
	if n := b.Recognised.Load(); n != 0 {
		t.Errorf("%d pages were read again, though the store had what was on them", n)
	}
	if rep, err := verifier(b, b.Shelves).Verify(t.Context(), "operator", ""); err != nil || rep.Failed != 0 || rep.Objects["manifest"] != 10 {
		t.Errorf("Verify = %+v, %v", rep, err)
	}
}

func order(w *custodytest.World) []string {
	w.T.Helper()
	rows, err := w.Pool.Query(w.T.Context(), `SELECT id FROM documents WHERE processing = 'archived' ORDER BY seq`)
	if err != nil {
		w.T.Fatal(err)
	}
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.T.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestARebuildRefusesACatalogueThatHoldsSomething(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	w.Accept("", "một.pdf", "một")
	_, err := w.Rebuilder().Rebuild(t.Context(), "operator")
	if fault.CodeOf(err) != fault.StateConflict || !strings.Contains(fault.DetailOf(err), "1 accessions") {
		t.Errorf("Rebuild = %v, want a refusal that says what is there", err)
	}
}

// cutObjects ends after some reads, as a process that is killed does.
type cutObjects struct {
	objectstore.Shelves
	left *int
}

var errCut = errors.New("cut off")

func (c cutObjects) Stat(ctx context.Context, bucket, key, version string) (custody.Object, error) {
	if *c.left--; *c.left < 0 {
		return custody.Object{}, errCut
	}
	return c.Shelves.Stat(ctx, bucket, key, version)
}

func TestARebuildCanBeInterruptedAndRunAgain(t *testing.T) {
	t.Parallel()
	a := custodytest.New(t)
	fill(a)
	b := custodytest.Beside(t, a.Store)
	for cut := 2; ; cut += 5 {
		left := cut
		r := custody.NewRebuilder(custody.RebuildDeps{Objects: &syncCut{cutObjects{b.Shelves, &left}, make(chan struct{}, 1)}, Catalogue: b.Cat, Logger: quiet()})
		_, err := r.Rebuild(t.Context(), "operator")
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) || cut > 1000 {
			t.Fatalf("Rebuild: %v", err)
		}
	}
	a.Unring()
	a.Work(nil)
	b.Work(nil)
	if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
		t.Errorf("the rebuilt catalogue differs (-before +after):\n%s", d)
	}
	if _, err := b.Rebuilder().Rebuild(t.Context(), "operator"); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("Rebuild after a finished one = %v, want a refusal", err)
	}
	if r, err := b.Rebuilder().Merge(t.Context(), "operator"); err != nil || r.Accessions+r.Versions != 0 {
		t.Errorf("Merge into a whole catalogue = %+v, %v; want nothing new", r, err)
	}
}

// syncCut counts one call at a time.
type syncCut struct {
	cutObjects
	turn chan struct{}
}

func (s *syncCut) Stat(ctx context.Context, bucket, key, version string) (custody.Object, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.cutObjects.Stat(ctx, bucket, key, version)
}

func TestAMergeBringsAnOldCatalogueUpToDate(t *testing.T) {
	t.Parallel()
	a := custodytest.New(t)
	old := custodytest.Beside(t, a.Store) // the catalogue of an hour ago: it saw the papers come and nothing more
	for i := range 3 {
		a.Accept("lô", fmt.Sprintf("%d.pdf", i), fmt.Sprintf("Số %d/QĐ-UBND", i))
		acc, err := a.Cat.Accession(t.Context(), archive.AccessionIDFor("u1", "", digestOf(fmt.Sprintf("Số %d/QĐ-UBND", i))))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		rec, err := objectstore.NewArchive(a.Store).GetRecord(t.Context(), archive.AccessionKey(acc.ID))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := old.Cat.PutAccession(t.Context(), rec, custody.MasterObject{Digest: rec.Master, SizeBytes: rec.SizeBytes, Version: "of another store"}, false); err != nil {
			t.Fatal(err)
		}
	}
	old.Work(func(t archive.Task) bool { return t.Kind == archive.TaskDescribe })
	a.Work(nil)
	r, err := old.Rebuilder().Merge(t.Context(), "operator")
	if err != nil || r.Accessions != 1 || r.Versions != 3 {
		t.Fatalf("Merge = %+v, %v; want one accession and three versions", r, err)
	}
	old.Work(nil)
	if d := cmp.Diff(a.Dump(), old.Dump()); d != "" {
		t.Errorf("the merged catalogue differs (-whole +merged):\n%s", d)
	}
	if n := old.Count(`SELECT count(*) FROM outbox`); n != 0 {
		t.Errorf("%d tasks are left over", n)
	}
}
