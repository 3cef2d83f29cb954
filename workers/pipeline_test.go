package workers_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/localtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/retrieve"
	"sohoa/internal/sample"
)

// waitFor polls until cond holds; the pipeline works in other processes, so there is no event to wait for.
func waitFor(t *testing.T, what string, within time.Duration, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("not within %s: %s", within, what)
}

func done(t *testing.T, p *pipetest.Pipe) func() bool {
	return func() bool {
		pr, err := p.Catalogue.Progress(t.Context(), retrieve.Scope{})
		return err == nil && pr.Done()
	}
}

func TestPapersOfEveryFormatReachTheArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 5, Seed: 11, Dir: dir, Grades: []int{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	p := pipetest.New(t, pipetest.Options{})
	want := map[fixity.Digest]bool{}
	var zipped bytes.Buffer
	zw := zip.NewWriter(&zipped)
	for i, paper := range papers {
		b, err := os.ReadFile(paper.Scan)
		if err != nil {
			t.Fatal(err)
		}
		want[fixity.Of(b)] = true
		if i < 3 {
			p.Accept(t, intake.Request{Name: filepath.Base(paper.Scan)}, bytes.NewReader(b))
			continue
		}
		w, err := zw.Create("thư mục/" + filepath.Base(paper.Scan))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	p.Accept(t, intake.Request{Name: "hộp.zip", Batch: "Hộp 1"}, &zipped)
	broken := p.Accept(t, intake.Request{Name: "hỏng.pdf"}, bytes.NewReader([]byte("%PDF-1.7\nnothing more")))
	p.Start(t)
	waitFor(t, "everything archived or rejected", 3*time.Minute, done(t, p))
	docs, err := p.Catalogue.Documents(t.Context(), retrieve.DocumentQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if d.Processing != archive.Archived {
			t.Errorf("%s is %s", d.Name, d.Processing)
		}
		v, err := p.Catalogue.Document(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if v.Conformance != "PDF/A-2u" {
			t.Errorf("%s: conformance %q", d.Name, v.Conformance)
		}
		m, err := p.Archive.OpenMaster(t.Context(), v.Accessions[0].Master)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := fixity.OfReader(m)
		m.Close()
		if err != nil || !want[got] {
			t.Errorf("%s: master %s, %v", d.Name, got, err)
		}
		delete(want, got)
		r, err := p.Archive.OpenRendition(t.Context(), v.Rendition.Key, v.Rendition.VersionID)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := fixity.OfReader(r); err != nil || got != v.Rendition.Digest {
			t.Errorf("%s: rendition %s, %v; want %s", d.Name, got, err, v.Rendition.Digest)
		}
		r.Close()
	}
	if len(want) != 0 {
		t.Errorf("not archived: %v", want)
	}
	a, err := p.Catalogue.Accession(t.Context(), broken.ID)
	if err != nil || a.State != archive.AccessionRejected || a.Trouble == nil || a.Trouble.Detail == "" {
		t.Errorf("the broken PDF: %+v, %v; want rejected with a reason", a, err)
	}
}

func TestAQueueThatForgetsEverythingCostsSeconds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: 4, Seed: 5, Dir: dir, Grades: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	server := localtest.Redis(t)
	p := pipetest.New(t, pipetest.Options{RedisURL: server.URL()})
	for _, paper := range papers {
		f, err := os.Open(paper.Scan)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		p.Accept(t, intake.Request{Name: filepath.Base(paper.Scan)}, bytes.NewReader(b))
	}
	p.Start(t)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	flushes := 0
	waitFor(t, "everything archived in spite of FLUSHALL", 3*time.Minute, func() bool {
		if flushes < 10 {
			flushes++
			if err := client.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
		return done(t, p)()
	})
	docs, err := p.Catalogue.Documents(t.Context(), retrieve.DocumentQuery{Processing: archive.Archived, Limit: 100})
	if err != nil || len(docs) != len(papers) {
		t.Errorf("%d documents archived, %v; want %d", len(docs), err, len(papers))
	}
}
