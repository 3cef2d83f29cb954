package postgres

import (
	"encoding/json"

	"sohoa/internal/page"
)

// qualityOf is what the pages table keeps of how good a scan is: page.Quality as JSON, or nil where it was not measured.
func qualityOf(r page.Result) []byte {
	if r.Quality == nil {
		return nil
	}
	body, err := json.Marshal(r.Quality)
	if err != nil {
		return nil // numbers and names of edges can be written
	}
	return body
}
