package describe

import (
	"regexp"
	"strings"
	"sync"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// codeFields finds dossier and procedure codes on the pages, then in the file's name.
func (d *doc) codeFields() {
	haveCase, haveProc := false, false
	for _, s := range d.sheets {
		for _, r := range s.rows {
			text := r.text()
			if !haveCase {
				for _, f := range dossier.FindCodes(text) {
					ws := span(r.words, runeIndex(text, f.Start), runeIndex(text, f.End))
					d.add(archive.Field{Name: DossierCode, Value: f.Value.String(), Confidence: 0.3 + 0.65*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
					haveCase = true
					break
				}
			}
			if plain := fold.Plain(text); !haveProc && (strings.Contains(plain, "thu tuc") || strings.Contains(plain, "tthc")) {
				for _, f := range dossier.FindProcedures(text) {
					ws := span(r.words, runeIndex(text, f.Start), runeIndex(text, f.End))
					d.add(archive.Field{Name: ProcedureCode, Value: f.Value.String(), Confidence: 0.3 + 0.6*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
					haveProc = true
					break
				}
			}
		}
	}
	if !haveCase {
		if fs := dossier.FindCodes(strings.ToUpper(d.hints.Name)); len(fs) == 1 {
			d.add(archive.Field{Name: DossierCode, Value: fs[0].Value.String(), Confidence: 0.85, Source: FromName})
		}
	}
}

// labelled is a rule for a value that stands after its label. Rules are data: a new kind of paper needs rows here, no code.
type labelled struct {
	field  string
	labels []string // folded plain, as printed before the value; the longest that fits counts
	value  string   // pattern of the value; empty takes the rest of the line
	kinds  []string // types of document it is for, folded plain prefixes; empty is every kind without a letterhead number
}

func labelledRules() []labelled {
	land := []string{"giay chung nhan quyen su dung dat", "trich luc ban do"}
	people := []string{"giay", "trich luc", "ban sao", "phieu", "bien lai", "chung chi"}
	return []labelled{
		{Parcel, []string{"thua dat so", "so thua", "thua dat"}, `[0-9]{1,5}[a-z]?`, land},
		{MapSheet, []string{"to ban do so", "to ban do"}, `[0-9]{1,4}[A-Z]?(?:-[0-9A-Z]+)?`, land},
		{Holder, []string{"ten doanh nghiep", "ten cong ty viet bang tieng viet", "ten cong ty", "ten ho kinh doanh", "ho chu dem ten nguoi duoc khai sinh", "ho chu dem ten", "ho va ten", "ho ten", "chu dau tu", "cap cho", "ho ten nguoi nop tien", "nguoi nop tien", "ten co so"}, ``, people},
		{HolderID, []string{"so dinh danh ca nhan", "so cccd", "cccd so", "can cuoc cong dan so", "so can cuoc", "so cmnd", "cmnd so", "cccd", "cmnd", "so giay to phap ly cua ca nhan", "giay to tuy than", "ma so doanh nghiep", "ma so thue"}, `[0-9][0-9 .]{7,14}[0-9]`, people},
		{Address, []string{"dia chi tru so chinh", "dia chi thuong tru", "noi cu tru", "noi thuong tru", "dia chi", "dia diem xay dung", "tai"}, ``, people},
		{LicenceNumber, []string{"giay phep so", "ma so doanh nghiep", "so dang ky"}, `[0-9A-Z][0-9A-Z./-]{2,19}`, []string{"giay phep", "giay chung nhan dang ky"}},
		{Validity, []string{"co gia tri den", "thoi han den", "co hieu luc den"}, `[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}`, people},
	}
}

//nolint:gochecknoglobals // constants in all but syntax
var (
	serialRule = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b([A-ZĐ]{2})\s?([0-9]{6,8})\b`) })
	valueRules = sync.OnceValue(func() map[string]*regexp.Regexp {
		m := map[string]*regexp.Regexp{}
		for _, r := range labelledRules() {
			if r.value != "" {
				m[r.value] = regexp.MustCompile(r.value)
			}
		}
		return m
	})
)

// labelledFields applies the rules to the pages of the main part.
func (d *doc) labelledFields() {
	kind := fold.Plain(d.head.kind)
	if d.head.kindRow < 0 {
		return
	}
	done := map[string]bool{}
	for _, rule := range labelledRules() {
		fits := len(rule.kinds) == 0
		for _, k := range rule.kinds {
			fits = fits || strings.HasPrefix(kind, k)
		}
		if !fits {
			continue
		}
		for _, label := range rule.labels {
			if done[rule.field] {
				break
			}
			for _, s := range d.sheets {
				if f, ok := s.readLabelled(rule, label); ok {
					d.add(f)
					done[rule.field] = true
					break
				}
			}
		}
	}
	if strings.HasPrefix(kind, "giay chung nhan quyen su dung dat") {
		d.serialField()
	}
}

// serialField finds the serial of a land certificate: two letters and six digits or more.
func (d *doc) serialField() {
	for _, s := range d.sheets {
		for _, r := range s.rows {
			text := r.text()
			if m := serialRule().FindStringSubmatchIndex(text); m != nil {
				ws := span(r.words, runeIndex(text, m[0]), runeIndex(text, m[1]))
				d.add(archive.Field{Name: Serial, Value: text[m[2]:m[3]] + " " + text[m[4]:m[5]], Confidence: 0.3 + 0.6*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
				return
			}
		}
	}
}

// readLabelled looks for a label on a page and takes the value behind it.
func (s *sheet) readLabelled(rule labelled, label string) (archive.Field, bool) {
	at := s.seekLabel(label)
	if at.row < 0 {
		return archive.Field{}, false
	}
	ws := s.rows[at.row].words[at.to:]
	// The value ends where the next label begins: a word with a colon, past a gap.
	for i, w := range ws {
		if i > 0 && strings.HasSuffix(w.Text, ":") {
			k := i
			for k > 1 && ws[k].x0-ws[k-1].x1 < 0.9*s.size {
				k--
			}
			ws = ws[:k]
			break
		}
	}
	if len(ws) == 0 {
		return archive.Field{}, false
	}
	text := strings.Trim(textOf(ws), " :.,;-…")
	if rule.value != "" {
		re := valueRules()[rule.value]
		text = re.FindString(text)
	}
	if text == "" || rule.value == "" && letterCount(text) < 2 {
		return archive.Field{}, false
	}
	conf := 0.15 + 0.6*confidenceOf(ws) + 0.2*at.score
	if rule.field == HolderID {
		id, err := dossier.ParseIdentifier(text)
		if err != nil {
			return archive.Field{}, false
		}
		// Fields go into manifests and answers: the digits stay out of them. HolderIDs gives them to whoever encrypts them.
		return archive.Field{Name: rule.field, Value: id.String(), Confidence: conf, Page: s.ordinal, Box: boxOf(ws)}, true
	}
	return archive.Field{Name: rule.field, Value: text, Printed: textOf(ws), Confidence: conf, Page: s.ordinal, Box: boxOf(ws)}, true
}

// seekLabel finds a label at the start of a row or after a gap or sign.
func (s *sheet) seekLabel(label string) window {
	n := strings.Count(label, " ") + 1
	for k, r := range s.rows {
		for i := range r.words {
			if i+n > len(r.words) {
				break
			}
			parts := make([]string, 0, n)
			j := i
			for ; j < len(r.words) && len(parts) < n; j++ {
				if p := skeletonWord(r.words[j].Text); p != "" {
					parts = append(parts, p)
				}
			}
			if sc := similarity(strings.Join(parts, " "), label); sc >= 0.88 && (i == 0 || strings.ContainsAny(r.words[i-1].Text, ":;,.-()0123456789")) {
				return window{k, i, j, sc}
			}
		}
	}
	return window{row: -1}
}

// partFields gives one field an annex or draft.
func (d *doc) partFields() {
	for _, p := range d.parts[1:] {
		title := p.Title
		if title == "" {
			title = string(p.Kind)
		}
		d.add(archive.Field{Name: Annex, Value: title, Printed: string(p.Kind), Confidence: 0.8, Page: p.From})
	}
}
