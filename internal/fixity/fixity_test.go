package fixity

import (
	"strings"
	"testing"
)

func TestParseRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	good := Of([]byte("scan")).String()
	for _, s := range []string{"", good[1:], good + "0", strings.ToUpper(good), "zz" + good[2:]} {
		if _, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) accepted a wrong spelling", s)
		}
	}
	if d, err := Parse(good); err != nil || d != Of([]byte("scan")) {
		t.Errorf("Parse(%q) = %v, %v", good, d, err)
	}
}

func TestHasherCountsAndDigests(t *testing.T) {
	t.Parallel()
	d, n, err := OfReader(strings.NewReader("scan"))
	if err != nil || n != 4 || d != Of([]byte("scan")) {
		t.Fatalf("OfReader = %v, %d, %v", d, n, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Of(nil).String())
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := Parse(s); err == nil && d.String() != s {
			t.Errorf("Parse(%q).String() = %q: one digest, two spellings", s, d)
		}
	})
}
