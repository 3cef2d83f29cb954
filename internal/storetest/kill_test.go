package storetest

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/local"
	"sohoa/internal/objectstore"
)

// TestKillingTheGatewayLosesNothingAnswered writes from several goroutines while the gateway is killed again and again.
// Afterwards each object that PutOnce promised is there, whole and once; the rest is there whole or not at all.
func TestKillingTheGatewayLosesNothingAnswered(t *testing.T) {
	t.Parallel()
	const rounds, writers = 8, 6
	dir, err := os.MkdirTemp("/tmp", "sohoakill-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := local.OwnDir(filepath.Join(dir, "data"), ""); err != nil {
		t.Fatal(err)
	}
	g, err := local.StartGateway(t.Context(), local.GatewayConfig{
		Command: []string{"/proc/self/exe", "gateway"}, Dir: filepath.Join(dir, "data", "s3"), Listen: filepath.Join(dir, "data", "s3.sock"),
		Logger: slog.New(slog.DiscardHandler), AccessKey: "key", SecretKey: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Stop)
	s := Open(t, objectstore.Deps{Endpoint: g.Endpoint(), AccessKey: "key", SecretKey: "secret"})

	type written struct {
		object  objectstore.Object
		content []byte
		err     error
	}
	var all []written
	var mu sync.Mutex
	var stop atomic.Bool
	var answered, refused atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			rnd := mathrand.New(mathrand.NewPCG(uint64(w), 1))
			for i := 0; !stop.Load(); i++ {
				content := bytesOf(uint64(w*1000+i), 1+rnd.IntN(200<<10))
				key := fixity.Of(content).String()
				obj, err := s.PutOnce(t.Context(), objectstore.Masters, key, bytes.NewReader(content), int64(len(content)), fixity.Of(content), objectstore.PutOptions{})
				if err == nil {
					answered.Add(1)
				} else {
					obj.Key = key
					refused.Add(1)
				}
				mu.Lock()
				all = append(all, written{obj, content, err})
				mu.Unlock()
			}
		})
	}
	rnd := mathrand.New(mathrand.NewPCG(7, 7))
	for range rounds {
		before := answered.Load()
		deadline := time.Now().Add(time.Minute)
		for answered.Load() < before+2 || g.PID() == 0 { // in the midst of work
			if time.Now().After(deadline) {
				t.Error("nothing was written for a minute")
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
		if pid := g.PID(); pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop.Store(true)
	wg.Wait()
	for deadline := time.Now().Add(time.Minute); !g.Ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the gateway did not come back")
		}
	}

	for _, w := range all {
		d := fixity.Of(w.content)
		if w.err != nil {
			if fault.CodeOf(w.err) != fault.StoreUnavailable {
				t.Errorf("a killed gateway was reported as %v", w.err)
			}
			if _, err := s.Verify(t.Context(), objectstore.Masters, w.object.Key, "", d); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an object that was not promised is there in part: %v", err)
			}
			continue
		}
		if _, err := s.Verify(t.Context(), objectstore.Masters, w.object.Key, w.object.VersionID, d); err != nil {
			t.Errorf("a promised object is lost: %v", err)
		}
	}
	t.Logf("%d promised, %d refused, over %d kills", answered.Load(), refused.Load(), rounds)
}
