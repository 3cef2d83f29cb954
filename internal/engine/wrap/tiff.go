package wrap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// TIFF 6.0 tags and values used here.
const (
	tagWidth       = 256
	tagHeight      = 257
	tagBits        = 258
	tagCompression = 259
	tagPhotometric = 262
	tagFillOrder   = 266
	tagOffsets     = 273
	tagOrientation = 274
	tagSamples     = 277
	tagRows        = 278
	tagByteCounts  = 279

	typeShort = 3
	typeLong  = 4

	compressionG4 = 4
)

// ErrBadTIFF is the cause of every error about a TIFF whose directory cannot be followed.
var ErrBadTIFF = errors.New("bad TIFF")

// Group4 wraps a bare Group 4 stream, most significant bit first, as a TIFF of one strip. Coded black is black.
func Group4(data []byte, width, height int) []byte {
	entries := []struct {
		tag, typ uint16
		value    uint32
	}{
		{tagWidth, typeLong, uint32(width)},   //nolint:gosec // a side is at most MaxPixels
		{tagHeight, typeLong, uint32(height)}, //nolint:gosec // likewise
		{tagBits, typeShort, 1},
		{tagCompression, typeShort, compressionG4},
		{tagPhotometric, typeShort, 0}, // white is zero, as fax has it
		{tagFillOrder, typeShort, 1},
		{tagOffsets, typeLong, 0}, // set below
		{tagSamples, typeShort, 1},
		{tagRows, typeLong, uint32(height)},          //nolint:gosec // likewise
		{tagByteCounts, typeLong, uint32(len(data))}, //nolint:gosec // payloads are capped far below 4 GiB
	}
	head := 8 + 2 + 12*len(entries) + 4
	out := make([]byte, head, head+len(data))
	copy(out, "II*\x00")
	le := binary.LittleEndian
	le.PutUint32(out[4:], 8)
	le.PutUint16(out[8:], uint16(len(entries)))
	for i, e := range entries {
		at := out[10+12*i:]
		le.PutUint16(at, e.tag)
		le.PutUint16(at[2:], e.typ)
		le.PutUint32(at[4:], 1)
		v := e.value
		if e.tag == tagOffsets {
			v = uint32(head) //nolint:gosec // a hundred bytes
		}
		le.PutUint32(at[8:], v)
	}
	return append(out, data...)
}

// TIFF is what a frame's directory says that decoders hide or apply by themselves.
type TIFF struct {
	Compression int
	Orientation int // 1 to 8; 1 when the file says nothing
	Strips      int

	orientationAt int // where its value stands; 0 when there is none
	order         binary.ByteOrder
	fillOrder     int
	offset, count int // of the first strip
}

// Lossy reports whether the frame's pixels went through JPEG already.
func (t TIFF) Lossy() bool { return t.Compression == 6 || t.Compression == 7 }

// ReadTIFF follows the directories of a TIFF or BigTIFF to a frame, from 0.
func ReadTIFF(data []byte, frame int) (TIFF, error) {
	d, next, err := openTIFF(data)
	if err != nil {
		return TIFF{}, err
	}
	for i := 0; ; i++ {
		entries, after, err := d.directory(next)
		if err != nil {
			return TIFF{}, fmt.Errorf("directory %d: %w", i, err)
		}
		if i == frame {
			return d.describe(entries), nil
		}
		if i == 1<<16 {
			return TIFF{}, fmt.Errorf("directories without end: %w", ErrBadTIFF)
		}
		next = after
	}
}

// Upright clears the frame's orientation in data, so that decoders give the pixels as they are stored.
func (t TIFF) Upright(data []byte) {
	if t.orientationAt > 0 && t.Orientation != 1 {
		t.order.PutUint16(data[t.orientationAt:], 1)
	}
}

// Strip gives the bytes of a TIFF with one strip, most significant bit first.
func (t TIFF) Strip(data []byte) ([]byte, error) {
	if t.Strips != 1 || t.offset < 0 || t.count < 0 || t.offset+t.count > len(data) {
		return nil, fmt.Errorf("strip %d+%d of %d bytes, %d strips: %w", t.offset, t.count, len(data), t.Strips, ErrBadTIFF)
	}
	if t.fillOrder == 2 {
		return nil, fmt.Errorf("least significant bit first: %w", ErrBadTIFF)
	}
	return data[t.offset : t.offset+t.count], nil
}

type tiffReader struct {
	data  []byte
	order binary.ByteOrder
	big   bool
}

type tiffEntry struct {
	tag, typ uint16
	count    uint64
	at       int // where the value stands, when it fits into the entry
}

func openTIFF(data []byte) (tiffReader, uint64, error) {
	if len(data) < 16 {
		return tiffReader{}, 0, fmt.Errorf("%d bytes: %w", len(data), ErrBadTIFF)
	}
	d := tiffReader{data: data}
	switch string(data[:2]) {
	case "II":
		d.order = binary.LittleEndian
	case "MM":
		d.order = binary.BigEndian
	default:
		return tiffReader{}, 0, fmt.Errorf("starts with %q: %w", data[:2], ErrBadTIFF)
	}
	switch d.order.Uint16(data[2:]) {
	case 42:
		return d, uint64(d.order.Uint32(data[4:])), nil
	case 43:
		d.big = true
		return d, d.order.Uint64(data[8:]), nil
	}
	return tiffReader{}, 0, fmt.Errorf("version %d: %w", d.order.Uint16(data[2:]), ErrBadTIFF)
}

// directory reads the entries at an offset and the offset of the next directory.
func (d tiffReader) directory(offset uint64) ([]tiffEntry, uint64, error) {
	size, entry, value := uint64(2), uint64(12), uint64(8)
	if d.big {
		size, entry, value = 8, 20, 12
	}
	end := uint64(len(d.data))
	if offset == 0 || offset > end || end-offset < size {
		return nil, 0, fmt.Errorf("at %d of %d bytes: %w", offset, end, ErrBadTIFF)
	}
	var n uint64
	if d.big {
		n = d.order.Uint64(d.data[offset:])
	} else {
		n = uint64(d.order.Uint16(d.data[offset:]))
	}
	at := offset + size
	if n > 4096 || end-at < n*entry {
		return nil, 0, fmt.Errorf("%d entries: %w", n, ErrBadTIFF)
	}
	entries := make([]tiffEntry, n)
	for i := range entries {
		p := at + uint64(i)*entry                                                                              //nolint:gosec // i is small
		e := tiffEntry{tag: d.order.Uint16(d.data[p:]), typ: d.order.Uint16(d.data[p+2:]), at: int(p + value)} //nolint:gosec // inside data
		if d.big {
			e.count = d.order.Uint64(d.data[p+4:])
		} else {
			e.count = uint64(d.order.Uint32(d.data[p+4:]))
		}
		entries[i] = e
	}
	at += n * entry
	switch {
	case d.big && end-at >= 8:
		return entries, d.order.Uint64(d.data[at:]), nil
	case !d.big && end-at >= 4:
		return entries, uint64(d.order.Uint32(d.data[at:])), nil
	}
	return entries, 0, nil
}

// value reads a short or long that stands in its entry.
func (d tiffReader) value(e tiffEntry) int {
	switch {
	case e.count != 1:
		return 0
	case e.typ == typeShort:
		return int(d.order.Uint16(d.data[e.at:]))
	case e.typ == typeLong:
		return int(d.order.Uint32(d.data[e.at:]))
	}
	return 0
}

func (d tiffReader) describe(entries []tiffEntry) TIFF {
	t := TIFF{Compression: 1, Orientation: 1, order: d.order, fillOrder: 1}
	for _, e := range entries {
		switch v := d.value(e); e.tag {
		case tagCompression:
			t.Compression = v
		case tagOrientation:
			if v >= 1 && v <= 8 && e.typ == typeShort {
				t.Orientation, t.orientationAt = v, e.at
			}
		case tagFillOrder:
			t.fillOrder = v
		case tagOffsets:
			t.offset, t.Strips = v, int(min(e.count, 1<<30)) //nolint:gosec // bounded
		case tagByteCounts:
			t.count = v
		}
	}
	return t
}
