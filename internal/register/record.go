package register

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Kind is one of the four lists of the register.
type Kind string

// The lists, in the order they are filled: a dossier names a unit and a procedure that must be there.
const (
	Units      Kind = "units"
	Procedures Kind = "procedures"
	Holders    Kind = "holders"
	Dossiers   Kind = "dossiers"
)

// Kinds gives the lists in the order they are filled.
func Kinds() []Kind { return []Kind{Units, Procedures, Holders, Dossiers} }

// ParseKind reads the name of a list.
func ParseKind(s string) (Kind, error) {
	for _, k := range Kinds() {
		if string(k) == s {
			return k, nil
		}
	}
	return "", fmt.Errorf("%q is not units, procedures, holders or dossiers", clip(s))
}

// Record is a unit, procedure, holder or dossier.
type Record interface {
	// Kind says which list the record belongs to.
	Kind() Kind
	// Key is the code the record is known by; for a holder without one, empty.
	Key() string
	// Tidy brings the record's values to their one spelling and tells everything that is wrong with it.
	Tidy() []Problem
}

// Problem is what is wrong with one value of a record. It never quotes an identifier.
type Problem struct {
	Column string `json:"column" doc:"The field that is wrong."`
	What   string `json:"problem" doc:"What is wrong with it."`
	Cure   string `json:"cure" doc:"What to do about it."`
}

func (p Problem) String() string { return p.Column + ": " + p.What + "; " + p.Cure }

// Bad is a problem at a line.
type Bad struct {
	Line int `json:"line" doc:"The line of the file or body; the first is 1."`
	Problem
}

// Longest values, in characters. What is longer is a mistake of who made the file.
const (
	maxCode = 64
	maxName = 500
	maxWord = 200
	maxList = 50
)

// Day is a day written YYYY-MM-DD; empty for none. Days compare as strings.
type Day string

// ParseDay reads a day as it is written in files: 2024-05-23, 23/05/2024, 23-05-2024, 23.5.2024, with or without a time after it, or the
// number of days since 1899-12-30 by which spreadsheets keep it.
func ParseDay(s string) (Day, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	bare := s
	if i := strings.IndexAny(s, " T"); i >= 8 {
		bare = s[:i]
	}
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006", "2006/1/2", "20060102"} {
		if t, err := time.Parse(layout, bare); err == nil {
			return dayOf(t, s)
		}
	}
	if n, err := strconv.ParseFloat(bare, 64); err == nil && n >= 1 && n < 200_000 {
		return dayOf(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)), s)
	}
	return "", fmt.Errorf("%q is no day", clip(s))
}

func dayOf(t time.Time, given string) (Day, error) {
	if t.Year() < 1900 || t.Year() > 2200 {
		return "", fmt.Errorf("%q lies outside the years 1900 to 2200", clip(given))
	}
	return Day(t.Format(time.DateOnly)), nil
}

// Time gives midnight UTC of the day; the zero time for none.
func (d Day) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// check gathers problems while it tidies values.
type check struct{ problems []Problem }

func (c *check) bad(column, cure, format string, args ...any) {
	c.problems = append(c.problems, Problem{Column: column, What: fmt.Sprintf(format, args...), Cure: cure})
}

// text brings a text to NFC without white space around it, and refuses what no list of names holds.
func (c *check) text(column string, v *string, longest int, required bool) {
	s := strings.TrimSpace(norm.NFC.String(*v))
	switch {
	case !utf8.ValidString(s):
		c.bad(column, "save the file as UTF-8", "is not UTF-8")
		s = strings.ToValidUTF8(s, "�")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		c.bad(column, "remove the control characters", "holds control characters")
	case utf8.RuneCountInString(s) > longest:
		c.bad(column, fmt.Sprintf("shorten it to %d characters", longest), "has %d characters", utf8.RuneCountInString(s))
	case s == "" && required:
		c.bad(column, "fill it in", "is empty")
	}
	*v = s
}

// isCode reports whether s looks like a code of our own; it stands in URLs.
func isCode(s string) bool {
	if s == "" || len(s) > maxCode {
		return false
	}
	for i, r := range []byte(s) {
		switch {
		case '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		case i > 0 && i < len(s)-1 && strings.IndexByte("._:-", r) >= 0:
		default:
			return false
		}
	}
	return true
}

func (c *check) code(column string, v *string, required bool) {
	*v = strings.TrimSpace(norm.NFC.String(*v))
	switch {
	case *v == "" && required:
		c.bad(column, "fill it in", "is empty")
	case *v != "" && !isCode(*v):
		c.bad(column, fmt.Sprintf("use letters without diacritics, digits, and . - _ : between them, at most %d", maxCode), "%q is no code", clip(*v))
	}
}

func (c *check) day(column string, v *Day) {
	d, err := ParseDay(string(*v))
	if err != nil {
		c.bad(column, "write it as 2024-05-23 or 23/05/2024", "%v", err)
	}
	*v = d
}

// order tells of days that stand the wrong way round. Empty ones stand right.
func (c *check) order(before, after Day, column, cure, what string) {
	if before != "" && after != "" && after < before {
		c.bad(column, cure, "%s", what)
	}
}

func (c *check) words(column string, v *[]string) {
	var out []string
	seen := map[string]bool{}
	for _, w := range *v {
		c.text(column, &w, maxWord, false)
		if w != "" && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	if len(out) > maxList {
		c.bad(column, fmt.Sprintf("name at most %d", maxList), "names %d", len(out))
	}
	*v = out
}

// clip shortens what is quoted in a message.
func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
