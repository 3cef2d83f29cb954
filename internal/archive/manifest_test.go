package archive

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

func example() Manifest {
	d := fixity.Of([]byte("scan"))
	prev := fixity.Of([]byte("before"))
	acc := AccessionIDFor("u1", "", d)
	at := time.Date(2024, 3, 15, 7, 30, 0, 123456000, time.UTC)
	return Manifest{
		Schema: ManifestSchema, Document: DocumentIDFor(acc, 1), Version: 2, Unit: "u1", Access: AccessUnit, Name: "bản <1> & 2.pdf",
		Accessions: []Accession{{
			ID: acc, Unit: "u1", Name: "bản.pdf", Master: d, SizeBytes: 4, MediaType: PDF, Access: AccessUnit, ReceivedBy: "clerk", ReceivedAt: at, Queue: "batch", Pages: 1, Parts: 1,
		}},
		Pages:  []ManifestPage{{PageRef: PageRef{Ordinal: 1, Master: d, Page: 1, Turn: 90}, Kind: page.Blank, FoundTurn: 180, Skew: -0.4, Confidence: 91.2, Result: ResultKey(d, 1, "s")}},
		Reason: "received", CreatedBy: "clerk", Fields: []Field{{Name: "number", Value: "12", Confidence: 0.5, Source: "text", Page: 1, Asked: true}},
		Snapshot:    Snapshot{Title: "Quyết định", Language: "vi", CreatedAt: at.Truncate(time.Second), Masters: []fixity.Digest{d}},
		Parts:       []Part{{Kind: "master", Bucket: "masters", Key: MasterKey(d), Digest: d, SizeBytes: 4, MediaType: "application/pdf"}},
		Conformance: "PDF/A-2u", CheckedBy: "test", Writer: "w", Engine: "e", CreatedAt: at, Previous: &prev,
	}
}

func TestAManifestReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	m := example()
	b, err := m.MarshalCanonical()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseManifest(b)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Fatalf("ParseManifest = %+v, %v", got, err)
	}
	if !bytes.Contains(b, []byte("<1> & 2")) || b[len(b)-1] != '\n' {
		t.Errorf("not the canonical form:\n%s", b)
	}
}

func TestAMalformedManifestIsRefused(t *testing.T) {
	t.Parallel()
	good, err := example().MarshalCanonical()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to string }{
		"another schema":         {ManifestSchema, "sohoa-manifest/9"},
		"an unknown field":       {`"unit": "u1",`, `"unit": "u1", "secret": 1,`},
		"no document":            {`"document": "` + string(example().Document), `"document": "x`},
		"version 0":              {`"version": 2`, `"version": 0`},
		"a page out of order":    {`"ordinal": 1`, `"ordinal": 2`},
		"a crooked turn":         {`"turn": 90`, `"turn": 45`},
		"an unknown kind":        {`"kind": "blank"`, `"kind": "smudge"`},
		"an upper-case digest":   {fixity.Of([]byte("before")).String(), strings.ToUpper(fixity.Of([]byte("before")).String())},
		"an unknown access":      {`"access": "unit",` + "\n  \"name\": \"bản <1>", `"access": "all",` + "\n  \"name\": \"bản <1>"},
		"more after the end":     {"\n}\n", "\n}\n{}"},
		"bytes that are no text": {"Quyết", "Quy\xff"},
	} {
		b := strings.Replace(string(good), c.from, c.to, 1)
		if b == string(good) {
			t.Errorf("%s: the example has no %q", name, c.from)
			continue
		}
		if _, err := ParseManifest([]byte(b)); fault.CodeOf(err) != fault.ManifestMalformed {
			t.Errorf("%s: ParseManifest = %v, want manifest_malformed", name, err)
		}
	}
}

// FuzzParseManifest: what is read and written again is read as the same, and written as the same bytes.
func FuzzParseManifest(f *testing.F) {
	good, err := example().MarshalCanonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":"sohoa-manifest/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			if fault.VerdictOf(err) != fault.Rejected {
				t.Errorf("ParseManifest = %v, which blames the system", err)
			}
			return
		}
		once, err := m.MarshalCanonical()
		if err != nil {
			return // a year beyond 9999 can be read and not written
		}
		again, err := ParseManifest(once)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, once)
		}
		twice, err := again.MarshalCanonical()
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("two spellings of one manifest:\n%s\n%s", once, twice)
		}
	})
}

// FuzzParseAccession: a record that is read speaks of the accession its content gives.
func FuzzParseAccession(f *testing.F) {
	f.Add([]byte(`{"id":"8e2ec7fa-5102-80e7-a056-d3d899a2ae59","unit":"u1"}`))
	d := fixity.Of([]byte("scan"))
	f.Add([]byte(`{"id":"` + string(AccessionIDFor("u1", "", d)) + `","unit":"u1","name":"a","master":"` + d.String() + `","size_bytes":4,"access":"unit","received_by":"c","received_at":"2024-03-15T00:00:00Z","queue":"batch"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAccession(b)
		if err == nil && (a.ID != AccessionIDFor(a.Unit, a.Dossier, a.Master) || a.Master.IsZero()) {
			t.Errorf("ParseAccession read %+v", a)
		}
	})
}
