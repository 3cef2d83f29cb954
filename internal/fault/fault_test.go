package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestVerdictOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want Verdict
	}{
		"content at fault is rejected":             {New(FileUnreadable, "no pages"), Rejected},
		"wrapped content fault is rejected":        {fmt.Errorf("page 3: %w", New(FileEncrypted, "locked")), Rejected},
		"system at fault stalls":                   {New(StoreUnavailable, "down"), Stalled},
		"unknown errors are ours":                  {errors.New("boom"), Stalled},
		"unknown codes are ours":                   {&Error{Code: "made_up"}, Stalled},
		"interruption outranks the page's verdict": {Wrap(FileUnreadable, context.Canceled, "page 3"), Stalled},
	} {
		if got := VerdictOf(tc.err); got != tc.want {
			t.Errorf("%s: VerdictOf(%v) = %v, want %v", name, tc.err, got, tc.want)
		}
	}
}

func TestCodesHaveOneSpelling(t *testing.T) {
	t.Parallel()
	seen := map[Code]bool{}
	for _, c := range Codes() {
		if c == "" || seen[c] {
			t.Errorf("code %q is empty or listed twice", c)
		}
		seen[c] = true
	}
}
