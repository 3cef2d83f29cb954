package match

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// Twins tells whether two documents are the same paper scanned twice, by what was read on them. It has no state.
//
// Forms of one kind share nearly all their words, so likeness of texts says little: what counts is what tells papers apart, digits and words
// that were read surely on both and stand on one only. One such difference on either side makes two papers of them.
type Twins struct{}

// Limits of what is compared.
const (
	twinPages  = 30   // of a document, from its first
	twinWords  = 6000 // of a document
	fewestKeys = 3    // telling words; a paper with fewer looks like too many others
	maxDigits  = 4    // keys of long numbers
	bands      = 8    // keys of telling words, two of which must agree
)

// Keys are what a document is looked up by when another looks like it; none where too little tells it apart. They are of one unit: papers are
// compared within it only.
func (Twins) Keys(unit string, fields []archive.Field, pages []page.Result) []int64 {
	var telling []uint64
	var long []string
	for _, r := range pages[:min(len(pages), twinPages)] {
		for _, l := range r.Lines {
			last := ""
			for _, w := range l.Words {
				if d := digitsOf(w.Text); len(d) >= 5 && w.Confidence >= surely {
					telling = append(telling, hash("digits", d))
					if len(d) >= 8 {
						long = add(long, d)
					}
				}
				name := capital(w)
				if name != "" && last != "" {
					telling = append(telling, hash("name", last+" "+name))
				}
				last = name
			}
		}
	}
	slices.Sort(telling)
	if telling = slices.Compact(telling); len(telling) < fewestKeys {
		return nil
	}
	var out []int64
	key := func(kind, what string) { out = append(out, int64(hash(unit, kind, what))) }
	for b := range bands {
		key("band", string(binary.BigEndian.AppendUint64([]byte{byte(b)}, least(telling, 2*b)^least(telling, 2*b+1)*3)))
	}
	slices.SortFunc(long, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, d := range long[:min(len(long), maxDigits)] {
		key("digits", d)
	}
	if n := value(fields, describe.Number); n != "" {
		key("number", n+"/"+value(fields, describe.Symbol)+" "+value(fields, describe.Date))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func value(fields []archive.Field, name string) string {
	for _, f := range fields {
		if f.Name == name && f.Confidence >= trustField {
			return f.Value
		}
	}
	return ""
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p)) // never fails
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// least is the smallest of the set under the nth mixing (splitmix64): equal for two sets as often as they share elements.
func least(set []uint64, n int) uint64 {
	best := ^uint64(0)
	for _, x := range set {
		x += uint64(n+1) * 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		best = min(best, x^x>>31)
	}
	return best
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// capital is the folded form of a word that begins with a capital letter and was read surely; empty for others.
func capital(w page.Word) string {
	first, _ := utf8.DecodeRuneInString(w.Text)
	if !unicode.IsUpper(first) || w.Confidence < surely {
		return ""
	}
	if p := fold.Plain(w.Text); !strings.Contains(p, " ") && len(p) > 1 {
		return p
	}
	return ""
}

// surely is the confidence, 0–100, of a word that speaks for or against likeness.
const surely = 85

// token is a word as it is compared.
type token struct {
	text string
	sure bool
}

func tokensOf(pages []page.Result) []token {
	var out []token
	for _, r := range pages[:min(len(pages), twinPages)] {
		for _, l := range r.Lines {
			for _, w := range l.Words {
				for _, t := range fold.Tokens(w.Text) {
					if len(out) == twinWords {
						return out
					}
					out = append(out, token{t.Plain, w.Confidence >= surely})
				}
			}
		}
	}
	return out
}

// Likeness says how alike two documents are.
type Likeness struct {
	Shared  float64 // share of words that stand on both, of those on the one with fewer
	Differ  int     // words read surely on both that stand on one only, on the side with fewer of them
	Digits  int     // likewise, of words with digits, on both sides together
	Words   int     // of the one with fewer
	Against string  // a field that was read surely on both and differs
}

// Thresholds of the same paper; docs/benchmarks.md says what they were measured on.
const (
	leastShared = 0.80
	fewestWords = 25
	// A form differs from another in a handful of words of a hundred or two; of a text of a thousand that agrees else, so many are misread.
	wordsADifference = 500
	wordsADigit      = 800
	textShared       = 0.98 // from here on digits may be misread at all
)

// Same reports whether it is the same paper, and how surely, 0–1.
func (l Likeness) Same() (score float64, ok bool) {
	digits := 0
	if l.Shared >= textShared {
		digits = l.Words / wordsADigit
	}
	if l.Against != "" || l.Digits > digits || l.Differ > 1+l.Words/wordsADifference || l.Shared < leastShared {
		return 0, false
	}
	return min(0.99, l.Shared) - 0.02*float64(l.Differ+l.Digits), true
}

// Compare compares two documents.
func (Twins) Compare(aFields []archive.Field, a []page.Result, bFields []archive.Field, b []page.Result) Likeness {
	l := Likeness{Against: contradiction(aFields, bFields)}
	ta, tb := tokensOf(a), tokensOf(b)
	if len(ta) < fewestWords || len(tb) < fewestWords {
		return l
	}
	l.Words = min(len(ta), len(tb))
	la, lb := leftOver(ta, tb), leftOver(tb, ta)
	l.Shared = 1 - min(float64(len(la))/float64(len(ta)), float64(len(lb))/float64(len(tb)))
	pairUp(&la, &lb)
	sa, da := sureOf(la)
	sb, db := sureOf(lb)
	l.Differ, l.Digits = min(sa, sb), min(da, db)
	return l
}

// Same reports whether two documents are one paper, and how surely, 0–1.
func (t Twins) Same(aFields []archive.Field, a []page.Result, bFields []archive.Field, b []page.Result) (score float64, ok bool) {
	return t.Compare(aFields, a, bFields, b).Same()
}

// leftOver gives what of a does not stand in b, counted as often as it stands.
func leftOver(a, b []token) []token {
	have := make(map[string]int, len(b))
	for _, t := range b {
		have[t.text]++
	}
	var out []token
	for _, t := range a {
		if have[t.text] > 0 {
			have[t.text]--
			continue
		}
		out = append(out, t)
	}
	return out
}

// pairUp takes out words that are likely one word read twice: of which one was not read surely, and that differ little.
func pairUp(a, b *[]token) {
	const most = 400 // more left over than this is no twin, whatever pairs up
	if len(*a) > most || len(*b) > most {
		return
	}
	used := make([]bool, len(*b))
	*a = slices.DeleteFunc(*a, func(x token) bool {
		for i, y := range *b {
			if !used[i] && !(x.sure && y.sure) && near(x.text, y.text) {
				used[i] = true
				return true
			}
		}
		return false
	})
	i := -1
	*b = slices.DeleteFunc(*b, func(token) bool { i++; return used[i] })
}

// near reports whether two folded words differ in at most a third of their letters.
func near(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a) > 40 || 3*(len(a)-len(b)) > len(a) {
		return false
	}
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, diag+1, row[j]+1)
		}
	}
	return 3*row[len(b)] <= len(a)
}

// sureOf counts words read surely, of two letters or more, and those of them with digits.
func sureOf(ts []token) (words, digits int) {
	for _, t := range ts {
		switch {
		case !t.sure:
		case strings.ContainsAny(t.text, "0123456789"):
			digits++
		case len(t.text) > 1:
			words++
		}
	}
	return words, digits
}

// contradiction gives a field that both papers have, read surely on both, and that differs.
func contradiction(a, b []archive.Field) string {
	const sure = 0.9
	for _, name := range []string{
		describe.Number, describe.Symbol, describe.Date, describe.Type, describe.Holder, describe.HolderID, describe.Serial, describe.LicenceNumber, describe.Parcel, describe.MapSheet,
		describe.Validity,
	} {
		x, y := sureValue(a, name, sure), sureValue(b, name, sure)
		if x == "" || y == "" || fold.Plain(x) == fold.Plain(y) {
			continue
		}
		if name == describe.Date && (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)) { // a day by hand, read once
			continue
		}
		return name
	}
	return ""
}

func sureValue(fields []archive.Field, name string, least float64) string {
	for _, f := range fields {
		if f.Name == name && f.Confidence >= least && !f.Asked {
			return f.Value
		}
	}
	return ""
}
