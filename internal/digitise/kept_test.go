package digitise_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/pipetest"
)

var errKilled = errors.New("killed")

// countingEngine breaks down after so many pages.
type countingEngine struct {
	pipetest.StubEngine
	read     *atomic.Int64
	last     int64
	settings string
}

func (e countingEngine) Recognise(ctx context.Context, p page.Picture) (page.Result, error) {
	if n := e.read.Add(1); n > e.last {
		return page.Result{}, errKilled
	}
	return e.StubEngine.Recognise(ctx, p)
}

func (e countingEngine) Version() digitise.EngineVersion {
	return digitise.EngineVersion{Engine: "counting", Settings: e.settings}
}

// wordWriter writes the text of each page.
type wordWriter struct{ io.Writer }

func (wordWriter) Begin(w io.Writer, _ digitise.Snapshot) (digitise.Rendition, error) {
	return wordWriter{w}, nil
}
func (wordWriter) Allows(page.Picture) bool { return true }
func (wordWriter) Name() string             { return "words" }
func (wordWriter) Close() error             { return nil }

func (w wordWriter) Add(l page.Leaf) error {
	_, err := fmt.Fprintln(w, l.Result.Text())
	return err
}

func (wordWriter) Check(context.Context, string) (conformance, checkedBy string, err error) {
	return "none", "test", nil
}
func (wordWriter) Fields([]page.Result, string) []archive.Field { return nil }
func (wordWriter) Title([]archive.Field, string) string         { return "" }

func TestAFileGoesOnFromItsLastFinishedPage(t *testing.T) {
	const pages = 40
	dir := t.TempDir()
	in, keep := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf.pages")
	if err := os.WriteFile(in, []byte("a paper"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(keep, settings string, last int64) (read int64, text string, err error) {
		t.Helper()
		out, err := os.Create(filepath.Join(t.TempDir(), "out.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		var n atomic.Int64
		_, err = digitise.File(t.Context(), digitise.FileDeps{
			Reader: pipetest.StubReader{Pages: pages}, Engine: countingEngine{read: &n, last: last, settings: settings},
			Writer: wordWriter{}, Checker: wordWriter{}, Describer: wordWriter{},
		}, in, out, digitise.FileOptions{Jobs: 1, Keep: keep})
		body, readErr := os.ReadFile(out.Name())
		return n.Load(), string(body), errors.Join(err, readErr)
	}
	_, whole, err := run("", "s1", pages)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(keep, "s1", 13); !errors.Is(err, errKilled) {
		t.Fatalf("the first run ended with %v", err)
	}
	// A result that was cut off is read again.
	if err := os.WriteFile(filepath.Join(keep, "3.json"), []byte(`{"width":1`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(keep, "s1", 5); !errors.Is(err, errKilled) {
		t.Fatalf("the second run ended with %v", err)
	}
	read, text, err := run(keep, "s1", pages)
	if err != nil || read != pages-13-4 || text != whole {
		t.Errorf("the third run read %d pages and wrote the same: %t, %v", read, text == whole, err)
	}
	if _, err := os.Stat(keep); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("kept pages are still there: %v", err)
	}
	// Results of another engine are of no use.
	if _, _, err := run(keep, "s1", 13); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if read, _, err := run(keep, "s2", pages); err != nil || read != pages {
		t.Errorf("after a change of settings %d pages were read, %v", read, err)
	}
}

func TestAFolderOfSomebodyElseIsNotTouched(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.pdf")
	if err := os.WriteFile(in, []byte("a paper"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := digitise.File(t.Context(), digitise.FileDeps{
		Reader: pipetest.StubReader{Pages: 1}, Engine: pipetest.StubEngine{}, Writer: wordWriter{}, Checker: wordWriter{}, Describer: wordWriter{},
	}, in, nil, digitise.FileOptions{Jobs: 1, Keep: dir})
	if _, statErr := os.Stat(in); err == nil || statErr != nil {
		t.Errorf("%v, %v", err, statErr)
	}
}
