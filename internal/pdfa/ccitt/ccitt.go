// Package ccitt encodes pages of one bit as CCITT Group 4 (ITU-T T.6), as CCITTFaxDecode reads it with K -1.
//
// The standard library has no such encoder and golang.org/x/image only decodes; the engine's is out of reach where no engine runs.
package ccitt

import "strings"

// Run lengths of ITU-T T.4, tables 2 and 3: 0 to 63, then 64, 128 … 2560.
const (
	whiteRuns = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010 101011 0100111 " +
		"0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 " +
		"00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 " +
		"00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 " +
		"01001010 01001011 00110010 00110011 00110100 11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 " +
		"01100111 011001100 011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 " +
		"011011011 010011000 010011001 010011010 011000 010011011 00000001000 00000001100 00000001101 000000010010 000000010011 " +
		"000000010100 000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111"
	blackRuns = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 0000010111 " +
		"0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 " +
		"000011001011 000011001100 000011001101 000001101000 000001101001 000001101010 000001101011 000011010010 000011010011 " +
		"000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100 " +
		"000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 " +
		"000000111000 000000100111 000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 " +
		"000001100111 0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 " +
		"0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100 " +
		"0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 " +
		"0000001011011 0000001100100 0000001100101 00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 " +
		"000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111"
)

// Bitmap is a picture of one bit a pixel: rows from the top, packed from the high bit, padded to whole bytes; 1 is black.
type Bitmap struct {
	W, H int
	Bits []byte
}

// NewBitmap returns a white bitmap.
func NewBitmap(w, h int) *Bitmap { return &Bitmap{W: w, H: h, Bits: make([]byte, (w+7)/8*h)} }

// Stride is the length of a row in bytes.
func (b *Bitmap) Stride() int { return (b.W + 7) / 8 }

// Set makes a pixel black.
func (b *Bitmap) Set(x, y int) { b.Bits[y*b.Stride()+x/8] |= 0x80 >> (x % 8) }

// Clear makes a pixel white.
func (b *Bitmap) Clear(x, y int) { b.Bits[y*b.Stride()+x/8] &^= 0x80 >> (x % 8) }

// At reports whether a pixel is black.
func (b *Bitmap) At(x, y int) bool { return b.Bits[y*b.Stride()+x/8]&(0x80>>(x%8)) != 0 }

// Group4 encodes b as a bare Group 4 stream with its end-of-block mark. Black is T.6's black, which PDF reads as sample 0.
func Group4(b *Bitmap) []byte {
	e := encoder{white: codes(whiteRuns), black: codes(blackRuns)}
	ref := []int{b.W, b.W, b.W}
	var row []int
	for y := range b.H {
		row = b.changes(row[:0], y)
		e.row(ref, row, b.W)
		ref, row = row, ref
	}
	e.put(code{0x001001, 24})
	for e.n > 0 {
		e.out = append(e.out, byte(e.acc>>56))
		e.acc <<= 8
		e.n -= min(e.n, 8)
	}
	return e.out
}

// changes lists where the colour of a row changes, beginning with white, then its end three times.
func (b *Bitmap) changes(out []int, y int) []int {
	row := b.Bits[y*b.Stride() : (y+1)*b.Stride()]
	last := byte(0) // the last pixel, as a whole byte
	for i, v := range row {
		if v == last {
			continue
		}
		for bit := range min(8, b.W-8*i) {
			pixel := byte(0)
			if v&(0x80>>bit) != 0 {
				pixel = 0xFF
			}
			if pixel != last {
				out = append(out, 8*i+bit)
				last = pixel
			}
		}
	}
	return append(out, b.W, b.W, b.W)
}

type code struct {
	bits uint64
	n    int
}

func codes(table string) []code {
	var out []code
	for _, f := range strings.Fields(table) {
		c := code{n: len(f)}
		for _, bit := range f {
			c.bits = c.bits<<1 | uint64(bit-'0')
		}
		out = append(out, c)
	}
	return out
}

// encoder collects bits from the high end of acc.
type encoder struct {
	white, black []code
	out          []byte
	acc          uint64
	n            int
}

func (e *encoder) put(c code) {
	e.acc |= c.bits << (64 - e.n - c.n)
	for e.n += c.n; e.n >= 8; e.n -= 8 {
		e.out = append(e.out, byte(e.acc>>56))
		e.acc <<= 8
	}
}

// row encodes the changes of a row against those of the row above it (T.6, 2.2).
func (e *encoder) row(ref, row []int, w int) {
	vertical := [...]code{{0b0000010, 7}, {0b000010, 6}, {0b010, 3}, {1, 1}, {0b011, 3}, {0b000011, 6}, {0b0000011, 7}} // -3 to 3
	a0, black := -1, false
	r, i := 0, 0 // of the next changes: ref[r] is b1, row[i] is a1
	for a0 < w {
		for r > 0 && ref[r-1] > a0 {
			r--
		}
		for ref[r] <= a0 && ref[r] < w || (r%2 == 1) != black && ref[r] < w {
			r++
		}
		a1, b1, b2 := row[i], ref[r], w
		if b1 < w {
			b2 = ref[r+1]
		}
		if b2 < a1 {
			e.put(code{0b0001, 4})
			a0 = b2
			continue
		}
		if d := a1 - b1; d >= -3 && d <= 3 {
			e.put(vertical[d+3])
			a0, black = a1, !black
			i = min(i+1, len(row)-1)
			continue
		}
		a2 := row[i+1]
		e.put(code{0b001, 3})
		e.run(a1-max(a0, 0), black)
		e.run(a2-a1, !black)
		a0 = a2
		i = min(i+2, len(row)-1)
	}
}

// run encodes a run length as make-up codes and a terminating code.
func (e *encoder) run(n int, black bool) {
	table := e.white
	if black {
		table = e.black
	}
	const longest = 2560
	for n >= longest {
		e.put(table[64+longest/64-1])
		n -= longest
	}
	if n >= 64 {
		e.put(table[64+n/64-1])
	}
	e.put(table[n%64])
}
