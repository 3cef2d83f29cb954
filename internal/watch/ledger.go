package watch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ledger remembers which kept files are done with: a line of JSON each, the last one about a path counts.
type ledger struct {
	path string
	f    *os.File
	done map[string]keptFile
}

// keptFile is a file that was sent or refused. Another size or time is another file.
type keptFile struct {
	Rel   string    `json:"rel"`
	Size  int64     `json:"size"`
	Mod   time.Time `json:"mod"`
	Stage stage     `json:"stage"`
}

func openLedger(path string) (*ledger, error) {
	l := &ledger{path: path, done: map[string]keptFile{}}
	f, err := os.Open(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the list of kept files: %w", err)
	}
	if err == nil {
		s := bufio.NewScanner(f)
		s.Buffer(nil, 64<<10)
		for s.Scan() {
			var k keptFile
			if json.Unmarshal(s.Bytes(), &k) == nil && k.Rel != "" { // the last line may be torn by a power cut: sent again, it is in already
				l.done[k.Rel] = k
			}
		}
		err = s.Err()
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read the list of kept files: %w", err)
		}
	}
	return l, l.rewrite(func(string) bool { return true })
}

// rewrite leaves out what is not wanted any more.
func (l *ledger) rewrite(want func(rel string) bool) error {
	var b []byte
	for rel, k := range l.done {
		if !want(rel) {
			delete(l.done, rel)
			continue
		}
		j, err := json.Marshal(k)
		if err != nil {
			return err
		}
		b = append(append(b, j...), '\n')
	}
	if l.f != nil {
		l.f.Close()
	}
	if err := writeWhole(l.path, b); err != nil {
		return fmt.Errorf("write the list of kept files: %w", err)
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0o600)
	l.f = f
	return err
}

func (l *ledger) has(rel string, g sighting) bool {
	k, ok := l.done[rel]
	return ok && k.Size == g.size && k.Mod.Equal(g.mod)
}

func (l *ledger) add(e *entry) error {
	k := keptFile{Rel: e.Rel, Size: e.Size, Mod: e.Mod, Stage: e.Stage}
	j, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if _, err := l.f.Write(append(j, '\n')); err != nil {
		return err
	}
	if err := l.f.Sync(); err != nil {
		return err
	}
	l.done[k.Rel] = k
	return nil
}

func (l *ledger) close() {
	if l != nil && l.f != nil {
		l.f.Close()
	}
}
