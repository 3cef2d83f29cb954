package postgres

import (
	"strings"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/retrieve"
)

// Words of context around the first match of a snippet.
const (
	wordsBefore = 8
	wordsAfter  = 24
)

// snippet cuts the surroundings of the first match out of a page and marks what matches. Terms are folded plain; one may be a phrase.
func snippet(body string, terms []string) []retrieve.Snippet {
	if body == "" || len(terms) == 0 {
		return nil
	}
	tokens := fold.Tokens(body)
	hit := make([]bool, len(tokens))
	first := -1
	for _, term := range terms {
		prefix := strings.HasSuffix(term, "*")
		want := strings.Fields(strings.TrimSuffix(term, "*"))
		for i := 0; len(want) > 0 && i+len(want) <= len(tokens); i++ {
			if !matches(tokens[i:i+len(want)], want, prefix) {
				continue
			}
			for j := range want {
				hit[i+j] = true
			}
			if first < 0 || i < first {
				first = i
			}
		}
	}
	if first < 0 {
		return nil
	}
	from, to := max(first-wordsBefore, 0), min(first+wordsAfter, len(tokens))
	var out []retrieve.Snippet
	add := func(text string, match bool) {
		if text == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Match == match {
			out[n-1].Text += text
			return
		}
		out = append(out, retrieve.Snippet{Text: text, Match: match})
	}
	if from > 0 {
		add("… ", false)
	}
	at := tokens[from].Start
	for i := from; i < to; i++ {
		add(squeeze(body[at:tokens[i].Start]), false)
		add(veiled(body[tokens[i].Start:tokens[i].End]), hit[i])
		at = tokens[i].End
	}
	if to < len(tokens) {
		add(" …", false)
	} else {
		add(squeeze(body[at:]), false)
	}
	return out
}

func matches(tokens []fold.Token, want []string, prefix bool) bool {
	for j, w := range want {
		if tokens[j].Plain == w || (prefix && j == len(want)-1 && strings.HasPrefix(tokens[j].Plain, w)) {
			continue
		}
		return false
	}
	return true
}

// squeeze makes one space of a line break between words.
func squeeze(s string) string { return strings.NewReplacer("\r\n", " ", "\n", " ").Replace(s) }

// veiled masks a word that may be a person's number, as fields show it: a list of hits is read over more shoulders than a paper.
func veiled(word string) string {
	if len(word) != 9 && len(word) != 12 {
		return word
	}
	if id, err := dossier.ParseIdentifier(word); err == nil {
		return id.String()
	}
	return word
}
