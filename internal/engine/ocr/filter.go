//go:build cgo && linux

package ocr

import "sohoa/internal/page"

// keepText leaves out what is no text (scribbles, stamps, photographs read as letters) and says what kind of page remains.
func (r *Recogniser) keepText(lines []page.Line, ink look) ([]page.Line, page.Kind) {
	var kept []page.Line
	sure := false
	for _, l := range lines {
		if page.MeanConfidence([]page.Line{l}) < r.s.WeakLine {
			continue
		}
		words := l.Words[:0:0]
		for _, w := range l.Words {
			if w.Confidence >= r.s.WeakWord {
				words = append(words, w)
				sure = sure || w.Confidence >= r.s.SureWord && len([]rune(w.Text)) > 1
			}
		}
		if len(words) > 0 {
			l.Words = words
			kept = append(kept, l)
		}
	}
	switch {
	case len(kept) > 0 && sure:
		return kept, page.Text
	case ink.inkShare < 0.002:
		return nil, page.Blank
	}
	return nil, page.Photo
}
