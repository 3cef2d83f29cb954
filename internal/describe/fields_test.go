package describe

import (
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
	"sohoa/internal/syllable"
)

func get(fields []archive.Field, name string) archive.Field {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	return archive.Field{}
}

func check(t *testing.T, what string, fields []archive.Field, want map[string]string) {
	t.Helper()
	for name, v := range want {
		if got := get(fields, name); got.Value != v {
			t.Errorf("%s: %s = %q, want %q", what, name, got.Value, v)
		}
	}
}

func TestFieldsOfADecision(t *testing.T) {
	t.Parallel()
	p := decision().signedBlock(2500, "rần Phước Hiền", "TM. ỦY BAN NHÂN DÂN", "", "1Ó CHỦ TỊCH")
	fields := Fields([]page.Result{p.res}, Hints{})
	check(t, "decision", fields, map[string]string{
		Agency: "Ủy ban nhân dân tỉnh Quảng Ngãi", Symbol: "QĐ-UBND", Type: "Quyết định", Place: "Quảng Ngãi", Date: "2025-02",
		Subject: "Về việc phê duyệt Kế hoạch ứng phó sự cố của Cửa hàng xăng dầu Long Sơn", SignerName: "Trần Phước Hiền",
		SignerTitle: "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", Authority: "TM", SignaturePage: "1", Pages: "1", Language: "vi",
		Recipients: "Như Điều 5\nCT, PCT UBND tỉnh\nLưu: VT, KTN", Number: "", Day: "",
	})
	for _, name := range []string{Number, Day} {
		if f := get(fields, name); !f.Handwritten || !f.Asked || f.Box.Empty() || f.Page != 1 {
			t.Errorf("handwritten %s is found, asked and not guessed: %+v", name, f)
		}
	}
}

func TestFieldsOfALetter(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(560, 300, "UBND TỈNH BÌNH PHƯỚC").mid(1660, 300, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	p.mid(560, 370, "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG").mid(1660, 370, "Độc lập - Tự do - Hạnh phúc")
	p.at(430, 500, "Số: 123/STNMT-QLĐĐ").at(1300, 500, "Bình Phước, ngày 04 tháng 3 năm 2024")
	p.mid(560, 570, "V/v đăng ký bổ sung").mid(560, 640, "nội dung trình HĐND tỉnh")
	p.mid(1320, 800, "Kính gửi: Thường trực HĐND tỉnh")
	p.body(950, 8).signedBlock(2000, "Nguyễn Hoàng Giang", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")
	check(t, "letter", Fields([]page.Result{p.res}, Hints{}), map[string]string{
		Agency: "Sở Tài nguyên và Môi trường", Superior: "UBND TỈNH BÌNH PHƯỚC", Number: "123", Symbol: "STNMT-QLĐĐ", NumberSymbol: "123/STNMT-QLĐĐ",
		Type: "Công văn", Date: "2024-03-04", Place: "Bình Phước", Subject: "V/v đăng ký bổ sung nội dung trình HĐND tỉnh",
		SignerName: "Nguyễn Hoàng Giang", SignerTitle: "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC",
	})
}

func TestADepartmentIsNoNumber(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(560, 300, "UBND TỈNH BÌNH PHƯỚC").mid(1760, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	p.mid(560, 370, "SỞ TƯ PHÁP").mid(1760, 370, "Độc lập - Tự do - Hạnh phúc")
	p.mid(1320, 600, "GIẤY CHỨNG NHẬN").mid(1320, 680, "CƠ SỞ ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM").body(900, 5)
	check(t, "department", Fields([]page.Result{p.res}, Hints{}), map[string]string{
		Agency: "Sở Tư pháp", Superior: "UBND TỈNH BÌNH PHƯỚC", Type: "Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm",
	})
}

func TestAnIncomingStampIsNoAgency(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.at(30, 235, "PHÒNG VĂN THƯ").at(30, 300, "ĐẾN").at(150, 370, "Chuyển:")
	p.mid(700, 300, "ỦY BAN NHÂN DÂN").mid(1760, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	p.mid(700, 370, "TỈNH QUẢNG NGÃI").mid(1760, 370, "Độc lập - Tự do - Hạnh phúc")
	p.at(500, 500, "Số:   /QĐ-UBND").at(1400, 500, "Quảng Ngãi, ngày   tháng 02 năm 2025").mid(1320, 700, "QUYẾT ĐỊNH").body(900, 5)
	check(t, "stamped", Fields([]page.Result{p.res}, Hints{}), map[string]string{Agency: "Ủy ban nhân dân tỉnh Quảng Ngãi", AgencyPrinted: "ỦY BAN NHÂN DÂN / TỈNH QUẢNG NGÃI", Superior: ""})
}

func TestAHandwrittenNumberIsNotGuessed(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"parted from the slash":         "Số: 36 /QĐ-UBND",
		"run together with a loose day": "Số: 36/QĐ-UBND",
		"glued to the label":            "Số:36 /QĐ-UBND",
		"nothing read":                  "Số:    /QĐ-UBND",
		"read as letters":               "Số: đ# /QĐ-UBND",
	} {
		p := newPaper()
		p.mid(560, 300, "ỦY BAN NHÂN DÂN").mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(560, 370, "TỈNH QUẢNG NGÃI")
		p.at(430, 500, line).at(1300, 500, "Quảng Ngãi, ngày 0B tháng 02 năm 2025").mid(1320, 700, "QUYẾT ĐỊNH").body(900, 5)
		f := get(Fields([]page.Result{p.res}, Hints{}), Number)
		if f.Value != "" || !f.Handwritten || f.Box.Empty() {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestPagesLeftLyingAreRead(t *testing.T) {
	t.Parallel()
	up := decision().res
	for _, turn := range []page.Turn{90, 270} {
		lying := page.Result{Width: up.Height, Height: up.Width}
		for _, l := range up.Lines {
			n := page.Line{}
			for _, w := range l.Words {
				b := w.Box
				if turn == 90 { // turned clockwise to stand: now it lies anticlockwise
					w.Box = page.Box{X0: b.Y0, X1: b.Y1, Y0: up.Width - b.X1, Y1: up.Width - b.X0}
				} else {
					w.Box = page.Box{X0: up.Height - b.Y1, X1: up.Height - b.Y0, Y0: b.X0, Y1: b.X1}
				}
				n.Words = append(n.Words, w)
				n.Box = n.Box.Union(w.Box)
			}
			lying.Lines = append(lying.Lines, n)
		}
		fields := Fields([]page.Result{lying}, Hints{})
		check(t, "lying", fields, map[string]string{Agency: "Ủy ban nhân dân tỉnh Quảng Ngãi", Symbol: "QĐ-UBND", Type: "Quyết định"})
	}
}

func TestSyllables(t *testing.T) {
	t.Parallel()
	for _, s := range strings.Fields("nguyễn quyết giải thủy ủy ban hòa oanh khuya chuyện gì giếng yêu ưu rượu xoong quýt đ ươm") {
		if got := syllable.Valid(s); got != (s != "đ") {
			t.Errorf("syllable.Valid(%q) = %v", s, got)
		}
	}
	for _, s := range strings.Fields("quyêt giây't øiao nhândân stnmt caćp") {
		if syllable.Valid(s) {
			t.Errorf("syllable.Valid(%q)", s)
		}
	}
	p := parted(word{Word: page.Word{Text: "NHÂNDÂN", Box: page.Box{X1: 70, Y1: 20}}, x1: 70})
	if len(p) != 2 || p[0].Text != "NHÂN" || p[1].Text != "DÂN" || p[0].Box.X1 != p[1].Box.X0 {
		t.Errorf("parted(NHÂNDÂN) = %+v", p)
	}
}

func TestHolderIDsNeedTheirWords(t *testing.T) {
	t.Parallel()
	p := newPaper().at(400, 900, "Số CCCD: 031 085 001234 cấp ngày 01/02/2022").at(400, 1000, "Số tiền: 123456789 đồng").at(400, 1100, "CMND số 031234567")
	ids := HolderIDs([]page.Result{p.res})
	if len(ids) != 2 || ids[0].ID.Reveal() != "031085001234" || ids[1].ID.Reveal() != "031234567" || ids[0].Box.Empty() || ids[0].Page != 1 {
		t.Errorf("HolderIDs = %v", ids)
	}
}

func TestFieldsOfACertificate(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(1240, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(1240, 370, "Độc lập - Tự do - Hạnh phúc")
	p.mid(1240, 600, "GIẤY CHỨNG NHẬN").mid(1240, 680, "QUYỀN SỬ DỤNG ĐẤT")
	p.at(400, 900, "Họ và tên: Nguyễn Thị Hoa").at(400, 970, "CCCD số: 031085001234")
	p.at(400, 1040, "Thửa đất số: 12, tờ bản đồ số: 34").at(1800, 3300, "AB 123456")
	fields := Fields([]page.Result{p.res}, Hints{})
	check(t, "certificate", fields, map[string]string{
		Type: "Giấy chứng nhận quyền sử dụng đất", Holder: "Nguyễn Thị Hoa", HolderID: "031•••••1234", Parcel: "12", MapSheet: "34", Serial: "AB 123456",
	})
	for _, f := range fields {
		if strings.Contains(f.Value+f.Printed, "031085001234") {
			t.Errorf("%s shows the holder's number", f.Name)
		}
	}
}

func TestNumberAndDayLaidBySignaturesAreOffered(t *testing.T) {
	t.Parallel()
	p := newPaper()
	p.mid(560, 300, "ỦY BAN NHÂN DÂN").mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(560, 370, "TỈNH QUẢNG NGÃI")
	p.at(430, 500, "Số:     /TB-UBND").at(1300, 500, "Quảng Ngãi, ngày    tháng 11 năm 2024")
	p.laid(530, 500, "542").laid(1300+17*charWidth, 500, "06").laid(100, 100, "Ký bởi: 01/02/2023")
	p.mid(1320, 700, "THÔNG BÁO").body(900, 5)
	fields := Fields([]page.Result{p.res}, Hints{})
	check(t, "laid", fields, map[string]string{Number: "542", Date: "2024-11-06", NumberSymbol: "542/TB-UBND"})
	for _, name := range []string{Number, Date} {
		if f := get(fields, name); f.Source != FromLaid || !f.Asked {
			t.Errorf("%s is offered with its source: %+v", name, f)
		}
	}
}

func TestDraftsAndAnnexesAreParts(t *testing.T) {
	t.Parallel()
	draft := newPaper()
	draft.mid(560, 300, "HỘI ĐỒNG NHÂN DÂN").mid(1660, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").mid(560, 370, "TỈNH QUẢNG NGÃI")
	draft.mid(1660, 370, "Độc lập - Tự do - Hạnh phúc").at(430, 500, "Số:     /NQ-HĐND").mid(560, 600, "DỰ THẢO").mid(1320, 700, "NGHỊ QUYẾT").body(900, 5)
	annex := newPaper().mid(1240, 300, "PHỤ LỤC I").body(500, 20)
	pages := []page.Result{decision().signedBlock(2500, "Trần Phước Hiền", "CHỦ TỊCH").res, {Kind: page.Blank, Width: 2480, Height: 3508}, draft.res, annex.res}
	got := Parts(pages)
	if len(got) != 3 || got[0] != (Part{MainPart, 1, 2, ""}) || got[1].Kind != DraftPart || got[1].Title != "Nghị quyết" || got[2] != (Part{AnnexPart, 4, 4, "PHỤ LỤC I"}) {
		t.Errorf("Parts = %+v", got)
	}
	if f := get(Fields(pages, Hints{}), SignaturePage); f.Value != "1" {
		t.Errorf("signature on page %q, want 1: a draft's block is not the document's", f.Value)
	}
}

func TestTheFirstPageOfAPaperIsKnownByItsHead(t *testing.T) {
	t.Parallel()
	if o := OpeningOf(decision().res); o.Score < 0.9 || !o.Motto || !o.Agency || !o.Number || o.Part != MainPart {
		t.Errorf("OpeningOf a decision = %+v", o)
	}
	if o := OpeningOf(newPaper().body(300, 30).res); o.Score > 0.2 || o.Motto {
		t.Errorf("OpeningOf running text = %+v", o)
	}
	if o := OpeningOf(page.Result{Kind: page.Blank, Width: 2480, Height: 3508}); o.Score != 0 {
		t.Errorf("OpeningOf a blank page = %+v", o)
	}
	about := decision().at(300, 580, "V/v góp ý dự thảo Quyết định").res
	if o := OpeningOf(about); o.Part != MainPart {
		t.Errorf("a letter about a draft is %+v", o)
	}
	if o := OpeningOf(decision().at(300, 200, "DỰ THẢO LẦN 2").res); o.Part != DraftPart {
		t.Errorf("a draft is %+v", o)
	}
	if !Closes(newPaper().body(300, 20).signedBlock(2000, "Nguyễn Văn Nam", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH").res) {
		t.Error("a page with a signature does not close a paper")
	}
	if Closes(decision().res) || Closes(newPaper().body(300, 30).res) {
		t.Error("a page without a signature closes a paper")
	}
}

func TestFieldsOfNothing(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][]page.Result{
		"no pages":        nil,
		"a blank page":    {{Kind: page.Blank, Width: 100, Height: 100}},
		"an unread page":  {{Kind: page.Unread}},
		"lines but words": {{Width: 100, Height: 100, Lines: []page.Line{{}}}},
	} {
		if f := get(Fields(pages, Hints{}), Pages); f.Value == "" {
			t.Errorf("%s: pages are counted", name)
		}
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	f := func(kv ...string) []archive.Field {
		var out []archive.Field
		for i := 0; i < len(kv); i += 2 {
			out = append(out, archive.Field{Name: kv[i], Value: kv[i+1]})
		}
		return out
	}
	for name, tc := range map[string]struct {
		fields []archive.Field
		want   string
	}{
		"all known":           {f(Type, "Quyết định", Number, "123", Symbol, "QĐ-UBND", Date, "2024-03-12", Subject, "Về việc giao đất"), "Quyết định 123/QĐ-UBND ngày 12/3/2024: về việc giao đất"},
		"number handwritten":  {f(Type, "Chỉ thị", Number, "", Symbol, "CT-UBND", Date, "2024-03", Subject, "Tăng cường"), "Chỉ thị …/CT-UBND tháng 3/2024: Tăng cường"},
		"an official letter":  {f(Type, "Công văn", Number, "5", Symbol, "UBND-VP", Subject, "V/v góp ý"), "Công văn 5/UBND-VP: về việc góp ý"},
		"a certificate":       {f(Type, "Giấy khai sinh", Holder, "Nguyễn Văn An"), "Giấy khai sinh: Nguyễn Văn An"},
		"only the agency":     {f(Agency, "Sở Tư pháp"), "Văn bản của Sở Tư pháp"},
		"nothing":             {nil, "Văn bản"},
		"too long is clipped": {f(Type, "Báo cáo", Subject, strings.Repeat("dài ", 200)), "Báo cáo: " + strings.TrimSpace(strings.Repeat("dài ", 60)) + "…"},
	} {
		if got := Title(tc.fields); got != tc.want {
			t.Errorf("%s: Title = %q, want %q", name, got, tc.want)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add("Số: 12/QĐ-UBND  Hải Phòng, ngày 3 tháng 4 năm 2024\nQUYẾT ĐỊNH\nVề việc", 500, 300)
	f.Add("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nNơi nhận:\nKT. CHỦ TỊCH", 0, 0)
	f.Add("V/v\nSố:/-A-B\nngày tháng năm 0000", -5, 3500)
	f.Fuzz(func(t *testing.T, text string, x, y int) {
		if len(text) > 2000 {
			return
		}
		p := newPaper()
		for i, l := range strings.Split(text, "\n") {
			p.at(x%3000, y%4000+i*70, strings.ToValidUTF8(l, "?"))
		}
		fields := Fields([]page.Result{p.res, p.res}, Hints{Name: text})
		for _, f := range fields {
			if f.Confidence < 0 || f.Confidence > 1 || f.Name == "" || f.Source == "" {
				t.Errorf("bad field %+v", f)
			}
			if f.Value == "" && !f.Asked {
				t.Errorf("%s is empty and nobody is asked", f.Name)
			}
			if f.Handwritten && f.Name == Number && f.Value != "" {
				t.Errorf("a handwritten number was guessed: %+v", f)
			}
		}
		Title(fields)
		OpeningOf(p.res)
		Closes(p.res)
	})
}
