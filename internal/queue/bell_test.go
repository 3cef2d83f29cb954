package queue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"sohoa/internal/archive"
	"sohoa/internal/localtest"
	"sohoa/internal/queue"
)

func TestRingIsHeardOnceAndForgottenAfterFlush(t *testing.T) {
	t.Parallel()
	r := localtest.Redis(t)
	b, err := queue.Open(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx := t.Context()
	if forgot, err := b.Forgot(ctx); err != nil || !forgot {
		t.Fatalf("Forgot on a new Redis = %v, %v; want true", forgot, err)
	}
	if forgot, err := b.Forgot(ctx); err != nil || forgot {
		t.Fatalf("Forgot a second time = %v, %v; want false", forgot, err)
	}
	ring := archive.Ring{ID: 7, Rings: 1, Kind: archive.TaskInspect, Queue: archive.Backlog}
	for range 2 { // ringing twice is noticed
		if err := b.Ring(ctx, ring, queue.Policy{MaxRetry: 1, Timeout: time.Minute}); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := b.Known(ring); err != nil || !known {
		t.Errorf("Known = %v, %v; want true", known, err)
	}
	if known, err := b.Known(archive.Ring{ID: 7, Rings: 2, Queue: archive.Backlog}); err != nil || known {
		t.Errorf("Known of a ring never made = %v, %v; want false", known, err)
	}
}

func TestURLsOfEveryKindOfRedis(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"redis://localhost:6379/0", "rediss://:p@h:6380", "unix:///run/r.sock", "redis-sentinel://a:1,b:2?master=m", "redis-cluster://a:1"} {
		if _, err := queue.ParseURL(u); err != nil {
			t.Errorf("ParseURL(%q): %v", u, err)
		}
	}
	for _, u := range []string{"", "localhost:6379", "http://h", "redis://h:port"} {
		if _, err := queue.ParseURL(u); err == nil {
			t.Errorf("ParseURL(%q) accepted", u)
		}
	}
}

func TestASentinelURLKeepsEveryAddress(t *testing.T) {
	t.Parallel()
	opt, err := queue.ParseURL("redis-sentinel://:p%40w@a:1,b:2,c:3?master=m")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := opt.(asynq.RedisFailoverClientOpt)
	if !ok || got.MasterName != "m" || strings.Join(got.SentinelAddrs, " ") != "a:1 b:2 c:3" || got.SentinelPassword != "p@w" {
		t.Errorf("ParseURL = %+v", opt)
	}
	if _, err := queue.ParseURL("redis-sentinel://a:1,b:x?master=m"); err == nil {
		t.Error("a port that is no number is accepted")
	}
}

func FuzzParseRing(f *testing.F) {
	f.Add([]byte(`{"id":1,"rings":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := queue.ParseRing(b); err == nil && (r.ID <= 0 || r.Rings <= 0) {
			t.Errorf("ParseRing(%q) = %+v", b, r)
		}
	})
}
