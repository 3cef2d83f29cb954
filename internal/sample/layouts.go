package sample

// layout is one kind of paper.
type layout struct {
	name, title string
	heldBack    bool // made only when asked for
	seen        bool // held back once, and looked at since: no longer for judging
	write       func(*writer)
}

// layouts are all kinds; their order is part of what a seed means, so new ones go to the end of their half.
func layouts() []layout {
	return []layout{
		{"decision", "Quyết định", false, false, writeDecision},
		{"letter", "Công văn", false, false, writeLetter},
		{"directive", "Chỉ thị", false, false, writeDirective},
		{"proposal", "Tờ trình", false, false, writeProposal},
		{"notice", "Thông báo", false, false, writeNotice},
		{"report", "Báo cáo", false, false, writeReport},
		{"land-certificate", "Giấy chứng nhận quyền sử dụng đất", false, false, writeLand},
		{"birth-extract", "Trích lục khai sinh", false, false, writeBirth},
		{"construction-permit", "Giấy phép xây dựng", false, false, writeBuilding},
		{"business-licence", "Giấy chứng nhận đăng ký hộ kinh doanh", false, false, writeBusiness},
		{"marriage-certificate", "Giấy chứng nhận kết hôn", false, false, writeMarriage},
		{"receipt", "Biên lai thu phí, lệ phí", false, false, writeReceipt},
		{"power-of-attorney", "Giấy ủy quyền", false, false, writeAttorney},
		{"plan", "Kế hoạch", false, false, writePlan},
		{"resolution", "Nghị quyết", true, true, writeResolution},
		{"minutes", "Biên bản", true, true, writeMinutes},
		{"marital-status", "Giấy xác nhận tình trạng hôn nhân", true, true, writeSingle},
		{"food-safety", "Giấy chứng nhận an toàn thực phẩm", true, true, writeFoodSafety},
		{"land-use-decision", "Quyết định cho phép chuyển mục đích sử dụng đất", true, false, writeLandUse},
		{"retail-licence", "Giấy phép bán lẻ", true, false, writeLiquor},
		{"practice-certificate", "Chứng chỉ hành nghề", true, false, writePractice},
		{"tax-notice", "Thông báo nộp tiền về đất đai", true, false, writeTaxNotice},
	}
}
