package dossier

import (
	"strings"

	"sohoa/internal/fold"
)

// Type is a kind of document.
type Type struct {
	Abbreviation string // as in a symbol; empty where none is fixed
	Name         string // as people write it: Quyết định
}

// OfficialLetterName is the type of documents that print none.
const OfficialLetterName = "Công văn"

// Types lists the kinds of documents: those of Decree 30/2020, appendix III, then what one-stop shops give out. Where two
// kinds share an abbreviation the more common one comes first.
func Types() []Type {
	return []Type{
		{"NQ", "Nghị quyết"}, {"QĐ", "Quyết định"}, {"CT", "Chỉ thị"}, {"QC", "Quy chế"}, {"QyĐ", "Quy định"},
		{"TC", "Thông cáo"}, {"TB", "Thông báo"}, {"HD", "Hướng dẫn"}, {"CTr", "Chương trình"}, {"KH", "Kế hoạch"},
		{"PA", "Phương án"}, {"ĐA", "Đề án"}, {"DA", "Dự án"}, {"BC", "Báo cáo"}, {"BB", "Biên bản"},
		{"TTr", "Tờ trình"}, {"HĐ", "Hợp đồng"}, {"CĐ", "Công điện"}, {"BGN", "Bản ghi nhớ"}, {"BTT", "Bản thỏa thuận"},
		{"GUQ", "Giấy ủy quyền"}, {"GM", "Giấy mời"}, {"GGT", "Giấy giới thiệu"}, {"GNP", "Giấy nghỉ phép"},
		{"PG", "Phiếu gửi"}, {"PC", "Phiếu chuyển"}, {"PB", "Phiếu báo"}, {"TT", "Thông tư"}, {"NĐ", "Nghị định"},
		{"TTLT", "Thông tư liên tịch"}, {"KL", "Kết luận"}, {"L", "Lệnh"}, {"GPXD", "Giấy phép xây dựng"}, {"GP", "Giấy phép"},
		{"GCN", "Giấy chứng nhận"}, {"TLKS", "Trích lục khai sinh"}, {"TLKT", "Trích lục khai tử"}, {"TLKH", "Trích lục kết hôn"},
		{"GXN", "Giấy xác nhận"}, {"BTTr", "Bản tường trình"}, {"SY", "Sao y"}, {"TrS", "Trích sao"}, {"SL", "Sao lục"},
		{"", OfficialLetterName}, {"", "Bản sao"}, {"", "Giấy khai sinh"}, {"", "Giấy chứng tử"}, {"", "Trích lục"},
		{"", "Trích lục hộ tịch"}, {"", "Trích lục bản đồ địa chính"},
		{"", "Giấy chứng nhận kết hôn"}, {"", "Giấy xác nhận tình trạng hôn nhân"},
		{"", "Giấy chứng nhận quyền sử dụng đất"},
		{"", "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất"},
		{"", "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất"},
		{"", "Giấy chứng nhận đăng ký doanh nghiệp"}, {"", "Giấy chứng nhận đăng ký hộ kinh doanh"},
		{"", "Giấy chứng nhận đăng ký kinh doanh"}, {"", "Giấy chứng nhận đăng ký đầu tư"},
		{"", "Giấy chứng nhận đăng ký hoạt động chi nhánh"}, {"", "Giấy phép kinh doanh"}, {"", "Giấy phép lái xe"},
		{"", "Giấy phép lao động"}, {"", "Giấy phép hoạt động"}, {"", "Giấy phép môi trường"}, {"", "Chứng chỉ hành nghề"},
		{"", "Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm"}, {"", "Giấy chứng nhận đủ điều kiện kinh doanh"},
		{"", "Phiếu lý lịch tư pháp"}, {"", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"}, {"", "Biên lai thu tiền phí, lệ phí"},
		{"", "Biên lai"}, {"", "Giấy biên nhận"}, {"", "Giấy xác nhận"}, {"", "Sổ hộ khẩu"}, {"", "Bằng tốt nghiệp"},
		{"", "Giấy ra viện"}, {"", "Giấy đề nghị"}, {"", "Đơn đề nghị"}, {"", "Tờ khai"}, {"", "Phụ lục"}, {"", "Danh sách"},
		{"", "Giấy báo"}, {"", "Văn bản xác nhận"}, {"", "Lý lịch tư pháp"}, {"", "Phiếu thu"},
	}
}

// TypeOf gives the type of an abbreviation, written exactly.
func TypeOf(abbreviation string) (Type, bool) {
	if abbreviation == "" {
		return Type{}, false
	}
	for _, t := range Types() {
		if t.Abbreviation == abbreviation {
			return t, true
		}
	}
	return Type{}, false
}

// TypeNamed gives the type of a name, in any case and with either placement of tone marks.
func TypeNamed(name string) (Type, bool) {
	name = fold.Accented(name)
	for _, t := range Types() {
		if name != "" && fold.Accented(t.Name) == name {
			return t, true
		}
	}
	return Type{}, false
}

// typeByPlain finds the one abbreviation that s can be when its Đ were read as D (QD, CD, ND) or its case was changed
// (TTR). An abbreviation that stands for itself is never changed: DA and HD are types of their own.
func typeByPlain(s string) (string, bool) {
	var got string
	for _, t := range Types() {
		if t.Abbreviation == "" || !strings.EqualFold(strip(t.Abbreviation), strip(s)) || len([]rune(s)) < 2 {
			continue
		}
		if got != "" {
			return "", false
		}
		got = t.Abbreviation
	}
	return got, got != ""
}

func strip(s string) string { return strings.NewReplacer("Đ", "D", "đ", "d").Replace(s) }
