package describe

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"sohoa/internal/archive"
	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// dayIsPrinted reports whether the day is a word of two digits that stands as the year beside it does: as high, on the same
// line, as close. Handwriting fails one of these even where the engine is sure of it.
func (d *doc) dayIsPrinted(s *sheet, t dateLine) bool {
	if s.result.Source == page.Embedded || t.figures && confidenceOf(t.words) > 0.85 {
		return true
	}
	if t.day == "" || len(t.dayWords) != 1 {
		return false
	}
	day := t.dayWords[0]
	core := strings.Trim(day.Text, ",.;")
	if core != t.day || len(core) != 2 && day.x1-day.x0 > s.size || day.Confidence < 85 {
		return false
	}
	var year *word
	for i := range t.words {
		if strings.Contains(t.words[i].Text, t.year) {
			year = &t.words[i]
		}
	}
	if year == nil {
		return false
	}
	h, yh := day.y1-day.y0, year.y1-year.y0
	slack := 0.2 * yh
	if len([]rune(year.Text)) > 4 {
		slack = 0.35 * yh // a comma hangs below the year
	}
	perDigit, yearDigit := (day.x1-day.x0)/float64(len(core)), (year.x1-year.x0)/float64(max(4, len([]rune(year.Text))))
	return math.Abs(h-yh) <= slack && math.Abs(day.y1-year.y1) <= slack && math.Abs(perDigit-yearDigit) <= 0.3*yearDigit
}

func (d *doc) dateFields() {
	t, s := d.header.date, d.first
	if t.row < 0 {
		t, s = d.lateDate()
	}
	if t.row < 0 {
		if d.header.mottoScore > 0 {
			d.add(archive.Field{Name: Date, Page: d.first.ordinal})
		}
		return
	}
	f := archive.Field{Name: Date, Printed: textOf(t.words), Page: s.ordinal, Box: boxOf(t.words)}
	day, source, hand := "", FromText, false
	if laid := laidIn(s, t.gap, d); laid != "" {
		day, source = laid, FromLaid
	} else if d.dayIsPrinted(s, t) && (s != d.first || t.row != d.header.date.row || d.header.number.row < 0 || d.numberIsPrinted()) {
		// Who writes the number by hand writes the day too.
		day = t.day
	} else {
		hand = true
	}
	conf := 0.3 + 0.65*confidenceOf(withoutDay(t))
	if !t.clean {
		conf *= 0.75
	}
	if year, err := strconv.Atoi(t.year); err == nil && d.latestYearCited() > year {
		conf *= 0.6 // a paper seldom cites what is yet to come
	}
	if t.year != "" && t.month != "" {
		f.Value = t.year + "-" + pad2(t.month)
		if day != "" {
			f.Value += "-" + pad2(day)
		}
		f.Confidence = conf
	}
	f.Source, f.Handwritten = source, hand
	f.Asked = hand || source == FromLaid
	d.add(f)
	if hand {
		d.add(archive.Field{Name: Day, Page: s.ordinal, Box: t.gap, Handwritten: true, Printed: textOf(t.dayWords)})
	}
	d.placeField(t, s)
}

func (d *doc) placeField(t dateLine, s *sheet) {
	f := archive.Field{Name: Place, Printed: textOf(t.place), Page: s.ordinal, Box: boxOf(t.place)}
	for len(t.place) > 0 && skeletonWord(t.place[0].Text) == "" {
		t.place = t.place[1:]
	}
	f.Value = strings.Trim(fold.Tones(textOf(t.place)), " ,.;:'`")
	f.Confidence = 0.3 + 0.6*confidenceOf(t.place)
	agency := agencyPlace(value(d.out, Agency))
	f.Value = d.mendName(f.Value)
	plain := fold.Plain(f.Value)
	switch best, sc := nearest(f.Value, provinces()); {
	case sc == 1:
		f.Value, f.Confidence = best, max(f.Confidence, 0.97)
	case plain != "" && plain == d.superiorPlace():
		f.Confidence = max(f.Confidence, 0.96)
	case agency != "" && plain == fold.Plain(agency):
		f.Value, f.Confidence = agency, max(f.Confidence, 0.96) // read twice
	case agency != "" && strings.HasPrefix(fold.Plain(agency), plain):
		f.Value, f.Confidence, f.Source = agency, 0.75, FromRule // read in part
	case sc > 0.86:
		f.Confidence = min(f.Confidence, 0.8) // one letter off a province: misread, or a commune
	}
	d.add(f)
}

// superiorPlace is the place of the agency above, folded plain: a department's letterhead names its province there.
func (d *doc) superiorPlace() string {
	var lines []string
	for _, l := range d.header.agency[:min(d.header.issuer, len(d.header.agency))] {
		lines = append(lines, textOf(l))
	}
	if len(lines) == 0 {
		return ""
	}
	name, _ := agencyName(lines, nil)
	return fold.Plain(agencyPlace(name))
}

// agencyPlace gives the place an agency's name ends with: what follows its last level word.
func agencyPlace(name string) string {
	at, n := -1, 0
	for _, l := range levels() {
		if i := strings.LastIndex(name, " "+l+" "); i >= 0 && i >= at {
			at, n = i, len(l)+2
		}
	}
	if at < 0 {
		return ""
	}
	return name[at+n:]
}

// latestYearCited is the latest year of a document cited with number and date in the main part; 0 without one. Deadlines, which
// may lie ahead, are not meant.
func (d *doc) latestYearCited() int {
	latest := 0
	for _, s := range d.sheets {
		if s.ordinal > d.parts[0].To {
			break
		}
		for k, r := range s.rows {
			if s == d.first && k == d.header.date.row {
				continue
			}
			for _, m := range citedRule().FindAllStringSubmatch(r.text(), -1) {
				if y, err := strconv.Atoi(m[1]); err == nil && y < 2100 {
					latest = max(latest, y)
				}
			}
		}
	}
	return latest
}

// citedRule finds the date of a cited document: behind its number and symbol.
//
//nolint:gochecknoglobals // a constant in all but syntax
var citedRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/\p{Lu}[\p{L}0-9-]* ngày [0-3]?[0-9](?:/| tháng )[01]?[0-9](?:/| năm )((?:19|20)[0-9]{2})\b`)
})

func laidIn(s *sheet, box page.Box, d *doc) string {
	if s != d.first {
		return ""
	}
	v := d.laidDigits(box)
	if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 31 {
		return ""
	}
	return v
}

func withoutDay(t dateLine) []word {
	var out []word
	for _, w := range t.words {
		skip := false
		for _, x := range t.dayWords {
			skip = skip || x.Box == w.Box
		}
		if !skip {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return t.words
	}
	return out
}

// lateDate looks for the date above the signature, where certificates have it.
func (d *doc) lateDate() (dateLine, *sheet) {
	for _, s := range []*sheet{d.sig.sheet, d.first} {
		if s == nil {
			continue
		}
		for k := len(s.rows) - 1; k >= 0; k-- {
			r := s.rows[k]
			t, ok := readDate(r, false)
			if ok && len(t.place) > 0 && startsUpper(t.place[0].Text) && centreOf(t.words) > 0.45*s.w && t.words[len(t.words)-1].x1 >= r.x1()-1 {
				t.row = k
				return t, s
			}
		}
	}
	return d.labelledDate()
}

// labelledDate takes the date behind a label, where forms of civil status have it.
func (d *doc) labelledDate() (dateLine, *sheet) {
	for _, label := range []string{"ngay thang nam dang ky", "ngay dang ky", "dang ky lan dau", "ngay cap", "hom nay"} {
		for _, s := range d.sheets {
			at := s.seekLabel(strings.Fields(label))
			if at.row < 0 {
				continue
			}
			r := s.rows[at.row]
			if identityRow(r) {
				continue
			}
			text := textOf(r.words[at.to:])
			if m := figureDateRule().FindStringSubmatchIndex(text); m != nil {
				ws := span(r.words[at.to:], runeIndex(text, m[0]), runeIndex(text, m[1]))
				return dateLine{row: at.row, words: ws, dayWords: ws, day: text[m[2]:m[3]], month: text[m[4]:m[5]], year: text[m[6]:m[7]], clean: true, figures: true}, s
			}
			if t, ok := readDate(r, false); ok {
				t.row = at.row
				t.place = nil
				return t, s
			}
		}
	}
	return dateLine{row: -1}, nil
}

// identityRow reports whether a row speaks of an identity paper, whose day of issue is not that of this paper.
func identityRow(r row) bool {
	p := fold.Plain(r.text())
	for _, w := range []string{"cccd", "cmnd", "can cuoc", "chung minh", "ho chieu", "dinh danh"} {
		if strings.Contains(p, w) {
			return true
		}
	}
	return false
}

// figureDateRule is a date in figures alone.
//
//nolint:gochecknoglobals // a constant in all but syntax
var figureDateRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b([0-3]?[0-9])[/.-]([01]?[0-9])[/.-]((?:19|20)[0-9]{2})\b`)
})

func pad2(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return fmt.Sprintf("%02d", n)
	}
	return s
}
