package sample

import (
	"bytes"
	"fmt"
)

// writePDF puts frames into a PDF 1.4 as scanners write it: one image a page, no metadata, not PDF/A.
// frames are JPEG, Group 4 or deflate.
func writePDF(frames []frame, made date) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	stream := func(dict string, data []byte) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<< %s /Length %d >>\nstream\n", len(offsets), dict, len(data))
		b.Write(data)
		b.WriteString("\nendstream\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	kids := ""
	for i := range frames {
		kids += fmt.Sprintf("%d 0 R ", 4+3*i)
	}
	object("<< /Type /Pages /Count %d /Kids [ %s] >>", len(frames), kids)
	object("<< /Producer (Office scanner) /CreationDate (D:%04d%02d%02d090000+07'00') >>", made.year, made.month, made.day)
	for i, f := range frames {
		w, h := float64(f.w)*72/float64(f.dpi), float64(f.h)*72/float64(f.dpi)
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R /Resources << /XObject << /Im0 %d 0 R >> >> >>",
			w, h, 5+3*i, 6+3*i)
		stream("", fmt.Appendf(nil, "q %.2f 0 0 %.2f 0 0 cm /Im0 Do Q", w, h))
		space, bits, filter := "/DeviceRGB", 8, "/Filter /DCTDecode"
		switch {
		case f.colour == Bitonal:
			space, bits = "/DeviceGray", 1
		case f.colour == Gray:
			space = "/DeviceGray"
		}
		switch f.codec {
		case "g4":
			filter = fmt.Sprintf("/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d >>", f.w, f.h)
		case "deflate":
			filter = "/Filter /FlateDecode"
		}
		stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d %s",
			f.w, f.h, space, bits, filter), f.data)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}
