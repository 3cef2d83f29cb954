package fax

// bitReader reads bits, most significant first. Beyond the end are zeros.
type bitReader struct {
	data []byte
	pos  int // bits
}

func (b *bitReader) left() int { return 8*len(b.data) - b.pos }

func (b *bitReader) skip(n int) { b.pos += n }

func (b *bitReader) align() { b.pos = (b.pos + 7) &^ 7 }

// peek gives the next n bits, at most 24.
func (b *bitReader) peek(n int) uint32 {
	var v uint32
	for i := range 4 {
		v <<= 8
		if at := b.pos/8 + i; at < len(b.data) {
			v |= uint32(b.data[at])
		}
	}
	return v << (b.pos % 8) >> (32 - n)
}

const longest = 13 // bits of the longest code

// entry is a run and the length of its code; length 0 is no code.
type entry struct {
	run    int16
	length uint8
}

// codes finds a run by the next thirteen bits.
type codes struct{ white, black []entry }

func newCodes() codes {
	c := codes{white: make([]entry, 1<<longest), black: make([]entry, 1<<longest)}
	fill(c.white, terminatingWhite(), 0, 1)
	fill(c.black, terminatingBlack(), 0, 1)
	fill(c.white, makeUpWhite(), 64, 64)
	fill(c.black, makeUpBlack(), 64, 64)
	fill(c.white, makeUpCommon(), 1792, 64)
	fill(c.black, makeUpCommon(), 1792, 64)
	return c
}

func fill(table []entry, words []string, first, step int) {
	for i, word := range words {
		v := 0
		for _, bit := range word {
			v = v<<1 | int(bit-'0')
		}
		rest := longest - len(word)
		for j := range 1 << rest {
			table[v<<rest|j] = entry{run: int16(first + i*step), length: uint8(len(word))} //nolint:gosec // at most 2560 and 13
		}
	}
}

// run reads a whole run: make-up codes and the terminating one. It is -1 when there is no code.
func (c codes) run(b *bitReader, black bool) int {
	table := c.white
	if black {
		table = c.black
	}
	total := 0
	for {
		e := table[b.peek(longest)]
		if e.length == 0 || b.left() < int(e.length) {
			return -1
		}
		b.skip(int(e.length))
		total = min(total+int(e.run), maxSide)
		if e.run < 64 {
			return total
		}
	}
}
