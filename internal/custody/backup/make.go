package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fixity"
)

// Store is the object store as a backup reads it.
type Store interface {
	custody.Objects
	// Open opens the newest version of an object.
	Open(ctx context.Context, bucket, key string) (io.ReadCloser, error)
}

// Source is what a backup is made of.
type Source struct {
	Store   Store
	Dump    func(ctx context.Context, w io.Writer) error // pg_dump, custom format
	Keys    Keys                                         // empty: none
	Secret  string                                       // passphrase for the keys
	Version string
	Now     func() time.Time
	// Progress is told how many objects are in the backup and how many bytes were copied; it may be nil.
	Progress func(objects int, copiedBytes int64)
}

// Buckets are those a backup copies; work can be done again.
func buckets() []string { return []string{custody.Masters, custody.Records, custody.Renditions} }

// copiers is how many objects are copied at once.
const copiers = 4

// Make takes a backup and returns its seal. While it runs, the system may go on.
func (f *Folder) Make(ctx context.Context, s Source) (seal Seal, err error) {
	lock, err := f.lock()
	if err != nil {
		return Seal{}, err
	}
	defer lock.Close()
	if err := f.dropPartial(); err != nil {
		return Seal{}, err
	}
	at := s.Now().UTC()
	seal = Seal{Schema: Schema, Name: at.Format("20060102T150405.000Z"), CreatedAt: at, Version: s.Version}
	final := filepath.Join(f.dir, "backups", seal.Name)
	dir := final + partial
	if err := os.Mkdir(dir, 0o700); err != nil {
		return Seal{}, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(dir)
		}
	}()
	add := func(name string, write func(w io.Writer) error) error {
		file, err := writeFile(filepath.Join(dir, name), write)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		file.Name = name
		seal.Files = append(seal.Files, file)
		return nil
	}
	if err := add(dumpFile, func(w io.Writer) error { return s.Dump(ctx, w) }); err != nil {
		return Seal{}, err
	}
	if err := add(inventoryFile, func(w io.Writer) error { return f.copyObjects(ctx, s, w, &seal) }); err != nil {
		return Seal{}, err
	}
	if len(s.Keys) > 0 {
		if err := add(keysFile, func(w io.Writer) error { return s.Keys.encrypt(w, s.Secret) }); err != nil {
			return Seal{}, err
		}
	}
	if err := f.sync(); err != nil {
		return Seal{}, err
	}
	if _, err := writeFile(filepath.Join(dir, sealFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(seal)
	}); err != nil {
		return Seal{}, err
	}
	if err := os.Rename(dir, final); err != nil {
		return Seal{}, err
	}
	return seal, f.sync()
}

// dropPartial removes what an interrupted backup left; its objects stay and need not be copied again.
func (f *Folder) dropPartial() error {
	dirs, err := filepath.Glob(filepath.Join(f.dir, "backups", "*"+partial))
	if err != nil {
		return err
	}
	for _, d := range dirs {
		if err := os.RemoveAll(d); err != nil {
			return err
		}
	}
	left, err := filepath.Glob(filepath.Join(f.dir, "objects", "*", ".new-*"))
	if err != nil {
		return err
	}
	for _, p := range left {
		if err := os.Remove(p); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, write func(w io.Writer) error) (File, error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	h := fixity.New()
	b := bufio.NewWriterSize(io.MultiWriter(out, h), 1<<20)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return File{}, err
	}
	return File{SHA256: h.Sum(), SizeBytes: h.SizeBytes()}, nil
}

// copyObjects copies what the folder does not have yet and writes the inventory.
func (f *Folder) copyObjects(ctx context.Context, s Source, w io.Writer, seal *Seal) error {
	var mu sync.Mutex
	var copied int64
	enc := json.NewEncoder(w)
	for _, bucket := range buckets() {
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(copiers)
		var listErr error
		for o, err := range s.Store.List(gctx, bucket, "", "") {
			if err != nil || gctx.Err() != nil {
				listErr = err
				break
			}
			g.Go(func() error {
				e, n, err := f.copyObject(gctx, s.Store, o)
				if errors.Is(err, fs.ErrNotExist) { // removed since it was listed: no row names it
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, errDamaged) {
					seal.Damaged = append(seal.Damaged, o.Bucket+"/"+o.Key)
					return nil
				}
				if err != nil {
					return fmt.Errorf("%s/%s: %w", o.Bucket, o.Key, err)
				}
				seal.Objects++
				seal.Bytes += e.SizeBytes
				copied += n
				if s.Progress != nil {
					s.Progress(seal.Objects, copied)
				}
				return enc.Encode(e)
			})
		}
		if err := errors.Join(g.Wait(), listErr); err != nil {
			return err
		}
	}
	return nil
}

// errDamaged tells that the store gave bytes that do not have the digest they should.
var errDamaged = errors.New("the bytes do not have their digest") //nolint:gochecknoglobals // a sentinel

func (f *Folder) copyObject(ctx context.Context, st Store, o custody.Object) (e Entry, copied int64, err error) {
	info, err := st.Stat(ctx, o.Bucket, o.Key, "")
	if err != nil {
		return e, 0, err
	}
	want := info.Digest
	if o.Bucket == custody.Masters { // the key is the digest, whatever the store says
		var ok bool
		if want, ok = archive.ParseMasterKey(o.Key); !ok {
			return e, 0, errDamaged
		}
	}
	if want.IsZero() { // a store that keeps no SHA-256
		if want, _, err = st.Rehash(ctx, o.Bucket, o.Key, info.Version); err != nil {
			return e, 0, err
		}
	}
	e = Entry{Bucket: o.Bucket, Key: o.Key, SHA256: want, SizeBytes: info.SizeBytes, MediaType: info.MediaType}
	if !info.RetainUntil.IsZero() {
		e.RetainUntil = &info.RetainUntil
	}
	if f.has(want, info.SizeBytes) {
		return e, 0, nil
	}
	r, err := st.Open(ctx, o.Bucket, o.Key)
	if err != nil {
		return e, 0, err
	}
	defer r.Close()
	ok, err := f.put(want, r)
	if err != nil {
		return e, 0, err
	}
	if !ok {
		return e, 0, errDamaged
	}
	return e, info.SizeBytes, nil
}

// safeKeyName keeps the names of key files inside their folder.
func safeKeyName(name string) bool {
	return filepath.IsLocal(name) && !strings.ContainsAny(name, "\\\x00")
}
