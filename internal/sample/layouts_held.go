package sample

import (
	"fmt"
	"strconv"
	"strings"
)

// The layouts of this file are held back: no rule and no threshold was chosen with one of them in view. They follow the papers that a
// one-stop shop hands out (Decree 30/2020 for the heads, the forms of the fields' own decrees below them).

// writeLandUse is a decision about one person's parcel, with the person's data in running text.
func writeLandUse(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	d := w.dated(2019, 2025)
	p := w.person(1948, 1998)
	w.a4()
	w.head(a.letterhead(w, "QĐ", d))
	to := pick(w.r, []string{"đất ở tại nông thôn", "đất ở tại đô thị", "đất thương mại, dịch vụ"})
	w.title("Quyết định", pick(w.r, []string{"Về việc cho phép chuyển mục đích sử dụng đất", "Về việc chuyển mục đích sử dụng đất của " + strings.ToLower(p.title()) + " " + p.name, "Cho phép chuyển mục đích sử dụng đất sang " + to}))
	w.centred(pick(w.r, []string{"", "CHỦ TỊCH "})+strings.ToUpper(a.name), 1, w.size, w.l, w.rt)
	w.gap(8)
	for range w.r.span(3, 5) {
		w.para(w.g.grow("Căn cứ {ground};"), 2)
	}
	w.para(w.g.grow("Xét đề nghị của Trưởng Phòng Nông nghiệp và Môi trường tại Tờ trình số {12-480}/TTr-NNMT ngày {date}."), 2)
	w.centred("QUYẾT ĐỊNH:", 1, w.size, w.l, w.rt)
	w.gap(6)
	area, parcel, sheet := w.r.span(40, 620), strconv.Itoa(w.r.span(1, 1200)), strconv.Itoa(w.r.span(1, 96))
	w.article(1, fmt.Sprintf("Cho phép %s %s, số căn cước công dân %s, địa chỉ thường trú tại %s, được chuyển mục đích sử dụng %d m² (%s mét vuông) %s sang %s tại thửa đất số %s, tờ bản đồ số %s, %s, %s.",
		strings.ToLower(p.title()), p.name, p.id, w.address(l), area, numberWords(area),
		pick(w.r, []string{"đất trồng cây lâu năm", "đất trồng cây hằng năm khác", "đất vườn trong cùng thửa đất ở", "đất nuôi trồng thủy sản"}), to, parcel, sheet, l.communeFull(), l.districtFull()))
	w.note("holder", p.name)
	w.note("holder_id", p.id)
	w.note("parcel", parcel)
	w.note("map_sheet", sheet)
	for i, s := range []string{
		"Thời hạn sử dụng đất: " + pick(w.r, []string{"Lâu dài.", "50 năm kể từ ngày ký Quyết định này."}),
		"Vị trí, ranh giới khu đất được xác định theo tờ trích đo địa chính do Chi nhánh Văn phòng đăng ký đất đai lập.",
		"Hình thức giao đất: chuyển mục đích sử dụng đất có thu tiền sử dụng đất.",
		"Người sử dụng đất có trách nhiệm nộp tiền sử dụng đất, phí và lệ phí theo thông báo của cơ quan thuế.",
	} {
		w.para(fmt.Sprintf("%d. %s", i+1, s), 0)
	}
	w.article(2, "Giao Phòng Nông nghiệp và Môi trường thông báo cho người được chuyển mục đích sử dụng đất thực hiện nghĩa vụ tài chính, xác định cụ thể mốc giới và giao đất trên thực địa; trao Giấy chứng nhận cho người sử dụng đất đã hoàn thành nghĩa vụ.")
	w.close(fmt.Sprintf("**Điều 3.** Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng, Trưởng các phòng có liên quan, Chủ tịch Ủy ban nhân dân %s và người được nêu tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.", l.communeFull()),
		signing{recipients: w.recipients("Như Điều 3"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
	if w.r.chance(0.3) {
		w.blankBack()
	}
}

// writeLiquor is a licence of a district's office, with its name on two lines and an order in articles.
func writeLiquor(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	office := pick(w.r, []struct{ name, abbr string }{{"Phòng Kinh tế", "KT"}, {"Phòng Kinh tế và Hạ tầng", "KTHT"}})
	a.superior, a.lines, a.name, a.abbr = "UBND "+strings.ToUpper(l.districtFull()), []string{strings.ToUpper(office.name)}, office.name, office.abbr
	a.core, a.council, a.heads = splitCore(office.name), "", []string{"TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "CHUYÊN VIÊN"}
	w.g.set("coquan", office.name)
	d := w.dated(2018, 2025)
	owner := w.person(1955, 2000)
	w.a4()
	w.head(a.letterhead(w, "GP", d))
	w.title("Giấy phép", pick(w.r, []string{"BÁN LẺ RƯỢU", "BÁN LẺ SẢN PHẨM THUỐC LÁ"}))
	goods := map[bool]string{true: "rượu", false: "sản phẩm thuốc lá"}[strings.HasSuffix(w.fields.Subject, "RƯỢU")]
	w.centred("TRƯỞNG "+strings.ToUpper(office.name), 1, w.size, w.l, w.rt)
	w.gap(8)
	for range w.r.span(2, 3) {
		w.para(w.g.grow("Căn cứ {law};"), 2)
	}
	w.para(w.g.grow("Xét đơn đề nghị cấp Giấy phép bán lẻ "+goods+" ngày {date} của "+strings.ToLower(owner.title())+" "+owner.name+","), 2)
	w.centred("CHO PHÉP:", 1, w.size, w.l, w.rt)
	w.gap(4)
	business := pick(w.r, []string{"Hộ kinh doanh ", "Cửa hàng tạp hóa ", "Siêu thị mini "}) + owner.name
	w.para("**Điều 1.** Thương nhân có tên và địa chỉ sau đây được bán lẻ "+goods+":", 0)
	w.fill("1. Tên thương nhân", business, "business")
	w.fill("2. Họ và tên chủ hộ", owner.name, "holder")
	w.fill("3. Số căn cước công dân", owner.id, "holder_id")
	w.fill("4. Địa chỉ trụ sở", w.address(l), "address")
	w.fillRun(entry{"5. Điện thoại", fmt.Sprintf("09%08d", w.r.intn(100000000)), ""}, entry{"Mã số thuế", fmt.Sprintf("8%09d", w.r.intn(1000000000)), "tax_code"})
	w.para("**Điều 2.** Thương nhân phải thực hiện đúng các quy định của pháp luật về kinh doanh "+goods+" và các quy định khác có liên quan; không bán cho người dưới 18 tuổi.", 0)
	until := date{d.year + 5, d.month, d.day}
	w.close(fmt.Sprintf("**Điều 3.** Giấy phép này có giá trị đến hết %s./.", until.long()),
		signing{recipients: []string{"Như Điều 1", w.g.grow("UBND {huyen} (báo cáo)"), "Đội Quản lý thị trường", "Lưu: VT"}, authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring, core: a.core})
	w.note("valid_until", until.long())
	if w.r.chance(0.4) {
		w.blankBack()
	}
}

// writePractice is a certificate lying on its long side, dated at its foot, with room for a photograph.
func writePractice(w *writer) {
	l := w.locality()
	a := w.departmentAgency(l)
	a.lines, a.name, a.abbr, a.core = []string{"SỞ Y TẾ"}, "Sở Y tế", "SYT", splitCore("Sở Y tế")
	d := w.dated(2018, 2025)
	p := w.person(1960, 2000)
	w.form(12)
	w.numbered = false
	w.page(a4Height, a4Width)
	w.certificatePaper([3]float64{0.86, 0.93, 0.97}, blueStamp)
	w.l, w.rt, w.y, w.bottom = 84, a4Height-84, 50, a4Width-30
	h := a.letterhead(w, "", d)
	h.place, h.printed = "", true
	h.number = fmt.Sprintf("%06d", w.r.span(120, 18000))
	h.symbol = pick(w.r, []string{"CCHND", "CCHN"}) + "-" + a.abbr
	w.head(h)
	w.formTitle(map[bool]string{true: "Chứng chỉ hành nghề dược", false: "Chứng chỉ hành nghề khám bệnh, chữa bệnh"}[strings.HasPrefix(h.symbol, "CCHND")], 19, redInk)
	w.gap(8)
	w.l += 92 // the photograph stands on the left
	w.rule(92, w.y+8, 92+71, w.y+8, 0.8)
	w.rule(92, w.y+102, 92+71, w.y+102, 0.8)
	w.rule(92, w.y+8, 92, w.y+102, 0.8)
	w.rule(92+71, w.y+8, 92+71, w.y+102, 0.8)
	w.fillRow(entry{"Cấp cho " + strings.ToLower(p.title()), strings.ToUpper(p.name), "holder"}, entry{"Ngày sinh", p.born.slashed(), "holder_born"})
	w.fillRow(entry{"Số CCCD", p.id, "holder_id"}, entry{"Ngày cấp", w.g.grow("{date}"), ""})
	w.fill("Địa chỉ thường trú", w.address(l), "holder_address")
	w.fill("Văn bằng chuyên môn", pick(w.r, []string{"Dược sĩ đại học", "Dược sĩ cao đẳng", "Bác sĩ đa khoa", "Cử nhân điều dưỡng", "Y sĩ đa khoa"}), "degree")
	w.fill("Phạm vi hành nghề", pick(w.r, []string{"Bán lẻ thuốc; chịu trách nhiệm chuyên môn của quầy thuốc", "Khám bệnh, chữa bệnh nội khoa", "Chăm sóc người bệnh theo phân công", "Nhà thuốc, cơ sở bán buôn thuốc"}), "scope")
	w.l -= 92
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), place: a.place, date: d, ring: a.ring, core: a.core, printed: w.r.chance(0.5)})
}

// writeTaxNotice is a tax office's notice to one person, half form and half table.
func writeTaxNotice(w *writer) {
	l := w.locality()
	other := placeName(w.r)
	name := "Chi cục Thuế khu vực " + l.district + " - " + other
	a := agency{
		superior: "CỤC THUẾ " + strings.ToUpper(l.provinceFull()), lines: []string{"CHI CỤC THUẾ KHU VỰC", strings.ToUpper(l.district + " - " + other)}, name: name,
		abbr: "CCTKV", place: l.district, ring: "CỤC THUẾ " + l.provinceFull(), core: "Chi cục/Thuế khu vực",
		heads: []string{"CHI CỤC TRƯỞNG", "PHÓ CHI CỤC TRƯỞNG", "ĐỘI TRƯỞNG"},
	}
	w.g.set("coquan", name)
	d := w.dated(2019, 2025)
	p := w.person(1948, 1999)
	w.a4()
	w.head(a.letterhead(w, "TB", d))
	w.title("Thông báo", pick(w.r, []string{"Nộp tiền sử dụng đất", "Về việc nộp lệ phí trước bạ nhà, đất", "Nộp tiền về đất đai của hộ gia đình, cá nhân"}))
	w.para(w.g.grow("Căn cứ {law} và các văn bản hướng dẫn thi hành;"), 2)
	w.para(w.g.grow("Căn cứ Phiếu chuyển thông tin số {12-4800}/PCTT ngày {date} của Chi nhánh Văn phòng đăng ký đất đai, {coquan} thông báo như sau:"), 0)
	w.para("**I. THÔNG TIN VỀ NGƯỜI NỘP**", 0)
	w.fill("1. Tên người nộp", p.name, "holder")
	w.fillRun(entry{"2. Mã số thuế", fmt.Sprintf("8%09d", w.r.intn(1000000000)), "tax_code"}, entry{"Số CCCD", p.id, "holder_id"})
	w.fill("3. Địa chỉ nhận thông báo", w.address(l), "holder_address")
	w.para("**II. THÔNG TIN VỀ THỬA ĐẤT**", 0)
	area := w.r.span(60, 480)
	w.fillRow(entry{"1. Thửa đất số", strconv.Itoa(w.r.span(1, 1200)), "parcel"}, entry{"Tờ bản đồ số", strconv.Itoa(w.r.span(1, 96)), "map_sheet"})
	w.fill("2. Diện tích", fmt.Sprintf("%d m²", area), "area")
	w.para("**III. SỐ TIỀN PHẢI NỘP**", 0)
	w.gap(4)
	fee, duty := w.r.span(40, 900)*100000, w.r.span(2, 90)*100000
	w.table([]column{{"STT", 8, centre}, {"Khoản thu", 52, left}, {"Tiểu mục", 16, centre}, {"Số tiền (đồng)", 24, right}}, [][]string{
		{"1", "Tiền sử dụng đất", "1401", thousands(fee)}, {"2", "Lệ phí trước bạ nhà, đất", "2801", thousands(duty)}, {"", "**Tổng cộng**", "", "**" + thousands(fee+duty) + "**"},
	}, w.size-1)
	w.gap(8)
	w.para("Số tiền bằng chữ: "+capital(numberWords(fee+duty))+" đồng.", 2)
	w.close(w.g.grow("Thời hạn nộp tiền chậm nhất là 30 ngày kể từ ngày ban hành Thông báo này. Nếu có vướng mắc, đề nghị liên hệ {coquan} để được hướng dẫn./."),
		signing{recipients: []string{"Như trên", "Văn phòng đăng ký đất đai", w.g.grow("Lưu: VT, TBTK{1-9}")}, authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), ring: a.ring, core: a.core})
	if w.r.chance(0.4) {
		w.blankBack()
	}
}
