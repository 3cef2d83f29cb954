package watch

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path"
	"strings"
	"time"
)

// Folders of the agent's own, below the watched one.
const (
	ownFolder      = ".sohoa"
	sentFolder     = "sent"
	rejectedFolder = "rejected"
)

// ignored reports whether a file or folder is none of ours: hidden, not finished by its name, or the desktop's own.
func ignored(rel string) bool {
	name := strings.ToLower(path.Base(rel))
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "~"), name == "thumbs.db", name == "desktop.ini":
		return true
	case rel == sentFolder, rel == rejectedFolder:
		return true
	}
	switch path.Ext(name) {
	case ".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".lock":
		return true
	}
	return false
}

// sighting is a file as it was last seen.
type sighting struct {
	size  int64
	mod   time.Time
	since time.Time // it has looked like this
}

// ripe reports whether the file at path may be taken: it has stood still, and ends as its kind ends or has had patience enough.
func (s Settings) ripe(path string, g sighting, now time.Time) bool {
	still := now.Sub(g.since)
	if still < s.Quiet || inUse(path) {
		return false
	}
	return still >= s.Patience || endsWell(path, g.size)
}

// tailBytes holds the end mark of every kind of file looked at: that of a zip may stand before a comment of 64 KiB.
const tailBytes = 66 << 10

// endsWell reports whether a file ends where its kind of file ends. What is of no known kind does.
func endsWell(path string, size int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 {
		return false // empty: a scanner makes its file before it fills it
	}
	tail := make([]byte, min(size, tailBytes))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return false
	}
	return ends(head[:n], tail, size)
}

// ends judges by the first and last bytes of a file of the given size.
func ends(head, tail []byte, size int64) bool {
	last := func(n int) []byte { return tail[max(0, len(tail)-n):] }
	switch {
	case bytes.HasPrefix(head, []byte("%PDF")):
		return bytes.Contains(last(2048), []byte("%%EOF"))
	case bytes.HasPrefix(head, []byte{0xff, 0xd8, 0xff}):
		return bytes.Contains(last(1024), []byte{0xff, 0xd9})
	case bytes.HasPrefix(head, []byte("\x89PNG")):
		return bytes.Contains(last(64), []byte("IEND"))
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return bytes.Contains(tail, []byte("PK\x05\x06"))
	case bytes.HasPrefix(head, []byte("II*\x00")) && len(head) == 8:
		return directoryInside(int64(binary.LittleEndian.Uint32(head[4:])), size)
	case bytes.HasPrefix(head, []byte("MM\x00*")) && len(head) == 8:
		return directoryInside(int64(binary.BigEndian.Uint32(head[4:])), size)
	}
	return true
}

// directoryInside reports whether a TIFF's directory lies in the file. Most writers put it last.
func directoryInside(at, size int64) bool { return at >= 8 && at+2 <= size }
