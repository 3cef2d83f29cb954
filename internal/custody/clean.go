package custody

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sohoa/internal/archive"
)

// Leftover names files that a crash may leave behind on local disk.
type Leftover struct {
	Dir     string
	Pattern string // of filepath.Match, for the file's name
}

// CleanFiles removes leftovers older than age and returns how many there were. A folder that is not there holds none.
func CleanFiles(now time.Time, age time.Duration, where ...Leftover) (int, error) {
	n := 0
	var errs []error
	for _, l := range where {
		entries, err := os.ReadDir(l.Dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, e := range entries {
			if ok, err := filepath.Match(l.Pattern, e.Name()); err != nil || !ok || !e.Type().IsRegular() {
				continue
			}
			st, err := e.Info()
			if err != nil || now.Sub(st.ModTime()) < age { // gone meanwhile, or in use
				continue
			}
			switch err := os.Remove(filepath.Join(l.Dir, e.Name())); {
			case err == nil:
				n++
			case !errors.Is(err, fs.ErrNotExist):
				errs = append(errs, err)
			}
		}
	}
	return n, errors.Join(errs...)
}

// CleanWork removes what lies in the work bucket longer than the grace and belongs to no document still being worked on. Keys there
// begin with the document's id.
func (s *Sweeper) CleanWork(ctx context.Context) (int, error) {
	removed := 0
	_, err := s.d.Catalogue.Alone(ctx, "clean-work", func(ctx context.Context) error {
		oldest := s.d.Now().Add(-s.d.Grace)
		byDocument := map[archive.DocumentID][]string{}
		flush := func() error {
			ids := make([]archive.DocumentID, 0, len(byDocument))
			for id := range byDocument {
				if archive.ValidID(string(id)) {
					ids = append(ids, id)
				}
			}
			busy, err := s.d.Catalogue.Unfinished(ctx, ids)
			if err != nil {
				return err
			}
			for id, keys := range byDocument {
				if busy[id] {
					continue
				}
				for _, key := range keys {
					if err := s.d.Objects.Delete(ctx, Work, key, ""); err != nil {
						return fmt.Errorf("remove work %s: %w", key, err)
					}
					removed++
				}
			}
			clear(byDocument)
			return nil
		}
		pending := 0
		for o, err := range s.d.Objects.List(ctx, Work, "", "") {
			if err != nil {
				return err
			}
			if o.ModTime.After(oldest) {
				continue
			}
			id, _, _ := strings.Cut(o.Key, "/")
			byDocument[archive.DocumentID(id)] = append(byDocument[archive.DocumentID(id)], o.Key)
			if pending++; pending%sweepChunk == 0 {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return flush()
	})
	return removed, err
}
