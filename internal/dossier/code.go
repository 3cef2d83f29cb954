package dossier

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Code is a dossier code: who took the dossier in, on which day, as the how manieth. The zero value names no dossier.
type Code struct {
	Agency AgencyCode
	Day    time.Time // midnight UTC of the day it was taken in
	Serial string    // four digits or more, leading zeros kept
}

// Patterns of DOMAIN.md, open at both ends for searching in text. [.,] because recognition reads full stops as commas.
const (
	agencyPattern    = `\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d+)*`
	codePattern      = `(` + agencyPattern + `)-(\d{6})-(\d{4,12})`
	procedurePattern = `([1-3]\.\d{6})((?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?)`
)

// ParseCode reads a dossier code such as 000.00.53.H48-220921-0099 or H24.1-230523-0001.
func ParseCode(s string) (Code, error) {
	m := codeRule().FindStringSubmatch(tidy(s))
	if m == nil {
		return Code{}, fmt.Errorf("dossier code %q is not agency-yymmdd-serial", clip(s))
	}
	day, err := time.Parse("060102", m[2])
	if err != nil {
		return Code{}, fmt.Errorf("dossier code %q: %s is no day (yymmdd)", clip(s), m[2])
	}
	return Code{Agency: AgencyCode(m[1]), Day: day, Serial: m[3]}, nil
}

// String gives the one spelling of the code, empty for the zero value.
func (c Code) String() string {
	if c.Serial == "" {
		return ""
	}
	return string(c.Agency) + "-" + c.Day.Format("060102") + "-" + c.Serial
}

// Found is a value found in running text: bytes Start to End of it.
type Found[T any] struct {
	Value      T
	Start, End int
}

// FindCodes finds the dossier codes in text.
func FindCodes(text string) []Found[Code] {
	return find(text, codeSearch(), ParseCode)
}

// AgencyCode is the code of an agency: dotted, at most 35 characters, such as 000.00.00.H24.
type AgencyCode string

// maxAgencyCode is the length the national list of agency codes allows.
const maxAgencyCode = 35

// ParseAgencyCode reads an agency code.
func ParseAgencyCode(s string) (AgencyCode, error) {
	s = tidy(s)
	if len(s) > maxAgencyCode || !agencyRule().MatchString(s) {
		return "", fmt.Errorf("agency code %q is not like 000.00.00.H24 or H24.1", clip(s))
	}
	return AgencyCode(s), nil
}

// Province gives the code of the province or ministry: H24 of 000.00.53.H24.
func (a AgencyCode) Province() string {
	for part := range strings.SplitSeq(string(a), ".") {
		if len(part) == 3 && part[0] >= 'A' && part[0] <= 'Z' {
			return part
		}
	}
	return ""
}

// Procedure is the code of an administrative procedure. The short part names the procedure, the rest says whose list it
// was taken from, so two codes are of one procedure when their short parts agree. The zero value names none.
type Procedure struct {
	Short  string     // 1.001612
	Agency AgencyCode // 000.00.00.H48, often empty
}

// ParseProcedure reads a procedure code such as 1.001612 or 1.001612.000.00.00.H48.
func ParseProcedure(s string) (Procedure, error) {
	m := procedureRule().FindStringSubmatch(tidy(s))
	if m == nil {
		return Procedure{}, fmt.Errorf("procedure code %q is not like 1.001612 or 1.001612.000.00.00.H48", clip(s))
	}
	return Procedure{Short: m[1], Agency: AgencyCode(strings.TrimPrefix(m[2], "."))}, nil
}

func (p Procedure) String() string {
	if p.Agency == "" {
		return p.Short
	}
	return p.Short + "." + string(p.Agency)
}

// Same reports whether both are codes of one procedure.
func (p Procedure) Same(o Procedure) bool { return p.Short != "" && p.Short == o.Short }

// FindProcedures finds procedure codes in text. A bare 1.123456 may also be an amount of money, so look at what stands before.
func FindProcedures(text string) []Found[Procedure] {
	return find(text, procedureSearch(), ParseProcedure)
}

func find[T any](text string, re *regexp.Regexp, parse func(string) (T, error)) []Found[T] {
	var out []Found[T]
	for _, m := range re.FindAllStringIndex(text, -1) {
		if glued(text, m[0], m[1]) {
			continue
		}
		if v, err := parse(text[m[0]:m[1]]); err == nil {
			out = append(out, Found[T]{Value: v, Start: m[0], End: m[1]})
		}
	}
	return out
}

// glued reports whether a match is only a part of something longer: a digit, letter or inner full stop touches it.
func glued(text string, start, end int) bool {
	return start > 0 && (isAlnum(text[start-1]) || text[start-1] == '.' || text[start-1] == '-') ||
		end < len(text) && (isAlnum(text[end]) || end+1 < len(text) && (text[end] == '.' || text[end] == '-') && isAlnum(text[end+1]))
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// tidy drops white space around s and brings it to NFC and upper case.
func tidy(s string) string { return strings.ToUpper(norm.NFC.String(strings.TrimSpace(s))) }

// clip shortens what is quoted in a message.
func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
