package main

import (
	"path/filepath"
	"runtime"
	"time"
)

// storeSettings say where the object store is.
type storeSettings struct {
	S3Endpoint  string `name:"s3-endpoint" env:"SOHOA_S3_ENDPOINT" help:"Object store, host:port." required:""`
	S3AccessKey string `name:"s3-access-key" env:"SOHOA_S3_ACCESS_KEY" required:"" help:"Access key."`
	S3SecretKey string `name:"s3-secret-key" env:"SOHOA_S3_SECRET_KEY" required:"" help:"Secret key; better in the environment than on the command line."`
	S3Region    string `name:"s3-region" env:"SOHOA_S3_REGION" default:"us-east-1" help:"Region."`
	S3Secure    bool   `name:"s3-secure" env:"SOHOA_S3_SECURE" help:"Speak TLS."`
	S3Prefix    string `name:"s3-prefix" env:"SOHOA_S3_PREFIX" help:"Put before the names of the buckets."`
}

// serverSettings say where the three stores are.
type serverSettings struct {
	storeSettings
	DatabaseURL string `name:"database-url" env:"SOHOA_DATABASE_URL" required:"" help:"Postgres, as a URL."`
	RedisURL    string `name:"redis-url" env:"SOHOA_REDIS_URL" required:"" help:"Redis: redis://, rediss://, unix://, redis-sentinel:// or redis-cluster://."`
	SpoolDir    string `name:"spool" env:"SOHOA_SPOOL" default:"/var/lib/sohoa/spool" help:"Folder for files on their way in." type:"path"`
	Keys        string `env:"SOHOA_KEYS" help:"Folder of the key ring, the same for server and workers: identifiers of holders are sealed and found with it." type:"path"`
}

// Limits of intake.
const (
	maxUploadBytes = 4 << 30
	minFreeBytes   = 1 << 30
)

func workersOr(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}

// How often the periodic jobs run.
const (
	sealEvery  = 2 * time.Second
	sweepEvery = time.Hour
	cleanEvery = 10 * time.Minute
)

// spoolOf is where up keeps files on their way.
func spoolOf(data string) string { return filepath.Join(data, "spool") }
