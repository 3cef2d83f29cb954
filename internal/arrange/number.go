package arrange

import (
	"strings"

	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// Decree 30/2020, annex I, part I.6: the number of a page stands alone at its top, from the second page on; older papers have it at the bottom.
const (
	numberMargin  = 0.12 // of the page's height, above and below
	maxPageNumber = 999
)

// PrintedNumber reads the number printed on a page: 2, - 2 -, Trang 2/5. 0 means that there is none.
func PrintedNumber(r page.Result) int {
	for _, l := range r.Lines {
		if y := float64(l.Box.Y0+l.Box.Y1) / 2; y > numberMargin*float64(r.Height) && y < (1-numberMargin)*float64(r.Height) {
			continue
		}
		if n := pageNumber(l.Text()); n > 0 {
			return n
		}
	}
	return 0
}

func pageNumber(text string) int {
	plain := strings.TrimSpace(strings.TrimPrefix(strings.Trim(fold.Plain(text), "-–— "), "trang"))
	head, _, _ := strings.Cut(plain, "/")
	head, _, _ = strings.Cut(head, " ") // folding takes the slash away
	n := 0
	for _, r := range head {
		if r < '0' || r > '9' || n > maxPageNumber {
			return 0
		}
		n = 10*n + int(r-'0')
	}
	if rest := strings.TrimSpace(strings.TrimPrefix(plain, head)); strings.Trim(rest, "/0123456789 ") != "" || n > maxPageNumber {
		return 0
	}
	return n
}

// OutOfOrder reports whether the numbers printed on pages say that all fronts lie before all backs. One front and two backs must be read at the least,
// since a first page bears no number, and none may say otherwise.
func OutOfOrder(results []page.Result) bool {
	n := len(results)
	if n < 4 {
		return false
	}
	fronts := (n + 1) / 2
	forward, backward := sides{}, sides{}
	for i, r := range results {
		got := PrintedNumber(r)
		if got == 0 {
			continue
		}
		if i < fronts {
			forward.see(0, got == 2*i+1)
			backward.see(0, got == 2*i+1)
			continue
		}
		forward.see(1, got == 2*(i-fronts)+2)
		backward.see(1, got == 2*(n-1-i)+2)
	}
	return forward.agree() || backward.agree()
}

// sides counts the pages of fronts and backs whose number is the one expected.
type sides struct {
	seen  [2]int
	wrong bool
}

func (s *sides) see(side int, right bool) {
	s.seen[side]++
	s.wrong = s.wrong || !right
}

func (s *sides) agree() bool {
	return !s.wrong && s.seen[0] >= 1 && s.seen[1] >= 2 && s.seen[0]+s.seen[1] >= 3
}

// Gap is a run of printed numbers that no page bears.
type Gap struct {
	Before   int // ordinal of the page it is missing before
	From, To int // the numbers
}

// longestGap is how many pages are believed to be missing at once; more is a number misread, or of another series.
const longestGap = 5

// Missing finds the numbers that are missing between pages. A gap counts only where the number after it is borne out by the next one, or is the last.
func Missing(results []page.Result) []Gap {
	type numbered struct{ at, number int }
	var seen []numbered
	for i, r := range results {
		if n := PrintedNumber(r); n > 0 {
			seen = append(seen, numbered{i, n})
		}
	}
	if len(seen) > 1 && seen[0].at > 0 { // a first page bears no number and counts
		seen = append([]numbered{{0, 1}}, seen...)
	}
	var out []Gap
	for k := 1; k < len(seen); k++ {
		a, b := seen[k-1], seen[k]
		lost := (b.number - a.number) - (b.at - a.at)
		if lost < 1 || lost > longestGap {
			continue
		}
		if k+1 < len(seen) {
			if c := seen[k+1]; c.number-b.number != c.at-b.at {
				continue
			}
		}
		out = append(out, Gap{Before: b.at + 1, From: b.number - lost, To: b.number - 1})
	}
	return out
}
