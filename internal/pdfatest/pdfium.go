package pdfatest

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// PDFium is one instance of the library that Chromium shows PDFs with. It takes seconds to start, so share it among a test's parts. It is
// not safe for concurrent use.
type PDFium struct {
	pdf pdfium.Pdfium
}

// NewPDFium starts an instance that lives as long as the test.
func NewPDFium(t testing.TB) *PDFium {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = t.TempDir()
	}
	cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(dir, "sohoa", "wazero")) // compiled once for all tests
	if err != nil {
		t.Fatalf("PDFium: %v", err)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: t.Context(), MinIdle: 0, MaxIdle: 1, MaxTotal: 1, Stdout: io.Discard, Stderr: io.Discard,
		FSConfig: wazero.NewFSConfig(), // by default the module would see every file of the machine
		RuntimeConfig: wazero.NewRuntimeConfig().WithCompilationCache(cache).
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling),
	})
	if err != nil {
		t.Fatalf("PDFium: %v", err)
	}
	p, err := pool.GetInstance(time.Minute)
	if err != nil {
		t.Fatalf("PDFium: %v", err)
	}
	t.Cleanup(func() {
		_ = p.Close()
		_ = pool.Close()
	})
	return &PDFium{pdf: p}
}

// Document is a file open in PDFium.
type Document struct {
	t     testing.TB
	pdf   pdfium.Pdfium
	doc   references.FPDF_DOCUMENT
	Pages int
}

// Open opens a file until the end of the test.
func (p *PDFium) Open(t testing.TB, path string) *Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	open, err := p.pdf.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		t.Fatalf("PDFium cannot open %s: %v", path, err)
	}
	count, err := p.pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: open.Document})
	if err != nil {
		t.Fatalf("PDFium: %v", err)
	}
	return &Document{t: t, pdf: p.pdf, doc: open.Document, Pages: count.PageCount}
}

// Close gives the document's memory back.
func (d *Document) Close() {
	_, _ = d.pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: d.doc})
}

// Text gives what PDFium finds on page n, from 1: what copying the whole page would give.
func (d *Document) Text(n int) string {
	d.t.Helper()
	var text string
	d.onText(n, func(p references.FPDF_TEXTPAGE) error {
		count, err := d.pdf.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: p})
		if err != nil || count.Count == 0 {
			return err
		}
		got, err := d.pdf.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: p, Count: count.Count})
		if err == nil {
			text = got.Text
		}
		return err
	})
	return text
}

// Find searches page n, from 1, and gives the rectangles that a viewer would light for each hit, in points from the bottom left of the page.
func (d *Document) Find(n int, phrase string) [][]PDFWord {
	d.t.Helper()
	var hits [][]PDFWord
	d.onText(n, func(p references.FPDF_TEXTPAGE) error {
		find, err := d.pdf.FPDFText_FindStart(&requests.FPDFText_FindStart{TextPage: p, Find: phrase})
		if err != nil {
			return err
		}
		defer func() { _, _ = d.pdf.FPDFText_FindClose(&requests.FPDFText_FindClose{Search: find.Search}) }()
		for {
			next, err := d.pdf.FPDFText_FindNext(&requests.FPDFText_FindNext{Search: find.Search})
			if err != nil || !next.GotMatch {
				return err
			}
			at, err := d.pdf.FPDFText_GetSchResultIndex(&requests.FPDFText_GetSchResultIndex{Search: find.Search})
			if err != nil {
				return err
			}
			size, err := d.pdf.FPDFText_GetSchCount(&requests.FPDFText_GetSchCount{Search: find.Search})
			if err != nil {
				return err
			}
			hit, err := d.rects(p, at.Index, size.Count)
			if err != nil {
				return err
			}
			hits = append(hits, hit)
		}
	})
	return hits
}

func (d *Document) rects(p references.FPDF_TEXTPAGE, from, count int) ([]PDFWord, error) {
	n, err := d.pdf.FPDFText_CountRects(&requests.FPDFText_CountRects{TextPage: p, StartIndex: from, Count: count})
	if err != nil {
		return nil, err
	}
	var out []PDFWord
	for i := range n.Count {
		r, err := d.pdf.FPDFText_GetRect(&requests.FPDFText_GetRect{TextPage: p, Index: i})
		if err != nil {
			return nil, err
		}
		out = append(out, PDFWord{X0: r.Left, Y0: r.Bottom, X1: r.Right, Y1: r.Top})
	}
	return out, nil
}

func (d *Document) onText(n int, do func(references.FPDF_TEXTPAGE) error) {
	d.t.Helper()
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: d.doc, Index: n - 1}}
	text, err := d.pdf.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		d.t.Fatalf("PDFium, page %d: %v", n, err)
	}
	defer func() { _, _ = d.pdf.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage}) }()
	if err := do(text.TextPage); err != nil {
		d.t.Fatalf("PDFium, page %d: %v", n, err)
	}
}
