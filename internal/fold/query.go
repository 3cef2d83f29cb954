package fold

import (
	"strings"
)

// Bounds of a query: a person types less, and each term costs an index scan.
const (
	maxQueryBytes = 2048
	maxQueryTerms = 32
)

// Query is a user's query, ready for two `simple` vectors of one text: one of Plain(text), one of Accented(text).
//
// A text matches when Plain matches the first vector and, unless empty, Accented the second. Both are for
// to_tsquery('simple', …). The zero value matches nothing.
type Query struct {
	// Plain holds every term without diacritics.
	Plain string
	// Accented holds those terms whose writer typed diacritics, and so meant them.
	Accented string
	// Codes are the document numbers with symbol in it, as typed ("12/QĐ-UBND"), for the columns of their own.
	Codes []string
	// Terms are the words and phrases looked for, folded plain, for lighting up matches.
	Terms []string
}

// Empty reports whether nothing can be looked for.
func (q Query) Empty() bool { return q.Plain == "" }

// ParseQuery reads what a person typed: words (all must be there), phrases in quotes, numbers with symbol, and words cut
// short by a star (quyet*). Nothing is an error: what says nothing is left out.
func ParseQuery(s string) Query {
	if len(s) > maxQueryBytes {
		s = strings.ToValidUTF8(s[:maxQueryBytes], "")
	}
	var q Query
	var plain, accented []string
	for _, c := range chunks(s) {
		ts := Tokens(c.text)
		if len(ts) == 0 {
			continue
		}
		if len(plain) == maxQueryTerms {
			break
		}
		prefix := !c.quoted && strings.HasSuffix(c.text, "*")
		p, a := phrase(ts, prefix)
		plain = append(plain, p)
		q.Terms = append(q.Terms, join(ts, func(t Token) string { return t.Plain }))
		code := !c.quoted && isCode(c.text)
		if code {
			q.Codes = append(q.Codes, c.text)
		}
		// Recognition often reads Đ as D, so a symbol is looked for without diacritics only.
		if p != a && !code {
			accented = append(accented, a)
		}
	}
	q.Plain, q.Accented = strings.Join(plain, " & "), strings.Join(accented, " & ")
	return q
}

// phrase writes tokens as a tsquery in both forms. Tokens are letters and digits, so quoting them needs no escape.
func phrase(ts []Token, prefix bool) (plain, accented string) {
	var p, a strings.Builder
	if len(ts) > 1 {
		p.WriteByte('(')
		a.WriteByte('(')
	}
	for i, t := range ts {
		if i == maxQueryTerms {
			break
		}
		if i > 0 {
			p.WriteString(" <-> ")
			a.WriteString(" <-> ")
		}
		p.WriteString("'" + t.Plain + "'")
		a.WriteString("'" + t.Accented + "'")
		if prefix && i == len(ts)-1 {
			p.WriteString(":*")
			a.WriteString(":*")
		}
	}
	if len(ts) > 1 {
		p.WriteByte(')')
		a.WriteByte(')')
	}
	return p.String(), a.String()
}

type chunk struct {
	text   string
	quoted bool
}

// chunks parts a query at white space, quotes kept together. A quote left open reaches to the end.
func chunks(s string) []chunk {
	var out []chunk
	for s != "" {
		i := strings.IndexAny(s, "\"“”„«»")
		bare := s
		if i >= 0 {
			bare = s[:i]
		}
		for _, w := range strings.Fields(bare) {
			out = append(out, chunk{text: w})
		}
		if i < 0 {
			break
		}
		s = s[i:]
		s = s[len(string([]rune(s[:min(len(s), 4)])[0])):]
		j := strings.IndexAny(s, "\"“”„«»")
		inside := s
		if j >= 0 {
			inside = s[:j]
			s = s[j:]
			s = s[len(string([]rune(s[:min(len(s), 4)])[0])):]
		} else {
			s = ""
		}
		out = append(out, chunk{text: inside, quoted: true})
	}
	return out
}

// isCode reports whether a word looks like number/symbol: digits, a slash, and letters after the last slash.
func isCode(w string) bool {
	first, rest, ok := strings.Cut(w, "/")
	if !ok || first == "" || strings.Trim(first, "0123456789") != "" {
		return false
	}
	return strings.ContainsFunc(rest, func(r rune) bool { return r >= 0x80 || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
}
