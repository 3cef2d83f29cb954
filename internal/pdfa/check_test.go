package pdfa_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/pdfa"

	"sohoa/internal/roottest"
)

func TestCheckPassesWhatTheWriterWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, leaves := range variety(t) {
		b := write(t, snapshot(), leaves...)
		r, err := pdfa.Check(t.Context(), store(t, dir, name, b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if r.Pages != len(leaves) || r.SizeBytes != int64(len(b)) || r.Check != pdfa.CheckName || r.Conformance != "PDF/A-2u" {
			t.Errorf("%s: report %+v", name, r)
		}
	}
	for name, s := range snapshots() {
		if _, err := pdfa.Check(t.Context(), store(t, dir, name, write(t, s, leafOf(ccittOf(30, 40))))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckFindsEveryKindOfDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := golden(t)
	broken := func(what string, b []byte) {
		t.Helper()
		if r, err := pdfa.Check(t.Context(), store(t, dir, "broken", b)); err == nil {
			t.Fatalf("%s: passed as %+v", what, r)
		}
	}
	for n := 0; n < len(good); n += 1 + n/50 {
		broken("cut short", good[:n])
	}
	broken("last byte missing", good[:len(good)-1])
	broken("a byte more", append(bytes.Clone(good), '\n'))
	broken("junk before the header", append([]byte("x"), good...))
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		b := bytes.Clone(good)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		broken("a flipped bit", b)
	}
	for at := len(good) - 200; at < len(good); at++ { // what is not under the digest
		b := bytes.Clone(good)
		b[at] ^= 1
		broken("a flipped bit at the end", b)
	}
	middle := len(good) / 2
	broken("a hole", append(bytes.Clone(good[:middle]), good[middle+1:]...))
	broken("zeros from the middle on", append(bytes.Clone(good[:middle]), make([]byte, len(good)-middle)...))
	broken("nothing", nil)
}

// reseal puts the right digest under changed bytes, so that only the check of contents can find the change.
func reseal(b []byte) []byte {
	at := bytes.LastIndex(b, []byte("/ID["))
	sum := sha256.Sum256(b[:at])
	id := []byte(hex.EncodeToString(sum[:16]))
	out := bytes.Clone(b)
	copy(out[at+len("/ID[<"):], id)
	copy(out[at+len("/ID[<")+len(id)+len("><"):], id)
	return out
}

func TestCheckFindsViolationsUnderARightDigest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := golden(t)
	if _, err := pdfa.Check(t.Context(), store(t, dir, "resealed", reseal(good))); err != nil {
		t.Fatalf("resealing a good file breaks it: %v", err)
	}
	for what, change := range map[string][2]string{ // of one length, so that offsets stay
		"another part":                  {"<pdfaid:part>2<", "<pdfaid:part>3<"},
		"another level":                 {"conformance>U<", "conformance>B<"},
		"metadata that is no XML":       {"</rdf:RDF>", "</rdf:RDX>"},
		"a title that differs":          {"phê duyệt kế hoạch</rdf:li>", "phê duyệt kế hoẠch</rdf:li>"},
		"a date that differs":           {"(D:20260303220607Z)/ModDate", "(D:20260303220608Z)/ModDate"},
		"another intent":                {"/S/GTS_PDFA1", "/S/GTS_PDFX1"},
		"no output intent":              {"/OutputIntents", "/OutputIntentz"},
		"a profile of gray":             {"/N 3/Filter", "/N 1/Filter"},
		"CMYK pictures":                 {"/ColorSpace/DeviceGray", "/ColorSpace/DeviceCMYK"},
		"a filter that PDF/A-2 forbids": {"/Filter/CCITTFaxDecode", "/Filter/LZWDecodeXXXXX"},
		"an open action":                {"/ViewerPreferences<<", "/OpenActionXXXXXXX<<"},
		"a page of another kind":        {"/Type/Page/Parent", "/Type/PagX/Parent"},
		"a page without a size":         {"/MediaBox[0 0 96 ", "/MediaBox[0 0 -6 "},
		"a page too small":              {"/MediaBox[0 0 96 ", "/MediaBox[0 0 2. "},
		"another count":                 {"/Count 2", "/Count 3"},
		"no font program":               {"/FontFile2", "/FontFile3"},
		"no meaning":                    {"/ToUnicode", "/ToUnicodX"},
		"another encoding":              {"/Identity-H", "/Identity-V"},
		"another default width":         {"/DW 500", "/DW 501"},
		"another width":                 {"/W[1[722", "/W[1[721"},
		"a reference to nothing":        {"/Metadata 4 0 R", "/Metadata 9 0 R"},
		"an entry that is out of place": {"0000000015 00000 n", "0000000016 00000 n"},
		"a free entry":                  {"0000000015 00000 n", "0000000015 00000 f"},
		"a stream that is longer":       {"/Length 7", "/Length 8"},
		"labels that do not begin":      {"/Nums[0<<", "/Nums[1<<"},
		"a language that is none":       {"/Lang(vi)", "/Lang(v!)"},
		"a note instead of a stamp":     {"/Subtype/Stamp/Rect", "/Subtype/Stump/Rect"},
		"a hidden stamp":                {"/F 196/AP", "/F 198/AP"},
		"a stamp with two looks":        {"/AP<</N ", "/AP<</D "},
		"a picture with a mask":         {"/BitsPerComponent 1/", "/SMask 5 0 R/XXXX 1/"},
	} {
		b := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		if len(b) != len(good) || bytes.Equal(b, good) {
			t.Fatalf("%s: %q is not in the file, or the change moves offsets", what, change[0])
		}
		if r, err := pdfa.Check(t.Context(), store(t, dir, "violation", reseal(b))); err == nil {
			t.Errorf("%s: passed as %+v", what, r)
		}
	}
}

func TestCheckRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	hostile := filepath.Join(root, "../shared/data/hostile")
	files, err := filepath.Glob(filepath.Join(hostile, "*.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Logf("no files at %s: only generated ones are tested", hostile)
	}
	path := store(t, t.TempDir(), "text", []byte(strings.Repeat("no PDF at all\n", 100)))
	for _, f := range append(files, path) {
		if _, err := pdfa.Check(t.Context(), f); err == nil {
			t.Errorf("%s passed", filepath.Base(f))
		}
	}
	if _, err := pdfa.Check(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestCheckStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pdfa.Check(ctx, store(t, t.TempDir(), "good", golden(t))); !errors.Is(err, context.Canceled) {
		t.Errorf("Check with a cancelled context = %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(golden(f))
	f.Add([]byte("%PDF-1.7\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "fuzz.pdf")
		for _, b := range [][]byte{b, resealed(b)} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := pdfa.Check(t.Context(), path)
			if err == nil && (r.Pages < 1 || r.SizeBytes != int64(len(b))) {
				t.Errorf("passed as %+v", r)
			}
		}
	})
}

// resealed is reseal for bytes that may have no trailer.
func resealed(b []byte) []byte {
	if at := bytes.LastIndex(b, []byte("/ID[")); at < 0 || len(b)-at < 80 {
		return b
	}
	return reseal(b)
}
