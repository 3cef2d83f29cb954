// Package zipread takes the files out of a zip that came from outside, without trusting anything it says.
//
// What always holds: no name inside the zip is used as a path; an entry gives at most as many bytes as it announced, and all entries
// together at most what the limits allow; zips inside zips are not opened. Folders, hidden files and what macOS and Windows leave in
// zips are passed over. Everything wrong with the content is a *fault.Error with a rejecting code.
package zipread

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"sohoa/internal/fault"
)

// Limits bound what a zip may hold. Zero values take the defaults.
type Limits struct {
	Entries    int   // files and folders together; default 10,000
	TotalBytes int64 // unpacked, all entries; default 20 GiB
	EntryBytes int64 // unpacked, one entry; default 2 GiB
	// Ratio is how many times larger an entry may get by unpacking, past the first megabyte; default 200. White scans reach 100.
	Ratio int64
}

func (l Limits) withDefaults() Limits {
	if l.Entries <= 0 {
		l.Entries = 10_000
	}
	if l.TotalBytes <= 0 {
		l.TotalBytes = 20 << 30
	}
	if l.EntryBytes <= 0 {
		l.EntryBytes = 2 << 30
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

// maxNameBytes is the longest name that is shown.
const maxNameBytes = 255

// Entry is one file of a zip.
type Entry struct {
	Name      string // base name, NFC, for people only; never a path
	SizeBytes int64  // unpacked, as announced; Open gives no more
	// Open starts reading. It may be called while Walk's function runs, and again after closing. Reading fails with ArchiveUnsafe when the entry
	// is damaged or larger than announced.
	Open func() (io.ReadCloser, error)
}

// Walk calls fn for each file in the zip at path, in the order of its directory, after the whole directory was checked: a zip that is
// unsafe gives no entry at all. The first error of fn ends it.
func Walk(ctx context.Context, zipPath string, limits Limits, fn func(Entry) error) error {
	l := limits.withDefaults()
	f, err := os.Open(zipPath)
	if err != nil {
		return fmt.Errorf("open zip: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open zip: %w", err)
	}
	if err := checkCount(f, st.Size(), l.Entries); err != nil {
		return err
	}
	z, err := zip.NewReader(f, st.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are never used as paths
		return fault.Wrap(fault.ArchiveUnsafe, err, "the zip is damaged or cut off; make it anew and send it again")
	}
	files, err := choose(z.File, l)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(entry(file)); err != nil {
			return err
		}
	}
	return nil
}

// checkCount reads the number of entries from the end of the zip before its directory is taken into memory.
func checkCount(r io.ReaderAt, size int64, most int) error {
	tail := make([]byte, min(size, 66_000))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("open zip: %w", err)
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return fault.New(fault.ArchiveUnsafe, "the zip is cut off: its directory is missing; make it anew and send it again")
	}
	if n := int(binary.LittleEndian.Uint16(tail[i+10:])); n > most && n != 0xFFFF {
		return tooMany(n, most)
	}
	// The directory's size bounds its entries too, for counts that lie: an entry takes 46 bytes and more.
	if bytesOf := int64(binary.LittleEndian.Uint32(tail[i+12:])); bytesOf != 0xFFFFFFFF && bytesOf > int64(most)*(46+maxDirectoryEntry) {
		return fault.New(fault.ArchiveUnsafe, "the zip's directory is too long; send fewer files in one zip")
	}
	if j := bytes.LastIndex(tail[:i], []byte("PK\x06\x06")); j >= 0 && i-j >= 56 {
		if n := binary.LittleEndian.Uint64(tail[j+32:]); n > uint64(most) {
			return tooMany(int(min(n, 1<<31-1)), most)
		}
	}
	return nil
}

// maxDirectoryEntry is the room that an entry's name, extra fields and comment are given.
const maxDirectoryEntry = 1_024

func tooMany(n, most int) error {
	return fault.New(fault.ArchiveUnsafe, "the zip holds %d files; at most %d are taken: split it", n, most)
}

// choose picks the entries that are files and checks all of them.
func choose(all []*zip.File, l Limits) ([]*zip.File, error) {
	if len(all) > l.Entries {
		return nil, tooMany(len(all), l.Entries)
	}
	var files []*zip.File
	var total uint64
	seen := map[int64]string{}
	for _, f := range all {
		if !wanted(f) {
			continue
		}
		name := displayName(f)
		if err := check(f, name, l); err != nil {
			return nil, err
		}
		if total += f.UncompressedSize64; total > uint64(l.TotalBytes) {
			return nil, fault.New(fault.ArchiveUnsafe, "the zip unpacks to more than %d GB; split it", l.TotalBytes>>30)
		}
		// Overlapping entries are how a small zip unpacks to petabytes.
		at, err := f.DataOffset()
		if err != nil {
			return nil, fault.Wrap(fault.ArchiveUnsafe, err, "the zip is damaged at %q; make it anew and send it again", name)
		}
		if other, twice := seen[at]; twice && f.CompressedSize64 > 0 {
			return nil, fault.New(fault.ArchiveUnsafe, "in the zip %q and %q lie over each other; make it anew and send it again", other, name)
		}
		seen[at] = name
		files = append(files, f)
	}
	return files, nil
}

func check(f *zip.File, name string, l Limits) error {
	switch {
	case f.Flags&0x1 != 0:
		return fault.New(fault.ArchiveUnsafe, "in the zip %q is locked with a password; send it without one", name)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fault.New(fault.ArchiveUnsafe, "in the zip %q is packed in an unusual way (method %d); use ordinary zip", name, f.Method)
	case f.UncompressedSize64 > uint64(l.EntryBytes):
		return fault.New(fault.ArchiveUnsafe, "in the zip %q unpacks to more than %d MB", name, l.EntryBytes>>20)
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/uint64(l.Ratio) > f.CompressedSize64:
		return fault.New(fault.ArchiveUnsafe, "in the zip %q unpacks to more than %d times its size, as no scan does", name, l.Ratio)
	case strings.EqualFold(path.Ext(name), ".zip"):
		return fault.New(fault.ArchiveUnsafe, "in the zip %q is a zip itself; send it on its own", name)
	}
	return nil
}

// wanted reports whether an entry is a file somebody put there on purpose.
func wanted(f *zip.File) bool {
	if f.FileInfo().IsDir() || !f.Mode().IsRegular() || strings.HasSuffix(f.Name, "\\") {
		return false
	}
	for _, part := range strings.FieldsFunc(f.Name, isSlash) {
		if part == "__MACOSX" || strings.HasPrefix(part, ".") && part != "." && part != ".." {
			return false
		}
	}
	switch strings.ToLower(displayName(f)) {
	case "thumbs.db", "desktop.ini":
		return false
	}
	return true
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }

// displayName gives the last part of an entry's name: UTF-8 where it is valid, else code page 437 as old zips have it; NFC, without
// control or direction characters, never empty.
func displayName(f *zip.File) string {
	name := f.Name
	if !utf8.ValidString(name) {
		if s, err := charmap.CodePage437.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	if i := strings.LastIndexFunc(name, isSlash); i >= 0 {
		name = name[i+1:]
	}
	name = norm.NFC.String(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	for len(name) > maxNameBytes { // whole runes from the front, so that the extension stays
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:]
	}
	if strings.Trim(name, ". ") == "" {
		return "unnamed"
	}
	return name
}

func entry(f *zip.File) Entry {
	name := displayName(f)
	return Entry{
		Name: name, SizeBytes: int64(f.UncompressedSize64),
		Open: func() (io.ReadCloser, error) {
			r, err := f.Open()
			if err != nil {
				return nil, fault.Wrap(fault.ArchiveUnsafe, err, "in the zip %q cannot be read", name)
			}
			return &bounded{r: r, left: int64(f.UncompressedSize64), name: name}, nil
		},
	}
}

// bounded reads an entry, at most what it announced.
type bounded struct {
	r    io.ReadCloser
	left int64
	name string
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more would show that there is more
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n + int(b.left), fault.New(fault.ArchiveUnsafe, "in the zip %q is larger than announced", b.name)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fault.Wrap(fault.ArchiveUnsafe, err, "in the zip %q is damaged; make the zip anew and send it again", b.name)
	}
	return n, err
}

// Close implements io.Closer.
func (b *bounded) Close() error { return b.r.Close() }
