// Package syllable knows which letters can make a Vietnamese syllable. It is pure.
package syllable

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Valid reports whether a folded word can be a Vietnamese syllable: onset, vowels, end, and a tone that goes with the
// end (before p, t, c and ch there are only two). Recognition that loses a mark often leaves what cannot be: quyêt.
func Valid(s string) bool {
	tone := rune(0)
	bare := norm.NFC.String(strings.Map(func(r rune) rune {
		switch r {
		case 0x300, 0x301, 0x303, 0x309, 0x323:
			tone = r
			return -1
		}
		return r
	}, norm.NFD.String(s)))
	for _, onset := range onsets {
		rest, ok := strings.CutPrefix(bare, onset)
		if !ok {
			continue
		}
		for _, end := range endings {
			vowels, ok := strings.CutSuffix(rest, end)
			if !ok || !slices.Contains(nuclei, vowels) {
				continue
			}
			if (end == "p" || end == "t" || end == "c" || end == "ch") && tone != 0x301 && tone != 0x323 {
				continue
			}
			return true
		}
	}
	return false
}

// The parts of syllables. qu and gi take part of the vowel with them, so both readings are tried.
//
//nolint:gochecknoglobals // tables that never change
var (
	onsets  = []string{"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", ""}
	endings = []string{"ch", "ng", "nh", "c", "m", "n", "p", "t", ""}
	nuclei  = strings.Fields(`a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iu iêu oa oă oai oao oay oe oeo oi ôi ơi oo ua uâ uê ui uô uơ ưa ươ ưi ưu uôi ươi ươu uy uya uyê uyu yê yêu uây ue uă uai uay uao ueo ie`)
)
