package wiring

import (
	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/review"
)

// Learned is a describer that knows what people's corrections taught (digitise.Describer).
type Learned struct {
	digitise.Describer
	Lessons review.Learned
}

// Fields implements digitise.Describer.
func (l Learned) Fields(results []page.Result, name string) []archive.Field {
	return l.Lessons.Apply(l.Describer.Fields(results, name))
}
