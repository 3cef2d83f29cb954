package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"sohoa/internal/fold"
	"sohoa/internal/separator"
	"sohoa/internal/separatorsheet"
	"sohoa/internal/tabular"
)

type separatorsCmd struct {
	Unit      string   `help:"Code of the unit whose papers they part; a sheet of another unit is reported, not obeyed."`
	Batch     string   `help:"Name of the batch they are for; a sheet in another batch is reported, not obeyed."`
	Dossier   []string `help:"Dossier codes, a sheet each." sep:","`
	From      string   `help:"CSV or XLSX with a column dossier (hồ sơ, mã hồ sơ), and shelf (nơi để), procedure (thủ tục) if wished: a sheet each row." type:"existingfile"`
	Shelf     string   `help:"Where the paper lies, on every sheet that names no other."`
	Procedure string   `help:"Procedure code, on every sheet that names no other."`
	Count     int      `help:"So many sheets without a dossier."`
	Out       string   `help:"PDF to write." default:"to-ngan.pdf" type:"path"`
}

// Help gives examples.
func (*separatorsCmd) Help() string {
	return "Lay a sheet on top of each paper of a stack, scan the stack as one file, and hand it in: it is parted at the sheets, and each paper goes to\n" +
		"the dossier its sheet names. Sheets without a dossier only part, and can be used again.\n\nExamples:\n" +
		"  sohoa separators --unit H48.12 --dossier 000.00.53.H48-220921-0099,000.00.53.H48-220921-0100\n" +
		"  sohoa separators --unit H48.12 --from ho-so.csv --shelf \"Kệ 7\" --out to-ngan.pdf\n  sohoa separators --count 50\n"
}

func (c *separatorsCmd) Run(e *env) error {
	sheets, err := c.sheets()
	if err != nil {
		return usageError{err}
	}
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".sohoa-separators-*.pdf") // whole or not at all
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := separatorsheet.Write(f, sheets); err != nil {
		return usageError{err}
	}
	if err := errors.Join(f.Chmod(0o644), f.Close(), os.Rename(f.Name(), c.Out)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%d sheets in %s\n", len(sheets), c.Out)
	return err
}

// sheets are those asked for, in the order of the flags.
func (c *separatorsCmd) sheets() ([]separator.Sheet, error) {
	each := separator.Sheet{Unit: c.Unit, Batch: c.Batch, Shelf: c.Shelf, Procedure: c.Procedure}
	var sheets []separator.Sheet
	for _, d := range c.Dossier {
		s := each
		s.Dossier = d
		sheets = append(sheets, s)
	}
	if c.From != "" {
		more, err := sheetsFrom(c.From, each)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.From, err)
		}
		sheets = append(sheets, more...)
	}
	if c.Count < 0 || c.Count > separatorsheet.MaxSheets {
		return nil, fmt.Errorf("--count is at most %d", separatorsheet.MaxSheets)
	}
	sheets = append(sheets, slices.Repeat([]separator.Sheet{each}, c.Count)...)
	if len(sheets) == 0 {
		return nil, errors.New("name dossiers with --dossier or --from, or say how many blank sheets with --count")
	}
	return sheets, nil
}

// sheetsFrom reads a list with headings: a sheet for each row.
func sheetsFrom(path string, each separator.Sheet) ([]separator.Sheet, error) {
	rows, err := tabular.Open(path)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns map[string]int
	var sheets []separator.Sheet
	for {
		line, cells, problem, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF):
			if columns == nil {
				return nil, errors.New("no row names a column dossier (hồ sơ, mã hồ sơ)")
			}
			return sheets, nil
		case err != nil:
			return nil, err
		case problem != nil:
			return nil, fmt.Errorf("line %d: %s", line, problem)
		case columns == nil:
			columns = sheetColumns(cells) // titles may stand above the headings
			continue
		}
		s := each
		for name, at := range map[string]*string{"dossier": &s.Dossier, "shelf": &s.Shelf, "procedure": &s.Procedure} {
			if i, ok := columns[name]; ok && i < len(cells) && cells[i] != "" {
				*at = cells[i]
			}
		}
		if s.Dossier == "" {
			continue
		}
		if _, err := s.Encode(); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if sheets = append(sheets, s); len(sheets) > separatorsheet.MaxSheets {
			return nil, fmt.Errorf("it names more than %d dossiers; print them in parts", separatorsheet.MaxSheets)
		}
	}
}

// sheetColumns finds the columns by their headings; nil where no dossier is among them.
func sheetColumns(cells []string) map[string]int {
	columns := map[string]int{}
	for i, c := range cells {
		name := ""
		switch fold.Plain(c) {
		case "dossier", "dossier code", "ho so", "ma ho so", "so ho so":
			name = "dossier"
		case "shelf", "noi de", "noi de giay", "ke", "ke gia":
			name = "shelf"
		case "procedure", "procedure code", "thu tuc", "ma thu tuc", "ma tthc":
			name = "procedure"
		}
		if _, twice := columns[name]; name != "" && !twice {
			columns[name] = i
		}
	}
	if _, ok := columns["dossier"]; !ok {
		return nil
	}
	return columns
}
