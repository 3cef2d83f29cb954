package pdfa

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// header is the first line and the comment of four bytes over 127 that marks a binary file (ISO 19005-2, 6.1.2).
const header = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

// maxOffset is the largest offset that the ten digits of a cross-reference entry hold.
const maxOffset = 9_999_999_999

// file writes numbered objects one after another and keeps only where each begins. The first error stays.
type file struct {
	w       *bufio.Writer
	sum     hash.Hash // of everything written, for the trailer's ID
	offset  int64
	offsets []int64 // of object i+1; 0 while it is only promised
	err     error

	packed bytes.Buffer // one compressed stream at a time
	zip    *zlib.Writer
}

func newFile(w io.Writer) *file {
	f := &file{w: bufio.NewWriterSize(w, 64<<10), sum: sha256.New()}
	f.write([]byte(header))
	return f
}

func (f *file) write(b []byte) {
	if f.err != nil {
		return
	}
	f.sum.Write(b)
	n, err := f.w.Write(b)
	f.offset += int64(n)
	if err != nil {
		f.err = fmt.Errorf("write rendition: %w", err)
	}
}

// promise gives out the next object number, so that it can be referred to before it is written.
func (f *file) promise() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

// object writes body as object n.
func (f *file) object(n int, body []byte) {
	f.begin(n)
	f.write(body)
	f.write([]byte("\nendobj\n"))
}

// stream writes data as object n. dict is the inside of its dictionary, without Length.
func (f *file) stream(n int, dict, data []byte) {
	f.begin(n)
	head := append([]byte("<<"), dict...)
	head = append(head, "/Length "...)
	head = strconv.AppendInt(head, int64(len(data)), 10)
	head = append(head, ">>stream\n"...)
	f.write(head)
	f.write(data)
	f.write([]byte("\nendstream\nendobj\n"))
}

// deflated writes data as object n, compressed.
func (f *file) deflated(n int, dict, data []byte) {
	f.stream(n, append(dict[:len(dict):len(dict)], "/Filter/FlateDecode"...), f.deflate(data))
}

// deflate compresses data; the answer is valid until the next call. The same input gives the same bytes as long as the Go release's
// compressor does: a test holds its output, and when that changes, Version changes too.
func (f *file) deflate(data []byte) []byte {
	f.packed.Reset()
	if f.zip == nil {
		f.zip, _ = zlib.NewWriterLevel(&f.packed, zlib.BestCompression) // a known level does not fail
	} else {
		f.zip.Reset(&f.packed)
	}
	_, _ = f.zip.Write(data) // a bytes.Buffer does not fail
	_ = f.zip.Close()
	return f.packed.Bytes()
}

func (f *file) begin(n int) {
	if f.err == nil && f.offset > maxOffset {
		f.err = fmt.Errorf("rendition passes %d bytes, more than a PDF cross-reference table can address", int64(maxOffset))
	}
	if f.err == nil && f.offsets[n-1] != 0 {
		f.err = fmt.Errorf("object %d is written twice", n)
	}
	f.offsets[n-1] = f.offset
	f.write(append(strconv.AppendInt(nil, int64(n), 10), " 0 obj\n"...))
}

// end writes the cross-reference table and the trailer. Both parts of the ID are the digest of all bytes before it: it names the
// rendition's content, and a changed byte shows.
func (f *file) end(root, info int) error {
	at := f.offset
	f.write(fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1))
	for i, off := range f.offsets {
		if off == 0 && f.err == nil {
			f.err = fmt.Errorf("object %d was promised and never written", i+1)
		}
		f.write(fmt.Appendf(nil, "%010d 00000 n \n", off))
	}
	before, _ := trailerText(len(f.offsets)+1, root, info, at, nil)
	f.write([]byte(before))
	_, after := trailerText(len(f.offsets)+1, root, info, at, f.sum.Sum(nil)[:idSize])
	f.write([]byte(after))
	if f.err == nil {
		if err := f.w.Flush(); err != nil {
			f.err = fmt.Errorf("write rendition: %w", err)
		}
	}
	return f.err
}

// idSize is the length in bytes of each part of the trailer's ID.
const idSize = 16

// trailerText is the end of the file after the cross-reference table at tableAt: what is under the ID's digest, and the rest.
func trailerText(size, root, info int, tableAt int64, id []byte) (before, after string) {
	return fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R", size, root, info),
		fmt.Sprintf("/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n", id, id, tableAt)
}
