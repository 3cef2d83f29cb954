package page

import (
	"slices"
	"testing"
)

func TestFindingsNameWhatIsWrongWithAScan(t *testing.T) {
	good := Quality{DPI: 300, Blur: 0.3, Paper: 250, Ink: 60, SkewLeft: -1.4}
	for name, tc := range map[string]struct {
		spoil func(*Quality)
		want  []string
	}{
		"a good one":                   {func(*Quality) {}, nil},
		"a blank page":                 {func(q *Quality) { q.Blur, q.Ink = 0, 0 }, nil},
		"a black and white one":        {func(q *Quality) { q.Blur, q.Ink, q.Paper = 0, 0, 255 }, nil},
		"199 dots an inch":             {func(q *Quality) { q.DPI = 199 }, nil},
		"a fax":                        {func(q *Quality) { q.DPI = 98 }, []string{LowResolution}},
		"an unknown resolution":        {func(q *Quality) { q.DPI = 0 }, nil},
		"a moved page":                 {func(q *Quality) { q.Blur = 0.7 }, []string{Blurred}},
		"a page under a lid left open": {func(q *Quality) { q.Paper, q.Ink = 120, 40 }, []string{TooDark}},
		"a copy of a copy":             {func(q *Quality) { q.Ink = 190 }, []string{TooLight}},
		"a page put on askew":          {func(q *Quality) { q.SkewLeft = -2.5 }, []string{Skewed}},
		"a page beside the glass":      {func(q *Quality) { q.Cut = []string{"top", "left"} }, []string{"cut_top", "cut_left"}},
		"everything, in a settled order": {func(q *Quality) {
			*q = Quality{DPI: 100, Blur: 2, Paper: 100, Ink: 90, Cut: []string{"right"}, SkewLeft: 9}
		}, []string{LowResolution, Blurred, TooDark, "cut_right", Skewed}},
	} {
		q := good
		tc.spoil(&q)
		if got := q.Findings(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
