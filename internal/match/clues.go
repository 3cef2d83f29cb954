package match

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/papercode"
)

// clues is what a paper says that a dossier could be known by.
type clues struct {
	qr         []string           // dossier codes of results' QR codes
	text       map[string]float64 // dossier codes in the text with the confidence of their words, 0–1
	loose      []string           // those that only mended readings after a label give
	name       []string           // dossier codes in the names of file and folder
	procedures []string           // short codes
	sureProc   bool               // from a QR
	numbers    []dossier.Identifier
	owners     []dossier.Identifier // from QR codes: those the paper belongs to, not only names
	names      []string             // name keys
	kind       string               // type, folded plain
	from, to   time.Time            // the days it may have been issued on; zero: not known
	agency     string               // folded plain
	findings   []string
}

// codePages is on how many pages, from the first, codes are looked for in the text: a list of a thousand dossiers is no result of one.
const codePages = 20

func cluesOf(p Paper) clues {
	c := clues{text: map[string]float64{}}
	for i, r := range p.Pages {
		c.takeCodes(r)
		if i < codePages {
			c.takeText(r)
		}
	}
	name := p.Name
	if ext := path.Ext(name); len(ext) <= 5 { // a code without extension ends in what looks like a long one
		name = strings.TrimSuffix(name, ext)
	}
	for _, f := range dossier.FindCodes(strings.NewReplacer("_", " ", "/", " ", `\`, " ").Replace(strings.ToUpper(name))) {
		c.name = add(c.name, f.Value.String())
	}
	for _, f := range p.Fields {
		c.takeField(f)
	}
	for _, f := range describe.HolderIDs(p.Pages) {
		if !slices.Contains(c.numbers, f.ID) && len(c.numbers) < maxNumbers {
			c.numbers = append(c.numbers, f.ID)
		}
	}
	return c
}

// maxNumbers bounds how many numbers of people are looked up: a paper that names more is a list.
const maxNumbers = 40

func add(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func (c *clues) takeCodes(r page.Result) {
	for _, code := range r.Codes {
		if code.Damaged {
			c.findings = add(c.findings, FoundDamaged)
			continue
		}
		said := papercode.Read(code.Text)
		switch said.Kind {
		case papercode.Result:
			c.qr = add(c.qr, said.Paper.Dossier.String())
			if short := said.Paper.Procedure.Short; short != "" {
				c.procedures, c.sureProc = add(c.procedures, short), true
			}
			if id := said.Paper.Owner; id.Kind() != "" && !slices.Contains(c.owners, id) {
				c.owners, c.numbers = append(c.owners, id), append(c.numbers, id)
			}
		case papercode.Malformed:
			c.findings = add(c.findings, FoundMalformed)
		case papercode.Card, papercode.Separator, papercode.Other:
			if v, err := dossier.ParseCode(code.Text); err == nil { // a bar code of the dossier alone
				c.qr = add(c.qr, v.String())
			}
		}
	}
}

func (c *clues) takeText(r page.Result) {
	lines := r.Lines
	if len(r.Laid) > 0 {
		lines = slices.Concat(r.Lines, r.Laid)
	}
	for _, l := range lines {
		text := l.Text()
		if !strings.ContainsAny(text, "-–—") {
			continue
		}
		for _, f := range dossier.FindCodes(text) {
			s := f.Value.String()
			c.text[s] = max(c.text[s], sureness(l, f.Start, f.End))
		}
		if s := mended(text); s != "" {
			c.loose = add(c.loose, s)
		}
	}
}

// sureness is the confidence of the least sure word of bytes from to to of the line, 0–1.
func sureness(l page.Line, from, to int) float64 {
	at, least := 0, 1.0
	for _, w := range l.Words {
		if at < to && at+len(w.Text) > from {
			least = min(least, w.Confidence/100)
		}
		at += len(w.Text) + 1
	}
	return least
}

//nolint:gochecknoglobals // constants in all but syntax
var (
	labelRule = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)m[aãâàă] (?:s[oốôồ] )?h[oồôốò] s[oơờở]|s[oốôồ] h[oồôốò] s[oơờở]`)
	})
	looseRule = sync.OnceValue(func() *regexp.Regexp {
		const d = `[0-9OoQDIlSsBZzG]`
		return regexp.MustCompile(`^(` + d + `{3}[.,]` + d + `{2}[.,]` + d + `{2}[.,][A-Z]` + d + `{2}|[A-Z]` + d + `{2}(?:[.,]` + d + `{1,3})*)[-–—_~](` + d + `{6})[-–—_~](` + d + `{4,12})\b`)
	})
)

// mended reads a dossier code after its label where letters stand for digits (O for 0, l for 1) or commas for full stops; empty where
// nothing had to be mended.
func mended(text string) string {
	at := labelRule().FindStringIndex(text)
	if at == nil {
		return ""
	}
	rest := strings.TrimLeft(strings.Join(strings.Fields(text[at[1]:]), ""), ":.- ")
	m := looseRule().FindStringSubmatch(rest)
	if m == nil {
		return ""
	}
	digits := strings.NewReplacer("O", "0", "o", "0", "Q", "0", "D", "0", "I", "1", "l", "1", "S", "5", "s", "5", "B", "8", "Z", "2", "z", "2", "G", "6")
	var agency strings.Builder
	letter := false // the letter of the province stays
	for _, part := range strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == ',' }) {
		if agency.Len() > 0 {
			agency.WriteByte('.')
		}
		if head := part[0]; !letter && len(part) == 3 && head >= 'A' && head <= 'Z' && (agency.Len() == 0 || strings.Count(m[1], ".")+strings.Count(m[1], ",") == 3 && agency.Len() == 10) {
			letter = true
			agency.WriteByte(head)
			part = part[1:]
		}
		agency.WriteString(digits.Replace(part))
	}
	v, err := dossier.ParseCode(agency.String() + "-" + digits.Replace(m[2]) + "-" + digits.Replace(m[3]))
	if err != nil || strings.Contains(strings.ToUpper(text), v.String()) {
		return ""
	}
	return v.String()
}

// trustField is the confidence under which a field is no clue.
const trustField = 0.5

func (c *clues) takeField(f archive.Field) {
	if f.Value == "" || f.Confidence < trustField {
		return
	}
	switch f.Name {
	case describe.ProcedureCode:
		if v, err := dossier.ParseProcedure(f.Value); err == nil {
			c.procedures = add(c.procedures, v.Short)
		}
	case describe.Holder:
		c.names = add(c.names, nameKey(f.Value))
	case describe.Type:
		c.kind = fold.Plain(f.Value)
	case describe.Agency:
		c.agency = fold.Plain(f.Value)
	case describe.Date:
		if day, err := time.Parse(time.DateOnly, f.Value); err == nil {
			c.from, c.to = day, day
		} else if month, err := time.Parse("2006-01", f.Value); err == nil {
			c.from, c.to = month, month.AddDate(0, 1, -1)
		}
	case describe.DossierCode:
		if v, err := dossier.ParseCode(f.Value); err == nil && f.Source == "person" {
			c.text[v.String()] = 1 // confirmed
		}
	}
}

// nameKey is the form in which names are compared (register.NameKey).
func nameKey(name string) string { return strings.ReplaceAll(fold.Plain(name), " ", "") }
