package digitise

import (
	"fmt"
	"slices"
	"testing"

	"sohoa/internal/page"
)

func TestPoorAndMissingPagesAreAskedAbout(t *testing.T) {
	t.Parallel()
	numbered := func(n int, confidence float64, q *page.Quality) page.Result {
		return page.Result{Width: 2480, Height: 3508, Confidence: confidence, Quality: q, Lines: []page.Line{{
			Words: []page.Word{{Text: fmt.Sprint(n), Box: page.Box{X0: 1200, Y0: 100, X1: 1240, Y1: 150}}}, Box: page.Box{X0: 1200, Y0: 100, X1: 1240, Y1: 150},
		}}}
	}
	good, poor := &page.Quality{DPI: 300, Paper: 250, Ink: 30}, &page.Quality{DPI: 100, Paper: 250, Ink: 30}
	for name, c := range map[string]struct {
		results []page.Result
		want    []string
	}{
		"good pages":                     {[]page.Result{numbered(1, 90, good), numbered(2, 90, good)}, nil},
		"a poor scan that is read well":  {[]page.Result{numbered(1, 90, poor)}, nil},
		"a poor scan that is read badly": {[]page.Result{numbered(1, 90, good), numbered(2, 40, poor)}, []string{"low_resolution 2"}},
		"a good scan that is read badly": {[]page.Result{numbered(1, 40, good)}, nil},
		"a page that is missing":         {[]page.Result{numbered(1, 90, good), numbered(3, 90, good), numbered(4, 90, good)}, []string{"page_missing 2"}},
		"both on one page":               {[]page.Result{numbered(1, 90, good), numbered(3, 40, poor), numbered(4, 90, good)}, []string{"low_resolution 2"}},
	} {
		var got []string
		for _, q := range rescans(c.results) {
			got = append(got, fmt.Sprintf("%s %d", q.Reason, q.Page))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
