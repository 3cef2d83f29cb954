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
	}
}
