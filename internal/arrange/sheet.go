package arrange

import (
	"strings"

	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/separator"
)

// sheet is what a page says as a separator sheet.
type sheet struct {
	found   bool
	says    separator.Sheet // empty where there is trouble
	trouble string          // reason of a question; empty: none
	onPaper bool            // the code is on a paper: it parts, and the page stays
}

const (
	// A sheet bears some forty words and what its code says. A page with more words and no heading of a sheet is a paper with a code stuck on.
	maxSheetWords = 120
	// A sheet that lost even its heading shows its codes, a third of the page's width each, and a few words.
	fewWords     = 40
	largeCode    = 0.2 // of the page's width
	headingPlain = "ngan ho so"
)

// readSheet tells whether a page is a separator sheet, and what it says.
func readSheet(r *page.Result) (s sheet) {
	var large, damaged bool
	for _, c := range r.Codes {
		got, err := separator.Parse(c.Text)
		switch {
		case c.Damaged || c.Text == "":
			large = large || float64(c.Box.X1-c.Box.X0) >= largeCode*float64(r.Width)
		case err == nil && !s.found:
			s.found, s.says = true, got
		case err == nil && got != s.says:
			s.trouble = SeparatorAmbiguous
		case separator.Claims(c.Text):
			damaged = damaged || err != nil
		}
	}
	words, heading := wordsOf(r)
	switch {
	case s.found:
		s.onPaper = words > maxSheetWords && !heading
	case damaged || heading && words <= maxSheetWords || large && words <= fewWords && r.Kind != page.Photo:
		s.found, s.trouble = true, SeparatorDamaged
		s.onPaper = words > maxSheetWords && !heading
	}
	if s.trouble != "" {
		s.says = separator.Sheet{}
	}
	return s
}

// wordsOf counts the words of a page, and looks for the heading of a separator sheet among them.
func wordsOf(r *page.Result) (words int, heading bool) {
	for _, l := range r.Lines {
		words += len(l.Words)
		heading = heading || len(l.Words) <= 8 && strings.Contains(fold.Plain(l.Text()), headingPlain)
	}
	return words, heading
}
