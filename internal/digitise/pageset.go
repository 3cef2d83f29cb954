package digitise

import (
	"fmt"
	"strconv"
	"strings"
)

// PageSet is a choice of pages, counted from 1.
type PageSet [][2]int

// ParsePageSet reads pages and ranges of pages as people write them: "1-3,7,10-". An open end means the first or the last page.
func ParsePageSet(s string) (PageSet, error) {
	var set PageSet
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, err := pageNumber(from, 1, isRange)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		b := a
		if isRange {
			if b, err = pageNumber(to, maxPageNumber, true); err != nil {
				return nil, fmt.Errorf("%q: %w", part, err)
			}
		}
		if b < a {
			return nil, fmt.Errorf("%q ends before it begins", part)
		}
		set = append(set, [2]int{a, b})
	}
	return set, nil
}

const maxPageNumber = 1_000_000

func pageNumber(s string, open int, mayBeOpen bool) (int, error) {
	s = strings.TrimSpace(s)
	if s == "" && mayBeOpen {
		return open, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxPageNumber {
		return 0, fmt.Errorf("a page is a number from 1, a range is 2-5, 2- or -5")
	}
	return n, nil
}

// Has reports whether a page is chosen.
func (s PageSet) Has(n int) bool {
	for _, r := range s {
		if n >= r[0] && n <= r[1] {
			return true
		}
	}
	return false
}
