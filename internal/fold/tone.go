package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tones gives s in NFC with the tone marks of oa, oe and uy where Decree 30/2020 prints them (Ủy, hòa, khỏe, thủy), case and
// everything else kept: both spellings stand on one page, often for the same office.
func Tones(s string) string {
	s = norm.NFC.String(s)
	var b strings.Builder
	var word []rune
	flush := func() {
		b.WriteString(string(tone(word)))
		word = word[:0]
	}
	for _, r := range s {
		if unicode.IsLetter(r) {
			word = append(word, r)
			continue
		}
		if unicode.Is(unicode.M, r) { // a mark that has no letter of its own: not Vietnamese, and moving a tone could make it one
			b.WriteString(string(word))
			word = word[:0]
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// The vowels that take part, each with its tones in one order: none, grave, hook, tilde, acute, dot.
const (
	tonedA = "aàảãáạ"
	tonedE = "eèẻẽéẹ"
	tonedO = "oòỏõóọ"
	tonedU = "uùủũúụ"
	tonedY = "yỳỷỹýỵ"
)

// tone moves the tone mark of oa, oe and uy within one syllable: onto the first vowel where the syllable ends with them,
// onto the second where something follows or where u belongs to qu.
func tone(w []rune) []rune {
	for i := 0; i+1 < len(w); i++ {
		first, second := tonedO, ""
		a := toneOf(tonedO, w[i])
		switch {
		case a >= 0 && toneOf(tonedA, w[i+1]) >= 0:
			second = tonedA
		case a >= 0 && toneOf(tonedE, w[i+1]) >= 0:
			second = tonedE
		case toneOf(tonedU, w[i]) >= 0 && toneOf(tonedY, w[i+1]) >= 0:
			first, second = tonedU, tonedY
			a = toneOf(tonedU, w[i])
		default:
			continue
		}
		z := toneOf(second, w[i+1])
		if (a == 0) == (z == 0) {
			continue // no tone to move, or two: not a Vietnamese syllable
		}
		onSecond := i+2 < len(w) && unicode.IsLetter(w[i+2]) || i > 0 && first == tonedU && unicode.ToLower(w[i-1]) == 'q'
		w[i], w[i+1] = toned(first, a, w[i]), toned(second, z, w[i+1])
		if t := max(a, z); onSecond {
			w[i], w[i+1] = toned(first, 0, w[i]), toned(second, t, w[i+1])
		} else {
			w[i], w[i+1] = toned(first, t, w[i]), toned(second, 0, w[i+1])
		}
	}
	return w
}

// toneOf gives the tone of r as one of vowels, -1 when it is another letter.
func toneOf(vowels string, r rune) int {
	r = unicode.ToLower(r)
	i := 0
	for _, v := range vowels {
		if v == r {
			return i
		}
		i++
	}
	return -1
}

// toned gives the vowel with tone t in the case of like.
func toned(vowels string, t int, like rune) rune {
	r := []rune(vowels)[t]
	if unicode.IsUpper(like) {
		return unicode.ToUpper(r)
	}
	return r
}
