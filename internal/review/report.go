package review

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// ReportQuery asks how far batches are, and what people did. Without a batch it is about the batches made, and the answers given, since then.
type ReportQuery struct {
	Unit  string
	Batch archive.BatchID
	Since time.Time
	Until time.Time
}

// Report is what a supervisor reads.
type Report struct {
	Batches []BatchReport `json:"batches" nullable:"false"`
	People  []HourReport  `json:"people" nullable:"false"`
}

// BatchReport is how far one batch is. Papers are files as they came in; documents what they were split into.
type BatchReport struct {
	Batch     archive.BatchID `json:"batch"`
	Unit      string          `json:"unit"`
	Name      string          `json:"name"`
	State     string          `json:"state"`
	CreatedAt time.Time       `json:"created_at"`
	Expected  int             `json:"expected,omitempty"` // papers announced
	Received  int             `json:"received"`
	Split     int             `json:"split"`
	Rejected  int             `json:"rejected"`
	Documents int             `json:"documents"`
	Pages     int             `json:"pages"`
	Archived  int             `json:"archived"`
	Done      int             `json:"done"`  // archived, and nothing is asked any more
	Asked     int             `json:"asked"` // questions
	AskedOpen int             `json:"asked_open"`
	Rescanned int             `json:"rescanned"`
}

// HourReport is what one person did in one hour.
type HourReport struct {
	Hour      time.Time `json:"hour"`
	Unit      string    `json:"unit"`
	Account   string    `json:"account"`
	Answered  int       `json:"answered"`  // questions
	Documents int       `json:"documents"` // they were about
	Fields    int       `json:"fields"`    // looked at
	Changed   int       `json:"changed"`   // values that were not as the machine had them
	Undone    int       `json:"undone"`
}

// maxReport is the longest time a report looks back.
const maxReport = 366 * 24 * time.Hour

// Report counts. Auditors may read it too.
func (s *Service) Report(ctx context.Context, a archive.Actor, q ReportQuery) (Report, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return Report{}, err
	}
	var err error
	if q.Unit, err = a.Scope(q.Unit); err != nil {
		return Report{}, err
	}
	if err := validIDs(string(q.Batch)); err != nil {
		return Report{}, err
	}
	if q.Until.IsZero() {
		q.Until = s.d.Now()
	}
	if q.Since.IsZero() {
		q.Since = q.Until.AddDate(0, 0, -30)
		if q.Batch != "" {
			q.Since = q.Until.Add(-maxReport)
		}
	}
	if q.Until.Before(q.Since) || q.Until.Sub(q.Since) > maxReport {
		return Report{}, fault.New(fault.RequestMalformed, "a report covers at most a year, and ends after it begins")
	}
	r, err := s.d.Store.Report(ctx, q)
	if err == nil && q.Batch != "" && len(r.Batches) == 0 {
		err = fault.New(fault.BatchUnknown, "there is no batch %s", q.Batch)
	}
	return r, err
}

// Rows gives the report as a table with one line of headings: what each batch has, then what each person did.
func (r Report) Rows() [][]string {
	n := func(i int) string { return fmt.Sprint(i) }
	rows := [][]string{{
		"kind", "unit", "batch", "state", "time", "account", "expected", "received", "split", "rejected", "documents", "pages", "archived", "done",
		"asked", "asked_open", "rescanned", "answered", "fields", "changed", "undone",
	}}
	for _, b := range r.Batches {
		rows = append(rows, []string{
			"batch", b.Unit, plain(b.Name), b.State, b.CreatedAt.UTC().Format(time.RFC3339), "", n(b.Expected), n(b.Received), n(b.Split), n(b.Rejected), n(b.Documents), n(b.Pages),
			n(b.Archived), n(b.Done), n(b.Asked), n(b.AskedOpen), n(b.Rescanned), "", "", "", "",
		})
	}
	for _, p := range r.People {
		rows = append(rows, []string{
			"hour", p.Unit, "", "", p.Hour.UTC().Format(time.RFC3339), plain(p.Account), "", "", "", "", n(p.Documents), "", "", "", "", "", "", n(p.Answered), n(p.Fields), n(p.Changed), n(p.Undone),
		})
	}
	return rows
}

// plain keeps a spreadsheet program from taking a name for a formula.
func plain(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}

// ValueOf gives the value in a decision's before or after: of a field, or the string it is.
func ValueOf(b json.RawMessage) string {
	var f archive.Field
	if json.Unmarshal(b, &f) == nil {
		return f.Value
	}
	var s string
	if json.Unmarshal(b, &s) == nil {
		return s
	}
	return ""
}
