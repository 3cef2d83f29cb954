//go:build cgo && linux

package ocr

import (
	"strings"

	"sohoa/internal/page"
)

// vietnamese spells words with the letters Vietnamese has: the model gives an Icelandic eth (Ð), or both, for Đ, and a fraction slash for
// a slash. Figures are never touched, nor is a letter that stands for another one of Vietnamese: that would be a guess.
func vietnamese(lines []page.Line) {
	spell := strings.NewReplacer("ĐÐ", "Đ", "ÐĐ", "Đ", "Ð", "Đ", "đð", "đ", "ðđ", "đ", "ð", "đ", "/⁄", "/", "⁄/", "/", "⁄", "/")
	for i := range lines {
		for j := range lines[i].Words {
			w := &lines[i].Words[j]
			w.Text = spell.Replace(w.Text)
		}
	}
}
