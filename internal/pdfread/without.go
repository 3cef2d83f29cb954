package pdfread

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"sohoa/internal/fault"
)

// withoutTimeout bounds the writing of a PDF without some of its pages.
const withoutTimeout = 10 * time.Minute

// Without writes the PDF at path without the pages that leaveOut names, numbered from 1, to w. The same file and pages give the same bytes.
//
// The new file is made of what the pages that stay are drawn from and of nothing else: their content, those resources their content names, and
// what is drawn on top of them. Everything that belongs to the document as a whole is left behind, for it may tell of the pages that go: outline,
// structure, form values, metadata, attachments, scripts, signatures, earlier revisions. A file whose pages cannot be told apart with certainty is
// refused as fault.FileUnreadable.
func Without(ctx context.Context, path string, leaveOut func(page int) bool, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open PDF: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open PDF: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, withoutTimeout)
	defer cancel()
	s, err := readStructure(ctx, f, st.Size())
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return inseparable(err)
	}
	s.within(ctx)
	c := newCarrier(s, w)
	err = guarded(func() error { return c.write(leaveOut) })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.failed != nil: // the disk's, not the file's
		return fmt.Errorf("write PDF: %w", c.failed)
	case err == nil:
		err = s.disorder()
	}
	if err != nil {
		return inseparable(err)
	}
	return nil
}

func inseparable(why error) error {
	return fault.Wrap(fault.FileUnreadable, why, "the pages of the PDF cannot be told apart with certainty; purge the whole file, and scan the other papers again")
}

// write writes header, the pages that stay with all they need, tree, catalog and cross-references.
func (c *carrier) write(leaveOut func(int) bool) error {
	c.print("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	catalog, tree := c.reserve(), c.reserve()
	var kids types.Array
	for i, node := range c.s.pages {
		if leaveOut(i + 1) {
			continue
		}
		d, err := c.page(node, tree)
		if err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
		n := c.reserve()
		kids = append(kids, reference(n))
		c.object(n, d)
		if err := c.drain(); err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
	}
	if len(kids) == 0 {
		return errors.New("no page would be left")
	}
	c.object(tree, types.Dict{"Type": types.Name("Pages"), "Count": types.Integer(len(kids)), "Kids": kids})
	root := types.Dict{"Type": types.Name("Catalog"), "Pages": reference(tree)}
	if layers := c.layers(); layers != nil {
		root["OCProperties"] = layers
		if err := c.drain(); err != nil {
			return err
		}
	}
	c.object(catalog, root)
	at := c.at
	c.print(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(c.offsets)+1))
	for _, o := range c.offsets {
		c.print(fmt.Sprintf("%010d 00000 n \n", o))
	}
	c.print(fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(c.offsets)+1, catalog, at))
	return c.failed
}

// page makes the dictionary of a page that stays.
func (c *carrier) page(node pageNode, tree int) (types.Dict, error) {
	out := types.Dict{"Type": types.Name("Page"), "Parent": reference(tree)}
	for i, key := range inheritable() {
		if key != "Resources" && node.inherited[i] != nil {
			out[key] = c.value(node.inherited[i], 0)
		}
	}
	for _, key := range []string{"BleedBox", "TrimBox", "ArtBox", "UserUnit", "Group"} {
		if v, ok := node.dict[key]; ok {
			out[key] = c.value(v, 0)
		}
	}
	names, err := c.namesOfPage(node)
	if err != nil {
		return nil, err
	}
	out["Resources"] = c.resources(node.inherited[0], names)
	if v, ok := node.dict["Contents"]; ok {
		out["Contents"] = c.value(v, 0)
	}
	var annots types.Array
	for _, a := range c.s.array(node.dict["Annots"]) {
		if d := c.annotation(c.s.dict(a)); d != nil {
			n := c.reserve() // PDFium overlooks annotations written in place
			c.object(n, d)
			annots = append(annots, reference(n))
		}
	}
	if annots != nil {
		out["Annots"] = annots
	}
	return out, nil
}

// annotation takes over how an annotation looks, and nothing of what it leads to or belongs to.
func (c *carrier) annotation(d types.Dict) types.Dict {
	if !c.s.annotationShows(d) {
		return nil
	}
	out := types.Dict{"Type": types.Name("Annot")}
	for _, key := range []string{
		"Subtype", "Rect", "F", "AP", "AS", "BS", "BE", "Border", "C", "CA", "ca", "IC", "OC", "QuadPoints", "InkList", "L", "LE", "LL", "LLE",
		"Vertices", "RD", "DA", "DS", "Q", "MK", "Name", "Sy", "Contents",
	} {
		if v, ok := d[key]; ok {
			out[key] = c.value(v, 0)
		}
	}
	if c.s.name(d["Subtype"]) == "Widget" { // of a form that is left behind: without one, PDFium shows no widget
		out["Subtype"] = types.Name("Stamp")
	}
	return out
}

// layers gives what is needed to show and hide the optional content that was taken over; nil where there is none.
func (c *carrier) layers() types.Dict {
	all := c.s.dict(c.s.root()["OCProperties"])
	taken := func(o types.Object) types.Array {
		var out types.Array
		for _, g := range c.s.array(o) {
			if ref, ok := g.(types.IndirectRef); ok {
				if n, ok := c.numbers[ref.ObjectNumber.Value()]; ok {
					out = append(out, reference(n))
				}
			}
		}
		return out
	}
	groups := taken(all["OCGs"])
	if len(groups) == 0 {
		return nil
	}
	d, from := types.Dict{}, c.s.dict(all["D"])
	if n := c.s.name(from["BaseState"]); n != "" {
		d["BaseState"] = types.Name(n)
	}
	for _, key := range []string{"ON", "OFF"} {
		if list := taken(from[key]); len(list) > 0 {
			d[key] = list
		}
	}
	return types.Dict{"OCGs": groups, "D": d}
}
