package localtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"

	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
)

func TestPostgresAnswersAsSuperuser(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var super, encoding, collate string
	err = conn.QueryRow(t.Context(), `select current_setting('is_superuser'), current_setting('server_encoding'), datcollate
		from pg_database where datname = current_database()`).Scan(&super, &encoding, &collate)
	if err != nil || super != "on" || encoding != "UTF8" || collate != "C.UTF-8" {
		t.Fatalf("superuser %q, encoding %q, collation %q, err %v", super, encoding, collate, err)
	}
}

func TestRedisListensOnAUnixSocket(t *testing.T) {
	t.Parallel()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", Redis(t).Socket())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStoreKeepsAnObject(t *testing.T) {
	t.Parallel()
	s, content := Store(t), []byte("scan")
	d := fixity.Of(content)
	obj, err := s.PutOnce(t.Context(), objectstore.Masters, d.String(), bytes.NewReader(content), 4, d, objectstore.PutOptions{})
	if err != nil || obj.VersionID == "" {
		t.Fatalf("PutOnce = %+v, %v", obj, err)
	}
	r, _, err := s.Open(t.Context(), objectstore.Masters, d.String(), obj.VersionID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "scan" {
		t.Fatalf("read %q, %v", got, err)
	}
}
