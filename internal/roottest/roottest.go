// Package roottest finds the repository, and the test data that may lie beside it, from wherever a test runs.
package roottest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Module is the folder of go.mod, found upwards from the test's own.
func Module() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the test's folder")
		}
		dir = up
	}
}

// Shared is a folder of ../shared/data beside the repository; ok is false, and the log says so, where it does not exist.
func Shared(t testing.TB, name string) (dir string, ok bool) {
	t.Helper()
	root, err := Module()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(root, "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Logf("%s is not here: only the project's own papers are tested", name)
		return "", false
	}
	return dir, true
}
