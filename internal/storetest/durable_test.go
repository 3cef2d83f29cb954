package storetest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/local"
	"sohoa/internal/objectstore"
)

// playStore stores on the embedded gateway and says, by writing to standard output, when each PutOnce began and ended.
// With sync it does so as sohoa up does; without, to show that the test would notice.
func playStore(ctx context.Context, dir string, sync bool) error {
	log := slog.New(slog.DiscardHandler)
	g, err := local.StartGateway(ctx, local.GatewayConfig{
		Command: []string{"/proc/self/exe", "gateway"}, Dir: filepath.Join(dir, "s3"), Listen: filepath.Join(dir, "s3.sock"),
		Logger: log, AccessKey: "key", SecretKey: "secret",
	})
	if err != nil {
		return err
	}
	defer g.Stop()
	syncer, err := local.NewSyncer(filepath.Join(dir, "s3"))
	if err != nil {
		return err
	}
	d := objectstore.Deps{Endpoint: g.Endpoint(), AccessKey: "key", SecretKey: "secret", Region: local.Region}
	if sync {
		d.SyncFS = syncer.Sync
	}
	s, err := objectstore.Open(ctx, d)
	if err != nil {
		return err
	}
	if err := s.EnsureBuckets(ctx); err != nil {
		return err
	}
	for i, put := range durablePuts() {
		fmt.Printf("mark %d begin\n", i)
		_, err := s.PutOnce(ctx, put.bucket, put.key, bytes.NewReader(put.content), int64(len(put.content)), fixity.Of(put.content),
			objectstore.PutOptions{RetainUntil: put.until})
		fmt.Printf("mark %d end\n", i)
		if fault.CodeOf(err) == fault.AccessionConflict && put.conflict {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type durablePut struct {
	what    string
	bucket  objectstore.Bucket
	key     string
	content []byte
	until   time.Time
	again   bool // the object is there already, so nothing is linked
	// conflict means that other bytes are there: the caller may go by them, so they must be safe too.
	conflict bool
}

func durablePuts() []durablePut {
	until := time.Now().Add(5 * time.Second)
	scan := bytesOf(1, 3<<20)
	return []durablePut{
		{what: "a master", bucket: objectstore.Masters, key: "sha256/aa", content: scan, until: until},
		{what: "a record", bucket: objectstore.Records, key: "accessions/1.json", content: []byte("{}"), until: until},
		{what: "a page result, without lock", bucket: objectstore.Work, key: "pages/1", content: []byte("words")},
		{what: "another record under the same key", bucket: objectstore.Records, key: "accessions/1.json", content: []byte("[]"), again: true, conflict: true},
		{what: "the same master again", bucket: objectstore.Masters, key: "sha256/aa", content: scan, until: until, again: true},
	}
}

func TestBytesAreSyncedBeforePutOnceReturns(t *testing.T) {
	t.Parallel()
	trace := traced(t, "sync")
	for i, put := range durablePuts() {
		if err := syncedInOrder(trace, i, put); err != nil {
			t.Errorf("%s: %v", put.what, err)
		}
	}
	// A check that cannot fail proves nothing.
	trace = traced(t, "no-sync")
	for i, put := range durablePuts() {
		if err := syncedInOrder(trace, i, put); !errors.Is(err, errNotSynced) {
			t.Errorf("%s: without a sync the check says %v", put.what, err)
		}
	}
}

var errNotSynced = errors.New("no syncfs between the object's last write and the return of PutOnce")

// call is one system call: where in the trace it began and ended.
type call struct {
	text       string
	began, end int
}

// traced runs playStore under strace and returns its calls.
func traced(t *testing.T, mode string) []call {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("no strace: run `make test`, which installs what the tests need (apt-get install strace)")
	}
	dir, err := os.MkdirTemp("/tmp", "sohoatrace-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := local.OwnDir(filepath.Join(dir, "data"), ""); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "trace")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, strace, "-f", "-y", "-s", "48", "-o", out,
		"-e", "trace=write,pwrite64,copy_file_range,linkat,renameat,renameat2,rename,fsetxattr,setxattr,syncfs,fsync,fdatasync", "--",
		self, "store", filepath.Join(dir, "data"), mode)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("strace: %v: %s", err, said)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return parseTrace(t, f)
}

var resumed = regexp.MustCompile(`^<\.\.\. \w+ resumed>(.*)$`)

// parseTrace joins the halves of calls that strace had to interrupt.
func parseTrace(t *testing.T, f *os.File) []call {
	t.Helper()
	var calls []call
	open := map[string]int{} // thread to its interrupted call
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for n := 0; in.Scan(); n++ {
		pid, text, ok := strings.Cut(in.Text(), " ")
		if !ok {
			continue
		}
		text = strings.TrimSpace(text)
		if m := resumed.FindStringSubmatch(text); m != nil {
			if i, ok := open[pid]; ok {
				calls[i].text += m[1]
				calls[i].end = n
				delete(open, pid)
			}
			continue
		}
		head, cut := strings.CutSuffix(text, "<unfinished ...>")
		calls = append(calls, call{text: head, began: n, end: n})
		if cut {
			open[pid] = len(calls) - 1
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return calls
}

// syncedInOrder checks one PutOnce: bytes and name are in the file system, then a syncfs of it begins and ends well,
// then the call returns.
func syncedInOrder(calls []call, i int, put durablePut) error {
	find := func(from, to int, match func(string) bool) (last *call) {
		for n := range calls {
			if c := &calls[n]; c.began > from && c.end < to && match(c.text) {
				last = c
			}
		}
		return last
	}
	mark := func(edge string) *call {
		return find(-1, 1<<62, func(s string) bool {
			return strings.HasPrefix(s, "write(1<") && strings.Contains(s, fmt.Sprintf("mark %d %s", i, edge))
		})
	}
	begin, end := mark("begin"), mark("end")
	if begin == nil || end == nil {
		return fmt.Errorf("the trace of %d calls lacks the marks", len(calls))
	}
	from := begin.end
	if !put.again {
		wrote := find(from, end.began, func(s string) bool {
			return (strings.HasPrefix(s, "write(") || strings.HasPrefix(s, "pwrite64(")) && strings.Contains(s, "/s3/objects/")
		})
		named := find(from, end.began, func(s string) bool {
			return (strings.HasPrefix(s, "linkat(") || strings.HasPrefix(s, "rename")) && strings.Contains(s, put.key) && strings.HasSuffix(s, "= 0")
		})
		if wrote == nil || named == nil {
			return fmt.Errorf("the trace shows no write (%v) or no name (%v) of the object", wrote != nil, named != nil)
		}
		from = max(wrote.end, named.end)
	}
	synced := find(from, end.began, func(s string) bool {
		return strings.HasPrefix(s, "syncfs(") && strings.Contains(s, "/s3>") && strings.HasSuffix(s, "= 0")
	})
	if synced == nil {
		return errNotSynced
	}
	return nil
}
