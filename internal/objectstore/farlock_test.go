package objectstore_test

import (
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
)

func TestALockReachesAsFarAsWhatIsKeptForEver(t *testing.T) {
	t.Parallel()
	s, err := objectstore.Open(t.Context(), localtest.StoreDeps(t))
	if err == nil {
		err = s.EnsureBuckets(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	a := objectstore.NewArchive(s)
	id := archive.DocumentIDFor(archive.AccessionID("00000000-0000-8000-8000-000000000001"), 1)
	key, body := archive.ManifestKey(id, 1), []byte("{}\n")
	soon, far := time.Now().Add(2*365*24*time.Hour).UTC().Truncate(time.Second), archive.Retention{Permanent: true}.Until(time.Now())
	if err := a.PutManifest(t.Context(), key, body, soon); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again changes nothing
		if err := a.ExtendManifestLock(t.Context(), key, far); err != nil {
			t.Fatalf("extend to %s: %v", far, err)
		}
	}
	if err := a.ExtendManifestLock(t.Context(), key, soon); err != nil {
		t.Errorf("a lock that reaches further already: %v", err)
	}
	if err := a.PutManifest(t.Context(), key, body, far); err != nil {
		t.Errorf("the same manifest again: %v", err)
	}
	second := archive.ManifestKey(id, 2)
	if err := a.PutManifest(t.Context(), second, body, far); err != nil {
		t.Errorf("put under a far lock: %v", err)
	}
}
