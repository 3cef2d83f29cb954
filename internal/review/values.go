package review

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// maxValue bounds a value, in runes.
const maxValue = 2000

// Names lists the fields a person may set.
func Names() []string {
	return []string{
		"agency", "number", "symbol", "type", "date", "place", "subject", "signer_name", "signer_title_as_printed", "authority", "recipients", "urgency",
		"dossier", "procedure", "holder", "holder_id", "address", "parcel", "map_sheet", "serial", "licence_number", "validity", "language", "annex",
		"agency_as_printed", "superior_as_printed", "signature_page",
	}
}

// Normalise brings what a person typed into a field to the form in which it is kept. found is the value the machine found: what is left out
// of a date is taken from it, and a value that was found is accepted as it is. Empty stays empty: the paper does not have it. The error says
// what to type, without quoting what was typed.
func Normalise(name, typed, found string, pages int, today time.Time) (string, error) {
	typed = norm.NFC.String(strings.TrimSpace(typed))
	if typed == "" {
		return "", nil
	}
	if name != "date" && typed == found {
		return typed, nil
	}
	if utf8.RuneCountInString(typed) > maxValue || strings.ContainsFunc(typed, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return "", fmt.Errorf("type at most %d letters, and no signs that cannot be seen", maxValue)
	}
	if name != "recipients" {
		typed = strings.Join(strings.Fields(typed), " ")
	}
	switch name {
	case "date":
		return ParseDate(typed, found, today)
	case "number":
		return parseNumber(typed)
	case "symbol":
		return parseSymbol(typed)
	case "type":
		return parseType(typed)
	case "holder_id":
		id, err := dossier.ParseIdentifier(typed)
		if err != nil {
			return "", errors.New("type 12 digits (CCCD), 9 (CMND), or a tax code of 10 or 10-3")
		}
		return id.String(), nil // masked: fields never hold a person's number
	case "dossier":
		c, err := dossier.ParseCode(typed)
		if err != nil {
			return "", errors.New("type a code such as 000.00.53.H48-220921-0099")
		}
		return c.String(), nil
	case "procedure":
		p, err := dossier.ParseProcedure(typed)
		if err != nil {
			return "", errors.New("type a code such as 1.004227")
		}
		return p.String(), nil
	case "signature_page":
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > max(pages, 1) {
			return "", fmt.Errorf("type the page's number, 1 to %d", max(pages, 1))
		}
		return strconv.Itoa(n), nil
	case "agency", "place", "subject", "signer_name", "signer_title_as_printed", "holder", "address":
		if !strings.ContainsFunc(typed, unicode.IsLetter) {
			return "", errors.New("type words, as they are printed")
		}
		return fold.Tones(typed), nil
	}
	return typed, nil
}

// ParseDate reads a date as people type it: 23/5/2024, 23.5.2024, 23 5 2024, 23052024, 2024-05-23; and what the paper prints, taken from
// known (yyyy-mm or yyyy-mm-dd): 23 alone is the day, 23/5 day and month; 5/2024 and 2024-05 are a month whose day nobody wrote.
func ParseDate(typed, known string, today time.Time) (string, error) {
	what := "type the day such as 23/5/2024, or 23 where month and year are known"
	m := dateRule().FindStringSubmatch(typed)
	if m == nil {
		return "", errors.New(what)
	}
	g := func(name string) int { // 0 where it is not there
		n, _ := strconv.Atoi(m[dateRule().SubexpIndex(name)])
		return n
	}
	year, month, day := g("y"), g("m"), g("d")
	switch {
	case g("iy") > 0:
		year, month, day = g("iy"), g("im"), g("id")
	case g("my") > 0:
		year, month, day = g("my"), g("mm"), 0
	case g("cy") > 0:
		year, month, day = g("cy"), g("cm"), g("cd")
	}
	parts := strings.Split(known, "-")
	if year == 0 && len(parts) >= 2 {
		year, _ = strconv.Atoi(parts[0])
	}
	if month == 0 && len(parts) >= 2 {
		month, _ = strconv.Atoi(parts[1])
	}
	if year == 0 || month == 0 {
		return "", errors.New("month and year are not known: type the whole day such as 23/5/2024")
	}
	wholeMonth := g("my") > 0 || g("iy") > 0 && m[dateRule().SubexpIndex("id")] == ""
	if wholeMonth {
		day = 1
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	switch {
	case t.Year() != year || int(t.Month()) != month || t.Day() != day:
		return "", errors.New("there is no such day: " + what)
	case year < 1900:
		return "", errors.New("the year has four digits, from 1900 on")
	case t.After(today.UTC().AddDate(0, 0, 1)):
		return "", errors.New("the day lies ahead; a paper is not issued before its day")
	case wholeMonth:
		return t.Format("2006-01"), nil
	}
	return t.Format(time.DateOnly), nil
}

// dateRule is what ParseDate takes; i: ISO, m: month alone, c: eight digits in a row.
//
//nolint:gochecknoglobals // a constant in all but syntax
var dateRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?P<iy>\d{4})-(?P<im>\d{1,2})(?:-(?P<id>\d{1,2}))?|(?P<cd>\d{2})(?P<cm>\d{2})(?P<cy>\d{4})|` +
		`(?P<mm>\d{1,2})[/. -](?P<my>\d{4})|(?P<d>\d{1,2})(?:[/. -](?P<m>\d{1,2})(?:[/. -](?P<y>\d{4}))?)?)$`)
})

// numberRule is a document's number: digits, perhaps with a letter or a year.
//
//nolint:gochecknoglobals // a constant in all but syntax
var numberRule = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,8}\p{L}{0,2}(?:/\d{4})?$`) })

// serialRule is the number of a certificate: letters and digits.
//
//nolint:gochecknoglobals // a constant in all but syntax
var serialRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\p{Lu}0-9][\p{Lu}0-9 ./-]{0,30}[0-9][\p{Lu}0-9]{0,3}$`)
})

func parseNumber(s string) (string, error) {
	if numberRule().MatchString(s) {
		return s, nil
	}
	if n, err := dossier.ParseNumber(s); err == nil && n.Serial != "" { // the symbol was typed behind it
		return n.Serial, nil
	}
	if up := strings.ToUpper(s); serialRule().MatchString(up) {
		return up, nil
	}
	return "", errors.New("type the number alone, such as 123")
}

func parseSymbol(s string) (string, error) {
	n, err := dossier.ParseNumber("1/" + strings.TrimPrefix(s, "/"))
	if err != nil {
		if n, err = dossier.ParseNumber("1/" + strings.ToUpper(strings.TrimPrefix(s, "/"))); err != nil {
			return "", errors.New("type what follows the slash, such as QĐ-UBND")
		}
	}
	return n.Symbol, nil
}

// parseType takes a type's name in any case, its abbreviation, or a name that no list has.
func parseType(s string) (string, error) {
	if t, ok := dossier.TypeNamed(s); ok {
		return t.Name, nil
	}
	for _, form := range []string{s, strings.ToUpper(s), dossier.RepairSymbol(strings.ToUpper(s))} {
		if t, ok := dossier.TypeOf(form); ok {
			return t.Name, nil
		}
	}
	if utf8.RuneCountInString(s) < 3 || strings.ContainsAny(s, "0123456789") {
		return "", errors.New("type the name such as Quyết định, or its abbreviation such as QĐ")
	}
	r, n := utf8.DecodeRuneInString(s)
	return fold.Tones(string(unicode.ToUpper(r)) + s[n:]), nil
}
