package client

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sohoa/internal/fixity"
)

const (
	// placesLast is longer than any server keeps an upload that nobody goes on with.
	placesLast    = 7 * 24 * time.Hour
	maxPlaceBytes = 8 << 10
)

// Places remembers where uploads were left, each in a small file of its own, so that several processes share it without a lock. What is
// lost of it costs sending a file from its beginning. It holds no token and no file's name. A nil Places remembers nothing.
type Places struct{ dir string }

// place is what is remembered of an upload.
type place struct {
	Server    string        `json:"server"`
	Upload    string        `json:"upload"`
	SHA256    fixity.Digest `json:"sha256"`
	SizeBytes int64         `json:"size_bytes"`
	Unit      string        `json:"unit,omitempty"`
	Dossier   string        `json:"dossier,omitempty"`
	Batch     string        `json:"batch,omitempty"`
}

// OpenPlaces opens or makes the folder, closed to others, and clears it of what no server remembers at now.
func OpenPlaces(dir string, now time.Time) (*Places, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open memory of uploads: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open memory of uploads: %w", err)
	}
	p := &Places{dir: dir}
	for _, e := range entries {
		if st, err := e.Info(); err == nil && st.Mode().IsRegular() && strings.Contains(e.Name(), ".json") && now.Sub(st.ModTime()) > placesLast {
			_ = os.Remove(filepath.Join(dir, e.Name())) // the next run tries again
		}
	}
	return p, nil
}

// placeKey names an upload by all that makes it the one wanted: bytes alone would let a paper land in the dossier of an earlier try.
func placeKey(server string, u Upload) string {
	b, _ := json.Marshal([]any{server, u.SHA256, u.SizeBytes, u.Unit, u.Dossier, u.Batch, u.Queue}) // strings and numbers always marshal
	d := sha256.Sum256(b)
	return hex.EncodeToString(d[:16])
}

func (p *Places) path(key string) string { return filepath.Join(p.dir, key+".json") }

// find returns the id of the upload that key stands for, empty where none is remembered.
func (p *Places) find(key string) string {
	if p == nil {
		return ""
	}
	pl, ok := readPlace(p.path(key))
	if !ok {
		return ""
	}
	return pl.Upload
}

func readPlace(path string) (place, bool) {
	f, err := os.Open(path)
	if err != nil {
		return place{}, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPlaceBytes))
	if err != nil {
		return place{}, false
	}
	return parsePlace(b)
}

// parsePlace holds what lay on the disk to what put wrote.
func parsePlace(b []byte) (place, bool) {
	var pl place
	if json.Unmarshal(b, &pl) != nil || !validUpload(pl.Upload) || pl.Server == "" || pl.SizeBytes <= 0 {
		return place{}, false
	}
	return pl, true
}

// put remembers an upload. Where that fails the upload goes on all the same, only no later run can.
func (p *Places) put(key string, pl place) {
	if p == nil || pl.SHA256.IsZero() {
		return
	}
	b, err := json.Marshal(pl)
	if err != nil {
		return
	}
	f, err := os.CreateTemp(p.dir, key+".json.*")
	if err != nil {
		return
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), p.path(key))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}

func (p *Places) remove(key string) {
	if p == nil {
		return
	}
	if err := os.Remove(p.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Truncate(p.path(key), 0) // reads as none
	}
}

// Batch is the batch of the youngest upload to the client's server that was left unfinished and that want accepts by its batch and size
// in bytes; empty where there is none.
func (p *Places) Batch(c *Client, want func(batch string, size int64) bool) string {
	if p == nil {
		return ""
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return ""
	}
	var name string
	var youngest time.Time
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || filepath.Ext(e.Name()) != ".json" || !st.ModTime().After(youngest) {
			continue
		}
		if pl, ok := readPlace(filepath.Join(p.dir, e.Name())); ok && pl.Server == c.base && want(pl.Batch, pl.SizeBytes) {
			name, youngest = pl.Batch, st.ModTime()
		}
	}
	return name
}
