package archive

import (
	"testing"

	"sohoa/internal/fixity"
)

func TestKeysGoBothWays(t *testing.T) {
	t.Parallel()
	d := fixity.Of([]byte("scan"))
	a := AccessionIDFor("unit", "", d)
	doc := DocumentIDFor(a, 1)
	if got, ok := ParseMasterKey(MasterKey(d)); !ok || got != d {
		t.Errorf("ParseMasterKey = %v, %v", got, ok)
	}
	if got, ok := ParseAccessionKey(AccessionKey(a)); !ok || got != a {
		t.Errorf("ParseAccessionKey = %v, %v", got, ok)
	}
	if got, v, ok := ParseManifestKey(ManifestKey(doc, 3)); !ok || got != doc || v != 3 {
		t.Errorf("ParseManifestKey = %v, %d, %v", got, v, ok)
	}
	if got, v, p, ok := ParseRenditionKey(RenditionKey(doc, 3, d)); !ok || got != doc || v != 3 || string(p) != string(d[:8]) {
		t.Errorf("ParseRenditionKey = %v, %d, %x, %v", got, v, p, ok)
	}
	if got, n, ok := ParseResultKey(ResultKey(d, 7, "abc")); !ok || got != d || n != 7 {
		t.Errorf("ParseResultKey = %v, %d, %v", got, n, ok)
	}
}

func FuzzParseKeys(f *testing.F) {
	d := fixity.Of(nil)
	for _, k := range []string{MasterKey(d), AccessionKey(AccessionIDFor("u", "", d)), ManifestKey(DocumentIDFor("a", 1), 1), ResultKey(d, 1, "s"), "documents/", "a/"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, k string) {
		if d, ok := ParseMasterKey(k); ok && MasterKey(d) != k {
			t.Errorf("ParseMasterKey(%q) = %v", k, d)
		}
		if id, ok := ParseAccessionKey(k); ok && AccessionKey(id) != k {
			t.Errorf("ParseAccessionKey(%q) = %v", k, id)
		}
		if id, v, ok := ParseManifestKey(k); ok && ManifestKey(id, v) != k {
			t.Errorf("ParseManifestKey(%q) = %v, %d", k, id, v)
		}
		ParseRenditionKey(k)
		ParseResultKey(k)
	})
}

func TestIDsAreCanonical(t *testing.T) {
	t.Parallel()
	d := fixity.Of([]byte("scan"))
	a := AccessionIDFor("unit", "", d)
	if !ValidID(string(a)) || a != AccessionIDFor("unit", "", d) || a == AccessionIDFor("unit", "x", d) || a == AccessionIDFor("other", "", d) {
		t.Errorf("accession id %s does not follow from unit, dossier and digest", a)
	}
	if ValidID("") || ValidID("018f-x") || ValidID(string(a)+"0") {
		t.Error("a malformed id counts as valid")
	}
}
