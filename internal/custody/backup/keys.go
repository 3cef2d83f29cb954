package backup

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"
)

// Keys are the files that cannot be made again: by path below the data folder. They are small.
type Keys map[string][]byte

// largestKeys bounds what is decrypted into memory.
const largestKeys = 4 << 20

// ErrPassphrase tells that the passphrase does not open the keys.
var ErrPassphrase = errors.New("the passphrase does not open the keys of the backup") //nolint:gochecknoglobals // a sentinel

// ReadKeys collects those of the named files and folders that are there.
func ReadKeys(data string, names ...string) (Keys, error) {
	k := Keys{}
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(data, name), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path == filepath.Join(data, name) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(data, path)
			k[filepath.ToSlash(rel)] = b
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Conflicts lists the files that are there with other content.
func (k Keys) Conflicts(data string) ([]string, error) {
	var out []string
	for name, want := range k {
		have, err := os.ReadFile(filepath.Join(data, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(have, want) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Write makes the files that are missing, 0600, and leaves the others.
func (k Keys) Write(data string) error {
	for name, b := range k {
		if !safeKeyName(name) {
			return fmt.Errorf("the backup names the key file %q", name)
		}
		path := filepath.Join(data, filepath.FromSlash(name))
		if there, err := exists(path); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if _, err := writeFile(path, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Encrypt writes the keys, readable with the passphrase only.
func (k Keys) Encrypt(w io.Writer, passphrase string) error { return k.encrypt(w, passphrase) }

func (k Keys) encrypt(w io.Writer, passphrase string) error {
	if passphrase == "" {
		return errors.New("keys are kept only under a passphrase")
	}
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	enc, err := age.Encrypt(w, r)
	if err != nil {
		return err
	}
	t := tar.NewWriter(enc)
	names := make([]string, 0, len(k))
	for name := range k {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(k[name]))}); err != nil {
			return err
		}
		if _, err := t.Write(k[name]); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), enc.Close())
}

// Decrypt reads what Encrypt wrote. A wrong passphrase is ErrPassphrase.
func Decrypt(r io.Reader, passphrase string) (Keys, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase
	}
	dec, err := age.Decrypt(r, id)
	if noMatch := (*age.NoIdentityMatchError)(nil); errors.As(err, &noMatch) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	t := tar.NewReader(io.LimitReader(dec, largestKeys))
	k := Keys{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return k, nil
		}
		if err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
		if !safeKeyName(h.Name) {
			return nil, fmt.Errorf("keys: file name %q", h.Name)
		}
		if k[h.Name], err = io.ReadAll(t); err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
	}
}

// Keys decrypts token and keys of the backup; none when it holds none.
func (b *Backup) Keys(passphrase string) (Keys, error) {
	if !b.HasKeys() {
		return Keys{}, nil
	}
	f, err := os.Open(filepath.Join(b.dir, keysFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Decrypt(f, passphrase)
}
