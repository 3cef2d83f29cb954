package describe

import (
	"sohoa/internal/page"
)

// FirstPage says how much a page looks like the first of a document: agency, motto, number, date and type at its top. 0 is not
// at all, 1 surely; above 0.6 it is one.
func FirstPage(res page.Result) float64 {
	if res.Kind != page.Text || len(res.Lines) == 0 {
		return 0
	}
	return firstPageScore(newSheet(1, &res))
}

func firstPageScore(s *sheet) float64 {
	h := findHeader(s)
	score := 0.0
	if h.motto.row >= 0 {
		score += 0.45 * min(1, h.mottoScore+0.1)
	}
	if h.hasAgent {
		score += 0.2
	}
	if h.number.row >= 0 {
		score += 0.2
	}
	if h.date.row >= 0 {
		score += 0.1
	}
	if g := findHeading(s, h); g.kindRow >= 0 || g.letterLike {
		score += 0.15
	}
	return min(1, score)
}

// Split is a proposal to begin a new document at a page.
type Split struct {
	Page  int     // from 1
	Score float64 // how surely it is a first page, 0–1
}

// SplitHints says where documents begin in a stack of pages. Page 1 always begins one. A draft or an annex attached to a
// document is no document of its own. A blank back belongs to the page before it.
func SplitHints(pages []page.Result) []Split {
	var out []Split
	for i := range pages {
		if pages[i].Kind != page.Text || len(pages[i].Lines) == 0 {
			continue
		}
		s := newSheet(i+1, &pages[i])
		score := firstPageScore(s)
		if len(out) == 0 {
			out = append(out, Split{Page: 1, Score: max(score, 0.5)})
			continue
		}
		if score < 0.6 {
			continue
		}
		if kind, _ := beginsPart(s); kind == DraftPart {
			continue
		}
		out = append(out, Split{Page: i + 1, Score: score})
	}
	return out
}

// BlankBacks lists the blank pages that are backs: every blank page but those at which a document would begin.
func BlankBacks(pages []page.Result) []int {
	var out []int
	for i := range pages {
		if pages[i].Kind == page.Blank && i > 0 {
			out = append(out, i+1)
		}
	}
	return out
}
