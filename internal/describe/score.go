package describe

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/precision"
)

// Truth is what a person read off one paper, as fields.dev.json and the samples have it. Only what is given is scored.
type Truth struct {
	File          string            `json:"file"`
	Agency        string            `json:"agency"`
	AgencyPrinted string            `json:"agency_as_printed"`
	Number        string            `json:"number"`
	Symbol        string            `json:"symbol"`
	NumberSymbol  string            `json:"number_symbol"`
	Type          string            `json:"type"`
	Date          string            `json:"date"`
	Place         string            `json:"place"`
	Subject       string            `json:"subject"`
	SignerName    string            `json:"signer_name"`
	SignerTitle   string            `json:"signer_title_as_printed"`
	SignaturePage int               `json:"signature_page"`
	Pages         int               `json:"pages"`
	Flags         TruthFlags        `json:"flags"`
	Extra         map[string]string `json:"extra"`
}

// TruthFlags say what was written by hand.
type TruthFlags struct {
	HandwrittenNumber bool `json:"handwritten_number"`
	HandwrittenDay    bool `json:"handwritten_day"`
	BornDigital       bool `json:"born_digital"`
}

// maxTruthBytes bounds a truth file: a thousand papers take about one megabyte.
const maxTruthBytes = 64 << 20

// ReadTruth reads fields.dev.json, or any JSON with a list of papers under "documents".
func ReadTruth(r io.Reader) ([]Truth, error) {
	var t struct {
		Documents []Truth `json:"documents"`
	}
	if err := json.NewDecoder(io.LimitReader(r, maxTruthBytes)).Decode(&t); err != nil {
		return nil, fmt.Errorf("read fields truth: %w", err)
	}
	return t.Documents, nil
}

// FieldScore counts how one field was read on many papers.
type FieldScore struct {
	Exact      int     `json:"exact"`      // character for character after NFC
	Normalised int     `json:"normalised"` // after folding case, tone placement and punctuation
	Asked      int     `json:"asked"`      // left to a person
	N          int     `json:"n"`
	Lower95    float64 `json:"lower95"` // Clopper–Pearson, one-sided 95%, of Normalised
}

// Scores is the answer of `sohoa bench fields`.
type Scores struct {
	Fields map[string]FieldScore `json:"fields"`
	// Skipped counts values that would not be asked, and Wrong those of them that were wrong: what the promise of precision is about.
	Skipped map[string]int `json:"skipped"`
	Wrong   map[string]int `json:"wrong"`
	// Promises say, for each field, from which confidence on what was read keeps the promise of precision.
	Promises map[string]PromiseScore `json:"promises"`
	Misses   []Miss                  `json:"misses"`

	curves map[string]*precision.Curve
}

// PromiseScore is the lowest confidence from which on values of a field keep precision.Promise on these papers.
type PromiseScore struct {
	precision.Level
	Kept bool `json:"kept"` // false: at no confidence; then the level is that of the surest values
	// Share is how many of the papers that have the field would not be asked for it.
	Share float64 `json:"share"`
}

// Miss is one value that was not read as the truth has it, even after folding.
type Miss struct {
	File  string `json:"file"`
	Field string `json:"field"`
	Want  string `json:"want"`
	Got   string `json:"got"`
	Asked bool   `json:"asked"`
}

// Special rows of the scores beside the fields of the truth.
const (
	// NumberFound counts handwritten numbers that were found as such, or read from a signature's own text.
	NumberFound = "number_found"
	// DayFound counts handwritten days likewise.
	DayFound = "day_found"
	// SubjectClose counts subjects with a similarity of at least 0.95.
	SubjectClose = "subject_similarity_0.95"
)

// Score compares the fields of papers with their truth, by file name. A handwritten day is not part of the date's score; it and
// handwritten numbers are a person's to read, and have rows of their own that count whether they were found as such.
func Score(truth []Truth, read map[string][]archive.Field) Scores {
	s := Scores{Fields: map[string]FieldScore{}, Skipped: map[string]int{}, Wrong: map[string]int{}, Promises: map[string]PromiseScore{}, curves: map[string]*precision.Curve{}}
	for _, t := range truth {
		fields := read[t.File]
		s.text(t.File, fields, Agency, t.Agency)
		s.text(t.File, fields, AgencyPrinted, t.AgencyPrinted)
		s.text(t.File, fields, Symbol, t.Symbol)
		s.text(t.File, fields, Type, t.Type)
		s.text(t.File, fields, Place, t.Place)
		s.text(t.File, fields, Subject, t.Subject)
		s.text(t.File, fields, SignerName, t.SignerName)
		s.text(t.File, fields, SignerTitle, t.SignerTitle)
		if t.SignaturePage > 0 {
			s.text(t.File, fields, SignaturePage, strconv.Itoa(t.SignaturePage))
		}
		if t.Pages > 0 {
			s.text(t.File, fields, Pages, strconv.Itoa(t.Pages))
		}
		for _, k := range []string{Holder, HolderID, Address, Parcel, MapSheet, Serial, LicenceNumber, DossierCode, ProcedureCode} {
			s.text(t.File, fields, k, t.Extra[k])
		}
		s.date(t, fields)
		s.number(t, fields)
		if t.Subject != "" {
			got, asked := valueOf(fields, Subject)
			ok := similarity(subjectKey(got.Value), subjectKey(t.Subject)) >= 0.95
			s.count(t.File, SubjectClose, t.Subject, got.Value, ok, ok, asked)
		}
	}
	for name, f := range s.Fields {
		f.Lower95 = math.Round(precision.LowerBound(f.Normalised, f.N)*10000) / 10000
		s.Fields[name] = f
		s.promise(name, f.N)
	}
	return s
}

func (s *Scores) promise(name string, n int) {
	c := s.curves[name]
	if c == nil {
		return
	}
	levels := c.Levels()
	kept, ok := precision.Kept(levels, precision.Promise)
	if !ok {
		for _, l := range levels {
			if l.Lower95 > kept.Lower95 {
				kept = l
			}
		}
	}
	p := PromiseScore{Level: kept, Kept: ok}
	if ok {
		p.Share = math.Round(float64(kept.N)/float64(n)*1000) / 1000
	}
	s.Promises[name] = p
}

// said tallies a value that was read, by its confidence, for the promise.
func (s *Scores) said(name string, f archive.Field, right bool) {
	if f.Value == "" || f.Handwritten {
		return
	}
	c := s.curves[name]
	if c == nil {
		c = &precision.Curve{}
		s.curves[name] = c
	}
	c.Add(f.Confidence, right)
}

func valueOf(fields []archive.Field, name string) (archive.Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, f.Asked
		}
	}
	return archive.Field{}, true
}

func (s *Scores) text(file string, fields []archive.Field, name, want string) {
	if want == "" {
		return
	}
	got, asked := valueOf(fields, name)
	if name == HolderID {
		if id, err := dossier.ParseIdentifier(want); err == nil {
			want = id.String() // fields hold identifiers masked
		}
	}
	same := fold.Accented(got.Value) == fold.Accented(want)
	if name == Subject {
		same = subjectKey(got.Value) == subjectKey(want)
	}
	s.said(name, got, same)
	s.count(file, name, want, got.Value, got.Value == want, same, asked)
}

// subjectKey folds a subject; V/v and Về việc are one.
func subjectKey(s string) string {
	s = fold.Accented(s)
	if rest, ok := strings.CutPrefix(s, "v v "); ok {
		return "về việc " + rest
	}
	return s
}

func (s *Scores) date(t Truth, fields []archive.Field) {
	if t.Date == "" {
		return
	}
	got, asked := valueOf(fields, Date)
	if t.Flags.HandwrittenDay {
		asked = got.Value == "" || got.Confidence < AskBelow // the day by hand is asked for in any case
	}
	want := t.Date
	value := got.Value
	if t.Flags.HandwrittenDay && len(want) == 10 {
		want = want[:7]
		if len(value) == 10 && value != t.Date {
			value += " (day guessed)" // a wrong day is worse than none
		} else if len(value) == 10 {
			value = value[:7]
		}
		day, _ := valueOf(fields, Day)
		found := day.Handwritten && !day.Box.Empty() && day.Value == "" || got.Value == t.Date && got.Source == FromLaid
		s.count(t.File, DayFound, t.Date, day.Printed, found, found, true)
	}
	s.said(Date, got, value == want)
	s.count(t.File, Date, want, value, value == want, value == want, asked)
}

func (s *Scores) number(t Truth, fields []archive.Field) {
	if t.Number == "" {
		return
	}
	got, asked := valueOf(fields, Number)
	same := got.Value != "" && dossier.Number{Serial: got.Value}.Key() == dossier.Number{Serial: t.Number}.Key()
	found := got.Handwritten && got.Value == "" && !got.Box.Empty() || got.Source == FromLaid && same
	misses := len(s.Misses)
	s.said(Number, got, same)
	s.count(t.File, Number, t.Number, got.Value, got.Value == t.Number, same, asked)
	if t.NumberSymbol != "" {
		both, asked := valueOf(fields, NumberSymbol)
		s.count(t.File, NumberSymbol, t.NumberSymbol, both.Value, both.Value == t.NumberSymbol, fold.Accented(both.Value) == fold.Accented(t.NumberSymbol), asked)
	}
	if t.Flags.HandwrittenNumber {
		s.Misses = s.Misses[:misses] // left to a person, as it should be
		s.count(t.File, NumberFound, t.Number, got.Value, found, found, true)
	}
}

func (s *Scores) count(file, name, want, got string, exact, normalised, asked bool) {
	f := s.Fields[name]
	f.N++
	if exact {
		f.Exact++
	}
	if normalised {
		f.Normalised++
	} else {
		s.Misses = append(s.Misses, Miss{file, name, want, got, asked})
	}
	if asked {
		f.Asked++
	} else {
		s.Skipped[name]++
		if !normalised {
			s.Wrong[name]++
		}
	}
	s.Fields[name] = f
}

// String prints the scores as a table, for people.
func (s Scores) String() string {
	var b strings.Builder
	names := []string{
		Agency, AgencyPrinted, Number, NumberSymbol, NumberFound, Symbol, Type, Date, DayFound, Place, Subject, SubjectClose, SignerName, SignerTitle, SignaturePage,
		Pages, Holder, HolderID, Address, Parcel, MapSheet, Serial, LicenceNumber, DossierCode, ProcedureCode,
	}
	for _, name := range names {
		if f, ok := s.Fields[name]; ok {
			fmt.Fprintf(&b, "%-26s exact %3d  normalised %3d  asked %3d  of %3d  lower95 %.3f  unasked wrong %d/%d\n", name, f.Exact, f.Normalised, f.Asked, f.N, f.Lower95, s.Wrong[name], s.Skipped[name])
		}
	}
	fmt.Fprintf(&b, "\nA lower 95%% bound of %.3f of what skips review is kept:\n", precision.Promise)
	for _, name := range names {
		switch p, ok := s.Promises[name]; {
		case ok && p.Kept:
			fmt.Fprintf(&b, "%-26s from %.3f on: %d of %d right, bound %.4f; %.0f%% skip\n", name, p.From, p.Right, p.N, p.Lower95, 100*p.Share)
		case ok:
			fmt.Fprintf(&b, "%-26s nowhere; best from %.3f on: %d of %d right, bound %.4f\n", name, p.From, p.Right, p.N, p.Lower95)
		}
	}
	return b.String()
}
