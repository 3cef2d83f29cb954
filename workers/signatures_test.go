package workers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/digitise"
	"sohoa/internal/intake"
	"sohoa/internal/objectstore"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/postgres"
	"sohoa/internal/reader"
	"sohoa/internal/retrieve"
	"sohoa/internal/signature/signaturetest"
)

// whiteEngine reads nothing and makes a white pixel of every picture: what the pages look like is of no matter here.
type whiteEngine struct{ pipetest.StubEngine }

// Convert implements digitise.Engine.
func (whiteEngine) Convert(ctx context.Context, _ page.Picture) (page.Picture, error) {
	src, err := pipetest.StubReader{}.Page(ctx, 1, digitise.ToShow)
	return src.Picture, err
}

// judged is what is said of a signature, without times and names.
type judged struct {
	Integrity archive.Integrity
	Whole     bool
	Trust     archive.Trust
}

// TestSignaturesAreJudgedAndKept: signed papers go through the workers, one of them in a zip; what is said of each signature stands in the
// catalogue, in the frozen manifest, and again in a catalogue that was rebuilt from the store.
func TestSignaturesAreJudgedAndKept(t *testing.T) {
	t.Parallel()
	now, year := time.Now(), 365*24*time.Hour
	root := signaturetest.Issue(t, nil, "Gốc thử nghiệm", now.Add(-5*year), now.Add(5*year), true)
	other := signaturetest.Issue(t, nil, "Gốc lạ", now.Add(-5*year), now.Add(5*year), true)
	signer := signaturetest.Issue(t, &root, "Ủy ban nhân dân tỉnh", now.Add(-year), now.Add(year), true)
	stale := signaturetest.Issue(t, &root, "Văn thư cũ", now.Add(-3*year), now.Add(-2*year), true)
	stranger := signaturetest.Issue(t, &other, "Cơ quan khác", now.Add(-year), now.Add(year), true)
	altered := signaturetest.PDF(t, signer, nil, "Altered")
	altered = bytes.Replace(altered, []byte("72 720 Td"), []byte("72 710 Td"), 1)
	want := map[string]judged{
		"valid.pdf":    {archive.Intact, true, archive.Trusted},
		"altered.pdf":  {archive.Altered, true, archive.NotJudged},
		"appended.pdf": {archive.Intact, false, archive.Trusted},
		"expired.pdf":  {archive.Intact, true, archive.Expired},
		"unknown.pdf":  {archive.Intact, true, archive.UnknownRoot},
	}
	files := map[string][]byte{
		"valid.pdf":    signaturetest.PDF(t, signer, nil, "Valid"),
		"altered.pdf":  altered,
		"appended.pdf": signaturetest.Append(signaturetest.PDF(t, signer, nil, "Appended")),
		"expired.pdf":  signaturetest.PDF(t, stale, nil, "Expired"),
		"unknown.pdf":  signaturetest.PDF(t, stranger, nil, "Unknown"),
	}
	rd := reader.New(reader.Deps{Roots: signaturetest.Pool(root), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { _ = rd.Close() })
	p := pipetest.New(t, pipetest.Options{Engine: whiteEngine{}, Reader: rd})
	var zipped bytes.Buffer
	zw := zip.NewWriter(&zipped)
	for name, body := range files {
		if name != "unknown.pdf" {
			p.Accept(t, intake.Request{Name: name}, bytes.NewReader(body))
			continue
		}
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	p.Accept(t, intake.Request{Name: "signed.zip"}, &zipped)
	stop := p.Start(t)
	waitFor(t, "everything archived", 3*time.Minute, done(t, p))
	stop()
	checkSignatures(t, "worked through", p.Catalogue, want)

	again := pgtest.Catalogue(t)
	b := custody.NewRebuilder(custody.RebuildDeps{Objects: objectstore.NewShelves(p.Archive.Store()), Catalogue: again, Logger: slog.New(slog.DiscardHandler)})
	if r, err := b.Rebuild(t.Context(), "tester"); err != nil || r.Versions != len(want) || r.Lost+r.Malformed > 0 {
		t.Fatalf("rebuild: %+v, %v", r, err)
	}
	checkSignatures(t, "rebuilt", again, want)
}

func checkSignatures(t *testing.T, which string, c *postgres.Catalogue, want map[string]judged) {
	t.Helper()
	docs, err := c.Documents(t.Context(), retrieve.DocumentQuery{Limit: 100})
	if err != nil || len(docs) != len(want) {
		t.Fatalf("%s: %d documents, %v", which, len(docs), err)
	}
	for _, d := range docs {
		v, err := c.Document(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := v.Accessions[0].Signatures
		if len(got) != 1 || (judged{got[0].Integrity, got[0].Whole, got[0].Trust}) != want[v.Name] {
			t.Errorf("%s: %s: judged %+v, want %+v", which, v.Name, got, want[v.Name])
			continue
		}
		if got[0].Signer == "" || !strings.Contains(got[0].Organisation, "Quảng Minh") || got[0].Integrity == archive.Intact && got[0].SignedAt.IsZero() {
			t.Errorf("%s: %s: signed by %+v", which, v.Name, got[0])
		}
		var m archive.Manifest
		if err := json.Unmarshal(v.Manifest, &m); err != nil {
			t.Fatal(err)
		}
		if len(m.Accessions[0].Signatures) != 1 || m.Accessions[0].Signatures[0].Integrity != want[v.Name].Integrity {
			t.Errorf("%s: %s: the manifest says %+v", which, v.Name, m.Accessions[0].Signatures)
		}
	}
}
