package register

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// row is a row of a file under a mapping.
type row struct {
	m        Mapping
	cells    []string
	problems []Problem
}

func (r *row) get(field string) string {
	i, ok := r.m.at[field]
	if !ok || i >= len(r.cells) {
		return ""
	}
	s := strings.TrimSpace(r.cells[i])
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(formulaSigns+"'", s[1]) >= 0 {
		s = s[1:] // Text put it there
	}
	return s
}

func (r *row) bad(field, cure, format string, args ...any) {
	r.problems = append(r.problems, Problem{Column: field, What: fmt.Sprintf(format, args...), Cure: cure})
}

// Record makes a tidied record of a row of cells, and tells everything that is wrong with it, by the file's own headings.
func (m Mapping) Record(cells []string) (Record, []Problem) {
	r := &row{m: m, cells: cells}
	var rec Record
	switch m.List {
	case Units:
		rec = &Unit{
			Code: r.get("code"), Agency: r.get("agency"), Name: r.get("name"), Parent: r.get("parent"), ValidFrom: Day(r.get("valid_from")),
			ValidTo: Day(r.get("valid_to")), Successor: r.get("successor"), SourceUpdatedAt: r.time("source_updated_at"),
		}
	case Procedures:
		rec = &Procedure{
			Code: r.get("code"), List: r.get("list"), Name: r.get("name"), Field: r.get("field"), Level: r.get("level"),
			ResultTypes: list(r.get("result_types")), Retention: r.get("retention"), OnlineOnly: r.yes("online_only"), SourceUpdatedAt: r.time("source_updated_at"),
		}
	case Holders:
		h := r.holder("code", "kind", "name")
		h.SourceUpdatedAt = r.time("source_updated_at")
		rec = &h
	case Dossiers:
		rec = r.dossier()
	}
	if rec == nil {
		return nil, []Problem{{What: "there is no such list", Cure: "name units, procedures, holders or dossiers"}}
	}
	problems := append(r.problems, rec.Tidy()...)
	for i := range problems {
		problems[i].Column = m.Heading(problems[i].Column)
	}
	return rec, problems
}

// RowReader reads a file's rows: Next gives the line a row stands in, counted from 1, and its cells, or what is wrong with the row; io.EOF
// after the last. The cells are the reader's until the next call.
type RowReader interface {
	Next() (line int, cells []string, problem *Problem, err error)
}

// headingRows is how far down the headings may stand: lists have titles above them.
const headingRows = 20

// FromRows finds the row of headings and gives the records of the rows below it. With problems there are no headings that do and no source;
// they are then about the row that came closest. Rows without anything in them are passed over.
func FromRows(k Kind, rr RowReader) (Mapping, Source, []Problem, error) {
	m, problems, err := findHeadings(k, rr)
	if err != nil || len(problems) > 0 {
		return m, nil, problems, err
	}
	return m, func() (Given, bool, error) {
		for {
			line, cells, problem, err := rr.Next()
			switch {
			case errors.Is(err, io.EOF):
				return Given{}, false, nil
			case err != nil:
				return Given{}, false, err
			case problem != nil:
				return Given{Line: line, Problems: []Problem{*problem}}, true, nil
			case empty(cells):
				continue
			}
			rec, problems := m.Record(cells)
			return Given{Line: line, Record: rec, Problems: problems}, true, nil
		}
	}, nil, nil
}

func findHeadings(k Kind, rr RowReader) (Mapping, []Problem, error) {
	best := Mapping{List: k, Line: 1}
	problems := []Problem{{What: "the file is empty", Cure: "name the columns in the first row"}}
	for seen := 0; seen < headingRows; {
		line, cells, problem, err := rr.Next()
		switch {
		case errors.Is(err, io.EOF):
			return best, problems, nil
		case err != nil:
			return best, nil, err
		case problem == nil && empty(cells):
			continue
		}
		seen++
		if problem != nil {
			if len(best.Columns) == 0 {
				best.Line, problems = line, []Problem{*problem}
			}
			continue
		}
		m, bad := Map(k, cells)
		m.Line = line
		if len(bad) == 0 {
			return m, nil, nil
		}
		if len(best.Columns) == 0 || len(m.at) > len(best.at) {
			best, problems = m, bad
		}
	}
	return best, problems, nil
}

func empty(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func (r *row) dossier() *Dossier {
	d := &Dossier{
		Code: r.get("code"), Procedure: r.get("procedure"), Unit: r.get("unit"), ReceivedOn: Day(r.get("received_on")), DueOn: Day(r.get("due_on")),
		CompletedOn: Day(r.get("completed_on")), ExpectedResults: list(r.get("expected_results")), SourceUpdatedAt: r.time("source_updated_at"),
	}
	if s := r.get("status"); s != "" {
		d.Status = Status(s)
		if known, ok := statusOf(s); ok {
			d.Status = known
		}
	}
	if h := r.holder("holder_code", "holder_kind", "holder"); h.Name != "" || h.Code != "" || len(h.Identifiers) > 0 {
		d.Holders = append(d.Holders, DossierHolder{Relation: Owner, Holder: h})
	}
	for _, rel := range []Relation{Joint, Guardian, Representative} {
		for _, s := range list(r.get(string(rel))) {
			d.Holders = append(d.Holders, DossierHolder{Relation: rel, Holder: another(s)})
		}
	}
	return d
}

// holder reads the columns of a holder. A masked number beside a code is what our own export wrote, and says nothing new.
func (r *row) holder(code, kind, name string) Holder {
	h := Holder{Code: r.get(code), Name: r.get(name)}
	if s := r.get(kind); s != "" {
		h.HolderKind = HolderKind(s)
		if k, ok := holderKindOf(s); ok {
			h.HolderKind = k
		}
	}
	source, on := r.get("source"), Day(r.get("recorded_on"))
	for _, f := range []struct {
		field string
		kind  dossier.IdentifierKind
	}{{"cccd", dossier.CCCD}, {"cmnd", dossier.CMND}, {"tax", dossier.TaxCode}, {"identifier", ""}} {
		for _, s := range list(r.get(f.field)) {
			if strings.Contains(s, "•") && h.Code != "" {
				continue
			}
			if id, err := dossier.ParseIdentifier(s); f.kind != "" && (err != nil || id.Kind() != f.kind) {
				r.bad(f.field, cureOfNumber(s), "the number is not of this kind")
				continue
			}
			h.Identifiers = append(h.Identifiers, Identifier{Number: s, Source: source, RecordedOn: on})
		}
	}
	return h
}

// another reads a further holder in one cell: a name, and behind it in brackets a number or a code.
func another(s string) Holder {
	name, in, ok := strings.Cut(s, "(")
	in, closed := strings.CutSuffix(strings.TrimSpace(in), ")")
	if !ok || !closed {
		return Holder{Name: s}
	}
	h := Holder{Name: strings.TrimSpace(name)}
	if _, err := dossier.ParseIdentifier(in); err != nil && isCode(in) {
		h.Code = in
	} else {
		h.Identifiers = []Identifier{{Number: in}}
	}
	return h
}

// list cuts a cell at semicolons and line ends.
func list(s string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '\n' || r == '\r' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func (r *row) yes(field string) bool {
	switch s := r.get(field); fold.Plain(s) {
	case "1", "x", "co", "dung", "true", "yes", "y":
		return true
	case "", "0", "khong", "sai", "false", "no", "n":
		return false
	default:
		r.bad(field, "write có or không", "%q is neither yes nor no", clip(s))
		return false
	}
}

func (r *row) time(field string) *time.Time {
	s := r.get(field)
	if s == "" {
		return nil
	}
	vietnam := time.FixedZone("+07", 7*3600) // what files say without a zone is said there
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006"} {
		if t, err := time.ParseInLocation(layout, s, vietnam); err == nil && t.Year() >= 1900 && t.Year() <= 2200 {
			t = t.UTC().Truncate(time.Microsecond)
			return &t
		}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 1 && n < 100_000 { // as spreadsheets keep it
		t := time.Date(1899, 12, 30, 0, 0, 0, 0, vietnam).AddDate(0, 0, int(n))
		t = t.Add(time.Duration(math.Round((n-math.Floor(n))*24*3600)) * time.Second).UTC()
		return &t
	}
	r.bad(field, "write it as 2024-05-23 14:30:00", "%q is no time", clip(s))
	return nil
}

// statusOf reads the status in Vietnamese or English.
func statusOf(s string) (Status, bool) {
	key := fold.Plain(s)
	for status, words := range map[Status][]string{
		Received:   {"da tiep nhan", "moi tiep nhan", "tiep nhan", "moi dang ky"},
		Processing: {"dang xu ly", "dang giai quyet", "cho xu ly"},
		Suspended:  {"yeu cau bo sung", "bo sung ho so", "cho bo sung", "tam dung"},
		Completed:  {"da co ket qua", "da xu ly xong", "da giai quyet", "hoan thanh", "da hoan thanh", "cho tra ket qua"},
		Returned:   {"da tra ket qua", "da tra", "ket thuc"},
		Refused:    {"tu choi", "khong tiep nhan", "tra lai", "khong du dieu kien"},
		Withdrawn:  {"rut ho so", "da rut", "cong dan rut", "xin rut"},
	} {
		if key == string(status) {
			return status, true
		}
		for _, w := range words {
			if key == w {
				return status, true
			}
		}
	}
	return "", false
}

func holderKindOf(s string) (HolderKind, bool) {
	switch fold.Plain(s) {
	case "person", "ca nhan", "cong dan", "nguoi dan":
		return Person, true
	case "firm", "to chuc", "doanh nghiep", "cong ty", "co quan":
		return Firm, true
	}
	return "", false
}

// StatusWord gives a status as files name it.
func StatusWord(s Status, l Language) string {
	if l == English {
		return string(s)
	}
	switch s {
	case Received:
		return "Đã tiếp nhận"
	case Processing:
		return "Đang xử lý"
	case Suspended:
		return "Yêu cầu bổ sung"
	case Completed:
		return "Đã có kết quả"
	case Returned:
		return "Đã trả kết quả"
	case Refused:
		return "Từ chối"
	case Withdrawn:
		return "Rút hồ sơ"
	}
	return string(s)
}

// formulaSigns begin what spreadsheets would compute.
const formulaSigns = "=+-@"

// Text guards a cell that a spreadsheet would take for a formula with an apostrophe, which Record drops again.
func Text(s string) string {
	if s != "" && strings.IndexByte(formulaSigns+"'", s[0]) >= 0 {
		return "'" + s
	}
	return s
}
