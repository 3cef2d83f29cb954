package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"sohoa/internal/register"
)

// all reads to the end.
func all(r *Reader) (rows []string, problems []int, err error) {
	for {
		line, cells, p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, problems, nil
		}
		if err != nil {
			return rows, problems, err
		}
		if p != nil {
			problems = append(problems, line)
			continue
		}
		rows = append(rows, fmt.Sprint(line, ":", strings.Join(cells, "|")))
	}
}

func utf16LE(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestCSVIsReadInItsDialects(t *testing.T) {
	t.Parallel()
	want := "1:Mã|Tên 2:A|Phường, một 4:B|hai\ndòng"
	body := "Mã,Tên\nA,\"Phường, một\"\n\nB,\"hai\ndòng\"\n"
	for name, text := range map[string]string{
		"commas": body, "a byte order mark": "\ufeff" + body, "carriage returns": strings.ReplaceAll(body, "\n", "\r\n"), "UTF-16": utf16LE(body),
		"semicolons": strings.Replace(strings.ReplaceAll(strings.Replace(body, ", ", "COMMA", 1), ",", ";"), "COMMA", ", ", 1),
		"tabs":       strings.Replace(strings.ReplaceAll(strings.Replace(body, ", ", "COMMA", 1), ",", "\t"), "COMMA", ", ", 1),
	} {
		rows, bad, err := all(NewCSV(strings.NewReader(text)))
		if got := strings.Join(rows, " "); err != nil || len(bad) > 0 || got != want {
			t.Errorf("%s: %q, %v, %v", name, got, bad, err)
		}
	}
}

func TestABadRowOfCSVIsToldAndTheNextIsRead(t *testing.T) {
	t.Parallel()
	rows, bad, err := all(NewCSV(strings.NewReader("a,b\nx\"y,1\nc,d\n")))
	if err != nil || !slices.Equal(bad, []int{2}) || len(rows) != 2 || rows[1] != "3:c|d" {
		t.Errorf("%q, %v, %v", rows, bad, err)
	}
	if _, _, err := all(NewCSV(strings.NewReader("a,b\n\"" + strings.Repeat("x", 3<<20)))); err == nil || !strings.Contains(err.Error(), "not closed") {
		t.Errorf("a quotation mark that is never closed: %v", err)
	}
	if _, bad, err := all(NewCSV(strings.NewReader(strings.Repeat(",", maxColumns) + "\n"))); err != nil || len(bad) != 1 {
		t.Errorf("too many columns: %v, %v", bad, err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"Mã", "Tên"}, {"031085001234", "Phường, \"một\"\nhai"}, {"", "=1+1"}, {"45435", ""}}
	for name, make := range map[string]func(io.Writer) (Writer, error){"x.csv": WriteCSV, "x.xlsx": WriteXLSX} {
		var b bytes.Buffer
		w, err := make(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range rows {
			_, got, p, err := r.Next()
			for len(got) < len(want) {
				got = append(got, "")
			}
			if err != nil || p != nil || !slices.Equal(got, want) {
				t.Errorf("%s, row %d: %q, %v, %v", name, i+1, got, p, err)
			}
		}
		if _, _, _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v behind the last row", name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestASpreadsheetGivesDaysAsNumbersAndSkipsHiddenSheets(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	if _, err := f.NewSheet("Hồ sơ"); err != nil {
		t.Fatal(err)
	}
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		f.SetCellStr("Hồ sơ", "A1", "Ngày tiếp nhận"), f.SetCellInt("Hồ sơ", "A3", 45435), f.SetCellStyle("Hồ sơ", "A3", "A3", style),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f.SetActiveSheet(1)
	if err := f.SetSheetVisible("Sheet1", false); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	r, err := NewXLSX(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, _, err := all(r)
	if err != nil || len(rows) == 0 || rows[len(rows)-1] != "3:45435" {
		t.Fatalf("%q, %v", rows, err)
	}
	if d, err := register.ParseDay("45435"); err != nil || d != "2024-05-23" {
		t.Errorf("the day is %s, %v", d, err)
	}
}

func TestFilesThatAreNoTablesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"broken.xlsx": "PK\x03\x04 nothing", "old.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Open(path); err == nil || !strings.Contains(err.Error(), "save it") {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

func TestReadingManyRowsTakesNoMoreMemoryThanFew(t *testing.T) {
	peak := func(rows int) uint64 {
		pr, pw := io.Pipe()
		go func() {
			for i := range rows {
				if _, err := fmt.Fprintf(pw, "000.00.53.H48-220921-%07d,1.001612,Nguyễn Văn An\n", i); err != nil {
					return
				}
			}
			pw.Close()
		}()
		r := NewCSV(pr)
		var most uint64
		for n := 0; ; n++ {
			if _, _, _, err := r.Next(); err != nil {
				return most
			}
			if n%5000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}
	few, many := peak(5_000), peak(100_000)
	if many > few+4<<20 {
		t.Errorf("%d KiB for 5,000 rows, %d KiB for 100,000", few>>10, many>>10)
	}
}

// FuzzCSV: lines rise, rows and cells stay within their bounds, and what was read can be written and read again to the same.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n"))
	f.Add([]byte("\ufeffMã;Tên\r\nA;B\r\n"))
	f.Add([]byte(utf16LE("a\tb\n\"c\td\te\"\n")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewCSV(bytes.NewReader(b))
		var rows [][]string
		last := 0
		for {
			line, cells, p, err := r.Next()
			if err != nil {
				break
			}
			if line <= last {
				t.Fatalf("line %d comes after %d", line, last)
			}
			last = line
			if p != nil {
				continue
			}
			if len(cells) > maxColumns {
				t.Fatalf("%d columns", len(cells))
			}
			rows = append(rows, slices.Clone(cells))
		}
		var out bytes.Buffer
		w, err := WriteCSV(&out)
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range rows {
			if err := w.Write(append([]string{"x", "y", "z"}, cells...)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again := NewCSV(&out)
		again.rows.(*csvRows).c.Comma = ',' // a first line full of semicolons would be taken for its dialect
		for i, want := range rows {
			_, got, p, err := again.Next()
			if len(want)+3 > maxColumns {
				return
			}
			if err != nil || p != nil || len(got) < 3 || !slices.Equal(got[3:], want) {
				t.Fatalf("row %d: %q became %q, %v, %v", i, want, got, p, err)
			}
		}
	})
}

// FuzzXLSX: whatever the sheet and its words are, reading ends, and lines rise.
func FuzzXLSX(f *testing.F) {
	var b bytes.Buffer
	w, err := WriteXLSX(&b)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(w.Write([]string{"Mã", "Tên"}), w.Close()); err != nil {
		f.Fatal(err)
	}
	whole, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		f.Fatal(err)
	}
	const sheet, words = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	parts := map[string][]byte{}
	for _, e := range whole.File {
		r, err := e.Open()
		if err != nil {
			f.Fatal(err)
		}
		if parts[e.Name], err = io.ReadAll(r); err != nil {
			f.Fatal(err)
		}
		r.Close()
	}
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Mã</t></is></c></row></sheetData></worksheet>`), []byte(`<sst count="1"><si><t>Mã</t></si></sst>`))
	f.Add([]byte(`<worksheet><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c></row><row r="70"><c><v>1</v></c></row></sheetData></worksheet>`), []byte(`<sst><si><r><t>a</t></r></si></sst>`))
	f.Fuzz(func(t *testing.T, sheetXML, wordsXML []byte) {
		var file bytes.Buffer
		zw := zip.NewWriter(&file)
		for name, content := range parts {
			switch name {
			case sheet:
				content = sheetXML
			case words:
				content = wordsXML
			}
			e, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := zw.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := NewXLSX(&file)
		if err != nil {
			return
		}
		defer r.Close()
		for last := 0; ; {
			line, cells, p, err := r.Next()
			if err != nil {
				return
			}
			if line <= last || line > maxRows || p == nil && len(cells) > maxColumns {
				t.Fatalf("line %d after %d with %d cells", line, last, len(cells))
			}
			last = line
		}
	})
}
