package fold

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxTokenRunes bounds a token: Postgres refuses lexemes of 2 KiB and more. What is longer is cut into several.
const maxTokenRunes = 64

// Accented folds s and keeps its diacritics.
func Accented(s string) string { return join(Tokens(s), func(t Token) string { return t.Accented }) }

// Plain folds s and drops its diacritics.
func Plain(s string) string { return join(Tokens(s), func(t Token) string { return t.Plain }) }

func join(ts []Token, form func(Token) string) string {
	var b strings.Builder
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(form(t))
	}
	return b.String()
}

// Token is one word of a text in both forms, and where it stood: bytes Start to End of the text as given.
type Token struct {
	Accented   string
	Plain      string
	Start, End int
}

// Tokens cuts s into its words: runs of letters, digits and the marks upon them. Everything else parts words.
func Tokens(s string) []Token {
	var out []Token
	start, runes := -1, 0
	flush := func(end int) {
		if start >= 0 {
			out = appendWord(out, s[start:end], start, end)
		}
		start, runes = -1, 0
	}
	for i, r := range s {
		mark := unicode.Is(unicode.M, r) || isJoiner(r)
		switch {
		case isWordRune(r), mark && start >= 0:
			// Cut only before a base, so that no mark is parted from its letter; marks piled up without end are cut too.
			if runes >= maxTokenRunes && (!mark || runes >= 4*maxTokenRunes) {
				flush(i)
			}
			if start < 0 {
				start = i
			}
			runes++
		default:
			flush(i)
		}
	}
	flush(len(s))
	return out
}

// isWordRune reports whether r belongs to a word by itself. Signs that decompose to letters or digits (№, ½, ﬁ) count.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// isJoiner reports invisible characters that word processors leave inside words: soft hyphen, zero-width joiners.
func isJoiner(r rune) bool {
	return r == '\u00ad' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff'
}

// letters maps the letters of Latin scripts to their folded forms, so that nearly every word is folded without the machinery
// of normalisation. Zero means: not here, go the long way.
type letters [latinEnd]struct{ accented, plain rune }

// latinEnd is past Latin Extended Additional, where Vietnamese has its letters with tone.
const latinEnd = 0x1f00

//nolint:gochecknoglobals // a table that never changes
var latin = sync.OnceValue(func() *letters {
	t := new(letters)
	for _, span := range [][2]rune{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}, {0xc0, 0x24f}, {0x1e00, latinEnd - 1}} {
		for r := span[0]; r <= span[1]; r++ {
			if !isWordRune(r) {
				continue
			}
			// Letters that fold to several, or to a mark and a base, go the long way.
			if a := []rune(lower(string(r))); len(a) == 1 {
				if p := []rune(strip(string(a))); len(p) == 1 && a[0] < latinEnd {
					t[r].accented, t[r].plain = a[0], p[0]
					t[a[0]] = t[r]
				}
			}
		}
	}
	return t
})

// Base gives the lower-case letter or digit under r without diacritics, 0 when r is neither a Latin letter nor a digit.
func Base(r rune) rune {
	if r < 0 || r >= latinEnd {
		return 0
	}
	return latin()[r].plain
}

// quick folds a word of Latin letters and digits of at most maxTokenRunes; false when the word needs the long way.
func quick(w string) (accented, plain string, ok bool) {
	t := latin()
	var a [maxTokenRunes]rune
	n := 0
	for _, r := range w {
		if r >= latinEnd || n == len(a) || t[r].accented == 0 {
			return "", "", false
		}
		a[n] = t[r].accented
		n++
	}
	tone(a[:n])
	accented = string(a[:n])
	for i, r := range a[:n] {
		a[i] = t[r].plain // a folded letter folds to itself, and its plain form with it
	}
	return accented, string(a[:n]), true
}

// appendWord folds one word. Decomposition can part it (½ is 1⁄2), so it may become several tokens over the same bytes.
func appendWord(out []Token, w string, start, end int) []Token {
	if a, p, ok := quick(w); ok {
		return append(out, Token{Accented: a, Plain: p, Start: start, End: end})
	}
	for _, part := range strings.FieldsFunc(lower(w), func(r rune) bool { return !isWordRune(r) }) {
		rs := []rune(part)
		for len(rs) > 0 {
			n := min(len(rs), maxTokenRunes)
			acc := string(tone(rs[:n]))
			out = append(out, Token{Accented: acc, Plain: strip(acc), Start: start, End: end})
			rs = rs[n:]
		}
	}
	return out
}

// lower brings s to compatibility-composed lower case without marks that did not compose: no Vietnamese letter needs one.
func lower(s string) string {
	if isLowerASCII(s) {
		return s
	}
	// Lower case of a composed letter may decompose again in rare scripts; three rounds settle every letter of Unicode 15.
	for range 3 {
		n := norm.NFKC.String(strings.Map(foldRune, norm.NFKD.String(s)))
		n = strings.Map(dropMark, n)
		if n == s {
			break
		}
		s = n
	}
	return s
}

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// foldRune lowers r and makes one letter of those that print like đ: old fonts and recognition give eth and African d.
func foldRune(r rune) rune {
	switch r {
	case 'Đ', 'Ð', 'ð', 'Ɖ', 'ɖ':
		return 'đ'
	}
	return unicode.ToLower(r)
}

func dropMark(r rune) rune {
	if unicode.Is(unicode.M, r) || isJoiner(r) {
		return -1
	}
	return r
}

// strip drops the diacritics of a folded word.
func strip(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if r == 'đ' {
			return 'd'
		}
		return dropMark(r)
	}, norm.NFD.String(s)))
}
