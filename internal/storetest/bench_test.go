package storetest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sohoa/internal/fixity"
	"sohoa/internal/local"
	"sohoa/internal/objectstore"
)

// BenchmarkPut compares, on one file of 1 GiB and in one run, PutOnce with what it is built on: minio-go's own PUT (one
// piece, its default signature) and a syncfs. Run it with -benchtime=5x; MB/s are comparable within one run only.
func BenchmarkPut(b *testing.B) {
	const size = 1 << 30
	s, g, syncer, dir := syncedStore(b)
	file, digest := bigFile(b, dir, size)
	bare, err := minio.New(g.Endpoint(), &minio.Options{Creds: credentials.NewStaticV4("key", "secret", ""), Region: local.Region, TrailingHeaders: true})
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, put func(key string) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			debug.FreeOSMemory()
			before, gatewayBefore := resident(b, os.Getpid(), "VmRSS"), resident(b, g.PID(), "VmRSS")
			for i := range b.N {
				for _, pid := range []int{os.Getpid(), g.PID()} { // the peak is counted anew
					if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
						b.Fatal(err)
					}
				}
				key := fmt.Sprintf("bench/%s/%d-%d", strings.ReplaceAll(name, " ", "-"), b.N, i)
				if err := put(key); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := s.Delete(b.Context(), objectstore.Work, key, ""); err != nil {
					b.Fatal(err)
				}
				if err := syncer.Sync(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(resident(b, os.Getpid(), "VmHWM")-before), "KiB-grown")
			b.ReportMetric(float64(resident(b, g.PID(), "VmHWM")-gatewayBefore), "KiB-grown-gateway")
		})
	}
	run("bare minio-go and syncfs", func(key string) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := bare.PutObject(context.Background(), "work", key, file, size, minio.PutObjectOptions{DisableMultipart: true}); err != nil {
			return err
		}
		return syncer.Sync(context.Background())
	})
	run("PutOnce", func(key string) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := s.PutOnce(context.Background(), objectstore.Work, key, file, size, digest, objectstore.PutOptions{})
		return err
	})
}

// syncedStore is the embedded store as sohoa up runs it: PutOnce returns after the disk has confirmed.
func syncedStore(b *testing.B) (s *objectstore.Store, g *local.Gateway, syncer *local.Syncer, dir string) {
	b.Helper()
	var err error
	dir, err = os.MkdirTemp("/tmp", "sohoabench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		b.Fatal(err)
	}
	if err := local.OwnDir(filepath.Join(dir, "data"), ""); err != nil {
		b.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	g, err = local.StartGateway(b.Context(), local.GatewayConfig{
		Command: []string{"/proc/self/exe", "gateway"}, Dir: filepath.Join(dir, "data", "s3"), Listen: l.Addr().String(),
		Logger: slog.New(slog.DiscardHandler), AccessKey: "key", SecretKey: "secret",
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(g.Stop)
	syncer, err = local.NewSyncer(filepath.Join(dir, "data", "s3"))
	if err != nil {
		b.Fatal(err)
	}
	s = Open(b, objectstore.Deps{Endpoint: g.Endpoint(), AccessKey: "key", SecretKey: "secret", SyncFS: syncer.Sync})
	return s, g, syncer, dir
}

// bigFile writes bytes that do not compress, and reads them once, so that both contenders find them in memory.
func bigFile(b *testing.B, dir string, size int64) (*os.File, fixity.Digest) {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "big"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	h, chunk := fixity.New(), bytesOf(1, 1<<20)
	for i := range size >> 20 {
		copy(chunk, strconv.FormatInt(i, 10))
		if _, err := io.MultiWriter(f, h).Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return f, h.Sum()
}

// resident reads a process's memory in KiB: VmRSS now, VmHWM at its peak.
func resident(b *testing.B, pid int, field string) int {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("no %s of process %d", field, pid)
	return 0
}
