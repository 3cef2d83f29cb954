package web

import (
	"strings"

	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// mark is a run of text on a page; Match says that it is what was searched for.
type mark struct {
	Text  string
	Match bool
}

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
		var text strings.Builder
		match := false
		flush := func() {
			if text.Len() > 0 {
				out.Runs = append(out.Runs, mark{text.String(), match})
				text.Reset()
			}
		}
		for i, w := range l.Words {
			if i > 0 {
				if match && !on[n] { // the space after a match is not part of it
					flush()
					match = false
				}
				text.WriteByte(' ')
			}
			if on[n] && !match {
				flush()
				found = append(found, w.Box)
			} else if on[n] {
				found[len(found)-1] = found[len(found)-1].Union(w.Box)
			}
			match = on[n]
			text.WriteString(w.Text)
			n++
		}
		flush()
		lines = append(lines, out)
	}
	return lines, found
}
