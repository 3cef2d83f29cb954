package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
)

// unnamedBatch is the name, by time, of a batch that was given none.
const unnamedBatch = "Lô 2006-01-02 15:04"

// scan is a file to hand in, and its size in bytes when it was found.
type scan struct {
	path string
	size int64
}

// recall opens the memory of large uploads, and names the batch when nobody did: a run that goes on with an interrupted one's upload
// goes on in its batch.
func (c *ingestCmd) recall(e *env, cl *client.Client, files []scan) {
	sizes := map[int64]bool{}
	for _, f := range files {
		if f.size >= client.ResumableFrom {
			sizes[f.size] = true
		}
	}
	if len(sizes) > 0 {
		dir, err := stateDir(os.Getenv)
		if err == nil {
			c.places, err = client.OpenPlaces(filepath.Join(dir, "uploads"), time.Now())
		}
		if err != nil {
			fmt.Fprintf(e.stderr, "sohoa: large files can go on after a broken line, but not in a later run: %v\n", err)
		}
	}
	if c.Batch != "" {
		return
	}
	c.Batch = c.places.Batch(cl, func(batch string, size int64) bool {
		_, err := time.Parse(unnamedBatch, batch)
		return err == nil && sizes[size]
	})
	if c.Batch == "" {
		c.Batch = time.Now().Format(unnamedBatch)
	} else if !c.Quiet {
		fmt.Fprintf(e.stderr, "sohoa: an upload was interrupted; going on in its batch “%s”\n", c.Batch)
	}
}

// stateDir is the folder of what a user's programs remember and may lose.
func stateDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sohoa"), nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "sohoa"), nil
	}
	return "", fmt.Errorf("neither XDG_STATE_HOME nor HOME is set")
}

// paper is one of the run's files.
func (c *ingestCmd) paper(path string, progress func(behind, sent int64)) client.Paper {
	p := client.Paper{Path: path, Unit: c.Unit, Dossier: c.Dossier, Batch: c.Batch, Places: c.places, Progress: progress}
	if c.Interactive {
		p.Queue = archive.Interactive
	}
	return p
}

// listFiles walks what was named: files as they are, folders with everything in them but hidden files.
func listFiles(paths []string) ([]scan, error) {
	var out []scan
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !st.IsDir() {
			out = append(out, scan{p, st.Size()})
			continue
		}
		if err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if strings.HasPrefix(d.Name(), ".") && path != p {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			if !d.Type().IsRegular() {
				return nil
			}
			st, err := d.Info()
			if err != nil {
				return err
			}
			out = append(out, scan{path, st.Size()})
			return nil
		}); err != nil {
			return nil, err
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path < out[j].path })
	return out, nil
}
