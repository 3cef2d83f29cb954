package digitise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// keptPages are the results of pages in a folder, so that a long file goes on from the last finished page after its program was killed. A
// folder belongs to one file as one engine reads it: for any other it is emptied.
type keptPages struct{ dir string }

// keptFor says whose results a folder holds.
type keptFor struct {
	Master fixity.Digest `json:"master"`
	Engine EngineVersion `json:"engine"`
	Redo   bool          `json:"redo"`
}

const keptName = "of.json"

// keepPages opens or makes a folder.
func keepPages(dir string, k keptFor) (*keptPages, error) {
	want, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("keep pages: %w", err)
	}
	have, err := os.ReadFile(filepath.Join(dir, keptName)) //nolint:gosec // the folder is the caller's choice
	switch {
	case err == nil && string(have) == string(want):
		return &keptPages{dir}, nil
	case err == nil:
		if err := (&keptPages{dir}).remove(); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("keep pages: %w", err)
	}
	// A folder that is there and not ours is not touched.
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep pages: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, keptName), want, 0o600); err != nil {
		return nil, fmt.Errorf("keep pages: %w", err)
	}
	return &keptPages{dir}, nil
}

func (k *keptPages) path(n int) string { return filepath.Join(k.dir, strconv.Itoa(n)+".json") }

// load gives the result of page n. One that cannot be read is as good as none.
func (k *keptPages) load(n int) (r page.Result, ok bool) {
	body, err := os.ReadFile(k.path(n))
	return r, err == nil && json.Unmarshal(body, &r) == nil
}

// save keeps the result of page n, whole or not at all.
func (k *keptPages) save(n int, r page.Result) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("keep page %d: %w", n, err)
	}
	tmp := k.path(n) + ".part"
	if err := os.WriteFile(tmp, body, 0o600); err != nil {
		return spaceFault(fmt.Errorf("keep page %d: %w", n, err))
	}
	if err := os.Rename(tmp, k.path(n)); err != nil {
		return fmt.Errorf("keep page %d: %w", n, err)
	}
	return nil
}

func (k *keptPages) remove() error {
	if err := os.RemoveAll(k.dir); err != nil {
		return fmt.Errorf("remove kept pages: %w", err)
	}
	return nil
}
