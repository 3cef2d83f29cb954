package sample

import (
	"math/bits"
	"strings"
)

// bilevel is a 1-bit picture: rows of stride bytes, most significant bit first, a set bit is black.
type bilevel struct {
	w, h, stride int
	pix          []byte
}

func newBilevel(w, h int) *bilevel {
	stride := (w + 7) / 8
	return &bilevel{w: w, h: h, stride: stride, pix: make([]byte, stride*h)}
}

// runCode is one T.4 code: its bits, right-aligned, and how many.
type runCode struct {
	bits uint32
	n    uint
}

// g4Encoder writes ITU-T T.6 (Group 4). The zero value is not usable; see newG4Encoder.
type g4Encoder struct {
	white, black []runCode
	out          []byte
	acc          uint64
	n            uint
}

func newG4Encoder() *g4Encoder {
	parse := func(s string) []runCode {
		fields := strings.Fields(s)
		codes := make([]runCode, len(fields))
		for i, f := range fields {
			for _, c := range f {
				codes[i].bits = codes[i].bits<<1 | uint32(c-'0')
			}
			codes[i].n = uint(len(f))
		}
		return codes
	}
	return &g4Encoder{white: parse(whiteCodes), black: parse(blackCodes)}
}

func (e *g4Encoder) put(code uint32, n uint) {
	e.acc = e.acc<<n | uint64(code)
	e.n += n
	for e.n >= 8 {
		e.n -= 8
		e.out = append(e.out, byte(e.acc>>e.n))
	}
}

func (e *g4Encoder) run(length int, black bool) {
	codes := e.white
	if black {
		codes = e.black
	}
	for length >= 2624 { // 2560 + 64: more than one make-up code
		e.put(codes[64+39].bits, codes[64+39].n)
		length -= 2560
	}
	if length >= 64 {
		c := codes[63+length/64]
		e.put(c.bits, c.n)
		length %= 64
	}
	e.put(codes[length].bits, codes[length].n)
}

// encode returns the picture as one T.6 stream with its end-of-block mark; white is 0.
func (e *g4Encoder) encode(b *bilevel) []byte {
	e.out, e.acc, e.n = nil, 0, 0
	ref := []int{b.w, b.w, b.w}
	cur := make([]int, 0, 256)
	for y := range b.h {
		cur = changes(b, y, cur[:0])
		e.row(cur, ref, b.w)
		ref, cur = cur, ref
	}
	e.put(1, 12) // EOFB: two end-of-line codes
	e.put(1, 12)
	if e.n > 0 {
		e.put(0, 8-e.n)
	}
	return e.out
}

// changes lists the columns at which a row changes colour, starting from white, closed by three times the width.
func changes(b *bilevel, y int, into []int) []int {
	row := b.pix[y*b.stride:][:b.stride]
	var last byte
	for i, v := range row {
		if (v == 0 && last == 0) || (v == 0xff && last == 1) {
			continue
		}
		d := v ^ (v>>1 | last<<7)
		for d != 0 {
			z := bits.LeadingZeros8(d)
			if x := i*8 + z; x < b.w {
				into = append(into, x)
			}
			d &^= 0x80 >> z
		}
		last = v & 1
	}
	return append(into, b.w, b.w, b.w)
}

// row codes one line against the line above: T.6, section 2.2. Even indexes of a list start black runs.
func (e *g4Encoder) row(cur, ref []int, w int) {
	a0, black := -1, false
	ci, ri := 0, 0
	for a0 < w {
		a1, a2 := w, w
		if ci = next(cur, ci, a0, black); ci < len(cur) {
			a1 = cur[ci]
			if ci+1 < len(cur) {
				a2 = cur[ci+1]
			}
		}
		for ri > 0 && ref[ri-1] > a0 {
			ri--
		}
		ri = next(ref, ri, a0, black)
		b1, b2 := w, w
		if ri < len(ref) {
			b1 = ref[ri]
			if ri+1 < len(ref) {
				b2 = ref[ri+1]
			}
		}
		switch d := a1 - b1; {
		case b2 < a1:
			e.put(0b0001, 4) // pass
			a0 = b2
		case d >= -3 && d <= 3:
			vertical := [7]runCode{{0b0000010, 7}, {0b000010, 6}, {0b010, 3}, {0b1, 1}, {0b011, 3}, {0b000011, 6}, {0b0000011, 7}}
			e.put(vertical[d+3].bits, vertical[d+3].n)
			a0, black = a1, !black
		default:
			e.put(0b001, 3)
			e.run(a1-max(a0, 0), black)
			e.run(a2-a1, !black)
			a0 = a2
		}
	}
}

// next returns the index, from from on, of the first change beyond a0 to the colour opposite to the present one.
func next(list []int, from, a0 int, black bool) int {
	for i := from; i < len(list); i++ {
		if list[i] > a0 && (i%2 == 1) == black {
			return i
		}
		if list[i] > a0 && i >= len(list)-3 { // the closing marks have no colour
			return i
		}
	}
	return len(list)
}
