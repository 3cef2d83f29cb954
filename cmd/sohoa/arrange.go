package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/rearrange"
)

type arrangeCmd struct {
	Show    arrangeShowCmd    `cmd:"" help:"Show the documents of a batch, or one document, with their pages."`
	Split   arrangeSplitCmd   `cmd:"" help:"Make a document of its own of the pages from one on."`
	Merge   arrangeMergeCmd   `cmd:"" help:"Join documents in this order; the first one stays."`
	Move    arrangeMoveCmd    `cmd:"" help:"Move pages to another document, or within one."`
	Turn    arrangeTurnCmd    `cmd:"" help:"Turn pages clockwise; they are read again."`
	TakeOut arrangeTakeOutCmd `cmd:"" name:"take-out" help:"Leave pages out of the rendition."`
	PutBack arrangePutBackCmd `cmd:"" name:"put-back" help:"Take pages in again that were left out."`
	Replace arrangeReplaceCmd `cmd:"" help:"Put a new scan into the place of a page."`
	Undo    arrangeUndoCmd    `cmd:"" help:"Undo a change; also where the system took a stack apart."`
}

// Help gives examples.
func (*arrangeCmd) Help() string {
	return "Each change makes new versions; masters and earlier versions stay, and every change can be undone. Pages are named as people write them:\n" +
		"3, 2-5, 1,4-. Exit 3 where somebody else was faster: look again.\n\nExamples:\n  sohoa arrange show \"Hộp 12\"\n  sohoa arrange split DOCUMENT 5\n" +
		"  sohoa arrange move DOCUMENT 2-3 --to OTHER --before 1\n  sohoa arrange undo 42\n"
}

type arrangeShowCmd struct {
	remote
	Subject string `arg:"" name:"batch-or-document" help:"A batch (name or id) or document."`
	Unit    string `help:"Unit of the batch."`
	JSON    bool   `name:"json" help:"As JSON."`
}

func (c *arrangeShowCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	s, err := findSubject(e.ctx, cl, c.Unit, c.Subject)
	if err != nil {
		return err
	}
	var l client.ArrangedList
	switch s.kind {
	case "documents":
		l, err = cl.DocumentPages(e.ctx, archive.DocumentID(s.id))
	case "batches":
		l, err = wholeBatch(e, cl, archive.BatchID(s.id))
	default:
		return usageError{errors.New("name a batch or a document")}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, l)
	}
	for _, d := range l.Documents {
		fmt.Fprintf(e.stdout, "%s  version %d  %s  %s\n   ", d.ID, d.Version, d.Processing, d.Title)
		showPages(e.stdout, d)
	}
	for _, ch := range l.Changes {
		if !ch.Undone {
			_, err := fmt.Fprintf(e.stdout, "last change: %d, %s by %s at %s\n", ch.ID, strings.Join(ch.Kinds, ", "), ch.Actor, ch.At.In(vietnam()).Format("2006-01-02 15:04"))
			return err
		}
	}
	return nil
}

func wholeBatch(e *env, cl *client.Client, id archive.BatchID) (client.ArrangedList, error) {
	all, err := cl.BatchPages(e.ctx, id, "")
	for err == nil && all.Next != "" {
		var more client.ArrangedList
		more, err = cl.BatchPages(e.ctx, id, all.Next)
		all.Documents, all.Next = append(all.Documents, more.Documents...), more.Next
	}
	return all, err
}

// showPages prints pages as they lie: their number in the file, left-out ones in brackets, counted for put-back.
func showPages(w io.Writer, d client.ArrangedDocument) {
	left := 0
	for n := 1; n <= len(d.Pages)+1; n++ {
		for left < len(d.LeftOut) && d.LeftOut[left].Before == n {
			fmt.Fprintf(w, " [%d: %s %d]", left+1, d.LeftOut[left].Reason, d.LeftOut[left].Page)
			left++
		}
		if n > len(d.Pages) {
			break
		}
		p := d.Pages[n-1]
		fmt.Fprintf(w, " %d", p.Page)
		if p.Turn != 0 {
			fmt.Fprintf(w, "/%d°", p.Turn)
		}
		if len(p.Findings) > 0 {
			fmt.Fprintf(w, " (%s)", strings.Join(p.Findings, ", "))
		}
	}
	fmt.Fprintln(w)
}

// arrangeRemote is what every change needs.
type arrangeRemote struct {
	remote
	JSON bool `name:"json" help:"The change as JSON."`
}

// change carries out operations on documents as they are now. make is told their pages.
func (r arrangeRemote) change(e *env, ids []archive.DocumentID, make func(docs []client.ArrangedDocument) ([]rearrange.Operation, error)) error {
	cl, err := r.client()
	if err != nil {
		return err
	}
	req := rearrange.Request{Expected: map[archive.DocumentID]int{}}
	docs := []client.ArrangedDocument{}
	for _, id := range ids {
		l, err := cl.DocumentPages(e.ctx, id)
		if err != nil {
			return err
		}
		docs = append(docs, l.Documents[0])
		req.Expected[id] = l.Documents[0].Version
	}
	if req.Operations, err = make(docs); err != nil {
		return usageError{err}
	}
	a, err := cl.Arrange(e.ctx, req)
	if err != nil {
		return err
	}
	return r.tell(e, a)
}

func (r arrangeRemote) tell(e *env, a rearrange.Arrangement) error {
	if r.JSON {
		return printPretty(e.stdout, a)
	}
	fmt.Fprintf(e.stdout, "change %d: %s\n", a.ID, strings.Join(a.Kinds, ", "))
	for _, d := range a.Documents {
		switch {
		case d.After == 0:
			fmt.Fprintf(e.stdout, "  %s has no pages any more\n", d.ID)
		case d.Before == 0:
			fmt.Fprintf(e.stdout, "  %s made, version %d\n", d.ID, d.After)
		default:
			fmt.Fprintf(e.stdout, "  %s version %d\n", d.ID, d.After)
		}
	}
	return nil
}

// chosenPages gives the pages of a document that a person has named.
func chosenPages(text string, of int) ([]int, error) {
	set, err := digitise.ParsePageSet(text)
	if err != nil {
		return nil, err
	}
	var out []int
	for n := 1; n <= of; n++ {
		if set.Has(n) {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the document has pages 1 to %d", of)
	}
	return out, nil
}

type arrangeSplitCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	Before   int    `arg:"" help:"The page the new document begins with."`
}

func (c *arrangeSplitCmd) Run(e *env) error {
	id := archive.DocumentID(c.Document)
	return c.change(e, []archive.DocumentID{id}, func([]client.ArrangedDocument) ([]rearrange.Operation, error) {
		return []rearrange.Operation{{Do: rearrange.Split, Document: id, Before: c.Before}}, nil
	})
}

type arrangeMergeCmd struct {
	arrangeRemote
	Documents []string `arg:"" help:"The documents, in the order of their pages."`
}

func (c *arrangeMergeCmd) Run(e *env) error {
	var ids []archive.DocumentID
	for _, d := range c.Documents {
		ids = append(ids, archive.DocumentID(d))
	}
	return c.change(e, ids, func([]client.ArrangedDocument) ([]rearrange.Operation, error) {
		return []rearrange.Operation{{Do: rearrange.Merge, Documents: ids}}, nil
	})
}

type arrangeMoveCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	Pages    string `arg:"" help:"Its pages: 3, 2-5, 1,4-."`
	To       string `help:"The document they go to; the same one when left out."`
	Before   int    `help:"The page they go before; after the last when left out."`
}

func (c *arrangeMoveCmd) Run(e *env) error {
	from, to := archive.DocumentID(c.Document), archive.DocumentID(c.To)
	if to == "" {
		to = from
	}
	ids := slices.Compact([]archive.DocumentID{from, to})
	return c.change(e, ids, func(docs []client.ArrangedDocument) ([]rearrange.Operation, error) {
		pages, err := chosenPages(c.Pages, len(docs[0].Pages))
		return []rearrange.Operation{{Do: rearrange.Move, Document: from, Pages: pages, To: to, Before: c.Before}}, err
	})
}

type arrangeTurnCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	Pages    string `arg:"" help:"Its pages: 3, 2-5, 1,4-."`
	By       int    `enum:"90,180,270" default:"180" help:"Degrees, clockwise."`
}

func (c *arrangeTurnCmd) Run(e *env) error {
	id := archive.DocumentID(c.Document)
	return c.change(e, []archive.DocumentID{id}, func(docs []client.ArrangedDocument) ([]rearrange.Operation, error) {
		pages, err := chosenPages(c.Pages, len(docs[0].Pages))
		return []rearrange.Operation{{Do: rearrange.Turn, Document: id, Pages: pages, Turn: page.Turn(c.By)}}, err
	})
}

type arrangeTakeOutCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	Pages    string `arg:"" help:"Its pages: 3, 2-5, 1,4-."`
	Reason   string `enum:"removed,blank,duplicate,separator" default:"removed" help:"removed, blank, duplicate or separator."`
}

func (c *arrangeTakeOutCmd) Run(e *env) error {
	id := archive.DocumentID(c.Document)
	return c.change(e, []archive.DocumentID{id}, func(docs []client.ArrangedDocument) ([]rearrange.Operation, error) {
		pages, err := chosenPages(c.Pages, len(docs[0].Pages))
		return []rearrange.Operation{{Do: rearrange.TakeOut, Document: id, Pages: pages, Reason: archive.LeftOutReason(c.Reason)}}, err
	})
}

type arrangePutBackCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	LeftOut  string `arg:"" help:"Which of its left-out pages, as sohoa arrange show counts them: 1, 1-3."`
}

func (c *arrangePutBackCmd) Run(e *env) error {
	id := archive.DocumentID(c.Document)
	return c.change(e, []archive.DocumentID{id}, func(docs []client.ArrangedDocument) ([]rearrange.Operation, error) {
		if len(docs[0].LeftOut) == 0 {
			return nil, errors.New("the document has no pages left out")
		}
		left, err := chosenPages(c.LeftOut, len(docs[0].LeftOut))
		return []rearrange.Operation{{Do: rearrange.PutBack, Document: id, LeftOut: left}}, err
	})
}

type arrangeReplaceCmd struct {
	arrangeRemote
	Document string `arg:"" help:"The document."`
	Page     int    `arg:"" help:"The page that is replaced."`
	By       string `required:"" help:"The document or accession that holds the new scan."`
	With     int    `default:"1" help:"The page of it."`
}

func (c *arrangeReplaceCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	id, by := archive.DocumentID(c.Document), archive.DocumentID(c.By)
	a, err := cl.Accession(e.ctx, archive.AccessionID(c.By))
	switch {
	case err == nil && len(a.Documents) != 1:
		return fault.New(fault.StateConflict, "accession %s has become %d documents; name one", c.By, len(a.Documents))
	case err == nil:
		by = a.Documents[0].ID
	case fault.CodeOf(err) != fault.AccessionUnknown:
		return err
	}
	return c.change(e, []archive.DocumentID{id, by}, func([]client.ArrangedDocument) ([]rearrange.Operation, error) {
		return []rearrange.Operation{{Do: rearrange.Replace, Document: id, Pages: []int{c.Page}, By: by, With: c.With}}, nil
	})
}

type arrangeUndoCmd struct {
	arrangeRemote
	Change int64 `arg:"" help:"Number of the change, as sohoa arrange show tells it."`
}

func (c *arrangeUndoCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	a, err := cl.UndoArrangement(e.ctx, c.Change)
	if err != nil {
		return err
	}
	return c.tell(e, a)
}
