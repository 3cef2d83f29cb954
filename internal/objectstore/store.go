package objectstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

const (
	smallOp     = 30 * time.Second // for requests without a body, retries included
	silence     = 60 * time.Second // a connection that moves no byte for so long is given up
	dialTimeout = 5 * time.Second
	attempts    = 8 // with pauses of up to 1 s: about 3 s against a store that refuses, time for the gateway to come back
	// largest is what S3 takes in one PUT. We need one: a part-wise upload has no create-only and no whole SHA-256 everywhere.
	largest = 5 << 30
)

// Deps is what a Store is made of.
type Deps struct {
	Endpoint     string // host:port, or unix:///path/to/socket
	AccessKey    string
	SecretKey    string
	Region       string // "" means us-east-1, which every store that knows no regions takes
	Secure       bool   // TLS
	BucketPrefix string // lower-case letters, digits and hyphens; may be empty
	Logger       *slog.Logger

	// SyncFS makes everything that the store has taken durable. It is set for a store that answers before it has
	// synced, as the embedded gateway does, and nil for one that syncs by itself.
	SyncFS func(ctx context.Context) error
}

// Store is an S3-compatible object store. It is safe for concurrent use; the zero value is not ready.
type Store struct {
	d      Deps
	client *minio.Client
	core   minio.Core
}

// Object is what the store says about an object. Digest is zero where the store tells none.
type Object struct {
	Bucket      Bucket
	Key         string
	VersionID   string // "" in a bucket without versions
	Digest      fixity.Digest
	SizeBytes   int64
	MediaType   string
	ModTime     time.Time
	RetainUntil time.Time // zero when not locked

	etag string
}

// Open prepares a Store and asks it once whether it answers and knows us. It makes no bucket.
func Open(ctx context.Context, d Deps) (*Store, error) {
	s, err := open(d)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	if _, err := s.client.BucketExists(ctx, s.name(Masters)); err != nil {
		return nil, translate(err, "open object store %s", d.Endpoint)
	}
	return s, nil
}

func open(d Deps) (*Store, error) {
	if d.AccessKey == "" || d.SecretKey == "" {
		return nil, errors.New("object store: access key and secret key are needed")
	}
	if !prefixPattern.MatchString(d.BucketPrefix) {
		return nil, fmt.Errorf("object store: bucket prefix %q: want at most 31 lower-case letters, digits and hyphens", d.BucketPrefix)
	}
	if d.Region == "" {
		d.Region = "us-east-1"
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	transport, err := minio.DefaultTransport(d.Secure)
	if err != nil {
		return nil, err
	}
	endpoint := d.Endpoint
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	dial := dialer.DialContext
	if path, ok := strings.CutPrefix(d.Endpoint, "unix://"); ok {
		endpoint = "localhost" // for the Host header only
		transport.Proxy = nil
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return dialer.DialContext(ctx, "unix", path) }
	}
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &impatientConn{Conn: conn}, nil
	}
	transport.ResponseHeaderTimeout = silence
	transport.MaxIdleConnsPerHost = 64
	transport.WriteBufferSize, transport.ReadBufferSize = 64<<10, 64<<10
	client, err := minio.New(endpoint, &minio.Options{
		Creds:           credentials.NewStaticV4(d.AccessKey, d.SecretKey, ""),
		Secure:          d.Secure,
		Region:          d.Region, // set, so that no request is spent on asking for it
		BucketLookup:    minio.BucketLookupPath,
		TrailingHeaders: true, // minio-go demands it before it sends a checksum header
		MaxRetries:      attempts,
		Transport:       transport,
	})
	if err != nil {
		return nil, fmt.Errorf("object store endpoint %q: %w", d.Endpoint, err)
	}
	return &Store{d: d, client: client, core: minio.Core{Client: client}}, nil
}

// Ping asks whether the store answers and the buckets are there.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, smallOp)
	defer cancel()
	for _, b := range Buckets() {
		ok, err := s.client.BucketExists(ctx, s.name(b))
		if err != nil {
			return translate(err, "look for bucket %s", s.name(b))
		}
		if !ok {
			return fault.New(fault.StoreUnavailable, "bucket %s is missing in the object store: restart sohoa, which makes it, unless it was removed", s.name(b))
		}
	}
	return nil
}

// Sync makes everything that the store has taken durable. PutOnce does so itself; call Sync before a row is written about
// an object that was found, not put: whoever put it may have died before it was synced.
func (s *Store) Sync(ctx context.Context) error { return s.sync(ctx) }

// sync is Sync for the methods here.
func (s *Store) sync(ctx context.Context) error {
	if s.d.SyncFS == nil {
		return nil
	}
	if err := s.d.SyncFS(ctx); err != nil {
		return fault.Wrap(fault.StoreUnavailable, fmt.Errorf("sync object store: %w", err), "the object store's disk did not confirm the write")
	}
	return nil
}

// impatientConn gives up when a single read or write moves nothing for a while. A slow stream passes, a dead one ends:
// net/http bounds only the wait for the response's head.
type impatientConn struct{ net.Conn }

func (c *impatientConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *impatientConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
