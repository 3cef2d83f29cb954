package local

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

func fakeSyncer(t *testing.T, call func(fd int) error) *Syncer {
	t.Helper()
	s, err := NewSyncer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.call = call
	return s
}

func TestCallersThatComeTogetherShareASync(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := NewSyncer(dir)
		if err != nil {
			t.Fatal(err)
		}
		var calls atomic.Int64
		s.call = func(int) error { calls.Add(1); time.Sleep(time.Second); return nil }
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Sync(t.Context()) })
		synctest.Wait() // the first call is on its way, so it may not cover what comes now
		for range 50 {
			wg.Go(func() {
				if err := s.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := calls.Load(); n != 2 {
			t.Errorf("51 callers made %d syncs, want 2: the one that ran, and one for all that came meanwhile", n)
		}
		if err := s.Sync(t.Context()); err != nil || calls.Load() != 3 {
			t.Errorf("a later caller: %v, %d syncs in all, want one more", err, calls.Load())
		}
	})
}

func TestASyncBeginsAfterItsCallerCame(t *testing.T) {
	t.Parallel()
	var began atomic.Int64
	s := fakeSyncer(t, func(int) error { began.Add(1); return nil })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				before := began.Load()
				if err := s.Sync(t.Context()); err != nil {
					t.Error(err)
				}
				if began.Load() == before {
					t.Error("Sync returned without a sync that began after it was asked")
				}
			}
		})
	}
	wg.Wait()
}

func TestEveryWaiterHearsOfAFailedSync(t *testing.T) {
	t.Parallel()
	s := fakeSyncer(t, func(int) error { return unix.EIO })
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := s.Sync(t.Context()); !errors.Is(err, unix.EIO) {
				t.Errorf("Sync = %v, want the kernel's error", err)
			}
		})
	}
	wg.Wait()
}

func TestAnImpatientCallerPromisesNothing(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := fakeSyncer(t, func(int) error { <-release; return nil })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Sync = %v", err)
	}
}

func TestSyncfsWorksHere(t *testing.T) {
	t.Parallel()
	s, err := NewSyncer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Sync(t.Context()), s.Close()); err != nil {
		t.Error(err)
	}
}
