// Package separatorsheet prints separator sheets: an A4 page each, with the code twice, in opposite corners, and in large words what the code says.
//
// The heading in words is what is left of a sheet whose codes were both damaged: internal/arrange knows it by separator.Heading. The same sheets give the
// same bytes. Lengths are millimetres.
package separatorsheet

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"rsc.io/qr"

	"sohoa/internal/separator"
)

// MaxSheets is how many sheets one file holds: two thousand make 20 MB or so, and fill a box of paper.
const MaxSheets = 2000

const (
	pageWidth  = 210.0
	pageHeight = 297.0
	margin     = 15.0
	codeSize   = 72.0 // of a code with its quiet zone; with the usual values a module is 1.2 mm, 14 pixels at 300 dpi
	quiet      = 4    // modules around a code (ISO/IEC 18004, 6.3.8)
	face       = "sheet"
)

// Write writes a PDF with a page for each sheet.
func Write(w io.Writer, sheets []separator.Sheet) error {
	if len(sheets) == 0 || len(sheets) > MaxSheets {
		return fmt.Errorf("a file holds 1 to %d separator sheets, not %d", MaxSheets, len(sheets))
	}
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(time.Unix(0, 0).UTC())
	pdf.SetModificationDate(time.Unix(0, 0).UTC())
	pdf.SetTitle("Tờ ngăn hồ sơ", true)
	pdf.SetCreator("sohoa", true)
	pdf.SetLang("vi")
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddUTF8FontFromBytes(face, "", liberationsansregular.TTF)
	pdf.AddUTF8FontFromBytes(face, "B", liberationsansbold.TTF)
	for i, s := range sheets {
		if err := draw(pdf, s); err != nil {
			return fmt.Errorf("sheet %d: %w", i+1, err)
		}
	}
	return pdf.Output(w)
}

// draw adds the page of a sheet.
func draw(pdf *fpdf.Fpdf, s separator.Sheet) error {
	text, err := s.Encode()
	if err != nil {
		return err
	}
	code, err := qr.Encode(text, qr.Q) // a quarter of it may be lost
	if err != nil {
		return fmt.Errorf("make its code: %w", err)
	}
	pdf.AddPage()
	right, bottom := pageWidth-margin-codeSize, pageHeight-margin-codeSize
	drawCode(pdf, code, margin, margin)
	drawCode(pdf, code, right, bottom)
	heading(pdf, margin+codeSize+4, margin+14, right+codeSize-(margin+codeSize+4))
	heading(pdf, margin, bottom+codeSize-34, right-margin-4)
	pdf.SetLineWidth(1)
	pdf.Line(margin, margin+codeSize+4, pageWidth-margin, margin+codeSize+4)
	pdf.Line(margin, bottom-4, pageWidth-margin, bottom-4)
	drawValues(pdf, s, margin+codeSize+12, bottom-12)
	return pdf.Error()
}

// heading says what the sheet is and what to do with it.
func heading(pdf *fpdf.Fpdf, x, y, width float64) {
	line := func(style string, size, height float64, text string) {
		fit(pdf, style, size, width, text)
		pdf.SetXY(x, y)
		pdf.CellFormat(width, height, text, "", 0, "C", false, 0, "")
		y += height
	}
	line("B", 30, 13, separator.Heading)
	line("", 12, 8, "Đặt lên trên giấy tờ của hồ sơ khi quét")
	line("", 9, 6, "Separator sheet: lay it on top of a paper")
}

// drawValues writes what the code says, one value below the other.
func drawValues(pdf *fpdf.Fpdf, s separator.Sheet, top, bottom float64) {
	values := [...][2]string{
		{"Hồ sơ / Dossier", s.Dossier}, {"Thủ tục / Procedure", s.Procedure}, {"Nơi để giấy / Shelf", s.Shelf},
		{"Đợt quét / Batch", s.Batch}, {"Đơn vị / Unit", s.Unit},
	}
	width := pageWidth - 2*margin
	y := top
	for i, v := range values {
		if v[1] == "" {
			continue
		}
		pdf.SetFont(face, "", 11)
		pdf.SetXY(margin, y)
		pdf.CellFormat(width, 5, v[0], "", 0, "L", false, 0, "")
		size, height := 20.0, 10.0
		if i == 0 {
			size, height = 34, 16
		}
		fit(pdf, "B", size, width, v[1])
		pdf.SetXY(margin, y+5)
		pdf.CellFormat(width, height, v[1], "", 0, "L", false, 0, "")
		y += height + 8
	}
	if s.IsZero() {
		pdf.SetFont(face, "B", 24)
		pdf.SetXY(margin, (top+bottom)/2-12)
		pdf.CellFormat(width, 12, "Giấy tờ sau tờ này là văn bản khác", "", 0, "C", false, 0, "")
		pdf.SetFont(face, "", 14)
		pdf.SetXY(margin, (top+bottom)/2+2)
		pdf.CellFormat(width, 8, "The paper after this sheet is another document", "", 0, "C", false, 0, "")
	}
}

// fit chooses the font, small enough for the width.
func fit(pdf *fpdf.Fpdf, style string, size, width float64, text string) {
	pdf.SetFont(face, style, size)
	if w := pdf.GetStringWidth(text) + 4; w > width {
		pdf.SetFont(face, style, size*width/w)
	}
}

// drawCode fills the dark modules of a code, a run of a row at a time.
func drawCode(pdf *fpdf.Fpdf, code *qr.Code, x, y float64) {
	module := codeSize / float64(code.Size+2*quiet)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			from := col
			for col < code.Size && code.Black(col, row) {
				col++
			}
			if col > from {
				pdf.Rect(x+float64(quiet+from)*module, y+float64(quiet+row)*module, float64(col-from)*module, module, "F")
			}
		}
	}
}
