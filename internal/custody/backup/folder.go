package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sohoa/internal/fixity"
)

// Schema is the version of the folder's layout.
const Schema = "sohoa-backup/1"

// Names of the files of one backup.
const (
	dumpFile      = "catalogue.dump"
	inventoryFile = "inventory.jsonl"
	keysFile      = "keys.age"
	sealFile      = "backup.json"
)

// Folder is a folder of backups. One process at a time writes to it.
type Folder struct{ dir string }

// Open returns the folder at dir, made when missing.
func Open(dir string) (*Folder, error) {
	for _, d := range []string{dir, filepath.Join(dir, "objects"), filepath.Join(dir, "backups")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	return &Folder{dir: dir}, nil
}

// File is a file of a backup with its digest.
type File struct {
	Name      string        `json:"name"`
	SHA256    fixity.Digest `json:"sha256"`
	SizeBytes int64         `json:"size_bytes"`
}

// Seal is backup.json.
type Seal struct {
	Schema    string    `json:"schema"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	Version   string    `json:"version"` // of sohoa
	Files     []File    `json:"files"`
	Objects   int       `json:"objects"`
	Bytes     int64     `json:"bytes"`
	Damaged   []string  `json:"damaged,omitempty"` // objects whose bytes did not agree with their digest and are not in the backup
}

// has reports whether the backup has a file of that name.
func (s Seal) has(name string) bool {
	return slices.ContainsFunc(s.Files, func(f File) bool { return f.Name == name })
}

// Entry is one line of the inventory.
type Entry struct {
	Bucket      string        `json:"bucket"`
	Key         string        `json:"key"`
	SHA256      fixity.Digest `json:"sha256"`
	SizeBytes   int64         `json:"size_bytes"`
	MediaType   string        `json:"media_type,omitempty"`
	RetainUntil *time.Time    `json:"retain_until,omitempty"`
}

// lock keeps a second writer out until the returned file is closed.
func (f *Folder) lock() (*os.File, error) {
	l, err := os.OpenFile(filepath.Join(f.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(l.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another backup into %s is running", f.dir), l.Close())
	}
	return l, nil
}

// Names lists the backups in the folder that are whole, oldest first.
func (f *Folder) Names() ([]string, error) {
	dirs, err := os.ReadDir(filepath.Join(f.dir, "backups"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(f.dir, "backups", d.Name(), sealFile)); err == nil && !strings.HasSuffix(d.Name(), partial) {
			out = append(out, d.Name())
		}
	}
	return out, nil
}

// partial ends the name of a backup that is being made.
const partial = ".partial"

func (f *Folder) objectPath(d fixity.Digest) string {
	return filepath.Join(f.dir, "objects", d.String()[:2], d.String())
}

// has reports whether an object is in the folder, by name and length: it was verified when it came.
func (f *Folder) has(d fixity.Digest, size int64) bool {
	st, err := os.Stat(f.objectPath(d))
	return err == nil && st.Mode().IsRegular() && st.Size() == size
}

// put streams an object into the folder; it takes its name only when the bytes have the digest.
func (f *Folder) put(d fixity.Digest, src io.Reader) (ok bool, err error) {
	path := f.objectPath(d)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return false, err
	}
	defer func() {
		if !ok {
			_ = os.Remove(tmp.Name())
		}
	}()
	h := fixity.New()
	_, err = io.Copy(io.MultiWriter(tmp, h), src)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return false, err
	}
	if h.Sum() != d {
		return false, nil
	}
	return true, os.Rename(tmp.Name(), path)
}

// sync makes the whole folder durable.
func (f *Folder) sync() error {
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}

// Backup is one whole backup in the folder.
type Backup struct {
	Seal Seal
	f    *Folder
	dir  string
}

// Find opens the backup of that name, the newest when name is empty, and verifies its files.
func (f *Folder) Find(ctx context.Context, name string) (*Backup, error) {
	names, err := f.Names()
	if err != nil {
		return nil, err
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%s holds no backup", f.dir)
	case name == "":
		name = names[len(names)-1]
	case !slices.Contains(names, name):
		return nil, fmt.Errorf("%s holds no backup %q; it holds %s", f.dir, name, strings.Join(names, ", "))
	}
	b := &Backup{f: f, dir: filepath.Join(f.dir, "backups", name)}
	raw, err := os.ReadFile(filepath.Join(b.dir, sealFile))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &b.Seal); err != nil {
		return nil, fmt.Errorf("%s of backup %s: %w", sealFile, name, err)
	}
	if b.Seal.Schema != Schema {
		return nil, fmt.Errorf("backup %s has the layout %q; this version reads %s", name, b.Seal.Schema, Schema)
	}
	for _, want := range b.Seal.Files {
		if filepath.Base(want.Name) != want.Name {
			return nil, fmt.Errorf("backup %s names the file %q", name, want.Name)
		}
		d, n, err := digestFile(ctx, filepath.Join(b.dir, want.Name))
		if err != nil {
			return nil, err
		}
		if d != want.SHA256 || n != want.SizeBytes {
			return nil, fmt.Errorf("%s of backup %s was changed: choose another backup", want.Name, name)
		}
	}
	return b, nil
}

// Dump opens the dump of the catalogue.
func (b *Backup) Dump() (*os.File, error) { return os.Open(filepath.Join(b.dir, dumpFile)) }

// HasKeys reports whether the backup holds token and keys.
func (b *Backup) HasKeys() bool { return b.Seal.has(keysFile) }

// Entries yields the lines of the inventory.
func (b *Backup) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		f, err := os.Open(filepath.Join(b.dir, inventoryFile))
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer f.Close()
		d := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
		for {
			var e Entry
			err := d.Decode(&e)
			if errors.Is(err, io.EOF) || !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Object opens the bytes of an entry.
func (b *Backup) Object(e Entry) (*os.File, error) { return os.Open(b.f.objectPath(e.SHA256)) }

func digestFile(ctx context.Context, path string) (fixity.Digest, int64, error) {
	if err := ctx.Err(); err != nil {
		return fixity.Digest{}, 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return fixity.Digest{}, 0, err
	}
	defer f.Close()
	return fixity.OfReader(f)
}

// exists reports whether a path is there.
func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
