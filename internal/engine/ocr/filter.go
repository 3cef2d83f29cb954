//go:build cgo && linux

package ocr

import (
	"strings"
	"unicode"

	"sohoa/internal/page"
)

// keepText leaves out what is no text (strokes of signatures, rims of seals, photographs read as letters). It judges segments:
// the parts of a line between wide gaps, since a signature often stands on the line of the text beside it.
func (s Settings) keepText(lines []page.Line) []page.Line {
	var kept []page.Line
	for _, l := range lines {
		var words []page.Word
		for _, seg := range segments(l, s.Gap) {
			if s.isText(seg) {
				words = append(words, s.withoutSpecks(seg)...)
			}
		}
		if len(words) > 0 {
			kept = append(kept, withWords(l, words))
		}
	}
	return kept
}

// segments cuts a line's words at gaps wider than gap letter heights.
func segments(l page.Line, gap float64) [][]page.Word {
	var out [][]page.Word
	from := 0
	for i := 1; i < len(l.Words); i++ {
		if float64(l.Words[i].Box.X0-l.Words[i-1].Box.X1) > gap*l.Size {
			out = append(out, l.Words[from:i])
			from = i
		}
	}
	if from < len(l.Words) {
		out = append(out, l.Words[from:])
	}
	return out
}

// isText reports whether a segment holds something that is surely writing: a sure word of two letters or more, or a sure number
// (a page's number stands alone), or a document's symbol, which is doubtful only for the number written into it by hand; or else a
// fair word, where the rest is not much worse and is not mostly marks.
func (s Settings) isText(words []page.Word) bool {
	var sum, n float64
	fair, written := false, 0
	for _, w := range words {
		letters := alphanumeric(w.Text)
		if (letters >= 2 || letters == digits(w.Text) && letters > 0) && w.Confidence >= s.SureWord {
			return true
		}
		if symbolic(w.Text) {
			return true
		}
		fair = fair || letters >= 2 && w.Confidence >= s.FairWord
		if letters > 0 {
			written++
		}
		sum += w.Confidence * float64(max(1, letters))
		n += float64(max(1, letters))
	}
	return fair && 2*written >= len(words) && sum/n >= s.WeakSegment
}

// withoutSpecks drops marks without a letter or digit that were hardly recognised.
func (s Settings) withoutSpecks(words []page.Word) []page.Word {
	var kept []page.Word
	for _, w := range words {
		if w.Confidence >= s.Speck || alphanumeric(w.Text) > 0 {
			kept = append(kept, w)
		}
	}
	return kept
}

// symbolic reports whether a word has the form of a document's symbol (Decree 30/2020): capitals after a slash, as in 84/QĐ-UBND.
func symbolic(word string) bool {
	_, after, ok := strings.Cut(word, "/")
	capitals := 0
	for _, r := range after {
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	return ok && capitals >= 4 && 4*capitals >= 3*alphanumeric(after)
}

// alphanumeric counts letters and digits. A free-standing accent (ˆ, U+02C6) is a letter to Unicode and a speck on paper.
func alphanumeric(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// withWords is a line with only some of its words: its box and baseline shrink to them, and to
// them alone where tesseract's box took in a smear beside the text.
func withWords(l page.Line, words []page.Word) page.Line {
	out := l
	out.Words, out.Box = words, page.Box{}
	for _, w := range words {
		out.Box = out.Box.Union(w.Box)
	}
	at := func(x float64) page.Point {
		dx := l.BaseTo.X - l.BaseFrom.X
		if dx == 0 {
			return page.Point{X: x, Y: l.BaseFrom.Y}
		}
		return page.Point{X: x, Y: l.BaseFrom.Y + (l.BaseTo.Y-l.BaseFrom.Y)*(x-l.BaseFrom.X)/dx}
	}
	out.BaseFrom, out.BaseTo = at(float64(out.Box.X0)), at(float64(out.Box.X1))
	return out
}
