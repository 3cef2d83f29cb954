package purge_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
	"sohoa/internal/purge"
)

// points are all places at which a run may end, in the order in which they are passed.
var points = []string{
	"purge-after-tombstone", "purge-after-substitute", "purge-after-copies", "purge-after-switch", "purge-after-clear", "purge-erase-between", "purge-after-erase",
}

// TestAPurgeBrokenOffAnywhereIsTakenUpAgain: a run ends at each point in turn, as if the process were killed there; the next goes on from what rows and
// store say, up to the next point. In the end nothing of the paper is left and everything else stands.
func TestAPurgeBrokenOffAnywhereIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Start(t)
	file := stack("ngan A", "giay mot", "giay hai", "ngan B", secret+" ba", secret+" bon", "ngan C", "giay nam", "giay sau")
	ids := w.handIn(file)
	w.approved(ids[1])
	for _, point := range points {
		var died any
		waitFor(t, "the run dies "+point, func() bool {
			died = w.dies(point)
			return died != nil
		})
		if fmt.Sprint(died) != point {
			t.Fatalf("the run ended otherwise: %v", died)
		}
	}
	w.finish(w.svc)
	if where := w.told(secret); len(where) > 0 {
		t.Errorf("still told in %v", where)
	}
	v, err := w.Catalogue.Document(t.Context(), ids[2])
	if err != nil || v.Version != 2 || v.PageList[0].Master == fixity.Of(file) {
		t.Errorf("the paper behind it: version %d, %v", v.Version, err)
	}
	w.verify(w.Catalogue)
	w.rebuilt(ids, v.PageList[0].Master)
}

// dies runs a service of its own that ends at a point; nil when the run came to its end before.
func (w *world) dies(point string) (died any) {
	w.t.Helper()
	defer func() { died = recover() }()
	s := purge.New(purge.Deps{
		Catalogue: w.Catalogue, Objects: objectstore.NewEraser(w.store, w.store), Cutter: w.cut, WorkDir: w.t.TempDir(), Now: time.Now,
		Logger: slog.New(slog.DiscardHandler), Failpoint: func(name string) {
			if name == point {
				panic(name)
			}
		},
	})
	if _, err := s.Run(w.t.Context()); err != nil {
		panic(err)
	}
	return nil
}
