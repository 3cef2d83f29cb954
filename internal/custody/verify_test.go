package custody_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
)

func reader(s string) *bytes.Reader { return bytes.NewReader([]byte(s)) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func digestOf(s string) fixity.Digest { return fixity.Of([]byte(s)) }

func verifier(w *custodytest.World, o custody.Objects) *custody.Verifier {
	return custody.NewVerifier(custody.VerifyDeps{Objects: o, Catalogue: w.Cat, Logger: quiet()})
}

// bent gives other bytes than are stored for keys that hold a word.
type bent struct {
	objectstore.Shelves
	word string
}

func (b bent) Rehash(ctx context.Context, bucket, key, version string) (fixity.Digest, int64, error) {
	d, n, err := b.Shelves.Rehash(ctx, bucket, key, version)
	if err == nil && strings.Contains(bucket+"/"+key, b.word) {
		d[0] ^= 1
	}
	return d, n, err
}

func TestWhatHasChangedIsFoundAndHeld(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, word string
		findings   int
		held       int
	}{
		{"nothing", "none of them", 0, 0},
		{"a master", digestOf("hai").String() + "", 2, 1}, // the results lie under its digest too
		{"manifests", "records/manifests", 2, 2},
		{"renditions", "renditions/documents", 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := custodytest.New(t)
			w.Accept("", "một.pdf", "một")
			w.Accept("", "hai.pdf", "hai")
			w.Work(nil)
			r, err := verifier(w, bent{w.Shelves, c.word}).Verify(t.Context(), "auditor", "")
			if err != nil || r.Failed != c.findings || len(r.Findings) != c.findings {
				t.Fatalf("Verify = %+v, %v; want %d findings", r, err, c.findings)
			}
			if n := w.Count(`SELECT count(*) FROM masters WHERE disposal_hold`); n != c.held {
				t.Errorf("%d masters held, want %d", n, c.held)
			}
			if n := w.Count(`SELECT count(*) FROM audit_events WHERE action = 'fixity_failed' AND actor = 'auditor'`); n != c.findings {
				t.Errorf("%d audit events tell of findings, want %d", n, c.findings)
			}
			if n := w.Count(`SELECT count(*) FROM audit_events WHERE action = 'fixity_verified'`); n != 1 {
				t.Errorf("%d audit events tell of the run, want one", n)
			}
		})
	}
}

func TestOnePaperIsVerifiedByItself(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	one, two := w.Accept("", "một.pdf", "một\nmốt"), w.Accept("", "hai.pdf", "hai")
	w.Work(nil)
	doc := archive.DocumentIDFor(one.ID, 1)
	for _, id := range []string{string(one.ID), string(doc)} {
		r, err := verifier(w, w.Shelves).Verify(t.Context(), "auditor", id)
		if err != nil || r.Failed != 0 || r.Objects["master"] != 1 || r.Objects["accession"] != 1 || r.Objects["manifest"] != 1 || r.Objects["rendition"] != 1 || r.Objects["result"] != 2 {
			t.Errorf("Verify(%s) = %+v, %v", id, r, err)
		}
	}
	v, err := w.Cat.Document(t.Context(), archive.DocumentIDFor(two.ID, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Shelves.Delete(t.Context(), custody.Renditions, v.Rendition.Key, ""); err != nil {
		t.Fatal(err)
	}
	r, err := verifier(w, w.Shelves).Verify(t.Context(), "auditor", string(two.ID))
	if err != nil || r.Failed != 1 || r.Findings[0].Problem != "missing" || r.Findings[0].Kind != "rendition" {
		t.Errorf("Verify = %+v, %v; want the missing rendition", r, err)
	}
	if _, err := verifier(w, w.Shelves).Verify(t.Context(), "auditor", archive.NewID(one.ReceivedAt)); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("Verify of an unknown id = %v", err)
	}
}
