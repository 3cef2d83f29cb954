package watch

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"sohoa/internal/client"
)

// Settings say what is watched and where it goes.
type Settings struct {
	Dir  string // watched with all folders below it
	Keep bool   // leave files where they are
	Unit string // empty: the account's
	// Batch names the batch of a file: {folder} is the first folder below Dir, {path} all of them, {date} the day the file was found and
	// {host} this machine. Empty: the folder, or for files in none "Lô {date}".
	Batch string
	// Connect makes a client. It is called again after the server refused the token, so a token file may be replaced meanwhile.
	Connect func() (*client.Client, error)

	Quiet    time.Duration // how long a file must stand still; 0: 3 s
	Patience time.Duration // how long one that stands still but does not end as its kind ends is given; 0: 2 min
	Rescan   time.Duration // how often the folder is read whole, since network shares drop events; 0: 15 s
	MaxPause time.Duration // longest wait before the server is tried again; 0: 5 min
	Jobs     int           // files sent at once; 0: 2

	Now func() time.Time // nil: time.Now
}

// checked fills in what was left out, or says what is wrong.
func (s Settings) checked() (Settings, error) {
	for _, d := range []struct {
		v    *time.Duration
		zero time.Duration
	}{{&s.Quiet, 3 * time.Second}, {&s.Patience, 2 * time.Minute}, {&s.Rescan, 15 * time.Second}, {&s.MaxPause, 5 * time.Minute}} {
		if *d.v <= 0 {
			*d.v = d.zero
		}
	}
	if s.Jobs <= 0 {
		s.Jobs = 2
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	for _, v := range batchVariable.FindAllString(s.Batch, -1) {
		switch v {
		case "{folder}", "{path}", "{date}", "{host}":
		default:
			return s, fmt.Errorf("batch %q: %s is unknown; there are {folder}, {path}, {date} and {host}", s.Batch, v)
		}
	}
	st, err := os.Stat(s.Dir)
	if err != nil {
		return s, fmt.Errorf("watch: %w", err)
	}
	if !st.IsDir() {
		return s, fmt.Errorf("watch %s: it is no folder", s.Dir)
	}
	return s, nil
}

var batchVariable = regexp.MustCompile(`\{[^{}]*\}`) //nolint:gochecknoglobals // a pattern that never changes

// maxBatchBytes is how long the server lets a batch's name be.
const maxBatchBytes = 200

// batchOf names the batch of the file at rel, a path below the folder with slashes.
func (s Settings) batchOf(rel string, found time.Time) string {
	folder, _, in := strings.Cut(rel, "/")
	if !in {
		folder = ""
	}
	pattern := s.Batch
	switch {
	case pattern != "":
	case folder != "":
		pattern = "{folder}"
	default:
		pattern = "Lô {date}"
	}
	dir := path.Dir(rel)
	if dir == "." {
		dir = ""
	}
	host, _ := os.Hostname() // empty where there is none
	name := strings.NewReplacer("{folder}", folder, "{path}", dir, "{date}", found.Format(time.DateOnly), "{host}", host).Replace(pattern)
	name = strings.TrimSpace(name)
	if name == "" {
		name = "Lô " + found.Format(time.DateOnly)
	}
	for len(name) > maxBatchBytes {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name
}

// sentName is what the server is told: the file's name after that of the folder it lies in, which may name its dossier.
func sentName(rel string) string {
	dir, name := path.Split(rel)
	if dir = path.Base(path.Clean("/" + dir)); dir == "/" || dir == "." {
		return name
	}
	return dir + "/" + name
}
