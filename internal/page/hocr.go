package page

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// hOCR 1.2 (kba.github.io/hocr-spec), the subset that tesseract writes and this package writes again: ocr_page, ocr_carea,
// ocr_par, the line classes and ocrx_word. Boxes are in pixels of the page. Beside the properties of the standard, WriteHOCR
// keeps what a Result has and hOCR does not know in properties of its own, which the standard allows under x_: x_turn, x_skew,
// x_kind and x_base (the baseline's two ends, exact).

// MaxHOCRPages, MaxHOCRWords and maxHOCRDepth bound what ParseHOCR takes from one document.
const (
	MaxHOCRPages = 10_000
	MaxHOCRWords = 2_000_000
	maxHOCRDepth = 64
)

// ErrBadHOCR is the cause of every error about a document that is not hOCR as this package reads it.
var ErrBadHOCR = errors.New("bad hOCR")

// ParseHOCR reads the pages of an hOCR document, tesseract's or WriteHOCR's. Words are NFC without white space; words without
// text and lines without words are left out. Engine and Settings are not part of hOCR and stay empty. Memory grows with the
// number of words, which is bounded; bound r to bound the rest.
func ParseHOCR(r io.Reader) ([]Result, error) {
	d := xml.NewDecoder(r)
	d.Strict = false
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	p := hocrParser{block: -1, para: -1}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadHOCR, err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			err = p.start(t)
		case xml.EndElement:
			p.end()
		case xml.CharData:
			if p.word != nil {
				p.text.Write(t)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	p.finishWord()
	p.finishLine()
	for i := range p.pages {
		p.pages[i].Confidence = MeanConfidence(p.pages[i].Lines)
	}
	return p.pages, nil
}

// hocrParser walks the elements. Only the depth at which a word or a line began matters, since they do not nest.
type hocrParser struct {
	pages       []Result
	depth       int
	line        *Line
	lineDepth   int
	word        *Word
	wordDepth   int
	text        strings.Builder
	words       int
	block, para int
}

func (p *hocrParser) start(t xml.StartElement) error {
	p.depth++
	if p.depth > maxHOCRDepth {
		return fmt.Errorf("%w: more than %d elements inside each other", ErrBadHOCR, maxHOCRDepth)
	}
	var class, title string
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "class":
			class = a.Value
		case "title":
			title = a.Value
		}
	}
	switch class {
	case "ocr_page":
		return p.startPage(parseHOCRTitle(title))
	case "ocr_carea":
		p.block++
	case "ocr_par":
		p.para++
	case "ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat":
		return p.startLine(parseHOCRTitle(title))
	case "ocrx_word":
		return p.startWord(parseHOCRTitle(title))
	}
	return nil
}

func (p *hocrParser) startPage(props hocrProps) error {
	p.finishWord()
	p.finishLine()
	if len(p.pages) == MaxHOCRPages {
		return fmt.Errorf("%w: more than %d pages", ErrBadHOCR, MaxHOCRPages)
	}
	box, err := props.box()
	if err != nil {
		return fmt.Errorf("page %d: %w", len(p.pages)+1, err)
	}
	r := Result{Width: box.X1, Height: box.Y1, Source: Recognised}
	if v, ok := props.numbers("x_turn", 1); ok {
		if t, err := TurnOf(int(v[0])); err == nil {
			r.Turn = t
		}
	}
	if v, ok := props.numbers("x_skew", 1); ok {
		r.Skew = v[0]
	}
	if k := props["x_kind"]; k != "" {
		if err := r.Kind.UnmarshalText([]byte(k)); err != nil {
			return fmt.Errorf("page %d: %w: %w", len(p.pages)+1, ErrBadHOCR, err)
		}
	}
	p.pages = append(p.pages, r)
	p.block, p.para = -1, -1
	return nil
}

func (p *hocrParser) startLine(props hocrProps) error {
	p.finishWord()
	p.finishLine()
	if len(p.pages) == 0 {
		return fmt.Errorf("%w: a line before the first page", ErrBadHOCR)
	}
	box, err := props.box()
	if err != nil {
		return fmt.Errorf("line: %w", err)
	}
	l := &Line{Box: box, Block: max(0, p.block), Para: max(0, p.para)}
	l.BaseFrom = Point{float64(box.X0), float64(box.Y1)}
	l.BaseTo = Point{float64(box.X1), float64(box.Y1)}
	if v, ok := props.numbers("baseline", 2); ok { // slope, and offset from the lower left corner
		l.BaseFrom.Y += v[1]
		l.BaseTo.Y += v[1] + v[0]*float64(box.X1-box.X0)
	}
	if v, ok := props.numbers("x_base", 4); ok {
		l.BaseFrom, l.BaseTo = Point{v[0], v[1]}, Point{v[2], v[3]}
	}
	if v, ok := props.numbers("x_size", 1); ok {
		l.Size = v[0]
	}
	p.line, p.lineDepth = l, p.depth
	return nil
}

func (p *hocrParser) startWord(props hocrProps) error {
	p.finishWord()
	if p.line == nil {
		return fmt.Errorf("%w: a word outside a line", ErrBadHOCR)
	}
	p.words++
	if p.words > MaxHOCRWords {
		return fmt.Errorf("%w: more than %d words", ErrBadHOCR, MaxHOCRWords)
	}
	box, err := props.box()
	if err != nil {
		return fmt.Errorf("word: %w", err)
	}
	w := &Word{Box: box}
	if v, ok := props.numbers("x_wconf", 1); ok {
		w.Confidence = min(max(v[0], 0), 100)
	}
	p.word, p.wordDepth = w, p.depth
	p.text.Reset()
	return nil
}

func (p *hocrParser) end() {
	if p.word != nil && p.depth <= p.wordDepth {
		p.finishWord()
	}
	if p.line != nil && p.depth <= p.lineDepth {
		p.finishLine()
	}
	p.depth--
}

func (p *hocrParser) finishWord() {
	if p.word == nil {
		return
	}
	if p.word.Text = CleanWord(p.text.String()); p.word.Text != "" && p.line != nil {
		p.line.Words = append(p.line.Words, *p.word)
	}
	p.word = nil
}

func (p *hocrParser) finishLine() {
	if p.line == nil {
		return
	}
	if len(p.line.Words) > 0 {
		r := &p.pages[len(p.pages)-1]
		r.Lines = append(r.Lines, *p.line)
	}
	p.line = nil
}

// CleanWord makes text fit for Word.Text: NFC, without white space.
func CleanWord(s string) string {
	return norm.NFC.String(strings.Join(strings.Fields(s), ""))
}

// hocrProps are the properties of a title attribute: "bbox 0 0 10 10; x_wconf 96".
type hocrProps map[string]string

func parseHOCRTitle(title string) hocrProps {
	props := hocrProps{}
	for part := range strings.SplitSeq(title, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		if name != "" {
			props[name] = strings.TrimSpace(value)
		}
	}
	return props
}

// numbers gives the first n numbers of a property. Numbers that are not finite are none.
func (p hocrProps) numbers(name string, n int) ([]float64, bool) {
	fields := strings.Fields(p[name])
	if len(fields) < n {
		return nil, false
	}
	v := make([]float64, n)
	for i := range v {
		f, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > hocrLimit {
			return nil, false
		}
		v[i] = f
	}
	return v, true
}

// hocrLimit bounds coordinates: no page has a million pixels on a side.
const hocrLimit = 1 << 20

func (p hocrProps) box() (Box, error) {
	fields := strings.Fields(p["bbox"])
	if len(fields) != 4 {
		return Box{}, fmt.Errorf("%w: bbox %q", ErrBadHOCR, p["bbox"])
	}
	var v [4]int
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil || n < -hocrLimit || n > hocrLimit {
			return Box{}, fmt.Errorf("%w: bbox %q", ErrBadHOCR, p["bbox"])
		}
		v[i] = n
	}
	return Box{v[0], v[1], v[2], v[3]}, nil
}

// WriteHOCR writes the recognised lines of pages as one hOCR document. ParseHOCR reads back every page's size, kind, turn and
// skew and every line and word.
func WriteHOCR(w io.Writer, pages []Result) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(hocrHead) // bufio keeps the first error for Flush
	for i, r := range pages {
		writeHOCRPage(b, i, r)
	}
	_, _ = b.WriteString(" </body>\n</html>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write hOCR: %w", err)
	}
	return nil
}

const hocrHead = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">
 <head>
  <title></title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
  <meta name="ocr-system" content="sohoa"/>
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf"/>
 </head>
 <body>
`

func writeHOCRPage(b *bufio.Writer, index int, r Result) {
	fmt.Fprintf(b, `  <div class="ocr_page" id="page_%d" title="bbox 0 0 %d %d; ppageno %d; x_turn %d; x_skew %s; x_kind %s">`+"\n",
		index+1, r.Width, r.Height, index, r.Turn, number(r.Skew), r.Kind)
	for from := 0; from < len(r.Lines); {
		to := from
		for to < len(r.Lines) && r.Lines[to].Block == r.Lines[from].Block {
			to++
		}
		writeHOCRBlock(b, index, r.Lines[from:to])
		from = to
	}
	_, _ = b.WriteString("  </div>\n")
}

func writeHOCRBlock(b *bufio.Writer, page int, lines []Line) {
	fmt.Fprintf(b, `   <div class="ocr_carea" id="block_%d_%d" title="%s">`+"\n", page+1, lines[0].Block+1, bbox(unionOf(lines)))
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && lines[to].Para == lines[from].Para {
			to++
		}
		fmt.Fprintf(b, `    <p class="ocr_par" lang="vi" title="%s">`+"\n", bbox(unionOf(lines[from:to])))
		for _, l := range lines[from:to] {
			writeHOCRLine(b, l)
		}
		_, _ = b.WriteString("    </p>\n")
		from = to
	}
	_, _ = b.WriteString("   </div>\n")
}

func writeHOCRLine(b *bufio.Writer, l Line) {
	slope := 0.0
	if dx := l.BaseTo.X - l.BaseFrom.X; dx != 0 {
		slope = (l.BaseTo.Y - l.BaseFrom.Y) / dx
	}
	offset := l.BaseFrom.Y - float64(l.Box.Y1)
	fmt.Fprintf(b, `     <span class="ocr_line" title="%s; baseline %.4f %.1f; x_size %s; x_base %s %s %s %s">`+"\n", bbox(l.Box), slope, offset,
		number(l.Size), number(l.BaseFrom.X), number(l.BaseFrom.Y), number(l.BaseTo.X), number(l.BaseTo.Y))
	for _, w := range l.Words {
		fmt.Fprintf(b, `      <span class="ocrx_word" title="%s; x_wconf %s">`, bbox(w.Box), number(w.Confidence))
		_ = xml.EscapeText(b, []byte(w.Text))
		_, _ = b.WriteString("</span>\n")
	}
	_, _ = b.WriteString("     </span>\n")
}

func unionOf(lines []Line) Box {
	var u Box
	for _, l := range lines {
		u = u.Union(l.Box)
	}
	return u
}

func bbox(b Box) string { return fmt.Sprintf("bbox %d %d %d %d", b.X0, b.Y0, b.X1, b.Y1) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
