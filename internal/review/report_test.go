package review

import (
	"testing"
	"time"
)

func TestAReportIsOneTableWithoutFormulas(t *testing.T) {
	t.Parallel()
	rows := Report{
		Batches: []BatchReport{{Name: "=1+1", Unit: "P1", Received: 3, Asked: 2, AskedOpen: 1}},
		People:  []HourReport{{Hour: time.Date(2024, 5, 2, 3, 0, 0, 0, time.UTC), Account: "lan", Answered: 4, Changed: 2}},
	}.Rows()
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if len(r) != len(rows[0]) {
			t.Errorf("row %d has %d cells, the headings %d", i, len(r), len(rows[0]))
		}
	}
	cell := func(row int, column string) string {
		for i, h := range rows[0] {
			if h == column {
				return rows[row][i]
			}
		}
		t.Fatalf("there is no column %s", column)
		return ""
	}
	for _, c := range []struct {
		row          int
		column, want string
	}{
		{1, "batch", "'=1+1"}, {1, "received", "3"}, {1, "asked", "2"}, {1, "asked_open", "1"}, {2, "account", "lan"}, {2, "answered", "4"}, {2, "changed", "2"},
		{2, "time", "2024-05-02T03:00:00Z"},
	} {
		if got := cell(c.row, c.column); got != c.want {
			t.Errorf("row %d, %s: %q, want %q", c.row, c.column, got, c.want)
		}
	}
}
