package digitise

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/arrange"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/separator"
)

// Arranged is how a version that is a stack was taken apart. Each of its pages is in one document, once.
type Arranged struct{ Documents []ArrangedDocument }

// ArrangedDocument is one document of a stack. The first keeps the id of the version that was taken apart.
type ArrangedDocument struct {
	ID    archive.DocumentID
	Name  string
	Pages []int // ordinals of the version that was taken apart, in the document's order
	// LeftOut are in the order in which they lie.
	LeftOut []archive.LeftOut
	Sheet   separator.Sheet // what its separator sheet says
}

// takeApart takes a version apart where it is a stack (internal/arrange): then the version's task is done, and each document has one of its own. A version
// that is one paper, or came out of a stack, is left as it is; asked is what people must look at in how it was taken apart. What people arranged is not
// looked at again.
func (s *Service) takeApart(ctx context.Context, t archive.Task, v Version, results []page.Result) (asked []archive.Question, done bool, err error) {
	if len(v.Accessions) != 1 || (v.Reason != archive.ReasonReceived && v.Reason != archive.ReasonSplit) {
		return nil, false, nil
	}
	pages, ok, err := s.asScanned(ctx, v, results)
	if err != nil || !ok {
		return nil, false, err
	}
	a := v.Accessions[0]
	docs := arrange.Plan(arrange.Stack{
		Pages: pages, Splitting: v.Stack.Splitting, Order: v.Stack.PageOrder, Unit: v.Unit, Batch: a.BatchName, FilePages: a.Pages,
		Arranged: v.Reason == archive.ReasonSplit,
	})
	if len(docs) == 0 {
		return nil, false, fault.New(fault.Internal, "version %d of document %s has no pages", v.Version, v.Document)
	}
	if v.Reason == archive.ReasonSplit || v.Manifest != nil || asItIs(docs) {
		return docs[0].Questions, false, nil
	}
	out := Arranged{Documents: make([]ArrangedDocument, len(docs))}
	for k, d := range docs {
		out.Documents[k] = arranged(v, d, len(docs) > 1)
	}
	out.Documents[0].ID = v.Document
	s.d.Failpoint("describe-before-arranged")
	if err := s.d.Catalogue.Arranged(ctx, t, out); err != nil {
		return nil, false, err
	}
	s.d.Logger.InfoContext(ctx, "stack taken apart", "document", v.Document, "pages", len(v.Pages), "documents", len(docs))
	return nil, true, nil
}

// asItIs reports whether a plan is the one document that was planned.
func asItIs(docs []arrange.Document) bool {
	if len(docs) > 1 || len(docs[0].LeftOut) > 0 || !docs[0].Sheet.IsZero() {
		return false
	}
	for i, p := range docs[0].Pages {
		if p != i {
			return false
		}
	}
	return true
}

// arranged fits a document of a plan of v's pages.
func arranged(v Version, d arrange.Document, several bool) ArrangedDocument {
	a := v.Accessions[0]
	out := ArrangedDocument{ID: archive.DocumentIDFor(a.ID, d.Part), Name: v.Name, Sheet: d.Sheet}
	if several {
		out.Name = fmt.Sprintf("%s#%d", a.Name, d.Part)
	}
	for _, i := range d.Pages {
		out.Pages = append(out.Pages, v.Pages[i].Ordinal)
	}
	for _, l := range d.LeftOut {
		ref := v.Pages[l.Page]
		out.LeftOut = append(out.LeftOut, archive.LeftOut{Before: l.Before, Master: ref.Master, Page: ref.Page, Reason: l.Reason})
	}
	return out
}

// asScanned puts pages and left-out pages of a version of one file into the order in which they lie. ok is false where a person has turned pages, pages come
// from elsewhere, or what was read on a left-out page is not there any more: then nobody is asked anew.
func (s *Service) asScanned(ctx context.Context, v Version, results []page.Result) (pages []arrange.Page, ok bool, err error) {
	master := v.Accessions[0].Master
	left := v.LeftOut
	for i := range len(v.Pages) + 1 {
		for len(left) > 0 && left[0].Before == i+1 {
			l := left[0]
			left = left[1:]
			r, found, err := s.leftOutResult(ctx, l)
			if err != nil || !found || l.Master != master {
				return nil, false, err
			}
			pages = append(pages, arrange.Page{Number: l.Page, Result: r, LeftOut: l.Reason})
		}
		if i == len(v.Pages) {
			break
		}
		p := v.Pages[i]
		if p.Master != master || p.Turn != 0 {
			return nil, false, nil
		}
		pages = append(pages, arrange.Page{Number: p.Page, Result: results[i]})
	}
	return pages, true, nil
}

// leftOutResult loads what was read on a page that is left out. A catalogue made anew does not know of it; the store may.
func (s *Service) leftOutResult(ctx context.Context, l archive.LeftOut) (r page.Result, found bool, err error) {
	rr := s.resultRef(archive.PageRef{Master: l.Master, Page: l.Page})
	key, found, err := s.d.Catalogue.FindResult(ctx, rr)
	if err != nil {
		return r, false, err
	}
	if !found {
		key = archive.ResultKey(l.Master, l.Page, rr.Engine.Settings)
	}
	r, _, err = s.result(ctx, key)
	if errors.Is(err, fs.ErrNotExist) && !found {
		return r, false, nil
	}
	return r, err == nil, err
}

// masters are those of which the version has pages, left-out ones too.
func (v Version) masters() []fixity.Digest {
	var out []fixity.Digest
	add := func(d fixity.Digest) {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, p := range v.Pages {
		add(p.Master)
	}
	for _, l := range v.LeftOut {
		add(l.Master)
	}
	return out
}
