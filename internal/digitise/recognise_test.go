package digitise

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// codesOnly is an engine that may only be asked for codes.
type codesOnly struct {
	Engine
	codes []page.Code
	err   error
}

func (e codesOnly) Codes(context.Context, page.Picture) ([]page.Code, error) { return e.codes, e.err }
func (codesOnly) Version() EngineVersion                                     { return EngineVersion{Engine: "e", Settings: "s"} }

func TestABornDigitalPageKeepsItsTextAndHasItsCodesLookedFor(t *testing.T) {
	src := Source{Picture: page.Picture{Width: 10, Height: 20}, Embedded: []page.Line{{Words: []page.Word{{Text: "chữ", Confidence: 100}}}}}
	code := page.Code{Format: "qr", Text: "000.00.17.H26-261125-0042"}
	for name, tc := range map[string]struct {
		err   error
		codes int
		fails bool
	}{
		"with a code":                     {nil, 1, false},
		"that the engine cannot decode":   {fault.New(fault.FileUnreadable, "damaged"), 0, false},
		"that kills the engine":           {fmt.Errorf("gone: %w", ErrPageKilledEngine), 0, false},
		"while there is no engine":        {fault.New(fault.EngineUnavailable, "not there"), 0, true},
		"while the engine is misbehaving": {errors.New("unheard of"), 0, true},
	} {
		e := codesOnly{err: tc.err}
		if tc.err == nil {
			e.codes = []page.Code{code}
		}
		r, err := recognise(t.Context(), e, src)
		if (err != nil) != tc.fails || !tc.fails && (len(r.Codes) != tc.codes || r.Source != page.Embedded || r.Text() != "chữ") {
			t.Errorf("a page %s: %+v, %v", name, r, err)
		}
	}
}
