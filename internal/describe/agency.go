package describe

import (
	"strings"

	"sohoa/internal/fold"
)

// agencyName brings the printed lines of one agency to its name in running case: ỦY BAN NHÂN DÂN / TỈNH QUẢNG NGÃI is Ủy ban
// nhân dân tỉnh Quảng Ngãi. Known phrases mend misread letters; known is the share of words that some phrase vouches for.
func agencyName(lines []string, units []string) (name string, known float64) {
	text := fold.Tones(strings.Join(lines, " "))
	if best, sc := nearest(text, units); sc >= 0.86 {
		return best, sc
	}
	ws := strings.Fields(text)
	var plain []string
	kept := ws[:0]
	for _, w := range ws {
		if p := fold.Plain(w); p != "" {
			kept, plain = append(kept, w), append(plain, strings.ReplaceAll(p, " ", ""))
		} else if w == "-" || w == "–" {
			kept, plain = append(kept, "-"), append(plain, "-")
		}
	}
	ws = kept
	var out []string
	vouched, proper := 0, false
	for i := 0; i < len(ws); {
		if proper { // a place after its level: a province when its letters agree (communes are named so like provinces that no misread letter is mended), else a name of its own
			if e, _ := phraseAt(plain[i:], provinceEntries(), 1); e.words > 0 {
				out = append(out, e.text)
				vouched += e.words
				i += e.words
				proper = false
				continue
			}
		}
		if e, _ := phraseAt(plain[i:], levelEntries(), 0.99); e.words > 0 && (i > 0) && i+e.words < len(ws) {
			out = append(out, e.text)
			vouched += e.words
			i += e.words
			proper = true
			continue
		}
		if e, n := phraseNear(plain[i:], phraseEntries(), 0.8); n > 0 && !proper {
			out = append(out, e.text)
			vouched += min(n, e.words)
			i += n
			continue
		}
		if e, _ := phraseAt(plain[i:], headEntries(), 0.85); e.words > 0 && !proper {
			out = append(out, e.text)
			vouched += e.words
			i += e.words
			// What follows a bare head is its field: first word large, the rest small.
			if i < len(ws) {
				if l, _ := phraseAt(plain[i:], levelEntries(), 0.99); l.words == 0 && ws[i] != "-" {
					out = append(out, eachUpper(ws[i]))
					i++
				}
			}
			continue
		}
		if e, _ := phraseAt(plain[i:], provinceEntries(), 1); e.words > 0 {
			out = append(out, e.text)
			vouched += e.words
			i += e.words
			continue
		}
		if proper {
			out = append(out, eachUpper(ws[i]))
			if level := out[max(0, len(out)-2)]; level != "tỉnh" {
				vouched++ // a name of its own: nothing to check it by but its level; provinces are all known
			}
		} else {
			out = append(out, strings.ToLower(ws[i]))
		}
		i++
	}
	if len(ws) == 0 {
		return "", 0
	}
	return firstUpper(strings.Join(out, " ")), float64(vouched) / float64(len(ws))
}

// phraseNear is phraseAt for phrases of which a word may be lost or parted. It gives how many words the phrase covers. A
// level word that is not the phrase's own ends it: what follows is a place.
func phraseNear(words []string, list []entry, least float64) (best entry, covers int) {
	rank := 0.0
	for _, e := range list {
		for n := max(1, e.words-1); n <= e.words+1 && n <= len(words); n++ {
			if swallows(words[:n], e) || n != e.words && e.words < 3 {
				continue
			}
			sc := 0.0
			switch joined := strings.Join(words[:n], " "); {
			case n < e.words:
				if sc = withoutOne(joined, e.plain); sc < 0.9 {
					continue
				}
				sc *= 0.9
			case n > e.words:
				if sc = similarity(joined, e.plain); sc < 0.86 {
					continue
				}
				sc *= 0.9
			default:
				need := least
				if len(e.plain) < 6 {
					need = 1 // short words are too like others
				}
				if sc = similarity(joined, e.plain); sc < need {
					continue
				}
			}
			if r := sc + 0.15*float64(e.words); r > rank {
				best, covers, rank = e, n, r
			}
		}
	}
	return best, covers
}

// withoutOne compares text with phrase less any one of its words.
func withoutOne(text, phrase string) float64 {
	ws := strings.Fields(phrase)
	best := 0.0
	for k := range ws {
		rest := strings.Join(append(append([]string(nil), ws[:k]...), ws[k+1:]...), " ")
		best = max(best, similarity(text, rest))
	}
	return best
}

// swallows reports whether words hold a level word that phrase e has not.
func swallows(words []string, e entry) bool {
	for _, w := range words[1:] {
		switch w {
		case "tinh", "huyen", "quan", "phuong", "xa", "thanh", "thi":
			if !strings.Contains(" "+e.plain+" ", " "+w+" ") {
				return true
			}
		}
	}
	return false
}

// nearest finds the name most like text.
func nearest(text string, names []string) (string, float64) {
	best, score := "", 0.0
	plain := fold.Plain(text)
	for _, n := range names {
		if sc := similarity(plain, fold.Plain(n)); sc > score {
			best, score = n, sc
		}
	}
	return best, score
}

// beginsAgency reports whether a printed line begins with the head of an agency's name.
func beginsAgency(line string) bool {
	plain := strings.Fields(fold.Plain(line))
	e, _ := phraseAt(plain, headEntries(), 0.85)
	return e.words > 0
}
