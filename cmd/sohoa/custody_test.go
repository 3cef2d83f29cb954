package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
)

// town is a world in a database of its own, as pg_dump wants it.
type town struct {
	*custodytest.World
	flags []string
}

// database makes an empty database and returns its URL.
func database(t *testing.T) string {
	t.Helper()
	dsn := localtest.Postgres(t)
	name := "town_" + strings.ToLower(rand.Text())
	admin, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func newTown(t *testing.T, dsn string, deps objectstore.Deps) town {
	t.Helper()
	ctx := t.Context()
	if err := postgres.Migrate(ctx, dsn, newLogger(&bytes.Buffer{}, false)); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store, err := objectstore.Open(ctx, deps)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.EnsureBuckets(ctx); err != nil {
		t.Fatal(err)
	}
	return town{World: custodytest.On(t, pool, store), flags: flagsFor(dsn, deps)}
}

func flagsFor(dsn string, deps objectstore.Deps) []string {
	return []string{
		"--database-url", dsn, "--s3-endpoint", deps.Endpoint, "--s3-access-key", deps.AccessKey, "--s3-secret-key", deps.SecretKey,
		"--s3-region", deps.Region, "--s3-prefix", deps.BucketPrefix,
	}
}

// sohoa runs a command and returns what it printed.
func sohoa(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(t.Context(), args, &out, &errs); got != want {
		t.Fatalf("sohoa %s: exit %d, want %d: %s%s", args[0], got, want, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

func TestABackupAnHourOldLosesNothing(t *testing.T) {
	t.Parallel()
	deps := localtest.StoreDeps(t)
	a := newTown(t, database(t), deps)
	for i := range 3 {
		a.Accept("lô một", fmt.Sprintf("trước %d.pdf", i), fmt.Sprintf("Số %d/QĐ-UBND trước\ntrang hai", i))
	}
	a.Work(nil)
	half := a.Accept("lô một", "dở.pdf", "Số 50/QĐ-UBND\ntrang hai")
	a.Work(func(task archive.Task) bool {
		return task.Document == archive.DocumentIDFor(half.ID, 1) && task.Page == 2
	})
	dir := filepath.Join(t.TempDir(), "backup")
	sohoa(t, exitDone, append([]string{"backup", dir}, a.flags...)...)

	// An hour goes by: papers come, papers are archived, the one that was half done too.
	a.Unring()
	a.Work(nil)
	a.Accept("lô hai", "sau.pdf", "Số 60/QĐ-UBND sau")
	a.Accept("", "túi.zip", "ZIP\nSố 61/QĐ-UBND sau\nSố 62/QĐ-UBND sau")
	a.Work(nil)
	late := a.Accept("lô hai", "cuối.pdf", "Số 70/QĐ-UBND cuối")

	t.Run("where the object store outlived the database", func(t *testing.T) {
		dsn := database(t)
		flags := flagsFor(dsn, deps)
		var r custody.RebuildReport
		if err := json.Unmarshal([]byte(sohoa(t, exitDone, append([]string{"restore", "--json", dir}, flags...)...)), &r); err != nil {
			t.Fatal(err)
		}
		if r.Accessions != 5 || r.Versions != 4 || r.Lost+r.Malformed != 0 {
			t.Errorf("restore added %+v, want five accessions and four versions", r)
		}
		if said := sohoa(t, exitUsage, append([]string{"restore", dir}, flags...)...); !strings.Contains(said, "accessions") {
			t.Errorf("a second restore says %q, want what is there", said)
		}
		if said := sohoa(t, exitUsage, append([]string{"rebuild"}, flags...)...); !strings.Contains(said, "accessions") {
			t.Errorf("a rebuild says %q, want what is there", said)
		}
		b := newTown(t, dsn, deps)
		b.Work(nil)
		a.Work(nil)
		if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
			t.Errorf("the restored catalogue differs (-whole +restored):\n%s", d)
		}
		if n := b.Count(`SELECT count(*) FROM outbox`); n != 0 {
			t.Errorf("%d tasks are left over", n)
		}
		sohoa(t, exitDone, append([]string{"verify", "--all"}, flags...)...)
		sohoa(t, exitDone, append([]string{"verify", string(late.ID), "--json"}, flags...)...)
		if _, err := b.Cat.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		sohoa(t, exitDone, append([]string{"audit", "verify"}, flags...)...)
	})
	t.Run("into an empty store", func(t *testing.T) {
		empty := localtest.StoreDeps(t)
		dsn := database(t)
		flags := flagsFor(dsn, empty)
		sohoa(t, exitDone, append([]string{"restore", dir}, flags...)...)
		b := newTown(t, dsn, empty)
		b.Work(nil)
		if n := b.Count(`SELECT count(*) FROM documents WHERE processing = 'archived'`); n != 4 {
			t.Errorf("%d documents archived, want the four of the backup", n)
		}
		sohoa(t, exitDone, append([]string{"verify", "--all"}, flags...)...)
		sohoa(t, exitDone, append([]string{"sweep", "--grace", "1ns", "--json"}, flags...)...)
		sohoa(t, exitDone, append([]string{"verify", "--all"}, flags...)...)
		c := newTown(t, database(t), empty)
		sohoa(t, exitDone, append([]string{"rebuild"}, c.flags...)...)
		if d := cmp.Diff(b.Dump(), c.Dump()); d != "" {
			t.Errorf("the catalogue rebuilt from the restored store differs (-restored +rebuilt):\n%s", d)
		}
	})
}

func TestVerifyExitsAsStalledWhenSomethingIsFound(t *testing.T) {
	t.Parallel()
	deps := localtest.StoreDeps(t)
	a := newTown(t, database(t), deps)
	acc := a.Accept("", "một.pdf", "một")
	a.Work(nil)
	v, err := a.Cat.Document(t.Context(), archive.DocumentIDFor(acc.ID, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Shelves.Delete(t.Context(), custody.Renditions, v.Rendition.Key, ""); err != nil {
		t.Fatal(err)
	}
	said := sohoa(t, exitStalled, append([]string{"verify", string(acc.ID), "--json"}, a.flags...)...)
	if !strings.Contains(said, `"finding":"missing"`) || !strings.Contains(said, `"failed":1`) {
		t.Errorf("verify says %q", said)
	}
	sohoa(t, exitUsage, append([]string{"verify"}, a.flags...)...)
	sohoa(t, exitRejected, append([]string{"verify", "nobody"}, a.flags...)...)
}
