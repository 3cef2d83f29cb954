package arrange

import (
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// sheetOf lays out a page of A4 at 300 dpi: each line is x|y|text, centred at x.
func sheetOf(text string) page.Result {
	const char = 24
	r := page.Result{Width: 2480, Height: 3508, Kind: page.Text}
	put := func(x, y int, text string) {
		l := page.Line{Size: 60}
		for _, w := range strings.Fields(text) {
			n := len([]rune(w))
			b := page.Box{X0: x, X1: x + n*char, Y0: y - 45, Y1: y}
			l.Words, l.Box = append(l.Words, page.Word{Text: w, Box: b, Confidence: 95}), l.Box.Union(b)
			x += (n + 1) * char
		}
		l.BaseFrom, l.BaseTo = page.Point{X: float64(l.Box.X0), Y: float64(y)}, page.Point{X: float64(l.Box.X1), Y: float64(y)}
		r.Lines = append(r.Lines, l)
	}
	mid := func(x, y int, text string) { put(x-len([]rune(text))*char/2, y, text) }
	body := 1200
	for part := range strings.FieldsSeq(text) {
		switch part {
		case "head", "bare": // bare: without a number
			mid(560, 300, "ỦY BAN NHÂN DÂN")
			mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
			mid(560, 370, "TỈNH QUẢNG NGÃI")
			mid(1660, 370, "Độc lập - Tự do - Hạnh phúc")
			if part == "head" {
				put(430, 500, "Số: 84/QĐ-UBND")
			}
			put(1300, 500, "Quảng Ngãi, ngày 12 tháng 02 năm 2025")
			mid(1320, 700, "QUYẾT ĐỊNH")
			mid(1320, 780, "Về việc phê duyệt Kế hoạch ứng phó sự cố")
		case "draft":
			put(400, 200, "DỰ THẢO")
		case "annex":
			mid(1320, 600, "PHỤ LỤC I")
		case "third":
			mid(1240, 150, "3")
		case "body":
			for i := range 8 {
				put(400, body+70*i, strings.TrimSpace(strings.Repeat("chữ viết ", 8)))
			}
		case "signed":
			put(400, 2200, "Nơi nhận:")
			put(400, 2260, "- Như Điều 5;")
			mid(1800, 2200, "TM. ỦY BAN NHÂN DÂN")
			mid(1800, 2275, "CHỦ TỊCH")
			mid(1800, 2750, "Nguyễn Văn Nam")
		}
	}
	return r
}

func TestByLayoutACutNeedsAHeadAndASignatureBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages     []string
		splitting archive.Splitting
		want      string
	}{
		"papers of one and two pages": {[]string{"head body signed", "head body", "body signed", "head body signed"}, archive.SplitLayout, ": 1\n: 2 3\n: 4"},
		"blank backs between them":    {[]string{"head body signed", "", "head body signed", ""}, archive.SplitLayout, ": 1 (2 blank)\n: 3 (4 blank)"},
		"no signature before":         {[]string{"head body", "head body signed"}, archive.SplitLayout, ": 1 2 ?first_page_unsure@2"},
		"no number in the head":       {[]string{"head body signed", "bare body signed"}, archive.SplitLayout, ": 1 2 ?first_page_unsure@2"},
		"a draft with its own head":   {[]string{"head body signed", "draft head body signed"}, archive.SplitLayout, ": 1 2"},
		"an annex with its own head":  {[]string{"head body signed", "head annex body"}, archive.SplitLayout, ": 1 2"},
		"a head on a numbered page":   {[]string{"head body signed", "third head body"}, archive.SplitLayout, ": 1 2"},
		"only separators part":        {[]string{"head body signed", "head body signed"}, archive.SplitSeparators, ": 1 2"},
	} {
		s := Stack{Splitting: c.splitting, Unit: "u", FilePages: len(c.pages)}
		for i, p := range c.pages {
			r := sheetOf(p)
			if p == "" {
				r = pageOf("b")
			}
			s.Pages = append(s.Pages, Page{Number: i + 1, Result: r})
		}
		if got := told(s, Plan(s)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
		check(t, s)
	}
}
