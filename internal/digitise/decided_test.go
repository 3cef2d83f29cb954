package digitise

import (
	"slices"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

func found() []archive.Field {
	return []archive.Field{
		{Name: "subject", Value: "V/v", Asked: true, Page: 1}, {Name: "signer_name", Asked: true, Page: 2},
		{Name: "number", Value: "12", Source: "laid", Asked: true, Page: 1, Box: page.Box{X1: 5, Y1: 5}, Confidence: 0.95},
		{Name: "symbol", Value: "QĐ-UBND", Confidence: 0.98, Page: 1}, {Name: "number_symbol", Value: "12/QĐ-UBND", Source: "laid", Asked: true, Page: 1},
		{Name: "date", Value: "2024-05", Printed: "ngày … tháng 5", Asked: true, Page: 1}, {Name: "day", Asked: true, Handwritten: true, Page: 1},
		{Name: "holder", Value: "A", Page: 1}, {Name: "holder", Value: "B", Asked: true, Page: 1},
	}
}

func TestWhatPeopleDecidedLiesOverWhatWasFound(t *testing.T) {
	t.Parallel()
	in := found()
	out := LayOver(in, []archive.Field{
		{Name: "number", Value: "13"}, {Name: "date", Value: "2024-05-23"}, {Name: "holder#002", Value: "Nguyễn Văn B"}, {Name: "place", Value: "Hải Phòng"}, {Name: "subject", Value: ""},
	})
	by := map[string]archive.Field{}
	for i, k := range archive.FieldKeys(out) {
		by[k] = out[i]
	}
	for key, want := range map[string]string{
		"number": "13", "number_symbol": "13/QĐ-UBND", "date": "2024-05-23", "day": "23", "holder": "A", "holder#002": "Nguyễn Văn B", "place": "Hải Phòng", "subject": "",
	} {
		f, ok := by[key]
		if !ok || f.Value != want || f.Asked {
			t.Errorf("%s = %+v, want %q and not asked", key, f, want)
		}
		if (f.Source == SourcePerson) != (key != "holder") {
			t.Errorf("%s has source %s", key, f.Source)
		}
	}
	if f := by["date"]; f.Printed != "ngày … tháng 5" || by["number"].Box.Empty() {
		t.Errorf("printed form and box are lost: %+v", f)
	}
	if f := by["number_symbol"]; f.Confidence != 0.98 {
		t.Errorf("both together are as sure as the less sure one: %+v", f)
	}
	if in[2].Value != "12" || !by["signer_name"].Asked {
		t.Error("what was found was changed, or what nobody decided was closed")
	}
	gone := LayOver(in, []archive.Field{{Name: "number", Value: ""}})
	if slices.ContainsFunc(gone, func(f archive.Field) bool { return f.Name == "number_symbol" }) {
		t.Error("a paper without number kept number and symbol together")
	}
}

func TestFieldsAreAskedDownThePaperAllAtOnce(t *testing.T) {
	t.Parallel()
	qs := questions(found(), []page.Result{{Kind: page.Text}, {Kind: page.Unread}})
	if len(qs) != 2 || qs[1].Kind != archive.AskPage || qs[1].Page != 2 {
		t.Fatalf("questions: %+v", qs)
	}
	if want := []string{"number", "date", "subject", "holder#002", "signer_name"}; !slices.Equal(qs[0].Fields, want) {
		t.Errorf("asked in the order %v, want %v", qs[0].Fields, want)
	}
	cut, soft := &page.Quality{DPI: 300, Paper: 250, Cut: []string{"right"}}, &page.Quality{DPI: 150, Paper: 250, Blur: 2, SkewLeft: 3}
	qs = questions(nil, []page.Result{
		{Kind: page.Text, Confidence: 95, Quality: soft}, {Kind: page.Text, Confidence: 60, Quality: soft}, {Kind: page.Text, Confidence: 95, Quality: cut}, {Kind: page.Blank, Quality: cut},
	})
	if len(qs) != 2 || qs[0].Page != 2 || qs[1].Page != 3 || qs[1].Reason != "page_poor" {
		t.Errorf("of a soft one that is read, one that is not, one cut off and a blank one: %+v", qs)
	}
	if qs := questions(nil, []page.Result{{Kind: page.Text}}); len(qs) != 0 {
		t.Errorf("nothing is unsure and %+v is asked", qs)
	}
}
