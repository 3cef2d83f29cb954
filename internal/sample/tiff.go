package sample

import (
	"encoding/binary"
)

// writeTIFF puts frames into one little-endian TIFF, a directory a page, one strip each.
func writeTIFF(frames []frame) []byte {
	le := binary.LittleEndian
	out := []byte{'I', 'I', 42, 0, 0, 0, 0, 0}
	link := 4 // where the offset of the next directory goes
	for i, f := range frames {
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		data := len(out)
		out = append(out, f.data...)
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		res := len(out)
		out = le.AppendUint32(le.AppendUint32(out, uint32(f.dpi)), 1)
		bitsAt := len(out)
		for range 3 {
			out = le.AppendUint16(out, 8)
		}
		out = append(out, 0, 0)

		samples, bits, photometric := uint32(1), uint32(8), uint32(1)
		switch {
		case f.colour == Bitonal:
			bits, photometric = 1, 0
		case f.colour == RGB && f.codec == "jpeg":
			samples, bits, photometric = 3, uint32(bitsAt), 6
		case f.colour == RGB:
			samples, bits, photometric = 3, uint32(bitsAt), 2
		}
		compression := map[string]uint32{"g4": 4, "lzw": 5, "jpeg": 7, "deflate": 8}[f.codec]
		type entry struct {
			tag, kind    uint16
			count, value uint32
		}
		const short, long, rational = 3, 4, 5
		entries := []entry{
			{254, long, 1, 2}, // a page of several
			{256, long, 1, uint32(f.w)},
			{257, long, 1, uint32(f.h)},
			{258, short, samples, bits},
			{259, short, 1, compression},
			{262, short, 1, photometric},
			{266, short, 1, 1},
			{273, long, 1, uint32(data)},
			{274, short, 1, 1},
			{277, short, 1, samples},
			{278, long, 1, uint32(f.h)},
			{279, long, 1, uint32(len(f.data))},
			{282, rational, 1, uint32(res)},
			{283, rational, 1, uint32(res)},
			{296, short, 1, 2},                                   // inches
			{297, short, 2, uint32(i) | uint32(len(frames))<<16}, // page i of n
		}
		if photometric == 6 {
			entries = append(entries, entry{530, short, 2, 2 | 2<<16}) // 4:2:0
		}
		le.PutUint32(out[link:], uint32(len(out)))
		out = le.AppendUint16(out, uint16(len(entries)))
		for _, e := range entries {
			out = le.AppendUint16(le.AppendUint16(out, e.tag), e.kind)
			out = le.AppendUint32(le.AppendUint32(out, e.count), e.value)
		}
		link = len(out)
		out = le.AppendUint32(out, 0)
	}
	return out
}
