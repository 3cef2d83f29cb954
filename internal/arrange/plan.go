package arrange

import (
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/describe"
	"sohoa/internal/page"
	"sohoa/internal/separator"
)

// Stack is a file, or a document that came out of one, with what its batch says.
type Stack struct {
	Pages     []Page
	Splitting archive.Splitting
	Order     archive.PageOrder
	Unit      string // whose papers they are
	Batch     string // name of the batch, empty for none
	FilePages int    // how many pages the file has
	// Arranged says that the pages are in order already.
	Arranged bool
}

// Page is a page as scanned.
type Page struct {
	Number int // in the file, from 1
	Result page.Result
	// LeftOut is why the page is left out already; empty: it is not.
	LeftOut archive.LeftOutReason
}

// Document is one document of a plan. Pages are named by their place among Stack.Pages, from 0.
type Document struct {
	// Part is the number in the file of its first page, left out or not. It names the document within the file, whatever else came of it.
	Part      int
	Pages     []int // at least one
	LeftOut   []LeftOut
	Sheet     separator.Sheet    // what its separator sheet says, where it is obeyed
	Questions []archive.Question // in order of their pages
}

// LeftOut is a page that belongs to a document and is not in its rendition.
type LeftOut struct {
	Page   int // place among Stack.Pages
	Before int // ordinal of the page of the document that it lies before, from 1; one more than there are: after the last
	Reason archive.LeftOutReason
}

// Reasons of the questions that a plan asks. All are about where papers begin (archive.AskSplit), on the page that the question names.
const (
	SeparatorDamaged    = "separator_damaged"       // a separator sheet whose code cannot be read
	SeparatorAmbiguous  = "separator_ambiguous"     // a sheet with codes that say different things
	SeparatorOtherUnit  = "separator_other_unit"    // a sheet of another unit
	SeparatorOtherBatch = "separator_other_batch"   // a sheet of another batch
	SeparatorAlone      = "separator_without_paper" // a sheet with no paper before the next
	FirstPageUnsure     = "first_page_unsure"       // a page that may begin a paper
	PagesOutOfOrder     = "page_order"              // printed numbers say that fronts and backs are not in order
	SidesUneven         = "page_order_odd"          // fronts and backs were to be put together, and there are not as many of the one as of the other
)

// Plan takes a stack apart. A stack without pages gives no documents.
func Plan(s Stack) []Document {
	p := planner{Stack: s}
	order := p.order()
	for _, i := range order {
		p.place(i)
	}
	p.finish()
	docs := make([]Document, len(p.groups))
	for k, g := range p.groups {
		docs[k] = p.document(g)
	}
	return docs
}

// group is a document in the making: its pages as scanned.
type group struct {
	members []member
	content int // pages that are neither sheets nor blank nor left out before
	sheet   separator.Sheet
	// trouble is what is to be asked about its separator sheets; the gravest stands.
	trouble string
	named   bool // by a sheet
}

type member struct {
	page   int
	out    archive.LeftOutReason
	unsure bool // it may begin a paper
}

type planner struct {
	Stack
	groups []group
	stack  bool // blank pages are left out
	last   int  // the last page with content, to see whether a paper ends there; -1: none
}

// order gives the pages in the order in which they are read.
func (p *planner) order() []int {
	p.last = -1
	n := len(p.Pages)
	p.stack = p.Splitting == archive.SplitLayout
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	if p.Order != archive.OrderFrontsThenBacks && p.Order != archive.OrderFrontsThenBacksReversed {
		return out
	}
	p.stack = true
	if p.Arranged || n%2 != 0 {
		return out
	}
	half := n / 2
	for i := range half {
		back := half + i
		if p.Order == archive.OrderFrontsThenBacksReversed {
			back = n - 1 - i
		}
		out[2*i], out[2*i+1] = i, back
	}
	return out
}

// place puts the next page into the document it belongs to.
func (p *planner) place(i int) {
	pg := &p.Pages[i]
	m := member{page: i, out: pg.LeftOut}
	if p.Splitting == archive.SplitSeparators || p.Splitting == archive.SplitLayout {
		if s := readSheet(&pg.Result); s.found {
			p.stack = true
			p.part(s)
			if !s.onPaper {
				if m.out == "" {
					m.out = archive.LeftOutSeparator
				}
				p.add(m)
				return
			}
		} else if p.Splitting == archive.SplitLayout && m.out == "" && p.last >= 0 && len(p.groups) > 0 && p.groups[len(p.groups)-1].content > 0 {
			switch opens(&pg.Result, &p.Pages[p.last].Result) {
			case surely:
				p.groups = append(p.groups, group{})
			case maybe:
				m.unsure = true
			case no:
			}
		}
	}
	p.add(m)
}

// add puts a page into the last document.
func (p *planner) add(m member) {
	if len(p.groups) == 0 {
		p.groups = append(p.groups, group{})
	}
	g := &p.groups[len(p.groups)-1]
	g.members = append(g.members, m)
	if m.out == "" && p.Pages[m.page].Result.Kind != page.Blank {
		g.content++
		p.last = m.page
	}
}

// part begins a document at a separator sheet. Sheets with nothing between them begin one document, which is the last one's.
func (p *planner) part(s sheet) {
	trouble := s.trouble
	switch {
	case trouble != "":
	case s.says.Unit != "" && s.says.Unit != p.Unit:
		trouble = SeparatorOtherUnit
	case s.says.Batch != "" && s.says.Batch != p.Batch:
		trouble = SeparatorOtherBatch
	}
	if trouble != "" {
		s.says = separator.Sheet{}
	}
	if n := len(p.groups); n > 0 && p.groups[n-1].content == 0 {
		g := &p.groups[n-1]
		if g.sheet != (separator.Sheet{}) && g.sheet != s.says && trouble == "" { // another sheet lies before it, and no paper between
			trouble = SeparatorAlone
		}
		g.sheet, g.named = s.says, true
		g.trouble = graver(g.trouble, trouble)
		return
	}
	p.groups = append(p.groups, group{sheet: s.says, trouble: trouble, named: true})
}

// graver is the trouble that is asked about where there are two.
func graver(a, b string) string {
	for _, t := range []string{SeparatorDamaged, SeparatorAmbiguous, SeparatorOtherUnit, SeparatorOtherBatch, SeparatorAlone} {
		if a == t || b == t {
			return t
		}
	}
	return ""
}

// finish lets documents without content go with the one before, and leaves blank pages out.
func (p *planner) finish() {
	for k := len(p.groups) - 1; k > 0; k-- {
		if g := p.groups[k]; g.content == 0 { // sheets or blank pages after the last paper
			before := &p.groups[k-1]
			before.members = append(before.members, g.members...)
			if g.named && g.sheet != (separator.Sheet{}) {
				before.trouble = graver(before.trouble, SeparatorAlone)
			}
			p.groups = slices.Delete(p.groups, k, k+1)
		}
	}
	for k := range p.groups {
		g := &p.groups[k]
		if g.content == 0 {
			keepOne(g)
			continue
		}
		for j := range g.members {
			if m := &g.members[j]; p.stack && m.out == "" && p.Pages[m.page].Result.Kind == page.Blank {
				m.out = archive.LeftOutBlank
			}
		}
	}
}

// keepOne keeps pages in a document that has none with content: those that nobody has left out, or else all, since a document has pages.
func keepOne(g *group) {
	for _, m := range g.members {
		if m.out == "" {
			return
		}
	}
	for j := range g.members {
		g.members[j].out = ""
	}
	if g.named {
		g.trouble = graver(g.trouble, SeparatorAlone)
	}
}

// document numbers the pages of a group.
func (p *planner) document(g group) Document {
	d := Document{Sheet: g.sheet}
	ask := func(reason string, at int) {
		d.Questions = append(d.Questions, archive.Question{Kind: archive.AskSplit, Reason: reason, Page: at})
	}
	first := g.members[0].page
	if p.Order != archive.OrderAsScanned && p.Order != "" && p.FilePages%2 != 0 && p.holds(g, 1) {
		ask(SidesUneven, 0)
	}
	if g.trouble != "" {
		ask(g.trouble, 1)
	}
	var results []page.Result
	for _, m := range g.members {
		if m.out != "" {
			d.LeftOut = append(d.LeftOut, LeftOut{Page: m.page, Before: len(d.Pages) + 1, Reason: m.out})
			continue
		}
		d.Pages = append(d.Pages, m.page)
		results = append(results, p.Pages[m.page].Result)
		if m.unsure && len(d.Pages) > 1 {
			ask(FirstPageUnsure, len(d.Pages))
		}
	}
	if len(d.Questions) == 0 || d.Questions[0].Page > 0 {
		if OutOfOrder(results) {
			d.Questions = append([]archive.Question{{Kind: archive.AskSplit, Reason: PagesOutOfOrder}}, d.Questions...)
		}
	}
	d.Part = p.Pages[first].Number
	return d
}

// holds reports whether page n of the file is in a group.
func (p *planner) holds(g group, n int) bool {
	return slices.ContainsFunc(g.members, func(m member) bool { return p.Pages[m.page].Number == n })
}

type verdict int

const (
	no verdict = iota
	maybe
	surely
)

// opens says whether a paper begins on a page, seen with the page before.
func opens(r, before *page.Result) verdict {
	o := describe.OpeningOf(*r)
	if o.Score < 0.6 || o.Part != describe.MainPart || PrintedNumber(*r) > 1 {
		return no
	}
	if o.Motto && o.Agency && o.Number && describe.Closes(*before) {
		return surely
	}
	return maybe
}
