package local

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// startFree is the free disk below which Start refuses: Postgres stops in the middle of things when it runs out.
const startFree = 512 << 20

// DefaultDataDir is where data lies when nobody says otherwise: /var/lib/sohoa for root (whose home no server program
// may enter), $XDG_DATA_HOME/sohoa or ~/.local/share/sohoa for others.
func DefaultDataDir(getenv func(string) string) (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/sohoa", nil
	}
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sohoa"), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errors.New("neither XDG_DATA_HOME nor HOME is set: name the data folder")
	}
	return filepath.Join(home, ".local", "share", "sohoa"), nil
}

// makeDataDir makes the folder and checks that the account can work below it. Others may pass through it only where
// the account is another user than we are; what lies in it is closed to them.
func makeDataDir(dir string, a account) error {
	mode := os.FileMode(0o700)
	if a.drop {
		mode = 0o711
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, mode); err == nil {
		if err := os.Chmod(dir, mode); err != nil { // whatever the umask was
			return err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := a.canReach(filepath.Join(dir, "x")); err != nil {
		return err
	}
	return nil
}

// freeBytes is the room on dir's file system for a user who is not root.
func freeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("free disk of %s: %w", dir, err)
	}
	return int64(st.Bavail) * st.Bsize, nil
}

// checkFree refuses a disk with less than need bytes left.
func checkFree(dir string, need int64) error {
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	if free < need {
		return fmt.Errorf("the disk of %s has %d MiB left, at least %d MiB are needed: make room, or choose a data folder on another disk", dir, free>>20, need>>20)
	}
	return nil
}

// secrets are made once for a data folder. All but the folder's files can be made again from new ones, so losing
// them costs a restart.
type secrets struct {
	OwnerPassword string `json:"postgres_owner_password"`
	AppPassword   string `json:"postgres_app_password"`
	S3AccessKey   string `json:"s3_access_key"`
	S3SecretKey   string `json:"s3_secret_key"`
}

// loadSecrets reads dir/secrets.json, or makes it.
func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, "secrets.json")
	var s secrets
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(b, &s); err != nil {
			return s, fmt.Errorf("%s: %w; remove it to have new ones made", path, err)
		}
		if !wellMade(s.OwnerPassword, s.AppPassword, s.S3AccessKey, s.S3SecretKey) {
			return s, fmt.Errorf("%s holds a secret that is empty or not made of letters and digits: remove it to have new ones made", path)
		}
		return s, os.Chmod(path, 0o600)
	case !errors.Is(err, os.ErrNotExist):
		return s, err
	}
	s = secrets{OwnerPassword: rand.Text(), AppPassword: rand.Text(), S3AccessKey: "sohoa" + rand.Text()[:12], S3SecretKey: rand.Text() + rand.Text()}
	if b, err = json.MarshalIndent(s, "", "  "); err != nil {
		return s, err
	}
	return s, writeFileAtomic(path, append(b, '\n'))
}

// wellMade guards the one place where a password meets SQL.
func wellMade(words ...string) bool {
	for _, w := range words {
		if w == "" {
			return false
		}
		for _, c := range w {
			if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return true
}

// lockDir takes the data folder for this process; the kernel frees it with the process, however that ends.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder := make([]byte, 64)
		n, _ := f.ReadAt(holder, 0)
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("the data folder %s is in use by %s: stop it first, or choose another folder", dir, strings.TrimSpace(string(holder[:n])))
	}
	// Overwritten in place, padded: whoever looks meanwhile reads a whole line.
	if _, err := f.WriteAt(fmt.Appendf(nil, "process %-12d\n", os.Getpid()), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
