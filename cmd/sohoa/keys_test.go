package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeysAreBackedUpRotatedAndRestored(t *testing.T) {
	t.Setenv(passphraseEnv, "mật khẩu")
	data, out := t.TempDir(), t.TempDir()
	sohoa(t, exitUsage, "keys", "list", "--data", data) // none yet
	sohoa(t, exitDone, "keys", "make", "--data", data)
	made := sohoa(t, exitDone, "keys", "list", "--data", data)
	sohoa(t, exitDone, "keys", "make", "--data", data)
	if again := sohoa(t, exitDone, "keys", "list", "--data", data); again != made {
		t.Errorf("made twice, the keys became\n%s", again)
	}
	if err := os.WriteFile(filepath.Join(data, tokenFile), []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, "keys.age")
	sohoa(t, exitDone, "keys", "backup", file, "--data", data)
	sohoa(t, exitStalled, "keys", "backup", file, "--data", data) // never written over
	before := sohoa(t, exitDone, "keys", "list", "--data", data)
	empty := t.TempDir()
	sohoa(t, exitDone, "keys", "restore", file, "--data", empty)
	if after := sohoa(t, exitDone, "keys", "list", "--data", empty); after != before {
		t.Errorf("restored keys are\n%s, want\n%s", after, before)
	}
	sohoa(t, exitDone, "keys", "rotate", "--data", data)
	if list := sohoa(t, exitDone, "keys", "list", "--data", data); strings.Count(list, "current") != 3 || strings.Count(list, "\n") != 4 {
		t.Errorf("after the rotation:\n%s", list)
	}
	if said := sohoa(t, exitUsage, "keys", "restore", file, "--data", data); !strings.Contains(said, "other keys") {
		t.Errorf("restore over rotated keys says %q", said)
	}
	t.Setenv(passphraseEnv, "sai")
	sohoa(t, exitUsage, "keys", "restore", file, "--data", t.TempDir())
}
