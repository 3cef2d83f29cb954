package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"sohoa/internal/register"
)

// NewCSV reads CSV: parted by commas, semicolons or tabs, whichever the first line has most of; in UTF-8, or in UTF-16 with a byte order mark.
func NewCSV(src io.Reader) *Reader {
	// Takes a byte order mark away; without one it is UTF-8 as it stands.
	text := transform.NewReader(src, unicode.BOMOverride(transform.Nop))
	br := bufio.NewReaderSize(text, 64<<10)
	head, _ := br.Peek(32 << 10) // a short file is no fault, and another comes back with the first row
	lim := &bounded{r: br}
	c := csv.NewReader(lim)
	c.Comma = delimiter(head)
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	return &Reader{rows: &csvRows{c: c, lim: lim}, close: func() error { return nil }}
}

// delimiter looks at the first line, outside quotes.
func delimiter(head []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range bytes.TrimLeft(head, "\r\n") {
		switch {
		case b == '"':
			quoted = !quoted
		case b == '\n' && !quoted:
			return most(counts)
		case !quoted:
			counts[b]++
		}
	}
	return most(counts)
}

func most(counts map[byte]int) rune {
	best := byte(',')
	for _, b := range []byte{';', '\t'} {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}

type csvRows struct {
	c   *csv.Reader
	lim *bounded
}

// Next implements register.RowReader.
func (r *csvRows) Next() (int, []string, *register.Problem, error) {
	r.lim.n = 0
	cells, err := r.c.Read()
	switch p := (*csv.ParseError)(nil); {
	case errors.Is(err, io.EOF):
		return 0, nil, nil, io.EOF
	case errors.Is(err, errLongRow):
		return 0, nil, nil, fmt.Errorf("a row is longer than %d KiB; a quotation mark is not closed, or the file is no CSV", maxRow>>10)
	case errors.As(err, &p):
		return p.StartLine, nil, &register.Problem{What: "a quotation mark stands in the wrong place", Cure: `write a quotation mark within a cell twice, and the cell in quotation marks`}, nil
	case err != nil:
		return 0, nil, nil, err
	}
	line, _ := r.c.FieldPos(0)
	return line, cells, nil, nil
}

// bounded refuses to give more than a row may have, and a buffer, between two rows.
type bounded struct {
	r io.Reader
	n int
}

var errLongRow = errors.New("the row is too long") //nolint:gochecknoglobals // a sentinel

func (b *bounded) Read(p []byte) (int, error) {
	if b.n > maxRow {
		return 0, errLongRow
	}
	n, err := b.r.Read(p)
	b.n += n
	return n, err
}
