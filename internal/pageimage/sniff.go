package pageimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// sniffBytes is how much of a file's head is looked at. PDF readers look for the header in the first 1,024 bytes; some files carry more before it.
const sniffBytes = 4096

// Sniff tells what the bytes are, whatever the file is called. For what is taken into custody it returns the media type and its name;
// for anything else an empty media type and what it looks like, for the message to the sender.
func Sniff(r io.ReaderAt, size int64) (archive.MediaType, string) {
	head := make([]byte, min(max(size, 0), sniffBytes))
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", "a file that cannot be read"
	}
	head = head[:n]
	if len(head) == 0 {
		return "", "an empty file"
	}
	if mt, name := accepted(head); mt != "" {
		if mt == archive.Zip {
			return sniffZip(r, size, head)
		}
		return mt, name
	}
	return "", looksLike(r, size, head)
}

// Unsupported is the rejection of a file that is none of the formats taken: it names what the file looks like.
func Unsupported(looksLike string) error {
	if looksLike == "an empty file" {
		return fault.New(fault.FileEmpty, "the file is empty; send it again")
	}
	return fault.New(fault.FileUnsupported, "this looks like %s; accepted are PDF, TIFF, JPEG, PNG, WebP and zip of these", looksLike)
}

func accepted(h []byte) (archive.MediaType, string) {
	switch {
	case bytes.HasPrefix(h, []byte{0xFF, 0xD8, 0xFF}):
		return archive.JPEG, "JPEG"
	case bytes.HasPrefix(h, []byte("\x89PNG\r\n\x1a\n")):
		return archive.PNG, "PNG"
	case bytes.HasPrefix(h, []byte("II*\x00")), bytes.HasPrefix(h, []byte("MM\x00*")),
		bytes.HasPrefix(h, []byte("II+\x00\x08\x00\x00\x00")), bytes.HasPrefix(h, []byte("MM\x00+\x00\x08\x00\x00")):
		return archive.TIFF, "TIFF"
	case len(h) >= 16 && string(h[:4]) == "RIFF" && string(h[8:12]) == "WEBP":
		return archive.WebP, "WebP"
	case bytes.HasPrefix(h, []byte("PK\x03\x04")), bytes.HasPrefix(h, []byte("PK\x05\x06")):
		return archive.Zip, "zip"
	case bytes.Contains(h[:min(len(h), 1024+5)], []byte("%PDF-")):
		return archive.PDF, "PDF"
	}
	return "", ""
}

// sniffZip parts zips of files from the formats that are zips inside. Office writes its parts' names in clear near the head.
func sniffZip(r io.ReaderAt, size int64, head []byte) (archive.MediaType, string) {
	tail := make([]byte, min(size, 64<<10))
	if n, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		tail = tail[:n]
	}
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) || bytes.Contains(tail, []byte(s)) }
	switch {
	case has("word/document") && has("[Content_Types].xml"):
		return "", "a Word document (docx); print or save it as PDF"
	case has("xl/workbook") && has("[Content_Types].xml"):
		return "", "an Excel workbook (xlsx); print or save it as PDF"
	case has("ppt/presentation") && has("[Content_Types].xml"):
		return "", "a PowerPoint presentation (pptx); print or save it as PDF"
	case has("mimetypeapplication/vnd.oasis.opendocument"):
		return "", "an OpenDocument file; print or save it as PDF"
	case has("mimetypeapplication/epub+zip"):
		return "", "an EPUB book"
	case has("AndroidManifest.xml"):
		return "", "an Android app"
	case has("META-INF/MANIFEST.MF"):
		return "", "a Java archive"
	}
	return archive.Zip, "zip"
}

// magics are heads of what senders mistake for a scan. Order matters: longer before shorter.
func magics() []struct{ at, name string } {
	return []struct{ at, name string }{
		{"GIF87a", "a GIF image"},
		{"GIF89a", "a GIF image"},
		{"\x00\x00\x01\x00", "a Windows icon"},
		{"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 image"},
		{"\xff\x4f\xff\x51", "a JPEG 2000 image"},
		{"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL image"},
		{"\xff\x0a", "a JPEG XL image"},
		{"\x97JB2\r\n\x1a\n", "a JBIG2 image"},
		{"AT&TFORM", "a DjVu document"},
		{"8BPS", "a Photoshop image"},
		{"%!PS", "a PostScript file"},
		{"{\\rtf", "a rich text document (RTF); print or save it as PDF"},
		{"Rar!\x1a\x07", "a RAR archive; send a zip"},
		{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; send a zip"},
		{"\x1f\x8b", "a gzip archive; send a zip"},
		{"BZh", "a bzip2 archive; send a zip"},
		{"\xfd7zXZ\x00", "an xz archive; send a zip"},
		{"\x28\xb5\x2f\xfd", "a Zstandard archive; send a zip"},
		{"MZ", "a Windows program"},
		{"\x7fELF", "a Linux program"},
		{"\xcf\xfa\xed\xfe", "a macOS program"},
		{"SQLite format 3\x00", "an SQLite database"},
		{"ID3", "an MP3 recording"},
		{"OggS", "an Ogg recording"},
		{"\x1a\x45\xdf\xa3", "a Matroska or WebM video"},
		{"PK\x07\x08", "a part of a split zip"},
	}
}

func looksLike(r io.ReaderAt, size int64, h []byte) string {
	for _, m := range magics() {
		if strings.HasPrefix(string(h[:min(len(h), 16)]), m.at) {
			return m.name
		}
	}
	switch {
	case len(h) >= 8 && bytes.HasPrefix(h, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return sniffOLE(r, size)
	case len(h) >= 12 && string(h[4:8]) == "ftyp":
		return sniffBox(string(h[8:12]))
	case len(h) >= 26 && string(h[:2]) == "BM" && binary.LittleEndian.Uint32(h[6:]) == 0:
		return "a BMP image"
	case len(h) >= 3 && h[0] == 'P' && h[1] >= '1' && h[1] <= '7' && strings.ContainsRune(" \t\r\n", rune(h[2])):
		return "a netpbm image"
	case len(h) >= 12 && string(h[:4]) == "RIFF":
		return "a RIFF file (" + printable(h[8:12]) + ")"
	case len(h) > 262 && string(h[257:262]) == "ustar":
		return "a tar archive; send a zip"
	case bytes.Equal(h, make([]byte, len(h))):
		return "a file of zero bytes only: its sending or its disk failed"
	}
	return sniffText(h)
}

// sniffOLE names an old Office file by the stream names in its directory, which are UTF-16.
func sniffOLE(r io.ReaderAt, size int64) string {
	buf := make([]byte, min(size, 1<<20))
	if n, err := r.ReadAt(buf, 0); err != nil {
		buf = buf[:n]
	}
	wide := func(s string) []byte {
		var b []byte
		for _, c := range []byte(s) {
			b = append(b, c, 0)
		}
		return b
	}
	switch {
	case bytes.Contains(buf, wide("WordDocument")):
		return "a Word document (doc); print or save it as PDF"
	case bytes.Contains(buf, wide("Workbook")):
		return "an Excel workbook (xls); print or save it as PDF"
	case bytes.Contains(buf, wide("PowerPoint Document")):
		return "a PowerPoint presentation (ppt); print or save it as PDF"
	case bytes.Contains(buf, wide("__substg1.0_")):
		return "an Outlook message"
	}
	return "an old Office document; print or save it as PDF"
}

// sniffBox names an ISO base media file by its brand.
func sniffBox(brand string) string {
	switch brand {
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
		return "a HEIC photograph; set the phone to save JPEG"
	case "avif", "avis":
		return "an AVIF image"
	case "qt  ":
		return "a QuickTime video"
	case "M4A ":
		return "an audio recording"
	}
	return "an MP4 video"
}

func sniffText(h []byte) string {
	h = bytes.TrimPrefix(h, []byte("\xef\xbb\xbf"))
	lower := bytes.ToLower(bytes.TrimLeft(h[:min(len(h), 512)], " \t\r\n"))
	switch {
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")), bytes.Contains(lower, []byte("<head>")):
		return "a web page (HTML)"
	case bytes.HasPrefix(lower, []byte("<svg")), bytes.HasPrefix(lower, []byte("<?xml")) && bytes.Contains(lower, []byte("<svg")):
		return "an SVG drawing"
	case bytes.HasPrefix(lower, []byte("<?xml")):
		return "an XML file"
	case bytes.HasPrefix(lower, []byte("from ")), bytes.HasPrefix(lower, []byte("received: ")), bytes.HasPrefix(lower, []byte("mime-version:")):
		return "an e-mail message"
	case isText(h):
		return "plain text"
	}
	return "a file of an unknown kind"
}

// isText reports whether h is UTF-8 without control characters; a rune cut at the end of the head does not count against it.
func isText(h []byte) bool {
	for len(h) > 0 {
		r, n := utf8.DecodeRune(h)
		if r == utf8.RuneError && n == 1 {
			return len(h) < utf8.UTFMax && !utf8.FullRune(h)
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' {
			return false
		}
		h = h[n:]
	}
	return true
}

func printable(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c > ' ' && c < 0x7F {
			out = append(out, c)
		}
	}
	return string(out)
}
