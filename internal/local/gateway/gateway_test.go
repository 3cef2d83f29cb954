package gateway

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRemainsOfKilledUploadsAreRemoved(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	tmp := filepath.Join(root, "masters", ".sgwtmp")
	for _, dir := range []string{filepath.Join(tmp, "multipart"), filepath.Join(root, "masters", "sha256")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	remains, object := filepath.Join(tmp, "abc.123"), filepath.Join(root, "masters", "sha256", "abc.123")
	for _, f := range []string{remains, object} {
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeRemains(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(remains); !os.IsNotExist(err) {
		t.Errorf("the remains are still there: %v", err)
	}
	if _, err := os.Stat(object); err != nil {
		t.Errorf("an object went with them: %v", err)
	}
}
