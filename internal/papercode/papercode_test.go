package papercode

import (
	"strings"
	"testing"
	"time"
)

const (
	aDossier = "000.00.53.H48-220921-0099"
	aCitizen = "031085001234"
)

func TestAResultsCodeReadsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"values between strokes":       aDossier + "|1.001612.000.00.00.H48|" + aCitizen + "|Giấy phép xây dựng|dichvucong.gov.vn|20230523143000|2033-05-23",
		"values between semicolons":    aDossier + "; 1.001612.000.00.00.H48; " + aCitizen + "; Giấy phép xây dựng; dichvucong.gov.vn; 23/05/2023 14:30; 23/05/2033",
		"one a line":                   aDossier + "\n1.001612.000.00.00.H48\n" + aCitizen + "\nGiấy phép xây dựng\ndichvucong.gov.vn\n2023-05-23 14:30\n2033-05-23\n",
		"keys in Vietnamese":           "Mã hồ sơ: " + aDossier + "\nMã TTHC: 1.001612.000.00.00.H48\nSố định danh: " + aCitizen + "\nTên giấy tờ: Giấy phép xây dựng\nHệ thống: dichvucong.gov.vn\nThời gian: 23/05/2023 14:30\nHiệu lực đến: 23/05/2033",
		"keys and an equals sign":      "maHoSo=" + aDossier + ";maThuTuc=1.001612.000.00.00.H48;cccd=" + aCitizen + ";tenGiayTo=Giấy phép xây dựng;heThong=dichvucong.gov.vn;thoiGian=20230523143000;hieuLuc=20330523",
		"JSON":                         `{"maHoSo":"` + aDossier + `","maThuTuc":"1.001612.000.00.00.H48","owner":"` + aCitizen + `","tenGiayTo":"Giấy phép xây dựng","heThong":"dichvucong.gov.vn","thoiGian":"2023-05-23T14:30:00+07:00","hieuLuc":"2033-05-23","more":{"x":1}}`,
		"a JSON array":                 `["` + aDossier + `","1.001612.000.00.00.H48","` + aCitizen + `","Giấy phép xây dựng","dichvucong.gov.vn","2023-05-23T07:30:00Z","2033-05-23"]`,
		"the parameters of an address": "https://dichvucong.gov.vn/tra-cuu?mahoso=" + aDossier + "&tthc=1.001612.000.00.00.H48&cccd=" + aCitizen + "&ten=Gi%E1%BA%A5y+ph%C3%A9p+x%C3%A2y+d%E1%BB%B1ng&time=2023-05-23T14:30:00&until=2033-05-23",
		"small letters":                strings.ToLower(aDossier) + "|1.001612.000.00.00.h48|" + aCitizen + "|Giấy phép xây dựng|dichvucong.gov.vn|20230523143000|2033-05-23",
	} {
		got := Read(text)
		p := got.Paper
		want := time.Date(2023, 5, 23, 7, 30, 0, 0, time.UTC)
		if got.Kind != Result || p.Dossier.String() != aDossier || p.Procedure.Short != "1.001612" || p.Owner.Reveal() != aCitizen ||
			p.Name != "Giấy phép xây dựng" || p.System != "dichvucong.gov.vn" || !p.At.Equal(want) || p.Until.Year() != 2033 {
			t.Errorf("%s: %s %+v", name, got.Kind, p)
		}
	}
}

func TestWhatIsNoResultsCodeIsNotTakenForOne(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want Kind
	}{
		"nothing":                       {"", Other},
		"a citizen's card":              {"031085001234|031234567|Nguyễn Văn An|01021985|Nam|Hải Phòng|03042021", Card},
		"a separator sheet":             {"SOHOA1;U=P1;D=" + aDossier + ";C=00000000", Separator},
		"an address without a dossier":  {"https://example.vn/x?id=5", Other},
		"a serial number":               {"AB 123456", Other},
		"a dossier's key without value": {"mahoso=H24.1-2305; tthc=1.001612", Malformed},
		"two dossiers":                  {aDossier + "|H24.1-230523-0001", Malformed},
		"a code within a sentence":      {"hồ sơ " + aDossier + " đã trả", Other},
		"more than a QR code holds":     {strings.Repeat("x", MaxText) + "|" + aDossier, Other},
	} {
		if got := Read(tc.text); got.Kind != tc.want || got.Paper.Dossier.String() != "" {
			t.Errorf("%s: %s %+v", name, got.Kind, got.Paper)
		}
	}
	if got := Read(aDossier + "|202305231430"); got.Paper.Owner.Kind() != "" || got.Paper.At.IsZero() {
		t.Errorf("twelve digits that begin with 2 are a time: %+v", got.Paper)
	}
	if got := Read(aDossier); got.Kind != Result {
		t.Errorf("a code alone: %s", got.Kind)
	}
}

// What a result's code is said to name stands in it: nothing is made up.
func FuzzRead(f *testing.F) {
	f.Add(aDossier + "|1.001612|031085001234|Giấy phép|dichvucong.gov.vn|20230523143000")
	f.Add(`{"maHoSo":"` + aDossier + `"}`)
	f.Add("https://dichvucong.gov.vn/?mahoso=" + aDossier)
	f.Add("SOHOA1;U=P1;C=00000000")
	f.Fuzz(func(t *testing.T, text string) {
		got := Read(text)
		if (got.Kind == Result) != (got.Paper.Dossier.String() != "") {
			t.Fatalf("%q: %s with dossier %q", text, got.Kind, got.Paper.Dossier)
		}
		if got.Kind != Result {
			return
		}
		again := Read(got.Paper.Dossier.String() + "|" + got.Paper.Procedure.String() + "|" + got.Paper.Owner.Reveal())
		if again.Paper.Dossier != got.Paper.Dossier || again.Paper.Procedure != got.Paper.Procedure || again.Paper.Owner != got.Paper.Owner {
			t.Errorf("%q reads as %+v, that as %+v", text, got.Paper, again.Paper)
		}
	})
}
