package describe

import (
	"strings"

	"sohoa/internal/page"
)

// paper lays out a page for tests: A4 at 300 dpi, letters 60 pixels high, 24 a character.
type paper struct{ res page.Result }

const (
	paperWidth, paperHeight = 2480, 3508
	charWidth, lineHeight   = 24, 60
)

func newPaper() *paper {
	return &paper{page.Result{Width: paperWidth, Height: paperHeight, Source: page.Recognised}}
}

// at sets text with its left edge at x and its baseline at y. Blanks count as characters, so a wide gap is many blanks.
func (p *paper) at(x, y int, text string) *paper {
	l := page.Line{Size: lineHeight, Block: len(p.res.Lines), Para: len(p.res.Lines)}
	col := 0
	for _, w := range strings.Split(text, " ") {
		n := len([]rune(w))
		if w != "" {
			b := page.Box{X0: x + col*charWidth, X1: x + (col+n)*charWidth, Y0: y - 45, Y1: y}
			l.Words = append(l.Words, page.Word{Text: w, Box: b, Confidence: 95})
			l.Box = l.Box.Union(b)
		}
		col += n + 1
	}
	l.BaseFrom, l.BaseTo = page.Point{X: float64(l.Box.X0), Y: float64(y)}, page.Point{X: float64(l.Box.X1), Y: float64(y)}
	p.res.Lines = append(p.res.Lines, l)
	return p
}

// mid centres text at x.
func (p *paper) mid(x, y int, text string) *paper {
	return p.at(x-len([]rune(text))*charWidth/2, y, text)
}

// laid lays text over the page, as a signature's picture does.
func (p *paper) laid(x, y int, text string) *paper {
	q := newPaper().at(x, y, text)
	p.res.Laid = append(p.res.Laid, q.res.Lines...)
	return p
}

func (p *paper) body(y, lines int) *paper {
	for i := range lines {
		x := 400
		if i == 0 {
			x = 540
		}
		p.at(x, y+i*70, strings.TrimSpace(strings.Repeat("chữ viết ", (2280-x)/charWidth/9)))
	}
	return p
}

// decision is a decision with a handwritten number and day, as the engine gives it.
func decision() *paper {
	p := newPaper()
	p.mid(560, 300, "ỦY BAN NHÂN DÂN").mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	p.mid(560, 370, "TINH QUANG NGAI").mid(1660, 370, "Độc lập - Tự do - Hạnh phúc")
	p.at(430, 500, "Số: đ#  /QD-UBND").at(1300, 500, "Quảng Ngãi, ngàyà tháng 02 năm 2025")
	p.mid(1320, 700, "QUYÉT ĐỊNH")
	p.mid(1320, 780, "Về việc phê duyệt Kế hoạch ứng phó sự cố")
	p.mid(1320, 850, "của Cửa hàng xăng dầu Long Sơn")
	p.mid(1320, 1000, "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI")
	p.at(540, 1150, "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015; Luật sửa đổi bổ")
	return p.body(1220, 10)
}

// signedBlock adds recipients and signature from y.
func (p *paper) signedBlock(y int, name string, title ...string) *paper {
	p.at(400, y, "Nơi nhận:")
	for i, r := range []string{"- Như Điều 5;", "- CT, PCT UBND tỉnh;", "- Lưu: VT, KTN."} {
		p.at(400, y+60*(i+1), r)
	}
	for i, t := range title {
		if t != "" {
			p.mid(1800, y+i*75, t)
		}
	}
	return p.mid(1800, y+550, name)
}
