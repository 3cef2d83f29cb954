package describe

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/archive"
	"sohoa/internal/page"

	"sohoa/internal/roottest"
)

// readScan recognises a scan with plain tesseract, red dropped from the picture as the engine does. Results are kept in the
// user's cache, since they take minutes and never change.
func readScan(t *testing.T, pdf string) []page.Result {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(pdf), ".pdf")
	dir := filepath.Join(cache, "sohoa-test", "describe-red", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	laid := laidWords(t, pdf)
	var out []page.Result
	for n := 1; n <= len(laid); n++ {
		file := filepath.Join(dir, fmt.Sprintf("%d.hocr", n))
		if _, err := os.Stat(file); err != nil {
			recognise(t, pdf, n, file)
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		res, err := page.ParseHOCR(f)
		f.Close()
		if err != nil || len(res) != 1 {
			t.Fatalf("%s: %d pages, %v", file, len(res), err)
		}
		if len(res[0].Lines) == 0 {
			res[0].Kind = page.Blank
		}
		res[0].Laid = laid[n-1]
		out = append(out, res[0])
	}
	return out
}

func recognise(t *testing.T, pdf string, n int, file string) {
	t.Helper()
	run := func(in []byte, env []string, name string, args ...string) []byte {
		c := exec.CommandContext(t.Context(), name, args...)
		c.Stdin, c.Stderr, c.Env = bytes.NewReader(in), os.Stderr, append(os.Environ(), env...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s (apt-get install poppler-utils tesseract-ocr-vie): %v", name, err)
		}
		return out
	}
	ppm := run(nil, nil, "pdftoppm", "-hide-annotations", "-r", "300", "-f", fmt.Sprint(n), "-l", fmt.Sprint(n), "-singlefile", pdf)
	hocr := run(redOf(t, ppm), []string{"OMP_THREAD_LIMIT=1"}, "tesseract", "-", "-", "-l", "vie", "--dpi", "300", "hocr")
	if err := os.WriteFile(file, hocr, 0o644); err != nil {
		t.Fatal(err)
	}
}

// redOf takes the red channel of a binary PPM as a PGM: red ink becomes paper.
func redOf(t *testing.T, ppm []byte) []byte {
	t.Helper()
	var magic string
	var w, h, depth int
	if _, err := fmt.Sscan(string(ppm[:min(len(ppm), 40)]), &magic, &w, &h, &depth); err != nil || magic != "P6" || depth != 255 {
		t.Fatalf("pdftoppm made no PPM: %q", ppm[:min(len(ppm), 40)])
	}
	head := len(ppm) - 3*w*h
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", w, h)
	for i := head; i < len(ppm); i += 3 {
		out = append(out, ppm[i])
	}
	return out
}

// laidWords are the words of the file itself. In a scan all of them were laid over the page; in the two born-digital files
// they are the whole text, number and day among them.
func laidWords(t *testing.T, pdf string) [][]page.Line {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", pdf, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (apt-get install poppler-utils): %v", err)
	}
	var doc struct {
		Pages []struct {
			Words []struct {
				X0   float64 `xml:"xMin,attr"`
				Y0   float64 `xml:"yMin,attr"`
				X1   float64 `xml:"xMax,attr"`
				Y1   float64 `xml:"yMax,attr"`
				Text string  `xml:",chardata"`
			} `xml:"word"`
		} `xml:"body>doc>page"`
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	d.Strict, d.Entity = false, xml.HTMLEntity
	if err := d.Decode(&doc); err != nil {
		t.Fatalf("%s: %v", pdf, err)
	}
	const px = 300.0 / 72
	var pages [][]page.Line
	for _, p := range doc.Pages {
		var lines []page.Line
		for _, w := range p.Words {
			b := page.Box{X0: int(w.X0 * px), Y0: int(w.Y0 * px), X1: int(w.X1 * px), Y1: int(w.Y1 * px)}
			lines = append(lines, page.Line{Box: b, Words: []page.Word{{Text: norm.NFC.String(w.Text), Box: b, Confidence: 100}}})
		}
		pages = append(pages, lines)
	}
	return pages
}

func TestRealScans(t *testing.T) {
	t.Parallel()
	dir, ok := roottest.Shared(t, "real-scans")
	if !ok {
		return
	}
	f, err := os.Open(filepath.Join(dir, "fields.dev.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	truth, err := ReadTruth(f)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string][]archive.Field{}
	for _, tr := range truth {
		read[tr.File] = Fields(readScan(t, filepath.Join(dir, "pdf", tr.File)), Hints{Name: tr.File})
	}
	s := Score(truth, read)
	t.Logf("\n%s", s)
	for _, m := range s.Misses {
		t.Logf("%s %s (asked %v)\n  want %q\n  got  %q", m.File, m.Field, m.Asked, m.Want, m.Got)
	}
	for name, allowed := range map[string]int{
		Symbol: 1, Type: 1, Agency: 1, SignerName: 2, SignerTitle: 2, Date: 2, SubjectClose: 1, NumberFound: 0, DayFound: 0,
	} {
		if got := s.Fields[name]; got.N-got.Normalised > allowed {
			t.Errorf("%s: %d of %d, at most %d may be missed", name, got.Normalised, got.N, allowed)
		}
	}
}
