//go:build cgo && linux

package ocr

import (
	"testing"

	"sohoa/internal/page"
)

// lineOf sets words 20 pixels high; x positions are theirs, a letter is 10 wide.
func lineOf(y int, words ...any) page.Line {
	l := page.Line{Size: 20, BaseFrom: page.Point{X: 0, Y: float64(y + 20)}, BaseTo: page.Point{X: 1000, Y: float64(y + 20)}}
	for i := 0; i < len(words); i += 3 {
		text, x, conf := words[i].(string), words[i+1].(int), words[i+2].(int)
		w := page.Word{Text: text, Confidence: float64(conf), Box: page.Box{X0: x, Y0: y, X1: x + 10*len([]rune(text)), Y1: y + 20}}
		l.Words = append(l.Words, w)
		l.Box = l.Box.Union(w.Box)
	}
	return l
}

func texts(lines []page.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Text())
	}
	return out
}

func TestKeepTextJudgesPhrases(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line page.Line
		want string
	}{
		"a weak word among sure ones stays":           {lineOf(0, "cơ", 0, 96, "quan)", 30, 24, "năm", 90, 96), "cơ quan) năm"},
		"a stroke beside the recipients goes":         {lineOf(0, "tỉnh;", 0, 96, "AT", 500, 0, "L", 530, 92), "tỉnh;"},
		"a title beside a stroke stays":               {lineOf(0, "Ộ", 0, 10, "CHỦ", 500, 95, "TỊCH", 540, 96), "CHỦ TỊCH"},
		"a page number stays":                         {lineOf(0, "7", 400, 93), "7"},
		"a doubtful figure alone goes":                {lineOf(0, "7", 400, 30), ""},
		"a symbol stays with its handwritten number":  {lineOf(0, "$†!4+/UBND-KTTH", 0, 9, "Quảng", 400, 96), "$†!4+/UBND-KTTH Quảng"},
		"a date is no symbol":                         {lineOf(0, "xx/yy/zzzz", 0, 9), ""},
		"the rim of a seal goes":                      {lineOf(0, "[", 0, 91, ".", 20, 0, "^", 40, 90, "°", 60, 41, "cơ", 80, 74), ""},
		"a mark that was hardly recognised goes":      {lineOf(0, "tỉnh", 0, 96, "ˆ", 45, 21), "tỉnh"},
		"a mark that was recognised stays":            {lineOf(0, "-", 0, 93, "Lưu:", 15, 93), "- Lưu:"},
		"a fair phrase stays, since it may be a name": {lineOf(0, "Trần", 0, 67, "Tuần", 50, 70), "Trần Tuần"},
	} {
		got := ""
		if kept := Default().keepText([]page.Line{tc.line}); len(kept) > 0 {
			got = kept[0].Text()
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestALineShrinksToTheWordsThatStay(t *testing.T) {
	t.Parallel()
	l := lineOf(100, "tỉnh;", 200, 96, "AT", 700, 0)
	l.BaseTo.Y += 10
	kept := Default().keepText([]page.Line{l})
	if len(kept) != 1 || kept[0].Box != (page.Box{X0: 200, Y0: 100, X1: 250, Y1: 120}) || kept[0].BaseFrom != (page.Point{X: 200, Y: 122}) {
		t.Errorf("%+v", kept)
	}
}

func TestTheFootIsReadInColumns(t *testing.T) {
	t.Parallel()
	lines := []page.Line{
		lineOf(0, "Quyết", 0, 96, "định", 60, 96, "này", 110, 96, "có", 300, 96, "hiệu", 330, 96, "lực.", 600, 96),
		lineOf(80, "TM.", 600, 96, "ỦY", 640, 96, "BAN", 670, 96),
		lineOf(100, "Nơi", 0, 96, "nhận:", 40, 96, "CHỦ", 620, 96, "TỊCH", 660, 96),
		lineOf(120, "-", 0, 96, "Như", 20, 96, "trên;", 60, 96),
		lineOf(140, "-", 0, 96, "Lưu:", 20, 96, "Nguyễn", 600, 96, "An", 670, 96),
	}
	got := texts(Default().order(lines))
	want := []string{"Quyết định này có hiệu lực.", "Nơi nhận:", "- Như trên;", "- Lưu:", "TM. ỦY BAN", "CHỦ TỊCH", "Nguyễn An"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
	plain := lines[:2]
	if got := texts(Default().order(plain)); got[0] != want[0] || len(got) != 2 {
		t.Errorf("without recipients nothing moves: %q", got)
	}
}
