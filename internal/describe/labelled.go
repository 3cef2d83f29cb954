package describe

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// labelled is a rule for a value that stands after its label. Rules are data: a new kind of paper needs rows here, no code.
type labelled struct {
	field  string
	labels []string // folded plain, as printed before the value; tried in order
	value  string   // pattern of the value; empty takes what follows
	kinds  []string // beginnings of the types of document it is for, folded plain; empty is every type
	lines  int      // further lines the value may take
	person bool     // the value is a person's or firm's name
}

// labelledRules are the values of certificates, licences and civil status papers.
func labelledRules() []labelled {
	land := []string{"giay chung nhan quyen su dung dat", "trich luc ban do"}
	forms := []string{"giay", "trich luc", "ban sao", "phieu", "bien lai", "chung chi", "bien ban"}
	return []labelled{
		{field: Parcel, labels: []string{"thua dat so", "so thua", "thua dat"}, value: `^[0-9]{1,5}[a-z]?\b`, kinds: land},
		{field: MapSheet, labels: []string{"to ban do so", "to ban do"}, value: `^[0-9]{1,4}[A-Z]?(?:-[0-9A-Z]+)?\b`, kinds: land},
		{field: Holder, labels: []string{
			"ho va ten chu ho kinh doanh", "ho chu dem ten nguoi duoc khai sinh", "ho chu dem ten cua nguoi duoc cap", "ho ten nguoi nop tien", "ho ten nguoi nop", "nguoi nop tien", "nguoi nop",
			"ho va ten chu ho", "ten chu co so", "chu co so", "ten doanh nghiep", "ten cong ty viet bang tieng viet", "ten cong ty", "cap cho", "chu dau tu", "ten co so", "ho chu dem ten", "ho va ten", "ho ten",
			"ten ho kinh doanh", "ong", "ba", "ho ong", "ho ba",
		}, kinds: forms, lines: 1, person: true},
		{field: HolderID, labels: []string{
			"so dinh danh ca nhan", "the can cuoc cong dan so", "so can cuoc cong dan", "so cccd", "cccd so", "can cuoc cong dan so", "so can cuoc", "the can cuoc so", "can cuoc so", "so cmnd", "cmnd so", "cccd", "cmnd",
			"so giay to phap ly cua ca nhan", "giay to tuy than", "ma so doanh nghiep", "ma so thue",
		}, value: `^[0-9](?:[ .]?[0-9]){8,12}`, kinds: forms},
		{field: Address, labels: []string{"dia chi tru so chinh", "dia diem kinh doanh", "dia chi co so", "dia chi tru so"}, kinds: []string{"giay chung nhan dang ky", "giay chung nhan co so", "giay phep kinh doanh", "giay phep ban", "giay phep hoat dong", "giay chung nhan an toan", "giay chung nhan du dieu kien"}, lines: 2},
		{field: Address, labels: []string{"dia diem xay dung", "vi tri xay dung", "dia chi thuong tru", "noi thuong tru", "noi cu tru", "dia chi"}, kinds: forms, lines: 2},
		{field: LicenceNumber, labels: []string{"giay phep so", "ma so doanh nghiep", "so dang ky", "so"}, value: `^[0-9A-Z][0-9A-Z./-]{4,19}\b`, kinds: []string{"giay phep", "giay chung nhan dang ky"}},
		{field: Validity, labels: []string{"co gia tri den", "thoi han den", "co hieu luc den"}, value: `^(?:ngày )?[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}`, kinds: forms},
	}
}

//nolint:gochecknoglobals // constants in all but syntax
var (
	serialRule = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|\s)([A-ZĐ]{2})\s?([0-9]{6,8})(?:\s|$)`) })
	valueRules = sync.OnceValue(func() map[string]*regexp.Regexp {
		m := map[string]*regexp.Regexp{}
		for _, r := range labelledRules() {
			if r.value != "" {
				m[r.value] = regexp.MustCompile(r.value)
			}
		}
		return m
	})
	allLabels = sync.OnceValue(func() [][]string {
		var out [][]string
		for _, r := range labelledRules() {
			for _, l := range r.labels {
				if strings.Contains(l, " ") {
					out = append(out, strings.Fields(l))
				}
			}
		}
		for _, l := range []string{"gioi tinh", "quoc tich", "dan toc", "sinh ngay", "sinh nam", "nam sinh", "ngay sinh", "dien thoai", "so dien thoai", "fax", "email", "cap ngay", "noi cap", "ngay cap", "ma so"} {
			out = append(out, strings.Fields(l))
		}
		return out
	})
)

// labelledFields applies the rules to the pages of the main part.
func (d *doc) labelledFields() {
	name := value(d.out, Type)
	if name == "" || bearsSubject(name) && name != "Biên bản" {
		if name != "" {
			d.runningFields() // papers with a subject may speak of many people and places; forms of one
		}
		return
	}
	kind := fold.Plain(name)
	done := map[string]bool{}
	for _, rule := range labelledRules() {
		if done[rule.field] || !slices.ContainsFunc(rule.kinds, func(k string) bool { return strings.HasPrefix(kind, k) }) {
			continue
		}
	labels:
		for _, label := range rule.labels {
			for _, s := range d.sheets {
				if f, ok := s.readLabelled(rule, label); ok {
					d.add(f)
					done[rule.field] = true
					break labels
				}
			}
		}
	}
	if strings.HasPrefix(kind, "giay chung nhan quyen su dung dat") {
		d.serialField()
	}
}

// serialField finds the serial of a land certificate: two letters and six digits or more, on a line of its own.
func (d *doc) serialField() {
	for _, s := range d.sheets {
		for _, r := range s.rows {
			text := r.text()
			m := serialRule().FindStringSubmatchIndex(text)
			if m == nil || len(r.words) > 3 {
				continue
			}
			ws := span(r.words, runeIndex(text, m[2]), runeIndex(text, m[5]))
			d.add(archive.Field{Name: Serial, Value: text[m[2]:m[3]] + " " + text[m[4]:m[5]], Confidence: 0.3 + 0.67*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
			return
		}
	}
}

// readLabelled looks for a label on a page and takes the value behind it.
func (s *sheet) readLabelled(rule labelled, label string) (archive.Field, bool) {
	at := s.seekLabel(strings.Fields(label))
	if at.row < 0 {
		return archive.Field{}, false
	}
	ws := s.uptoNextLabel(s.rows[at.row].words[at.to:])
	for len(ws) > 0 && letterCount(ws[0].Text) == 0 && strings.Trim(ws[0].Text, ":.-,;") == "" {
		ws = ws[1:]
	}
	if len(ws) == 0 {
		return archive.Field{}, false
	}
	text, doubt := textOf(ws), 0
	switch {
	case rule.value != "":
		text = valueRules()[rule.value].FindString(strings.TrimLeft(text, " :.-"))
	case rule.person:
		text, ws = holderName(ws, s)
		doubt = doubtful(text)
	default:
		ws = s.continued(at.row, ws, rule.lines)
		text = textOf(ws)
	}
	text = strings.Trim(text, " :.,;-…")
	if text == "" || rule.value == "" && letterCount(text) < 2 {
		return archive.Field{}, false
	}
	if rule.field == Address && (len(strings.Fields(text)) < 3 || !strings.ContainsAny(text, ",0123456789")) {
		return archive.Field{}, false // the rest of another label: "Địa chỉ (trụ sở)"
	}
	f := archive.Field{Name: rule.field, Value: text, Printed: textOf(ws), Confidence: 0.1 + 0.65*confidenceOf(ws) + 0.23*at.score - 0.12*float64(doubt), Page: s.ordinal, Box: boxOf(ws)}
	if rule.field == HolderID {
		id, err := dossier.ParseIdentifier(text)
		if err != nil {
			return archive.Field{}, false
		}
		// Fields go into manifests and answers: the digits stay out of them. HolderIDs gives them to whoever encrypts them.
		f.Value, f.Printed = id.String(), ""
		if id.Kind() == dossier.TaxCode && s.namesPerson() {
			f.Confidence = min(f.Confidence, 0.5) // the firm's number, where the person's was not read
		}
	}
	return f, true
}

// namesPerson reports whether a page gives the number of an identity paper.
func (s *sheet) namesPerson() bool {
	for _, r := range s.rows {
		if p := fold.Plain(r.text()); strings.Contains(p, "can cuoc") || strings.Contains(p, "cccd") || strings.Contains(p, "cmnd") || strings.Contains(p, "chung minh") {
			return true
		}
	}
	return false
}

// holderName takes a person's or firm's name from the words behind its label: no honorific, and for a person only the words
// that begin with large letters.
func holderName(ws []word, s *sheet) (string, []word) {
	for len(ws) > 1 {
		switch fold.Plain(ws[0].Text) {
		case "ong", "ba", "ong ba", "anh", "chi", "ho":
			ws = ws[1:]
			continue
		}
		break
	}
	switch fold.Plain(ws[0].Text) {
	case "cong", "doanh", "hop", "tap", "ngan", "cua", "chi", "van", "trung", "nha", "co": // firms have small words within
		return textOf(ws), ws
	}
	n := 0
	for n < len(ws) && n < 6 && startsUpper(ws[n].Text) && (n == 0 || ws[n].x0-ws[n-1].x1 < 1.2*s.size) {
		n++
		if strings.ContainsAny(ws[n-1].Text, ",;.") {
			break
		}
	}
	return textOf(ws[:n]), ws[:n]
}

// doubtful counts the syllables of a person's name that no name we know has: marks are misread there first.
func doubtful(name string) int {
	ws := strings.Fields(name)
	if len(ws) < 2 {
		return 4 // the rest of it was not read
	}
	if len(ws) > 6 {
		return 0
	}
	n := 0
	if _, sc := familyName(ws[0]); sc < 1 {
		n++
	}
	for _, w := range ws[1:] {
		if _, sure := givenName(w); !sure {
			n++
		}
	}
	return n
}

// continued adds the lines that a value runs on over: it reached the right margin, and what follows begins at the left one
// without a label of its own.
func (s *sheet) continued(k int, ws []word, lines int) []word {
	for ; lines > 0 && k+1 < len(s.rows); lines-- {
		next := s.rows[k+1]
		if ws[len(ws)-1].x1 < s.r-0.09*s.w || next.x0() > s.l+0.05*s.w || next.base-s.rows[k].base > 2.2*s.size {
			break
		}
		text := next.text()
		if strings.Contains(text, ":") || bulleted(text) {
			break
		}
		ws = append(append([]word(nil), ws...), next.words...)
		k++
	}
	return ws
}

// bulleted reports whether a line begins with a bullet or an enumeration.
func bulleted(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	return first == "-" || first == "+" || strings.HasSuffix(first, ")") || strings.HasSuffix(first, ".") && len([]rune(first)) <= 4
}

// uptoNextLabel cuts the words where the next label on the row begins.
func (s *sheet) uptoNextLabel(ws []word) []word {
	for i := 1; i < len(ws); i++ {
		for _, l := range allLabels() {
			if i+len(l) <= len(ws) && fits(ws[i:], l) >= 0.9 && (strings.Contains(textOf(ws[i:i+len(l)]), ":") || ws[i].x0-ws[i-1].x1 > 0.7*s.size || startsUpper(ws[i].Text)) {
				return ws[:i]
			}
		}
		if strings.HasSuffix(ws[i].Text, ":") {
			k := i
			for k > 1 && ws[k].x0-ws[k-1].x1 < 0.9*s.size {
				k--
			}
			return ws[:k]
		}
	}
	return ws
}

// fits says how like a label the first words are.
func fits(ws []word, label []string) float64 {
	parts := make([]string, len(label))
	for i := range label {
		parts[i] = skeletonWord(ws[i].Text)
	}
	return similarity(strings.Join(parts, " "), strings.Join(label, " "))
}

// seekLabel finds a label at the start of a row, or after a gap, a sign or an enumeration.
func (s *sheet) seekLabel(label []string) window {
	best := window{row: -1}
	for k, r := range s.rows {
		for i := range r.words {
			if i+len(label) > len(r.words) {
				break
			}
			if i > 0 && !strings.ContainsAny(r.words[i-1].Text, ":;,.-()0123456789•") && r.words[i].x0-r.words[i-1].x1 < 0.8*s.size {
				continue
			}
			sc := fits(r.words[i:], label)
			if len(label) == 1 { // short labels need their colon
				t := r.words[i].Text
				if i > 1 || sc < 1 || !strings.HasSuffix(t, ":") {
					continue
				}
			}
			if sc >= 0.88 && sc > best.score+0.05 {
				best = window{k, i, i + len(label), sc}
			}
		}
	}
	return best
}
