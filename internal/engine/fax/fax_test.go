package fax

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"sohoa/internal/page"
)

// encoder writes rows as T.4 and T.6 say; it is as plain as can be, to judge the decoder by.
type encoder struct {
	bits []byte // 0 or 1
	p    page.CCITTParams
}

func (e *encoder) put(code string) {
	for _, b := range code {
		e.bits = append(e.bits, byte(b-'0'))
	}
}

func (e *encoder) run(n int, black bool) {
	term, makeUp := terminatingWhite(), makeUpWhite()
	if black {
		term, makeUp = terminatingBlack(), makeUpBlack()
	}
	for n >= 2560 {
		e.put(makeUpCommon()[12])
		n -= 2560
	}
	if n >= 1792 {
		e.put(makeUpCommon()[(n-1792)/64])
		n = (n - 1792) % 64
	} else if n >= 64 {
		e.put(makeUp[n/64-1])
		n %= 64
	}
	e.put(term[n])
}

// next finds the first change at or after x from the given colour.
func next(row []byte, x int, black bool) int {
	for x < len(row) && (row[x] == 1) == black {
		x++
	}
	return x
}

func (e *encoder) oneD(row []byte) {
	black := false
	for x := 0; x < len(row); black = !black {
		to := next(row, x, black)
		e.run(to-x, black)
		x = to
	}
}

func (e *encoder) twoD(row, above []byte) {
	a0, black := -1, false
	colour := func(r []byte, x int) bool { return x >= 0 && r[x] == 1 }
	for a0 < len(row) {
		a1 := next(row, max(a0, 0), black)
		b1 := a0 + 1
		for b1 < len(row) && !(colour(above, b1) != black && colour(above, b1-1) == black) {
			b1++
		}
		b2 := b1
		if b1 < len(row) {
			b2 = next(above, b1, !black)
		}
		switch d := a1 - b1; {
		case b2 < a1:
			e.put("0001")
			a0 = b2
		case d >= -3 && d <= 3:
			e.put([]string{"0000010", "000010", "010", "1", "011", "000011", "0000011"}[d+3])
			a0, black = a1, !black
		default:
			a2 := next(row, a1, !black)
			e.put("001")
			e.run(a1-max(a0, 0), black)
			e.run(a2-a1, !black)
			a0 = a2
		}
		if a0 >= len(row) {
			return
		}
	}
}

func (e *encoder) encode(rows [][]byte) []byte {
	const eol = "000000000001"
	above := make([]byte, len(rows[0]))
	for i, row := range rows {
		if e.p.EncodedByteAlign {
			for len(e.bits)%8 != 0 {
				e.bits = append(e.bits, 0)
			}
		}
		if e.p.EndOfLine {
			e.put(eol)
		}
		switch {
		case e.p.K < 0:
			e.twoD(row, above)
		case e.p.K == 0:
			e.oneD(row)
		case i%e.p.K == 0:
			e.put("1")
			e.oneD(row)
		default:
			e.put("0")
			e.twoD(row, above)
		}
		above = row
	}
	if !e.p.NoEndOfBlock {
		switch {
		case e.p.K < 0:
			e.put(eol + eol)
		case e.p.K == 0:
			e.put(eol + eol + eol + eol + eol + eol)
		default:
			e.put(eol + "1" + eol + "1" + eol + "1" + eol + "1" + eol + "1" + eol + "1")
		}
	}
	out := make([]byte, (len(e.bits)+7)/8)
	for i, b := range e.bits {
		out[i/8] |= b << (7 - i%8)
	}
	return out
}

// drawing makes rows of runs, each like the one above it with some changes.
func drawing(rng *rand.Rand, w, h int) [][]byte {
	rows := make([][]byte, h)
	for y := range rows {
		row := make([]byte, w)
		if y > 0 && rng.IntN(4) > 0 {
			copy(row, rows[y-1])
		}
		for range rng.IntN(6) {
			from := rng.IntN(w)
			to := min(w, from+1+rng.IntN(1+rng.IntN(w)))
			for x := from; x < to; x++ {
				row[x] ^= 1
			}
		}
		rows[y] = row
	}
	return rows
}

func pbm(rows [][]byte) []byte {
	w := len(rows[0])
	out := fmt.Appendf(nil, "P4\n%d %d\n", w, len(rows))
	for _, row := range rows {
		line := make([]byte, (w+7)/8)
		for x, v := range row {
			line[x/8] |= v << (7 - x%8)
		}
		out = append(out, line...)
	}
	return out
}

func ways() map[string]page.CCITTParams {
	return map[string]page.CCITTParams{
		"Group 4":                                {K: -1},
		"Group 4 without end of block":           {K: -1, NoEndOfBlock: true},
		"Group 4 aligned to bytes":               {K: -1, EncodedByteAlign: true},
		"Group 3 as PDF has it by default":       {},
		"Group 3 with ends of line":              {EndOfLine: true},
		"Group 3 aligned to bytes":               {EncodedByteAlign: true, NoEndOfBlock: true},
		"Group 3 with both":                      {EndOfLine: true, EncodedByteAlign: true},
		"Group 3 in two dimensions":              {K: 4, EndOfLine: true},
		"Group 3 in two dimensions without ends": {K: 2, NoEndOfBlock: true},
	}
}

func TestEveryWayOfCodingIsReadBack(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for name, p := range ways() {
		for _, w := range []int{1, 7, 8, 9, 63, 64, 65, 1728, 2480, 6000} {
			rows := drawing(rng, w, 20)
			e := encoder{p: p}
			got, n, err := PBM(e.encode(rows), p, w, len(rows))
			if err != nil || n != len(rows) || !bytes.Equal(got, pbm(rows)) {
				t.Errorf("%s, %d wide: %d of %d rows, equal %v, %v", name, w, n, len(rows), bytes.Equal(got, pbm(rows)), err)
			}
		}
	}
}

func TestADamagedFaxGivesWhatIsLeftOfIt(t *testing.T) {
	t.Parallel()
	rows := drawing(rand.New(rand.NewPCG(3, 4)), 500, 60)
	g4 := encoder{p: page.CCITTParams{K: -1}}
	data := g4.encode(rows)
	got, n, err := PBM(data[:len(data)/2], g4.p, 500, 60)
	if err != nil || n < 10 || n >= 60 || !bytes.Equal(got[:200], pbm(rows)[:200]) {
		t.Errorf("half a Group 4: %d rows, %v", n, err)
	}
	g3 := encoder{p: page.CCITTParams{EndOfLine: true}}
	data = g3.encode(rows)
	data[len(data)/2] ^= 0xff
	if _, n, err = PBM(data, g3.p, 500, 60); err != nil || n < 55 {
		t.Errorf("Group 3 with one bad byte: %d rows, %v", n, err)
	}
	for name, data := range map[string][]byte{"nothing": nil, "zeros": make([]byte, 100)} {
		if _, _, err := PBM(data, g4.p, 500, 60); !errors.Is(err, ErrNoRow) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := PBM(data, g4.p, 0, 1<<30); !errors.Is(err, ErrNoRow) {
		t.Errorf("no size: %v", err)
	}
}

// FuzzPBM: whatever the stream holds, the file has its size; and coding what was decoded gives the same picture again.
func FuzzPBM(f *testing.F) {
	rows := drawing(rand.New(rand.NewPCG(5, 6)), 100, 10)
	for _, p := range ways() {
		e := encoder{p: p}
		f.Add(e.encode(rows), p.K, p.EndOfLine, p.EncodedByteAlign, uint16(100), uint8(10))
	}
	f.Fuzz(func(t *testing.T, data []byte, k int, eol, align bool, w uint16, h uint8) {
		p := page.CCITTParams{K: min(max(k, -1), 8), EndOfLine: eol, EncodedByteAlign: align}
		width, height := int(w)%3000+1, int(h)+1
		file, n, err := PBM(data, p, width, height)
		if err != nil {
			return
		}
		head := fmt.Sprintf("P4\n%d %d\n", width, height)
		if len(file) != len(head)+(width+7)/8*height || n > height {
			t.Fatalf("%d bytes, %d rows", len(file), n)
		}
		again := encoder{p: page.CCITTParams{K: -1}}
		var rows [][]byte
		for y := range height {
			row := make([]byte, width)
			for x := range row {
				row[x] = file[len(head)+y*((width+7)/8)+x/8] >> (7 - x%8) & 1
			}
			rows = append(rows, row)
		}
		second, _, err := PBM(again.encode(rows), again.p, width, height)
		if err != nil || !bytes.Equal(second, file) {
			t.Errorf("coded again it is another picture: %v", err)
		}
	})
}
