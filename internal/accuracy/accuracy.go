// Package accuracy compares what was read with what is printed: character and word error rates, with and without diacritics.
//
// Texts are brought to NFC and their white space is collapsed before they are compared. Rates are edits divided by the length of the
// truth, so they can pass 1.
package accuracy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Page is the comparison of one page.
type Page struct {
	Name       string `json:"name"`
	Chars      int    `json:"chars"`
	CharEdits  int    `json:"char_edits"`
	Words      int    `json:"words"`
	WordEdits  int    `json:"word_edits"`
	PlainEdits int    `json:"plain_edits"` // character edits after diacritics are dropped
}

// Compare measures one page.
func Compare(name, truth, read string) Page {
	t, r := normal(truth), normal(read)
	tr, rr := []rune(t), []rune(r)
	tw, rw := strings.Fields(t), strings.Fields(r)
	return Page{
		Name: name, Chars: len(tr), CharEdits: distance(tr, rr), Words: len(tw), WordEdits: distance(tw, rw),
		PlainEdits: distance([]rune(plain(t)), []rune(plain(r))),
	}
}

// Summary pools pages and averages them, with a 95% bootstrap interval of the pooled rate over pages.
type Summary struct {
	Pages    int        `json:"pages"`
	CER      float64    `json:"cer"`
	WER      float64    `json:"wer"`
	PlainCER float64    `json:"cer_plain"`
	MacroCER float64    `json:"cer_macro"`
	Interval [2]float64 `json:"cer_interval95"`
}

// bootstrapRounds is how often pages are drawn anew for the interval.
const bootstrapRounds = 2000

// Summarise pools pages. The draws are the same at every call.
func Summarise(pages []Page) Summary {
	s := Summary{Pages: len(pages)}
	if len(pages) == 0 {
		return s
	}
	var chars, edits, words, wordEdits, plainEdits int
	for _, p := range pages {
		chars, edits, words, wordEdits, plainEdits = chars+p.Chars, edits+p.CharEdits, words+p.Words, wordEdits+p.WordEdits, plainEdits+p.PlainEdits
		s.MacroCER += rate(p.CharEdits, p.Chars) / float64(len(pages))
	}
	s.CER, s.WER, s.PlainCER = rate(edits, chars), rate(wordEdits, words), rate(plainEdits, chars)
	rng := rand.New(rand.NewPCG(1, 2))
	draws := make([]float64, bootstrapRounds)
	for i := range draws {
		var c, e int
		for range pages {
			p := pages[rng.IntN(len(pages))]
			c, e = c+p.Chars, e+p.CharEdits
		}
		draws[i] = rate(e, c)
	}
	slices.Sort(draws)
	s.Interval = [2]float64{draws[bootstrapRounds*25/1000], draws[bootstrapRounds*975/1000]}
	return s
}

func rate(edits, length int) float64 {
	if length == 0 {
		return float64(edits)
	}
	return float64(edits) / float64(length)
}

func normal(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		}
		return r
	}, norm.NFD.String(s))
}

// distance is Levenshtein's, in one row of memory.
func distance[T comparable](a, b []T) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
