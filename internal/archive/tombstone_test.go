package archive_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

func tombstone() archive.Tombstone {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	d := fixity.Of([]byte("master"))
	acc := archive.AccessionIDFor("u1", "", d)
	doc := archive.DocumentIDFor(acc, 57)
	return archive.Tombstone{
		Schema: archive.TombstoneSchema, ID: archive.NewID(at), Unit: "u1", Documents: []archive.DocumentID{doc},
		Versions: []archive.TombstoneVersion{{Document: archive.DocumentIDFor(acc, 1), Version: 1}}, Accessions: []archive.AccessionID{acc},
		Masters: []archive.TombstoneMaster{{Digest: d, SizeBytes: 9, LeftOut: []int{57, 58}}}, Reason: archive.PurgeSecret,
		RequestedBy: "lan", RequestedAt: at, ApprovedBy: "an", ApprovedAt: at.Add(time.Hour),
	}
}

func TestATombstoneIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := tombstone()
	b, err := want.MarshalCanonical()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := archive.ParseTombstone(b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	for name, change := range map[string][2]string{
		"of another schema":          {"sohoa-tombstone/1", "sohoa-tombstone/2"},
		"decided by who asked":       {`"approved_by": "an"`, `"approved_by": "lan"`},
		"without a reason":           {`"secret"`, `"because"`},
		"of page 0":                  {"57,", "0,"},
		"with something else in it":  {`"unit"`, `"title": "x", "unit"`},
		"of a document without name": {string(want.Documents[0]), "x"},
	} {
		if _, err := archive.ParseTombstone([]byte(strings.Replace(string(b), change[0], change[1], 1))); fault.CodeOf(err) != fault.ManifestMalformed {
			t.Errorf("a tombstone %s: %v", name, err)
		}
	}
}

// FuzzParseTombstone: what is taken for a tombstone says the same after it was written again.
func FuzzParseTombstone(f *testing.F) {
	b, err := tombstone().MarshalCanonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"schema":"sohoa-tombstone/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		once, err := archive.ParseTombstone(b)
		if err != nil {
			return
		}
		again, err := once.MarshalCanonical()
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := archive.ParseTombstone(again); err != nil || !reflect.DeepEqual(once, twice) {
			t.Errorf("%+v became %+v, %v", once, twice, err)
		}
	})
}
