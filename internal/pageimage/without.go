package pageimage

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"sohoa/internal/fault"
)

// Without writes the TIFF at path without the pages that leaveOut names, numbered from 1, to w. The coded pictures are taken over as they are, and of
// the tags those that say how a picture is coded and placed: names, dates, thumbnails and private data stay behind. The same file and pages give the
// same bytes: a classic TIFF in the byte order of the file.
func Without(ctx context.Context, path string, leaveOut func(page int) bool, w io.WriteSeeker) error {
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open TIFF: %w", err)
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		return fmt.Errorf("open TIFF: %w", err)
	}
	f, err := openTIFF(in, st.Size())
	if err != nil {
		return err
	}
	out := tiffWriter{w: w, order: f.order}
	out.header()
	for n := range f.frames {
		if leaveOut(n + 1) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := out.frame(f, n); err != nil {
			return fmt.Errorf("page %d: %w", n+1, err)
		}
	}
	if out.frames == 0 {
		return fault.New(fault.FileNoPages, "no page of the TIFF would be left")
	}
	return out.err
}

// tiffWriter writes one directory after the other, each behind its data, and links it to the one before.
type tiffWriter struct {
	w      io.WriteSeeker
	order  byteOrder
	at     int64
	link   int64 // where the offset of the next directory goes
	frames int
	err    error
}

func (t *tiffWriter) write(b []byte) {
	if t.err != nil {
		return
	}
	n, err := t.w.Write(b)
	t.at += int64(n)
	if t.err = err; err == nil && t.at > math.MaxUint32 {
		t.err = fault.New(fault.FileTooLarge, "a TIFF cannot be larger than 4 GiB")
	}
}

func (t *tiffWriter) even() {
	if t.at&1 == 1 {
		t.write([]byte{0})
	}
}

func (t *tiffWriter) header() {
	mark := "MM\x00*"
	if t.order.String() == binary.LittleEndian.String() {
		mark = "II*\x00"
	}
	t.write([]byte(mark + "\x00\x00\x00\x00"))
	t.link = 4
}

func (t *tiffWriter) frame(f *tiffFile, n int) error {
	frame, _, err := f.directory(f.frames[n])
	if err != nil {
		return err
	}
	l, err := f.layout(frame)
	if err != nil {
		return err
	}
	var offsets, counts []byte
	for i, at := range l.offsets {
		chunk, err := f.read(at, l.counts[i])
		if err != nil {
			return err
		}
		t.even()
		offsets, counts = t.order.AppendUint32(offsets, uint32(t.at)), t.order.AppendUint32(counts, uint32(len(chunk)))
		t.write(chunk)
	}
	fields := map[uint16]tiffField{}
	for tag, v := range frame.fields {
		if carried(tag) {
			fields[tag] = frame.narrow(v)
		}
	}
	at, size := uint16(tagStripOffsets), uint16(tagStripBytes)
	if l.tiled {
		at, size = tagTileOffsets, tagTileBytes
		delete(fields, tagStripOffsets)
		delete(fields, tagStripBytes)
	}
	count := int64(len(l.offsets))
	fields[at], fields[size] = tiffField{4, count, offsets}, tiffField{4, count, counts}
	t.directory(fields)
	return t.err
}

func (t *tiffWriter) directory(fields map[uint16]tiffField) {
	tags := make([]uint16, 0, len(fields))
	for tag := range fields {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	dir := t.order.AppendUint16(nil, uint16(len(tags)))
	for _, tag := range tags {
		v := fields[tag]
		dir = t.order.AppendUint16(dir, tag)
		dir = t.order.AppendUint16(dir, v.typ)
		dir = t.order.AppendUint32(dir, uint32(v.count))
		if len(v.value) <= 4 {
			dir = append(append(dir, v.value...), make([]byte, 4-len(v.value))...)
			continue
		}
		t.even()
		dir = t.order.AppendUint32(dir, uint32(t.at))
		t.write(v.value)
	}
	t.even()
	here := t.at
	t.write(append(dir, 0, 0, 0, 0))
	if t.err == nil {
		_, t.err = t.w.Seek(t.link, io.SeekStart)
	}
	if t.err == nil {
		_, t.err = t.w.Write(t.order.AppendUint32(nil, uint32(here)))
	}
	if t.err == nil {
		_, t.err = t.w.Seek(t.at, io.SeekStart)
	}
	t.link = t.at - 4
	t.frames++
}
