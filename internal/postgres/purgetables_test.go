package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/pgtest"
	"sohoa/internal/roottest"
)

// TestAPurgeForgetsNoTable: whatever table refers to documents or to their versions, a purge empties it of a document that goes.
func TestAPurgeForgetsNoTable(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "schemas", "queries", "purge.sql"))
	if err != nil {
		t.Fatal(err)
	}
	_, drop, _ := strings.Cut(string(b), "-- name: DropDocuments")
	drop, _, _ = strings.Cut(drop, "-- name:")
	rows, err := pgtest.Pool(t).Query(t.Context(), `SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c
		WHERE c.contype = 'f' AND c.confrelid IN ('documents'::regclass, 'versions'::regclass) AND c.conrelid <> 'documents'::regclass`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		n++
		if !strings.Contains(drop, "DELETE FROM "+table+" x") {
			t.Errorf("table %s refers to documents, and DropDocuments in schemas/queries/purge.sql leaves it", table)
		}
	}
	if err := rows.Err(); err != nil || n < 12 {
		t.Errorf("%d tables, %v", n, err)
	}
}
