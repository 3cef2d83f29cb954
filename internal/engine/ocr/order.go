//go:build cgo && linux

package ocr

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/page"
)

// order puts the foot of a document into reading order. By Decree 30/2020 its recipients ("Nơi nhận") stand on the left and the
// signature (authority, title, name) on the right, as two columns whose lines have nothing to do with each other; tesseract reads
// across. The recipients come first here, then the signature.
func (s Settings) order(lines []page.Line) []page.Line {
	start := -1
	for i, l := range lines {
		if beginsRecipients(l) {
			start = i
		}
	}
	if start < 0 {
		return lines
	}
	head := lines[start]
	gutter, ok := s.gutter(lines[start:])
	if !ok {
		return lines
	}
	// The signature may begin a little above the recipients.
	top := head.Box.Y0 - int(3*head.Size)
	var before, left, right, after []page.Line
	for i, l := range lines {
		switch {
		case i < start && (l.Box.X0 < gutter || l.Box.Y0 < top):
			before = append(before, l)
		case i < start || l.Box.X0 >= gutter:
			right = append(right, l)
		case l.Box.X1 <= gutter:
			left = append(left, l)
		default:
			a, b := splitAt(l, gutter, s.Gap)
			if b == nil { // across both columns: the foot ends here
				after = append(after, lines[i:]...)
			} else {
				left, right = append(left, *a), append(right, *b)
				continue
			}
		}
		if len(after) > 0 {
			break
		}
	}
	slices.SortStableFunc(right, func(a, b page.Line) int { return a.Box.Y0 - b.Box.Y0 })
	return renumber(before, left, right, after)
}

// beginsRecipients reports whether a line starts with "Nơi nhận", however its marks were read, or with "nhận:" where "Nơi" was lost.
func beginsRecipients(l page.Line) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, norm.NFD.String(s))
	}
	if len(l.Words) < 1 {
		return false
	}
	if plain(l.Words[0].Text) == "nhan" && strings.HasSuffix(l.Words[0].Text, ":") {
		return true
	}
	if len(l.Words) < 2 || plain(l.Words[1].Text) != "nhan" {
		return false
	}
	first := plain(l.Words[0].Text) // its N is often cut off, or read with what stands in the margin
	return len(first) <= 5 && (strings.HasSuffix(first, "oi") || strings.HasSuffix(first, "i") && strings.HasSuffix(l.Words[1].Text, ":"))
}

// gutter finds where the right column begins: the leftmost word after a wide gap, among the lines of the foot.
func (s Settings) gutter(lines []page.Line) (int, bool) {
	left := lines[0].Box.X0
	best, found := 0, false
	for _, l := range lines {
		segs := segments(l, s.Gap)
		x := 0
		switch {
		case len(segs) > 1 && float64(l.Box.X0-left) < 4*l.Size:
			x = segs[1][0].Box.X0
		case float64(l.Box.X0-left) > 10*l.Size:
			x = l.Box.X0
		default:
			continue
		}
		if !found || x < best {
			best, found = x, true
		}
	}
	return best, found
}

// splitAt cuts a line at the first wide gap that reaches the gutter; without one, b is nil.
func splitAt(l page.Line, gutter int, gap float64) (a, b *page.Line) {
	for i := 1; i < len(l.Words); i++ {
		x0, x1 := l.Words[i-1].Box.X1, l.Words[i].Box.X0
		if x1 >= gutter && float64(x1-x0) > gap*l.Size {
			first, second := withWords(l, l.Words[:i]), withWords(l, l.Words[i:])
			return &first, &second
		}
	}
	return nil, nil
}

// renumber joins groups of lines into one list, in which each group is a block of its own; blocks and paragraphs inside a group
// keep apart what they kept apart.
func renumber(groups ...[]page.Line) []page.Line {
	var out []page.Line
	block, para := -1, -1
	for _, g := range groups {
		for i, l := range g {
			if i == 0 || l.Block != g[i-1].Block {
				block++
			}
			if i == 0 || l.Block != g[i-1].Block || l.Para != g[i-1].Para {
				para++
			}
			n := l
			n.Block, n.Para = block, para
			out = append(out, n)
		}
	}
	return out
}
