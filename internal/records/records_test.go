package records

import (
	"strings"
	"testing"

	"sohoa/internal/archive"
)

func TestACodeIsFilledFromItsPattern(t *testing.T) {
	t.Parallel()
	parts := map[string]string{"owner": "031•••••1234", "type": "GPXD", "unit": "P1", "number": "12"}
	for pattern, want := range map[string]string{
		"{owner}-{type}":            "031•••••1234-GPXD",
		"{unit}.{dossier}.{number}": "P1..12",
		"{dossier}-{unit}":          "P1",
		"{dossier}":                 "",
		"KQ/{type}/{year}":          "KQ/GPXD",
	} {
		if got := Fill(pattern, parts); got != want {
			t.Errorf("Fill(%q) = %q, want %q", pattern, got, want)
		}
	}
	for _, bad := range []string{"", "x", "{owner", "{name}", "{owner}\n", "{owner}}", strings.Repeat("x", 201)} {
		if CheckPattern(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if err := CheckPattern("{owner}-{type}"); err != nil {
		t.Error(err)
	}
}

func TestARecordHasAllItsColumnsAndSaysWhatIsNotInForce(t *testing.T) {
	t.Parallel()
	r := Row{Record: Record{Identifier: "d", Type: "Quyết định", TypeCode: "QD", Number: "12", Release: archive.Replaced, Unit: "P1"}, ReplacedBy: "e", Fields: []archive.Field{
		{Name: "subject", Value: "về việc"}, {Name: "holder_id", Value: "031•••••1234"}, {Name: "holder_id", Value: "other"}, {Name: "language", Value: "vi"},
	}}.finish(Patterns{ResultCode: "{owner}-{type}", ArchiveCode: "{unit}/{number}"})
	if r.Abstract != "về việc" || r.ResultCode != "031•••••1234-QD" || r.ArchiveCode != "P1/12" || r.Note != "replaced; replaced_by e" || r.Language != "vi" {
		t.Errorf("%+v", r)
	}
	for _, l := range []string{"vi", "en"} {
		if len(Headings(l)) != len(r.Cells()) {
			t.Errorf("%s: %d headings, %d cells", l, len(Headings(l)), len(r.Cells()))
		}
	}
}

// A pattern that is taken fills without braces left, whatever the parts.
func FuzzPattern(f *testing.F) {
	f.Add("{owner}-{type}", "a")
	f.Fuzz(func(t *testing.T, pattern, part string) {
		if CheckPattern(pattern) != nil || strings.ContainsAny(part, "{}") {
			return
		}
		parts := map[string]string{}
		for _, p := range Placeholders() {
			parts[p] = part
		}
		if got := Fill(pattern, parts); strings.ContainsAny(got, "{}") || part == "" && got != "" {
			t.Errorf("Fill(%q) = %q", pattern, got)
		}
	})
}
