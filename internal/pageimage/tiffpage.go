package pageimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"slices"

	"golang.org/x/image/ccitt"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// picture reads page n (from 1) out of the file.
func (f *tiffFile) picture(n int) (page.Picture, error) {
	t, _, err := f.directory(f.frames[n-1])
	if err != nil {
		return page.Picture{}, err
	}
	l, err := f.layout(t)
	if err != nil {
		return page.Picture{}, err
	}
	chunks := make([][]byte, len(l.offsets))
	for i, at := range l.offsets {
		if chunks[i], err = f.read(at, l.counts[i]); err != nil {
			return page.Picture{}, err
		}
	}
	p := page.Picture{
		Width: l.width, Height: l.height, Components: l.components(), BitsPerComponent: l.bits, AdobeTransform: -1,
	}
	p.Mirror, p.Turn = orient(int(t.number(tagOrientation, 1)))
	x, y := t.rational(tagXResolution), t.rational(tagYResolution)
	switch t.number(tagResolutionUnit, 2) {
	case 2:
	case 3:
		x, y = x*inchesCM, y*inchesCM
	default:
		x, y = 0, 0
	}
	p.DPIX, p.DPIY = resolve(l.width, l.height, x, y)
	if bare, ok := l.bareG4(t, chunks); ok {
		p.Encoding, p.Data, p.CCITT = page.CCITT, bare, &page.CCITTParams{
			K: -1, NoEndOfBlock: !endsBlock(bare),
			// PDF shows a decoded 0 as black; BlackIsZero data has it the other way round from what fax decoders assume.
			BlackIs1: l.photometric == 1,
		}
		return p, nil
	}
	p.Encoding, p.Data = page.TIFF, t.single(l, chunks)
	return p, nil
}

// tiffLayout is where the samples of a frame are and how they are coded.
type tiffLayout struct {
	width, height   int
	bits, samples   int
	compression     int64
	photometric     int64
	tiled           bool
	offsets, counts []int64
}

// components is the number of components an engine will see.
func (l tiffLayout) components() int {
	switch {
	case l.photometric == 3 || l.photometric == 2 || l.photometric == 6 || l.photometric >= 8:
		return 3
	case l.photometric == 5:
		return 4
	}
	return 1
}

// layout checks everything that decides how much memory and reading a frame costs, before any of it is spent.
func (f *tiffFile) layout(t *tiffFrame) (tiffLayout, error) {
	w, h := t.number(tagWidth, 0), t.number(tagHeight, 0)
	if err := checkSides(w, h); err != nil {
		return tiffLayout{}, err
	}
	l := tiffLayout{
		width: int(w), height: int(h),
		samples: int(t.number(tagSamples, 1)), compression: t.number(tagCompression, 1), photometric: t.number(tagPhotometric, 0),
	}
	depths := t.numbers(tagBits)
	if len(depths) == 0 {
		depths = []int64{1}
	}
	l.bits = int(depths[0])
	for _, d := range depths {
		if d != depths[0] {
			return l, fault.New(fault.FileUnsupported, "a TIFF page has samples of different depths; save it as plain gray or RGB")
		}
	}
	switch {
	case l.bits != 1 && l.bits != 2 && l.bits != 4 && l.bits != 8 && l.bits != 16:
		return l, damaged("TIFF", "a page has an impossible depth")
	case l.samples < 1 || l.samples > 5:
		return l, damaged("TIFF", "a page has an impossible number of samples")
	}
	if err := l.checkCompression(); err != nil {
		return l, err
	}
	if t.fields[tagTileOffsets].count > 0 {
		l.tiled = true
		l.offsets, l.counts = t.numbers(tagTileOffsets), t.numbers(tagTileBytes)
	} else {
		l.offsets, l.counts = t.numbers(tagStripOffsets), t.numbers(tagStripBytes)
	}
	return l, f.checkChunks(t, &l)
}

func (l tiffLayout) checkCompression() error {
	switch l.compression {
	case 1, 2, 3, compressionG4, 5, 7, 8, 32946, 32773, 34925, 50000, 50001:
		return nil
	case compressionOldJPEG:
		return fault.New(fault.FileUnsupported, "a TIFF page uses the abandoned JPEG coding of TIFF 6.0; save it again with current JPEG, LZW or G4")
	}
	return fault.New(fault.FileUnsupported, "a TIFF page uses compression %d; accepted are none, PackBits, LZW, Deflate, JPEG, CCITT G3 and G4", l.compression)
}

// checkChunks makes sure that the strips or tiles are all there, cover the page and stay in bounds.
func (f *tiffFile) checkChunks(t *tiffFrame, l *tiffLayout) error {
	perChunkW, perChunkH := int64(l.width), t.number(tagRowsPerStrip, int64(l.height))
	if l.tiled {
		perChunkW, perChunkH = t.number(tagTileWidth, 0), t.number(tagTileHeight, 0)
		if perChunkW < 1 || perChunkH < 1 || perChunkW > MaxSide || perChunkH > MaxSide || perChunkW*perChunkH > MaxPixels {
			return damaged("TIFF", "its tiles have impossible sides")
		}
	} else if perChunkH < 1 {
		return damaged("TIFF", "its strips have no rows")
	}
	perChunkH = min(perChunkH, MaxSide)
	want := ceil(int64(l.width), perChunkW) * ceil(int64(l.height), perChunkH)
	planes := int64(1)
	if t.number(tagPlanar, 1) == 2 {
		planes = int64(l.samples)
	}
	if int64(len(l.offsets)) < want*planes {
		return cutOff("TIFF")
	}
	l.offsets = l.offsets[:want*planes]
	if len(l.counts) < len(l.offsets) {
		if err := f.guessCounts(l, want); err != nil {
			return err
		}
	}
	l.counts = l.counts[:len(l.offsets)]
	var total int64
	for i, at := range l.offsets {
		n := l.counts[i]
		if n > MaxPageBytes {
			return checkPageBytes(n)
		}
		if at < 8 || n < 1 || at > f.size || n > f.size-at {
			return cutOff("TIFF")
		}
		total += n
	}
	if l.compression == 1 {
		samples := int64(l.samples)
		if planes > 1 {
			samples = 1
		}
		rows := min(perChunkH, int64(l.height))
		// The last strip may be shorter: only the sum is certain.
		if !l.tiled && total < (int64(l.width)*samples*int64(l.bits)+7)/8*int64(l.height)*planes {
			return cutOff("TIFF")
		}
		if l.tiled && total < (perChunkW*samples*int64(l.bits)+7)/8*rows*want*planes {
			return cutOff("TIFF")
		}
	}
	return checkPageBytes(total)
}

// guessCounts stands in for missing byte counts the way libtiff does: up to the end of the file, for a single chunk only.
func (f *tiffFile) guessCounts(l *tiffLayout, want int64) error {
	if want != 1 || len(l.offsets) != 1 || l.offsets[0] >= f.size {
		return damaged("TIFF", "the lengths of its strips are missing")
	}
	l.counts = []int64{min(f.size-l.offsets[0], MaxPageBytes)}
	return nil
}

func ceil(a, b int64) int64 { return (a + b - 1) / b }

// bareG4 gives the stream of a page that can travel as bare CCITT Group 4: one strip, 1 bit, bits in PDF's order, and decodable.
func (l tiffLayout) bareG4(t *tiffFrame, chunks [][]byte) ([]byte, bool) {
	if l.compression != compressionG4 || l.tiled || len(chunks) != 1 || l.bits != 1 || l.samples != 1 || l.photometric > 1 ||
		t.number(tagT6Options, 0) != 0 {
		return nil, false
	}
	data := chunks[0]
	if t.number(tagFillOrder, 1) == 2 {
		data = slices.Clone(data)
		for i, b := range data {
			data[i] = bits.Reverse8(b)
		}
	}
	r := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, ccitt.Group4, l.width, l.height, nil)
	n, err := io.Copy(io.Discard, r)
	if err != nil && !errors.Is(err, io.EOF) || n != int64((l.width+7)/8)*int64(l.height) {
		return nil, false
	}
	return data, true
}

// endsBlock reports whether a Group 4 stream ends with its end-of-facsimile-block code: 000000000001 twice, then padding.
func endsBlock(b []byte) bool {
	b = bytes.TrimRight(b, "\x00")
	if len(b) < 3 {
		return false
	}
	var tail uint64
	for _, c := range b[max(0, len(b)-5):] {
		tail = tail<<8 | uint64(c)
	}
	tail >>= bits.TrailingZeros64(tail)
	return tail&0xFFFFFF == 0x001001
}

// single writes the frame as a TIFF of its own: header, chunks, values, directory. Classic TIFF, in the byte order it came in.
func (t *tiffFrame) single(l tiffLayout, chunks [][]byte) []byte {
	var total int
	for _, c := range chunks {
		total += len(c) + 1
	}
	out := make([]byte, 8, 8+total+4096)
	if t.order.String() == binary.LittleEndian.String() {
		copy(out, "II*\x00")
	} else {
		copy(out, "MM\x00*")
	}
	even := func() {
		if len(out)&1 == 1 {
			out = append(out, 0)
		}
	}
	offsets, counts := make([]byte, 0, 4*len(chunks)), make([]byte, 0, 4*len(chunks))
	for _, c := range chunks {
		even()
		offsets = t.order.AppendUint32(offsets, uint32(len(out)))
		counts = t.order.AppendUint32(counts, uint32(len(c)))
		out = append(out, c...)
	}
	fields := map[uint16]tiffField{}
	for tag, f := range t.fields {
		if carried(tag) {
			fields[tag] = t.narrow(f)
		}
	}
	at, size := uint16(tagStripOffsets), uint16(tagStripBytes)
	if l.tiled {
		at, size = tagTileOffsets, tagTileBytes
		delete(fields, tagStripOffsets)
		delete(fields, tagStripBytes)
	}
	n := int64(len(chunks))
	fields[at], fields[size] = tiffField{4, n, offsets}, tiffField{4, n, counts}
	tags := make([]uint16, 0, len(fields))
	for tag := range fields {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	dir := t.order.AppendUint16(nil, uint16(len(tags)))
	for _, tag := range tags {
		f := fields[tag]
		dir = t.order.AppendUint16(dir, tag)
		dir = t.order.AppendUint16(dir, f.typ)
		dir = t.order.AppendUint32(dir, uint32(f.count))
		if len(f.value) <= 4 {
			dir = append(dir, f.value...)
			dir = append(dir, make([]byte, 4-len(f.value))...)
			continue
		}
		even()
		dir = t.order.AppendUint32(dir, uint32(len(out)))
		out = append(out, f.value...)
	}
	even()
	t.order.PutUint32(out[4:], uint32(len(out)))
	out = append(out, dir...)
	return append(out, 0, 0, 0, 0)
}

// narrow turns BigTIFF's 8-byte integers into the 4-byte ones of a classic file; larger values are cut to the largest.
func (t *tiffFrame) narrow(f tiffField) tiffField {
	if f.typ < 16 || f.typ > 18 {
		return f
	}
	var v []byte
	for i := range f.count {
		v = t.order.AppendUint32(v, uint32(min(t.order.Uint64(f.value[8*i:]), 1<<32-1)))
	}
	return tiffField{typ: 4, count: f.count, value: v}
}
