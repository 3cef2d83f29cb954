package dossier

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/fold"
)

// symbolPattern is a symbol as Decree 30/2020 builds it: type or agency, then agencies, joined by hyphens.
const symbolPattern = `[A-ZĐ][A-Za-zĐđ]*(?:\d{1,3})?(?:-[A-ZĐ0-9&.][A-Za-zĐđ0-9&.]*)*`

// Number is the number and symbol of a document: 1234/QĐ-UBND, or 12/2023/QĐ-UBND for a normative text. The zero value is
// no number.
type Number struct {
	Serial string // as written, leading zeros kept; may be empty: drafts and handwritten numbers
	Year   int    // 0 but for normative texts
	Symbol string // QĐ-UBND
}

// ParseNumber reads a number with symbol. It forgives what recognition does: blanks around slash and hyphen, D for Đ in
// known abbreviations, dashes for hyphens.
func ParseNumber(s string) (Number, error) {
	s = looseSymbol(s)
	m := numberRule().FindStringSubmatch(s)
	if m == nil {
		return Number{}, fmt.Errorf("document number %q is not like 123/QĐ-UBND", clip(s))
	}
	return numberOf(m), nil
}

func numberOf(m []string) Number {
	n := Number{Serial: m[1], Symbol: RepairSymbol(m[3])}
	if m[2] != "" {
		n.Year, _ = strconv.Atoi(m[2]) // four digits
	}
	return n
}

// FindNumbers finds numbers with symbol in text.
func FindNumbers(text string) []Found[Number] {
	var out []Found[Number]
	for _, m := range numberSearch().FindAllStringSubmatchIndex(text, -1) {
		sub := make([]string, 4)
		for i := range sub {
			if m[2*i] >= 0 {
				sub[i] = text[m[2*i]:m[2*i+1]]
			}
		}
		if glued(text, m[0], m[1]) || !strings.Contains(sub[3], "-") {
			continue
		}
		out = append(out, Found[Number]{Value: numberOf(sub), Start: m[0], End: m[1]})
	}
	return out
}

func (n Number) String() string {
	s := n.Serial
	if n.Year != 0 {
		s += fmt.Sprintf("/%04d", n.Year)
	}
	if n.Symbol != "" {
		s += "/" + n.Symbol
	}
	return s
}

// Key is the form under which a number is looked up: no leading zeros, no diacritics, one case. 04/CT-UBND and 4/ct-ubnd are
// one.
func (n Number) Key() string {
	s := strings.TrimLeft(n.Serial, "0")
	if s == "" && n.Serial != "" {
		s = "0"
	}
	k := Number{Serial: s, Year: n.Year, Symbol: SymbolKey(n.Symbol)}
	return strings.ToLower(k.String())
}

// SymbolKey is the form in which symbols are compared: qd-ubnd.
func SymbolKey(symbol string) string { return strings.ReplaceAll(fold.Plain(symbol), " ", "-") }

// Type gives the abbreviation of the type within the symbol: QĐ of QĐ-UBND, empty for an official letter.
func (n Number) Type() string { return SymbolType(n.Symbol) }

// SymbolType gives the abbreviation of a document type that begins a symbol; empty when it begins with an agency, as an
// official letter's does (UBND-VP).
func SymbolType(symbol string) string {
	head, _, _ := strings.Cut(symbol, "-")
	if _, ok := TypeOf(head); ok {
		return head
	}
	return ""
}

// OfficialLetter reports whether a symbol is an official letter's: an agency first, and no type.
func OfficialLetter(symbol string) bool {
	head, rest, ok := strings.Cut(symbol, "-")
	return ok && head != "" && rest != "" && SymbolType(symbol) == ""
}

// looseSymbol takes out what recognition and typing put around the signs of a number.
func looseSymbol(s string) string {
	// Recognition sees the stroke of one letter twice and gives Đ and eth; ĐĐ is printed (QLĐĐ).
	s = strings.NewReplacer("ĐÐ", "Đ", "ÐĐ", "Đ").Replace(norm.NFC.String(strings.TrimSpace(s)))
	s = strings.Map(func(r rune) rune {
		switch r {
		case '–', '—', '‐', '‑', '−', '_':
			return '-'
		case 'Ð', 'Ɖ':
			return 'Đ'
		case 'ð', 'ɖ':
			return 'đ'
		}
		return r
	}, s)
	for _, sep := range []string{"-", "/"} {
		parts := strings.Split(s, sep)
		for i, p := range parts {
			parts[i] = strings.TrimSpace(p)
		}
		s = strings.Join(parts, sep)
	}
	return strings.TrimRight(s, ".,;:")
}

// RepairSymbol brings a symbol to its printed form: hyphens without blanks, and D for Đ mended where the abbreviation is
// known with Đ only.
func RepairSymbol(symbol string) string {
	parts := strings.Split(looseSymbol(symbol), "-")
	for i, p := range parts {
		p = strings.TrimRight(p, ".,;:")
		if i == 0 {
			if _, ok := TypeOf(p); ok {
				parts[i] = p
				continue
			}
			if t, ok := typeByPlain(p); ok {
				parts[i] = t
				continue
			}
		}
		parts[i] = repairAgency(upperAgency(p))
	}
	return strings.Join(parts, "-")
}

// upperAgency mends a first letter that was read small (sNNMT); TTg is printed so.
func upperAgency(p string) string {
	r, n := utf8.DecodeRuneInString(p)
	if unicode.IsLower(r) && n < len(p) && strings.ToUpper(p[n:]) == p[n:] {
		return string(unicode.ToUpper(r)) + p[n:]
	}
	return p
}

// repairAgency mends D for Đ in abbreviations of agencies. HDND can only be HĐND.
func repairAgency(p string) string {
	switch fold.Plain(p) {
	case "hdnd":
		return "HĐND"
	case "ubnd":
		return "UBND"
	case "hdtd":
		return "HĐTĐ"
	case "hdqt":
		return "HĐQT"
	case "bqldadtxd":
		return "BQLDAĐTXD"
	}
	return p
}
