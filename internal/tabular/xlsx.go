package tabular

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"sohoa/internal/register"
)

// NewXLSX reads the first sheet of an XLSX that can be seen. The file is read whole, the sheet row by row.
func NewXLSX(src io.Reader) (r *Reader, err error) {
	defer guard(&err)
	f, err := excelize.OpenReader(src, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxPart})
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	for _, sheet := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(sheet); err != nil || !visible {
			continue
		}
		rows, err := f.Rows(sheet)
		if err != nil {
			return nil, unreadable(err)
		}
		return &Reader{rows: &xlsxRows{rows: rows}, close: func() error { return errors.Join(rows.Close(), f.Close()) }}, nil
	}
	return nil, errors.New("the spreadsheet has no sheet that can be seen")
}

func unreadable(err error) error {
	return fmt.Errorf("the file is no spreadsheet that can be read; save it anew as .xlsx, or as CSV UTF-8: %w", err)
}

// guard turns a panic of the library over a malformed file into an error.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = unreadable(fmt.Errorf("%v", p))
	}
}

type xlsxRows struct {
	rows *excelize.Rows
	line int
}

// Next implements register.RowReader.
func (r *xlsxRows) Next() (line int, cells []string, problem *register.Problem, err error) {
	defer guard(&err)
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return 0, nil, nil, unreadable(err)
		}
		return 0, nil, nil, io.EOF
	}
	if r.line++; r.line > maxRows {
		return 0, nil, nil, fmt.Errorf("the sheet has more than %d rows; save it as CSV", maxRows)
	}
	cells, err = r.rows.Columns()
	if err != nil {
		return 0, nil, nil, unreadable(err)
	}
	size := 0
	for _, c := range cells {
		size += len(c)
	}
	if size > maxRow {
		return r.line, nil, &register.Problem{What: fmt.Sprintf("the row has more than %d KiB", maxRow>>10), Cure: "shorten its cells"}, nil
	}
	return r.line, cells, nil, nil
}
