// Package fax decodes bare CCITT streams in every way PDF stores them (ISO 32000-1, 7.4.6): Group 3 in one and two dimensions
// and Group 4, with or without ends of line, aligned to bytes or not.
//
// libtiff reads Group 4 faster, but neither it nor x/image/ccitt reads Group 3 without ends of line, which is PDF's default. A
// damaged stream gives the rows up to the damage (Group 4), or all rows but the damaged ones (Group 3), as fax machines do.
// Time and memory are bounded by the size of the picture and of the stream.
package fax

import (
	"errors"
	"fmt"

	"sohoa/internal/page"
)

// ErrNoRow is the error of a stream of which not one row could be decoded.
var ErrNoRow = errors.New("no row of the fax could be decoded")

// maxSide bounds a side in pixels, so that sums of runs stay small.
const maxSide = 1 << 20

// PBM decodes a stream to a portable bitmap file (P4) of width × height pixels, in which coded black is black, and says how many
// rows were decoded; the rest is white.
func PBM(data []byte, p page.CCITTParams, width, height int) (file []byte, rows int, err error) {
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return nil, 0, fmt.Errorf("%d by %d pixels: %w", width, height, ErrNoRow)
	}
	head := fmt.Sprintf("P4\n%d %d\n", width, height)
	stride := (width + 7) / 8
	d := decoder{bits: bitReader{data: data}, p: p, width: width, codes: newCodes(), above: make([]int, 0, 64), row: make([]int, 0, 64)}
	file = append(make([]byte, 0, len(head)+stride*height), head...)
	file = file[:cap(file)]
	out := file[len(head):]
	for rows < height && d.next() {
		paint(out[rows*stride:(rows+1)*stride], d.row)
		d.above, d.row = d.row, d.above[:0]
		rows++
	}
	if rows == 0 {
		return nil, 0, ErrNoRow
	}
	return file, rows, nil
}

// decoder decodes row by row. A row is the positions at which its colour changes, from white, in ascending order.
type decoder struct {
	bits       bitReader
	p          page.CCITTParams
	width      int
	codes      codes
	above, row []int
}

const endOfLine = 1 // eleven zeros and a one

// next decodes one row into d.row; false at the end of the page or of what can be decoded.
func (d *decoder) next() bool {
	d.row = d.row[:0]
	if d.p.EncodedByteAlign {
		d.bits.align()
	}
	if d.p.K < 0 {
		return d.bits.peek(24) != endOfLine<<12|endOfLine && d.twoDimensional()
	}
	lines := 0
	twoD := false
	for {
		for d.bits.left() > 12 && d.bits.peek(12) == 0 { // fill
			d.bits.skip(1)
		}
		if d.bits.left() < 1 {
			return false
		}
		eol := d.bits.peek(12) == endOfLine && d.bits.left() >= 12
		if eol {
			d.bits.skip(12)
			lines++
		}
		if d.p.K > 0 && (eol || lines == 0) {
			twoD = d.bits.peek(1) == 0
			d.bits.skip(1)
		}
		if !eol || lines >= 6 {
			break
		}
	}
	if lines >= 2 { // return to control: two ends of line in a row are no row between them
		return false
	}
	ok := false
	if twoD {
		ok = d.twoDimensional()
	} else {
		ok = d.oneDimensional()
	}
	return ok || d.resume()
}

// resume looks for the next end of line after damage. What was decoded of the row stays.
func (d *decoder) resume() bool {
	for d.bits.left() >= 12 {
		if d.bits.peek(12) == endOfLine {
			return true
		}
		d.bits.skip(1)
	}
	return false
}

func (d *decoder) oneDimensional() bool {
	at, black := 0, false
	for at < d.width {
		n := d.codes.run(&d.bits, black)
		if n < 0 {
			return false
		}
		at = min(at+n, d.width)
		d.row = append(d.row, at)
		black = !black
	}
	return true
}

// twoDimensional decodes a row against the one above it (T.4, 4.2; T.6, 2.2): a0 is where coding stands, b1 the next change above
// to the other colour, b2 the one after it.
func (d *decoder) twoDimensional() bool {
	a0, black, from := -1, false, 0
	for max(a0, 0) < d.width {
		var b1, b2 int
		b1, b2, from = d.changes(a0, black, from)
		mode, ok := d.mode()
		if !ok {
			return false
		}
		switch mode {
		case pass:
			a0 = b2
		case horizontal:
			n := d.codes.run(&d.bits, black)
			if n < 0 {
				return false
			}
			m := d.codes.run(&d.bits, !black)
			if m < 0 {
				return false
			}
			a1 := min(max(a0, 0)+n, d.width)
			a2 := min(a1+m, d.width)
			d.row = append(d.row, a1, a2)
			a0 = a2
		default: // vertical by mode pixels
			a1 := min(max(b1+mode, 0), d.width)
			if a1 < max(a0, 0) {
				return false // backwards
			}
			d.row = append(d.row, a1)
			a0, black = a1, !black
		}
		if len(d.row) > 2*d.width+4 {
			return false // changes without progress
		}
	}
	return true
}

// changes finds b1 and b2. Changes above at even places are from white to black. The search goes on from an earlier place, one
// pair before, since a0 may have gone back by a vertical mode.
func (d *decoder) changes(a0 int, black bool, from int) (b1, b2, at int) {
	i := max(0, from-2)
	if (i%2 == 1) != black {
		i++
	}
	for i < len(d.above) && d.above[i] <= a0 {
		i += 2
	}
	b1, b2 = d.width, d.width
	if i < len(d.above) {
		b1 = d.above[i]
	}
	if i+1 < len(d.above) {
		b2 = d.above[i+1]
	}
	return b1, b2, i
}

// Modes of a two-dimensional row; smaller numbers are vertical offsets.
const (
	pass       = 100
	horizontal = 101
)

func (d *decoder) mode() (int, bool) {
	v := d.bits.peek(7)
	mode, n := 0, 0
	switch {
	case v>>6 == 0b1:
		mode, n = 0, 1
	case v>>4 == 0b011:
		mode, n = 1, 3
	case v>>4 == 0b010:
		mode, n = -1, 3
	case v>>4 == 0b001:
		mode, n = horizontal, 3
	case v>>3 == 0b0001:
		mode, n = pass, 4
	case v>>1 == 0b000011:
		mode, n = 2, 6
	case v>>1 == 0b000010:
		mode, n = -2, 6
	case v == 0b0000011:
		mode, n = 3, 7
	case v == 0b0000010:
		mode, n = -3, 7
	}
	if n == 0 || d.bits.left() < n {
		return 0, false
	}
	d.bits.skip(n)
	return mode, true
}

// paint sets the black runs of a row, most significant bit first.
func paint(out []byte, changes []int) {
	for i := 0; i < len(changes); i += 2 {
		from, to := changes[i], 8*len(out)
		if i+1 < len(changes) {
			to = changes[i+1]
		}
		if i+1 == len(changes) { // black to the end of the row was closed by its width already
			continue
		}
		for x := from; x < to; {
			if x%8 == 0 && to-x >= 8 {
				out[x/8] = 0xff
				x += 8
				continue
			}
			out[x/8] |= 0x80 >> (x % 8)
			x++
		}
	}
}
