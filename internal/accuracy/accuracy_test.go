package accuracy

import "testing"

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		truth, read        string
		chars, words, bare int
	}{
		"the same":             {"Quyết định", "Quyết định", 0, 0, 0},
		"white space is equal": {"a  b\nc", "a b c", 0, 0, 0},
		"a lost mark":          {"Quyết định", "Quyêt định", 1, 1, 0},
		"both Unicode forms":   {"ế", "e\u0302\u0301", 0, 0, 0},
		"a lost word":          {"một hai ba", "một ba", 4, 1, 4},
		"nothing read":         {"ba", "", 2, 1, 2},
	} {
		p := Compare(name, tc.truth, tc.read)
		if p.CharEdits != tc.chars || p.WordEdits != tc.words || p.PlainEdits != tc.bare {
			t.Errorf("%s: %+v, want %d, %d, %d edits", name, p, tc.chars, tc.words, tc.bare)
		}
	}
}

func TestSummariseBracketsThePooledRate(t *testing.T) {
	t.Parallel()
	s := Summarise([]Page{{Chars: 100, CharEdits: 1}, {Chars: 300, CharEdits: 9}})
	if s.CER != 0.025 || s.MacroCER != 0.02 || s.Interval[0] > s.CER || s.Interval[1] < s.CER {
		t.Errorf("Summarise = %+v", s)
	}
}
