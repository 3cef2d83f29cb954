package custody_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/objectstore"
)

func put(w *custodytest.World, bucket objectstore.Bucket, key, content string, lock time.Duration) {
	w.T.Helper()
	var opt objectstore.PutOptions
	if lock > 0 {
		opt.RetainUntil = time.Now().Add(lock)
	}
	if _, err := w.Store.PutOnce(w.T.Context(), bucket, key, reader(content), int64(len(content)), digestOf(content), opt); err != nil {
		w.T.Fatalf("put %s: %v", key, err)
	}
}

func there(w *custodytest.World, bucket, key string) bool {
	w.T.Helper()
	_, err := w.Shelves.Stat(w.T.Context(), bucket, key, "")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.T.Fatal(err)
	}
	return err == nil
}

func TestTheSweepMarksFirstAndRemovesOnlyWhatNobodyWants(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	ctx := t.Context()
	w.Accept("lô", "giữ.pdf", "giữ\nlại")
	w.Work(nil)
	w.Accept("lô", "đang.pdf", "đang làm")
	w.Work(func(t archive.Task) bool { return t.Kind == archive.TaskDescribe }) // its results have rows, its rendition not yet
	busy := archive.DocumentIDFor(archive.AccessionIDFor("u1", "", digestOf("đang làm")), 1)
	orphanAcc := archive.AccessionIDFor("u1", "", digestOf("mồ côi"))
	orphans := []struct {
		bucket objectstore.Bucket
		key    string
	}{
		{objectstore.Masters, archive.MasterKey(digestOf("mồ côi"))},
		{objectstore.Records, archive.AccessionKey(orphanAcc)},
		{objectstore.Records, archive.ManifestKey(archive.DocumentIDFor(orphanAcc, 1), 1)},
		{objectstore.Renditions, archive.RenditionKey(archive.DocumentIDFor(orphanAcc, 1), 1, digestOf("x"))},
		{objectstore.Renditions, archive.ResultKey(digestOf("mồ côi"), 1, "s")},
	}
	for _, o := range orphans {
		content := "mồ côi"
		if o.key == archive.AccessionKey(orphanAcc) {
			content = fmt.Sprintf(`{"id":%q,"unit":"u1","master":%q}`, orphanAcc, digestOf("mồ côi"))
		}
		put(w, o.bucket, o.key, content, 0)
	}
	locked := archive.MasterKey(digestOf("khóa"))
	put(w, objectstore.Masters, locked, "khóa", time.Hour)
	put(w, objectstore.Masters, "somebody/elses", "lạ", 0)
	early := archive.RenditionKey(busy, 1, digestOf("sớm"))
	put(w, objectstore.Renditions, early, "sớm", 0)

	young, err := w.Sweeper(time.Hour).Sweep(ctx)
	if err != nil || young.Marked != 0 || young.Looked == 0 {
		t.Fatalf("a sweep with an hour's grace = %+v, %v; want nothing marked", young, err)
	}
	time.Sleep(1100 * time.Millisecond) // the store tells times to the second
	first, err := w.Sweeper(time.Second).Sweep(ctx)
	if err != nil || first.Marked != len(orphans)+1 || first.Removed != 0 {
		t.Fatalf("first sweep = %+v, %v; want %d marked", first, err, len(orphans)+1)
	}
	for _, o := range orphans {
		if !there(w, string(o.bucket), o.key) {
			t.Errorf("%s was removed at first sight", o.key)
		}
	}
	second, err := w.Sweeper(time.Nanosecond).Sweep(ctx)
	if err != nil || second.Removed != len(orphans) || second.Waiting != 1 {
		t.Fatalf("second sweep = %+v, %v; want %d removed and the locked one waiting", second, err, len(orphans))
	}
	for _, o := range orphans {
		if there(w, string(o.bucket), o.key) {
			t.Errorf("%s is still there", o.key)
		}
	}
	if second.Foreign != 1 || !there(w, custody.Masters, "somebody/elses") {
		t.Errorf("%d foreign objects, want the one that is not ours to stay", second.Foreign)
	}
	if !there(w, custody.Masters, locked) || !there(w, custody.Renditions, early) {
		t.Error("a locked master or the rendition of an unfinished document was removed")
	}
	if n := w.Count(`SELECT count(*) FROM masters`); n != 2 {
		t.Errorf("%d master rows, want those of the two papers", n)
	}
	w.Unring()
	w.Work(nil)
	if r, err := verifier(w, w.Shelves).Verify(ctx, "auditor", ""); err != nil || r.Failed != 0 {
		t.Errorf("Verify after the sweep = %+v, %v", r, err)
	}
	// The locked one is sent after all: the mark goes.
	w.Accept("", "khóa.pdf", "khóa")
	third, err := w.Sweeper(time.Hour).Sweep(ctx)
	if err != nil || third.Unmarked != 1 {
		t.Errorf("third sweep = %+v, %v; want the mark taken back", third, err)
	}
}

func bytesOf(d fixity.Digest) []byte { return d[:] }

func TestAMasterRowWithoutAccessionIsReleased(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	ctx := t.Context()
	put(w, objectstore.Masters, archive.MasterKey(digestOf("cũ")), "cũ", 0)
	if _, err := w.Pool.Exec(ctx, `INSERT INTO masters (digest, size_bytes, object_version, retain_until) VALUES ($1, 3, 'v', now())`, bytesOf(digestOf("cũ"))); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	for range 2 {
		if _, err := w.Sweeper(time.Nanosecond).Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if there(w, custody.Masters, archive.MasterKey(digestOf("cũ"))) || w.Count(`SELECT count(*) FROM masters`) != 0 {
		t.Error("the master that nothing refers to is still there")
	}
}

// TestTheSweepNeverTakesWhatAnAcceptPromised races accepts of the same bytes with sweeps that know no grace, over orphans that no lock
// protects yet: the worst moment a crash can leave behind. Pauses at random widen every gap between two steps of an accept.
func TestTheSweepNeverTakesWhatAnAcceptPromised(t *testing.T) {
	t.Parallel()
	t.Run("on a store that locks", func(t *testing.T) {
		t.Parallel()
		w := custodytest.New(t)
		race(w, objectstore.NewArchive(w.Store), true)
	})
	t.Run("on a store that locks nothing", func(t *testing.T) {
		t.Parallel()
		w := custodytest.New(t)
		race(w, unlocked{w.Store}, false)
	})
}

// unlocked keeps masters without lock, so that the catalogue alone must hold the sweep back.
type unlocked struct{ s *objectstore.Store }

func (u unlocked) PutMaster(ctx context.Context, src io.ReadSeeker, size int64, want fixity.Digest, _ time.Time) (string, error) {
	o, err := u.s.PutOnce(ctx, objectstore.Masters, archive.MasterKey(want), src, size, want, objectstore.PutOptions{})
	return o.VersionID, err
}

func race(w *custodytest.World, masters intake.Masters, withRecord bool) {
	t, ctx := w.T, w.T.Context()
	const rounds = 25
	in, err := intake.New(intake.Deps{
		Masters: masters, Records: objectstore.NewArchive(w.Store), Catalogue: w.Cat, SpoolDir: t.TempDir(), Now: time.Now, Logger: quiet(),
		Failpoint: func(string) { time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := w.Sweeper(time.Nanosecond)
	kept, refused, removed := 0, 0, 0
	for i := range rounds {
		content := fmt.Sprintf("tờ %d", i)
		d := digestOf(content)
		id := archive.AccessionIDFor("u1", "", d)
		put(w, objectstore.Masters, archive.MasterKey(d), content, 0)
		if withRecord {
			put(w, objectstore.Records, archive.AccessionKey(id), fmt.Sprintf(`{"id":%q,"unit":"u1","master":%q,"size_bytes":%d,"name":"tờ.pdf","received_by":"x","received_at":"2024-01-01T00:00:00Z","access":"unit","queue":"batch"}`, id, d, len(content)), 0)
		}
		var wg sync.WaitGroup
		accepted := make([]error, 2)
		for j := range accepted {
			wg.Go(func() {
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
				_, accepted[j] = in.Accept(ctx, intake.Request{Name: "tờ.pdf", Unit: "u1", Actor: "clerk"}, reader(content))
			})
		}
		wg.Go(func() {
			for range 2 {
				r, err := s.Sweep(ctx)
				if err != nil {
					t.Errorf("Sweep: %v", err)
				}
				removed += r.Removed
			}
		})
		wg.Wait()
		for _, err := range accepted {
			if err != nil { // not promised: the sender sends again
				if fault.VerdictOf(err) != fault.Stalled {
					t.Errorf("round %d: %v; want a stall, which is tried again", i, err)
				}
				refused++
				continue
			}
			kept++
			if got, n, err := w.Shelves.Rehash(ctx, custody.Masters, archive.MasterKey(d), ""); err != nil || got != d || n != int64(len(content)) {
				t.Fatalf("round %d: an accepted master is gone: %v", i, err)
			}
			if !there(w, custody.Records, archive.AccessionKey(id)) {
				t.Fatalf("round %d: an accepted record is gone", i)
			}
			if w.Count(`SELECT count(*) FROM masters WHERE digest = $1 AND state = 'held'`, d[:]) != 1 {
				t.Fatalf("round %d: no row of an accepted master", i)
			}
		}
		if _, err := in.Accept(ctx, intake.Request{Name: "tờ.pdf", Unit: "u1", Actor: "clerk"}, reader(content)); err != nil {
			t.Fatalf("round %d: sent again: %v", i, err)
		}
	}
	t.Logf("%d accepts kept, %d refused, %d orphans removed", kept, refused, removed)
	if kept == 0 || removed == 0 {
		t.Error("the race was none: one side always won")
	}
	if r, err := verifier(w, w.Shelves).Verify(ctx, "auditor", ""); err != nil || r.Failed != 0 || r.Objects["master"] != rounds || r.Objects["accession"] != rounds {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}

func TestOnlyOneSweepRuns(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	_, err := w.Cat.Alone(t.Context(), "sweep", func(ctx context.Context) error {
		r, err := w.Sweeper(time.Hour).Sweep(ctx)
		if err != nil || !r.Busy {
			t.Errorf("a second sweep = %+v, %v; want it to stand back", r, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLeftoversAreCleanedByNameAndAge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := time.Now().Add(-48 * time.Hour)
	for name, at := range map[string]time.Time{"fetch-1": old, "fetch-2": time.Now(), "kept": old} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
	n, err := custody.CleanFiles(time.Now(), 24*time.Hour, custody.Leftover{Dir: dir, Pattern: "fetch-*"}, custody.Leftover{Dir: dir + "/none", Pattern: "*"})
	left, _ := filepath.Glob(dir + "/*")
	if err != nil || n != 1 || len(left) != 2 {
		t.Errorf("CleanFiles = %d, %v; left %v", n, err, left)
	}
}

func TestWorkOfUnfinishedDocumentsStays(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	a, b := w.Accept("", "một.pdf", "một"), w.Accept("", "hai.pdf", "hai")
	w.Work(func(t archive.Task) bool {
		return t.Kind == archive.TaskDescribe && t.Document == archive.DocumentIDFor(b.ID, 1)
	})
	done, busy := string(archive.DocumentIDFor(a.ID, 1))+"/x", string(archive.DocumentIDFor(b.ID, 1))+"/x"
	put(w, objectstore.Work, done, "xong", 0)
	put(w, objectstore.Work, busy, "đang", 0)
	time.Sleep(1100 * time.Millisecond)
	n, err := w.Sweeper(time.Nanosecond).CleanWork(t.Context())
	if err != nil || n != 1 || there(w, custody.Work, done) || !there(w, custody.Work, busy) {
		t.Errorf("CleanWork = %d, %v", n, err)
	}
}
