package digitise

import (
	"sohoa/internal/archive"
	"sohoa/internal/arrange"
	"sohoa/internal/page"
)

// PageMissing is the reason of a question about a page before which printed numbers are missing. Questions about poor scans have the code of what is wrong
// with them as reason (page.Quality).
const PageMissing = "page_missing"

// readableFrom is the mean confidence from which a page is good enough whatever its scan looks like.
const readableFrom = 60.0

// rescans asks about pages that should be scanned again, or are missing: those whose scan is poor and whose text shows it, and those before which printed
// page numbers are missing. A new scan in the place of the page answers the question, since the version with it does not ask.
func rescans(results []page.Result) []archive.Question {
	var out []archive.Question
	ask := func(reason string, at int) {
		for _, q := range out {
			if q.Page == at {
				return
			}
		}
		out = append(out, archive.Question{Kind: archive.AskPage, Reason: reason, Page: at})
	}
	for i, r := range results {
		if r.Kind != page.Text || r.Quality == nil || r.Confidence >= readableFrom {
			continue
		}
		if found := r.Quality.Findings(); len(found) > 0 {
			ask(found[0], i+1)
		}
	}
	if !arrange.OutOfOrder(results) {
		for _, g := range arrange.Missing(results) {
			ask(PageMissing, g.Before)
		}
	}
	return out
}
