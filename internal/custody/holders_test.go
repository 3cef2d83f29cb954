package custody_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/custody/holders"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
	"sohoa/internal/retrieve"
)

// Numbers of nobody: no province has the code 999.
const (
	cccd = "999185001234"
	cmnd = "998877665"
)

// people fills a world with papers that name holders.
func people(w *custodytest.World) {
	w.Accept("lô", "một.pdf", "Số 1/QĐ-UBND cấp cho ông Mẫu, CCCD số "+cccd+"\ncó CMND số "+cmnd)
	w.Accept("lô", "hai.pdf", "Số 2/QĐ-UBND\nbà Thử, CCCD số "+cccd+" mã số thuế 9991234567")
	w.Accept("lô", "ba.pdf", "Số 3/QĐ-UBND không nêu ai")
	w.Work(nil)
}

func finder(w *custodytest.World, ring *keyring.Ring) *retrieve.Service {
	return retrieve.New(retrieve.Deps{Catalogue: w.Cat, Operations: w.Cat, Objects: objectstore.NewArchive(w.Store), Hasher: w.Keeper(ring)})
}

func clerk(unit string) archive.Actor {
	return archive.Actor{Account: "clerk", Role: archive.Clerk, Unit: unit}
}

// names gives what a search by identifier finds, oldest first.
func names(t *testing.T, w *custodytest.World, ring *keyring.Ring, identifier string) []string {
	t.Helper()
	hits, err := finder(w, ring).SearchHolder(t.Context(), clerk("u1"), identifier, retrieve.Search{})
	if err != nil {
		t.Fatalf("SearchHolder: %v", err)
	}
	out := []string{}
	for _, h := range hits {
		out = append([]string{fmt.Sprintf("%s page %d", h.Name, h.Page)}, out...)
	}
	return out
}

func wantFound(t *testing.T, w *custodytest.World, ring *keyring.Ring) {
	t.Helper()
	for identifier, want := range map[string][]string{
		cccd: {"một.pdf page 1", "hai.pdf page 2"}, cmnd: {"một.pdf page 2"}, "999185 001 234": {"một.pdf page 1", "hai.pdf page 2"},
		"9991234567": {"hai.pdf page 2"}, "999185001235": {},
	} {
		if d := cmp.Diff(want, names(t, w, ring, identifier)); d != "" {
			t.Errorf("search by %s: %s", identifier, d)
		}
	}
}

func TestADocumentIsFoundByItsHolderAndTheStoresHoldNoNumberOutsideItsText(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	w := custodytest.WithKeys(t, ring)
	people(w)
	wantFound(t, w, ring)

	manifests := 0
	for o, err := range w.Shelves.List(t.Context(), custody.Records, "manifests/", "") {
		if err != nil {
			t.Fatal(err)
		}
		b, err := w.Shelves.Read(t.Context(), custody.Records, o.Key)
		if err != nil {
			t.Fatal(err)
		}
		m, err := archive.ParseManifest(b)
		if err != nil {
			t.Fatal(err)
		}
		manifests += len(m.Holders)
		if bytes.Contains(b, []byte(cccd)) || bytes.Contains(b, []byte(cmnd)) {
			t.Errorf("%s holds a number in the clear", o.Key)
		}
	}
	if manifests != 4 {
		t.Errorf("manifests hold %d identifiers, want 4", manifests)
	}
	if n := w.Count(`SELECT count(*) FROM holders WHERE holders::text LIKE '%' || $1 || '%' OR holders::text LIKE '%' || $2 || '%'`, cccd, cmnd); n != 0 {
		t.Errorf("%d rows hold a number in the clear", n)
	}
	if n := w.Count(`SELECT count(*) FROM audit_events WHERE detail::text LIKE '%' || $1 || '%'`, cccd); n != 0 {
		t.Errorf("%d audit events name a person", n)
	}
	if n := w.Count(`SELECT count(*) FROM audit_events WHERE action = 'holder_searched' AND actor = 'clerk' AND detail->>'kind' = 'cccd'`); n != 3 {
		t.Errorf("%d searches by CCCD were audited, want 3", n)
	}
}

func TestOnlyWhoMaySearchesByIdentifier(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	w := custodytest.WithKeys(t, ring)
	people(w)
	s := finder(w, ring)
	if hits, err := s.SearchHolder(t.Context(), clerk("u2"), cccd, retrieve.Search{}); err != nil || len(hits) != 0 {
		t.Errorf("another unit finds %d, %v", len(hits), err)
	}
	if _, err := s.SearchHolder(t.Context(), clerk("u2"), cccd, retrieve.Search{Unit: "u1"}); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("another unit asks for ours: %v", err)
	}
	for _, role := range []archive.Role{archive.Auditor, archive.Citizen, ""} {
		if _, err := s.SearchHolder(t.Context(), archive.Actor{Account: "x", Role: role}, cccd, retrieve.Search{}); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("%q searches by identifier: %v", role, err)
		}
	}
	if _, err := s.SearchHolder(t.Context(), clerk("u1"), "99918500123", retrieve.Search{}); fault.CodeOf(err) != fault.RequestMalformed || strings.Contains(err.Error(), "9991850") {
		t.Errorf("a number that is none = %v", err)
	}
	if _, err := s.Search(t.Context(), clerk("u1"), retrieve.Search{Text: cccd}); fault.CodeOf(err) != fault.RequestMalformed || !strings.Contains(fault.DetailOf(err), "POST") || strings.Contains(err.Error(), cccd) {
		t.Errorf("a number among the words = %v", err)
	}
	bare := retrieve.New(retrieve.Deps{Catalogue: w.Cat})
	if _, err := bare.SearchHolder(t.Context(), clerk("u1"), cccd, retrieve.Search{}); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("without keys = %v", err)
	}
}

func TestTheSamePagesAreSealedIntoTheSameBytes(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	w := custodytest.WithKeys(t, ring)
	a := w.Accept("", "một.pdf", "Số 1/QĐ-UBND cấp cho ông Mẫu, CCCD số "+cccd)
	id := archive.DocumentIDFor(a.ID, 1)
	w.Work(func(task archive.Task) bool { return task.Kind == archive.TaskSettle })
	frozen := func() (b []byte) {
		if err := w.Pool.QueryRow(t.Context(), `SELECT manifest FROM versions WHERE document_id = $1`, string(id)).Scan(&b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := frozen()
	// A worker that dies before the transaction leaves a data key in the store and no row.
	for _, q := range []string{
		`DELETE FROM outbox`, `DELETE FROM holders`, `UPDATE versions SET manifest = NULL, manifest_digest = NULL`, `UPDATE documents SET processing = 'assembling'`,
		`INSERT INTO outbox (kind, queue, unit_code, document_id, version, attempt) SELECT 'assemble', queue, unit_code, id, version, attempt FROM documents`,
	} {
		if _, err := w.Pool.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if _, err := ring.Rotate(time.Now()); err != nil { // between the two tries
		t.Fatal(err)
	}
	w.Work(nil)
	if after := frozen(); !bytes.Equal(before, after) {
		t.Errorf("assembled again the manifest is another:\n%s", cmp.Diff(string(before), string(after)))
	}
	if got := names(t, w, ring, cccd); len(got) != 1 {
		t.Errorf("found by holder: %v", got)
	}
}

func TestARebuildWithTheKeysFindsHoldersAgain(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	a := custodytest.WithKeys(t, ring)
	people(a)
	if _, err := ring.Rotate(time.Now()); err != nil {
		t.Fatal(err)
	}
	b := custodytest.Beside(t, a.Store)
	r, err := b.RebuilderWith(b.Keeper(ring)).Rebuild(t.Context(), "operator")
	if err != nil || r.IdentifiersWaiting != 0 || len(r.Problems) != 0 {
		t.Fatalf("Rebuild = %+v, %v", r, err)
	}
	wantFound(t, b, ring)
	if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
		t.Errorf("the rebuilt catalogue differs (-before +after):\n%s", d)
	}
}

func TestARebuildWithoutTheKeysBringsBackTheRestAndSaysWhatWaits(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	a := custodytest.WithKeys(t, ring)
	people(a)
	key := ring.List()[0].ID

	b := custodytest.Beside(t, a.Store)
	r, err := b.Rebuilder().Rebuild(t.Context(), "operator")
	if err != nil || r.Versions != 3 || r.IdentifiersWaiting != 4 || len(r.Problems) != 1 ||
		!strings.Contains(r.Problems[0], "4 identifiers") || !strings.Contains(r.Problems[0], key) || !strings.Contains(r.Problems[0], "sohoa keys restore") {
		t.Fatalf("Rebuild without keys = %+v, %v", r, err)
	}
	da, db := a.Dump(), b.Dump()
	delete(da, "holders")
	delete(db, "holders")
	if d := cmp.Diff(da, db); d != "" {
		t.Errorf("the rest differs (-before +after):\n%s", d)
	}
	if got := names(t, b, ring, cccd); len(got) != 0 {
		t.Errorf("found without a hash: %v", got)
	}

	other := custodytest.Ring(t)
	if r, err = b.RebuilderWith(b.Keeper(other)).Rebuild(t.Context(), "operator"); err != nil || r.IdentifiersWaiting != 4 || r.IdentifiersFilled != 0 {
		t.Errorf("with other keys = %+v, %v", r, err)
	}
	if r, err = b.RebuilderWith(b.Keeper(ring)).Rebuild(t.Context(), "operator"); err != nil || r.IdentifiersFilled != 4 || r.IdentifiersWaiting != 0 {
		t.Errorf("once the keys are back = %+v, %v", r, err)
	}
	wantFound(t, b, ring)
	if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
		t.Errorf("the filled catalogue differs (-before +after):\n%s", d)
	}
	if _, err = b.RebuilderWith(b.Keeper(ring)).Rebuild(t.Context(), "operator"); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("with nothing left to do = %v, want the refusal", err)
	}
}

func TestDestroyingADataKeyErasesWhatItsManifestHolds(t *testing.T) {
	t.Parallel()
	ring := custodytest.Ring(t)
	a := custodytest.WithKeys(t, ring)
	acc := a.Accept("", "một.pdf", "CCCD số "+cccd)
	a.Accept("", "hai.pdf", "CCCD số "+cccd+" lần hai")
	a.Work(nil)
	if err := a.Shelves.Delete(t.Context(), custody.Renditions, archive.DataKeyKey(archive.DocumentIDFor(acc.ID, 1)), ""); err != nil {
		t.Fatal(err)
	}
	b := custodytest.Beside(t, a.Store)
	r, err := b.RebuilderWith(b.Keeper(ring)).Rebuild(t.Context(), "operator")
	if err != nil || r.IdentifiersErased != 1 || r.IdentifiersWaiting != 0 || r.Versions != 2 {
		t.Errorf("Rebuild = %+v, %v", r, err)
	}
	if got := names(t, b, ring, cccd); len(got) != 1 || !strings.HasPrefix(got[0], "hai.pdf") {
		t.Errorf("found: %v", got)
	}
}

func TestAForeignDataKeyStallsAndIsNeverReplaced(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	store := objectstore.NewArchive(w.Store)
	id := archive.DocumentIDFor(archive.AccessionIDFor("u1", "", fixity.Of([]byte("x"))), 1)
	pages := custodytest.Pages("CCCD số " + cccd)
	if _, err := holders.New(custodytest.Ring(t), store).Keep(t.Context(), id, 1, pages); err != nil {
		t.Fatal(err)
	}
	_, err := holders.New(custodytest.Ring(t), store).Keep(t.Context(), id, 1, pages)
	if err == nil || fault.VerdictOf(err) != fault.Stalled || !strings.Contains(fault.DetailOf(err), "sohoa keys restore") {
		t.Errorf("Keep under another ring's data key = %v", err)
	}
	if got, err := holders.New(custodytest.Ring(t), store).Keep(t.Context(), id, 1, custodytest.Pages("không ai")); err != nil || got != nil {
		t.Errorf("a paper that names nobody = %v, %v", got, err)
	}
}
