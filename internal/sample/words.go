package sample

import "strings"

// numberWords spells a number as receipts and certificates do, up to the thousands of millions.
func numberWords(n int) string {
	if n == 0 {
		return "không"
	}
	var out []string
	units := [...]string{"", "nghìn", "triệu", "tỷ"}
	var groups []int
	for n > 0 {
		groups = append(groups, n%1000)
		n /= 1000
	}
	for i := len(groups) - 1; i >= 0; i-- {
		if groups[i] == 0 {
			continue
		}
		out = append(out, threeDigits(groups[i], i < len(groups)-1))
		if units[i] != "" {
			out = append(out, units[i])
		}
	}
	return strings.Join(out, " ")
}

// threeDigits spells 1 to 999; inside a longer number the hundreds are said even when they are zero.
func threeDigits(n int, inside bool) string {
	digits := [...]string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}
	h, t, u := n/100, n/10%10, n%10
	var out []string
	if h > 0 || inside {
		out = append(out, digits[h], "trăm")
	}
	switch {
	case t == 0 && u > 0 && len(out) > 0:
		out = append(out, "linh")
	case t == 1:
		out = append(out, "mười")
	case t > 1:
		out = append(out, digits[t], "mươi")
	}
	switch {
	case u == 0:
	case u == 1 && t > 1:
		out = append(out, "mốt")
	case u == 5 && t > 0:
		out = append(out, "lăm")
	default:
		out = append(out, digits[u])
	}
	return strings.Join(out, " ")
}
