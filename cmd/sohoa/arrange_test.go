package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"sohoa/internal/client"
)

func TestPagesAreNamedAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{"3": {3}, "2-4": {2, 3, 4}, "1,4-": {1, 4, 5}, "-2": {1, 2}, "6": nil, "x": nil, "": nil} {
		if got, err := chosenPages(text, 5); !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q of 5 pages: %v, %v", text, got, err)
		}
	}
}

func TestADocumentIsShownAsItsPagesLie(t *testing.T) {
	t.Parallel()
	var d client.ArrangedDocument
	if err := json.Unmarshal([]byte(`{"pages":[{"ordinal":1,"page":4,"turn":0},{"ordinal":2,"page":6,"turn":90,"findings":["blurred"]}],
		"left_out":[{"before":1,"page":3,"reason":"separator"},{"before":2,"page":5,"reason":"blank"},{"before":3,"page":7,"reason":"blank"}]}`), &d); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	showPages(&b, d)
	if got, want := b.String(), " [1: separator 3] 4 [2: blank 5] 6/90° (blurred) [3: blank 7]\n"; got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
}
