package custody_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
)

// shelf is an object store in memory, for what is to be measured without one.
type shelf struct {
	bodies map[string][]byte // bucket/key
	keys   []string
}

func (s *shelf) put(bucket, key string, body []byte) {
	s.bodies[bucket+"/"+key] = body
	s.keys = append(s.keys, bucket+"/"+key)
}

func (s *shelf) List(_ context.Context, bucket, prefix, after string) iter.Seq2[custody.Object, error] {
	return func(yield func(custody.Object, error) bool) {
		for _, k := range s.keys {
			key, ok := strings.CutPrefix(k, bucket+"/")
			if ok && strings.HasPrefix(key, prefix) && key > after && !yield(custody.Object{Bucket: bucket, Key: key, ModTime: time.Now()}, nil) {
				return
			}
		}
	}
}

func (s *shelf) Stat(_ context.Context, bucket, key, _ string) (custody.Object, error) {
	b, ok := s.bodies[bucket+"/"+key]
	if !ok {
		return custody.Object{}, fs.ErrNotExist
	}
	return custody.Object{Bucket: bucket, Key: key, Version: "v", SizeBytes: int64(len(b)), ModTime: time.Now()}, nil
}

func (s *shelf) Read(_ context.Context, bucket, key string) ([]byte, error) {
	b, ok := s.bodies[bucket+"/"+key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}

func (s *shelf) Rehash(_ context.Context, bucket, key, _ string) (fixity.Digest, int64, error) {
	b := s.bodies[bucket+"/"+key]
	return fixity.Of(b), int64(len(b)), nil
}

func (s *shelf) Delete(context.Context, string, string, string) error { return nil }

// BenchmarkRebuild measures a rebuild of 10,000 archived papers of two pages, the object store's own time left out: papers a second,
// and by how much the heap grew at most.
func BenchmarkRebuild(b *testing.B) {
	const papers = 10_000
	s := &shelf{bodies: map[string][]byte{}}
	var line page.Line
	for i := range 300 {
		line.Words = append(line.Words, page.Word{Text: fmt.Sprintf("chữ%d", i), Confidence: 90})
	}
	result, err := json.Marshal(page.Result{Width: 2480, Height: 3508, Lines: []page.Line{line}, Engine: "e", Settings: "s"})
	if err != nil {
		b.Fatal(err)
	}
	for i := range papers {
		d := fixity.Of(fmt.Append(nil, i))
		at := time.Date(2024, 1, 1, 0, 0, i, 0, time.UTC)
		a := archive.Accession{
			ID: archive.AccessionIDFor("u1", "", d), Batch: archive.BatchID(archive.NewID(at)), BatchName: fmt.Sprint("lô ", i), Unit: "u1", Name: "bản.pdf", Master: d, SizeBytes: 1,
			Access: archive.AccessUnit, ReceivedBy: "clerk", ReceivedAt: at, Queue: "batch",
		}
		rec, err := json.Marshal(a)
		if err != nil {
			b.Fatal(err)
		}
		m := archive.Manifest{
			Schema: archive.ManifestSchema, Document: archive.DocumentIDFor(a.ID, 1), Version: 1, Accessions: []archive.Accession{a}, Unit: "u1", Access: archive.AccessUnit, Name: "bản.pdf",
			Reason: "received", CreatedBy: "clerk", CreatedAt: at, Snapshot: archive.Snapshot{Title: "Quyết định", Masters: []fixity.Digest{d}},
			Fields: []archive.Field{{Name: "number", Value: fmt.Sprint(i)}, {Name: "symbol", Value: "QĐ-UBND"}},
			Parts:  []archive.Part{{Kind: "rendition", Bucket: "renditions", Key: "x", Digest: d, SizeBytes: 1}},
		}
		for p := 1; p <= 2; p++ {
			key := archive.ResultKey(d, p, "s")
			m.Pages = append(m.Pages, archive.ManifestPage{PageRef: archive.PageRef{Ordinal: p, Master: d, Page: p}, Result: key})
			s.put(custody.Renditions, key, result)
		}
		mb, err := m.MarshalCanonical()
		if err != nil {
			b.Fatal(err)
		}
		s.put(custody.Masters, archive.MasterKey(d), []byte{1})
		s.put(custody.Records, archive.AccessionKey(a.ID), rec)
		s.put(custody.Records, archive.ManifestKey(m.Document, 1), mb)
	}
	slices.Sort(s.keys)
	for b.Loop() {
		cat := postgres.New(pgtest.Pool(b))
		runtime.GC()
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		from, most, start := st.HeapAlloc, st.HeapAlloc, time.Now()
		r := custody.NewRebuilder(custody.RebuildDeps{Objects: s, Catalogue: cat, Logger: slog.New(slog.DiscardHandler), Progress: func(string, int) {
			runtime.ReadMemStats(&st)
			most = max(most, st.HeapAlloc)
		}})
		rep, err := r.Rebuild(b.Context(), "operator")
		if err != nil || rep.Versions != papers {
			b.Fatalf("Rebuild = %+v, %v", rep, err)
		}
		b.ReportMetric(papers/time.Since(start).Seconds(), "papers/s")
		b.ReportMetric(float64(most-from)/(1<<20), "MiB-heap")
	}
}
