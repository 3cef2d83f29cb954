package accuracy

import (
	"math"
	"strings"
	"testing"

	"sohoa/internal/page"
)

func TestWordsAreJudgedWhereTheyStand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ truth, read, right string }{
		"all right":                          {"một hai ba", "một hai ba", "111"},
		"one misread":                        {"một hai ba", "một hài ba", "101"},
		"one too many":                       {"một hai", "một . hai", "101"},
		"one lost":                           {"một hai ba", "một ba", "11"},
		"a block read in another order":      {"một hai ba bốn năm", "bốn năm một hai ba", "11111"},
		"a word twice where it stands once":  {"một hai", "một một hai", "101"},
		"white space and form do not matter": {"m\u006f\u0302\u0323t  hai", "một hai", "11"},
		"nothing read":                       {"một", "", ""},
		"nothing to read":                    {"", "một", "0"},
	} {
		var l page.Line
		for w := range strings.FieldsSeq(c.read) {
			l.Words = append(l.Words, page.Word{Text: w})
		}
		got := ""
		for _, j := range JudgeWords(c.truth, []page.Line{l}) {
			got += map[bool]string{true: "1", false: "0"}[j.Right]
		}
		if c.read == "một một hai" && got == "011" { // either of the two is as good
			got = "101"
		}
		if got != c.right {
			t.Errorf("%s: %s, want %s", name, got, c.right)
		}
	}
}

func TestReliabilityComparesWhatWasSaidWithWhatCameTrue(t *testing.T) {
	t.Parallel()
	var said []float64
	var right []bool
	for i := range 1000 {
		said, right = append(said, 0.6, 1), append(right, i%10 < 6, i%10 < 9)
	}
	r := Reliable(said, right)
	if r.Words != 2000 || r.Right != 1500 || math.Abs(r.Error-0.05) > 1e-9 {
		t.Errorf("got %+v", r)
	}
	if b := r.Bins[1]; b.Words != 1000 || b.Right != 600 || math.Abs(b.Mean-0.6) > 1e-9 {
		t.Errorf("bin of 0.6: %+v", b)
	}
	if last := r.Bins[len(r.Bins)-1]; last.Words != 1000 || last.Right != 900 {
		t.Errorf("bin of 1: %+v", last)
	}
}
