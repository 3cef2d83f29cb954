package purge_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/objectstore"
	"sohoa/internal/pgtest"
	"sohoa/internal/retrieve"
)

// TestAZipGoesWithThePaperThatCameOutOfIt: the zip holds the bytes too. What else came out of it stays, here and in a rebuilt catalogue.
func TestAZipGoesWithThePaperThatCameOutOfIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Start(t)
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for name, file := range map[string][]byte{"mật.pdf": stack(secret + " ba"), "khác.pdf": stack("giay khac")} {
		f, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	zipped := b.Bytes()
	w.Accept(t, intake.Request{Name: "hộp.zip"}, bytes.NewReader(zipped))
	w.settled()
	ids := map[string]archive.DocumentID{}
	docs, err := w.Catalogue.Documents(t.Context(), retrieve.DocumentQuery{Limit: 10})
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	for _, d := range docs {
		ids[d.Name] = d.ID
	}
	w.approved(ids["mật.pdf"])
	w.finish(w.svc)
	if where := w.told(secret); len(where) > 0 {
		t.Errorf("still told in %v", where)
	}
	if _, err := w.store.Stat(t.Context(), objectstore.Masters, archive.MasterKey(fixity.Of(zipped)), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the zip: %v", err)
	}
	if _, err := w.Intake.Accept(t.Context(), intake.Request{Name: "hộp.zip", Unit: "unit", Actor: "lan"}, bytes.NewReader(zipped)); fault.CodeOf(err) != fault.Purged {
		t.Errorf("the same zip again: %v", err)
	}
	w.verify(w.Catalogue)

	again := pgtest.Catalogue(t)
	r, err := custody.NewRebuilder(custody.RebuildDeps{Objects: objectstore.NewShelves(w.store), Catalogue: again, Logger: slog.New(slog.DiscardHandler)}).Rebuild(t.Context(), "tester")
	if err != nil || r.Lost+r.Malformed > 0 {
		t.Fatalf("rebuild: %+v, %v", r, err)
	}
	w.finish(w.service(again))
	if v, err := again.Document(t.Context(), ids["khác.pdf"]); err != nil || v.Processing != archive.Archived {
		t.Errorf("rebuilt, the other paper: %+v, %v", v, err)
	}
	if _, err := again.Document(t.Context(), ids["mật.pdf"]); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("rebuilt, the secret paper: %v", err)
	}
	if p, err := again.Progress(t.Context(), retrieve.Scope{}); err != nil || !p.Done() {
		t.Errorf("rebuilt, something is under way: %+v, %v", p, err)
	}
	w.verify(again)
}
