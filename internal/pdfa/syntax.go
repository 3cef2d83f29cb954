package pdfa

import (
	"math"
	"strconv"
	"unicode/utf16"
)

// maxNumber is the largest integer that PDF/A-2 allows (ISO 19005-2, 6.1.13); no coordinate comes near it.
const maxNumber = 1<<31 - 1

// appendNum writes v with at most decimals digits after the point, never with an exponent, never as -0, never beyond maxNumber. What is no number
// is written as 0.
func appendNum(b []byte, v float64, decimals int) []byte {
	if math.IsNaN(v) {
		v = 0
	}
	v = min(max(v, -maxNumber), maxNumber)
	scale := math.Pow10(decimals)
	n := int64(math.Round(v * scale))
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	whole, frac := n/int64(scale), n%int64(scale)
	if whole != 0 || frac == 0 {
		b = strconv.AppendInt(b, whole, 10)
	}
	if frac == 0 {
		return b
	}
	digits := strconv.AppendInt(nil, frac+int64(scale), 10)[1:] // leading zeros kept
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	b = append(b, '.')
	return append(b, digits...)
}

// round gives the number that appendNum writes for v.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}

// appendLiteral writes raw as a literal string (ISO 32000-1, 7.3.4.2). Line ends are escaped, since readers fold them.
func appendLiteral(b []byte, raw []byte) []byte {
	b = append(b, '(')
	for _, c := range raw {
		switch c {
		case '(', ')', '\\':
			b = append(b, '\\', c)
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return append(b, ')')
}

// appendTextString writes s as a text string (7.9.2.2): as it is when it is plain ASCII, else as UTF-16BE with its mark.
func appendTextString(b []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			ascii = false
			break
		}
	}
	if ascii {
		return appendLiteral(b, []byte(s))
	}
	return appendLiteral(b, append([]byte{0xFE, 0xFF}, utf16BE(s)...))
}

// utf16BE encodes s, surrogate pairs included.
func utf16BE(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// appendRef writes a reference to object n.
func appendRef(b []byte, n int) []byte {
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, " 0 R"...)
}
