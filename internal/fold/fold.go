package fold

import (
	"strings"
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

// appendWord folds one word. Decomposition can part it (½ is 1⁄2), so it may become several tokens over the same bytes.
func appendWord(out []Token, w string, start, end int) []Token {
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
