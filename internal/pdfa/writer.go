package pdfa

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// Version counts changes to the bytes that the same input gives. Raise it with every such change: it is part of what a rendition depends on.
const Version = 2

// Conformance is the level that the writer aims at; Check or veraPDF says whether a file reached it.
const Conformance = "PDF/A-2u"

const (
	writerName  = "sohoa pdfa 2"
	creatorTool = "sohoa"
)

// Writer writes renditions. Its zero value is ready, and one Writer may begin many renditions at once.
type Writer struct{}

var _ digitise.Writer = Writer{}

// Name is the writer and its version, for the manifest.
func (Writer) Name() string { return writerName }

// Begin starts a rendition on w. What w gets is the file from its first byte to its last; nothing is read back.
func (Writer) Begin(w io.Writer, s digitise.Snapshot) (digitise.Rendition, error) {
	d := describe(s)
	if !languageTag(d.language) {
		return nil, fmt.Errorf("language %q is no BCP 47 tag", d.language)
	}
	r := &rendition{f: newFile(w), about: d}
	r.catalog, r.pages, r.info, r.metadata, r.profile = r.f.promise(), r.f.promise(), r.f.promise(), r.f.promise(), r.f.promise()
	r.f.object(r.info, d.info())
	r.f.stream(r.metadata, []byte("/Type/Metadata/Subtype/XML"), d.xmp()) // not compressed, so that tools which know no PDF find it
	r.f.deflated(r.profile, []byte("/N 3"), sRGBProfile())
	return r, r.f.err
}

// languageTag reports whether s has the form of a language tag: subtags of 1 to 8 letters and digits, the first of letters.
func languageTag(s string) bool {
	n := 0
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		switch {
		case c == '-' && n > 0 && i+1 < len(s):
			n = 0
			continue
		case letter, c >= '0' && c <= '9' && n < i:
			n++
		default:
			return false
		}
		if n > 8 {
			return false
		}
	}
	return n > 0
}

// rendition is one file being written. It is not safe for concurrent use.
type rendition struct {
	f     *file
	about description
	err   error // the first failure; nothing may follow it
	shut  bool

	catalog, pages, info, metadata, profile int

	count  int    // pages written
	groups []int  // nodes of the page tree
	kids   []byte // of the node being filled
	inNode int
	labels pageLabels
	marks  outline

	glyphs glyphs
	font   int // 0 until a page has text

	content []byte // one page's content at a time
}

// groupSize is how many pages hang on one node of the page tree.
const groupSize = 64

// maxPages bounds a rendition by the number of pages that a master may have, with room for joined ones.
const maxPages = 100_000

// Add writes one page. After an error the rendition is spoilt: Close reports it again.
func (r *rendition) Add(leaf page.Leaf) error {
	if r.err != nil {
		return r.err
	}
	if r.shut {
		return errors.New("page added to a closed rendition")
	}
	if err := r.add(&leaf); err != nil {
		r.err = fmt.Errorf("page %d: %w", r.count+1, err)
		return r.err
	}
	return nil
}

func (r *rendition) add(l *page.Leaf) error {
	if r.count == maxPages {
		return fmt.Errorf("a rendition has at most %d pages", maxPages)
	}
	if !l.Result.Turn.Valid() {
		return fmt.Errorf("found turn of %d degrees", l.Result.Turn)
	}
	w, h, err := sizeOf(l)
	if err != nil {
		return err
	}
	image, err := r.image(&l.Picture)
	if err != nil {
		return err
	}

	if l.Result.Turn.Swaps() {
		s := sheetOf(h, w)
		return r.compose(l, w, h, s, image)
	}
	return r.compose(l, w, h, sheetOf(w, h), image)
}

// image writes p as an image object.
func (r *rendition) image(p *page.Picture) (int, error) {
	dict, err := imageDict(p)
	if err != nil {
		return 0, err
	}
	n := r.f.promise()
	r.f.stream(n, dict, p.Data)
	return n, r.f.err
}

// masked writes p as an image object that is seen only where mask is black.
func (r *rendition) masked(p, mask *page.Picture) (int, error) {
	stencil, err := stencilDict(mask)
	if err != nil {
		return 0, err
	}
	dict, err := imageDict(p)
	if err != nil {
		return 0, err
	}
	m, n := r.f.promise(), r.f.promise()
	r.f.stream(m, stencil, mask.Data)
	r.f.stream(n, appendRef(append(dict, "/Mask "...), m), p.Data)
	return n, r.f.err
}

// compose writes the content and the page object; w and h are the page's points before the found turn.
func (r *rendition) compose(l *page.Leaf, w, h float64, s sheet, image int) error {
	onSheet := turned(l.Result.Turn).then(s.place())
	c := appendDraw(r.content[:0], upright(&l.Picture).then(onSheet), "I")
	names := appendRef([]byte("/I "), image)
	var stamps []byte // references to what lies over the page
	for i := range l.Overlays {
		o := &l.Overlays[i]
		if !finite(o.X0, o.Y0, o.X1, o.Y1) || o.X1 <= o.X0 || o.Y1 <= o.Y0 {
			continue // an appearance without a size shows nothing
		}
		box := matrix{(o.X1 - o.X0) / w, 0, 0, (o.Y1 - o.Y0) / h, o.X0 / w, 1 - o.Y1/h}
		place := upright(&o.Picture).then(box).then(onSheet)
		if o.Mask == nil {
			n, err := r.stamp(o, place)
			if err != nil {
				return fmt.Errorf("overlay %d: %w", i+1, err)
			}
			stamps = appendRef(append(stamps, ' '), n)
			continue
		}
		n, err := r.masked(&o.Picture, o.Mask)
		if err != nil {
			return fmt.Errorf("overlay %d: %w", i+1, err)
		}
		name := "O" + strconv.Itoa(i+1)
		c = appendDraw(c, place, name)
		names = append(names, '/')
		names = append(names, name...)
		names = appendRef(append(names, ' '), n)
	}

	t := textLayer{g: &r.glyphs, top: s.boxH}
	if res := &l.Result; len(res.Lines) > 0 || len(res.Laid) > 0 {
		if res.Width <= 0 || res.Height <= 0 {
			return fmt.Errorf("text on a page of %d × %d pixels", res.Width, res.Height)
		}
		t.kx, t.ky = s.w/float64(res.Width), s.h/float64(res.Height)
		c = t.append(c, res.Lines)
		c = t.append(c, res.Laid)
	}
	r.content = c

	content := r.f.promise()
	r.f.deflated(content, nil, c)
	return r.page(l, s, content, names, stamps, t.used)
}

// page writes the page object and hangs it onto the tree.
func (r *rendition) page(l *page.Leaf, s sheet, content int, names, stamps []byte, text bool) error {
	if r.inNode == groupSize {
		r.closeNode()
	}
	if r.inNode == 0 {
		r.groups = append(r.groups, r.f.promise())
	}
	d := appendRef([]byte("<</Type/Page/Parent "), r.groups[len(r.groups)-1])
	d = append(appendNum(append(d, "/MediaBox[0 0 "...), s.boxW, 3), ' ')
	d = append(appendNum(d, s.boxH, 3), ']')
	if s.unit != 1 {
		d = strconv.AppendInt(append(d, "/UserUnit "...), int64(s.unit), 10)
	}
	d = append(d, "/Resources<</XObject<<"...)
	d = append(append(d, names...), ">>"...)
	if text {
		if r.font == 0 {
			r.font = r.f.promise()
		}
		d = append(appendRef(append(d, "/Font<</F "...), r.font), ">>"...)
	}
	d = appendRef(append(d, ">>/Contents "...), content)
	if len(stamps) > 0 {
		d = append(append(append(d, "/Annots["...), stamps[1:]...), ']')
	}
	d = append(d, ">>"...)
	n := r.f.promise()
	r.f.object(n, d)
	r.kids = appendRef(append(r.kids, ' '), n)
	r.inNode++
	r.count++
	r.labels.add(r.count, cleanMeta(l.Label))
	r.marks.add(r.count, n, cleanMeta(l.Result.Annex()), r.about.title)
	return r.f.err
}

// closeNode writes the node of the page tree whose pages are complete.
func (r *rendition) closeNode() {
	if r.inNode == 0 {
		return
	}
	d := appendRef([]byte("<</Type/Pages/Parent "), r.pages)
	d = strconv.AppendInt(append(d, "/Count "...), int64(r.inNode), 10)
	d = append(d, "/Kids["...)
	d = append(append(d, r.kids[1:]...), "]>>"...)
	r.f.object(r.groups[len(r.groups)-1], d)
	r.kids, r.inNode = r.kids[:0], 0
}

// Close writes what comes at the end. A rendition without pages is an error, since it is no PDF.
func (r *rendition) Close() error {
	switch {
	case r.err != nil:
		return r.err
	case r.shut:
		return errors.New("rendition closed twice")
	case r.count == 0:
		r.err = errors.New("rendition has no pages")
		return r.err
	}
	r.shut = true
	r.closeNode()
	tree := strconv.AppendInt([]byte("<</Type/Pages/Count "), int64(r.count), 10)
	tree = append(tree, "/Kids["...)
	for i, n := range r.groups {
		if i > 0 {
			tree = append(tree, ' ')
		}
		tree = appendRef(tree, n)
	}
	r.f.object(r.pages, append(tree, "]>>"...))
	if r.font != 0 {
		r.writeFont()
	}
	r.writeCatalog()
	r.err = r.f.end(r.catalog, r.info)
	return r.err
}

// writeFont writes the glyphless font, shared by all pages, for the characters that were used.
func (r *rendition) writeFont() {
	f := r.f
	descendant, descriptor, program, gids, unicode := f.promise(), f.promise(), f.promise(), f.promise(), f.promise()
	d := appendRef([]byte("<</Type/Font/Subtype/Type0/BaseFont/"+fontName+"/Encoding/Identity-H/DescendantFonts["), descendant)
	f.object(r.font, append(appendRef(append(d, "]/ToUnicode "...), unicode), ">>"...))

	d = []byte("<</Type/Font/Subtype/CIDFontType2/BaseFont/" + fontName +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ")
	d = appendRef(append(appendRef(d, descriptor), "/CIDToGIDMap "...), gids)
	d = strconv.AppendInt(append(d, "/DW "...), plainWidth, 10)
	d = r.glyphs.appendWidths(append(d, "/W"...))
	f.object(descendant, append(d, ">>"...))

	d = fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 %d 1000 %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 ",
		fontName, fontDescent, fontAscent, fontAscent, fontDescent, fontAscent)
	f.object(descriptor, append(appendRef(d, program), ">>"...))

	font := glyphlessFont()
	f.deflated(program, strconv.AppendInt([]byte("/Length1 "), int64(len(font)), 10), font)
	f.deflated(gids, nil, r.glyphs.cidToGID())
	f.deflated(unicode, nil, r.glyphs.toUnicode())
}

// writeCatalog writes the document's root.
func (r *rendition) writeCatalog() {
	d := appendRef([]byte("<</Type/Catalog/Pages "), r.pages)
	d = appendRef(append(d, "/Metadata "...), r.metadata)
	d = appendTextString(append(d, "/Lang"...), r.about.language)
	if r.about.title != "" {
		d = append(d, "/ViewerPreferences<</DisplayDocTitle true>>"...)
	}
	d = r.labels.appendTo(d)
	if n := r.marks.write(r.f); n != 0 {
		d = appendRef(append(d, "/PageMode/UseOutlines/Outlines "...), n)
	}
	d = append(d, "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier("+sRGBName+")/Info("+sRGBName+")/DestOutputProfile "...)
	d = append(appendRef(d, r.profile), ">>]>>"...)
	r.f.object(r.catalog, d)
}

// appendDraw draws the named image through m.
func appendDraw(b []byte, m matrix, name string) []byte {
	b = append(b, "q "...)
	for _, v := range m {
		b = append(appendNum(b, v, 3), ' ')
	}
	b = append(b, "cm /"...)
	b = append(b, name...)
	return append(b, " Do Q\n"...)
}
