package describe

import (
	"encoding/json"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

func TestScore(t *testing.T) {
	t.Parallel()
	truth, err := ReadTruth(strings.NewReader(`{"documents":[
		{"file":"a","agency":"Ủy ban nhân dân xã A","number":"12","symbol":"QĐ-UBND","number_symbol":"12/QĐ-UBND","type":"Quyết định","date":"2024-03-05",
		 "subject":"Về việc giao đất","pages":2,"flags":{"handwritten_number":true,"handwritten_day":true},"extra":{"holder_id":"031085001234"}},
		{"file":"b","agency":"Sở Tư pháp","date":"2024-03-05"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	box := page.Box{X1: 1, Y1: 1}
	read := map[string][]archive.Field{"a": {
		{Name: Agency, Value: "Uỷ ban nhân dân xã A"}, {Name: Number, Handwritten: true, Asked: true, Box: box}, {Name: Symbol, Value: "QĐ-UBND"},
		{Name: Type, Value: "Chỉ thị", Confidence: 0.95}, {Name: Date, Value: "2024-03", Confidence: 0.95, Asked: true, Handwritten: true}, {Name: Day, Handwritten: true, Box: box, Asked: true},
		{Name: Subject, Value: "V/v giao đất"}, {Name: Pages, Value: "2"}, {Name: HolderID, Value: "031•••••1234"},
	}}
	s := Score(truth, read)
	for name, want := range map[string][4]int{ // exact, normalised, asked, n
		Agency: {0, 1, 1, 2}, Number: {0, 0, 1, 1}, NumberFound: {1, 1, 1, 1}, Symbol: {1, 1, 0, 1}, Type: {0, 0, 0, 1}, Date: {1, 1, 1, 2}, DayFound: {1, 1, 1, 1},
		Subject: {0, 1, 0, 1}, Pages: {1, 1, 0, 1}, HolderID: {1, 1, 0, 1},
	} {
		f := s.Fields[name]
		if got := [4]int{f.Exact, f.Normalised, f.Asked, f.N}; got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	if s.Wrong[Type] != 1 || s.Wrong[Symbol] != 0 || s.Skipped[Symbol] != 1 {
		t.Errorf("unasked %v, wrong among them %v", s.Skipped, s.Wrong)
	}
	for _, m := range s.Misses {
		if m.Field == Number || m.Field == NumberSymbol {
			t.Errorf("a handwritten number left to a person is a miss: %+v", m)
		}
	}
	b, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(b), `"agency":{"exact":0,"normalised":1,"asked":1,"n":2,"lower95":`) {
		t.Errorf("JSON %s, %v", b, err)
	}
	if s.String() == "" {
		t.Error("no table")
	}
}

func TestReadTruthRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	if _, err := ReadTruth(strings.NewReader("documents")); err == nil {
		t.Error("took it")
	}
}
