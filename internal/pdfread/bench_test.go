package pdfread

import (
	"os"
	"path/filepath"
	"sohoa/internal/digitise"
	"syscall"
	"testing"
	"time"
)

// realPaper gives a paper of ../shared/data, or a page made here where that folder does not exist.
func realPaper(b *testing.B, name string) string {
	b.Helper()
	p := filepath.Join("..", "..", "..", "shared", "data", "real-scans", "pdf", name)
	if _, err := os.Stat(p); err == nil {
		return p
	}
	b.Logf("%s is not here: a page made here stands in", name)
	return save(b, onePage("/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>", "BT /F 24 Tf 72 600 Td (Hello World) Tj ET",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
}

// cpuTime reports processor time, which a busy machine does not stretch.
func cpuTime(b *testing.B) (report func()) {
	b.Helper()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	began := spent()
	return func() { b.ReportMetric(float64((spent()-began).Milliseconds())/float64(b.N), "cpu-ms/op") }
}

// BenchmarkPage opens a paper and reads one page, as the steps of the pipeline do.
func BenchmarkPage(b *testing.B) {
	r := newRenderer(b)
	for name, tc := range map[string]struct {
		file string
		page int
	}{
		"scan, passed":                {"84-QD-UB-signed.pdf", 2},
		"fax, passed":                 {"16CT-signed.pdf", 2},
		"scan with signature laid on": {"84-QD-UB-signed.pdf", 1},
		"born digital":                {"507-UBND-KGVX-signed.pdf", 1},
	} {
		path := realPaper(b, tc.file)
		for use, what := range map[digitise.Use]string{digitise.ToRead: "to read", digitise.ToShow: "to show"} {
			b.Run(name+", "+what, func(b *testing.B) {
				defer cpuTime(b)()
				for b.Loop() {
					f, err := Open(b.Context(), path, Deps{Renderer: r})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := f.Page(b.Context(), min(tc.page, f.Len()), use); err != nil {
						b.Fatal(err)
					}
					if err := f.Close(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkStart starts PDFium with its compiled code in the cache, and without.
func BenchmarkStart(b *testing.B) {
	path := save(b, onePage("/MediaBox[0 0 100 100]", "10 10 50 50 re f"))
	start := func(b *testing.B, cache string) {
		r := NewRenderer(RendererDeps{CacheDir: cache})
		f, err := Open(b.Context(), path, Deps{Renderer: r})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Page(b.Context(), 1, digitise.ToRead); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("warm", func(b *testing.B) {
		dir := b.TempDir()
		start(b, dir)
		defer cpuTime(b)()
		for b.Loop() {
			start(b, dir)
		}
	})
	b.Run("cold", func(b *testing.B) {
		defer cpuTime(b)()
		for b.Loop() {
			start(b, b.TempDir())
		}
	})
}
