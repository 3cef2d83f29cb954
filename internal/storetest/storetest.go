// Package storetest is the suite that every object store must pass before the archive trusts it.
//
// Run takes any store. The package's own test runs it on the embedded gateway and, when SOHOA_TEST_S3_ENDPOINT is set
// (with SOHOA_TEST_S3_ACCESS_KEY, SOHOA_TEST_S3_SECRET_KEY and perhaps _REGION and _SECURE=true), on that server, where
// it leaves buckets behind whose names begin with "t": locked objects cannot be removed at once.
package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
)

// Run tries everything on the store that deps leads to. The endpoint is host:port, so that a proxy can stand between.
func Run(t *testing.T, deps func(t *testing.T) objectstore.Deps) {
	open := func(t *testing.T) *objectstore.Store {
		t.Helper()
		return Open(t, deps(t))
	}
	t.Run("what is put comes back", func(t *testing.T) { t.Parallel(); comesBack(t, open(t)) })
	t.Run("the same bytes again are the same object", func(t *testing.T) { t.Parallel(); sameAgain(t, open(t)) })
	t.Run("other bytes under the same key are refused", func(t *testing.T) { t.Parallel(); otherBytes(t, open(t)) })
	t.Run("a wrong digest stores nothing", func(t *testing.T) { t.Parallel(); wrongDigest(t, open(t)) })
	t.Run("a source that fails or ends early stores nothing", func(t *testing.T) { t.Parallel(); badSource(t, open(t)) })
	t.Run("of many writers at once one makes the object", func(t *testing.T) { t.Parallel(); race(t, open(t)) })
	t.Run("a big object passes whole", func(t *testing.T) { t.Parallel(); big(t, open(t)) })
	t.Run("keys of our making pass and others do not", func(t *testing.T) { t.Parallel(); keys(t, open(t)) })
	t.Run("a missing object is fs.ErrNotExist", func(t *testing.T) { t.Parallel(); missing(t, open(t)) })
	t.Run("any range can be read", func(t *testing.T) { t.Parallel(); ranges(t, open(t)) })
	t.Run("listing is in byte order, by pages, from any key", func(t *testing.T) { t.Parallel(); list(t, open(t)) })
	t.Run("a lock holds, grows and ends", func(t *testing.T) { t.Parallel(); lock(t, open(t)) })
	t.Run("deleting removes one version", func(t *testing.T) { t.Parallel(); remove(t, open(t)) })
	t.Run("verify reads every byte", func(t *testing.T) { t.Parallel(); verify(t, open(t)) })
	t.Run("the probe finds nothing wrong", func(t *testing.T) { t.Parallel(); probe(t, open(t)) })
	t.Run("buckets can be made by many at once", func(t *testing.T) { t.Parallel(); buckets(t, deps(t)) })
	t.Run("a cut connection costs nothing", func(t *testing.T) { t.Parallel(); cuts(t, deps(t)) })
	t.Run("a store that is down is a stall, soon", func(t *testing.T) { t.Parallel(); down(t, deps(t)) })
	t.Run("a wrong key is a stall that tells no secret", func(t *testing.T) { t.Parallel(); wrongKey(t, deps(t)) })
}

// Open opens the store and makes its buckets.
func Open(t testing.TB, d objectstore.Deps) *objectstore.Store {
	t.Helper()
	s, err := objectstore.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureBuckets(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// all are the kinds of bucket: with versions and lock, and without.
var all = []objectstore.Bucket{objectstore.Masters, objectstore.Work}

func newKey() string { return "k/" + strings.ToLower(rand.Text()) }

// bytesOf makes n bytes that do not compress, the same for the same seed.
func bytesOf(seed uint64, n int) []byte {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

func put(t *testing.T, s *objectstore.Store, b objectstore.Bucket, key string, content []byte, opt objectstore.PutOptions) objectstore.Object {
	t.Helper()
	obj, err := s.PutOnce(t.Context(), b, key, bytes.NewReader(content), int64(len(content)), fixity.Of(content), opt)
	if err != nil {
		t.Fatalf("PutOnce %s/%s: %v", b, key, err)
	}
	return obj
}

func get(t *testing.T, s *objectstore.Store, b objectstore.Bucket, key, version string) []byte {
	t.Helper()
	r, _, err := s.Open(t.Context(), b, key, version)
	if err != nil {
		t.Fatalf("Open %s/%s: %v", b, key, err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s/%s: %v", b, key, err)
	}
	return content
}

func absent(t *testing.T, s *objectstore.Store, b objectstore.Bucket, key string) {
	t.Helper()
	if _, err := s.Stat(t.Context(), b, key, ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s/%s is there, or Stat fails otherwise: %v", b, key, err)
	}
}

func wantCode(t *testing.T, what string, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want || err == nil {
		t.Errorf("%s = %v, want %s", what, err, want)
	}
}

func comesBack(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		for _, n := range []int{0, 1, 4096, 1<<20 + 7} {
			key, content := newKey(), bytesOf(uint64(n), n)
			obj := put(t, s, b, key, content, objectstore.PutOptions{MediaType: "application/pdf"})
			if obj.Key != key || obj.Digest != fixity.Of(content) || obj.SizeBytes != int64(n) || (obj.VersionID != "") != b.Locked() {
				t.Errorf("PutOnce of %d bytes into %s told %+v", n, b, obj)
			}
			if got := get(t, s, b, key, obj.VersionID); !bytes.Equal(got, content) {
				t.Errorf("%d bytes in %s came back as %d others", n, b, len(got))
			}
			st, err := s.Stat(t.Context(), b, key, "")
			if err != nil || st.SizeBytes != int64(n) || st.MediaType != "application/pdf" || st.VersionID != obj.VersionID || time.Since(st.ModTime).Abs() > time.Hour {
				t.Errorf("Stat = %+v, %v", st, err)
			}
		}
	}
}

func sameAgain(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		for _, n := range []int{9, 300 << 10} {
			key, content := newKey(), bytesOf(1, n)
			first := put(t, s, b, key, content, objectstore.PutOptions{})
			second := put(t, s, b, key, content, objectstore.PutOptions{})
			if first.VersionID != second.VersionID || first.Digest != second.Digest || first.SizeBytes != second.SizeBytes {
				t.Errorf("in %s the second PutOnce told %+v, the first %+v", b, second, first)
			}
			// A source that can be read only once.
			third, err := s.PutOnce(t.Context(), b, key, io.MultiReader(bytes.NewReader(content)), int64(n), first.Digest, objectstore.PutOptions{})
			if err != nil || third.VersionID != first.VersionID {
				t.Errorf("in %s the third PutOnce = %+v, %v", b, third, err)
			}
		}
	}
}

func otherBytes(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		for name, other := range map[string][]byte{"same size": []byte("twin"), "longer": []byte("scan!"), "empty": nil, "big": bytesOf(2, 1<<20)} {
			key := newKey()
			put(t, s, b, key, []byte("scan"), objectstore.PutOptions{})
			_, err := s.PutOnce(t.Context(), b, key, bytes.NewReader(other), int64(len(other)), fixity.Of(other), objectstore.PutOptions{})
			wantCode(t, name+" in "+string(b), err, fault.AccessionConflict)
			if got := get(t, s, b, key, ""); string(got) != "scan" {
				t.Errorf("%s in %s: the object became %q", name, b, got)
			}
		}
	}
}

func wrongDigest(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		for _, n := range []int{4, 1 << 20} {
			key, content := newKey(), bytesOf(3, n)
			_, err := s.PutOnce(t.Context(), b, key, bytes.NewReader(content), int64(n), fixity.Of([]byte("other")), objectstore.PutOptions{})
			wantCode(t, fmt.Sprintf("%d bytes into %s", n, b), err, fault.FixityMismatch)
			absent(t, s, b, key)
			put(t, s, b, key, content, objectstore.PutOptions{}) // and the key is still free
		}
	}
	if _, err := s.PutOnce(t.Context(), objectstore.Work, newKey(), strings.NewReader(""), 0, fixity.Digest{}, objectstore.PutOptions{}); err == nil {
		t.Error("PutOnce took a digest that was never set")
	}
}

var errBroken = errors.New("disk is broken")

func badSource(t *testing.T, s *objectstore.Store) {
	content := bytesOf(4, 1<<20)
	d, n := fixity.Of(content), int64(1<<20)
	half := func() io.Reader { return bytes.NewReader(content[:n/2]) }
	for name, src := range map[string]io.Reader{
		"a stream that fails":      io.MultiReader(half(), brokenReader{}),
		"a stream that ends":       io.MultiReader(half()),
		"a file that is too short": half(),
	} {
		key := newKey()
		_, err := s.PutOnce(t.Context(), objectstore.Masters, key, src, n, d, objectstore.PutOptions{})
		if name == "a stream that fails" {
			if !errors.Is(err, errBroken) || fault.VerdictOf(err) != fault.Stalled {
				t.Errorf("%s = %v, want the stream's own error, stalled", name, err)
			}
		} else {
			wantCode(t, name, err, fault.FixityMismatch)
		}
		absent(t, s, objectstore.Masters, key)
	}

	key := newKey()
	longer := bytes.NewReader(append(bytes.Clone(content), "and more"...))
	if _, err := s.PutOnce(t.Context(), objectstore.Masters, key, longer, n, d, objectstore.PutOptions{}); err != nil {
		t.Errorf("a source that goes on after the size: %v", err)
	}
	middle := bytes.NewReader(append([]byte("head"), content...))
	if _, err := middle.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutOnce(t.Context(), objectstore.Masters, newKey(), middle, n, d, objectstore.PutOptions{}); err != nil {
		t.Errorf("a source that stands in its middle: %v", err)
	}
	closer := &closeWatch{Reader: bytes.NewReader(content)}
	if _, err := s.PutOnce(t.Context(), objectstore.Masters, newKey(), closer, n, d, objectstore.PutOptions{}); err != nil || closer.closed {
		t.Errorf("PutOnce = %v, closed its source: %v", err, closer.closed)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

type closeWatch struct {
	*bytes.Reader
	closed bool
}

func (c *closeWatch) Close() error { c.closed = true; return nil }

func race(t *testing.T, s *objectstore.Store) {
	const writers = 16
	for _, n := range []int{40, 400 << 10} {
		for name, content := range map[string]func(i int) []byte{
			"same content":  func(int) []byte { return bytesOf(5, n) },
			"other content": func(i int) []byte { return bytesOf(uint64(100+i), n) },
		} {
			for range 4 {
				key := newKey()
				objs, errs := make([]objectstore.Object, writers), make([]error, writers)
				var wg sync.WaitGroup
				for i := range writers {
					wg.Go(func() {
						c := content(i)
						objs[i], errs[i] = s.PutOnce(t.Context(), objectstore.Masters, key, bytes.NewReader(c), int64(n), fixity.Of(c), objectstore.PutOptions{})
					})
				}
				wg.Wait()
				versions := map[string]bool{}
				winner, wins := -1, 0
				for i, err := range errs {
					if err == nil {
						versions[objs[i].VersionID], winner, wins = true, i, wins+1
					} else if name == "same content" || fault.CodeOf(err) != fault.AccessionConflict {
						t.Errorf("%s: writer %d: %v", name, i, err)
					}
				}
				if len(versions) != 1 || (name == "other content" && wins != 1) {
					t.Fatalf("%s: %d writers won, with %d versions", name, wins, len(versions))
				}
				if got := get(t, s, objectstore.Masters, key, ""); !bytes.Equal(got, content(winner)) {
					t.Errorf("%s: the object is not the winner's", name)
				}
			}
		}
	}
}

func big(t *testing.T, s *objectstore.Store) {
	const n = 64 << 20
	content := bytesOf(6, n)
	d := fixity.Of(content)
	for name, src := range map[string]io.Reader{"a file": bytes.NewReader(content), "a stream": io.MultiReader(bytes.NewReader(content))} {
		key := newKey()
		if _, err := s.PutOnce(t.Context(), objectstore.Masters, key, src, n, d, objectstore.PutOptions{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := s.Verify(t.Context(), objectstore.Masters, key, "", d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func keys(t *testing.T, s *objectstore.Store) {
	for _, key := range []string{
		"a", "A", "0", "_x", "a=b", "a.b.c", "accessions/0198c0de.json",
		"sha256/ab/" + strings.Repeat("ab", 32), strings.Repeat("d/", 40) + "deep", strings.Repeat("n", 200),
		"x/" + strings.Repeat("n", 200) + "/" + strings.Repeat("m", 200),
	} {
		put(t, s, objectstore.Records, key, []byte(key), objectstore.PutOptions{})
		if got := get(t, s, objectstore.Records, key, ""); string(got) != key {
			t.Errorf("key %q holds %q", key, got)
		}
	}
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", ".hidden", "a/.sgwtmp", "-x", "a b", "a\x00b", "a\nb", "số", "a%2fb", "a+b", "a?b", "a\\b",
		strings.Repeat("n", 201), strings.Repeat("d/", 300) + "x",
	} {
		if _, err := s.PutOnce(t.Context(), objectstore.Records, key, strings.NewReader("x"), 1, fixity.Of([]byte("x")), objectstore.PutOptions{}); err == nil || fault.VerdictOf(err) != fault.Stalled {
			t.Errorf("PutOnce under %q = %v, want a refusal that stalls: a wrong key is a bug of ours", key, err)
		}
		if _, err := s.Stat(t.Context(), objectstore.Records, key, ""); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Stat of %q = %v, want a refusal", key, err)
		}
	}
}

func missing(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		key := newKey()
		absent(t, s, b, key)
		if _, _, err := s.Open(t.Context(), b, key, ""); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open = %v", err)
		}
		if _, _, err := s.OpenRange(t.Context(), b, key, "", 0, 1); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("OpenRange = %v", err)
		}
		if _, err := s.Verify(t.Context(), b, key, "", fixity.Of(nil)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Verify = %v", err)
		}
	}
	if _, err := s.Lock(t.Context(), objectstore.Masters, newKey(), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Lock = %v", err)
	}
	// A folder of the file system below is no object.
	put(t, s, objectstore.Masters, "folder/"+newKey(), []byte("x"), objectstore.PutOptions{})
	absent(t, s, objectstore.Masters, "folder")
}

func ranges(t *testing.T, s *objectstore.Store) {
	const n = 300_000
	for _, b := range all {
		key, content := newKey(), bytesOf(7, n)
		obj := put(t, s, b, key, content, objectstore.PutOptions{})
		for _, r := range [][2]int64{{0, 0}, {0, 1}, {0, n}, {1, n - 1}, {n - 1, 1}, {n, 0}, {70_000, 140_000}} {
			rc, _, err := s.OpenRange(t.Context(), b, key, obj.VersionID, r[0], r[1])
			if err != nil {
				t.Errorf("range %v: %v", r, err)
				continue
			}
			got, err := io.ReadAll(rc)
			if err != nil || !bytes.Equal(got, content[r[0]:r[0]+r[1]]) {
				t.Errorf("range %v gave %d bytes, %v", r, len(got), err)
			}
			if err := rc.Close(); err != nil {
				t.Error(err)
			}
		}
		for _, r := range [][2]int64{{-1, 1}, {0, -1}, {0, n + 1}, {n, 1}, {n + 1, 0}, {1, 1<<63 - 1}} {
			_, _, err := s.OpenRange(t.Context(), b, key, obj.VersionID, r[0], r[1])
			wantCode(t, fmt.Sprintf("range %v", r), err, fault.RangeInvalid)
		}
		seeker, _, err := s.Open(t.Context(), b, key, obj.VersionID)
		if err != nil {
			t.Fatal(err)
		}
		rnd := mathrand.New(mathrand.NewPCG(1, 2))
		for range 30 {
			at := rnd.Int64N(n)
			if _, err := seeker.Seek(at-n, io.SeekEnd); err != nil {
				t.Fatal(err)
			}
			part := make([]byte, min(5000, n-at))
			if _, err := io.ReadFull(seeker, part); err != nil || !bytes.Equal(part, content[at:at+int64(len(part))]) {
				t.Fatalf("after seeking to %d: other bytes, or %v", at, err)
			}
		}
		if _, err := seeker.Seek(-1, io.SeekStart); err == nil {
			t.Error("seeking before the start was allowed")
		}
		if _, err := seeker.Seek(10, io.SeekEnd); err != nil {
			t.Error(err)
		}
		if k, err := seeker.Read(make([]byte, 1)); k != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("reading behind the end = %d, %v", k, err)
		}
		if err := seeker.Close(); err != nil {
			t.Error(err)
		}
		if _, err := seeker.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("reading after Close = %v", err)
		}
	}
}

func list(t *testing.T, s *objectstore.Store) {
	const n = 2100 // more than two pages
	want := make([]string, 0, n)
	var wg sync.WaitGroup
	free := make(chan struct{}, 16)
	for i := range n {
		// Neighbours that sort otherwise as folders than as bytes: '-' and '.' before '/', digits after it.
		key := fmt.Sprintf("list/%03d%s%d", i/7, []string{"-", ".", "/", "0", "/x-", "/x/", "_"}[i%7], i)
		want = append(want, key)
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if _, err := s.PutOnce(t.Context(), objectstore.Renditions, key, strings.NewReader("x"), 1, fixity.Of([]byte("x")), objectstore.PutOptions{}); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		})
	}
	wg.Wait()
	slices.Sort(want)
	collect := func(prefix, after string) []string {
		var got []string
		for obj, err := range s.List(t.Context(), objectstore.Renditions, prefix, after) {
			if err != nil {
				t.Fatal(err)
			}
			if obj.SizeBytes != 1 {
				t.Fatalf("%s has %d bytes in the list", obj.Key, obj.SizeBytes)
			}
			got = append(got, obj.Key)
		}
		return got
	}
	if got := collect("list/", ""); !slices.Equal(got, want) {
		t.Errorf("listed %d keys, want %d; first difference: %s", len(got), len(want), firstDifference(got, want))
	}
	for _, i := range []int{0, 999, 1000, n / 2, n - 2, n - 1} {
		if got := collect("list/", want[i]); !slices.Equal(got, want[i+1:]) {
			t.Errorf("after %s: listed %d keys, want %d; first difference: %s", want[i], len(got), n-i-1, firstDifference(got, want[i+1:]))
		}
	}
	if got := collect("list/", "list/0999"); len(got) == 0 || got[0] <= "list/0999" { // a key that is not there
		t.Errorf("after a key that is not there: %d keys", len(got))
	}
	if got := collect("list/1", ""); len(got) != 700 {
		t.Errorf("under list/1: %d keys, want 700", len(got))
	}
	if got := collect("none/", ""); got != nil {
		t.Errorf("under an unknown prefix: %v", got)
	}
	seen := 0
	for range s.List(t.Context(), objectstore.Renditions, "list/", "") {
		if seen++; seen == 3 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var last error
	for _, err := range s.List(ctx, objectstore.Renditions, "list/", "") {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("a cancelled listing ends with %v, as if it were whole", last)
	}
	cancel()
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%q instead of %q at %d", got[i], want[i], i)
		}
	}
	return "the length"
}

func lock(t *testing.T, s *objectstore.Store) {
	now := time.Now()
	soon, later := now.Add(4*time.Second), now.Add(6*time.Second)
	obj := put(t, s, objectstore.Masters, newKey(), []byte("scan"), objectstore.PutOptions{RetainUntil: soon})
	until := func() time.Time {
		t.Helper()
		u, err := s.Lock(t.Context(), objectstore.Masters, obj.Key, obj.VersionID)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := until(); u.Sub(soon).Abs() > time.Second {
		t.Errorf("locked until %v, want %v", u, soon)
	}
	wantCode(t, "deleting a locked version", s.Delete(t.Context(), objectstore.Masters, obj.Key, obj.VersionID), fault.DisposalHeld)
	// The same bytes again, wanted for longer, make the lock longer; for less long they change nothing.
	put(t, s, objectstore.Masters, obj.Key, []byte("scan"), objectstore.PutOptions{RetainUntil: later})
	if u := until(); u.Sub(later).Abs() > time.Second {
		t.Errorf("after the same bytes again: locked until %v, want %v", u, later)
	}
	put(t, s, objectstore.Masters, obj.Key, []byte("scan"), objectstore.PutOptions{RetainUntil: soon})
	if err := s.ExtendLock(t.Context(), objectstore.Masters, obj.Key, obj.VersionID, soon); err != nil {
		t.Error(err)
	}
	if u := until(); u.Sub(later).Abs() > time.Second {
		t.Errorf("a lock became shorter: %v, want %v", u, later)
	}
	if string(get(t, s, objectstore.Masters, obj.Key, obj.VersionID)) != "scan" {
		t.Error("the locked object changed")
	}
	free := put(t, s, objectstore.Masters, newKey(), []byte("free"), objectstore.PutOptions{})
	if u, err := s.Lock(t.Context(), objectstore.Masters, free.Key, free.VersionID); err != nil || !u.IsZero() {
		t.Errorf("an object without lock tells %v, %v", u, err)
	}
	if _, err := s.PutOnce(t.Context(), objectstore.Work, newKey(), strings.NewReader("x"), 1, fixity.Of([]byte("x")), objectstore.PutOptions{RetainUntil: soon}); err == nil {
		t.Error("a bucket without lock promised one")
	}
	if err := s.ExtendLock(t.Context(), objectstore.Work, newKey(), "", soon); err == nil {
		t.Error("a bucket without lock promised to extend one")
	}
	time.Sleep(time.Until(later.Add(1500 * time.Millisecond))) // the event is the clock itself
	if err := s.Delete(t.Context(), objectstore.Masters, obj.Key, obj.VersionID); err != nil {
		t.Errorf("deleting after the lock has ended: %v", err)
	}
	absent(t, s, objectstore.Masters, obj.Key)
}

func remove(t *testing.T, s *objectstore.Store) {
	for _, b := range all {
		obj := put(t, s, b, newKey(), []byte("scan"), objectstore.PutOptions{})
		for range 2 { // the second time there is nothing left, which is as good
			if err := s.Delete(t.Context(), b, obj.Key, obj.VersionID); err != nil {
				t.Errorf("Delete in %s: %v", b, err)
			}
		}
		absent(t, s, b, obj.Key)
		again := put(t, s, b, obj.Key, []byte("another"), objectstore.PutOptions{})
		if got := get(t, s, b, obj.Key, again.VersionID); string(got) != "another" {
			t.Errorf("after deletion the key holds %q", got)
		}
	}
	if err := s.Delete(t.Context(), objectstore.Masters, newKey(), ""); err == nil {
		t.Error("Delete without a version was allowed where versions are kept")
	}
}

func verify(t *testing.T, s *objectstore.Store) {
	content := bytesOf(8, 2<<20)
	obj := put(t, s, objectstore.Masters, newKey(), content, objectstore.PutOptions{})
	if got, err := s.Verify(t.Context(), objectstore.Masters, obj.Key, obj.VersionID, obj.Digest); err != nil || got.SizeBytes != 2<<20 {
		t.Errorf("Verify = %+v, %v", got, err)
	}
	_, err := s.Verify(t.Context(), objectstore.Masters, obj.Key, obj.VersionID, fixity.Of([]byte("other")))
	wantCode(t, "Verify against another digest", err, fault.FixityMismatch)
}

func probe(t *testing.T, s *objectstore.Store) {
	found := objectstore.Probe(t.Context(), s)
	if len(found) < 9 {
		t.Errorf("only %d things were tried", len(found))
	}
	for _, f := range found {
		if !f.OK || f.Cure != "" {
			t.Errorf("the store does not do this: %s: %s (%s)", f.Name, f.Detail, f.Cure)
		}
	}
}

func buckets(t *testing.T, d objectstore.Deps) {
	s, err := objectstore.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Ping without buckets", s.Ping(t.Context()), fault.StoreUnavailable)
	_, err = s.PutOnce(t.Context(), objectstore.Masters, newKey(), strings.NewReader("x"), 1, fixity.Of([]byte("x")), objectstore.PutOptions{})
	wantCode(t, "PutOnce without buckets", err, fault.StoreUnavailable)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := s.EnsureBuckets(t.Context()); err != nil {
				t.Errorf("EnsureBuckets: %v", err)
			}
		})
	}
	wg.Wait()
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
}

func down(t *testing.T, d objectstore.Deps) {
	s := Open(t, d)
	p := newProxy(t, d.Endpoint)
	through := d
	through.Endpoint = p.addr
	s2, err := objectstore.Open(t.Context(), through)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, objectstore.Masters, "down", []byte("scan"), objectstore.PutOptions{})
	p.close()
	began := time.Now()
	_, err = s2.Stat(t.Context(), objectstore.Masters, "down", "")
	wantCode(t, "Stat", err, fault.StoreUnavailable)
	_, err = s2.PutOnce(t.Context(), objectstore.Masters, newKey(), strings.NewReader("x"), 1, fixity.Of([]byte("x")), objectstore.PutOptions{})
	wantCode(t, "PutOnce", err, fault.StoreUnavailable)
	for _, err := range s2.List(t.Context(), objectstore.Masters, "", "") {
		wantCode(t, "List", err, fault.StoreUnavailable)
	}
	wantCode(t, "Delete", s2.Delete(t.Context(), objectstore.Work, newKey(), ""), fault.StoreUnavailable)
	if took := time.Since(began); took > 40*time.Second {
		t.Errorf("four refusals took %v", took)
	}
	if _, err := objectstore.Open(t.Context(), through); fault.CodeOf(err) != fault.StoreUnavailable {
		t.Errorf("Open = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Stat(ctx, objectstore.Masters, "down", ""); !errors.Is(err, context.Canceled) || fault.VerdictOf(err) != fault.Stalled {
		t.Errorf("a cancelled Stat = %v", err)
	}
}

func wrongKey(t *testing.T, d objectstore.Deps) {
	Open(t, d)
	d.SecretKey = "not-the-secret-at-all"
	s, err := objectstore.Open(t.Context(), d)
	if err == nil {
		_, err = s.Stat(t.Context(), objectstore.Masters, newKey(), "")
	}
	wantCode(t, "a wrong secret", err, fault.StoreUnavailable)
	if err != nil && strings.Contains(err.Error(), d.SecretKey) {
		t.Errorf("the secret stands in the error: %v", err)
	}
}
