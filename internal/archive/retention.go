package archive

import (
	"fmt"
	"strconv"
	"time"
)

// Retention is how long a document is kept (Decree 113/2025): for ever, or 2 to 70 years from the end of the year in which the work ended.
// The zero value is not known: nothing is destroyed.
type Retention struct {
	Years     int
	Permanent bool
}

// Retentions in years that Decree 113/2025 knows.
const minRetention, maxRetention = 2, 70

// permanentYears is how far locks reach for what is kept for ever: an object store takes a day, and some take none beyond a hundred years.
const permanentYears = 99

// ParseRetention reads "permanent", a number of years, or nothing.
func ParseRetention(s string) (Retention, error) {
	switch s {
	case "":
		return Retention{}, nil
	case "permanent":
		return Retention{Permanent: true}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < minRetention || n > maxRetention {
		return Retention{}, fmt.Errorf("retention %q is neither permanent nor %d to %d years", s, minRetention, maxRetention)
	}
	return Retention{Years: n}, nil
}

// Known reports whether anything is said of how long.
func (r Retention) Known() bool { return r.Permanent || r.Years > 0 }

// String gives permanent, the years, or nothing.
func (r Retention) String() string {
	switch {
	case r.Permanent:
		return "permanent"
	case r.Years > 0:
		return strconv.Itoa(r.Years)
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (r Retention) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Retention) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRetention(string(b))
	return err
}

// Longest gives the longer of two: a file takes that of the document that is kept longest.
func (r Retention) Longest(o Retention) Retention {
	if r.Permanent || !o.Permanent && r.Years >= o.Years {
		return r
	}
	return o
}

// Until is the first moment after the retention of work that ended then, which is counted from the end of that year; zero when not known.
func (r Retention) Until(ended time.Time) time.Time {
	years := r.Years
	switch {
	case r.Permanent:
		years = permanentYears
	case years == 0:
		return time.Time{}
	}
	return time.Date(ended.UTC().Year()+years+1, 1, 1, 0, 0, 0, 0, time.UTC)
}
