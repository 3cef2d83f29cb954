package pdfatest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klippa-app/go-pdfium/requests"
)

// OutlineEntry is an entry of a document's outline, with the page it leads to, from 1.
type OutlineEntry struct {
	Title string
	Page  int
}

// Outline gives the outline, one level deep.
func (d *Document) Outline() []OutlineEntry {
	d.t.Helper()
	r, err := d.pdf.GetBookmarks(&requests.GetBookmarks{Document: d.doc})
	if err != nil {
		d.t.Fatalf("PDFium: outline: %v", err)
	}
	var out []OutlineEntry
	for _, b := range r.Bookmarks {
		e := OutlineEntry{Title: b.Title}
		if b.DestInfo != nil {
			e.Page = b.DestInfo.PageIndex + 1
		}
		out = append(out, e)
	}
	return out
}

// Label gives the label of page n, from 1; empty where the document has none.
func (d *Document) Label(n int) string {
	d.t.Helper()
	r, err := d.pdf.FPDF_GetPageLabel(&requests.FPDF_GetPageLabel{Document: d.doc, Page: n - 1})
	if err != nil { // this is how PDFium says that there is none
		return ""
	}
	return r.Label
}

// Title gives the title in the document information.
func (d *Document) Title() string {
	d.t.Helper()
	r, err := d.pdf.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: d.doc, Tag: "Title"})
	if err != nil {
		d.t.Fatalf("PDFium: title: %v", err)
	}
	return r.Value
}

// PopplerInfo gives what pdfinfo says of a file, by its headings.
func PopplerInfo(t testing.TB, path string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range bytes.Lines(poppler(t, "pdfinfo", "-enc", "UTF-8", path)) {
		if key, value, ok := strings.Cut(string(line), ":"); ok {
			out[key] = strings.TrimSpace(value)
		}
	}
	return out
}
