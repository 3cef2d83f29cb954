//go:build cgo && linux

package ocr

import (
	"testing"

	"sohoa/internal/page"
)

func TestWordsAreSpeltWithVietnameseLetters(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"466/QÐ-UBND": "466/QĐ-UBND", "304/QĐÐ-UB": "304/QĐ-UB", "/QÐĐ-TTg": "/QĐ-TTg", "31⁄2024/QH15": "31/2024/QH15", "37/⁄2023": "37/2023",
		"ðất": "đất", "ĐĐ": "ĐĐ", "0O1l": "0O1l", "Đất": "Đất", "": "",
	} {
		lines := []page.Line{{Words: []page.Word{{Text: in}}}}
		if vietnamese(lines); lines[0].Words[0].Text != want {
			t.Errorf("%q became %q, want %q", in, lines[0].Words[0].Text, want)
		}
	}
}
