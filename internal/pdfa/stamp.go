package pdfa

import (
	"errors"
	"fmt"

	"sohoa/internal/page"
)

// What was laid over a page (the looks of signatures, stamps, notes) stays an annotation, a stamp of its own look (ISO 32000-1, 12.5.6.12): who reads the
// page again, or prints it without what was added, gets the page without it, as from the master.

// stampFlags are Print, ReadOnly and Locked (12.5.3); ISO 19005-2, 6.3.2 wants the first and forbids those that hide.
const stampFlags = 1<<2 | 1<<6 | 1<<7

// stamp writes o as an annotation whose picture m draws, and gives its object.
func (r *rendition) stamp(o *page.Overlay, m matrix) (int, error) {
	image, err := r.image(&o.Picture)
	if err != nil {
		return 0, err
	}
	look, n := r.f.promise(), r.f.promise()
	box := appendBox(nil, m)
	d := append([]byte("/Type/XObject/Subtype/Form/BBox"), box...)
	d = append(appendRef(append(d, "/Resources<</XObject<</I "...), image), ">>>>"...)
	r.f.stream(look, d, appendDraw(nil, m, "I"))
	d = append([]byte("<</Type/Annot/Subtype/Stamp/Rect"), box...)
	d = fmt.Appendf(d, "/F %d/AP<</N ", stampFlags)
	r.f.object(n, append(appendRef(d, look), ">>>>"...))
	return n, r.f.err
}

// appendBox writes the rectangle that m maps the unit square onto; m turns by whole quarters only.
func appendBox(b []byte, m matrix) []byte {
	b = append(b, '[')
	for i, v := range []float64{
		m[4] + min(m[0], 0) + min(m[2], 0), m[5] + min(m[1], 0) + min(m[3], 0),
		m[4] + max(m[0], 0) + max(m[2], 0), m[5] + max(m[1], 0) + max(m[3], 0),
	} {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNum(b, v, 3)
	}
	return append(b, ']')
}

// stamp checks an annotation (ISO 19005-2, 6.3): a stamp that is printed and never hidden, with one look of its own size.
func (c *checker) stamp(v any) error {
	d, _, err := c.dictAt(v, false)
	if err != nil {
		return err
	}
	if err := errors.Join(d.is("Type", "Annot"), d.is("Subtype", "Stamp"), d.only("Type", "Subtype", "Rect", "F", "AP")); err != nil {
		return err
	}
	if d["F"] != int64(stampFlags) {
		return fmt.Errorf("/F is %v", d["F"])
	}
	looks, _ := d["AP"].(dict)
	if err := looks.only("N"); err != nil {
		return err
	}
	look, o, err := c.dictAt(looks["N"], true)
	if err != nil {
		return fmt.Errorf("look: %w", err)
	}
	if err := errors.Join(look.is("Type", "XObject"), look.is("Subtype", "Form"), look.only("Type", "Subtype", "BBox", "Resources", "Length")); err != nil {
		return fmt.Errorf("look: %w", err)
	}
	rect, _ := d["Rect"].([]any)
	box, _ := look["BBox"].([]any)
	if len(rect) != 4 || len(box) != 4 {
		return fmt.Errorf("/Rect is %v, /BBox %v", d["Rect"], look["BBox"])
	}
	for i := range rect {
		if _, ok := num(rect[i]); !ok || rect[i] != box[i] {
			return fmt.Errorf("/Rect is %v, /BBox %v", rect, box)
		}
	}
	resources, _ := look["Resources"].(dict)
	if err := resources.only("XObject"); err != nil {
		return fmt.Errorf("look: %w", err)
	}
	images, err := c.images(resources)
	if err != nil {
		return fmt.Errorf("look: %w", err)
	}
	content, err := c.unpack(look, o)
	if err != nil {
		return fmt.Errorf("look: %w", err)
	}
	if err := c.content(content, images, nil); err != nil {
		return fmt.Errorf("look: %w", err)
	}
	return nil
}
