package pdfatest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// PopplerText gives the text of each page as poppler extracts it in content order, line ends included.
func PopplerText(t testing.TB, path string) []string {
	t.Helper()
	out := poppler(t, "pdftotext", "-raw", "-enc", "UTF-8", path, "-")
	pages := strings.Split(string(out), "\f")
	return pages[:len(pages)-1] // each page ends with a form feed
}

// PDFWord is one word as a reader finds it, in points from the top left of the page.
type PDFWord struct {
	Text           string
	X0, Y0, X1, Y1 float64
}

// PopplerWords gives the words of each page with their boxes as poppler finds them, in content order.
func PopplerWords(t testing.TB, path string) [][]PDFWord {
	t.Helper()
	out := poppler(t, "pdftotext", "-raw", "-bbox", "-enc", "UTF-8", path, "-")
	dec := xml.NewDecoder(bytes.NewReader(out))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	var pages [][]PDFWord
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return pages
		}
		if err != nil {
			t.Fatalf("read pdftotext -bbox: %v", err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "page":
			pages = append(pages, nil)
		case "word":
			var w PDFWord
			for _, a := range start.Attr {
				v, err := strconv.ParseFloat(a.Value, 64)
				if err != nil {
					t.Fatalf("read pdftotext -bbox: %v", err)
				}
				switch a.Name.Local {
				case "xMin":
					w.X0 = v
				case "yMin":
					w.Y0 = v
				case "xMax":
					w.X1 = v
				case "yMax":
					w.Y1 = v
				}
			}
			if err := dec.DecodeElement(&w.Text, &start); err != nil {
				t.Fatalf("read pdftotext -bbox: %v", err)
			}
			pages[len(pages)-1] = append(pages[len(pages)-1], w)
		}
	}
}

func poppler(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%v: apt-get install poppler-utils", err)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, log.Bytes())
	}
	if log.Len() > 0 {
		t.Errorf("%s complains about %s: %s", name, args[len(args)-2], log.Bytes())
	}
	return out
}
