package pdfa

import "strconv"

// pageLabels collects the number tree of page labels (ISO 32000-1, 12.4.2). Pages without a label of their own count on by ordinal.
type pageLabels struct {
	nums    []byte
	printed bool // some page has a label of its own
	counts  bool // the last run counts by ordinal
}

// add takes the label of the page with this ordinal, from 1.
func (p *pageLabels) add(ordinal int, label string) {
	if label == "" && p.counts {
		return
	}
	p.nums = strconv.AppendInt(p.nums, int64(ordinal-1), 10)
	p.counts = label == ""
	if p.counts {
		p.nums = append(p.nums, "<</S/D"...)
		if ordinal != 1 {
			p.nums = strconv.AppendInt(append(p.nums, "/St "...), int64(ordinal), 10)
		}
	} else {
		p.printed = true
		p.nums = appendTextString(append(p.nums, "<</P"...), label)
	}
	p.nums = append(p.nums, ">>"...)
}

// appendTo writes the catalog's entry, nothing when every page goes by its ordinal.
func (p *pageLabels) appendTo(b []byte) []byte {
	if !p.printed {
		return b
	}
	return append(append(append(b, "/PageLabels<</Nums["...), p.nums...), "]>>"...)
}
