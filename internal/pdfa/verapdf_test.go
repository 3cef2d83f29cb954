package pdfa_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/pdfatest"
)

// vietnamese holds every letter of the alphabet with every tone, both cases.
func vietnamese() []string {
	const marks = "\u0300\u0309\u0303\u0301\u0323"
	var lines []string
	for _, base := range []string{"a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"} {
		line := base
		for _, m := range marks {
			line += base + string(m)
		}
		lines = append(lines, line+"đ "+strings.ToUpper(line)+"Đ")
	}
	return lines
}

// variety is the range of renditions that every judge sees.
func variety(t testing.TB) map[string][]page.Leaf {
	t.Helper()
	text := []string{"ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Quyết định số 84/QĐ-UBND ngày 04 tháng 3 năm 2026"}
	v := map[string][]page.Leaf{
		"one bit":                   {withText(leafOf(ccittOf(850, 1100)), text...)},
		"gray jpeg":                 {withText(leafOf(jpegOf(t, gray(850, 1100))), text...)},
		"colour jpeg":               {withText(leafOf(jpegOf(t, colour(850, 1100))), text...)},
		"flate rgb":                 {withText(leafOf(flateOf(t, colour(321, 457))), text...)},
		"flate gray":                {withText(leafOf(flateOf(t, gray(321, 457))), text...)},
		"flate indexed":             {withText(leafOf(flateOf(t, indexed(321, 457))), text...)},
		"no text":                   {leafOf(ccittOf(300, 400))},
		"all Vietnamese":            {withText(leafOf(ccittOf(850, 1100)), vietnamese()...)},
		"emoji and ideographs":      {withText(leafOf(ccittOf(850, 1100)), "ký 😀 tên 👩‍👩‍👧 ở 漢字 và 𠀋𡃁 \U0010FFFD \uE000")},
		"controls":                  {withText(leafOf(ccittOf(850, 1100)), "a\x00b\x07c\u0085d \u202Eevil\u202C \uFEFFmark \uFFFE\uFFFF \xff\xfe (paren)\\ \u00ADsoft \u200Bzero", "\x00\x01")},
		"one pixel":                 {leafOf(ccittOf(1, 1)), withText(leafOf(flateOf(t, gray(1, 1))), "a")},
		"a hair":                    {leafOf(ccittOf(1, 4000))},
		"A0":                        {withText(a0(), text...)},
		"longer than a page may be": {withText(sized(ccittOf(60, 3000), 700, 35000), text...), withText(sized(ccittOf(600, 300), 14400, 7200), text...)},
		"labels":                    {labelled("i"), labelled("ii"), labelled(""), labelled("Phụ lục (1)"), labelled("")},
	}
	one := ccittOf(60, 80)
	one.CCITT = &page.CCITTParams{K: -1, BlackIs1: true, NoEndOfBlock: true}
	one.Inverted = true
	v["ccitt inverted twice"] = []page.Leaf{leafOf(one)}

	two := flateOf(t, colour(40, 30))
	two.Inverted = true
	v["flate inverted"] = []page.Leaf{leafOf(two)}

	sixteen := page.Picture{Encoding: page.Flate, Width: 3, Height: 2, Components: 3, BitsPerComponent: 16, DPIX: 100, DPIY: 50, Data: zlibOf(t, make([]byte, 2*(1+18)))}
	v["sixteen bits"] = []page.Leaf{leafOf(sixteen)}

	var long strings.Builder
	for i := range 900 {
		fmt.Fprintf(&long, "chữ%d ", i)
	}
	v["a long line"] = []page.Leaf{withText(leafOf(ccittOf(850, 1100)), long.String())}

	var turns []page.Leaf
	for _, file := range []page.Turn{0, 90, 180, 270} {
		for _, found := range []page.Turn{0, 90, 180, 270} {
			for _, mirror := range []bool{false, true} {
				p := jpegOf(t, gray(170, 230))
				p.Turn, p.Mirror = file, mirror
				l := leafOf(p)
				l.Result.Turn = found
				stamp := jpegOf(t, colour(40, 20))
				l.Overlays = []page.Overlay{{X0: 2, Y0: 3, X1: 12, Y1: 8, Picture: stamp}, {X0: 5, Y0: 5, X1: 5, Y1: 9, Picture: stamp}}
				l = withText(l, text...)
				l.Result.Laid = []page.Line{lineAt("Ký bởi: Nguyễn Văn A", 10, 20, 8, 60)}
				turns = append(turns, l)
			}
		}
	}
	v["turned and mirrored"] = turns

	layered := withText(leafOf(jpegOf(t, colour(85, 110))), text...)
	layered.Picture.DPIX, layered.Picture.DPIY = 100, 100
	mask := ccittOf(255, 330)
	layered.Overlays = []page.Overlay{{X0: 0, Y0: 0, X1: layered.WidthPt, Y1: layered.HeightPt, Picture: jpegOf(t, colour(42, 55)), Mask: &mask}}
	v["masked layer"] = []page.Leaf{layered}

	v["annexes"] = []page.Leaf{
		withText(leafOf(ccittOf(85, 110)), text...), withText(leafOf(ccittOf(85, 110)), "PHỤ LỤC I", "DANH MỤC"), withText(leafOf(ccittOf(85, 110)), "tiếp theo"),
		withText(leafOf(ccittOf(85, 110)), "Phụ lục II"),
	}

	v["mixed landscape"] = []page.Leaf{withText(leafOf(ccittOf(850, 1100)), text...), withText(leafOf(jpegOf(t, colour(1100, 850))), text...), withText(leafOf(flateOf(t, gray(300, 300))), text...)}

	var many []page.Leaf
	small := ccittOf(200, 280)
	for i := range 500 {
		many = append(many, withText(leafOf(small), fmt.Sprintf("Trang %d trên 500", i+1)))
	}
	v["500 pages"] = many
	return v
}

func a0() page.Leaf {
	p := ccittOf(993, 1404)
	p.DPIX, p.DPIY = 30, 30
	return leafOf(p)
}

func sized(p page.Picture, w, h float64) page.Leaf {
	return page.Leaf{Picture: p, WidthPt: w, HeightPt: h}
}

func labelled(s string) page.Leaf {
	l := leafOf(ccittOf(100, 140))
	l.Label = s
	return l
}

// snapshots is the range of metadata.
func snapshots() map[string]digitise.Snapshot {
	full := snapshot()
	escapes := full
	escapes.Title = `<Tên & "dấu" 'nháy'> ]]> (a) \ % 😀 ` + "\x00\x1b\u202Eđảo"
	escapes.Subject, escapes.Author = "a & b < c", "Sở <TN&MT>"
	long := full
	long.Title = strings.Repeat("Về việc phê duyệt kế hoạch & dự toán; ", 3000)
	english := full
	english.Language = "en-GB"
	sources := full
	for range 5 {
		sources.Masters = append(sources.Masters, sources.Masters...)
	}
	return map[string]digitise.Snapshot{
		"metadata full": full, "metadata empty": {}, "metadata escapes": escapes, "metadata long": long, "metadata English": english,
		"metadata sources":       sources,
		"metadata without title": {Author: "UBND", CreatedAt: time.Unix(0, 0)},
	}
}

func TestEveryRenditionIsPDFA2u(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var paths []string
	for name, leaves := range variety(t) {
		paths = append(paths, store(t, dir, name, write(t, snapshot(), leaves...)))
	}
	for name, s := range snapshots() {
		paths = append(paths, store(t, dir, name, write(t, s, withText(leafOf(ccittOf(100, 140)), "chữ"))))
	}
	pdfatest.Validate(t, paths...)
}
