package localtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"sohoa/internal/local"
	"sohoa/internal/objectstore"

	"sohoa/internal/roottest"
)

// testKey and testSecret guard nothing: the gateway listens on the loopback interface while tests run.
const (
	testKey    = "sohoa-test"
	testSecret = "sohoa-test-secret"
)

var gateway = sync.OnceValues(startGateway)

// Store returns an object store with buckets of its own on a real S3 gateway that the test binary shares.
func Store(t testing.TB) *objectstore.Store {
	t.Helper()
	s, err := objectstore.Open(t.Context(), StoreDeps(t))
	if err != nil {
		t.Fatalf("open the test's object store: %v", err)
	}
	if err := s.EnsureBuckets(t.Context()); err != nil {
		t.Fatalf("make the test's buckets: %v", err)
	}
	return s
}

// StoreDeps returns how to reach the gateway by TCP, under a bucket prefix that nobody else has: for a test that puts a
// proxy in between or opens the store twice.
func StoreDeps(t testing.TB) objectstore.Deps {
	t.Helper()
	g, err := gateway()
	if err != nil {
		t.Fatalf("no S3 gateway for the test: %v; %s", err, howTo)
	}
	return objectstore.Deps{
		Endpoint: g.Endpoint(), AccessKey: testKey, SecretKey: testSecret, Region: local.Region,
		BucketPrefix: "t" + strings.ToLower(rand.Text()) + "-", Logger: quiet(),
	}
}

func startGateway() (*local.Gateway, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	program, err := buildGateway(ctx)
	if err != nil {
		return nil, err
	}
	// The port may be taken between our look and the gateway's, so look again.
	var last error
	for range 3 {
		addr, err := freeAddr(ctx)
		if err != nil {
			return nil, err
		}
		g, err := local.StartGateway(ctx, local.GatewayConfig{
			Command: []string{program}, Dir: filepath.Join(dir, "s3"), Listen: addr, Logger: quiet(),
			AccessKey: testKey, SecretKey: testSecret,
		})
		if err == nil {
			return g, nil
		}
		last = err
	}
	return nil, last
}

func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// buildGateway builds the gateway program once a source tree; go build does nothing when it is up to date. A process of
// its own is needed because the gateway changes the working folder, and tests read testdata by relative path.
func buildGateway(ctx context.Context) (string, error) {
	root, err := roottest.Module()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("sohoa-testbin-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if st, err := os.Lstat(dir); err != nil || !st.IsDir() || !ownedByUs(dir) {
		return "", fmt.Errorf("%s is not ours: remove it", dir)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", err
	}
	program := filepath.Join(dir, "gateway")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./internal/localtest/gateway")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the gateway: %w: %s", err, out)
	}
	return program, nil
}

func ownedByUs(path string) bool {
	var st unix.Stat_t
	return unix.Lstat(path, &st) == nil && int(st.Uid) == os.Getuid()
}
