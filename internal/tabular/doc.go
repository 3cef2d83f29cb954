// Package tabular reads and writes the files that offices keep lists in: CSV in its dialects, and XLSX.
//
// Rows are read one after the other, so memory does not grow with their number; what a row, a file and what is unpacked from it may be at
// most is bounded. Cells are text: of a spreadsheet, what is stored and not how it is shown, so a day is a number of days and a number that
// was typed into a column of text keeps its zeros. Lines count from 1, as the program shows them that the file was made with.
package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"sohoa/internal/register"
)

// Limits of a file.
const (
	maxFile    = 1 << 30   // bytes of an XLSX, which is read whole
	maxUnzip   = 4 << 30   // bytes an XLSX unpacks to
	maxPart    = 16 << 20  // bytes of one part of it kept in memory; what is larger goes to a temporary file
	maxRow     = 1 << 20   // bytes of a row
	maxColumns = 1000      // of a row
	maxRows    = 1_048_576 // of a sheet; what lies further down no program writes
)

// Reader gives the rows of a file. It is not safe for concurrent use.
type Reader struct {
	rows  register.RowReader
	close func() error
}

// Next implements register.RowReader.
func (r *Reader) Next() (line int, cells []string, problem *register.Problem, err error) {
	line, cells, problem, err = r.rows.Next()
	if err == nil && problem == nil && len(cells) > maxColumns {
		return line, nil, &register.Problem{What: fmt.Sprintf("the row has %d columns", len(cells)), Cure: fmt.Sprintf("keep at most %d", maxColumns)}, nil
	}
	return line, cells, problem, err
}

// Close closes the file and removes what was unpacked from it.
func (r *Reader) Close() error { return r.close() }

// Open opens a file of either kind; what it is is seen in its first bytes.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		f.Close()
		return nil, err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("PK")):
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if st.Size() > maxFile {
			return nil, fmt.Errorf("the spreadsheet has %d MiB, more than %d; save it as CSV", st.Size()>>20, maxFile>>20)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return NewXLSX(f)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		f.Close()
		return nil, errors.New("the file is a spreadsheet of the old kind (.xls) or locked by a password; save it as .xlsx without one, or as CSV UTF-8")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	r := NewCSV(f)
	r.close = f.Close
	return r, nil
}
