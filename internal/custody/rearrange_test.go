package custody_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/fault"
	"sohoa/internal/rearrange"
	"sohoa/internal/retrieve"
)

// desk is a stack that was taken apart and archived, and a clerk who changes it.
type desk struct {
	*custodytest.World
	t     *testing.T
	acc   archive.Accession
	svc   *rearrange.Service
	clerk archive.Actor
}

func newDesk(t *testing.T) *desk {
	w := custodytest.New(t)
	d := &desk{World: w, t: t, svc: rearrange.New(rearrange.Deps{Store: w.Cat.Arranging(), Now: time.Now}), clerk: archive.Actor{Account: "clerk", Role: archive.Clerk, Unit: "u1"}}
	d.acc = w.Accept("lô", "chồng.pdf", stack(t))
	w.Work(nil)
	return d
}

func (d *desk) part(n int) archive.DocumentID { return archive.DocumentIDFor(d.acc.ID, n) }

// settle works off what waits.
func (d *desk) settle() {
	d.t.Helper()
	d.Work(nil)
}

// do asks for a change of documents as they are now.
func (d *desk) do(docs []archive.DocumentID, ops ...rearrange.Operation) rearrange.Arrangement {
	d.t.Helper()
	states, err := d.svc.Documents(d.t.Context(), d.clerk, docs...)
	if err != nil {
		d.t.Fatal(err)
	}
	r := rearrange.Request{Expected: map[archive.DocumentID]int{}, Operations: ops}
	for _, s := range states {
		r.Expected[s.ID] = s.Version
	}
	a, err := d.svc.Arrange(d.t.Context(), d.clerk, r)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

func (d *desk) want(what string, want ...string) {
	d.t.Helper()
	d.whole()
	if got := parts(d.World); !slices.Equal(got, want) {
		d.t.Errorf("%s: the documents are\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// whole checks that every page of every file is a page or a left-out page of exactly one current document.
func (d *desk) whole() {
	d.t.Helper()
	n := d.Count(`SELECT count(*) FROM (
		SELECT a.id, n, (SELECT count(*) FROM documents x JOIN pages p ON p.document_id = x.id AND p.version = x.version
				WHERE p.master_digest = a.master_digest AND p.master_page = n AND x.release <> 'replaced' AND x.processing <> 'cancelled')
			+ (SELECT count(*) FROM documents x JOIN left_out_pages l ON l.document_id = x.id AND l.version = x.version
				WHERE l.master_digest = a.master_digest AND l.master_page = n AND x.release <> 'replaced' AND x.processing <> 'cancelled') AS times
		FROM accessions a, generate_series(1, a.pages) n) q WHERE times <> 1`)
	if n != 0 {
		d.t.Errorf("%d pages are lost or doubled:\n%s", n, strings.Join(parts(d.World), "\n"))
	}
}

// found tells how many documents a word is found in.
func (d *desk) found(text string) int {
	d.t.Helper()
	hits, err := d.Cat.Search(d.t.Context(), retrieve.Search{Text: text, Limit: 20})
	if err != nil {
		d.t.Fatal(err)
	}
	return len(hits)
}

func TestPeopleChangeWhichPagesMakeWhichDocuments(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p1, p3, p6 := d.part(1), d.part(3), d.part(6)
	read := d.Recognised.Load()
	first := d.do([]archive.DocumentID{p3, p6}, rearrange.Operation{Do: rearrange.Merge, Documents: []archive.DocumentID{p3, p6}})
	if v, err := d.Cat.Document(t.Context(), p3); err != nil || v.Rendition == nil || len(v.PageList) != 2 || !v.UnderWay {
		t.Errorf("while a new version is under way the archived one is seen: %+v, %v", v, err)
	}
	if n := d.found("hai"); n != 1 {
		t.Errorf("while a new version is under way the archived one is found %d times", n)
	}
	d.settle()
	d.want("joined", "- - 1 blank2<2 archived", "HS-2 Kệ 7 4,5,7 separator3<1 separator6<3 archived", "HS-3 - 7 separator6<1 archived replaced", "- - 9 separator8<1 archived")
	if n := d.found("Số 3"); n != 1 {
		t.Errorf("the page that was moved is found in %d documents", n)
	}
	if got := d.Recognised.Load(); got != read {
		t.Errorf("%d pages were read anew, though none was turned", got-read)
	}
	second := d.do([]archive.DocumentID{p3}, rearrange.Operation{Do: rearrange.Split, Document: p3, Before: 2, As: "rest"}, rearrange.Operation{Do: rearrange.Turn, Document: "rest", Pages: []int{1}, Turn: 180})
	d.settle()
	d.want("split and turned", "- - 1 blank2<2 archived", "HS-2 Kệ 7 4 separator3<1 archived", "HS-2 Kệ 7 5,7 separator6<2 archived", "HS-3 - 7 separator6<1 archived replaced", "- - 9 separator8<1 archived")
	if got := d.Recognised.Load(); got != read+1 {
		t.Errorf("%d pages were read anew, one was turned", got-read)
	}
	if _, err := d.svc.Undo(t.Context(), d.clerk, first.ID); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("undoing a change before the last one: %v", err)
	}
	var undo rearrange.Arrangement
	for _, a := range []rearrange.Arrangement{second, first} {
		var err error
		if undo, err = d.svc.Undo(t.Context(), d.clerk, a.ID); err != nil {
			t.Fatal(err)
		}
		d.settle()
	}
	d.want("undone", "- - 1 blank2<2 archived", "HS-2 Kệ 7 4,5 separator3<1 archived", "HS-2 Kệ 7 5,7 separator6<2 archived replaced", "HS-3 - 7 separator6<1 archived", "- - 9 separator8<1 archived")
	if _, err := d.svc.Undo(t.Context(), d.clerk, undo.ID); err != nil {
		t.Fatal(err)
	}
	d.settle()
	d.want("done again", "- - 1 blank2<2 archived", "HS-2 Kệ 7 4,5,7 separator3<1 separator6<3 archived", "HS-2 Kệ 7 5,7 separator6<2 archived replaced", "HS-3 - 7 separator6<1 archived replaced", "- - 9 separator8<1 archived")
	if _, err := d.svc.Arrange(t.Context(), d.clerk, rearrange.Request{Expected: map[archive.DocumentID]int{p1: 7}, Operations: []rearrange.Operation{{Do: rearrange.Turn, Document: p1, Pages: []int{1}, Turn: 90}}}); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("a change of a version that is not current: %v", err)
	}
	if rep, err := verifier(d.World, d.Shelves).Verify(t.Context(), "operator", ""); err != nil || rep.Failed != 0 {
		t.Errorf("Verify = %+v, %v", rep, err)
	}
}

func TestOfTwoPeopleWhoChangeTheSameDocumentsOneIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p3, p6, p8 := d.part(3), d.part(6), d.part(8)
	asked := []rearrange.Request{
		{Expected: map[archive.DocumentID]int{p3: 1, p6: 1}, Operations: []rearrange.Operation{{Do: rearrange.Merge, Documents: []archive.DocumentID{p3, p6}}}},
		{Expected: map[archive.DocumentID]int{p6: 1, p8: 1}, Operations: []rearrange.Operation{{Do: rearrange.Merge, Documents: []archive.DocumentID{p8, p6}}}},
		{Expected: map[archive.DocumentID]int{p3: 1, p6: 1}, Operations: []rearrange.Operation{{Do: rearrange.Split, Document: p3, Before: 2}, {Do: rearrange.Turn, Document: p6, Pages: []int{1}, Turn: 90}}},
		{Expected: map[archive.DocumentID]int{p6: 1, p3: 1}, Operations: []rearrange.Operation{{Do: rearrange.Move, Document: p3, Pages: []int{1}, To: p6}}},
	}
	errs := make([]error, 4*len(asked))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = d.svc.Arrange(context.Background(), d.clerk, asked[i%len(asked)]) })
	}
	wg.Wait()
	went := 0
	for _, err := range errs {
		switch {
		case err == nil:
			went++
		case fault.CodeOf(err) != fault.StateConflict:
			t.Errorf("a change that came too late: %v", err)
		}
	}
	if went != 1 {
		t.Errorf("%d of %d changes of one document went through, want one", went, len(errs))
	}
	d.settle()
	d.whole()
	if n := d.Count(`SELECT count(*) FROM outbox`) + d.Count(`SELECT count(*) FROM documents WHERE processing <> 'archived'`); n != 0 {
		t.Errorf("%d tasks or documents are left over", n)
	}
}

func TestAStackThatWasTakenApartIsPutTogetherAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	recent, err := d.svc.Recent(t.Context(), d.clerk, d.part(3))
	if err != nil || len(recent) != 1 || !slices.Equal(recent[0].Kinds, []string{"stack"}) {
		t.Fatalf("the changes of a document are %+v, %v", recent, err)
	}
	undone, err := d.svc.Undo(t.Context(), d.clerk, recent[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	d.settle()
	d.want("together", "- - 1,2,3,4,5,6,7,8,9 archived", "HS-2 Kệ 7 4,5 separator3<1 archived replaced", "HS-3 - 7 separator6<1 archived replaced", "- - 9 separator8<1 archived replaced")
	if n := d.found("Số 3"); n != 1 {
		t.Errorf("a page is found in %d documents", n)
	}
	if _, err := d.svc.Undo(t.Context(), d.clerk, undone.ID); err != nil {
		t.Fatal(err)
	}
	d.settle()
	d.want("apart again", wantParts()...)
}

func TestARescanTakesThePlaceOfAPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	scan := d.Accept("lô", "quét lại.pdf", "trang hai quét lại rõ hơn")
	d.Work(nil)
	p3, by := d.part(3), archive.DocumentIDFor(scan.ID, 1)
	d.do([]archive.DocumentID{p3, by}, rearrange.Operation{Do: rearrange.Replace, Document: p3, Pages: []int{2}, By: by, With: 1})
	d.settle()
	d.whole()
	v, err := d.Cat.Document(t.Context(), p3)
	if err != nil || len(v.PageList) != 2 || v.PageList[1].Master != scan.Master || v.Version != 2 || v.UnderWay || len(v.Accessions) != 2 {
		t.Errorf("the document is %+v, %v", v, err)
	}
	if d.found("quét lại rõ") != 1 || d.found("trang hai của số 2") != 0 {
		t.Error("the new scan is not found, or the old one still is")
	}
	if n := d.Count(`SELECT count(*) FROM left_out_pages WHERE document_id = $1 AND version = 2 AND reason = 'rescanned' AND master_page = 5`, p3); n != 1 {
		t.Errorf("%d rescanned pages are left out", n)
	}
	if n := d.Count(`SELECT count(*) FROM documents WHERE id = $1 AND release = 'replaced' AND replaced_by = $2`, by, p3); n != 1 {
		t.Error("the scan's own document was not replaced")
	}
}

// TestWhatPeopleArrangedComesBack: what manifests carry of it.
func TestWhatPeopleArrangedComesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p1, p3, p6, p8 := d.part(1), d.part(3), d.part(6), d.part(8)
	d.do([]archive.DocumentID{p3, p6}, rearrange.Operation{Do: rearrange.Merge, Documents: []archive.DocumentID{p6, p3}})
	d.settle()
	gone := d.do([]archive.DocumentID{p1, p8}, rearrange.Operation{Do: rearrange.Merge, Documents: []archive.DocumentID{p1, p8}})
	d.settle()
	if _, err := d.svc.Undo(t.Context(), d.clerk, gone.ID); err != nil {
		t.Fatal(err)
	}
	d.settle()
	d.do([]archive.DocumentID{p1, p6}, rearrange.Operation{Do: rearrange.Split, Document: p6, Before: 2}, rearrange.Operation{Do: rearrange.Turn, Document: p1, Pages: []int{1}, Turn: 90})
	d.settle()
	b := custodytest.Beside(t, d.Store)
	if _, err := b.Rebuilder().Rebuild(t.Context(), "operator"); err != nil {
		t.Fatal(err)
	}
	b.Work(nil)
	if got, want := parts(b), parts(d.World); !slices.Equal(got, want) {
		t.Errorf("after the rebuild the documents are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	before, after := d.Dump(), b.Dump()
	for _, table := range []string{"search", "left out", "pages", "documents"} {
		if diff := cmp.Diff(before[table], after[table]); diff != "" {
			t.Errorf("%s differ (-before +after):\n%s", table, diff)
		}
	}
	if n := b.Count(`SELECT count(*) FROM outbox`) + b.Count(`SELECT count(*) FROM accessions WHERE state <> 'split'`); n != 0 {
		t.Errorf("%d tasks or accessions are left over", n)
	}
}
