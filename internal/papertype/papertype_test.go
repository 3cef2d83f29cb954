package papertype

import (
	"testing"

	"sohoa/internal/archive"
)

func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	codes := map[string]string{}
	for _, ty := range Types() {
		if ty.Name == "" || ty.Code == "" {
			t.Errorf("%+v has no name or code", ty)
		}
		if codes[ty.Code] != "" {
			t.Errorf("%s and %s share the code %s", codes[ty.Code], ty.Name, ty.Code)
		}
		codes[ty.Code] = ty.Name
		seen := map[string]bool{}
		for _, f := range ty.Fields {
			if f.Name == "" || f.Vietnamese == "" || f.English == "" || seen[f.Name] {
				t.Errorf("%s: field %+v is not listed, without label, or twice", ty.Name, f)
			}
			seen[f.Name] = true
		}
		if got := Of(ty.Name); got.Name != ty.Name {
			t.Errorf("Of(%q) = %q", ty.Name, got.Name)
		}
	}
}

func TestATypeIsKnownByHowItsNameBegins(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất": "GCNQSDD",
		"GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH": "GCNHKD",
		"Giấy chứng nhận đăng ký đầu tư":        "GCN",
		"Giấy phép lao động":                    "GP",
		"Giấy phép xây dựng":                    "GPXD",
		"Trích lục khai tử":                     "TL",
		"Sổ hộ khẩu":                            "",
		"":                                      "",
	} {
		if got := Of(name); got.Code != want || len(got.Fields) < 10 {
			t.Errorf("Of(%q) = %q with %d fields, want %q", name, got.Code, len(got.Fields), want)
		}
	}
	if !Of("Giấy chứng nhận quyền sử dụng đất").Retention.Permanent || Of("Công văn").Retention.Known() {
		t.Error("land certificates are kept for ever; of letters nothing is known")
	}
}

func TestValuesAreCheckedByTheirField(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		field, value string
		good         bool
	}{
		{"parcel", "123", true}, {"parcel", "123a", true}, {"parcel", "12/3", false}, {"map_sheet", "45", true}, {"serial", "CH 0123456", true}, {"serial", "C 12", false},
		{"date", "2024-05-23", true}, {"date", "2024-05", true}, {"date", "23/5/2024", false}, {"holder_id", "031•••••1234", true}, {"holder_id", "12", false},
		{"licence_number", "41A8012345", true}, {"validity", "31/12/2030", true}, {"number", "123", true}, {"number", "một", false}, {"unlisted", "x", true}, {"parcel", "", true},
		{"holder", "A", false}, {"pages", "3", true}, {"pages", "ba", false}, {"authority", "TM", true}, {"authority", "XX", false},
	} {
		if err := Check(tc.field, tc.value); (err == nil) != tc.good {
			t.Errorf("Check(%s, %q) = %v", tc.field, tc.value, err)
		}
	}
}

func TestWhatAPaperOfItsTypeMustHaveIsAskedFor(t *testing.T) {
	t.Parallel()
	got := Ask([]archive.Field{
		{Name: "type", Value: "Giấy chứng nhận quyền sử dụng đất", Confidence: 0.99}, {Name: "parcel", Value: "12", Confidence: 0.99},
		{Name: "map_sheet", Value: "4?", Confidence: 0.99}, {Name: "holder", Value: "Nguyễn Văn An", Confidence: 0.99}, {Name: "number", Value: "12 34", Source: "person"},
	})
	asked := map[string]bool{}
	for _, f := range got {
		asked[f.Name] = f.Asked
	}
	if asked["parcel"] || asked["holder"] || asked["number"] || !asked["map_sheet"] || !asked["serial"] {
		t.Errorf("asked: %v", asked)
	}
}

// Whatever the value, checking and asking end, and an empty value is never wrong.
func FuzzCheck(f *testing.F) {
	f.Add("parcel", "123a")
	f.Add("holder_id", "031•••••1234")
	f.Add("date", "2024-05-23")
	f.Fuzz(func(t *testing.T, field, value string) {
		if Check(field, "") != nil {
			t.Errorf("an empty %s is wrong", field)
		}
		err := Check(field, value)
		out := Ask([]archive.Field{{Name: field, Value: value, Confidence: 1}})
		if len(out) < 1 || out[0].Asked != (err != nil) {
			t.Errorf("%s %q: %v, asked %v", field, value, err, out[0].Asked)
		}
	})
}
