package web

import (
	"strings"

	"sohoa/internal/chance"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// mark is a run of text on a page; Match says that it is what was searched for, Doubt that it may well be misread.
type mark struct {
	Text  string
	Match bool
	Doubt bool
}

// doubtBelow is the chance of being right (internal/chance) under which a word is marked: about six of ten such words are right.
const doubtBelow = 0.8

// litLine is one line of a page's text, cut where matches begin and end.
type litLine struct {
	Runs []mark
	Laid bool
}

// terms are the words and phrases of a query, each as its folded words. A star at the end of a word stands for any ending.
func terms(query string) [][]string {
	var out [][]string
	for _, t := range fold.ParseQuery(query).Terms {
		if words := strings.Fields(t); len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// lit finds the words of a page that a query lights up, as indexes into the words in reading order. Phrases match across lines.
func lit(words []page.Word, query string) map[int]bool {
	want := terms(query)
	if len(want) == 0 {
		return nil
	}
	// A printed word may fold into several ("12/QĐ-UBND"), so tokens remember the word they come from.
	type token struct {
		plain string
		word  int
	}
	var tokens []token
	for i, w := range words {
		for _, t := range fold.Tokens(w.Text) {
			tokens = append(tokens, token{t.Plain, i})
		}
	}
	found := map[int]bool{}
	for _, term := range want {
		for i := 0; i+len(term) <= len(tokens); i++ {
			ok := true
			for j, want := range term {
				if !matches(tokens[i+j].plain, want) {
					ok = false
					break
				}
			}
			for j := range term {
				if ok {
					found[tokens[i+j].word] = true
				}
			}
		}
	}
	return found
}

func matches(token, want string) bool {
	if stem, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(token, stem)
	}
	return token == want
}

// litPage cuts a page's text at its matches, and gives the boxes of what matched, one for each run of words on a line.
func litPage(r page.Result, query string) (lines []litLine, found []page.Box) {
	all := append(append([]page.Line(nil), r.Lines...), r.Laid...)
	var words []page.Word
	for _, l := range all {
		words = append(words, l.Words...)
	}
	on := lit(words, query)
	n := 0
	for li, l := range all {
		out := litLine{Laid: li >= len(r.Lines)}
		for i, w := range l.Words {
			m := mark{Text: w.Text, Match: on[n], Doubt: !out.Laid && r.Source == page.Recognised && chance.Of(l, i) < doubtBelow}
			n++
			last := len(out.Runs) - 1
			switch {
			case last < 0:
				out.Runs = append(out.Runs, m)
			case out.Runs[last].Match == m.Match && out.Runs[last].Doubt == m.Doubt:
				out.Runs[last].Text += " " + m.Text
			case out.Runs[last].Match || out.Runs[last].Doubt: // the space after a marked run is not part of it
				if m.Match || m.Doubt {
					out.Runs = append(out.Runs, mark{Text: " "}, m)
				} else {
					m.Text = " " + m.Text
					out.Runs = append(out.Runs, m)
				}
			default:
				out.Runs[last].Text += " "
				out.Runs = append(out.Runs, m)
			}
			if on[n-1] {
				if i > 0 && on[n-2] {
					found[len(found)-1] = found[len(found)-1].Union(w.Box)
				} else {
					found = append(found, w.Box)
				}
			}
		}
		lines = append(lines, out)
	}
	return lines, found
}
