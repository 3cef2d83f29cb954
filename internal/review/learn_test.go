package review

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/precision"
)

// told is a store of nothing but decisions.
type told struct {
	Store
	decisions []Decision
}

func (s told) FieldDecisions(_ context.Context, each func(Decision) error) error {
	for _, d := range s.decisions {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

func (s *told) tell(t *testing.T, n int, before archive.Field, value string) {
	t.Helper()
	after := before
	after.Value, after.Source = value, sourcePerson
	b, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	a, err := json.Marshal(after)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		s.decisions = append(s.decisions, Decision{ID: int64(len(s.decisions) + 1), Kind: archive.AskFields, Field: before.Name, Before: b, After: a, Changed: before.Value != value})
	}
}

func TestCorrectionsTeachThresholdsAndNames(t *testing.T) {
	t.Parallel()
	s := &told{}
	s.tell(t, 700, archive.Field{Name: "symbol", Value: "QĐ-UBND", Confidence: 0.85, Source: "text"}, "QĐ-UBND")
	s.tell(t, 30, archive.Field{Name: "symbol", Value: "QĐ-UBNO", Confidence: 0.6, Source: "text"}, "QĐ-UBND")
	s.tell(t, 100, archive.Field{Name: "type", Value: "Thông báo", Confidence: 0.8, Source: "rule"}, "Thông báo") // too few for the promise
	s.tell(t, 50, archive.Field{Name: "number", Confidence: 0.1, Handwritten: true, Source: "text"}, "12")
	s.tell(t, 3, archive.Field{Name: "agency", Value: "Uy ban", Confidence: 0.5, Source: "text"}, "Ủy ban nhân dân phường Lê Chân")
	s.tell(t, 1, archive.Field{Name: "signer_name", Value: "x", Confidence: 0.5, Source: "text"}, "Nguyễn Văn Một Lần")
	s.tell(t, 2, archive.Field{Name: "signer_name", Value: "Nguyên Văn Hai", Confidence: 0.5, Source: "text"}, "Nguyễn Văn Hai")
	p, err := Learn(t.Context(), s, func(_, v string) bool { return v == "Thông báo" })
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Lesson{}
	for _, l := range p.Thresholds {
		by[l.Field] = l
	}
	if l := by["symbol"]; l.Threshold != 0.85 || l.Lower95 < precision.Promise || l.Right != 700 || l.Decided != 730 {
		t.Errorf("symbol: %+v", l)
	}
	if l := by["type"]; l.Threshold != 0 || l.Lower95 > precision.Promise {
		t.Errorf("a hundred right ones keep no promise: %+v", l)
	}
	if _, ok := by["number"]; ok {
		t.Error("what was written by hand was never read by the machine")
	}
	if len(p.Agencies) != 1 || p.Agencies[0].Times != 3 || len(p.Signers) != 1 || p.Signers[0].Value != "Nguyễn Văn Hai" {
		t.Errorf("names: %+v, %+v", p.Agencies, p.Signers)
	}
	if said := p.String(); !strings.Contains(said, "would not be asked from 0.850") || !strings.Contains(said, "Lê Chân (3 times)") {
		t.Errorf("said:\n%s", said)
	}

	l, err := ParseLearned(p.Learned().Marshal())
	if err != nil || p.Empty() {
		t.Fatalf("%v, empty %v", err, p.Empty())
	}
	got := l.Apply([]archive.Field{
		{Name: "symbol", Value: "TB-UBND", Confidence: 0.86, Asked: true, Source: "text"}, {Name: "symbol", Value: "x", Confidence: 0.84, Source: "text"},
		{Name: "number", Asked: true, Handwritten: true}, {Name: "signer_name", Value: "Nguyên Van Hai", Confidence: 0.95, Source: "text"},
	})
	if got[0].Asked || !got[1].Asked || !got[2].Asked || got[3].Value != "Nguyễn Văn Hai" {
		t.Errorf("applied: %+v", got)
	}
}

func TestAFileOfAnotherKindIsNotLearnt(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "{}", `{"schema":"sohoa-learned/9"}`, `{"schema":"sohoa-learned/1","thresholds":{"symbol":1.5}}`, `{"schema":"sohoa-learned/1","colour":1}`} {
		if l, err := ParseLearned([]byte(bad)); err == nil {
			t.Errorf("ParseLearned(%q) = %+v", bad, l)
		}
	}
}
