package sample

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Certificates, permits and other forms: fields rather than running text.

// ethnic groups as papers name them.
//
//nolint:gochecknoglobals // a table that never changes
var ethnic = strings.Fields("Kinh Kinh Kinh Kinh Kinh Tày Mường Hrê Cor Chăm Hoa Nùng")

// form prepares a writer for a form: whether values are bold or stand on dots is one choice for the paper.
func (w *writer) form(size float64) {
	w.size, w.leading = size, w.r.between(1.28, 1.42)
	w.boldValues = w.r.chance(0.5)
	// Dotted rules under the values cost plain tesseract whole lines, so well-kept papers seldom have them.
	dots, clean := w.r.chance(0.4), w.r.float() < w.care
	w.dotted = dots && !clean && !w.boldValues
	w.numbered = false
}

func (w *writer) certificatePaper(colour [3]float64, ink inkKind) {
	w.cur.guard = &guilloche{colour: colour, depth: w.r.between(0.75, 1), phase: w.r.float()}
	w.frame(w.r.between(22, 30), ink)
	w.l, w.rt = 72, a4Width-72
}

func writeLand(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	d := w.dated(2010, 2025)
	owner, spouse := w.person(1945, 1995), w.person(1945, 1995)
	w.form(13)
	pink := [3]float64{0.98, 0.78, 0.77}
	w.page(a4Width, a4Height)
	w.certificatePaper(pink, redInk)
	w.y = 90
	w.motto()
	w.gap(70)
	w.formTitle("Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất", 19, redInk)
	w.gap(60)
	w.para("**I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất**", 0)
	serial := fmt.Sprintf("%c%c %06d", 'A'+rune(w.r.intn(26)), 'A'+rune(w.r.intn(26)), w.r.intn(1000000))
	w.fill(owner.title(), strings.ToUpper(owner.name), "holder")
	w.fillRow(entry{"Sinh năm", strconv.Itoa(owner.born.year), "holder_born"}, entry{"CCCD số", owner.id, "holder_id"})
	address := w.address(l)
	if w.r.chance(0.6) {
		w.fill("Và "+map[bool]string{true: "vợ là bà", false: "chồng là ông"}[!owner.female], strings.ToUpper(fullName(w.r, !owner.female)), "co_holder")
		w.fillRow(entry{"Sinh năm", strconv.Itoa(spouse.born.year), ""}, entry{"CCCD số", spouse.id, "co_holder_id"})
	}
	w.fill("Địa chỉ thường trú", address, "holder_address")
	w.y = a4Height - 85
	w.line(right, w.l, w.rt, 15, piece{text: serial, face: w.family[1]})
	w.note("serial", serial)

	w.page(a4Width, a4Height)
	w.certificatePaper(pink, redInk)
	w.para("**II. Thửa đất, nhà ở và tài sản khác gắn liền với đất**", 0)
	area := w.r.span(48, 980)
	w.para("**1. Thửa đất:**", 0)
	w.fillRow(entry{"a) Thửa đất số", strconv.Itoa(w.r.span(1, 1200)), "parcel"}, entry{"tờ bản đồ số", strconv.Itoa(w.r.span(1, 96)), "map_sheet"})
	w.fill("b) Địa chỉ", w.address(l), "parcel_address")
	w.fill("c) Diện tích", fmt.Sprintf("%d m² (bằng chữ: %s mét vuông)", area, numberWords(area)), "area")
	w.fill("d) Hình thức sử dụng", pick(w.r, []string{"Sử dụng riêng", "Sử dụng chung"}), "")
	w.fill("đ) Mục đích sử dụng", pick(w.r, []string{"Đất ở tại nông thôn", "Đất ở tại đô thị", "Đất trồng cây lâu năm", "Đất bằng trồng cây hàng năm khác"}), "purpose")
	w.fill("e) Thời hạn sử dụng", pick(w.r, []string{"Lâu dài", "Đến ngày 15/10/2043", "50 năm"}), "term")
	w.fill("g) Nguồn gốc sử dụng", pick(w.r, []string{"Công nhận QSDĐ như giao đất có thu tiền sử dụng đất", "Nhận chuyển nhượng đất được Nhà nước giao đất", "Được tặng cho đất theo quy định"}), "origin")
	w.para("**2. Nhà ở:** -/-", 0)
	w.para("**3. Công trình xây dựng khác:** -/-", 0)
	w.para("**4. Ghi chú:** "+pick(w.r, []string{"Thửa đất có một phần thuộc hành lang bảo vệ công trình giao thông.", "Giấy chứng nhận này thay thế giấy chứng nhận cấp trước đây.", "Không."}), 0)
	w.para("**III. Sơ đồ thửa đất**", 0)
	w.sketch()
	book := fmt.Sprintf("%s %05d", pick(w.r, []string{"CH", "CS", "VP"}), w.r.intn(100000))
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), place: a.place, date: d, ring: a.ring, printed: w.r.chance(0.4)})
	w.y += 8
	w.fill("Số vào sổ cấp GCN", book, "registry_number")
	w.formFields(a)
}

// formFields fills in agency and subject where a form has no letterhead.
func (w *writer) formFields(a agency) {
	w.fields.Agency, w.fields.AgencyAsPrinted = normalSpelling(a.name), strings.Join(a.lines, " / ")
}

// sketch draws a parcel without lettering.
func (w *writer) sketch() {
	const height = 118
	w.room(height + 180)
	cx, cy := (w.l+w.rt)/2, w.y+height/2
	n := w.r.span(4, 6)
	var ps []point
	for i := range n {
		a := (float64(i) + w.r.between(0.1, 0.7)) * 6.283 / float64(n)
		s, c := math.Sincos(a)
		ps = append(ps, point{cx + c*w.r.between(70, 105), cy + s*w.r.between(38, 52)})
	}
	for i, p := range ps {
		q := ps[(i+1)%n]
		w.rule(p.x, p.y, q.x, q.y, 1)
	}
	for range 3 {
		p := pick(w.r, ps)
		w.rule(p.x, p.y, p.x+w.r.between(-45, 45), p.y+w.r.between(-20, 20), 0.5)
	}
	w.y += height
}

func writeBirth(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2017, 2025)
	child := w.person(d.year-12, d.year)
	if child.born.year == d.year {
		child.born.month, child.born.day = 1, min(child.born.day, d.day)
	}
	w.form(13)
	w.a4()
	h := a.letterhead(w, "TLKS", d)
	h.symbol = "TLKS-BS"
	h.place = ""
	w.head(h)
	w.gap(4)
	w.formTitle("Trích lục khai sinh", 17, toner)
	w.centred("**(BẢN SAO)**", 0, w.size, w.l, w.rt)
	w.gap(12)
	w.fill("Họ, chữ đệm, tên", strings.ToUpper(child.name), "holder")
	_, _, year := child.born.parts()
	w.fillRow(entry{"Ngày, tháng, năm sinh", child.born.slashed(), "holder_born"}, entry{"Giới tính", child.sex(), "holder_sex"})
	w.fill("Ghi bằng chữ", fmt.Sprintf("Ngày %s, tháng %s, năm %s", numberWords(child.born.day), numberWords(child.born.month), numberWords(child.born.year)), "")
	w.fillRow(entry{"Dân tộc", pick(w.r, ethnic), ""}, entry{"Quốc tịch", "Việt Nam", ""})
	w.fill("Nơi sinh", pick(w.r, []string{"Bệnh viện Đa khoa ", "Trung tâm Y tế "})+l.districtFull()+", "+l.provinceFull(), "birth_place")
	w.fill("Quê quán", l.communeFull()+", "+l.districtFull()+", "+l.provinceFull(), "origin")
	w.fill("Số định danh cá nhân", child.id, "holder_id")
	for _, p := range []struct {
		who, key string
		female   bool
	}{{"mẹ", "mother", true}, {"cha", "father", false}} {
		w.fill("Họ, chữ đệm, tên người "+p.who, fullName(w.r, p.female), p.key)
		w.fillRow(entry{"Năm sinh", strconv.Itoa(child.born.year - w.r.span(20, 40)), ""}, entry{"Dân tộc", pick(w.r, ethnic), ""}, entry{"Quốc tịch", "Việt Nam", ""})
		w.fill("Nơi cư trú", w.address(l), "")
	}
	w.fill("Đăng ký khai sinh tại", "Ủy ban nhân dân "+l.communeFull()+", "+l.districtFull(), "")
	w.fillRow(entry{"Số", strconv.Itoa(w.r.span(1, 420)) + "/" + year, ""}, entry{"ngày", child.born.slashed(), ""})
	w.sign(signing{authority: append([]string{"NGƯỜI KÝ TRÍCH LỤC"}, w.authority(a)...), name: fullName(w.r, w.r.chance(0.4)), place: a.place, date: d, ring: a.ring, printed: w.r.chance(0.3)})
	if w.r.chance(0.4) {
		w.blankBack()
	}
}

func writeMarriage(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2016, 2025)
	wife, husband := w.person(1975, d.year-19), w.person(1975, d.year-21)
	wife.female, husband.female = true, false
	wife.name, husband.name = fullName(w.r, true), fullName(w.r, false)
	w.form(13)
	w.dotted = false
	w.page(a4Width, a4Height)
	w.certificatePaper([3]float64{0.98, 0.8, 0.82}, redInk)
	w.y, w.bottom = 66, a4Height-46 // a certificate is one side
	w.motto()
	for _, t := range append([]string{}, a.lines...) {
		w.line(left, w.l-10, w.rt, w.size-1, piece{text: t, face: w.family[1]})
	}
	number := w.number()
	w.fields.Number, w.fields.Symbol, w.fields.NumberSymbol = number, strconv.Itoa(d.year), number+"/"+strconv.Itoa(d.year)
	w.fields.Flags.HandwrittenNumber = true
	w.line(left, w.l-10, w.rt, w.size, piece{text: "Số:", face: w.family[0]}, piece{text: number, face: w.hand, hand: true, field: "number"}, piece{text: "/" + strconv.Itoa(d.year), face: w.family[0]})
	w.gap(10)
	w.formTitle("Giấy chứng nhận kết hôn", 22, redInk)
	w.gap(18)
	w.l, w.rt = 60, a4Width-52
	// Most forms tell of one person after the other; some give each a column, and there plain tesseract mixes the two
	// up by halves, so well-kept papers seldom have them.
	columns := w.r.float() >= w.care
	mid := (w.l+w.rt)/2 - 1
	spouses := [2]person{wife, husband}
	people := [2]string{pick(w.r, ethnic), pick(w.r, ethnic)}
	homes := [2]string{w.address(l), w.address(l)}
	if columns {
		from := len(w.cur.lines)
		w.fillRow(entry{"Họ, chữ đệm, tên vợ", strings.ToUpper(wife.name), "wife"}, entry{"Họ, chữ đệm, tên chồng", strings.ToUpper(husband.name), "husband"})
		w.fillRow(entry{"Ngày sinh", wife.born.slashed(), "wife_born"}, entry{"Ngày sinh", husband.born.slashed(), "husband_born"})
		w.fillRow(entry{"Dân tộc", people[0], ""}, entry{"Dân tộc", people[1], ""})
		w.fillRow(entry{"Quốc tịch", "Việt Nam", ""}, entry{"Quốc tịch", "Việt Nam", ""})
		w.fillRow(entry{"Nơi cư trú", homes[0], ""}, entry{"Nơi cư trú", homes[1], ""})
		w.fillRow(entry{"Số CCCD", wife.id, "wife_id"}, entry{"Số CCCD", husband.id, "husband_id"})
		w.byColumn(from, mid)
	} else {
		for i, p := range spouses {
			who, key := [2]string{"vợ", "chồng"}[i], [2]string{"wife", "husband"}[i]
			w.fill("Họ, chữ đệm, tên "+who, strings.ToUpper(p.name), key)
			w.fillRow(entry{"Ngày sinh", p.born.slashed(), key + "_born"}, entry{"Dân tộc", people[i], ""}, entry{"Quốc tịch", "Việt Nam", ""})
			w.fill("Nơi cư trú", homes[i], "")
			w.fill("Số CCCD", p.id, key+"_id")
		}
	}
	w.gap(6)
	w.fill("Nơi đăng ký kết hôn", "Ủy ban nhân dân "+l.communeFull()+", "+l.districtFull()+", "+l.provinceFull(), "registered_at")
	w.fill("Ngày, tháng, năm đăng ký", d.slashed(), "registered_on")
	w.gap(8)
	from := len(w.cur.lines)
	w.signPair(signing{authority: []string{"VỢ"}, note: "(Ký, ghi rõ họ, chữ đệm, tên)", name: wife.name},
		signing{authority: []string{"CHỒNG"}, note: "(Ký, ghi rõ họ, chữ đệm, tên)", name: husband.name})
	if columns {
		w.byColumn(from, mid)
	}
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), ring: a.ring})
	w.fields.Date = d.iso()
	w.formFields(a)
}

func writeBuilding(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	d := w.dated(2018, 2025)
	owner := w.person(1950, 1996)
	w.form(13.5)
	w.a4()
	h := a.letterhead(w, "GPXD", d)
	h.symbol = "GPXD"
	w.head(h)
	w.formTitle("Giấy phép xây dựng", 16, toner)
	w.centred(pick(w.r, []string{"(Sử dụng cho công trình: Nhà ở riêng lẻ)", "(Sử dụng cho công trình không theo tuyến)", "(Sử dụng cho dự án đầu tư xây dựng)"}), 2, w.size, w.l, w.rt)
	w.gap(10)
	w.fill("1. Cấp cho", owner.title()+" "+strings.ToUpper(owner.name), "")
	w.note("holder", strings.ToUpper(owner.name))
	w.fill("- Số CCCD", owner.id, "holder_id")
	w.fill("- Địa chỉ thường trú", w.address(l), "holder_address")
	w.para("**2. Được phép xây dựng các công trình theo những nội dung sau:**", 0)
	w.fill("- Tên công trình", pick(w.r, []string{"Nhà ở riêng lẻ", "Nhà ở kết hợp kinh doanh", "Nhà trưng bày và kho hàng", "Nhà ở gia đình 3 tầng"}), "work")
	w.fill("- Vị trí xây dựng", w.address(l), "site")
	area := w.r.span(60, 400)
	w.fillRow(entry{"- Cốt nền xây dựng", fmt.Sprintf("+0,%d m", w.r.span(15, 60)), ""}, entry{"Chỉ giới xây dựng", fmt.Sprintf("%d m", w.r.span(2, 6)), ""})
	w.fillRow(entry{"- Mật độ xây dựng", fmt.Sprintf("%d%%", w.r.span(45, 95)), ""}, entry{"Hệ số sử dụng đất", fmt.Sprintf("%d,%d lần", w.r.span(1, 4), w.r.intn(10)), ""})
	w.fill("- Diện tích xây dựng tầng 1", fmt.Sprintf("%d m²", area), "area")
	w.fill("- Tổng diện tích sàn", fmt.Sprintf("%d m²", area*w.r.span(1, 5)), "floor_area")
	w.fillRow(entry{"- Chiều cao công trình", fmt.Sprintf("%d,%d m", w.r.span(4, 21), w.r.intn(10)), ""}, entry{"Số tầng", strconv.Itoa(w.r.span(1, 5)), ""})
	w.fill("3. Giấy tờ về đất đai", fmt.Sprintf("Giấy chứng nhận quyền sử dụng đất số %c%c %06d do Ủy ban nhân dân %s cấp ngày %s", 'A'+rune(w.r.intn(26)), 'A'+rune(w.r.intn(26)), w.r.intn(1000000), l.districtFull(), w.g.grow("{date}")), "")
	w.para("**4.** Ghi nhận các công trình đã khởi công: Không.", 0)
	w.para("**5.** Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp; quá thời hạn trên phải đề nghị gia hạn giấy phép xây dựng.", 0)
	w.sign(signing{recipients: []string{"Chủ đầu tư", w.g.grow("{office}"), "Lưu: VT, QLĐT"}, authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
	w.fields.Subject = ""
	if w.r.chance(0.5) {
		w.a4()
		w.para("**CHỦ ĐẦU TƯ PHẢI THỰC HIỆN CÁC NỘI DUNG SAU ĐÂY:**", 0)
		for i, s := range []string{
			"Phải hoàn toàn chịu trách nhiệm trước pháp luật nếu xâm phạm các quyền hợp pháp của chủ sở hữu liền kề.",
			"Phải thực hiện đúng các quy định của pháp luật về đất đai, về đầu tư xây dựng và Giấy phép xây dựng này.",
			"Phải thông báo bằng văn bản về ngày khởi công cho cơ quan cấp phép trước khi khởi công 07 ngày.",
			"Xuất trình Giấy phép xây dựng cho cơ quan có thẩm quyền khi được yêu cầu theo quy định.",
			"Khi điều chỉnh thiết kế làm thay đổi nội dung giấy phép thì phải đề nghị điều chỉnh và chờ quyết định của cơ quan cấp phép.",
		} {
			w.para(fmt.Sprintf("%d. %s", i+1, s), 0)
		}
		w.centred("ĐIỀU CHỈNH/GIA HẠN GIẤY PHÉP", 1, w.size, w.l, w.rt)
	} else if w.r.chance(0.5) {
		w.blankBack()
	}
}

func writeBusiness(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	a.lines = []string{"PHÒNG TÀI CHÍNH - KẾ HOẠCH"}
	a.superior, a.name = "UBND "+strings.ToUpper(l.districtFull()), "Phòng Tài chính - Kế hoạch"
	a.core, a.council, a.heads = "Phòng Tài chính/- Kế hoạch", "", []string{"TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "CHUYÊN VIÊN"}
	d := w.dated(2018, 2025)
	owner := w.person(1955, 2000)
	w.form(13)
	w.a4()
	w.y = 82 // clear of the border's corners
	h := a.letterhead(w, "", d)
	h.number, h.symbol, h.place = "", "", ""
	w.head(h)
	w.frame(w.r.between(22, 30), blueStamp)
	w.l, w.rt = 76, a4Width-66
	w.formTitle("Giấy chứng nhận đăng ký hộ kinh doanh", 16, toner)
	reg := fmt.Sprintf("%02d%c%d%06d", w.r.span(11, 98), 'A'+rune(w.r.intn(14)), 8, w.r.intn(1000000))
	w.centred("Số: "+reg, 1, w.size, w.l, w.rt)
	w.note("registration_number", reg)
	w.centred(fmt.Sprintf("//Đăng ký lần đầu, %s//", d.long()), 0, w.size, w.l, w.rt)
	w.gap(8)
	w.fill("1. Tên hộ kinh doanh", strings.ToUpper(pick(w.r, []string{"Hộ kinh doanh ", "Cửa hàng ", "Cơ sở "})+owner.name), "business")
	w.fill("2. Địa điểm kinh doanh", w.address(l), "address")
	w.fillRun(entry{"Điện thoại", fmt.Sprintf("09%08d", w.r.intn(100000000)), ""}, entry{"Mã số thuế", fmt.Sprintf("8%09d", w.r.intn(1000000000)), "tax_code"})
	w.para("3. Ngành, nghề kinh doanh:", 0)
	var rows [][]string
	for i := range w.r.span(2, 5) {
		rows = append(rows, []string{strconv.Itoa(i + 1), w.g.grow("{trade}"), strconv.Itoa(w.r.span(1010, 9639))})
	}
	w.gap(4)
	w.table([]column{{"STT", 8, centre}, {"Tên ngành", 70, left}, {"Mã ngành", 22, centre}}, rows, w.size-1)
	w.gap(8)
	capital := w.r.span(20, 2000) * 1000000
	w.fill("4. Vốn kinh doanh", thousands(capital)+" đồng ("+numberWords(capital)+" đồng)", "capital")
	w.fill("5. Họ và tên chủ hộ kinh doanh", strings.ToUpper(owner.name), "holder")
	w.fillRun(entry{"Giới tính", owner.sex(), ""}, entry{"Sinh ngày", owner.born.slashed(), "holder_born"})
	w.fillRun(entry{"Dân tộc", pick(w.r, ethnic), ""}, entry{"Quốc tịch", "Việt Nam", ""})
	w.fill("Loại giấy tờ pháp lý của cá nhân", "Thẻ căn cước công dân số "+owner.id, "")
	w.note("holder_id", owner.id)
	w.fill("Địa chỉ thường trú", w.address(l), "holder_address")
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), ring: "UBND " + l.districtFull() + " - " + l.provinceFull(), core: a.core})
	w.fields.Date = d.iso()
}

func writeReceipt(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2018, 2025)
	w.form(12)
	if w.r.chance(0.4) {
		w.family = [4]faceID{sans, sansBold, sans, sansBold}
		w.size = 11
	}
	w.page(a4Width, 520)
	w.l, w.rt, w.y, w.bottom = 52, a4Width-48, 36, 520-14
	mid := w.l + (w.rt-w.l)*0.62
	top := w.y
	var rows []line
	at := func(a align, x0, x1 float64, size float64, face faceID, text string, ink inkKind) {
		from := len(w.cur.runs)
		rows = append(rows, line{words: w.set(a, x0, x1, size, w.tokens(size, []piece{{text: text, face: face}}), true), y: w.y + size})
		for i := range w.cur.runs[from:] {
			w.cur.runs[from+i].ink = ink
		}
		w.y += size * 1.3
	}
	at(left, w.l, mid, w.size-1, w.family[0], "Đơn vị thu: "+a.name, toner)
	at(left, w.l, mid, w.size-1, w.family[0], "Địa chỉ: "+capital(l.communeFull())+", "+l.districtFull(), toner)
	w.y = top
	serial := fmt.Sprintf("%07d", w.r.intn(10000000))
	at(left, mid, w.rt, w.size-1, w.family[0], "Mẫu số: 01BLP0-001", toner)
	at(left, mid, w.rt, w.size-1, w.family[0], fmt.Sprintf("Ký hiệu: %c%c-%02dP", 'A'+rune(w.r.intn(26)), 'A'+rune(w.r.intn(26)), d.year%100), toner)
	at(left, mid, w.rt, w.size+1, w.family[1], "Số: "+serial, redInk)
	w.cur.lines = append(w.cur.lines, joinRows(rows)...)
	w.gap(2)
	w.formTitle("Biên lai thu tiền phí, lệ phí", w.size+4, toner)
	w.centred("("+pick(w.r, []string{"Liên 2: Giao người nộp tiền", "Liên 1: Lưu"})+")", 2, w.size-1, w.l, w.rt)
	w.gap(6)
	payer := w.person(1950, 2003)
	amount := w.r.span(8, 900) * 1000
	w.fill("Họ, tên người nộp", payer.name, "holder")
	w.fill("Địa chỉ", w.address(l), "holder_address")
	w.fill("Lý do nộp", pick(w.r, []string{"Lệ phí đăng ký hộ kinh doanh", "Phí thẩm định hồ sơ cấp giấy chứng nhận quyền sử dụng đất", "Lệ phí cấp giấy phép xây dựng", "Phí chứng thực bản sao từ bản chính", "Lệ phí đăng ký cư trú", "Phí khai thác tài liệu đất đai"}), "reason")
	w.fill("Số tiền", thousands(amount)+" đồng", "amount")
	w.fill("(Viết bằng chữ)", capital(numberWords(amount))+" đồng", "amount_words")
	w.fill("Hình thức thanh toán", pick(w.r, []string{"Tiền mặt", "Chuyển khoản", "TM/CK"}), "")
	ring := ""
	if w.r.chance(0.6) {
		ring = a.ring
	}
	w.sign(signing{authority: []string{"NGƯỜI THU TIỀN"}, note: "(Ký và ghi rõ họ, tên)", name: fullName(w.r, w.r.chance(0.6)), place: a.place, date: d, ring: ring, printed: w.r.chance(0.3)})
	w.fields.Number = serial
	w.fields.NumberSymbol = serial
	w.formFields(a)
}

func writeAttorney(w *writer) {
	l := w.locality()
	a := w.communeAgency(l)
	d := w.dated(2018, 2025)
	w.form(13.5)
	w.a4()
	w.motto()
	w.formTitle("Giấy ủy quyền", 16, toner)
	w.gap(8)
	w.para(fmt.Sprintf("Hôm nay, %s, tại trụ sở Ủy ban nhân dân %s, %s, %s, chúng tôi gồm có:", d.long(), l.communeFull(), l.districtFull(), l.provinceFull()), 0)
	from, to := w.person(1945, 1999), w.person(1945, 1999)
	for _, s := range []struct {
		head, key string
		p         person
	}{{"BÊN ỦY QUYỀN (BÊN A)", "holder", from}, {"BÊN ĐƯỢC ỦY QUYỀN (BÊN B)", "attorney", to}} {
		w.para("**"+s.head+":**", 0)
		w.fillRow(entry{s.p.title(), s.p.name, s.key}, entry{"Sinh ngày", s.p.born.slashed(), ""})
		w.fillRow(entry{"Số CCCD", s.p.id, s.key + "_id"}, entry{"cấp ngày", w.g.grow("{date}"), ""})
		w.fill("Nơi thường trú", w.address(l), "")
	}
	w.para("**Điều 1. Nội dung và phạm vi ủy quyền**", 0)
	w.para("Bên A ủy quyền cho Bên B thay mặt Bên A "+pick(w.r, []string{
		"liên hệ cơ quan có thẩm quyền để nộp hồ sơ, nhận kết quả thủ tục cấp đổi giấy chứng nhận quyền sử dụng đất đối với thửa đất số " + strconv.Itoa(w.r.span(2, 900)) + ", tờ bản đồ số " + strconv.Itoa(w.r.span(1, 60)) + ".",
		"làm thủ tục đăng ký, sang tên và nhận các giấy tờ liên quan đến xe mô tô biển kiểm soát theo quy định của pháp luật.",
		"kê khai, nộp hồ sơ hưởng trợ cấp xã hội, ký nhận tiền trợ cấp hằng tháng tại Bưu điện xã.",
		"tham gia các buổi làm việc, đối thoại về phương án bồi thường, hỗ trợ khi Nhà nước thu hồi đất để xây dựng công trình công cộng.",
	}), 0)
	w.para("**Điều 2. Thời hạn ủy quyền**", 0)
	w.para(fmt.Sprintf("Thời hạn ủy quyền là %02d tháng kể từ ngày giấy này được chứng thực hoặc đến khi thực hiện xong công việc nêu trên.", w.r.span(3, 24)), 0)
	w.para("**Điều 3. Cam kết của các bên**", 0)
	w.para("Hai bên chịu trách nhiệm trước pháp luật về những thông tin đã ghi trong giấy này; việc giao kết hoàn toàn tự nguyện, không bị lừa dối hoặc ép buộc. Mọi tranh chấp phát sinh được giải quyết trên tinh thần thương lượng, hòa giải.", 0)
	w.signPair(signing{authority: []string{"BÊN ỦY QUYỀN"}, note: "(Ký, ghi rõ họ tên)", name: from.name}, signing{authority: []string{"BÊN ĐƯỢC ỦY QUYỀN"}, note: "(Ký, ghi rõ họ tên)", name: to.name})
	w.gap(10)
	w.room(240)
	w.centred("LỜI CHỨNG CỦA NGƯỜI THỰC HIỆN CHỨNG THỰC", 1, w.size, w.l, w.rt)
	w.gap(4)
	number := w.number()
	w.para(fmt.Sprintf("Ngày %s, tại Ủy ban nhân dân %s, tôi chứng thực ông/bà có tên trên có năng lực hành vi dân sự, tự nguyện ký vào giấy này trước mặt tôi.", d.slashed(), l.communeFull()), 0)
	w.line(left, w.l, w.rt, w.size, piece{text: "Số chứng thực:", face: w.family[0]}, piece{text: number, face: w.hand, hand: true, field: "number"}, piece{text: fmt.Sprintf("quyển số %02d-SCT/CK,ĐC", w.r.span(1, 9)), face: w.family[0]})
	w.fields.Number, w.fields.NumberSymbol, w.fields.Flags.HandwrittenNumber = number, number, true
	w.sign(signing{authority: w.authority(a), name: fullName(w.r, w.r.chance(0.3)), ring: a.ring})
	w.fields.Date = d.iso()
	w.formFields(a)
}
