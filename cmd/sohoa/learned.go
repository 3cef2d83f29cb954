package main

import (
	"fmt"
	"os"

	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/review"
	"sohoa/internal/wiring"
)

// learnedEnv names the file that sohoa review learn --apply wrote.
const learnedEnv = "SOHOA_LEARNED"

// newDescriber makes the describer, with what corrections taught where a file of that is named.
func newDescriber() (digitise.Describer, error) {
	path := os.Getenv(learnedEnv)
	if path == "" {
		return describe.Describer{}, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", learnedEnv, err)
	}
	l, err := review.ParseLearned(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", learnedEnv, err)
	}
	return wiring.Learned{Describer: describe.Describer{Units: l.Agencies}, Lessons: l}, nil
}
