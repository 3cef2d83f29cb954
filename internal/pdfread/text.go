package pdfread

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"golang.org/x/text/unicode/norm"

	"sohoa/internal/page"
)

// glyph is one character of a page with its box in upright points. A space or line break that PDFium put in has an empty box.
type glyph struct {
	r   rune
	box rect
}

// glyphs reads the page's characters in PDFium's order, which puts words together and breaks lines.
func (s *sheet) glyphs() ([]glyph, error) {
	t, err := s.d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: s.page})
	if err != nil {
		return nil, err
	}
	n, err := s.d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: t.TextPage})
	_, _ = s.d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: t.TextPage})
	if err != nil || n.Count <= 0 || n.Count > maxChars {
		return nil, err
	}
	text, err := s.d.GetPageTextStructured(&requests.GetPageTextStructured{Page: s.page, Mode: requests.GetPageTextStructuredModeChars})
	if err != nil {
		return nil, err
	}
	out := make([]glyph, 0, len(text.Chars))
	for _, c := range text.Chars {
		for _, r := range c.Text {
			p := c.PointPosition
			b := rect{math.Min(p.Left, p.Right), math.Min(p.Bottom, p.Top), math.Max(p.Left, p.Right), math.Max(p.Bottom, p.Top)}
			out = append(out, glyph{r: r, box: s.upright(b)})
		}
	}
	return out, nil
}

// trustworthy reports whether characters can be what the page shows: mapped to Unicode, and set in fonts that mean what they say.
// Vietnamese fonts from before Unicode (.VnTime, VNI-Times) draw Vietnamese over Latin codes: their text is junk.
func (s *sheet) trustworthy(glyphs []glyph) (bool, error) {
	var letters, junk int
	for _, g := range glyphs {
		switch {
		case g.r == unicode.ReplacementChar || unicode.Is(unicode.Co, g.r) || g.r == 0xFFFE || unicode.IsControl(g.r) && !unicode.IsSpace(g.r):
			junk++
		case !unicode.IsSpace(g.r):
			letters++
		}
	}
	if letters == 0 || junk*20 > letters {
		return false, nil
	}
	t, err := s.d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: s.page})
	if err != nil {
		return false, err
	}
	defer func() { _, _ = s.d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: t.TextPage}) }()
	return s.sampleFonts(t.TextPage, len(glyphs))
}

// sampleFonts looks at up to 200 characters spread over the page.
func (s *sheet) sampleFonts(t references.FPDF_TEXTPAGE, n int) (bool, error) {
	step := max(n/200, 1)
	looked, bad := 0, 0
	for i := 0; i < n; i += step {
		looked++
		e, err := s.d.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: t, Index: i})
		if err == nil && e.HasUnicodeMapError {
			bad++
			continue
		}
		f, err := s.d.FPDFText_GetFontInfo(&requests.FPDFText_GetFontInfo{TextPage: t, Index: i})
		if err == nil && legacyFont(f.FontName) {
			bad++
		}
	}
	return bad*20 <= looked, nil
}

// legacyFont recognises fonts of the TCVN3 and VNI encodings by their names, behind a subset tag too.
func legacyFont(name string) bool {
	if i := strings.IndexByte(name, '+'); i == 6 {
		name = name[7:]
	}
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, ".vn") || strings.HasPrefix(lower, "vni-") || strings.HasPrefix(lower, "vni ")
}

// composition is what a page is made of.
type composition struct {
	pictures      float64 // share of the page's area under pictures, 1 and more when they lie over each other
	shown, hidden int     // text objects looked at
}

// scannerText reports whether the page's text is mostly invisible: the layer a scanner puts over its pictures is recognised text of unknown
// quality, and ours is better.
func (c composition) scannerText() bool { return c.hidden > 0 && c.shown <= 10*c.hidden }

// composition looks at up to 400 objects spread over the page.
func (s *sheet) composition() (composition, error) {
	var c composition
	n, err := s.d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: s.page})
	if err != nil {
		return c, err
	}
	step := max(n.Count/400, 1)
	for i := 0; i < n.Count; i += step {
		o, err := s.d.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: s.page, Index: i})
		if err != nil {
			return c, err
		}
		kind, err := s.d.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil {
			return c, err
		}
		switch kind.Type {
		case enums.FPDF_PAGEOBJ_IMAGE:
			b, err := s.d.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o.PageObject})
			if err != nil {
				continue // nothing to see
			}
			r := rect{float64(b.Left), float64(b.Bottom), float64(b.Right), float64(b.Top)}.intersect(s.box)
			if !r.empty() {
				c.pictures += r.width() * r.height() / (s.box.width() * s.box.height()) * float64(step)
			}
		case enums.FPDF_PAGEOBJ_TEXT:
			m, err := s.d.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: o.PageObject})
			if err != nil {
				return c, err
			}
			if m.TextRenderMode == enums.FPDF_TEXTRENDERMODE_INVISIBLE || m.TextRenderMode == enums.FPDF_TEXTRENDERMODE_CLIP {
				c.hidden++
			} else {
				c.shown++
			}
		}
	}
	return c, nil
}

// newGlyphs gives the glyphs of after that before does not have: the text that flattening annotations added.
func newGlyphs(before, after []glyph) []glyph {
	type key struct {
		r              rune
		x0, y0, x1, y1 int
	}
	of := func(g glyph) key {
		q := func(v float64) int { return int(math.Round(v * 2)) }
		return key{g.r, q(g.box.x0), q(g.box.y0), q(g.box.x1), q(g.box.y1)}
	}
	had := map[key]int{}
	for _, g := range before {
		had[of(g)]++
	}
	var out []glyph
	for _, g := range after {
		// Breaks stay: they part words, whichever side they came from.
		if k := of(g); !unicode.IsSpace(g.r) && had[k] > 0 {
			had[k]--
			out = append(out, glyph{r: '\n'})
			continue
		}
		out = append(out, g)
	}
	return out
}

// piece is a run of glyphs that PDFium put on one line, cut at wide gaps.
type piece struct {
	words []page.Word
	box   rect // upright points
	base  float64
	size  float64
}

// lines puts glyphs together to lines of words, in blocks in reading order, with boxes in pixels of a picture that has kx × ky pixels a point.
func lines(glyphs []glyph, kx, ky float64, w, h int) []page.Line {
	pieces := gather(glyphs, kx, ky, w, h)
	blocks := group(pieces)
	var out []page.Line
	for b, block := range blocks {
		for _, p := range block {
			box := page.Box{}
			for _, word := range p.words {
				box = box.Union(word.Box)
			}
			out = append(out, page.Line{
				Words: p.words, Box: box, Size: p.size * ky, Block: b, Para: b,
				BaseFrom: page.Point{X: p.box.x0 * kx, Y: p.base * ky}, BaseTo: page.Point{X: p.box.x1 * kx, Y: p.base * ky},
			})
		}
	}
	return out
}

// gather cuts the stream of glyphs into pieces of words.
func gather(glyphs []glyph, kx, ky float64, w, h int) []piece {
	var pieces []piece
	var run, word []glyph
	tall := 0.0 // the tallest glyph of the run
	var words [][]glyph
	endWord := func() {
		if len(word) > 0 {
			words = append(words, word)
		}
		word = nil
	}
	endPiece := func() {
		endWord()
		if len(words) > 0 {
			pieces = append(pieces, newPiece(words, run, kx, ky, w, h))
		}
		words, run, tall = nil, nil, 0
	}
	for _, g := range glyphs {
		switch {
		case g.r == '\r' || g.r == '\n':
			endPiece()
			continue
		case unicode.IsSpace(g.r) || g.r == 0x200B:
			endWord()
			continue
		case g.r == 2 || g.r == 0xFFFE || unicode.IsControl(g.r): // 2 is PDFium's mark for a hyphen at a line's end
			if g.r != 2 {
				continue
			}
			g.r = '-'
		}
		if g.box.empty() {
			continue
		}
		if n := len(run); n > 0 {
			last := run[n-1].box
			height := math.Max(tall, g.box.height())
			switch gap := g.box.x0 - last.x1; {
			case gap > 5*height || gap < -3*height || math.Abs(mid(g.box)-mid(last)) > 0.9*height:
				endPiece()
			case gap > 0.6*height:
				endWord()
			}
		}
		run, word, tall = append(run, g), append(word, g), math.Max(tall, g.box.height())
	}
	endPiece()
	return pieces
}

func mid(r rect) float64 { return (r.y0 + r.y1) / 2 }

func newPiece(words [][]glyph, run []glyph, kx, ky float64, w, h int) piece {
	p := piece{box: run[0].box}
	bottoms := make([]float64, 0, len(run))
	for _, g := range run {
		p.box = p.box.union(g.box)
		if standsOnBase(g.r) {
			bottoms = append(bottoms, g.box.y1)
		}
	}
	p.base = p.box.y1
	if len(bottoms) > 0 {
		slices.Sort(bottoms)
		p.base = bottoms[len(bottoms)/2]
	}
	p.size = p.box.height()
	for _, glyphs := range words {
		var text strings.Builder
		box := glyphs[0].box
		for _, g := range glyphs {
			text.WriteRune(g.r)
			box = box.union(g.box)
		}
		p.words = append(p.words, page.Word{
			Text: norm.NFC.String(text.String()), Confidence: 100,
			Box: page.Box{
				X0: clamp(math.Floor(box.x0*kx), w-1), Y0: clamp(math.Floor(box.y0*ky), h-1),
				X1: max(clamp(math.Ceil(box.x1*kx), w), clamp(math.Floor(box.x0*kx), w-1)+1),
				Y1: max(clamp(math.Ceil(box.y1*ky), h), clamp(math.Floor(box.y0*ky), h-1)+1),
			},
		})
	}
	return p
}

func clamp(v float64, most int) int { return int(math.Min(math.Max(v, 0), float64(most))) }

// standsOnBase reports whether a letter's foot is the baseline: no descender, no dot below, no punctuation.
func standsOnBase(r rune) bool {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return false
	}
	d := []rune(norm.NFD.String(string(r)))
	if strings.ContainsRune("gjpqyJQfç", d[0]) {
		return false
	}
	return !slices.Contains(d[1:], 0x323)
}

// group puts pieces into blocks: a piece joins the block whose last line stands right above it and shares its width. Blocks come from
// top to bottom, and from left to right where they begin at the same height.
func group(pieces []piece) [][]piece {
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmpFloat(a.base, b.base) })
	var blocks [][]piece
	for _, p := range pieces {
		best := -1
		for i, b := range blocks {
			last := b[len(b)-1]
			gap := p.box.y0 - last.box.y1
			shared := math.Min(p.box.x1, last.box.x1) - math.Max(p.box.x0, last.box.x0)
			if p.base > last.base+0.3*last.size && gap < 0.9*math.Max(p.size, last.size) && shared > 0.3*math.Min(p.box.width(), last.box.width()) {
				best = i
			}
		}
		if best < 0 {
			blocks = append(blocks, []piece{p})
		} else {
			blocks[best] = append(blocks[best], p)
		}
	}
	slices.SortStableFunc(blocks, func(a, b []piece) int {
		if d := a[0].base - b[0].base; math.Abs(d) > 0.8*math.Max(a[0].size, b[0].size) {
			return cmpFloat(a[0].base, b[0].base)
		}
		return cmpFloat(a[0].box.x0, b[0].box.x0)
	})
	return blocks
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
