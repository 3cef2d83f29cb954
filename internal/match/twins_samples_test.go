package match_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/match"
	"sohoa/internal/ocrpool"
	"sohoa/internal/page"
	"sohoa/internal/pipetest"
	"sohoa/internal/reader"
	"sohoa/internal/sample"
)

// scan is a paper as it was read.
type scan struct {
	name   string
	layout string
	pages  []page.Result
	fields []archive.Field
	keys   []int64
}

// scans recognises the first n papers of a seed, damaged as a grade is. The same paper of two grades is the same text.
func scans(t *testing.T, n, grade int) []scan {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	papers, err := sample.Generate(t.Context(), sample.Options{Count: n, Seed: 77, Dir: dir, Grades: []int{grade}, Formats: []sample.Format{sample.PDF}})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := ocrpool.New(ocrpool.Deps{Program: pipetest.EngineProgram(t), Workers: 1, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	rd := reader.New(reader.Deps{Log: logger, CacheDir: filepath.Join(dir, "cache")})
	defer rd.Close()
	out := make([]scan, n)
	for i, p := range papers {
		results, err := digitise.Results(t.Context(), digitise.FileDeps{Reader: rd, Engine: engine}, p.Scan, 1)
		if err != nil {
			t.Fatal(err)
		}
		s := scan{name: fmt.Sprintf("%s grade %d", p.Name, grade), layout: p.Truth.Layout, pages: results, fields: describe.Fields(results, describe.Hints{})}
		s.keys = match.Twins{}.Keys("P1", s.fields, results)
		out[i] = s
	}
	return out
}

func TestPapersScannedTwiceAreToldFromPapersOfOneForm(t *testing.T) {
	t.Parallel()
	n := 14
	if os.Getenv("SOHOA_TEST_LONG") != "" {
		n = 70
	}
	first, second := scans(t, n, 1), scans(t, n, 3)
	var tw match.Twins
	same, met, wrong, pairs, meets := 0, 0, 0, 0, 0
	for i, a := range first {
		for j, b := range second {
			shared := 0
			for _, k := range a.keys {
				for _, l := range b.keys {
					if k == l {
						shared++
					}
				}
			}
			l := tw.Compare(a.fields, a.pages, b.fields, b.pages)
			_, ok := l.Same()
			switch {
			case i == j:
				if shared > 0 {
					met++
				}
				if ok && shared > 0 {
					same++
				} else {
					t.Logf("missed %s: %d keys, %+v", a.name, shared, l)
				}
			case a.layout == b.layout:
				pairs++
				if shared > 0 {
					meets++
				}
				if ok {
					wrong++
					t.Errorf("%s and %s are taken for one paper: %+v", a.name, b.name, l)
				}
			}
		}
	}
	t.Logf("scanned twice, grades 1 and 3: %d of %d met by a key, %d found to be one; of %d pairs of one layout %d met by a key, %d taken for one", met, n, same, pairs, meets, wrong)
	if 2*same < n {
		t.Errorf("only %d of %d", same, n)
	}
}

// TestPapersThatDifferInOneThingAreTwo changes one thing on a paper, as forms of one office differ.
func TestPapersThatDifferInOneThingAreTwo(t *testing.T) {
	t.Parallel()
	form := strings.Repeat("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015\n", 3) +
		"Ủy ban nhân dân phường Lê Chân cấp cho ông Nguyễn Văn An\nCăn cước công dân số 031085001234\nđịa chỉ số 15 đường Tô Hiệu\nHải Phòng ngày 23 tháng 5 năm 2024"
	read := func(text string) []page.Result { return []page.Result{words(text, 95)} }
	var tw match.Twins
	if l := tw.Compare(nil, read(form), nil, read(form)); !is(l) {
		t.Errorf("the same text: %+v", l)
	}
	noisy := strings.NewReplacer("chính", "chinh", "Tổ", "T6").Replace(form)
	if l := tw.Compare(nil, read(form), nil, []page.Result{words(noisy, 70)}); !is(l) {
		t.Errorf("read less surely: %+v", l)
	}
	for what, other := range map[string]string{
		"another name":          strings.Replace(form, "Nguyễn Văn An", "Trần Thị Bình", 1),
		"another number":        strings.Replace(form, "031085001234", "031085001235", 1),
		"another house":         strings.Replace(form, "số 15", "số 17", 1),
		"another day":           strings.Replace(form, "ngày 23 tháng", "ngày 24 tháng", 1),
		"another name and days": strings.NewReplacer("Nguyễn Văn An", "Lê Văn Hùng", "ngày 23", "ngày 9").Replace(form),
	} {
		if l := tw.Compare(nil, read(form), nil, read(other)); is(l) {
			t.Errorf("%s: taken for one: %+v", what, l)
		}
	}
	a, b := []archive.Field{{Name: "number", Value: "12", Confidence: 0.99}}, []archive.Field{{Name: "number", Value: "13", Confidence: 0.99}}
	if l := tw.Compare(a, read(form), b, read(form)); is(l) || l.Against != "number" {
		t.Errorf("another number of the document: %+v", l)
	}
}

func is(l match.Likeness) bool { _, ok := l.Same(); return ok }

func words(text string, confidence float64) page.Result {
	var r page.Result
	for line := range strings.SplitSeq(text, "\n") {
		var l page.Line
		for w := range strings.FieldsSeq(line) {
			l.Words = append(l.Words, page.Word{Text: w, Confidence: confidence})
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}
