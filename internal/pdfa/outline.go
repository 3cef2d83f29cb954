package pdfa

import "strconv"

// outline collects the entries of the document outline (ISO 32000-1, 12.3.3): the paper itself and the annexes that follow it.
type outline struct {
	entries []outlineEntry
}

type outlineEntry struct {
	title string
	page  int // object
}

// add takes the heading of an annex; the first page of a document that is no annex goes by the document's title.
func (o *outline) add(ordinal, page int, annex, title string) {
	switch {
	case annex != "":
		o.entries = append(o.entries, outlineEntry{annex, page})
	case ordinal == 1 && title != "":
		o.entries = append(o.entries, outlineEntry{title, page})
	}
}

// write writes the outline and returns its object, 0 when there are no annexes to jump to.
func (o *outline) write(f *file) int {
	if len(o.entries) < 2 {
		return 0
	}
	root := f.promise()
	first := root + 1 // the entries follow one another
	for range o.entries {
		f.promise()
	}
	last := first + len(o.entries) - 1
	d := appendRef(append(appendRef([]byte("<</Type/Outlines/First "), first), "/Last "...), last)
	d = strconv.AppendInt(append(d, "/Count "...), int64(len(o.entries)), 10)
	f.object(root, append(d, ">>"...))
	for i, e := range o.entries {
		d = appendTextString([]byte("<</Title"), e.title)
		d = appendRef(append(d, "/Parent "...), root)
		if i > 0 {
			d = appendRef(append(d, "/Prev "...), first+i-1)
		}
		if first+i < last {
			d = appendRef(append(d, "/Next "...), first+i+1)
		}
		d = appendRef(append(d, "/Dest["...), e.page)
		f.object(first+i, append(d, "/Fit]>>"...))
	}
	return root
}
