package page

import (
	"strings"
	"testing"
)

func TestAnnexesBeginWithTheirHeading(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"PHỤ LỤC": "PHỤ LỤC",
		"12\nPhụ lục II\nDANH MỤC THỦ TỤC":  "Phụ lục II",
		"UBND TỈNH\nPHỤ LỤC SỐ 3a:":         "PHỤ LỤC SỐ 3a:",
		"PHU LUC Il":                        "PHU LUC Il",
		"Phụ lục 123":                       "Phụ lục 123",
		"Phụ lục kèm theo Quyết định số 12": "",
		"Căn cứ Phụ lục I":                  "",
		"Phụ lục này":                       "",
		"Phụ lục và":                        "",
		"a\nb\nc\nd\ne\nf\nPhụ lục I":       "",
		"":                                  "",
		"Phụ\nlục":                          "",
		"Phụ lục I của Nghị định về công tác văn": "",
	} {
		var r Result
		for line := range strings.SplitSeq(text, "\n") {
			var l Line
			for _, w := range strings.Fields(line) {
				l.Words = append(l.Words, Word{Text: w})
			}
			r.Lines = append(r.Lines, l)
		}
		if got := r.Annex(); got != want {
			t.Errorf("annex of %q is %q, want %q", text, got, want)
		}
	}
}
