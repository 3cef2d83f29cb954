package page

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Annex gives the heading of the annex that begins on this page, as printed ("Phụ lục II"); empty when none does. An annex begins where one of the first
// lines is nothing but the word and its number (Decree 30/2020, annex I, part II.3); "Phụ lục kèm theo" inside a sentence is none. Recognition may have
// lost marks, so they are not looked at.
func (r Result) Annex() string {
	const (
		top     = 6  // lines: above the heading there may be a page number, agency and motto
		longest = 24 // characters: Phụ lục XVIII, Phụ lục số 12
	)
	for _, l := range r.Lines[:min(top, len(r.Lines))] {
		text := l.Text()
		if utf8.RuneCountInString(text) > longest {
			continue
		}
		words := strings.Fields(bare(text))
		if len(words) < 2 || words[0] != "phu" || words[1] != "luc" {
			continue
		}
		rest := words[2:]
		if len(rest) > 0 && rest[0] == "so" {
			rest = rest[1:]
		}
		if len(rest) == 0 || len(rest) == 1 && ordinal(rest[0]) {
			return text
		}
	}
	return ""
}

// bare is text in lower case, without marks, with spaces for all but letters and digits.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case strings.ContainsRune("uúùủũụưứừửữự", r):
			return 'u'
		case strings.ContainsRune("oóòỏõọôốồổỗộơớờởỡợ", r):
			return 'o'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return ' '
	}, text)
}

// ordinal reports whether s is a number as annexes are numbered: 3, 3a, IV, A.
func ordinal(s string) bool {
	if len(s) == 1 && s[0] >= 'a' && s[0] <= 'z' || strings.Trim(s, "ivxlt1") == "" { // recognition reads I as l, t or 1 now and then
		return len(s) <= 6
	}
	digits := strings.TrimRight(s, "abcdefgh")
	return digits != "" && len(digits) <= 3 && len(s)-len(digits) <= 1 && strings.Trim(digits, "0123456789") == ""
}
