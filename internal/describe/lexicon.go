package describe

import (
	"strings"
	"sync"

	"sohoa/internal/fold"
)

// The closed vocabularies of letterheads and signatures. They are data: a missing entry costs confidence, not the field.

// agencyHeads begin the name of an agency; a printed line that begins with one begins a new agency.
func agencyHeads() []string {
	return []string{
		"Ủy ban nhân dân", "Hội đồng nhân dân", "Ủy ban Mặt trận Tổ quốc", "Ủy ban", "UBND", "HĐND", "Văn phòng", "Sở", "Phòng", "Bộ", "Ban", "Cục", "Chi cục",
		"Tổng cục", "Trung tâm", "Chi nhánh", "Công an", "Tòa án", "Viện", "Thanh tra", "Thanh tra tỉnh", "Kho bạc", "Bảo hiểm xã hội", "Trường",
		"Bệnh viện", "Công ty", "Tổng công ty", "Ngân hàng", "Đảng ủy", "Thành ủy", "Tỉnh ủy", "Huyện ủy", "Hội", "Liên đoàn", "Đội", "Trạm", "Hải quan", "Thuế", "Chính phủ",
		"Thủ tướng", "Quốc hội", "Đoàn", "Hạt kiểm lâm", "Cảng vụ", "Bộ phận", "Đại học", "Học viện",
	}
}

// agencyPhrases are the parts of agencies' names in running case. Longer ones are tried first.
func agencyPhrases() []string {
	return []string{
		"Ủy ban nhân dân", "Hội đồng nhân dân", "Ủy ban Mặt trận Tổ quốc Việt Nam", "Văn phòng Ủy ban nhân dân", "Văn phòng Hội đồng nhân dân",
		"Văn phòng Đăng ký đất đai", "Chi nhánh Văn phòng Đăng ký đất đai", "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân", "Văn phòng",
		"Sở Tài nguyên và Môi trường", "Sở Nông nghiệp và Môi trường", "Sở Nông nghiệp và Phát triển nông thôn", "Sở Xây dựng", "Sở Tư pháp", "Sở Tài chính",
		"Sở Kế hoạch và Đầu tư", "Sở Công Thương", "Sở Giao thông vận tải", "Sở Giáo dục và Đào tạo", "Sở Y tế", "Sở Nội vụ", "Sở Ngoại vụ",
		"Sở Lao động - Thương binh và Xã hội", "Sở Văn hóa, Thể thao và Du lịch", "Sở Văn hóa và Thể thao", "Sở Du lịch", "Sở Thông tin và Truyền thông", "Sở Khoa học và Công nghệ",
		"Sở Quy hoạch - Kiến trúc", "Sở Dân tộc và Tôn giáo", "Sở Dân tộc - Tôn giáo", "Phòng Tư pháp", "Phòng Tài nguyên và Môi trường", "Phòng Tài chính - Kế hoạch",
		"Phòng Kinh tế", "Phòng Kinh tế và Hạ tầng", "Phòng Kinh tế, Hạ tầng và Đô thị", "Phòng Quản lý đô thị", "Phòng Nội vụ", "Phòng Lao động - Thương binh và Xã hội",
		"Phòng Giáo dục và Đào tạo", "Phòng Văn hóa và Thông tin", "Phòng Văn hóa - Xã hội", "Phòng Đăng ký kinh doanh", "Phòng Y tế", "Phòng Nông nghiệp và Môi trường",
		"Trung tâm Phục vụ hành chính công", "Trung tâm Hành chính công", "Ban Quản lý Khu kinh tế", "Ban Quản lý các khu công nghiệp", "Ban Quản lý dự án", "Công an", "Cục Thuế", "Chi cục Thuế",
		"Cục Hải quan", "Chi cục", "Thanh tra", "Bảo hiểm xã hội", "Kho bạc Nhà nước", "Tòa án nhân dân", "Viện kiểm sát nhân dân",
		"Bộ Tài nguyên và Môi trường", "Bộ Nông nghiệp và Môi trường", "Bộ Xây dựng", "Bộ Tư pháp", "Bộ Tài chính", "Bộ Kế hoạch và Đầu tư", "Bộ Công Thương", "Bộ Giao thông vận tải",
		"Bộ Giáo dục và Đào tạo", "Bộ Y tế", "Bộ Nội vụ", "Bộ Công an", "Bộ Quốc phòng", "Bộ Khoa học và Công nghệ", "Thủ tướng Chính phủ", "Chính phủ",
		"Trường Tiểu học", "Trường Trung học cơ sở", "Trường Trung học phổ thông", "Trường Mầm non", "Bệnh viện",
	}
}

// levels stand before the proper name of a place.
func levels() []string {
	return []string{"tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu"}
}

// provinces are those before and after the mergers of July 2025.
func provinces() []string {
	return []string{
		"An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương", "Bình Định", "Bình Phước", "Bình Thuận",
		"Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội",
		"Hà Tĩnh", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hồ Chí Minh", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu", "Lạng Sơn",
		"Lào Cai", "Lâm Đồng", "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận", "Phú Thọ", "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi",
		"Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh", "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Huế", "Tiền Giang", "Trà Vinh",
		"Tuyên Quang", "Vĩnh Long", "Vĩnh Phúc", "Yên Bái",
	}
}

// surnames are the family names that nearly all Vietnamese bear, with those of the larger minorities.
func surnames() []string {
	return strings.Fields(`Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Phùng Hà Đinh Đoàn Lâm Mai Trịnh Trương Tạ Tô Tống
Cao Châu Chu Diệp Doãn Đào Đàm Giang Giáp Hứa Hàn Kiều Kim La Lại Lưu Lương Lục Mạc Mạch Mã Nghiêm Ninh Nông Ông Phí Phó Quách Quan Sầm Tăng Thạch Thái Thân Thẩm Tiêu Tôn Triệu Trà Từ Uông
Văn Viên Vi Vương Xa Y Âu Ân Biện Bạch Bế Cấn Cù Cung Diêm Đậu Điền Đồng Hầu Khổng Khương Khuất Lã Lò Lường Ma Mẫn Nhan Nhữ Phương Sùng Thào Tòng Trang Ưng Vàng Giàng Đới Cái Lữ Hạ Hoa Bành Trầm Đường Chử Sử Khúc Kha Tào Tưởng Tiết Trình Lỗ Nhâm Phù Đồ Thiều Thi Ngọ Vũ Ninh Lưu Quàng Lèo Cầm Hoàng Chẩu Đèo Lê Nghiêm Mùa Giàng Sùng Hạng Vừ Cứ Thò Lầu Ksor Rơ Siu Nay`)
}

// givenNames are the syllables most middle and given names are made of, the more common first. A name may be any word: the
// list only says which reading of a weak one is likely.
func givenNames() []string {
	return strings.Fields(`Văn Thị Hữu Đức Minh Quốc Thanh Ngọc Hoàng Xuân Đình Quang Công Anh Tuấn Hùng Dũng Hải Sơn Hà Hương Lan Hoa Hồng Phương Thảo Linh
Trang Huyền Hiền Hạnh Hằng Nga Mai Loan Yến Vân Thúy Thủy Thu Hòa Bình An Khánh Long Phong Nam Việt Trung Thành Thắng Lợi Chiến Cường Mạnh Kiên Kiệt Khoa Khôi Khang Huy Hiếu Hậu Hào Giang
Duy Đạt Đông Đăng Danh Chung Chương Châu Cảnh Căng Bảo Bách Ánh Ái Vinh Vũ Vượng Tùng Tú Trường Trọng Trí Trâm Toàn Toản Tiến Tiên Thịnh Thiện Thiên Thế Tâm Tân Tài Sang Sáng Quyết Quyền Quyên Quý Quân
Phúc Phước Phú Phi Phát Oanh Nhung Như Nhi Nhật Nhân Nhàn Nguyên Nghĩa Nghị Ngân Mỹ My Mừng Lực Luân Lương Lộc Liên Liễu Lê Lâm Lam Lành Kỳ Kim Khải Kha Hưng Hường Hợp Học Hoài Hoàn
Hoan Hiển Hiệp Hân Gia Duyên Dương Dung Diệu Diệp Diễm Đoàn Điệp Đại Đào Chí Chi Chinh Chính Cúc Cầm Bắc Bích Bá Thơ Thơm Thoa Thọ Thuận Thuật Thực Thức Thương Thường Tô Tố Trà Trinh Triều Tuyết
Tuyền Tuyến Uyên Viết Vy Vỹ Xuyến Ý Nhã Nhạn Tính Tình Tĩnh Tịnh Trực Trúc Từ Tường Tưởng Doanh Đương Định Hạ Hiến Huệ Huấn Khiêm Khương Lai Lập Lĩnh Lý Mẫn Nghiêm Nhuận Ninh Phụng Phượng Quảng Quế Sĩ Sinh
Sỹ Tấn Tạo Thái Thân Thạch Thăng Thông Thống Thuỳ Thùy Tích Toán Tôn Triết Uy Vương Biên Bửu Cao Cẩm Dự Đệ Đính Độ Đồng Đường Hạo Hàn Hinh Hoạt Hoành Hội Huân Hứa Khắc Khanh Khoát Khuê Kính Lưu Luyến
Mậu Năm Nết Nhị Nhuần Nương Phấn Phan Phong Quỳnh Tuệ Ước Ưng Vĩnh Vững Ly Thư Vi Nhu Thy Thoan Trâm Trân Thảnh Diễn Diên Đan Giáp Kiều Lịch Luật Mạc Nguyện Nhuệ Phiên Quan Quyến Sơn Sửu Tạ Tần Thẩm Thêm Thiết Thuyết Tiệp Triển Truyền Vấn Viên Vị Xoan Yên Bằng Bình Bội Cát Cẩn Chế Chiêu Chúc Cử Cự Dân Dần Dật Dậu`)
}

// post is an office that signs, and the one that signs for it (KT.).
type post struct{ title, deputy string }

func posts() []post {
	return []post{
		{"CHỦ TỊCH", "PHÓ CHỦ TỊCH"}, {"GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"}, {"CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"},
		{"TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"}, {"TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"}, {"BỘ TRƯỞNG", "THỨ TRƯỞNG"},
		{"CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"}, {"CHI CỤC TRƯỞNG", "PHÓ CHI CỤC TRƯỞNG"}, {"TỔNG CỤC TRƯỞNG", "PHÓ TỔNG CỤC TRƯỞNG"},
		{"VIỆN TRƯỞNG", "PHÓ VIỆN TRƯỞNG"}, {"CHÁNH THANH TRA", "PHÓ CHÁNH THANH TRA"}, {"CHÁNH ÁN", "PHÓ CHÁNH ÁN"},
		{"HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"}, {"TỔNG GIÁM ĐỐC", "PHÓ TỔNG GIÁM ĐỐC"}, {"VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG"},
		{"TRƯỞNG CÔNG AN", "PHÓ TRƯỞNG CÔNG AN"}, {"ĐỘI TRƯỞNG", "PHÓ ĐỘI TRƯỞNG"}, {"THỦ TƯỚNG", "PHÓ THỦ TƯỚNG"},
		{"GIÁM ĐỐC CHI NHÁNH", "PHÓ GIÁM ĐỐC CHI NHÁNH"}, {"TRƯỞNG PHÒNG ĐĂNG KÝ KINH DOANH", "PHÓ TRƯỞNG PHÒNG ĐĂNG KÝ KINH DOANH"},
		{"BÍ THƯ", "PHÓ BÍ THƯ"}, {"TRƯỞNG PHÒNG TƯ PHÁP", "PHÓ TRƯỞNG PHÒNG TƯ PHÁP"}, {"TRƯỞNG ĐẠI DIỆN", "PHÓ TRƯỞNG ĐẠI DIỆN"},
		{"HẠT TRƯỞNG", "PHÓ HẠT TRƯỞNG"}, {"TRẠM TRƯỞNG", "PHÓ TRẠM TRƯỞNG"}, {"CÔNG CHỨC TƯ PHÁP - HỘ TỊCH", ""}, {"NGƯỜI THU TIỀN", ""},
		{"NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN", ""}, {"NGƯỜI KÝ TRÍCH LỤC", ""}, {"NGƯỜI KÝ GIẤY KHAI SINH", ""}, {"CÁN BỘ TIẾP NHẬN", ""},
		{"CHUYÊN VIÊN", ""}, {"KẾ TOÁN TRƯỞNG", ""}, {"THỦ TRƯỞNG CƠ QUAN", ""}, {"THỦ TRƯỞNG ĐƠN VỊ", ""}, {"CÔNG CHỨC", ""}, {"NGƯỜI LẬP", ""}, {"CHẤP HÀNH VIÊN", ""}, {"CÔNG CHỨNG VIÊN", ""},
	}
}

// signerLabels stand above the authority on forms of civil status.
func signerLabels() []string {
	return []string{"NGƯỜI KÝ TRÍCH LỤC", "NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN", "NGƯỜI KÝ GIẤY KHAI SINH", "NGƯỜI KÝ GIẤY XÁC NHẬN"}
}

// collectives sign through their head: TM.
func collectives() []string {
	return []string{"ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "BAN THƯỜNG VỤ", "ĐẢNG ỦY", "CHÍNH PHỦ", "BAN CHỈ ĐẠO", "HỘI ĐỒNG", "ĐOÀN CHỦ TỊCH", "BAN CHẤP HÀNH", "ỦY BAN", "THƯỜNG TRỰC HỘI ĐỒNG NHÂN DÂN"}
}

// entry is a phrase ready for matching.
type entry struct {
	text  string
	plain string
	words int
}

func entries(list []string) []entry {
	out := make([]entry, len(list))
	for i, t := range list {
		p := fold.Plain(t)
		out[i] = entry{t, p, strings.Count(p, " ") + 1}
	}
	return out
}

// Prepared once, at first use.
//
//nolint:gochecknoglobals // constants in all but syntax
var (
	headEntries     = sync.OnceValue(func() []entry { return entries(agencyHeads()) })
	phraseEntries   = sync.OnceValue(func() []entry { return entries(agencyPhrases()) })
	levelEntries    = sync.OnceValue(func() []entry { return entries(levels()) })
	provinceEntries = sync.OnceValue(func() []entry { return entries(provinces()) })
	givenEntries    = sync.OnceValue(func() []entry { return entries(givenNames()) })
	candidates      = sync.OnceValue(buildCandidates)
	surnameEntries  = sync.OnceValue(func() []entry { return entries(surnames()) })
)

// phraseAt finds the phrase of list that the words (folded plain) begin with: the longest that is like enough.
func phraseAt(words []string, list []entry, least float64) (best entry, score float64) {
	for _, e := range list {
		if e.words > len(words) {
			continue
		}
		need := least
		if len(e.plain) < 6 {
			need = 1 // short words are too like others
		}
		sc := similarity(strings.Join(words[:e.words], " "), e.plain)
		if sc >= need && (e.words > best.words || e.words == best.words && sc > score) {
			best, score = e, sc
		}
	}
	return best, score
}
