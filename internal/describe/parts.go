package describe

import (
	"strings"

	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// PartKind says what a run of pages is within a document.
type PartKind string

// The parts of a document.
const (
	MainPart  PartKind = "main"
	AnnexPart PartKind = "annex"
	DraftPart PartKind = "draft"
)

// Part is a run of pages, From to To from 1, both inclusive.
type Part struct {
	Kind  PartKind
	From  int
	To    int
	Title string
}

// Parts divides a document into its main part and the annexes and drafts that follow in the same file.
func Parts(pages []page.Result) []Part {
	var sheets []*sheet
	for i := range pages {
		if pages[i].Kind == page.Text && len(pages[i].Lines) > 0 {
			sheets = append(sheets, newSheet(i+1, &pages[i]))
		}
	}
	if len(sheets) == 0 {
		return nil
	}
	return partsOf(sheets, len(pages))
}

func partsOf(sheets []*sheet, total int) []Part {
	parts := []Part{{Kind: MainPart, From: 1, To: total}}
	for _, s := range sheets[1:] {
		kind, title := beginsPart(s)
		if kind == "" {
			continue
		}
		parts[len(parts)-1].To = s.ordinal - 1
		parts = append(parts, Part{Kind: kind, From: s.ordinal, To: total, Title: title})
	}
	return parts
}

// beginsPart reports whether a page after the first begins an annex, or a draft with a letterhead of its own.
func beginsPart(s *sheet) (PartKind, string) {
	if t, ok := s.annexHeading(); ok {
		return AnnexPart, t
	}
	if firstPageScore(s) < 0.6 {
		return "", ""
	}
	h := findHeader(s)
	title := ""
	if g := findHeading(s, h); g.kindRow >= 0 {
		title = g.kind
	}
	if s.saysDraft() {
		return DraftPart, title
	}
	return AnnexPart, title
}

// partTop is how much of a page may hold the words that it is an annex or a draft.
const partTop = 0.33

// annexHeading finds the heading of an annex or list.
func (s *sheet) annexHeading() (string, bool) {
	for k := range s.rowsAbove(partTop * s.h) {
		t := strings.TrimSpace(textOf(s.trimSpecks(s.rows[k].words)))
		plain := fold.Plain(t)
		if capitals(t) > 0.6 && (strings.HasPrefix(plain, "phu luc") || strings.HasPrefix(plain, "danh sach") || strings.HasPrefix(plain, "danh muc") || strings.HasPrefix(plain, "bieu mau")) {
			return t, true
		}
	}
	return "", false
}

// saysDraft reports whether the head of a page says that it is a draft.
func (s *sheet) saysDraft() bool {
	for k := range s.rowsAbove(partTop * s.h) {
		if strings.Contains(fold.Plain(s.rows[k].text()), "du thao") {
			return true
		}
	}
	return false
}
