package watch

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// stage is how far a file is.
type stage string

const (
	waiting  stage = "waiting"  // to be sent
	sent     stage = "sent"     // in custody; Target is where it goes, and whether it can be read is not known yet
	rejected stage = "rejected" // refused; Target is where it goes
)

// entry is what is written down of a file: one small JSON file in .sohoa/queue, beside the scan itself unless files are kept.
type entry struct {
	ID        string              `json:"id"`  // sorts by when it was found
	Rel       string              `json:"rel"` // where it was found, below the folder, with slashes
	Size      int64               `json:"size"`
	Mod       time.Time           `json:"mod"`
	Found     time.Time           `json:"found"`
	Batch     string              `json:"batch"`
	Kept      bool                `json:"kept,omitempty"` // it lies where it was found
	Stage     stage               `json:"stage"`
	Target    string              `json:"target,omitempty"` // below the folder, with slashes; empty where it is kept
	Accession archive.AccessionID `json:"accession,omitempty"`
	Code      fault.Code          `json:"code,omitempty"`
	Detail    string              `json:"detail,omitempty"`
}

// box is the hidden folder: the queue, and the files taken from the scanner.
type box struct {
	dir    string     // the watched folder
	moving sync.Mutex // held from finding a free name to using it
}

func openBox(dir string) (*box, error) {
	b := &box{dir: dir}
	if err := os.MkdirAll(b.own("queue"), 0o700); err != nil {
		return nil, fmt.Errorf("make the queue: %w", err)
	}
	return b, nil
}

func (b *box) own(parts ...string) string {
	return filepath.Join(append([]string{b.dir, ownFolder}, parts...)...)
}

// at is where a path below the folder is.
func (b *box) at(rel string) string { return filepath.Join(b.dir, filepath.FromSlash(rel)) }

// note is where an entry is written down.
func (b *box) note(e *entry) string { return b.own("queue", e.ID+".json") }

// scan is where the bytes of an entry are until it is finished.
func (b *box) scan(e *entry) string {
	if e.Kept {
		return b.at(e.Rel)
	}
	return b.own("queue", e.ID+".scan")
}

func newID(now time.Time) string {
	var r [4]byte
	_, _ = rand.Read(r[:]) // never fails
	return fmt.Sprintf("%013d-%s", now.UnixMilli(), hex.EncodeToString(r[:]))
}

// save writes an entry down, there whole or not at all.
func (b *box) save(e *entry) error {
	j, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return writeWhole(b.note(e), append(j, '\n'))
}

// writeWhole writes a file that is there whole or not at all, also after a power cut.
func writeWhole(path string, b []byte) error {
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(tmp)
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// syncFolder makes names last; where the system has no such thing it is not needed.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// take makes an entry of a file: written down first, moved then. Of two agents at one share only one gets the file; the other's
// os.Rename finds nothing, and its ok is false.
func (b *box) take(rel string, g sighting, batch string, keep bool, now time.Time) (e *entry, ok bool, err error) {
	e = &entry{ID: newID(now), Rel: rel, Size: g.size, Mod: g.mod.UTC(), Found: now.UTC(), Batch: batch, Kept: keep, Stage: waiting}
	if err := b.save(e); err != nil {
		return nil, false, err
	}
	if keep {
		return e, true, nil
	}
	if err := os.Rename(b.at(rel), b.scan(e)); err != nil {
		_ = os.Remove(b.note(e))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		return nil, false, err
	}
	syncFolder(filepath.Dir(b.at(rel)))
	return e, true, nil
}

// settle writes down that an entry belongs into a folder, and moves it there; from says where it lies, when that is not the queue.
func (b *box) settle(e *entry, folder, from string) error {
	b.moving.Lock()
	defer b.moving.Unlock()
	if !e.Kept {
		e.Target = b.free(folder, e.Rel)
		if from != "" {
			if err := rename(b.at(from), b.scan(e)); err != nil {
				return err
			}
		}
	}
	if err := b.save(e); err != nil {
		return err
	}
	return b.finish(e)
}

// finish moves an entry's bytes to its target, once.
func (b *box) finish(e *entry) error {
	if e.Kept || e.Target == "" {
		return nil
	}
	to := b.at(e.Target)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Rename(b.scan(e), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	syncFolder(filepath.Dir(to))
	return nil
}

func (b *box) drop(e *entry) error {
	err := os.Remove(b.note(e))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// free is a name below folder that is not taken: the file's own, or with (2), (3) … before its ending.
func (b *box) free(folder, rel string) string {
	to := path.Join(folder, rel)
	ext := path.Ext(to)
	for n := 2; ; n++ {
		if _, err := os.Lstat(b.at(to)); errors.Is(err, fs.ErrNotExist) {
			return to
		}
		to = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(path.Join(folder, rel), ext), n, ext)
	}
}

const maxNoteBytes = 16 << 10

// parseNote holds what lies in the queue to what save wrote.
func parseNote(name string, j []byte) (*entry, error) {
	var e entry
	if err := json.Unmarshal(j, &e); err != nil {
		return nil, err
	}
	local := func(p string) bool { return filepath.IsLocal(filepath.FromSlash(p)) }
	switch {
	case e.ID+".json" != name || !local(e.ID) || strings.ContainsAny(e.ID, `/\`), !local(e.Rel), e.Target != "" && !local(e.Target):
		return nil, fmt.Errorf("%s names a place outside the folder", name)
	case e.Stage != waiting && e.Stage != sent && e.Stage != rejected:
		return nil, fmt.Errorf("%s has the unknown stage %q", name, e.Stage)
	}
	return &e, nil
}

// load reads the queue as the last run left it, oldest first, and brings steps it was in the middle of to their end. What cannot be
// read is set aside and told of; its scan goes back to where scans are found.
func (b *box) load() (entries []*entry, problems []string, err error) {
	names, err := os.ReadDir(b.own("queue"))
	if err != nil {
		return nil, nil, err
	}
	noted := map[string]bool{}
	for _, n := range names {
		full := b.own("queue", n.Name())
		switch filepath.Ext(n.Name()) {
		case ".tmp":
			_ = os.Remove(full) // a save that did not come to its end
			continue
		case ".json":
		default:
			continue
		}
		j, err := readSmall(full, maxNoteBytes)
		var e *entry
		if err == nil {
			e, err = parseNote(n.Name(), j)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s cannot be read (%v); its scan is taken up again", n.Name(), err))
			if err := os.Rename(full, full+".bad"); err != nil {
				return nil, nil, err
			}
			continue
		}
		noted[e.ID] = true
		if e.Stage != waiting {
			if err := b.finish(e); err != nil {
				return nil, nil, err
			}
		} else if _, err := os.Lstat(b.scan(e)); errors.Is(err, fs.ErrNotExist) {
			// Written down but not moved yet (it is found again), or taken away by somebody.
			if _, err := os.Lstat(b.at(e.Rel)); errors.Is(err, fs.ErrNotExist) {
				problems = append(problems, fmt.Sprintf("%s is gone from the queue; scan it again if it is not in %s", e.Rel, sentFolder))
			}
			if err := b.drop(e); err != nil {
				return nil, nil, err
			}
			continue
		}
		entries = append(entries, e)
	}
	for _, n := range names { // scans that nothing is written down of
		id, is := strings.CutSuffix(n.Name(), ".scan")
		if !is || noted[id] {
			continue
		}
		e := &entry{ID: id}
		to := b.free("", id+endingOf(b.scan(e)))
		if err := os.Rename(b.scan(e), b.at(to)); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(entries, func(x, y *entry) int { return strings.Compare(x.ID, y.ID) })
	return entries, problems, nil
}

func readSmall(path string, limit int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > limit {
		return nil, fmt.Errorf("it has %d bytes", st.Size())
	}
	return os.ReadFile(path)
}

// endingOf guesses the ending of a scan whose name was lost.
func endingOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 4)
	n, _ := f.Read(head)
	switch h := string(head[:n]); {
	case h == "%PDF":
		return ".pdf"
	case strings.HasPrefix(h, "\xff\xd8"):
		return ".jpg"
	case h == "\x89PNG":
		return ".png"
	case h == "II*\x00", h == "MM\x00*":
		return ".tif"
	case strings.HasPrefix(h, "PK"):
		return ".zip"
	}
	return ""
}

// rename moves a file; one that is gone is no error, since a step may be done twice.
func rename(from, to string) error {
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func makeFolder(dir string) error { return os.MkdirAll(dir, 0o755) }

// writeText writes a file for people, there whole or not at all.
func writeText(path, text string) error {
	if err := writeWhole(path, []byte(text)); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}
