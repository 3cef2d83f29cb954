package describe

import (
	"math"
	"regexp"
	"strings"
	"sync"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// heading is the kind of document and its subject, as printed.
type heading struct {
	kind       string // name of the type, empty when none is printed
	kindWords  []word
	kindScore  float64
	kindRow    int // last row of the type; -1 when none
	subject    []word
	broken     bool // a line of the subject seems to be read in part
	letterLike bool // V/v or Kính gửi stands there
	foot       int  // first row after the heading
}

// findHeading looks for the type below the letterhead and for the subject below the type; an official letter has its subject
// under its number.
func findHeading(s *sheet, h header) heading {
	g := heading{kindRow: -1, foot: h.foot}
	g.findKind(s, h)
	if g.kindRow >= 0 {
		g.findSubject(s)
	} else {
		g.findLetterSubject(s, h)
	}
	return g
}

func (g *heading) findKind(s *sheet, h header) {
	limit := min(len(s.rows), max(h.foot+10, s.rowsAbove(0.5*s.h)))
	expected := ""
	if t, ok := dossier.TypeOf(dossier.SymbolType(h.number.symbol)); ok {
		expected = t.Name
	}
	best := 0.0
	top := 0
	if h.motto.row >= 0 {
		top = h.motto.row + 1
	}
	for k := top; k < limit; k++ {
		ws := s.kindWords(k, h)
		t := textOf(ws)
		if letterCount(t) < 4 || capitals(t) < 0.75 {
			continue
		}
		if k == h.number.row || k == h.date.row {
			continue
		}
		// The type may run over several lines: GIẤY CHỨNG NHẬN / QUYỀN SỬ DỤNG ĐẤT …
		all := append([]word(nil), ws...)
		for n := 0; n < 4 && k+n < limit; n++ {
			if n > 0 {
				more := s.kindWords(k+n, h)
				if capitals(textOf(more)) < 0.75 || s.rows[k+n].base-s.rows[k+n-1].base > 3*s.size {
					break
				}
				all = append(all, more...)
			}
			plain := fold.Plain(textOf(all))
			for _, ty := range dossier.Types() {
				if ty.Name == dossier.OfficialLetterName {
					continue
				}
				p := fold.Plain(ty.Name)
				like := max(similarity(plain, p), similarity(strings.ReplaceAll(plain, " ", ""), strings.ReplaceAll(p, " ", ""))) // QUY ÉT is one word
				sc := like
				if ty.Name == expected {
					sc += 0.12
				}
				sc += 0.002 * float64(len(p)) // of two that fit the longer says more
				if sc > best && sc >= 0.78 {
					best = sc
					g.kind, g.kindWords, g.kindScore, g.kindRow = ty.Name, append([]word(nil), all...), like, k+n
				}
			}
		}
	}
	if g.kindRow >= 0 && g.kindScore >= 0.93 && !(generalKind(g.kind) && s.titleGoesOn(g.kindRow, limit)) {
		g.foot = g.kindRow + 1
		return
	}
	g.unknownKind(s, h, top, limit)
	if g.kindRow >= 0 {
		g.foot = g.kindRow + 1
	}
}

// generalKind reports whether a type's name is only the beginning of many titles.
func generalKind(name string) bool {
	switch name {
	case "Giấy chứng nhận", "Giấy phép", "Giấy xác nhận", "Trích lục", "Biên lai", "Văn bản xác nhận", "Danh sách", "Phụ lục":
		return true
	}
	return false
}

// titleGoesOn reports whether the row after k is one more line of a title.
func (s *sheet) titleGoesOn(k, limit int) bool {
	if k+1 >= limit {
		return false
	}
	t := textOf(s.trimSpecks(s.rows[k+1].words))
	return capitals(t) >= 0.85 && letterCount(t) >= 4 && !strings.ContainsAny(t, ":/") && s.rows[k+1].base-s.rows[k].base <= 2.2*s.size
}

// unknownKind takes a title in capitals that begins as titles of forms do and goes on as no known one: it is the type, as
// printed. There are more kinds of certificates than any list has.
func (g *heading) unknownKind(s *sheet, h header, top, limit int) {
	for k := top; k < limit; k++ {
		ws := s.kindWords(k, h)
		t := textOf(ws)
		if !titleLike(t) || k == h.number.row || k == h.date.row {
			continue
		}
		all := append([]word(nil), ws...)
		last := k
		for n := k + 1; n < limit && n <= k+3; n++ {
			if !s.titleGoesOn(n-1, limit) {
				break
			}
			all = append(all, s.trimSpecks(s.kindWords(n, h))...)
			last = n
		}
		if g.kindRow >= 0 && last < g.kindRow {
			return // what was found stands below: it is the better guess
		}
		text := strings.Join(strings.Fields(textOf(all)), " ")
		g.kind = firstUpper(strings.ToLower(fold.Tones(strings.Trim(text, " .,:;-"))))
		g.kindWords, g.kindScore, g.kindRow = all, 0.8, last
		return
	}
}

// titleLike reports whether a line in capitals begins as the titles of forms and certificates do.
func titleLike(t string) bool {
	if capitals(t) < 0.85 {
		return false
	}
	plain := fold.Plain(t)
	for _, head := range []string{"giay ", "chung chi", "chung nhan", "trich luc", "bien ban", "phieu ", "bien lai", "hop dong", "to khai", "don ", "ban ", "van ban", "thong bao", "quyet dinh", "danh sach", "bang ", "so "} {
		if strings.HasPrefix(plain+" ", head) && letterCount(t) >= 6 {
			return !strings.HasPrefix(plain, "ban hanh") && !strings.HasPrefix(plain, "so y te") && !strings.HasPrefix(plain, "so ")
		}
	}
	return false
}

// kindWords are the words of a row that can belong to the type: those near the middle, specks left out.
func (s *sheet) kindWords(k int, h header) []word {
	var out []word
	for _, w := range s.rows[k].words {
		if letterCount(w.Text) == 0 && w.Text != "," && w.Text != "-" || w.x1 < 0.06*s.w {
			continue
		}
		out = append(out, w)
	}
	return out
}

// bodyStart reports whether a line begins the running text, or whom it is addressed to.
func bodyStart(plain string) bool {
	for _, p := range []string{
		"can cu", "kinh gui", "theo de nghi", "thuc hien", "xet ", "dieu 1", "trong thoi gian", "thoi gian qua", "ngay ", "kinh trinh", "hom nay", "ho va ten", "ho chu dem", "cap cho", "dang ky lan dau",
	} {
		if strings.HasPrefix(plain+" ", p) {
			return true
		}
	}
	return false
}

// bearsSubject reports whether papers of a type carry a subject under it: those of Decree 30/2020 do, certificates and forms do
// not.
func bearsSubject(kind string) bool {
	for _, ty := range dossier.Types() {
		if ty.Name == kind {
			switch ty.Abbreviation {
			case "", "GUQ", "GM", "GGT", "GNP", "PG", "PC", "PB", "GPXD", "GP", "GCN", "TLKS", "TLKT", "TLKH", "GXN", "SY", "TrS", "SL":
				return false
			}
			return true
		}
	}
	return false
}

// evidence is what only papers of one type say.
type evidence struct {
	kind  string
	words []string // folded plain; all must be there
}

// evidences name types by their content, for papers whose title is lost: certificates print it in red or over a pattern.
func evidences() []evidence {
	return []evidence{
		{"Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất", []string{"nguoi su dung dat chu so huu nha o va tai san khac gan lien voi dat"}},
		{"Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất", []string{"nguoi su dung dat chu so huu tai san gan lien voi dat"}},
		{"Giấy chứng nhận kết hôn", []string{"ho chu dem ten vo", "chong", "noi dang ky ket hon"}},
		{"Giấy chứng nhận kết hôn", []string{"ho chu dem ten vo", "ho chu dem ten chong"}},
		{"Trích lục khai sinh", []string{"nguoi ky trich luc", "noi sinh"}},
		{"Giấy khai sinh", []string{"ho chu dem ten nguoi me", "ho chu dem ten nguoi cha", "nguoi di khai sinh"}},
		{"Giấy chứng nhận đăng ký hộ kinh doanh", []string{"ten ho kinh doanh", "dang ky lan dau"}},
		{"Giấy phép xây dựng", []string{"duoc phep xay dung", "giay phep nay co hieu luc"}},
		{"Biên lai thu tiền phí, lệ phí", []string{"nguoi nop", "so tien", "nguoi thu tien"}},
		{"Giấy ủy quyền", []string{"ben uy quyen", "ben duoc uy quyen"}},
	}
}

// kindByContent names the type of a paper without a printed one by what its text says; empty when nothing is said.
func (d *doc) kindByContent() string {
	if d.head.letterLike {
		return ""
	}
	var b strings.Builder
	for _, s := range d.sheets {
		if s.ordinal > d.parts[0].To {
			break
		}
		for _, r := range s.rows {
			b.WriteString(fold.Plain(r.text()))
			b.WriteByte(' ')
		}
	}
	text := b.String()
	for _, e := range evidences() {
		all := true
		for _, w := range e.words {
			all = all && strings.Contains(text, w)
		}
		if all {
			return e.kind
		}
	}
	return ""
}

// findSubject takes the lines under the type: centred, closer to each other than what follows, in running case.
func (g *heading) findSubject(s *sheet) {
	base := s.rows[g.kindRow].base
	pitch := 0.0
	centre := centreOf(lastLine(g.kindWords))
	bears := bearsSubject(g.kind)
	for k := g.kindRow + 1; k < len(s.rows); k++ {
		r := s.rows[k]
		ws := s.trimSpecks(r.words)
		if len(ws) == 0 {
			continue
		}
		gap := r.base - base
		text := textOf(ws)
		plain := fold.Plain(text)
		first := len(g.subject) == 0
		if plain == "" || letterCount(text) < 3 {
			continue
		}
		about := strings.HasPrefix(plain, "ve viec") || strings.HasPrefix(plain, "v v ") || strings.HasPrefix(plain, "ve ")
		if !bears && !(first && about) && first {
			break
		}
		if gap > 3.2*s.size && !(first && about) {
			break
		}
		if !first && pitch > 0 && gap > 1.55*pitch {
			break
		}
		if bodyStart(plain) && !about && !(strings.HasPrefix(plain, "thuc hien") && math.Abs(centreOf(ws)-centre) < 0.02*s.w) {
			break
		}
		if strings.HasPrefix(text, "(") && first && strings.Contains(plain, "kem theo") {
			break
		}
		if !first && capitals(text) > 0.8 && letterCount(text) > 6 && capitals(textOf(g.subject)) < 0.5 {
			break
		}
		// Centred: as far from the type's middle on the left as on the right. A paragraph's first line is indented instead.
		off := math.Abs(centreOf(ws) - centre)
		if off > 0.035*s.w && !(about && first) {
			// A stamp can blot out the start of a line: what is left stands off the middle, but at the pitch of the subject.
			if first || off > 0.08*s.w || gap > 1.45*s.size || s.indented(ws) && s.filled(ws) {
				break
			}
			g.broken = true
		}
		if !(first && about) && s.paragraph(ws) {
			break
		}
		if first {
			pitch = max(gap, 1.2*s.size) // type and subject stand as close as the subject's own lines, or closer
		} else {
			pitch = gap
		}
		g.subject = append(g.subject, ws...)
		base = r.base
		g.foot = k + 1
		if len(g.subject) > 140 {
			break
		}
	}
}

// filled reports whether a line reaches the right margin.
func (s *sheet) filled(ws []word) bool { return ws[len(ws)-1].x1 > s.r-0.02*s.w }

// indented reports whether a line begins where paragraphs do.
func (s *sheet) indented(ws []word) bool {
	d := ws[0].x0 - s.l
	return d > 0.03*s.w && d < 0.09*s.w
}

// paragraph reports whether a line begins a paragraph: it reaches the right margin, and its left end is indented.
func (s *sheet) paragraph(ws []word) bool {
	left, right := ws[0].x0-s.l, s.r-ws[len(ws)-1].x1
	return right < 0.02*s.w && left > 0.025*s.w && left-right > 0.025*s.w && left < 0.09*s.w
}

// lastLine gives the words of the last line.
func lastLine(ws []word) []word {
	for i := len(ws) - 1; i > 0; i-- {
		if ws[i].x0 < ws[i-1].x0 {
			return ws[i:]
		}
	}
	return ws
}

func centreOf(ws []word) float64 {
	if len(ws) == 0 {
		return 0
	}
	lo, hi := ws[0].x0, ws[0].x1
	for _, w := range ws {
		lo, hi = min(lo, w.x0), max(hi, w.x1)
	}
	return (lo + hi) / 2
}

// trimSpecks drops what recognition makes of dust, underlines and stamps at the ends of a line.
func (s *sheet) trimSpecks(ws []word) []word {
	speck := func(w word) bool {
		if letterCount(w.Text) == 0 && !strings.ContainsAny(w.Text, "0123456789()") {
			return true
		}
		return w.x1 < 0.05*s.w || w.y1-w.y0 < 0.25*s.size || letterCount(w.Text) <= 1 && w.Confidence < 40
	}
	for len(ws) > 0 && speck(ws[0]) {
		ws = ws[1:]
	}
	for len(ws) > 0 && speck(ws[len(ws)-1]) && !strings.ContainsAny(ws[len(ws)-1].Text, ")\"”") {
		ws = ws[:len(ws)-1]
	}
	return ws
}

// findLetterSubject takes the V/v lines of an official letter: left column, under the number, as long as the pitch holds.
func (g *heading) findLetterSubject(s *sheet, h header) {
	for k := h.foot; k < min(len(s.rows), h.foot+14); k++ {
		if strings.HasPrefix(fold.Plain(s.rows[k].text()), "kinh gui") || strings.Contains(fold.Plain(s.rows[k].text()), "kinh gui") {
			g.letterLike = true
		}
	}
	if h.number.row < 0 {
		return
	}
	split := h.split
	if split == 0 {
		split = 0.5 * s.w
	}
	base, pitch := s.rows[h.number.row].base, 0.0
	middle := 0.0
	for k := h.number.row + 1; k < len(s.rows); k++ {
		r := s.rows[k]
		var left []word
		for i, w := range r.words {
			// A long V/v line may pass under the motto; only a gap ends it.
			if w.x0 > split && (i == 0 || w.x0-r.words[i-1].x1 > 1.2*s.size || len(left) == 0) {
				break
			}
			left = append(left, w)
		}
		left = s.trimSpecks(left)
		if len(left) == 0 {
			if r.base-base > 3*s.size {
				break
			}
			continue
		}
		text := textOf(left)
		plain := fold.Plain(text)
		gap := r.base - base
		first := len(g.subject) == 0
		about := aboutRule(text)
		if first && !about {
			if gap > 4*s.size || k > h.number.row+2 {
				break
			}
			continue // the line of the rule under the number, or a stamp
		}
		if !first && (gap > 1.6*max(pitch, 1.1*s.size) || strings.HasPrefix(plain, "kinh gui")) {
			break
		}
		if !first && left[len(left)-1].x1 > split+0.25*s.w {
			break // running text
		}
		if !first && math.Abs(centreOf(left)-middle) > 0.06*s.w {
			break // a stamp beside
		}
		if first {
			middle = centreOf(left)
			g.letterLike = true
		} else {
			pitch = gap
		}
		g.subject = append(g.subject, left...)
		base = r.base
		g.foot = max(g.foot, k+1)
	}
}

// aboutRule reports whether a line begins as the abstract of an official letter does: V/v.
func aboutRule(text string) bool {
	sk := skeleton([]rune(text))
	sk = strings.TrimLeft(sk, "'`\".-_ ")
	for _, p := range []string{"v/v", "v/y", "viv", "vív", "v/ v", "vv ", "v/", "ve viec"} {
		if strings.HasPrefix(sk, p) {
			return true
		}
	}
	return false
}

// straySign finds a full stop between two words in small letters: dust, since a subject is one sentence.
//
//nolint:gochecknoglobals // a constant in all but syntax
var straySign = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\p{Ll})[.'` + "`" + `] (\p{Ll})`) })

// subjectText joins the words of a subject as it is read: signs of the break between lines put right.
func subjectText(ws []string) string {
	t := strings.Join(strings.Fields(strings.Join(ws, " ")), " ")
	t = straySign().ReplaceAllString(t, "$1 $2")
	plain := skeleton([]rune(t))
	switch {
	case strings.HasPrefix(plain, "veviec "):
		t = "Về việc " + string([]rune(t)[7:])
	case strings.HasPrefix(plain, "ve viec ") || strings.HasPrefix(plain, "va viec "):
		t = "Về việc " + string([]rune(t)[8:]) // these two words are always these two
	case strings.HasPrefix(plain, "viv ") || strings.HasPrefix(plain, "v/y ") || strings.HasPrefix(plain, "vv "):
		_, rest, _ := strings.Cut(t, " ")
		t = "V/v " + rest
	case strings.HasPrefix(plain, "v/v"):
		t = "V/v " + strings.TrimSpace(string([]rune(t)[3:]))
	}
	return t
}
