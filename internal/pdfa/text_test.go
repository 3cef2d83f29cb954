package pdfa_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sohoa/internal/page"
	"sohoa/internal/pdfatest"
)

// paper is a page of text as scans have it: 300 dpi A4, lines of several lengths in a common size, two of them tilted.
func paper() page.Leaf {
	p := ccittOf(620, 877)
	p.DPIX, p.DPIY = 75, 75 // the picture is coarser than what was read, to keep tests quick
	l := leafOf(p)
	l.Result.Width, l.Result.Height = 2480, 3508
	add := func(text string, x, base, width, tilt float64) {
		line := lineAt(text, x, base, 46, width)
		if tilt != 0 {
			line = tilted(line, tilt)
		}
		l.Result.Lines = append(l.Result.Lines, line)
	}
	add("ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI", 250, 300, 820, 0)
	add("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 1250, 300, 900, 0)
	add("Quảng Ngãi, ngày 04 tháng 3 năm 2026", 1300, 420, 760, 0)
	add("QUYẾT ĐỊNH", 1050, 620, 380, 0)
	add("Về việc phê duyệt Kế hoạch số hóa kết quả giải quyết thủ tục hành chính", 350, 720, 1780, 0)
	add("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật sửa đổi, bổ sung một số điều của", 300, 900, 1900, 0)
	add("Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22 tháng 11 năm 2019;", 240, 980, 1960, 0)
	add("Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 123/TTr-SNV nghiêng lên một chút", 240, 1300, 1900, -2)
	add("Điều khoản thi hành nghiêng gần bốn độ, xuống dốc đến tận cuối dòng", 240, 2000, 1500, 3.8)
	add("Điều 1. Ban hành kèm theo Quyết định này Kế hoạch nghiêng xuống nhiều hơn hẳn", 240, 1700, 1800, 8)
	add("Nơi nhận: (như Điều 3) \\ lưu: VT, NC; ký hiệu đặc biệt ₫ € § 100% \"trích\"", 240, 2400, 1500, 0)
	return l
}

// tilted turns a level line clockwise about its beginning, its words' boxes with it, as they are measured on a tilted page.
func tilted(l page.Line, degrees float64) page.Line {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	turn := func(x, y float64) page.Point {
		dx, dy := x-l.BaseFrom.X, y-l.BaseFrom.Y
		return page.Point{X: l.BaseFrom.X + dx*cos - dy*sin, Y: l.BaseFrom.Y + dx*sin + dy*cos}
	}
	out := l
	out.BaseTo = turn(l.BaseTo.X, l.BaseTo.Y)
	out.Words, out.Box = nil, page.Box{}
	for _, w := range l.Words {
		box := page.Box{X0: math.MaxInt32, Y0: math.MaxInt32, X1: math.MinInt32, Y1: math.MinInt32}
		for _, c := range [][2]int{{w.Box.X0, w.Box.Y0}, {w.Box.X1, w.Box.Y0}, {w.Box.X0, w.Box.Y1}, {w.Box.X1, w.Box.Y1}} {
			p := turn(float64(c[0]), float64(c[1]))
			box = page.Box{X0: min(box.X0, int(p.X)), Y0: min(box.Y0, int(p.Y)), X1: max(box.X1, int(p.X)), Y1: max(box.Y1, int(p.Y))}
		}
		w.Box = box
		out.Words = append(out.Words, w)
		out.Box = out.Box.Union(box)
	}
	return out
}

// turnedBy gives the leaf as it is when the paper lay turned in the scanner: the same upright result, found by turning.
func turnedBy(l page.Leaf, found page.Turn) page.Leaf {
	l.Result.Turn = found
	if found.Swaps() {
		l.Picture = ccittOf(l.Picture.Height, l.Picture.Width)
		l.Picture.DPIX, l.Picture.DPIY = 75, 75
		l.WidthPt, l.HeightPt = l.HeightPt, l.WidthPt
	}
	return l
}

func lines(r page.Result) []string {
	var out []string
	for _, l := range r.Lines {
		out = append(out, l.Text())
	}
	return out
}

func TestCopyingGivesTheTextInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, turn := range []page.Turn{0, 90, 180, 270} {
		l := turnedBy(paper(), turn)
		l.Result.Laid = []page.Line{lineAt("Người ký: Sở Nội vụ", 1700, 150, 30, 300)}
		path := store(t, dir, fmt.Sprint("turned ", turn), write(t, snapshot(), l))
		want := strings.Join(append(lines(l.Result), "Người ký: Sở Nội vụ"), "\n")
		// Two cells side by side come out as one printed line: readers join what stands on one baseline.
		want = strings.Replace(want, "NGÃI\nCỘNG", "NGÃI CỘNG", 1)
		if got := strings.TrimSpace(pdfatest.PopplerText(t, path)[0]); got != want {
			t.Errorf("turned by %d, poppler reads\n%s\nwant\n%s", turn, got, want)
		}
	}
}

func TestWordsLaidOverOneAnotherStayTwoWords(t *testing.T) {
	t.Parallel()
	l := paper()
	l.Result.Lines = nil
	for i, boxes := range [][][2]int{
		{{300, 400}, {401, 500}}, // touching
		{{300, 400}, {395, 500}}, // overlapping
		{{300, 400}, {330, 420}}, // the second begins in the first
		{{300, 400}, {305, 320}}, // the second lies in the first
		{{300, 400}, {300, 500}}, // one place
		{{300, 400}, {280, 350}}, // the second begins before the first
	} {
		line := page.Line{Size: 46, BaseFrom: page.Point{X: 300, Y: float64(400 + 100*i)}, BaseTo: page.Point{X: 500, Y: float64(400 + 100*i)}}
		for j, b := range boxes {
			box := page.Box{X0: b[0], Y0: 364 + 100*i, X1: b[1], Y1: 410 + 100*i}
			line.Words = append(line.Words, page.Word{Text: []string{"Luật", "Tổ"}[j], Box: box})
			line.Box = line.Box.Union(box)
		}
		l.Result.Lines = append(l.Result.Lines, line)
	}
	path := store(t, t.TempDir(), "over", write(t, snapshot(), l))
	for i, got := range strings.Split(strings.TrimSpace(pdfatest.PopplerText(t, path)[0]), "\n") {
		if want := "Luật Tổ"; got != want {
			t.Errorf("line %d is read as %q, want %q", i+1, got, want)
		}
	}
}

func TestWordsStandWhereTheyWereRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, turn := range []page.Turn{0, 90, 180, 270} {
		l := turnedBy(paper(), turn)
		path := store(t, dir, fmt.Sprint("turned ", turn), write(t, snapshot(), l))
		got := pdfatest.PopplerWords(t, path)[0]
		i := 0
		for _, line := range l.Result.Lines {
			if strings.HasPrefix(line.Text(), "Điều 1.") { // tilted by 8 degrees: poppler takes its words apart here, though not in copying
				for from := got[i].Y0; i < len(got) && got[i].Y0 < from+70; {
					i++
				}
				continue
			}
			for _, w := range line.Words {
				if i >= len(got) {
					t.Fatalf("turned by %d: poppler finds %d words only", turn, len(got))
				}
				g := got[i]
				i++
				k := 72.0 / 300
				x0, x1 := float64(w.Box.X0)*k, float64(w.Box.X1)*k
				y0, y1 := float64(w.Box.Y0)*k, float64(w.Box.Y1)*k
				// A point and a half sideways; in height the boxes must cover one another by half.
				if g.Text != w.Text || math.Abs(g.X0-x0) > 1.5 || math.Abs(g.X1-x1) > 1.5 ||
					min(g.Y1, y1)-max(g.Y0, y0) < 0.5*(y1-y0) || g.Y1-g.Y0 > 1.6*(y1-y0) {
					t.Errorf("turned by %d: word %q at %.1f–%.1f, %.1f–%.1f is found as %q at %.1f–%.1f, %.1f–%.1f", turn, w.Text, x0, x1, y0, y1, g.Text, g.X0, g.X1, g.Y0, g.Y1)
				}
			}
		}
		if i != len(got) {
			t.Errorf("turned by %d: poppler finds %d words, %d were written", turn, len(got), i)
		}
	}
}

func TestPDFiumFindsPhrases(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pdfium := pdfatest.NewPDFium(t)
	for _, turn := range []page.Turn{0, 90, 180, 270} {
		l := turnedBy(paper(), turn)
		doc := pdfium.Open(t, store(t, dir, fmt.Sprint("turned ", turn), write(t, snapshot(), l)))
		for phrase, want := range map[string]int{
			"giải quyết thủ tục hành chính": 1, "QUYẾT ĐỊNH": 2, "Sở Nội vụ": 1, "nghiêng xuống nhiều hơn": 1, "(như Điều 3) \\ lưu": 1,
			"một số điều của Luật Tổ chức Chính phủ": 1, // across a line break
			"không có ở đây": 0,
		} {
			if hits := doc.Find(1, phrase); len(hits) != want {
				t.Errorf("turned by %d: PDFium finds %q %d times, want %d", turn, phrase, len(hits), want)
			}
		}
		got := strings.Join(strings.Fields(doc.Text(1)), " ")
		if want := strings.Join(lines(l.Result), " "); got != want {
			t.Errorf("turned by %d: PDFium reads\n%s\nwant\n%s", turn, got, want)
		}
		doc.Close()
	}
}

func TestPDFiumLightsWhatItFinds(t *testing.T) {
	t.Parallel()
	l := paper()
	doc := pdfatest.NewPDFium(t).Open(t, store(t, t.TempDir(), "lights", write(t, snapshot(), l)))
	defer doc.Close()
	for _, line := range l.Result.Lines {
		words := line.Words[len(line.Words)/3:]
		if len(words) > 3 {
			words = words[:3]
		}
		var phrase []string
		var box page.Box
		for _, w := range words {
			phrase = append(phrase, w.Text)
			box = box.Union(w.Box)
		}
		const k, top = 72.0 / 300, 877 * 72.0 / 75
		want := pdfatest.PDFWord{X0: float64(box.X0) * k, Y0: top - float64(box.Y1)*k, X1: float64(box.X1) * k, Y1: top - float64(box.Y0)*k}
		found := false
		hits := doc.Find(1, strings.Join(phrase, " "))
		for _, hit := range hits { // the phrase may stand elsewhere too
			lit := hit[0]
			for _, r := range hit {
				lit.X0, lit.Y0, lit.X1, lit.Y1 = min(lit.X0, r.X0), min(lit.Y0, r.Y0), max(lit.X1, r.X1), max(lit.Y1, r.Y1)
			}
			found = found || math.Abs(lit.X0-want.X0) < 1.5 && math.Abs(lit.X1-want.X1) < 1.5 && math.Abs(lit.Y0-want.Y0) < 3 && math.Abs(lit.Y1-want.Y1) < 3
		}
		if !found {
			t.Errorf("%q is lit at %v, want %v", phrase, hits, want)
		}
	}
}
