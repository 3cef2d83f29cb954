package describe

import (
	"strings"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// FoundID is an identifier of a person or firm on a page.
type FoundID struct {
	ID   dossier.Identifier
	Page int // ordinal in the version, from 1
	Box  page.Box
}

// HolderIDs finds the identifiers of people and firms on the pages: numbers with the words for one before them. Fields show
// them masked; whoever encrypts and hashes them asks here, and does not log what Reveal gives.
func HolderIDs(pages []page.Result) []FoundID {
	var out []FoundID
	seen := map[string]bool{}
	for i := range pages {
		for _, l := range pages[i].Lines {
			text := l.Text()
			for _, f := range dossier.FindIdentifiers(text) {
				if seen[f.Value.Reveal()] || !namesID(text[:f.Start]) {
					continue
				}
				seen[f.Value.Reveal()] = true
				out = append(out, FoundID{f.Value, i + 1, boxWithin(l, runeIndex(text, f.Start), runeIndex(text, f.End))})
			}
		}
	}
	return out
}

// namesID reports whether the text before a number announces an identifier.
func namesID(before string) bool {
	if len(before) > 120 {
		before = strings.ToValidUTF8(before[len(before)-120:], "")
	}
	p := fold.Plain(before)
	if len(p) > 45 {
		p = p[len(p)-45:]
	}
	for _, w := range []string{"cccd", "cmnd", "can cuoc", "chung minh nhan dan", "dinh danh", "ma so thue", "ma so doanh nghiep", "giay to tuy than"} {
		if strings.Contains(p, w) {
			return true
		}
	}
	return false
}

func boxWithin(l page.Line, from, to int) page.Box {
	var b page.Box
	at := 0
	for _, w := range l.Words {
		n := len([]rune(w.Text))
		if at < to && at+n > from {
			b = b.Union(w.Box)
		}
		at += n + 1
	}
	return b
}
