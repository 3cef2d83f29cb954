package pageimage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"sohoa/internal/fault"
)

// TIFF tags that are read or carried over into a single-frame file (TIFF 6.0, Technical Note 2 for 347).
const (
	tagSubfile         = 254
	tagWidth           = 256
	tagHeight          = 257
	tagBits            = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamples         = 277
	tagRowsPerStrip    = 278
	tagStripBytes      = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanar          = 284
	tagT4Options       = 292
	tagT6Options       = 293
	tagResolutionUnit  = 296
	tagPredictor       = 317
	tagColourMap       = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileBytes       = 325
	tagInkSet          = 332
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
	tagYCbCrCoeff      = 529
	tagYCbCrSub        = 530
	tagYCbCrPos        = 531
	tagReferenceBW     = 532
	maxDirectoryTags   = 4_096
	maxDirectoryBytes  = 16 << 20
	maxTagBytes        = 8 << 20
	compressionG4      = 4
	compressionOldJPEG = 6
)

// tiffTypeBytes is the size of one value of each field type; 0 for types that do not exist.
func tiffTypeBytes(typ uint16) int64 {
	switch typ {
	case 1, 2, 6, 7: // BYTE, ASCII, SBYTE, UNDEFINED
		return 1
	case 3, 8: // SHORT, SSHORT
		return 2
	case 4, 9, 11, 13: // LONG, SLONG, FLOAT, IFD
		return 4
	case 5, 10, 12, 16, 17, 18: // RATIONAL, SRATIONAL, DOUBLE, LONG8, SLONG8, IFD8
		return 8
	}
	return 0
}

// tiffField is one tag of a directory with its value still in the file's byte order.
type tiffField struct {
	typ   uint16
	count int64
	value []byte
}

// tiffFrame is one directory: the fields that are carried over.
type tiffFrame struct {
	fields map[uint16]tiffField
	order  byteOrder
}

// byteOrder reads and writes in the order of a file.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiffFile is the chain of directories of a TIFF or BigTIFF.
type tiffFile struct {
	r        io.ReaderAt
	size     int64
	order    byteOrder
	big      bool
	frames   []int64 // offsets of the directories that are pages
	warnings []string
}

// openTIFF walks the chain of directories. Loops end it, directories past MaxPages refuse it, and nothing but directories is read.
func openTIFF(r io.ReaderAt, size int64) (*tiffFile, error) {
	f := &tiffFile{r: r, size: size}
	head := make([]byte, 16)
	if n, err := r.ReadAt(head, 0); n < 8 {
		return nil, readFault("TIFF", err)
	}
	var next int64
	switch string(head[:4]) {
	case "II*\x00", "II+\x00":
		f.order = binary.LittleEndian
	case "MM\x00*", "MM\x00+":
		f.order = binary.BigEndian
	default:
		return nil, damaged("TIFF", "it does not begin as one")
	}
	f.big = f.order.Uint16(head[2:]) == 43
	if f.big {
		next = int64(f.order.Uint64(head[8:]))
	} else {
		next = int64(f.order.Uint32(head[4:]))
	}
	seen := map[int64]bool{}
	var reduced []int64
	for next != 0 {
		if seen[next] {
			f.warnings = append(f.warnings, "the TIFF's chain of pages runs in a circle; each page is taken once")
			break
		}
		if len(seen) >= 2*MaxPages {
			return nil, tooManyPages()
		}
		seen[next] = true
		frame, after, err := f.directory(next)
		if err != nil {
			if len(f.frames) == 0 {
				return nil, err
			}
			f.warnings = append(f.warnings, fmt.Sprintf("the TIFF is damaged after page %d; pages behind it, if any, are lost", len(f.frames)))
			break
		}
		switch kind := frame.number(tagSubfile, 0); {
		case kind&4 != 0: // transparency mask
		case kind&1 != 0:
			reduced = append(reduced, next)
		default:
			f.frames = append(f.frames, next)
		}
		next = after
	}
	if len(f.frames) == 0 {
		f.frames = reduced
	}
	switch {
	case len(f.frames) == 0:
		return nil, fault.New(fault.FileNoPages, "the TIFF file has no page")
	case len(f.frames) > MaxPages:
		return nil, tooManyPages()
	}
	return f, nil
}

func tooManyPages() error {
	return fault.New(fault.FileTooManyPages, "the file has more than %d pages; split it", MaxPages)
}

func readFault(format string, err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return cutOff(format)
	}
	return fmt.Errorf("read %s: %w", format, err) // the disk's fault, not the file's
}

func (f *tiffFile) read(at, n int64) ([]byte, error) {
	if at < 0 || n < 0 || at > f.size || n > f.size-at {
		return nil, cutOff("TIFF")
	}
	b := make([]byte, n)
	if _, err := f.r.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
		return nil, readFault("TIFF", err)
	}
	return b, nil
}

// directory reads the directory at an offset and tells where the next one is.
func (f *tiffFile) directory(at int64) (*tiffFrame, int64, error) {
	head, entry, link := int64(2), int64(12), int64(4)
	if f.big {
		head, entry, link = 8, 20, 8
	}
	b, err := f.read(at, head)
	if err != nil {
		return nil, 0, err
	}
	var n int64
	if f.big {
		n = int64(f.order.Uint64(b))
	} else {
		n = int64(f.order.Uint16(b))
	}
	if n < 1 || n > maxDirectoryTags {
		return nil, 0, damaged("TIFF", "a directory has an impossible number of tags")
	}
	b, err = f.read(at+head, n*entry)
	if err != nil {
		return nil, 0, err
	}
	frame := &tiffFrame{fields: map[uint16]tiffField{}, order: f.order}
	var total int64
	for i := range n {
		if err := f.field(frame, b[i*entry:(i+1)*entry], &total); err != nil {
			return nil, 0, err
		}
	}
	var next int64
	if l, err := f.read(at+head+n*entry, link); err == nil {
		if f.big {
			next = int64(f.order.Uint64(l))
		} else {
			next = int64(f.order.Uint32(l))
		}
	}
	return frame, next, nil
}

// field keeps a tag that matters with its value; the total of all values of a directory is bounded.
func (f *tiffFile) field(frame *tiffFrame, e []byte, total *int64) error {
	tag, typ := f.order.Uint16(e), f.order.Uint16(e[2:])
	if !carried(tag) && tag != tagSubfile {
		return nil
	}
	if _, twice := frame.fields[tag]; twice {
		return nil
	}
	size := tiffTypeBytes(typ)
	if size == 0 {
		return nil
	}
	count, inline := int64(f.order.Uint32(e[4:])), e[8:12]
	if f.big {
		count, inline = int64(f.order.Uint64(e[4:])), e[12:20]
	}
	if count < 0 || count > maxTagBytes/size {
		return damaged("TIFF", fmt.Sprintf("tag %d is too long", tag))
	}
	n := count * size
	if *total += n; *total > maxDirectoryBytes {
		return damaged("TIFF", "a directory is too long")
	}
	v := tiffField{typ: typ, count: count}
	if n <= int64(len(inline)) {
		v.value = inline[:n]
	} else {
		at := int64(f.order.Uint32(inline))
		if f.big {
			at = int64(f.order.Uint64(inline))
		}
		b, err := f.read(at, n)
		if err != nil {
			if tag == tagXResolution || tag == tagYResolution || tag == tagReferenceBW || tag == tagYCbCrCoeff {
				return nil // not needed to show the picture
			}
			return err
		}
		v.value = b
	}
	frame.fields[tag] = v
	return nil
}

// carried reports whether a tag says how the picture is coded or placed; all else (names, dates, private data) stays behind.
func carried(tag uint16) bool {
	switch tag {
	case tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric, tagFillOrder, tagStripOffsets, tagOrientation, tagSamples,
		tagRowsPerStrip, tagStripBytes, tagXResolution, tagYResolution, tagPlanar, tagT4Options, tagT6Options, tagResolutionUnit,
		tagPredictor, tagColourMap, tagTileWidth, tagTileHeight, tagTileOffsets, tagTileBytes, tagInkSet, tagExtraSamples,
		tagSampleFormat, tagJPEGTables, tagYCbCrCoeff, tagYCbCrSub, tagYCbCrPos, tagReferenceBW:
		return true
	}
	return false
}

// numbers gives the values of an integer field.
func (t *tiffFrame) numbers(tag uint16) []int64 {
	f, ok := t.fields[tag]
	if !ok {
		return nil
	}
	out := make([]int64, 0, f.count)
	for i := range f.count {
		switch f.typ {
		case 1, 6, 7:
			out = append(out, int64(f.value[i]))
		case 3, 8:
			out = append(out, int64(t.order.Uint16(f.value[2*i:])))
		case 4, 9, 13:
			out = append(out, int64(t.order.Uint32(f.value[4*i:])))
		case 16, 17, 18:
			v := t.order.Uint64(f.value[8*i:])
			if v > math.MaxInt64 {
				v = math.MaxInt64
			}
			out = append(out, int64(v))
		default:
			return nil
		}
	}
	return out
}

// number gives the first value of an integer field, or the default.
func (t *tiffFrame) number(tag uint16, otherwise int64) int64 {
	if v := t.numbers(tag); len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// rational gives the first value of a rational or float field; 0 when there is none or it divides by zero.
func (t *tiffFrame) rational(tag uint16) float64 {
	f, ok := t.fields[tag]
	if !ok || f.count < 1 {
		return 0
	}
	switch f.typ {
	case 5:
		if d := t.order.Uint32(f.value[4:]); d != 0 {
			return float64(t.order.Uint32(f.value)) / float64(d)
		}
	case 11:
		return float64(math.Float32frombits(t.order.Uint32(f.value)))
	case 12:
		return math.Float64frombits(t.order.Uint64(f.value))
	case 3, 4:
		return float64(t.number(tag, 0))
	}
	return 0
}
