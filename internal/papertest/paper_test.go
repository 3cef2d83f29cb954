package papertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
	"sohoa/internal/ocrpool"
	"sohoa/internal/page"
	"sohoa/internal/pdfa"
	"sohoa/internal/pdfatest"
	"sohoa/internal/pipetest"
	"sohoa/internal/reader"
	"sohoa/internal/sample"

	"sohoa/internal/roottest"
)

const jobs = 2

// deps are the real parts of sohoa digitise.
func deps(t *testing.T) digitise.FileDeps {
	t.Helper()
	pool, err := ocrpool.New(ocrpool.Deps{Program: pipetest.EngineProgram(t), Workers: jobs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	rd := reader.New(reader.Deps{})
	t.Cleanup(func() { _ = rd.Close() })
	return digitise.FileDeps{Reader: rd, Engine: pool, Writer: pdfa.Writer{}, Checker: pdfa.Checker{}, Describer: describe.Describer{}}
}

func digitiseFile(ctx context.Context, d digitise.FileDeps, in, out string) (digitise.FileReport, error) {
	f, err := os.Create(out)
	if err != nil {
		return digitise.FileReport{}, err
	}
	defer f.Close()
	return digitise.File(ctx, d, in, f, digitise.FileOptions{Name: filepath.Base(in), Jobs: jobs})
}

func TestSamplesOfEveryLayoutBecomeValidPDFA(t *testing.T) {
	t.Parallel()
	d := deps(t)
	dir := t.TempDir()
	var names []string
	for _, l := range sample.Layouts() {
		names = append(names, l.Name)
	}
	papers, err := sample.Generate(t.Context(), sample.Options{Count: len(names), Seed: 21, Dir: dir, Layouts: names})
	if err != nil {
		t.Fatal(err)
	}
	var outs []string
	for _, p := range papers {
		out := filepath.Join(dir, p.Name+".out.pdf")
		rep, err := digitiseFile(t.Context(), d, p.Scan, out)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(p.Scan), err)
			continue
		}
		if rep.Conformance != "PDF/A-2u" || len(rep.Pages) != len(p.Truth.Pages) {
			t.Errorf("%s: %s with %d pages, want PDF/A-2u with %d", p.Name, rep.Conformance, len(rep.Pages), len(p.Truth.Pages))
		}
		outs = append(outs, out)
	}
	pdfatest.Validate(t, outs...)
}

func TestRealScansBecomeValidPDFAWithTheirTextInOrder(t *testing.T) {
	t.Parallel()
	scans, ok := roottest.Shared(t, "real-scans/pdf")
	if !ok {
		return
	}
	d := deps(t)
	files, err := filepath.Glob(filepath.Join(scans, "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scans: %v", err)
	}
	dir := t.TempDir()
	var outs []string
	for _, in := range files {
		out := filepath.Join(dir, filepath.Base(in))
		rep, err := digitiseFile(t.Context(), d, in, out)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(in), err)
			continue
		}
		outs = append(outs, out)
		text := pdfatest.PopplerText(t, out)
		for i, r := range rep.Results {
			comparePage(t, fmt.Sprintf("%s page %d", filepath.Base(in), i+1), r, text[i])
		}
		st, err := os.Stat(in)
		if err != nil {
			t.Fatal(err)
		}
		if scanned(rep) && rep.SizeBytes > st.Size()*102/100+20_000 {
			t.Errorf("%s: rendition has %d bytes, the scan %d", filepath.Base(in), rep.SizeBytes, st.Size())
		}
	}
	pdfatest.Validate(t, outs...)
}

// scanned reports whether every page was recognised rather than taken from a born-digital page.
func scanned(rep digitise.FileReport) bool {
	for _, r := range rep.Results {
		if r.Source == page.Embedded {
			return false
		}
	}
	return true
}

// comparePage asks of another reader that the words of the page come out, in order. A reader may part or join a few of them.
func comparePage(t *testing.T, name string, r page.Result, got string) {
	t.Helper()
	want := strings.Fields(r.Text())
	if len(want) == 0 {
		return
	}
	have := strings.Fields(got)
	at, missed := 0, 0
	for _, w := range want {
		found := false
		for j := at; j < min(at+40, len(have)); j++ {
			if have[j] == w {
				at, found = j+1, true
				break
			}
		}
		if !found {
			missed++
		}
	}
	if missed*10 > len(want) {
		t.Errorf("%s: poppler finds %d of %d words in order", name, len(want)-missed, len(want))
	}
}

func TestTheSameScanGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	d := deps(t)
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 1, Seed: 4, Dir: dir, Layouts: []string{"decision"}, Grades: []int{2}})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	digests := map[fixity.Digest]bool{}
	for i := range 2 {
		rep, err := digitiseFile(t.Context(), d, papers[0].Scan, filepath.Join(dir, fmt.Sprintf("%d.pdf", i)))
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		digests[rep.Rendition] = true
		mu.Unlock()
	}
	if len(digests) != 1 {
		t.Errorf("two runs gave %d different files", len(digests))
	}
}
