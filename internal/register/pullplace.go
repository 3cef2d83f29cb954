package register

import "time"

// PullPlace is where the pull of a list from another system stands.
type PullPlace struct {
	Source    string // the system: its base URL
	List      Kind
	Through   time.Time // what the source changed before this is here; zero: never pulled
	StartedAt time.Time // of the round under way; zero: none is
	Next      string    // where that round goes on
	Problem   string    // why the last round stopped; empty: it did not
}
