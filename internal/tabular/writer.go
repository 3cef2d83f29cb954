package tabular

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Writer writes rows. Close ends the file; it does not close what is written to.
type Writer interface {
	Write(cells []string) error
	Close() error
}

type csvWriter struct{ w *csv.Writer }

// WriteCSV writes CSV parted by commas, in UTF-8 with the byte order mark that spreadsheet programs know it by.
func WriteCSV(w io.Writer) (Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	return csvWriter{csv.NewWriter(w)}, nil
}

// Write implements Writer.
func (c csvWriter) Write(cells []string) error { return c.w.Write(cells) }

// Close implements Writer.
func (c csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

type xlsxWriter struct {
	to   io.Writer
	f    *excelize.File
	rows *excelize.StreamWriter
	line int
}

// WriteXLSX writes an XLSX of one sheet, every cell as text. Rows beyond some megabytes wait in a temporary file until Close.
func WriteXLSX(w io.Writer) (Writer, error) {
	f := excelize.NewFile()
	rows, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &xlsxWriter{to: w, f: f, rows: rows}, nil
}

// Write implements Writer.
func (x *xlsxWriter) Write(cells []string) error {
	if x.line++; x.line > maxRows {
		return fmt.Errorf("a spreadsheet holds %d rows; write CSV", maxRows)
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		if c != "" {
			values[i] = c
		}
	}
	at, err := excelize.CoordinatesToCellName(1, x.line)
	if err != nil {
		return err
	}
	return x.rows.SetRow(at, values)
}

// Close implements Writer.
func (x *xlsxWriter) Close() error {
	if err := x.rows.Flush(); err != nil {
		return errors.Join(err, x.f.Close())
	}
	_, err := x.f.WriteTo(x.to)
	return errors.Join(err, x.f.Close())
}
