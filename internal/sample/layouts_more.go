package sample

import (
	"fmt"
	"strconv"
	"strings"
)

func writePlan(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	if w.r.chance(0.5) {
		a = w.provinceAgency(l)
	}
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "KH", d))
	w.title("Kế hoạch", w.g.sentence("{topic} trên địa bàn {diaban} năm {year}"))
	w.para(w.g.sentence("thực hiện {decree}; {coquan} ban hành Kế hoạch với các nội dung sau:"), 0)
	w.para("**I. MỤC ĐÍCH, YÊU CẦU**", 0)
	for i := range w.r.span(2, 3) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence("{task}{aim}.")), 0)
	}
	w.para("**II. NỘI DUNG VÀ TIẾN ĐỘ**", 0)
	w.gap(4)
	var rows [][]string
	for i := range w.r.span(3, 6) {
		rows = append(rows, []string{strconv.Itoa(i + 1), w.g.sentence("{task}"), w.g.grow("{office}"), w.g.grow("{deadline}")})
	}
	cols := []column{{"TT", 7, centre}, {"Nội dung công việc", 48, left}, {"Đơn vị chủ trì", 27, left}, {"Hoàn thành", 18, centre}}
	if h := w.tableHeight(cols, rows, w.size-1.5); h < w.bottom-marginTop {
		w.room(h)
	}
	w.table(cols, rows, w.size-1.5)
	w.gap(10)
	w.para("**III. TỔ CHỨC THỰC HIỆN**", 0)
	for i := range w.r.span(6, 10) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence("{order}")), 0)
	}
	w.close(w.g.grow("Trên đây là Kế hoạch của {coquan}; yêu cầu các cơ quan, đơn vị nghiêm túc triển khai thực hiện./."),
		signing{recipients: w.recipients(), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
}

// The layouts below are held back.

func writeResolution(w *writer) {
	l := w.locality()
	d := w.dated(2019, 2025)
	a := agency{
		lines: []string{"HỘI ĐỒNG NHÂN DÂN", strings.ToUpper(l.provinceFull())}, name: "Hội đồng nhân dân " + l.provinceFull(), abbr: "HĐND", place: l.province.name,
		ring: "HỘI ĐỒNG NHÂN DÂN " + l.provinceFull(), heads: []string{"CHỦ TỊCH", "PHÓ CHỦ TỊCH", "CHỦ TỌA KỲ HỌP"},
	}
	w.g.set("coquan", a.name)
	w.a4()
	w.head(a.letterhead(w, "NQ", d))
	w.title("Nghị quyết", w.g.sentence("về việc {action}"))
	w.centred("HỘI ĐỒNG NHÂN DÂN "+strings.ToUpper(l.provinceFull()), 1, w.size, w.l, w.rt)
	w.centred(fmt.Sprintf("KHÓA %s, KỲ HỌP THỨ %s", pick(w.r, []string{"XI", "XII", "XIII"}), strings.ToUpper(numberWords(w.r.span(2, 24)))), 1, w.size, w.l, w.rt)
	w.gap(8)
	for range w.r.span(3, 6) {
		w.para(w.g.grow("Căn cứ {ground};"), 2)
	}
	w.para(w.g.grow("Xét Tờ trình số {12-480}/TTr-UBND ngày {date} của Ủy ban nhân dân {tinh}; báo cáo thẩm tra của Ban Kinh tế - Ngân sách và ý kiến thảo luận của đại biểu tại kỳ họp."), 2)
	w.centred("QUYẾT NGHỊ:", 1, w.size, w.l, w.rt)
	w.gap(6)
	w.article(1, w.g.sentence("{action}, cụ thể như sau:"))
	for i := range w.r.span(3, 6) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence("{order}")), 0)
	}
	w.article(2, w.g.grow("Giao Ủy ban nhân dân {tinh} tổ chức triển khai thực hiện Nghị quyết này."))
	w.close(fmt.Sprintf("Nghị quyết này đã được %s thông qua %s và có hiệu lực kể từ ngày thông qua./.", a.name, d.long()),
		signing{recipients: w.recipients("Ủy ban Thường vụ Quốc hội", "Chính phủ"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
}

func writeMinutes(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2019, 2025)
	w.a4()
	h := a.letterhead(w, "BB", d)
	w.head(h)
	w.title("Biên bản", w.g.sentence("kiểm tra thực địa về việc {action}"))
	w.para(fmt.Sprintf("Hôm nay, vào lúc %02d giờ %02d phút, %s, tại %s, chúng tôi gồm:", w.r.span(7, 16), w.r.span(0, 5)*10, d.long(), w.address(l)), 0)
	w.para("**I. Thành phần tham gia**", 0)
	var first, last string
	for i := range w.r.span(3, 5) {
		p := w.person(1960, 1999)
		if i == 0 {
			first = p.name
		}
		last = p.name
		w.para(fmt.Sprintf("%d. %s %s - %s;", i+1, p.title(), p.name, pick(w.r, []string{"Chủ tịch UBND xã", "Công chức Địa chính - Xây dựng", "Trưởng thôn", "Đại diện hộ gia đình", "Cán bộ Trung tâm Phát triển quỹ đất"})), 0)
	}
	w.para("**II. Nội dung và kết quả kiểm tra**", 0)
	for i := range w.r.span(4, 8) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence(pick(w.r, []string{"{finding}", "{order}"}))), 0)
	}
	w.para(fmt.Sprintf("Biên bản kết thúc vào lúc %02d giờ %02d phút cùng ngày, được lập thành 03 bản có giá trị như nhau, đã đọc lại cho mọi người cùng nghe và thống nhất ký tên./.", 17, w.r.span(0, 5)*10), 0)
	w.signPair(signing{authority: []string{"NGƯỜI LẬP BIÊN BẢN"}, name: last}, signing{authority: []string{"TM. ĐOÀN KIỂM TRA"}, name: first, ring: a.ring})
}

func writeSingle(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2018, 2025)
	p := w.person(1950, d.year-19)
	w.form(14)
	w.a4()
	h := a.letterhead(w, "UBND", d)
	h.symbol = "UBND-XNTTHN"
	w.head(h)
	w.formTitle("Giấy xác nhận tình trạng hôn nhân", 16, toner)
	w.gap(8)
	w.centred(strings.ToUpper(a.name), 1, w.size, w.l, w.rt)
	w.gap(8)
	w.para(fmt.Sprintf("Xét đề nghị của %s %s về việc cấp Giấy xác nhận tình trạng hôn nhân,", strings.ToLower(p.title()), p.name), 0)
	w.centred("XÁC NHẬN:", 1, w.size, w.l, w.rt)
	w.gap(6)
	w.fill("Họ, chữ đệm, tên", strings.ToUpper(p.name), "holder")
	w.fill("Ngày, tháng, năm sinh", p.born.slashed(), "holder_born")
	w.fillRow(entry{"Giới tính", p.sex(), ""}, entry{"Dân tộc", pick(w.r, ethnic), ""}, entry{"Quốc tịch", "Việt Nam", ""})
	w.fill("Giấy tờ tùy thân", "Căn cước công dân số "+p.id+" do Cục Cảnh sát quản lý hành chính về trật tự xã hội cấp ngày "+w.g.grow("{date}"), "")
	w.note("holder_id", p.id)
	w.fill("Nơi cư trú", w.address(l), "holder_address")
	w.fill("Tình trạng hôn nhân", pick(w.r, []string{"Chưa đăng ký kết hôn với ai", "Đã ly hôn theo Quyết định của Tòa án nhân dân, hiện tại chưa đăng ký kết hôn với ai", "Có vợ hoặc chồng nhưng đã chết, hiện tại chưa đăng ký kết hôn với ai"}), "status")
	w.para(fmt.Sprintf("Giấy này được cấp để %s và có giá trị sử dụng trong 06 tháng kể từ ngày cấp.", pick(w.r, []string{"làm thủ tục đăng ký kết hôn", "thực hiện thủ tục mua bán nhà, đất", "bổ sung hồ sơ vay vốn ngân hàng", "bổ túc hồ sơ xuất khẩu lao động"})), 0)
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), ring: a.ring})
	if w.r.chance(0.5) {
		w.blankBack()
	}
}

func writeFoodSafety(w *writer) {
	l := w.locality()
	a := w.departmentAgency(l)
	d := w.dated(2018, 2025)
	owner := w.person(1955, 1998)
	w.form(14)
	w.page(a4Width, a4Height)
	w.certificatePaper([3]float64{0.8, 0.93, 0.82}, blueStamp)
	w.y = 74
	h := a.letterhead(w, "ATTP", d)
	h.number, h.symbol, h.place = "", "", ""
	w.head(h)
	w.gap(34)
	w.formTitle("Giấy chứng nhận", 24, redInk)
	w.centred("CƠ SỞ ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM", 1, 15, w.l, w.rt)
	w.gap(26)
	w.fill("Tên cơ sở", strings.ToUpper(w.g.grow("{company}")), "business")
	w.fill("Chủ cơ sở", owner.name, "holder")
	w.fill("Địa chỉ", w.address(l), "address")
	w.fillRow(entry{"Điện thoại", fmt.Sprintf("0255.%07d", w.r.intn(10000000)), ""}, entry{"Fax", "không có", ""})
	w.gap(8)
	w.centred("Đủ điều kiện an toàn thực phẩm để sản xuất, kinh doanh:", 0, w.size, w.l, w.rt)
	w.centred(pick(w.r, []string{"Nước uống đóng chai và nước đá dùng liền", "Dịch vụ ăn uống, bếp ăn tập thể", "Sơ chế, bảo quản thủy sản tươi", "Các loại bánh, mứt, kẹo", "Rau, củ, quả và sản phẩm chế biến"}), 1, w.size, w.l, w.rt)
	w.gap(16)
	number := w.number()
	w.fields.Number, w.fields.Symbol = number, strconv.Itoa(d.year)+"/NNPTNT-"+a.abbr
	w.fields.NumberSymbol = number + "/" + w.fields.Symbol
	w.line(left, w.l, w.rt, w.size, piece{text: "Số cấp: " + w.fields.NumberSymbol, face: w.family[0]})
	until := date{d.year + 3, d.month, d.day}
	w.fill("Có hiệu lực đến ngày", until.slashed(), "valid_until")
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), place: a.place, date: d, ring: a.ring, core: a.core, printed: w.r.chance(0.5)})
}
