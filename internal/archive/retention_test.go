package archive

import (
	"testing"
	"time"
)

func TestRetentionIsCountedFromTheEndOfTheYear(t *testing.T) {
	t.Parallel()
	ended := time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{"20": "2045-01-01", "2": "2027-01-01", "permanent": "2124-01-01", "": "0001-01-01"} {
		r, err := ParseRetention(in)
		if err != nil || r.String() != in || r.Until(ended).Format(time.DateOnly) != want {
			t.Errorf("%q: until %s, want %s; %v", in, r.Until(ended), want, err)
		}
	}
	for _, bad := range []string{"1", "71", "20 năm", "x", "-5"} {
		if _, err := ParseRetention(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestAFileTakesTheLongestOfItsDocuments(t *testing.T) {
	t.Parallel()
	none, ten, ever := Retention{}, Retention{Years: 10}, Retention{Permanent: true}
	for _, tc := range []struct{ a, b, want Retention }{{none, ten, ten}, {ten, none, ten}, {ten, ever, ever}, {ever, ten, ever}, {none, none, none}, {ten, Retention{Years: 20}, Retention{Years: 20}}} {
		if got := tc.a.Longest(tc.b); got != tc.want {
			t.Errorf("longest of %q and %q is %q", tc.a, tc.b, got)
		}
	}
}
