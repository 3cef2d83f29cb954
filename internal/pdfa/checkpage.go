package pdfa

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// page checks one page object with its picture, overlays and content.
func (c *checker) page(v, parent any) error {
	d, _, err := c.dictAt(v, false)
	if err != nil {
		return err
	}
	if err := errors.Join(d.is("Type", "Page"), d.only("Type", "Parent", "MediaBox", "UserUnit", "Resources", "Contents", "Annots")); err != nil {
		return err
	}
	if d["Parent"] != parent {
		return errors.New("names another parent")
	}
	box, _ := d["MediaBox"].([]any)
	if len(box) != 4 || box[0] != int64(0) || box[1] != int64(0) || !side(box[2]) || !side(box[3]) {
		return fmt.Errorf("/MediaBox is %v", d["MediaBox"])
	}
	if u, ok := d["UserUnit"]; ok {
		if n, _ := u.(int64); n < 2 {
			return fmt.Errorf("/UserUnit is %v", u)
		}
	}
	resources, _ := d["Resources"].(dict)
	if err := resources.only("XObject", "Font"); err != nil {
		return err
	}
	images, err := c.images(resources)
	if err != nil {
		return err
	}
	fonts, _ := resources["Font"].(dict)
	for _, v := range fonts {
		r, ok := v.(ref)
		if !ok {
			return errors.New("font is no reference")
		}
		c.fonts[r] = true
	}
	cd, o, err := c.dictAt(d["Contents"], true)
	if err != nil {
		return err
	}
	if err := cd.only("Length", "Filter"); err != nil {
		return err
	}
	content, err := c.unpack(cd, o)
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	if err := c.content(content, images, fonts); err != nil {
		return fmt.Errorf("content: %w", err)
	}
	stamps, _ := d["Annots"].([]any)
	for i, v := range stamps {
		if err := c.stamp(v); err != nil {
			return fmt.Errorf("annotation %d: %w", i+1, err)
		}
	}
	return nil
}

// images checks the pictures that resources name.
func (c *checker) images(resources dict) (dict, error) {
	images, _ := resources["XObject"].(dict)
	for n, v := range images {
		if err := c.image(v); err != nil {
			return nil, fmt.Errorf("picture %s: %w", n, err)
		}
	}
	return images, nil
}

// image checks an image dictionary (ISO 19005-2, 6.2.8): a filter and a colour space that the output intent covers, no mask, no alternate.
func (c *checker) image(v any) error {
	d, _, err := c.dictAt(v, true)
	if err != nil {
		return err
	}
	if err := errors.Join(d.is("Type", "XObject"), d.is("Subtype", "Image"),
		d.only("Type", "Subtype", "Width", "Height", "BitsPerComponent", "ColorSpace", "ImageMask", "Mask", "Decode", "Filter", "DecodeParms", "Length")); err != nil {
		return err
	}
	if d["ImageMask"] != nil {
		return errors.New("it is a mask of nothing")
	}
	if m := d["Mask"]; m != nil {
		if err := c.stencil(m); err != nil {
			return fmt.Errorf("mask: %w", err)
		}
	}
	switch d["Filter"] {
	case name("DCTDecode"), name("CCITTFaxDecode"), name("FlateDecode"):
	default:
		return fmt.Errorf("/Filter is %v", d["Filter"])
	}
	if !sized(d) {
		return fmt.Errorf("size is %v × %v", d["Width"], d["Height"])
	}
	switch cs := d["ColorSpace"].(type) {
	case name:
		if cs != "DeviceGray" && cs != "DeviceRGB" {
			return fmt.Errorf("/ColorSpace is %s", cs)
		}
	case []any:
		if len(cs) != 4 || cs[0] != name("Indexed") || cs[1] != name("DeviceRGB") {
			return fmt.Errorf("/ColorSpace is %v", cs)
		}
		last, _ := cs[2].(int64)
		if table, _ := cs[3].([]byte); last < 0 || last > 255 || int64(len(table)) != 3*(last+1) {
			return errors.New("palette does not fit its length")
		}
	default:
		return fmt.Errorf("/ColorSpace is %v", cs)
	}
	return nil
}

// stencil checks an explicit mask: one bit, no colours, no mask of its own.
func (c *checker) stencil(v any) error {
	d, _, err := c.dictAt(v, true)
	if err != nil {
		return err
	}
	if d["ImageMask"] != true || d["BitsPerComponent"] != int64(1) || !sized(d) {
		return errors.New("it is no stencil of one bit")
	}
	return errors.Join(d.is("Type", "XObject"), d.is("Subtype", "Image"), d.is("Filter", "CCITTFaxDecode"),
		d.only("Type", "Subtype", "Width", "Height", "BitsPerComponent", "ImageMask", "Decode", "Filter", "DecodeParms", "Length"))
}

// sized reports whether an image has pixels.
func sized(d dict) bool {
	w, _ := d["Width"].(int64)
	h, _ := d["Height"].(int64)
	return w > 0 && h > 0
}

// content reads a content stream: the writer's operators with the right number of operands, names that exist, codes that can be shown.
func (c *checker) content(b []byte, images, fonts dict) error {
	operands := map[op]int{"q": 0, "Q": 0, "cm": 6, "Do": 1, "BT": 0, "ET": 0, "Tr": 1, "Tf": 2, "Td": 2, "Tm": 6, "Tz": 1, "TJ": 1}
	p := parser{b: b}
	var stack []any
	saved, inText, drawn := 0, false, 0
	for {
		p.space()
		if p.at >= len(p.b) {
			break
		}
		v, err := p.value()
		if err != nil {
			return fmt.Errorf("at byte %d: %w", p.at, err)
		}
		o, ok := v.(op)
		if !ok {
			if stack = append(stack, v); len(stack) > 6 {
				return errors.New("too many operands")
			}
			continue
		}
		want, ok := operands[o]
		if !ok || len(stack) != want {
			return fmt.Errorf("operator %s with %d operands", o, len(stack))
		}
		switch o {
		case "q":
			saved++
		case "Q":
			saved--
		case "BT", "ET":
			if inText == (o == "BT") {
				return errors.New("text objects are nested wrongly")
			}
			inText = o == "BT"
		case "Do":
			if n, ok := stack[0].(name); !ok || images[n] == nil {
				return fmt.Errorf("draws %v, which the page does not have", stack[0])
			}
			drawn++
		case "Tf":
			if n, ok := stack[0].(name); !ok || fonts[n] == nil {
				return fmt.Errorf("uses font %v, which the page does not have", stack[0])
			}
		case "Tr":
			if stack[0] != int64(3) {
				return errors.New("text is visible")
			}
		case "TJ":
			shown, _ := stack[0].([]any)
			if !inText || len(shown) == 0 {
				return errors.New("text is shown where none can be")
			}
			for _, v := range shown {
				codes, ok := v.([]byte)
				if _, move := num(v); !ok && !move || len(codes)%2 != 0 {
					return errors.New("text is not in codes of two bytes")
				}
				for i := 0; i < len(codes); i += 2 {
					c.used[binary.BigEndian.Uint16(codes[i:])] = true
				}
			}
		}
		if saved < 0 || saved > 1 {
			return errors.New("graphics states are nested wrongly")
		}
		stack = stack[:0]
	}
	if saved != 0 || inText || len(stack) != 0 || drawn != len(images) {
		return errors.New("ends in the middle, or not every picture is drawn")
	}
	return nil
}

// font checks that every code shown has a glyph other than .notdef, one width in dictionary and program, and a meaning (6.2.11).
func (c *checker) font(r ref) error {
	d, _, err := c.dictAt(r, false)
	if err != nil {
		return err
	}
	if err := errors.Join(d.is("Type", "Font"), d.is("Subtype", "Type0"), d.is("Encoding", "Identity-H"),
		d.only("Type", "Subtype", "BaseFont", "Encoding", "DescendantFonts", "ToUnicode")); err != nil {
		return err
	}
	meaning, err := c.meanings(d["ToUnicode"])
	if err != nil {
		return err
	}
	descendants, _ := d["DescendantFonts"].([]any)
	if len(descendants) != 1 {
		return errors.New("has no single descendant")
	}
	cid, _, err := c.dictAt(descendants[0], false)
	if err != nil {
		return err
	}
	if err := errors.Join(cid.is("Subtype", "CIDFontType2"),
		cid.only("Type", "Subtype", "BaseFont", "CIDSystemInfo", "FontDescriptor", "CIDToGIDMap", "DW", "W")); err != nil {
		return err
	}
	descriptor, _, err := c.dictAt(cid["FontDescriptor"], false)
	if err != nil {
		return err
	}
	program, err := c.unpackAt(descriptor["FontFile2"])
	if err != nil {
		return err
	}
	if string(program) != string(glyphlessFont()) {
		return errors.New("program is not the writer's")
	}
	gids, err := c.unpackAt(cid["CIDToGIDMap"])
	if err != nil {
		return err
	}
	widthAt, err := widthTable(cid)
	if err != nil {
		return err
	}
	advances := widths()
	for code, used := range c.used {
		if !used {
			continue
		}
		if 2*code+2 > len(gids) {
			return fmt.Errorf("code %04X has no glyph", code)
		}
		gid := int(binary.BigEndian.Uint16(gids[2*code:]))
		if gid < 1 || gid > len(advances) {
			return fmt.Errorf("code %04X has glyph %d", code, gid)
		}
		if w, ok := widthAt[code]; ok && w != int64(advances[gid-1]) || !ok && advances[gid-1] != plainWidth {
			return fmt.Errorf("code %04X has another width in the font", code)
		}
		if !meaning[code] {
			return fmt.Errorf("code %04X has no meaning", code)
		}
	}
	return nil
}

func (c *checker) unpackAt(v any) ([]byte, error) {
	d, o, err := c.dictAt(v, true)
	if err != nil {
		return nil, err
	}
	return c.unpack(d, o)
}

// widthTable reads the W array.
func widthTable(cid dict) (map[int]int64, error) {
	out := map[int]int64{}
	w, _ := cid["W"].([]any)
	if cid["DW"] != int64(plainWidth) || len(w)%2 != 0 {
		return nil, errors.New("widths are not as the writer writes them")
	}
	for i := 0; i < len(w); i += 2 {
		first, ok := w[i].(int64)
		run, isRun := w[i+1].([]any)
		if !ok || !isRun {
			return nil, errors.New("widths are not as the writer writes them")
		}
		for j, v := range run {
			n, ok := v.(int64)
			if !ok {
				return nil, fmt.Errorf("width %v", v)
			}
			out[int(first)+j] = n
		}
	}
	return out, nil
}

// meanings reads the ToUnicode map: which codes stand for a character that text may hold.
func (c *checker) meanings(v any) (map[int]bool, error) {
	b, err := c.unpackAt(v)
	if err != nil {
		return nil, fmt.Errorf("ToUnicode: %w", err)
	}
	out := map[int]bool{}
	entry := regexp.MustCompile(`^<([0-9A-F]{4})><((?:[0-9A-F]{4}){1,2})>$`)
	block := 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasSuffix(line, " beginbfchar"):
			if _, err := fmt.Sscanf(line, "%d beginbfchar", &block); err != nil || block < 1 || block > 100 {
				return nil, fmt.Errorf("ToUnicode: block %q", line)
			}
		case line == "endbfchar":
			if block != 0 {
				return nil, errors.New("ToUnicode: a block has another length than it says")
			}
		case block > 0:
			m := entry.FindStringSubmatch(line)
			if m == nil {
				return nil, fmt.Errorf("ToUnicode: entry %q", line)
			}
			block--
			raw, err := hex.DecodeString(m[1] + m[2])
			if err != nil {
				return nil, err
			}
			var units []uint16
			for i := 2; i < len(raw); i += 2 {
				units = append(units, binary.BigEndian.Uint16(raw[i:]))
			}
			r := utf16.Decode(units)
			if len(r) != 1 || !keeps(r[0]) || (len(units) == 1) != (r[0] < 0x10000) {
				return nil, fmt.Errorf("ToUnicode: %q means nothing", line)
			}
			out[int(binary.BigEndian.Uint16(raw))] = true
		}
	}
	if block != 0 {
		return nil, errors.New("ToUnicode ends early")
	}
	return out, nil
}
