package digitise

import (
	"cmp"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// SourcePerson is the source of a field that a person confirmed or typed.
const SourcePerson = "person"

// LayOver lays what people decided over what was found. Decided fields are named by their keys (archive.FieldKeys); those that were not
// found are added. What follows from a decided field follows it: the day from the date, number and symbol together from both. Neither slice
// is changed.
func LayOver(found, decided []archive.Field) []archive.Field {
	if len(decided) == 0 {
		return found
	}
	out := slices.Clone(found)
	keys := archive.FieldKeys(found)
	for _, d := range decided {
		at := slices.Index(keys, d.Name)
		if at < 0 {
			d.Name, _, _ = strings.Cut(d.Name, "#")
			d.Source, d.Confidence, d.Asked = SourcePerson, 1, false
			out = append(out, d)
			continue
		}
		f := &out[at] // its printed form, page and box are the paper's
		f.Value, f.Source, f.Confidence, f.Asked = d.Value, SourcePerson, 1, false
	}
	return follow(out)
}

// follow closes what follows from decided fields.
func follow(fields []archive.Field) []archive.Field {
	by := map[string]*archive.Field{}
	for i := range fields {
		if by[fields[i].Name] == nil {
			by[fields[i].Name] = &fields[i]
		}
	}
	decided := func(name string) bool { return by[name] != nil && by[name].Source == SourcePerson }
	if day := by["day"]; day != nil && decided("date") {
		day.Asked = false
		if iso := strings.Split(by["date"].Value, "-"); len(iso) == 3 {
			day.Value, day.Source, day.Confidence = iso[2], SourcePerson, 1
		}
	}
	if !decided("number") && !decided("symbol") {
		return fields
	}
	number, symbol, both := by["number"], by["symbol"], by["number_symbol"]
	if number == nil || symbol == nil || number.Value == "" || symbol.Value == "" {
		if both != nil {
			return slices.DeleteFunc(fields, func(f archive.Field) bool { return f.Name == "number_symbol" })
		}
		return fields
	}
	made := archive.Field{
		Name: "number_symbol", Value: number.Value + "/" + symbol.Value, Confidence: min(number.Confidence, symbol.Confidence),
		Source: SourcePerson, Asked: number.Asked || symbol.Asked, Page: number.Page, Box: number.Box,
	}
	if both != nil {
		made.Page, made.Box, made.Printed = both.Page, both.Box, both.Printed
		*both = made
		return fields
	}
	return append(fields, made)
}

// questions are what people are asked about a document: all unsure fields at once, and each page that could not be read or is scanned so
// badly that it may have to be scanned again.
func questions(fields []archive.Field, results []page.Result) []archive.Question {
	var out []archive.Question
	if keys := askedKeys(fields); len(keys) > 0 {
		out = append(out, archive.Question{Kind: archive.AskFields, Reason: "fields_unsure", Fields: keys})
	}
	for i, r := range results {
		switch {
		case r.Kind == page.Unread:
			out = append(out, archive.Question{Kind: archive.AskPage, Reason: "page_unread", Page: i + 1})
		case poor(r):
			out = append(out, archive.Question{Kind: archive.AskPage, Reason: "page_poor", Page: i + 1})
		}
	}
	return out
}

// legible is the confidence of a page's words from which on a scan that is soft or pale has done its work all the same.
const legible = 80

// poor reports whether a person must say if a page is scanned again: part of it is missing, or it is too soft, dark or pale to be read well.
// What is only tilted, or has few pixels, is shown and not asked.
func poor(r page.Result) bool {
	if r.Kind != page.Text || r.Quality == nil {
		return false
	}
	for _, f := range r.Quality.Findings() {
		switch f {
		case page.LowResolution, page.Skewed:
		case page.Blurred, page.TooDark, page.TooLight:
			if r.Confidence < legible {
				return true
			}
		default: // an edge runs through letters
			return true
		}
	}
	return false
}

// askedKeys gives the keys of the fields that a person must confirm, as they are read down the paper. The day is asked with its date, and
// number and symbol together with each.
func askedKeys(fields []archive.Field) []string {
	type asked struct {
		key  string
		rank int
		f    archive.Field
	}
	var list []asked
	keys := archive.FieldKeys(fields)
	for i, f := range fields {
		withDate := f.Name == "day" && slices.ContainsFunc(fields, func(d archive.Field) bool { return d.Name == "date" && d.Asked })
		if f.Asked && !withDate && f.Name != "number_symbol" {
			list = append(list, asked{keys[i], readingRank(f.Name), f})
		}
	}
	slices.SortStableFunc(list, func(a, b asked) int {
		if c := cmp.Compare(a.rank, b.rank); c != 0 {
			return c
		}
		if c := cmp.Compare(a.f.Page, b.f.Page); c != 0 {
			return c
		}
		return cmp.Compare(a.f.Box.Y0, b.f.Box.Y0)
	})
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.key
	}
	return out
}

// readingRank orders fields as Decree 30/2020 lays them out: letterhead, title, body, signature. Number and date stand on one line and are
// typed in one movement.
func readingRank(name string) int {
	order := []string{
		"superior_as_printed", "agency", "agency_as_printed", "number", "date", "day", "symbol", "place", "urgency", "type", "subject",
	}
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	last := []string{"recipients", "authority", "signer_title_as_printed", "signer_name", "signature_page", "pages", "language", "annex"}
	if i := slices.Index(last, name); i >= 0 {
		return 1000 + i
	}
	return 500 // the body, from top to bottom
}
