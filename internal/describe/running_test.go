package describe

import (
	"strings"
	"testing"

	"sohoa/internal/page"
)

func decisionOf(lines ...string) []page.Result {
	p := newPaper()
	p.mid(560, 300, "ỦY BAN NHÂN DÂN").mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(560, 370, "TỈNH QUẢNG NGÃI")
	p.at(430, 500, "Số:     /QĐ-UBND").at(1300, 500, "Quảng Ngãi, ngày    tháng 11 năm 2024")
	p.mid(1240, 700, "QUYẾT ĐỊNH").mid(1240, 780, "Về việc cho phép chuyển mục đích sử dụng đất")
	for i, l := range lines {
		p.at(400, 1000+70*i, l)
	}
	return []page.Result{p.res}
}

func TestASentenceNamesTheHolderAndTheParcel(t *testing.T) {
	t.Parallel()
	fields := Fields(decisionOf(
		"Điều 1. Cho phép bà Nguyễn Thị Hoa, số căn cước công dân 031085001234,",
		"được chuyển mục đích sử dụng 338 m2 đất tại thửa đất số 46, tờ bản",
		"đồ số 39, phường Tây Hưng.",
	), Hints{})
	check(t, "one holder", fields, map[string]string{Holder: "Nguyễn Thị Hoa", HolderID: "031•••••1234", Parcel: "46", MapSheet: "39"})
	for _, f := range fields {
		if strings.Contains(f.Value+f.Printed, "031085001234") {
			t.Errorf("%s shows the holder's number", f.Name)
		}
	}
}

func TestWhatASentenceLeavesOpenIsNotChosen(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"two holders": {
			"Điều 1. Cho phép ông Trần Văn Minh, CCCD 031085001234, và bà", "Nguyễn Thị Hoa, CCCD 031085005678, nhận chuyển nhượng.",
		},
		"a number without a name": {"Điều 1. Người có số căn cước công dân 031085001234 được cấp."},
		"a name without a number": {"Điều 1. Cho phép bà Nguyễn Thị Hoa được cấp."},
		"a number too short":      {"Điều 1. Cho phép bà Nguyễn Thị Hoa, CCCD 03108500, được cấp."},
	} {
		fields := Fields(decisionOf(lines...), Hints{})
		for _, n := range []string{Holder, HolderID} {
			if f := get(fields, n); f.Value != "" {
				t.Errorf("%s: %s is %q", name, n, f.Value)
			}
		}
	}
	fields := Fields(decisionOf("Điều 1. Thu hồi thửa đất số 46, tờ bản đồ số 39 và thửa đất số 47, tờ", "bản đồ số 39."), Hints{})
	if f := get(fields, Parcel); f.Value != "" {
		t.Errorf("two parcels: %q", f.Value)
	}
}

func TestTheDayOfAnIdentityPaperIsNotThatOfTheCertificate(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(1240, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(1240, 370, "Độc lập - Tự do - Hạnh phúc")
	p.mid(1240, 600, "CHỨNG CHỈ HÀNH NGHỀ DƯỢC")
	p.at(400, 900, "Cấp cho bà: Nguyễn Thị Hoa").at(400, 970, "Số CCCD: 031085001234     Ngày cấp: 16/08/2023")
	if f := get(Fields([]page.Result{p.res}, Hints{}), Date); f.Value != "" {
		t.Errorf("date %q", f.Value)
	}
}

func TestAFirmsNumberIsAskedWhereThePersonsWasNotRead(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(1240, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(1240, 370, "Độc lập - Tự do - Hạnh phúc")
	p.mid(1240, 600, "GIẤY PHÉP KINH DOANH")
	p.at(400, 900, "Họ và tên chủ hộ: Nguyễn Thị Hoa").at(400, 970, "Số căn cước công dân: 03108A001234").at(400, 1040, "Địa chỉ trụ sở: ").at(400, 1110, "Mã số thuế: 8647693786")
	fields := Fields([]page.Result{p.res}, Hints{})
	if f := get(fields, HolderID); f.Value != "" && !f.Asked {
		t.Errorf("holder's number %+v", f)
	}
	if f := get(fields, Address); f.Value != "" {
		t.Errorf("address %q", f.Value)
	}
}
