package objectstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Finding is one thing that was tried on the store.
type Finding struct {
	Name   string // what the store must do
	OK     bool
	Detail string // what it did instead, or how it did; no secret
	Cure   string // what to do about it; empty when OK
}

// probeLock is how long Probe locks its object, and so how long it is left behind.
const probeLock = 15 * time.Second

// Probe tries on a bucket of its own whether the store does what the archive relies on. It takes seconds. Objects that
// it locked are removed by the next Probe.
func Probe(ctx context.Context, s *Store) []Finding {
	p := &prober{s: s, dir: strings.ToLower(rand.Text())}
	if !p.try(ctx, "answers, and lets us make a bucket with versions and object lock",
		"check endpoint, access key and rights; the store must know object lock, which it grants only to a new bucket",
		func(ctx context.Context) (string, error) { return "", s.ensureBucket(ctx, probe) }) {
		return p.found // nothing else can be tried
	}
	p.sweep(ctx)
	p.try(ctx, "refuses to overwrite an object (If-None-Match: *)",
		"update the store: without create-only PUT two uploads at once could replace each other's bytes", p.createOnly)
	p.try(ctx, "lets exactly one of many writers at once win",
		"update the store, or run one gateway over its disk: its create-only PUT is not atomic", p.oneWinner)
	p.try(ctx, "refuses a body that does not match its SHA-256",
		"update the store: it must check x-amz-checksum-sha256 or x-amz-content-sha256", p.badChecksum)
	p.try(ctx, "gives every object a version", "switch on versioning for the buckets masters and records", p.versions)
	p.try(ctx, "refuses to delete a locked version", "use a store with object lock (GOVERNANCE), and an access key without the right to bypass it", p.lock)
	p.try(ctx, "reads ranges", "update the store or the proxy before it: Range requests must be answered with 206", p.ranges)
	p.try(ctx, "lists keys in byte order, from any key on", "update the store: rebuilding the catalogue pages through the keys", p.order)
	p.try(ctx, "agrees with this machine about the time", "set the clocks, by NTP: signatures and locks depend on them", p.clock)
	return p.found
}

type prober struct {
	s     *Store
	dir   string
	found []Finding
}

func (p *prober) try(ctx context.Context, name, cure string, f func(context.Context) (detail string, err error)) bool {
	detail, err := f(ctx)
	fd := Finding{Name: name, OK: err == nil, Detail: detail}
	if err != nil {
		fd.Detail, fd.Cure = err.Error(), cure
	}
	p.found = append(p.found, fd)
	return fd.OK
}

func (p *prober) key(name string) string { return p.dir + "/" + name }

func (p *prober) put(ctx context.Context, name, content string, opt PutOptions) (Object, error) {
	return p.s.PutOnce(ctx, probe, p.key(name), strings.NewReader(content), int64(len(content)), fixity.Of([]byte(content)), opt)
}

// sweep removes what earlier probes had to leave; what is still locked stays, silently.
func (p *prober) sweep(ctx context.Context) {
	for obj, err := range p.s.List(ctx, probe, "", "") {
		if err != nil {
			return
		}
		if st, err := p.s.Stat(ctx, probe, obj.Key, ""); err == nil {
			_ = p.s.Delete(ctx, probe, obj.Key, st.VersionID)
		}
	}
}

func (p *prober) createOnly(ctx context.Context) (string, error) {
	if _, err := p.put(ctx, "once", "first", PutOptions{}); err != nil {
		return "", err
	}
	_, err := p.put(ctx, "once", "other", PutOptions{})
	if fault.CodeOf(err) != fault.AccessionConflict {
		return "", fmt.Errorf("a second PUT of other bytes under the same key was answered with %w", orNone(err))
	}
	if _, err := p.s.Verify(ctx, probe, p.key("once"), "", fixity.Of([]byte("first"))); err != nil {
		return "", fmt.Errorf("after a refused PUT: %w", err)
	}
	return "", nil
}

func (p *prober) oneWinner(ctx context.Context) (string, error) {
	const writers = 8
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		wg.Go(func() { _, errs[i] = p.put(ctx, "race", fmt.Sprintf("writer %d", i), PutOptions{}) })
	}
	wg.Wait()
	winners := 0
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case fault.CodeOf(err) != fault.AccessionConflict:
			return "", err
		}
	}
	if winners != 1 {
		return "", fmt.Errorf("%d of %d writers were told that they made the object", winners, writers)
	}
	return "", nil
}

func (p *prober) badChecksum(ctx context.Context) (string, error) {
	content := []byte("scan")
	_, err := p.s.PutOnce(ctx, probe, p.key("bad"), bytes.NewReader(content), int64(len(content)), fixity.Of([]byte("else")), PutOptions{})
	if fault.CodeOf(err) != fault.FixityMismatch {
		return "", fmt.Errorf("a wrong SHA-256 was answered with %w", orNone(err))
	}
	if _, err := p.s.Stat(ctx, probe, p.key("bad"), ""); err == nil {
		return "", errors.New("the refused body was stored all the same")
	}
	obj, err := p.put(ctx, "good", "scan", PutOptions{})
	if err != nil {
		return "", err
	}
	if st, err := p.s.Stat(ctx, probe, obj.Key, obj.VersionID); err == nil && st.Digest.IsZero() {
		return "it does not keep the SHA-256, so a repeated upload is read back to compare", nil
	}
	return "", nil
}

func (p *prober) versions(ctx context.Context) (string, error) {
	obj, err := p.put(ctx, "version", "kept", PutOptions{})
	if err != nil {
		return "", err
	}
	if obj.VersionID == "" {
		return "", errors.New("a stored object was given no version")
	}
	if _, err := p.s.Verify(ctx, probe, obj.Key, obj.VersionID, obj.Digest); err != nil {
		return "", fmt.Errorf("read the version: %w", err)
	}
	return "", nil
}

func (p *prober) lock(ctx context.Context) (string, error) {
	obj, err := p.put(ctx, "locked", "kept", PutOptions{RetainUntil: time.Now().Add(probeLock)})
	if err != nil {
		return "", err
	}
	until, err := p.s.Lock(ctx, probe, obj.Key, obj.VersionID)
	if err != nil {
		return "", err
	}
	if until.IsZero() {
		return "", errors.New("the object was stored without the lock that was asked for")
	}
	if err := p.s.Delete(ctx, probe, obj.Key, obj.VersionID); fault.CodeOf(err) != fault.DisposalHeld {
		return "", fmt.Errorf("deleting the locked version was answered with %w", orNone(err))
	}
	if err := p.s.ExtendLock(ctx, probe, obj.Key, obj.VersionID, until.Add(5*time.Second)); err != nil {
		return "", fmt.Errorf("make the lock longer: %w", err)
	}
	if later, err := p.s.Lock(ctx, probe, obj.Key, obj.VersionID); err != nil || !later.After(until) {
		return "", fmt.Errorf("the lock did not become longer: %w", orNone(err))
	}
	return "", nil
}

func (p *prober) ranges(ctx context.Context) (string, error) {
	obj, err := p.put(ctx, "range", "0123456789", PutOptions{})
	if err != nil {
		return "", err
	}
	r, _, err := p.s.OpenRange(ctx, probe, obj.Key, obj.VersionID, 3, 4)
	if err != nil {
		return "", err
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	if string(got) != "3456" {
		return "", fmt.Errorf("bytes 3 to 6 of 0123456789 came as %q", got)
	}
	return "", nil
}

func (p *prober) order(ctx context.Context) (string, error) {
	want := []string{"l/a-b", "l/a.b", "l/a/b", "l/a0", "l/b"}
	for _, name := range want {
		if _, err := p.put(ctx, name, "x", PutOptions{}); err != nil {
			return "", err
		}
	}
	for from := range want {
		after := ""
		if from > 0 {
			after = p.key(want[from-1])
		}
		var got []string
		for obj, err := range p.s.List(ctx, probe, p.key("l/"), after) {
			if err != nil {
				return "", err
			}
			got = append(got, strings.TrimPrefix(obj.Key, p.dir+"/"))
		}
		if strings.Join(got, " ") != strings.Join(want[from:], " ") {
			return "", fmt.Errorf("after %q it listed %q, want %q", after, got, want[from:])
		}
	}
	return "", nil
}

// skewMax is well under the 15 minutes at which S3 refuses signatures, and short against any lock.
const skewMax = 2 * time.Minute

func (p *prober) clock(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	obj, err := p.put(ctx, "clock", "now", PutOptions{})
	if err != nil {
		return "", err
	}
	before := time.Now()
	info, err := p.s.client.StatObject(ctx, p.s.name(probe), obj.Key, minio.StatObjectOptions{VersionID: obj.VersionID})
	if err != nil {
		return "", translate(err, "read the store's clock")
	}
	if skew := info.LastModified.Sub(before); skew > skewMax || skew < -skewMax {
		return "", fmt.Errorf("the store's clock differs by %v", skew.Round(time.Second))
	}
	return "", nil
}

// errNone stands for the error that should have come.
var errNone = errors.New("success")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}
