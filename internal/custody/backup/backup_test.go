package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/backup"
	"sohoa/internal/fixity"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
)

func digestOf(s string) fixity.Digest { return fixity.Of([]byte(s)) }

// stocked is a store with three objects, one of them locked.
func stocked(t *testing.T) *objectstore.Store {
	t.Helper()
	s := localtest.Store(t)
	put(t, s, objectstore.Masters, archive.MasterKey(digestOf("bản chính")), "bản chính", time.Hour)
	put(t, s, objectstore.Records, "accessions/a.json", "{}", 0)
	put(t, s, objectstore.Renditions, "results/r.json", "{}", 0)
	put(t, s, objectstore.Work, "x/y", "not backed up", 0)
	return s
}

func put(t *testing.T, s *objectstore.Store, b objectstore.Bucket, key, content string, lock time.Duration) {
	t.Helper()
	var opt objectstore.PutOptions
	if lock > 0 {
		opt.RetainUntil = time.Now().Add(lock).Truncate(time.Second)
	}
	if _, err := s.PutOnce(t.Context(), b, key, strings.NewReader(content), int64(len(content)), digestOf(content), opt); err != nil {
		t.Fatal(err)
	}
}

func source(s *objectstore.Store) backup.Source {
	return backup.Source{
		Store: objectstore.NewShelves(s), Now: time.Now, Version: "test", Secret: "thu",
		Dump: func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "dump")
			return err
		},
		Keys: backup.Keys{"admin.token": []byte("token"), "keys/ring.json": []byte("{}")},
	}
}

func open(t *testing.T, dir string) *backup.Folder {
	t.Helper()
	f, err := backup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestABackupComesBackWhole(t *testing.T) {
	t.Parallel()
	s, dir := stocked(t), t.TempDir()
	f := open(t, dir)
	if _, err := f.Make(t.Context(), source(s)); err != nil {
		t.Fatal(err)
	}
	put(t, s, objectstore.Records, "manifests/m.json", "mới", 0)
	copied := int64(-1)
	src := source(s)
	src.Progress = func(_ int, n int64) { copied = n }
	seal, err := f.Make(t.Context(), src)
	if err != nil || seal.Objects != 4 || copied != int64(len("mới")) {
		t.Fatalf("second Make = %+v, %v; %d bytes copied, want only what is new", seal, err, copied)
	}
	b, err := f.Find(t.Context(), "")
	if err != nil || b.Seal.Name != seal.Name {
		t.Fatalf("Find = %+v, %v; want the newest", b, err)
	}
	if n, err := b.Verify(t.Context(), nil); err != nil || n != 4 {
		t.Fatalf("Verify = %d, %v", n, err)
	}
	to := localtest.Store(t)
	put(t, to, objectstore.Records, "accessions/a.json", "{}", 0) // there already, the same
	for range 2 {
		if err := b.RestoreObjects(t.Context(), objectstore.NewShelves(to), time.Now(), nil); err != nil {
			t.Fatalf("RestoreObjects: %v", err)
		}
	}
	for _, bucket := range []objectstore.Bucket{objectstore.Masters, objectstore.Records, objectstore.Renditions} {
		for o, err := range s.List(t.Context(), bucket, "", "") {
			if err != nil {
				t.Fatal(err)
			}
			was, err := s.Stat(t.Context(), bucket, o.Key, "")
			if err != nil {
				t.Fatal(err)
			}
			is, err := to.Verify(t.Context(), bucket, o.Key, "", was.Digest)
			if err != nil || !is.RetainUntil.Equal(was.RetainUntil) || is.MediaType != was.MediaType {
				t.Errorf("%s/%s = %+v, %v; was %+v", bucket, o.Key, is, err, was)
			}
		}
	}
	keys, err := b.Keys("thu")
	if err != nil || string(keys["admin.token"]) != "token" || len(keys) != 2 {
		t.Errorf("Keys = %v, %v", keys, err)
	}
	if _, err := b.Keys("sai"); !errors.Is(err, backup.ErrPassphrase) {
		t.Errorf("Keys under a wrong passphrase = %v", err)
	}
}

func TestNothingIsOverwrittenByARestore(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	if _, err := f.Make(t.Context(), source(stocked(t))); err != nil {
		t.Fatal(err)
	}
	b, err := f.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	to := localtest.Store(t)
	put(t, to, objectstore.Renditions, "results/r.json", "other", 0)
	err = b.RestoreObjects(t.Context(), objectstore.NewShelves(to), time.Now(), nil)
	if err == nil || !strings.Contains(err.Error(), "renditions/results/r.json") {
		t.Errorf("RestoreObjects over other bytes = %v, want their place named", err)
	}
	if _, err := to.Verify(t.Context(), objectstore.Renditions, "results/r.json", "", digestOf("other")); err != nil {
		t.Errorf("the object that was there was changed: %v", err)
	}
}

func TestWhatWasChangedIsNotRestored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pattern string
		say           string
	}{
		{"the dump", "backups/*/catalogue.dump", "was changed"},
		{"the inventory", "backups/*/inventory.jsonl", "was changed"},
		{"the keys", "backups/*/keys.age", "was changed"},
		{"an object", "objects/*/" + digestOf("bản chính").String(), "missing or changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			f := open(t, dir)
			if _, err := f.Make(t.Context(), source(stocked(t))); err != nil {
				t.Fatal(err)
			}
			at, err := filepath.Glob(filepath.Join(dir, c.pattern))
			if err != nil || len(at) != 1 {
				t.Fatalf("glob %s = %v, %v", c.pattern, at, err)
			}
			content, err := os.ReadFile(at[0])
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)/2] ^= 1
			if err := os.WriteFile(at[0], content, 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := f.Find(t.Context(), "")
			if err == nil {
				_, err = b.Verify(t.Context(), nil)
			}
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("a changed backup = %v, want %q", err, c.say)
			}
		})
	}
}

// lying gives other bytes than the digest says.
type lying struct{ objectstore.Shelves }

func (l lying) Open(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	if bucket == custody.Masters {
		return io.NopCloser(strings.NewReader("bản khác")), nil
	}
	return l.Shelves.Open(ctx, bucket, key)
}

func TestDamagedObjectsAreNamedAndLeftOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := source(stocked(t))
	src.Store = lying{src.Store.(objectstore.Shelves)}
	seal, err := open(t, dir).Make(t.Context(), src)
	if err != nil || seal.Objects != 2 || len(seal.Damaged) != 1 {
		t.Errorf("Make = %+v, %v; want the damaged master named", seal, err)
	}
}

func TestAnInterruptedBackupIsNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir)
	src := source(stocked(t))
	src.Dump = func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return fmt.Errorf("pg_dump was killed")
	}
	if _, err := f.Make(t.Context(), src); err == nil {
		t.Fatal("Make succeeded without a dump")
	}
	if err := os.MkdirAll(filepath.Join(dir, "backups", "20200101T000000.000Z.partial"), 0o700); err != nil { // as a kill leaves one
		t.Fatal(err)
	}
	if names, err := f.Names(); err != nil || len(names) != 0 {
		t.Errorf("Names = %v, %v", names, err)
	}
	if _, err := f.Find(t.Context(), ""); err == nil {
		t.Error("Find found a backup")
	}
	if _, err := f.Make(t.Context(), source(stocked(t))); err != nil {
		t.Errorf("Make after an interrupted one: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "backups", "*.partial")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestKeysAreWrittenOnlyWhereTheyAreMissing(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	for name, content := range map[string]string{"admin.token": "a", "keys/one": "1", "keys/two": "2"} {
		p := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, err := backup.ReadKeys(from, "admin.token", "keys", "none")
	if err != nil || len(k) != 3 {
		t.Fatalf("ReadKeys = %v, %v", k, err)
	}
	if err := os.WriteFile(filepath.Join(to, "admin.token"), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if clash, err := k.Conflicts(to); err != nil || len(clash) != 1 || clash[0] != "admin.token" {
		t.Errorf("Conflicts = %v, %v", clash, err)
	}
	if err := k.Write(to); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(to, "admin.token")); string(b) != "other" {
		t.Error("a key that was there was overwritten")
	}
	if st, err := os.Stat(filepath.Join(to, "keys/two")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("keys/two = %v, %v", st, err)
	}
	if err := (backup.Keys{"../out": nil}).Write(to); err == nil {
		t.Error("a key was written outside the folder")
	}
}

// FuzzDecrypt: what is read back under the passphrase is what was written; nothing else is read at all.
func FuzzDecrypt(f *testing.F) {
	var good bytes.Buffer
	if err := (backup.Keys{"a": []byte("b")}).Encrypt(&good, "x"); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 30\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := backup.Decrypt(bytes.NewReader(b), "x")
		if err == nil && string(k["a"]) != "b" && !bytes.Equal(b, good.Bytes()) {
			t.Errorf("Decrypt read %v out of bytes that nobody encrypted", k)
		}
	})
}
