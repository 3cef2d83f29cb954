package sample

import (
	"fmt"
	"strconv"
	"strings"

	"sohoa/internal/page"
)

// column is one of a table.
type column struct {
	head  string
	width float64 // share of the table's width
	a     align
}

// table sets rows under a head with all borders; a row's lines that stand level make one line of the truth.
func (w *writer) table(cols []column, rows [][]string, size float64) {
	total := 0.0
	for _, c := range cols {
		total += c.width
	}
	edges := []float64{w.l}
	for _, c := range cols {
		edges = append(edges, edges[len(edges)-1]+(w.rt-w.l)*c.width/total)
	}
	heads := make([]string, len(cols))
	for i, c := range cols {
		heads[i] = "**" + c.head + "**"
	}
	w.row(cols, edges, heads, size, true)
	for _, r := range rows {
		w.row(cols, edges, r, size, false)
	}
}

func (w *writer) row(cols []column, edges []float64, cells []string, size float64, head bool) {
	const pad = 4
	pitch := size * 1.22
	wrapped := make([][][]token, len(cells))
	lines := 1
	for i, c := range cells {
		wrapped[i] = w.wrap(w.tokens(size, w.styled(c, 0)), size, 0, edges[i+1]-edges[i]-2*pad)
		lines = max(lines, len(wrapped[i]))
	}
	height := float64(lines)*pitch + 5
	top := w.y
	var out []line
	for k := range lines {
		var level []word
		w.y = top + 2.5 + float64(k)*pitch
		for i := range cells {
			if k >= len(wrapped[i]) {
				continue
			}
			a := cols[i].a
			if head {
				a = centre
			}
			level = append(level, w.set(a, edges[i]+pad, edges[i+1]-pad, size, wrapped[i][k], true)...)
		}
		if len(level) > 0 {
			out = append(out, line{words: level, y: w.y + size})
		}
	}
	w.cur.lines = append(w.cur.lines, out...)
	bottom := top + height
	if head {
		w.rule(edges[0], top, edges[len(edges)-1], top, 0.6)
	}
	w.rule(edges[0], bottom, edges[len(edges)-1], bottom, 0.6)
	for _, x := range edges {
		w.rule(x, top, x, bottom, 0.6)
	}
	w.y = bottom
}

// annex sets a landscape side with a table, scanned turned: 90° and 270° by turns, as a duplex feeder sees them.
func (w *writer) annex(i int, a agency, kind string, d date) {
	w.page(a4Height, a4Width)
	w.cur.turn = page.Turn([2]int{90, 270}[i%2])
	w.l, w.rt, w.y, w.bottom = 50, a4Height-50, 50, a4Width-45
	w.centred("PHỤ LỤC"+[]string{"", " II"}[i%2], 1, w.size, w.l, w.rt)
	w.centred(w.g.sentence(strings.ToUpper(w.g.grow("danh mục công trình thực hiện {topic}"))), 1, w.size-1, w.l+60, w.rt-60)
	day, month, year := d.parts()
	w.centred(fmt.Sprintf("//(Kèm theo %s số %s ngày %s tháng %s năm %s của %s)//", kind, w.fields.NumberSymbol, day, month, year, a.name), 0, w.size-1.5, w.l, w.rt)
	over := w.y
	w.gap(6)
	w.line(right, w.l, w.rt, w.size-2, piece{text: "Đơn vị tính: triệu đồng", face: w.family[2]})
	cols := []column{
		{"STT", 5, centre}, {"Tên công trình, dự án", 30, left}, {"Chủ đầu tư", 18, left}, {"Địa điểm", 14, left},
		{"Tổng mức đầu tư", 11, right}, {"Kế hoạch năm", 11, right}, {"Ghi chú", 10, left},
	}
	if hung, careful := w.r.chance(0.6), w.r.float() < w.care; hung && !careful {
		// An annex carries the seal too, hung over its heading.
		w.cur.seals = append(w.cur.seals, newSeal(w.r, a4Height/2-w.r.between(40, 150), over-w.r.between(5, 30), 49, a.ring, a.core))
	}
	var rows [][]string
	var amounts []int
	sum := 0
	size := w.size - 2.5
	for n := range w.r.span(6, 12) {
		amount := w.r.span(80, 48000)
		sum += amount
		amounts = append(amounts, amount)
		rows = append(rows, []string{
			strconv.Itoa(n + 1), w.g.sentence("{project}"), w.g.grow("{office}"), w.g.sentence("{commune}"),
			thousands(amount), thousands(amount / w.r.span(2, 6)), w.g.grow("{remark}"),
		})
	}
	rows = append(rows, []string{"", "**Tổng cộng**", "", "", "**" + thousands(sum) + "**", "", ""})
	for len(rows) > 2 && w.tableHeight(cols, rows, size) > w.bottom-w.y {
		sum -= amounts[len(rows)-2]
		rows = append(rows[:len(rows)-2], []string{"", "**Tổng cộng**", "", "", "**" + thousands(sum) + "**", "", ""})
	}
	w.table(cols, rows, size)
}

func (w *writer) tableHeight(cols []column, rows [][]string, size float64) float64 {
	total := 0.0
	for _, c := range cols {
		total += c.width
	}
	h := 2 * (size*1.22 + 5) // the head has at most two lines
	for _, r := range rows {
		lines := 1
		for i, c := range r {
			width := (w.rt-w.l)*cols[i].width/total - 8
			lines = max(lines, len(w.wrap(w.tokens(size, w.styled(c, 0)), size, 0, width)))
		}
		h += float64(lines)*size*1.22 + 5
	}
	return h
}
