package sample

// layout is one kind of paper.
type layout struct {
	name, title string
	heldBack    bool
	write       func(*writer)
}

// layouts are all kinds; their order is part of what a seed means, so new ones go to the end of their half.
func layouts() []layout {
	return []layout{
		{"decision", "Quyết định", false, writeDecision},
		{"letter", "Công văn", false, writeLetter},
		{"directive", "Chỉ thị", false, writeDirective},
		{"proposal", "Tờ trình", false, writeProposal},
		{"notice", "Thông báo", false, writeNotice},
		{"report", "Báo cáo", false, writeReport},
		{"land-certificate", "Giấy chứng nhận quyền sử dụng đất", false, writeLand},
		{"birth-extract", "Trích lục khai sinh", false, writeBirth},
		{"construction-permit", "Giấy phép xây dựng", false, writeBuilding},
		{"business-licence", "Giấy chứng nhận đăng ký hộ kinh doanh", false, writeBusiness},
		{"marriage-certificate", "Giấy chứng nhận kết hôn", false, writeMarriage},
		{"receipt", "Biên lai thu phí, lệ phí", false, writeReceipt},
		{"power-of-attorney", "Giấy ủy quyền", false, writeAttorney},
		{"plan", "Kế hoạch", false, writePlan},
		{"resolution", "Nghị quyết", true, writeResolution},
		{"minutes", "Biên bản", true, writeMinutes},
		{"marital-status", "Giấy xác nhận tình trạng hôn nhân", true, writeSingle},
		{"food-safety", "Giấy chứng nhận an toàn thực phẩm", true, writeFoodSafety},
	}
}
