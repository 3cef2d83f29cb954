package pdfa

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cleanText makes s fit to be shown and searched: NFC, every white space a single plain space, none at the ends, and without what has no
// place in a document's text: controls, bidirectional overrides, byte order marks, noncharacters and broken UTF-8. Joiners
// stay, since emoji are made of them. ToUnicode may map to none of the characters taken out (ISO 19005-2, 6.2.11.7.2).
func cleanText(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if (r == utf8.RuneError && size == 1) || !keeps(r) {
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// plain reports whether s is printable ASCII without spaces, as most words are: it is clean as it stands.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func keeps(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return false
	case r == 0xFEFF, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF: // marks and noncharacters
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return false
	case r == 0xFFFC: // stands for an object, means nothing in text
		return false
	}
	return true
}

// maxMeta bounds a metadata value in characters: twice that in bytes stays far below the 32,767 that a string may have
// (ISO 19005-2, 6.1.13).
const maxMeta = 4000

// cleanMeta is cleanText for title, author and subject, shortened with an ellipsis when longer than maxMeta.
func cleanMeta(s string) string {
	s = cleanText(s)
	if utf8.RuneCountInString(s) <= maxMeta {
		return s
	}
	n := 0
	for i := range s {
		if n == maxMeta-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n++
	}
	return s
}
