package pdfa

import (
	"encoding/binary"
	"strconv"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// The invisible font's measures in thousandths of its size. Letters reach from descender to ascender over more than the font's size (1,333),
// since readers take a gap between words for a space only when it is wide for the size (poppler: 0.15 of it), and printed lines are
// set narrow. Poppler believes an ascent up to 1,050.
const (
	fontName    = "SohoaGlyphless"
	fontAscent  = 1040
	fontDescent = -293
	fontHeight  = fontAscent - fontDescent
	plainWidth  = 500
)

// widths lists the advances the font has: glyph i+1 shows nothing and is widths[i] wide. Glyph 0 is .notdef, which PDF/A-2 forbids to show
// (6.2.11.8). Several widths, since a selection of part of a word should light that part: i is narrow and M is wide.
func widths() []uint16 {
	return []uint16{0, 250, 278, 333, 389, 444, plainWidth, 556, 611, 667, 722, 778, 889, 944, 1000}
}

// asciiWidth gives the advance of one of ' ' to '~', rounded from the metrics of Times, in which most papers here are set.
func asciiWidth(r rune) uint16 {
	const table = "" + // one letter a character: a=250 b=278 c=333 d=389 e=444 f=500 g=556 h=611 i=667 j=722 k=778 l=889 m=944
		"acdfflkaccfgacab" + // space to /
		"ffffffffffbbggge" + // 0 to ?
		"mjiijhgjjcdjhljj" + // @ to O
		"gjighjjmjjhcbcef" + // P to _
		"cefefecffbbfbkff" + // ` to o
		"ffcdbffjffefafg" // p to ~
	steps := [...]uint16{250, 278, 333, 389, 444, 500, 556, 611, 667, 722, 778, 889, 944}
	return steps[table[r-' ']-'a']
}

// widthOf gives the advance of r: that of its base letter, nothing for a combining mark, a full square for ideographs and emoji.
func widthOf(r rune) uint16 {
	if r > '~' {
		if d := norm.NFD.PropertiesString(string(r)).Decomposition(); len(d) > 0 {
			r = []rune(string(d))[0]
		}
	}
	switch {
	case r >= ' ' && r <= '~':
		return asciiWidth(r)
	case r == 'Đ':
		return 722
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r == '…', r == '—', r >= 0x2E80 && r <= 0xD7FF, r >= 0x1F000:
		return 1000
	}
	return plainWidth
}

// glyphs gives every character of a rendition a code, in the order in which they are first seen, so that the text layer needs one font
// and characters beyond the basic plane need no surrogates. Codes are CIDs (Identity-H) and start at 1.
type glyphs struct {
	codes map[rune]uint16
	runes []rune // of code i+1
}

// maxCID is the largest CID (ISO 19005-2, 6.1.13).
const maxCID = 65535

// code returns the code of r. A rendition with more different characters than codes shows the rest as U+FFFD.
func (g *glyphs) code(r rune) uint16 {
	if c, ok := g.codes[r]; ok {
		return c
	}
	if g.codes == nil {
		g.codes = map[rune]uint16{}
	}
	if len(g.runes) >= maxCID-1 && r != unicode.ReplacementChar {
		return g.code(unicode.ReplacementChar)
	}
	g.runes = append(g.runes, r)
	c := uint16(len(g.runes))
	g.codes[r] = c
	return c
}

// cidToGID maps each code to the glyph of its width.
func (g *glyphs) cidToGID() []byte {
	byWidth := map[uint16]uint16{}
	for i, w := range widths() {
		byWidth[w] = uint16(i + 1)
	}
	b := make([]byte, 2, 2+2*len(g.runes))
	for _, r := range g.runes {
		b = binary.BigEndian.AppendUint16(b, byWidth[widthOf(r)])
	}
	return b
}

// appendWidths writes the W array: runs of codes whose width is not the default.
func (g *glyphs) appendWidths(b []byte) []byte {
	b = append(b, '[')
	open := false
	for i, r := range g.runes {
		w := widthOf(r)
		switch {
		case w == plainWidth:
			if open {
				b = append(b, ']')
			}
			open = false
			continue
		case open:
			b = append(b, ' ')
		default:
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, '[')
			open = true
		}
		b = strconv.AppendInt(b, int64(w), 10)
	}
	if open {
		b = append(b, ']')
	}
	return append(b, ']')
}

// toUnicode is the CMap that gives the codes their meaning (ISO 32000-1, 9.10.3): without it text can be neither copied nor searched,
// and with it the level is U.
func (g *glyphs) toUnicode() []byte {
	b := []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const block = 100 // entries in one block at most (Adobe technical note 5014)
	for at := 0; at < len(g.runes); at += block {
		part := g.runes[at:min(at+block, len(g.runes))]
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(b, " beginbfchar\n"...)
		for i, r := range part {
			b = append(b, '<')
			b = appendHex16(b, uint16(at+i+1))
			b = append(b, "><"...)
			for _, u := range utf16.AppendRune(nil, r) {
				b = appendHex16(b, u)
			}
			b = append(b, ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}

func appendHex16(b []byte, v uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// glyphlessFont builds the embedded TrueType program: .notdef and one glyph for each width. It draws nothing; it is there because
// PDF/A wants every font embedded (6.2.11.4) and its widths to agree with the font dictionary (6.2.11.5). A glyph is a single stroke
// without area from descender to ascender: PDFium lights a selection by the glyph's bounding box, and that of an empty one is empty.
func glyphlessFont() []byte {
	ws := widths()
	n := len(ws) + 1
	u16 := binary.BigEndian.AppendUint16
	u32 := binary.BigEndian.AppendUint32
	i16 := func(b []byte, v int) []byte { return u16(b, uint16(int16(v))) }

	head := u32(nil, 0x00010000)             // version
	head = u32(head, 0x00010000)             // revision
	head = u32(head, 0)                      // checkSumAdjustment, set below
	head = u32(head, 0x5F0F3CF5)             // magic
	head = u16(head, 0)                      // flags
	head = u16(head, 1000)                   // units per em
	head = append(head, make([]byte, 16)...) // created, modified: no dates
	head = i16(head, 0)
	head = i16(head, fontDescent)
	head = i16(head, 1000)
	head = i16(head, fontAscent)
	head = u16(head, 0) // style
	head = u16(head, 8) // smallest readable size
	head = i16(head, 2) // direction hint
	head = i16(head, 0) // short loca
	head = i16(head, 0)

	hhea := u32(nil, 0x00010000)
	hhea = i16(hhea, fontAscent)
	hhea = i16(hhea, fontDescent)
	hhea = i16(hhea, 0)
	hhea = u16(hhea, 1000)                  // widest advance
	hhea = append(hhea, make([]byte, 6)...) // side bearings, extent
	hhea = i16(hhea, 1)                     // caret upright
	hhea = append(hhea, make([]byte, 14)...)
	hhea = u16(hhea, uint16(n))

	maxp := u32(nil, 0x00010000)
	maxp = u16(maxp, uint16(n))
	maxp = u16(u16(maxp, 2), 1) // points, contours
	maxp = append(maxp, make([]byte, 4)...)
	maxp = u16(maxp, 2) // zones
	maxp = append(maxp, make([]byte, 16)...)

	hmtx := u16(u16(nil, plainWidth), 0)
	for _, w := range ws {
		hmtx = u16(u16(hmtx, w), 0)
	}

	// One character is mapped, the space to its glyph: readers that want a cmap find a valid one.
	cmap := u16(u16(nil, 0), 1)
	cmap = u16(u16(cmap, 3), 1) // Windows, Unicode BMP
	cmap = u32(cmap, 12)
	cmap = u16(u16(u16(cmap, 4), 32), 0) // format 4, length, language
	cmap = u16(u16(u16(u16(cmap, 4), 4), 1), 0)
	cmap = u16(u16(cmap, 0x20), 0xFFFF)                     // end codes
	cmap = u16(cmap, 0)                                     // pad
	cmap = u16(u16(cmap, 0x20), 0xFFFF)                     // start codes
	cmap = u16(u16(cmap, uint16(0x10000+2-0x20)&0xFFFF), 1) // deltas: space is glyph 2
	cmap = u16(u16(cmap, 0), 0)                             // offsets

	name := u16(u16(u16(nil, 0), 1), 18)
	name = u16(u16(u16(u16(u16(u16(name, 3), 1), 0x0409), 6), uint16(2*len(fontName))), 0)
	name = append(name, utf16BE(fontName)...)

	post := u32(nil, 0x00030000) // no glyph names
	post = append(post, make([]byte, 28)...)

	loca := make([]byte, 4) // .notdef is empty
	var glyf []byte
	for _, w := range ws {
		if w > 0 {
			glyf = append(glyf, stroke(int(w))...)
		}
		loca = u16(loca, uint16(len(glyf)/2))
	}

	tables := []struct {
		tag  string
		data []byte
	}{ // in order of their tags, as the directory wants
		{"cmap", cmap},
		{"glyf", glyf},
		{"head", head},
		{"hhea", hhea},
		{"hmtx", hmtx},
		{"loca", loca},
		{"maxp", maxp},
		{"name", name},
		{"post", post},
	}
	font := u32(nil, 0x00010000)
	font = u16(font, uint16(len(tables)))
	font = u16(font, 8*16) // search range of nine tables
	font = u16(font, 3)
	font = u16(font, uint16(len(tables)*16-8*16))
	at := len(font) + 16*len(tables)
	headAt := 0
	var body []byte
	for _, t := range tables {
		if t.tag == "head" {
			headAt = at + len(body)
		}
		font = append(font, t.tag...)
		font = u32(font, sfntSum(t.data))
		font = u32(font, uint32(at+len(body)))
		font = u32(font, uint32(len(t.data)))
		body = append(body, t.data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	font = append(font, body...)
	binary.BigEndian.PutUint32(font[headAt+8:], 0xB1B0AFBA-sfntSum(font))
	return font
}

// stroke is a glyph of one contour with two points, from the lower left corner of its box to the upper right and back.
func stroke(width int) []byte {
	i16 := func(b []byte, v int) []byte { return binary.BigEndian.AppendUint16(b, uint16(int16(v))) }
	g := i16(nil, 1) // contours
	for _, v := range []int{0, fontDescent, width, fontAscent} {
		g = i16(g, v)
	}
	g = i16(g, 1)             // last point of the contour
	g = i16(g, 0)             // no instructions
	g = append(g, 0x01, 0x01) // both points on the curve, their coordinates in two bytes
	for _, v := range []int{0, width, fontDescent, fontHeight} {
		g = i16(g, v) // each from the point before
	}
	return g
}

// sfntSum adds up b as big-endian words, the last one padded with zeros.
func sfntSum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	if len(b) > 0 {
		var last [4]byte
		copy(last[:], b)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}
