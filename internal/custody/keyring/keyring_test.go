package keyring

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func ring(t *testing.T) *Ring {
	t.Helper()
	r, err := OpenOrCreate(filepath.Join(t.TempDir(), "keys"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheRingIsMadeOnceAndReadBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Open before there is one = %v", err)
	}
	a, err := OpenOrCreate(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenOrCreate(dir, time.Now())
	if err != nil || !bytes.Equal(a.HashOf("cccd", "031085001234"), b.HashOf("cccd", "031085001234")) {
		t.Errorf("read back it is another ring: %v", err)
	}
	st, err := os.Stat(filepath.Join(dir, File))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the ring's file = %v, %v; want 0600", st, err)
	}
	if len(a.List()) != 3 {
		t.Errorf("List = %v", a.List())
	}
}

func TestASealedValueOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	r := ring(t)
	k, w, err := r.NewDataKey("doc-1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("holder_id", "031085001234")
	if err != nil || strings.Contains(sealed, "0310") {
		t.Fatalf("Seal = %q, %v", sealed, err)
	}
	if got, err := k.Open("holder_id", sealed); err != nil || got != "031085001234" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := k.Open("address", sealed); !errors.Is(err, ErrNoKey) {
		t.Errorf("Open as another field = %v", err)
	}
	if _, err := r.Unwrap("doc-2", w); !errors.Is(err, ErrNoKey) {
		t.Errorf("Unwrap for another document = %v", err)
	}
	if _, err := ring(t).Unwrap("doc-1", w); !errors.Is(err, ErrNoKey) {
		t.Errorf("Unwrap with another ring = %v", err)
	}
	if _, err := (DataKey{}).Open("holder_id", sealed); !errors.Is(err, ErrNoKey) {
		t.Errorf("Open with a destroyed key = %v", err)
	}
	broken := []byte(sealed)
	broken[len(broken)/2] ^= 1
	if _, err := k.Open("holder_id", string(broken)); err == nil {
		t.Error("Open of changed bytes succeeded")
	}
}

func TestRotatingKeepsWhatIsOldReadable(t *testing.T) {
	t.Parallel()
	r := ring(t)
	k, w, err := r.NewDataKey("doc")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("f", "value")
	if err != nil {
		t.Fatal(err)
	}
	hash := r.HashOf("cccd", "1")
	info, err := r.Rotate(time.Now())
	if err != nil || !info.Current || info.Purpose != Encrypt {
		t.Fatalf("Rotate = %+v, %v", info, err)
	}
	again, err := Open(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	w2, changed, err := again.Rewrap("doc", w)
	if err != nil || !changed || w2.Key != info.ID {
		t.Fatalf("Rewrap = %+v, %t, %v", w2, changed, err)
	}
	for _, x := range []Wrapped{w, w2} {
		k, err := again.Unwrap("doc", x)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open("f", sealed); err != nil || got != "value" {
			t.Errorf("Open after the rotation = %q, %v", got, err)
		}
	}
	if _, changed, err := again.Rewrap("doc", w2); err != nil || changed {
		t.Errorf("Rewrap twice = %t, %v", changed, err)
	}
	if !bytes.Equal(hash, again.HashOf("cccd", "1")) || bytes.Equal(hash, again.HashOf("cccd1", "")) {
		t.Error("hashes changed with the rotation, or two identifiers share one")
	}
	id, priv := again.ReceiptKey()
	if id == "" || !ed25519.Verify(priv.Public().(ed25519.PublicKey), []byte("m"), ed25519.Sign(priv, []byte("m"))) {
		t.Error("the receipt key does not sign")
	}
}

func TestAMalformedRingIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "{}", `{"schema":"sohoa-keyring/1","keys":[]}`, `{"schema":"sohoa-keyring/1","keys":[{"id":"a","purpose":"encrypt","secret":"c2VjcmV0"}]}`, `{"secret": c2VjcmV0}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, File), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOrCreate(dir, time.Now()); err == nil || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("OpenOrCreate of %q = %v", content, err)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, File)); string(b) != content {
			t.Error("a ring that could not be read was replaced")
		}
	}
}

func TestSealingTheSameGivesTheSameAndOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	r := ring(t)
	k, w, err := r.NewDataKey("doc")
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Unwrap("doc", w)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := r.NewDataKey("doc")
	if err != nil {
		t.Fatal(err)
	}
	seal := func(k DataKey, field, value string) string {
		t.Helper()
		s, err := k.SealSame(field, value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := seal(k, "f", "031085001234")
	if seal(again, "f", "031085001234") != s {
		t.Error("the same value sealed again gives other bytes")
	}
	for what, x := range map[string]string{"value": seal(k, "f", "031085001235"), "field": seal(k, "g", "031085001234"), "key": seal(other, "f", "031085001234")} {
		if x[:16] == s[:16] { // the nonce
			t.Errorf("another %s has the same nonce", what)
		}
	}
	if got, err := again.Open("f", s); err != nil || got != "031085001234" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := k.Open("g", s); !errors.Is(err, ErrNoKey) {
		t.Errorf("Open as another field = %v", err)
	}
	if _, err := (DataKey{}).SealSame("f", "x"); !errors.Is(err, ErrNoKey) {
		t.Errorf("SealSame without a key = %v", err)
	}
}

// FuzzOpen: nothing opens but what was sealed, and that as it was.
func FuzzOpen(f *testing.F) {
	k := DataKey{document: "d", secret: bytes.Repeat([]byte{7}, keySize)}
	good, err := k.Seal("f", "value")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := k.Open("f", s); err == nil && v != "value" {
			t.Errorf("Open(%q) = %q", s, v)
		}
	})
}
