package describe

import (
	"math"
	"strconv"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/syllable"
)

// Hints are what is known about a paper beside its pages. The zero value is no hint.
type Hints struct {
	Name  string   // the file's name as sent; only codes are taken from it
	Units []string // names of the units that issue papers, as the register writes them
}

// Fields describes one document from the results of its pages, in order. It never fails: what is not found is left out, or
// given without value where a paper of its kind must have it, so that a person is asked.
func Fields(pages []page.Result, hints Hints) []archive.Field {
	d := newDoc(pages, hints)
	if len(d.sheets) == 0 {
		return d.counts(nil)
	}
	return d.fields()
}

// A document is described from its first and last pages; in between stands nothing that describes it. This bounds time and
// memory for files of thousands of pages.
const (
	firstPages = 250
	lastPages  = 20
)

// doc is a document while it is described.
type doc struct {
	pages  []page.Result
	hints  Hints
	sheets []*sheet // of pages with text
	parts  []Part
	first  *sheet
	header header
	head   heading
	sig    signature
	// contexts counts how the paper writes words beside their neighbours; made when first asked for.
	contexts map[string]map[string]float64
	out      []archive.Field
}

func newDoc(pages []page.Result, hints Hints) *doc {
	d := &doc{pages: pages, hints: hints}
	for i := range pages {
		if i >= firstPages && i < len(pages)-lastPages {
			continue
		}
		if pages[i].Kind == page.Text && len(pages[i].Lines) > 0 {
			d.sheets = append(d.sheets, newSheet(i+1, &pages[i]))
		}
	}
	if len(d.sheets) == 0 {
		return d
	}
	d.parts = partsOf(d.sheets, len(pages))
	d.first = d.sheets[0]
	for _, s := range d.sheets { // a cover or a receipt may lie on top: begin with the first page that looks like one
		if s.ordinal == d.parts[0].From {
			d.first = s
		}
	}
	d.header = findHeader(d.first)
	d.head = findHeading(d.first, d.header)
	d.findSignature()
	return d
}

// findSignature takes the best block on the pages of the main part, the last page first.
func (d *doc) findSignature() {
	head := ""
	if d.header.hasAgent {
		head = headOf(textOf(d.header.agency[d.header.issuer]))
	}
	best := -1.0
	for i := len(d.sheets) - 1; i >= 0; i-- {
		s := d.sheets[i]
		if s.ordinal < d.parts[0].From || s.ordinal > d.parts[0].To {
			continue
		}
		sig := findSignature(s, head)
		if !sig.found {
			continue
		}
		score := 1.5*sig.titleScore + sig.nameScore
		if len(sig.recipients) > 0 {
			score += 0.5
		}
		if score > best {
			best, d.sig = score, sig
		}
	}
}

func (d *doc) add(f archive.Field) {
	f.Confidence = math.Round(max(0, min(0.999, f.Confidence))*1000) / 1000
	if f.Source == "" {
		f.Source = FromText
	}
	for _, s := range d.sheets {
		if s.ordinal == f.Page {
			f.Box = s.back(f.Box)
		}
	}
	if f.Value == "" || f.Confidence < AskBelow {
		f.Asked = true
	}
	d.out = append(d.out, f)
}

func (d *doc) fields() []archive.Field {
	d.agencyFields()
	d.numberFields()
	d.typeField()
	d.dateFields()
	d.subjectField()
	d.signatureFields()
	d.codeFields()
	d.labelledFields()
	d.partFields()
	return d.counts(d.out)
}

func (d *doc) typeField() {
	g, n := d.head, d.header.number
	if g.kindRow >= 0 {
		conf := 0.4*g.kindScore + 0.3*confidenceOf(g.kindWords) + 0.25
		if ty, ok := dossier.TypeOf(dossier.SymbolType(n.symbol)); ok {
			if ty.Name == g.kind {
				conf += 0.1
			} else {
				conf -= 0.2
			}
		}
		if g.kindScore < 0.93 {
			conf = min(conf, 0.85) // no known type: as printed, or the nearest one
		}
		d.add(archive.Field{Name: Type, Value: g.kind, Printed: textOf(g.kindWords), Confidence: conf, Page: d.first.ordinal, Box: boxOf(g.kindWords)})
		return
	}
	if name := d.kindByContent(); name != "" {
		d.add(archive.Field{Name: Type, Value: name, Confidence: 0.75, Source: FromRule, Page: d.first.ordinal})
		return
	}
	if ty, ok := dossier.TypeOf(dossier.SymbolType(n.symbol)); ok {
		d.add(archive.Field{Name: Type, Value: ty.Name, Confidence: 0.8, Source: FromRule, Page: d.first.ordinal, Box: boxOf(n.symbolAt)})
		return
	}
	if g.letterLike || dossier.OfficialLetter(n.symbol) {
		conf := 0.6
		if g.letterLike {
			conf += 0.2
		}
		if dossier.OfficialLetter(n.symbol) {
			conf += 0.18
		}
		d.add(archive.Field{Name: Type, Value: dossier.OfficialLetterName, Confidence: conf, Source: FromRule, Page: d.first.ordinal, Box: boxOf(n.symbolAt)})
		return
	}
	d.add(archive.Field{Name: Type, Page: d.first.ordinal})
}

func value(fields []archive.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func (d *doc) subjectField() {
	g := d.head
	if len(g.subject) == 0 {
		if g.kindRow < 0 && !g.letterLike {
			return
		}
		if g.kindRow >= 0 && !bearsSubject(g.kind) {
			return
		}
		d.add(archive.Field{Name: Subject, Page: d.first.ordinal})
		return
	}
	mended, changed := d.mend(g.subject)
	text := subjectText(mended)
	conf := 0.2 + 0.75*confidenceOf(g.subject) - 0.03*float64(changed) - 0.1*float64(unlikely(mended))
	if g.broken {
		conf = min(conf, 0.6)
	}
	if plain := fold.Plain(text); strings.HasPrefix(plain, "ve viec") || strings.HasPrefix(plain, "v v ") {
		conf += 0.04
	}
	d.add(archive.Field{Name: Subject, Value: text, Printed: textOf(g.subject), Confidence: conf, Page: d.first.ordinal, Box: boxOf(g.subject)})
}

// unlikely counts words that cannot be Vietnamese and are no abbreviations or numbers.
func unlikely(ws []string) int {
	n := 0
	for _, w := range ws {
		p := fold.Accented(w)
		if p == "" || strings.ContainsAny(p, "0123456789 ") || capitals(w) == 1 {
			continue
		}
		if !syllable.Valid(p) {
			n++
		}
	}
	return n
}

func (d *doc) signatureFields() {
	sig := d.sig
	if !sig.found {
		if d.header.mottoScore > 0 {
			d.add(archive.Field{Name: SignerName})
			d.add(archive.Field{Name: SignerTitle})
		}
		return
	}
	p := sig.sheet.ordinal
	nameBox, titleBox := boxOf(sig.nameWords), boxOf(sig.titleWords)
	if nameBox.Empty() {
		nameBox = sig.namePlace()
	}
	if titleBox.Empty() {
		titleBox = sig.titlePlace()
	}
	d.add(archive.Field{Name: SignerName, Value: sig.name, Printed: textOf(sig.nameWords), Confidence: sig.nameScore * (0.4 + 0.6*confidenceOf(sig.nameWords)), Page: p, Box: nameBox})
	title := strings.Join(sig.title, " / ")
	d.add(archive.Field{Name: SignerTitle, Value: title, Printed: textOf(sig.titleWords), Confidence: sig.titleScore, Page: p, Box: titleBox})
	if len(sig.title) > 0 {
		if a, _, ok := strings.Cut(sig.title[0], "."); ok {
			d.add(archive.Field{Name: Authority, Value: a, Confidence: sig.titleScore, Page: p, Box: boxOf(sig.titleWords)})
		}
	}
	d.add(archive.Field{Name: SignaturePage, Value: strconv.Itoa(p), Confidence: 0.5 + 0.45*max(sig.titleScore, sig.nameScore), Page: p})
	if len(sig.recipients) > 0 {
		d.add(archive.Field{Name: Recipients, Value: strings.Join(sig.recipients, "\n"), Confidence: confidenceOf(sig.recWords), Page: p, Box: boxOf(sig.recWords)})
	}
}

// counts adds what is counted rather than read.
func (d *doc) counts(out []archive.Field) []archive.Field {
	out = append(out, archive.Field{Name: Pages, Value: strconv.Itoa(len(d.pages)), Confidence: 0.999, Source: FromCount})
	if lang := d.language(); lang != "" {
		out = append(out, archive.Field{Name: Language, Value: lang, Confidence: 0.95, Source: FromCount})
	}
	return out
}

// language is vi where the words carry Vietnamese marks as often as Vietnamese does; empty for too few words.
func (d *doc) language() string {
	words, marked := 0, 0
	for _, s := range d.sheets {
		for _, r := range s.rows {
			for _, w := range r.words {
				if letterCount(w.Text) < 2 {
					continue
				}
				words++
				if fold.Plain(w.Text) != fold.Accented(w.Text) {
					marked++
				}
			}
		}
	}
	switch {
	case words < 8:
		return ""
	case float64(marked) > 0.35*float64(words):
		return "vi"
	case float64(marked) < 0.02*float64(words):
		return "en"
	}
	return "und"
}
