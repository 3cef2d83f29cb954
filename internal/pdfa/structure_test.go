package pdfa_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sohoa/internal/page"
	"sohoa/internal/pdfatest"
)

// TestViewersShowLabelsOutlineAndTitle: PDFium, poppler and veraPDF read what a document of several parts says about itself.
func TestViewersShowLabelsOutlineAndTitle(t *testing.T) {
	t.Parallel()
	dir, pdfium := t.TempDir(), pdfatest.NewPDFium(t)
	annexes, labels := variety(t)["annexes"], variety(t)["labels"]
	paths := []string{store(t, dir, "annexes", write(t, snapshot(), annexes...)), store(t, dir, "labels", write(t, snapshot(), labels...))}

	doc := pdfium.Open(t, paths[0])
	var titles []string
	for _, e := range doc.Outline() {
		titles = append(titles, e.Title)
	}
	want := []pdfatest.OutlineEntry{{Title: snapshot().Title, Page: 1}, {Title: annexTitle(annexes[1]), Page: 2}, {Title: "Phụ lục II", Page: 4}}
	if got := doc.Outline(); len(got) != 3 || got[0] != want[0] || got[1].Page != 2 || !strings.HasPrefix(got[1].Title, "PHỤ LỤC I") || got[2] != want[2] {
		t.Errorf("PDFium's outline: %+v (%q), want %+v", got, titles, want)
	}
	if doc.Title() != snapshot().Title {
		t.Errorf("PDFium's title: %q", doc.Title())
	}
	doc.Close()

	doc = pdfium.Open(t, paths[1])
	var got []string
	for n := range labels {
		got = append(got, doc.Label(n+1))
	}
	if !slices.Equal(got, []string{"i", "ii", "3", "Phụ lục (1)", "5"}) {
		t.Errorf("PDFium's labels: %q", got)
	}
	doc.Close()

	for _, p := range paths {
		info := pdfatest.PopplerInfo(t, p)
		if info["Title"] != snapshot().Title || info["Author"] != snapshot().Author || info["Subject"] != snapshot().Subject {
			t.Errorf("poppler says %v", info)
		}
	}
	if b := write(t, snapshot(), annexes...); !bytes.Contains(b, []byte("/Lang(vi)")) || !bytes.Contains(b, []byte("/DisplayDocTitle true")) {
		t.Error("language or title of the window are missing")
	}
	pdfatest.Validate(t, paths...)
}

// annexTitle is the first line of a leaf.
func annexTitle(l page.Leaf) string { return l.Result.Lines[0].Text() }
