package storetest

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
)

func TestEmbeddedGateway(t *testing.T) {
	t.Parallel()
	Run(t, func(t *testing.T) objectstore.Deps { return localtest.StoreDeps(t) })
}

func TestServerNamedByTheEnvironment(t *testing.T) {
	t.Parallel()
	endpoint := os.Getenv("SOHOA_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Log("SOHOA_TEST_S3_ENDPOINT names no server; the embedded gateway has been tried")
		return
	}
	Run(t, func(*testing.T) objectstore.Deps {
		return objectstore.Deps{
			Endpoint: endpoint, AccessKey: os.Getenv("SOHOA_TEST_S3_ACCESS_KEY"), SecretKey: os.Getenv("SOHOA_TEST_S3_SECRET_KEY"),
			Region: os.Getenv("SOHOA_TEST_S3_REGION"), Secure: os.Getenv("SOHOA_TEST_S3_SECURE") == "true",
			BucketPrefix: "t" + strings.ToLower(rand.Text()) + "-",
		}
	})
}
