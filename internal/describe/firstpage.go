package describe

import (
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// Opening says how much a page looks like the first of a paper, and by what.
type Opening struct {
	// Score is 0 for not at all and 1 for surely; above 0.6 the page is one.
	Score float64
	// Motto, Agency and Number are what was found in its head.
	Motto, Agency, Number bool
	// Part is what the page says it is: an annex, or a draft with a letterhead of its own. MainPart where it says neither.
	Part PartKind
}

// OpeningOf reads the head of a page.
func OpeningOf(res page.Result) Opening {
	if res.Kind != page.Text || len(res.Lines) == 0 {
		return Opening{Part: MainPart}
	}
	s := newSheet(1, &res)
	h := findHeader(s)
	o := Opening{Score: openingScore(s, h), Motto: h.motto.row >= 0, Agency: h.hasAgent, Number: h.number.row >= 0, Part: MainPart}
	if title, ok := s.annexHeading(); ok && title != "" {
		o.Part = AnnexPart
	} else if s.markedDraft() {
		o.Part = DraftPart
	}
	return o
}

// markedDraft reports whether the head of a page bears the mark of a draft: the words in capitals, or alone on their row. A letter about a draft has them in its subject.
func (s *sheet) markedDraft() bool {
	for k := range s.rowsAbove(partTop * s.h) {
		ws := s.rows[k].words
		for i := 1; i < len(ws); i++ {
			if t := textOf(ws[i-1 : i+1]); fold.Plain(t) == "du thao" && (capitals(t) > 0.9 || len(ws) <= 3) {
				return true
			}
		}
	}
	return false
}

// Closes reports whether a paper ends on the page: whether who signed it stands there, with post and name.
func Closes(res page.Result) bool {
	if res.Kind != page.Text || len(res.Lines) == 0 {
		return false
	}
	sig := findSignature(newSheet(1, &res), "")
	return sig.found && len(sig.title) > 0 && sig.titleScore >= 0.6 && sig.name != "" && sig.nameScore >= 0.5
}

func firstPageScore(s *sheet) float64 { return openingScore(s, findHeader(s)) }

func openingScore(s *sheet, h header) float64 {
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
