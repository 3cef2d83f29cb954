package benchtest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/local"
	"sohoa/internal/localtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/retrieve"
	"sohoa/internal/web"
)

// uploadBytes is the file handed in.
const uploadBytes = 1 << 30

type oneAdmin struct{}

func (oneAdmin) ByToken(context.Context, fixity.Digest) (archive.Actor, bool, error) {
	return archive.Actor{Account: "bench", Role: archive.Admin}, true, nil
}

// BenchmarkUpload hands a file of 1 GiB in over HTTP and compares with reading the same file, a bare minio-go PUT of it and syncfs. It gives
// the rate of both, their ratio, and by how much this process (server and client together) grew.
func BenchmarkUpload(b *testing.B) {
	deps := localtest.StoreDeps(b)
	dir := b.TempDir()
	syncer, err := local.NewSyncer(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer syncer.Close()
	deps.SyncFS = syncer.Sync
	p := pipetest.New(b, pipetest.Options{Engine: pipetest.StubEngine{}, Reader: pipetest.StubReader{Pages: 1}, Store: &deps})
	srv, err := web.New(web.Deps{
		Intake: p.Intake, Retrieve: retrieve.New(retrieve.Deps{Catalogue: p.Catalogue, Operations: p.Catalogue, Objects: p.Archive}), Accounts: oneAdmin{},
		Logger: slog.New(slog.DiscardHandler), SpoolDir: filepath.Join(dir, "spool"), MaxBytes: 2 << 30, DefaultUnit: "unit",
	})
	if err != nil {
		b.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	hs := srv.HTTPServer()
	go func() { _ = hs.Serve(ln) }()
	defer hs.Close()
	client, err := minio.New(deps.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(deps.AccessKey, deps.SecretKey, ""), Region: deps.Region, TrailingHeaders: true})
	if err != nil {
		b.Fatal(err)
	}
	var accept, bare time.Duration
	var grew int64
	rounds := 0
	for b.Loop() {
		rounds++
		file := randomFile(b, filepath.Join(dir, "file"))
		accept += timed(func() {
			before, stop := rss(), watchRSS()
			upload(b, "http://"+ln.Addr().String(), file)
			grew = max(grew, stop()-before)
		})
		file = randomFile(b, filepath.Join(dir, "file"))
		bare += timed(func() { barePut(b, client, deps.BucketPrefix+"masters", file, syncer) })
		if err := os.Remove(file); err != nil {
			b.Fatal(err)
		}
	}
	mib := float64(uploadBytes>>20) * float64(rounds)
	b.ReportMetric(mib/accept.Seconds(), "accept-MiB/s")
	b.ReportMetric(mib/bare.Seconds(), "bare-MiB/s")
	b.ReportMetric(bare.Seconds()/accept.Seconds(), "accept/bare")
	b.ReportMetric(float64(grew)/(1<<20), "grew-MiB")
}

func timed(f func()) time.Duration {
	from := time.Now()
	f()
	return time.Since(from)
}

// randomFile makes a file nobody sent before.
func randomFile(b *testing.B, path string) string {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.CopyN(f, rand.Reader, uploadBytes); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func upload(b *testing.B, base, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, base+"/api/v1/accessions?name=large.pdf", f)
	if err != nil {
		b.Fatal(err)
	}
	req.ContentLength = uploadBytes
	req.Header.Set("Authorization", "Bearer x")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		body, _ := io.ReadAll(res.Body)
		b.Fatalf("upload: %s: %s", res.Status, body)
	}
}

func barePut(b *testing.B, c *minio.Client, bucket, path string, s *local.Syncer) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	d, _, err := fixity.OfReader(f) // a checked PUT needs the digest first: one reading of the file
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		b.Fatal(err)
	}
	if _, err := c.PutObject(b.Context(), bucket, fmt.Sprint("bare-", time.Now().UnixNano()), f, uploadBytes, minio.PutObjectOptions{
		DisableMultipart: true, UserMetadata: map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(d[:])},
	}); err != nil {
		b.Fatal(err)
	}
	if err := s.Sync(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func rss() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	n, _ := strconv.ParseInt(f[1], 10, 64)
	return n * int64(os.Getpagesize())
}

// watchRSS looks at the process until stop is called, which gives the most it saw.
func watchRSS() (stop func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		most := rss()
		for {
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
				most = max(most, rss())
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-peak
	}
}
