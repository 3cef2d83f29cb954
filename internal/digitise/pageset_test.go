package digitise_test

import (
	"testing"

	"sohoa/internal/digitise"
)

func TestPageSetsAreWrittenAsPeopleDo(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]int{
		"1": {1}, "1-3": {1, 2, 3}, "2,5": {2, 5}, " 2 - 4 , 9": {2, 3, 4, 9}, "8-": {8, 9, 10}, "-2": {1, 2}, "3,3-4": {3, 4},
	} {
		set, err := digitise.ParsePageSet(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		chosen := map[int]bool{}
		for _, n := range want {
			chosen[n] = true
		}
		for n := range 11 {
			if set.Has(n) != chosen[n] {
				t.Errorf("%q has page %d: %v", in, n, set.Has(n))
			}
		}
	}
	for _, in := range []string{"", ",", "0", "x", "3-1", "1,,2", "1.5", "99999999999"} {
		if set, err := digitise.ParsePageSet(in); err == nil {
			t.Errorf("%q became %v", in, set)
		}
	}
}
