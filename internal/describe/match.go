package describe

import (
	"strings"
	"unicode"

	"sohoa/internal/fold"
)

// distance is the Levenshtein distance of two words in runes.
func distance(a, b []rune) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	row := make([]int, len(a)+1)
	for i := range row {
		row[i] = i
	}
	for j, rb := range b {
		diag := row[0]
		row[0] = j + 1
		for i, ra := range a {
			cost := diag
			if ra != rb {
				cost++
			}
			diag = row[i+1]
			row[i+1] = min(cost, row[i]+1, row[i+1]+1)
		}
	}
	return row[len(a)]
}

// similarity is 1 for equal texts and 0 for wholly different ones.
func similarity(a, b string) float64 {
	if a == b {
		return 1
	}
	ra, rb := []rune(a), []rune(b)
	n := max(len(ra), len(rb))
	return 1 - float64(distance(ra, rb))/float64(n)
}

// skeleton maps every rune of s to one byte: lower case letters without diacritics, digits, signs as they are, '?' for what is
// no ASCII. Byte i is rune i of s, so a pattern found in it says where it stands in s.
func skeleton(s []rune) string {
	b := make([]byte, len(s))
	for i, r := range s {
		b[i] = baseOf(r)
	}
	return string(b)
}

func baseOf(r rune) byte {
	if r < 0x80 {
		return byte(unicode.ToLower(r))
	}
	if p := fold.Base(r); p > 0 && p < 0x80 {
		return byte(p)
	}
	return '?'
}

// capitals is the share of capital letters among the letters of s; 0 without letters.
func capitals(s string) float64 {
	upper, letters := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				upper++
			}
		}
	}
	if letters == 0 {
		return 0
	}
	return float64(upper) / float64(letters)
}

func letterCount(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// firstUpper gives s with its first letter large.
func firstUpper(s string) string {
	for i, r := range s {
		if unicode.IsLetter(r) {
			return s[:i] + string(unicode.ToUpper(r)) + s[i+len(string(r)):]
		}
	}
	return s
}

// eachUpper gives every word of s with its first letter large and the rest small.
func eachUpper(s string) string {
	ws := strings.Fields(strings.ToLower(s))
	for i, w := range ws {
		parts := strings.Split(w, "-")
		for j, p := range parts {
			parts[j] = firstUpper(p)
		}
		ws[i] = strings.Join(parts, "-")
	}
	return strings.Join(ws, " ")
}
