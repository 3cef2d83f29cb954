package accuracy

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/page"
)

// JudgedWord is a word that was read, by its place in the lines, and whether the truth has it.
type JudgedWord struct {
	Line, Word int
	Right      bool
}

// JudgeWords tells of every word in lines whether it is right. Words are aligned with those of the truth at the least cost; a word left
// over on both sides was read in another order and is right too.
func JudgeWords(truth string, lines []page.Line) []JudgedWord {
	want := strings.Fields(normal(truth))
	var got []string
	var out []JudgedWord
	for i, l := range lines {
		for j, w := range l.Words {
			got = append(got, norm.NFC.String(w.Text))
			out = append(out, JudgedWord{Line: i, Word: j})
		}
	}
	left := map[string]int{}
	for i, j := range align(want, got) {
		switch {
		case j >= 0 && want[i] == got[j]:
			out[j].Right = true
		default:
			left[want[i]]++
		}
	}
	for j := range out {
		if !out[j].Right && left[got[j]] > 0 {
			left[got[j]]--
			out[j].Right = true
		}
	}
	return out
}

// align pairs the words of a with those of b at the least number of edits: for each of a the index in b, or -1.
func align(a, b []string) []int {
	cost := make([][]int32, len(a)+1)
	for i := range cost {
		cost[i] = make([]int32, len(b)+1)
		cost[i][0] = int32(i)
	}
	for j := range cost[0] {
		cost[0][j] = int32(j)
	}
	same := func(i, j int) int32 {
		if a[i] == b[j] {
			return 0
		}
		return 1
	}
	for i := range a {
		for j := range b {
			cost[i+1][j+1] = min(cost[i][j]+same(i, j), cost[i][j+1]+1, cost[i+1][j]+1)
		}
	}
	out := make([]int, len(a))
	for i, j := len(a), len(b); i > 0; {
		switch {
		case j > 0 && cost[i][j] == cost[i-1][j-1]+same(i-1, j-1):
			i, j = i-1, j-1
			out[i] = j
		case cost[i][j] == cost[i-1][j]+1:
			i--
			out[i] = -1
		default:
			j--
		}
	}
	return out
}
