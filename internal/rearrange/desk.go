package rearrange

import (
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// pile is a document on the desk: its pages and left-out pages as the operations so far leave them.
type pile struct {
	id     archive.DocumentID
	like   archive.DocumentID // the document whose pages it took first; itself for one that is there
	made   bool
	pages  []archive.PageRef // ordinals are not kept
	left   []archive.LeftOut // in the order in which they lie: Before never falls
	heir   archive.DocumentID
	before State
}

// desk is where documents lie while they are changed. Nothing on it is stored.
type desk struct {
	piles []*pile
	names map[archive.DocumentID]*pile
	newID func() archive.DocumentID
}

func newDesk(states []State, newID func() archive.DocumentID) *desk {
	d := &desk{names: map[archive.DocumentID]*pile{}, newID: newID}
	for _, s := range states {
		p := &pile{id: s.ID, like: s.ID, pages: slices.Clone(s.Pages), left: slices.Clone(s.LeftOut), before: s}
		d.piles = append(d.piles, p)
		d.names[s.ID] = p
	}
	return d
}

func malformed(format string, args ...any) error {
	return fault.New(fault.RequestMalformed, format, args...)
}

// find gives a document that has pages.
func (d *desk) find(id archive.DocumentID) (*pile, error) {
	p := d.names[id]
	switch {
	case p == nil:
		return nil, malformed("an operation names the document %q, of which no version is expected", id)
	case len(p.pages) == 0:
		return nil, malformed("the document %q has no pages left", id)
	}
	return p, nil
}

// do carries out an operation.
func (d *desk) do(o Operation) error {
	if o.Do == Merge {
		return d.merge(o.Documents)
	}
	p, err := d.find(o.Document)
	if err != nil {
		return err
	}
	switch o.Do {
	case Split:
		return d.split(p, o.Before, o.As)
	case Move:
		return d.move(p, o.Pages, o.To, o.Before)
	case Order:
		return p.order(o.Pages)
	case Turn:
		return p.turn(o.Pages, o.Turn)
	case TakeOut:
		return p.takeOut(o.Pages, o.Reason)
	case PutBack:
		return p.putBack(o.LeftOut)
	case Replace:
		return d.replace(p, o)
	}
	return malformed("there is no operation %q", o.Do)
}

// split parts a document. Of what is left out at the place, blank backs stay with the paper before and a separator sheet goes with the paper after.
func (d *desk) split(p *pile, before int, as archive.DocumentID) error {
	if before < 2 || before > len(p.pages) {
		return malformed("a document of %d pages is split before page 2 to %d", len(p.pages), len(p.pages))
	}
	if as != "" && d.names[as] != nil {
		return malformed("the name %q is taken", as)
	}
	n := &pile{id: d.newID(), like: p.like, made: true, pages: slices.Clone(p.pages[before-1:])}
	cut := slices.IndexFunc(p.left, func(l archive.LeftOut) bool {
		return l.Before > before || l.Before == before && l.Reason == archive.LeftOutSeparator
	})
	if cut >= 0 {
		for _, l := range p.left[cut:] {
			l.Before -= before - 1
			n.left = append(n.left, l)
		}
		p.left = slices.Clone(p.left[:cut])
	}
	p.pages = slices.Clone(p.pages[:before-1])
	d.piles = append(d.piles, n)
	d.names[n.id] = n
	if as != "" {
		d.names[as] = n
	}
	return nil
}

func (d *desk) merge(ids []archive.DocumentID) error {
	if len(ids) < 2 {
		return malformed("at least two documents are joined")
	}
	first, err := d.find(ids[0])
	if err != nil {
		return err
	}
	for _, id := range ids[1:] {
		p, err := d.find(id)
		if err != nil {
			return err
		}
		if p == first {
			return malformed("a document is joined with itself")
		}
		first.append(p)
	}
	return nil
}

// append adds all of another document, which is empty then.
func (p *pile) append(o *pile) {
	for _, l := range o.left {
		l.Before += len(p.pages)
		p.left = append(p.left, l)
	}
	p.pages = append(p.pages, o.pages...)
	o.pages, o.left, o.heir = nil, nil, p.id
}

// chosen checks ordinals, and gives them in order.
func (p *pile) chosen(pages []int) ([]int, error) {
	if len(pages) == 0 {
		return nil, malformed("no page is named")
	}
	s := slices.Sorted(slices.Values(pages))
	if s[0] < 1 || s[len(s)-1] > len(p.pages) {
		return nil, malformed("the document has pages 1 to %d", len(p.pages))
	}
	if len(slices.Compact(slices.Clone(s))) != len(s) {
		return nil, malformed("a page is named twice")
	}
	return s, nil
}

// remove takes pages away, in order, and gives them in the order asked for.
func (p *pile) remove(pages []int) ([]archive.PageRef, error) {
	sorted, err := p.chosen(pages)
	if err != nil {
		return nil, err
	}
	out := make([]archive.PageRef, len(pages))
	for i, n := range pages {
		out[i] = p.pages[n-1]
	}
	for i := range p.left {
		gone, _ := slices.BinarySearch(sorted, p.left[i].Before) // pages before it that go
		p.left[i].Before -= gone
	}
	for i := len(sorted) - 1; i >= 0; i-- {
		p.pages = slices.Delete(p.pages, sorted[i]-1, sorted[i])
	}
	return out, nil
}

// insert puts pages before page at, from 1; what is left out before that page stays before them.
func (p *pile) insert(at int, pages []archive.PageRef) {
	for i := range p.left {
		if p.left[i].Before > at {
			p.left[i].Before += len(pages)
		}
	}
	p.pages = slices.Insert(p.pages, at-1, pages...)
}

func (d *desk) move(p *pile, pages []int, to archive.DocumentID, before int) error {
	target, err := d.find(to)
	if err != nil {
		return err
	}
	if before < 0 || before > len(target.pages)+1 {
		return malformed("page %d lies outside of the document the pages go to", before)
	}
	if before == 0 {
		before = len(target.pages) + 1
	}
	if target == p { // the place is that of a page as it was
		for _, n := range pages {
			if n < before {
				before--
			}
		}
		if before < 1 {
			return malformed("a page is named twice")
		}
	}
	taken, err := p.remove(pages)
	if err != nil {
		return err
	}
	target.insert(before, taken)
	if len(p.pages) == 0 { // what it has left out goes with its last page
		rest := &pile{left: p.left}
		target.adopt(before+len(taken), rest)
		p.left, p.heir = nil, target.id
	}
	return nil
}

// adopt takes the left-out pages of a document without pages, to lie before page at.
func (p *pile) adopt(at int, o *pile) {
	i := slices.IndexFunc(p.left, func(l archive.LeftOut) bool { return l.Before >= at })
	if i < 0 {
		i = len(p.left)
	}
	for k := range o.left {
		o.left[k].Before = at
	}
	p.left = slices.Insert(p.left, i, o.left...)
}

func (p *pile) order(pages []int) error {
	sorted, err := p.chosen(pages)
	if err != nil {
		return err
	}
	if len(sorted) != len(p.pages) {
		return malformed("an order names every one of the %d pages", len(p.pages))
	}
	out := make([]archive.PageRef, len(pages))
	for i, n := range pages {
		out[i] = p.pages[n-1]
	}
	p.pages = out
	return nil
}

func (p *pile) turn(pages []int, t page.Turn) error {
	if _, err := p.chosen(pages); err != nil {
		return err
	}
	if t == 0 || !t.Valid() {
		return malformed("a page is turned by 90, 180 or 270 degrees")
	}
	for _, n := range pages {
		p.pages[n-1].Turn = p.pages[n-1].Turn.Add(t)
	}
	return nil
}

func (p *pile) takeOut(pages []int, why archive.LeftOutReason) error {
	if why == "" {
		why = archive.LeftOutRemoved
	}
	if !why.Valid() || why == archive.LeftOutRescanned {
		return malformed("a page is not taken out as %q", why)
	}
	sorted, err := p.chosen(pages)
	if err != nil {
		return err
	}
	if len(sorted) == len(p.pages) {
		return malformed("a document keeps at least one page; move its pages to another document, or cancel it")
	}
	for i := len(sorted) - 1; i >= 0; i-- {
		p.leave(sorted[i], why)
	}
	return nil
}

// leave makes a page a left-out one, where it lies.
func (p *pile) leave(n int, why archive.LeftOutReason) {
	ref := p.pages[n-1]
	p.pages = slices.Delete(p.pages, n-1, n)
	at := len(p.left)
	for i := len(p.left) - 1; i >= 0; i-- { // after what lies before it, before what lies after it
		if p.left[i].Before > n {
			p.left[i].Before--
			at = i
		}
	}
	p.left = slices.Insert(p.left, at, archive.LeftOut{Before: n, Master: ref.Master, Page: ref.Page, Reason: why})
}

func (p *pile) putBack(left []int) error {
	if len(left) == 0 {
		return malformed("no page is named")
	}
	sorted := slices.Sorted(slices.Values(left))
	if sorted[0] < 1 || sorted[len(sorted)-1] > len(p.left) || len(slices.Compact(slices.Clone(sorted))) != len(left) {
		return malformed("the document has %d pages left out, and each is put back once", len(p.left))
	}
	for i := len(sorted) - 1; i >= 0; i-- {
		k := sorted[i] - 1
		l := p.left[k]
		for j := k + 1; j < len(p.left); j++ { // those after it lie after the page now
			p.left[j].Before++
		}
		p.left = slices.Delete(p.left, k, k+1)
		p.pages = slices.Insert(p.pages, l.Before-1, archive.PageRef{Master: l.Master, Page: l.Page})
	}
	return nil
}

func (d *desk) replace(p *pile, o Operation) error {
	by, err := d.find(o.By)
	if err != nil {
		return err
	}
	if by == p {
		return malformed("a page is replaced by a page of another document")
	}
	if len(o.Pages) != 1 || o.Pages[0] < 1 || o.Pages[0] > len(p.pages) {
		return malformed("name the one page that is replaced")
	}
	n := o.Pages[0]
	taken, err := by.remove([]int{o.With})
	if err != nil {
		return err
	}
	old := p.pages[n-1]
	p.pages[n-1] = taken[0]
	at := slices.IndexFunc(p.left, func(l archive.LeftOut) bool { return l.Before > n })
	if at < 0 {
		at = len(p.left)
	}
	p.left = slices.Insert(p.left, at, archive.LeftOut{Before: n, Master: old.Master, Page: old.Page, Reason: archive.LeftOutRescanned})
	if len(by.pages) == 0 {
		p.adopt(n+1, &pile{left: by.left})
		by.left, by.heir = nil, p.id
	}
	return nil
}
