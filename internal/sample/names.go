package sample

import (
	"fmt"
	"strings"
)

// date is a day; papers print it in several ways.
type date struct{ year, month, day int }

func (w *writer) date(fromYear, toYear int) date {
	return date{w.r.span(fromYear, toYear), w.r.span(1, 12), w.r.span(1, 28)}
}

// dated picks the paper's own day; what it cites will be older.
func (w *writer) dated(fromYear, toYear int) date {
	w.made = w.date(fromYear, toYear)
	w.g.made = w.made
	return w.made
}

func (d date) iso() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

func (d date) slashed() string { return fmt.Sprintf("%02d/%02d/%04d", d.day, d.month, d.year) }

// parts follow Decree 30/2020: a zero before days below 10 and months 1 and 2, none before other months.
func (d date) parts() (day, month, year string) {
	month = fmt.Sprint(d.month)
	if d.month < 3 {
		month = "0" + month
	}
	return fmt.Sprintf("%02d", d.day), month, fmt.Sprint(d.year)
}

func (d date) long() string {
	day, month, year := d.parts()
	return "ngày " + day + " tháng " + month + " năm " + year
}

// person is an invented person.
type person struct {
	name   string
	female bool
	born   date
	id     string // 12 digits
}

func (w *writer) person(fromYear, toYear int) person {
	r := w.r
	p := person{female: r.chance(0.5), born: w.date(fromYear, toYear)}
	p.name = fullName(r, p.female)
	century := 0
	if p.born.year >= 2000 {
		century = 2
	}
	if p.female {
		century++
	}
	p.id = fmt.Sprintf("%03d%d%02d%06d", 900+r.intn(90), century, p.born.year%100, r.intn(1000000))
	return p
}

func (p person) title() string {
	if p.female {
		return "Bà"
	}
	return "Ông"
}

func (p person) sex() string {
	if p.female {
		return "Nữ"
	}
	return "Nam"
}

func fullName(r *rng, female bool) string {
	family := pick(r, familyNames)
	middle, given := pick(r, maleMiddle), pick(r, maleGiven)
	if female {
		middle, given = pick(r, femaleMiddle), pick(r, femaleGiven)
	}
	if r.chance(0.25) {
		return family + " " + middle + " " + pick(r, secondMiddle) + " " + given
	}
	return family + " " + middle + " " + given
}

//nolint:gochecknoglobals // word lists that never change
var (
	familyNames  = strings.Fields("Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đinh Trịnh Mai Tô Lương Tạ Cao Quách Thái Lâm Vương Châu Kiều Doãn Phùng Khổng Chử Nghiêm")
	maleMiddle   = strings.Fields("Văn Văn Văn Hữu Đức Công Quang Minh Xuân Đình Thành Hoàng Quốc Ngọc Tuấn Trọng Anh Viết Bá Duy Thế Gia")
	maleGiven    = strings.Fields("Hùng Dũng Cường Mạnh Thắng Long Sơn Hải Nam Tùng Khoa Phúc Lộc Thịnh Vinh Quân Bình An Hiếu Trung Nghĩa Kiên Tuấn Đạt Khánh Phong Tài Hưng Việt Quý Thuận Toàn Chiến Giang Nhật Huy Lâm Hậu Tiến Đông Sang Khôi Tín Thọ")
	femaleMiddle = strings.Fields("Thị Thị Thị Ngọc Thu Thanh Kim Bích Mỹ Phương Hồng Diệu Minh Như Quỳnh Tuyết Ánh Khánh Cẩm")
	femaleGiven  = strings.Fields("Hoa Lan Hương Mai Hằng Hạnh Nga Thủy Thảo Trang Linh Yến Nhung Loan Oanh Dung Vân Phượng Quyên Hiền Lý Tâm Thúy Ngân Chi Diệp Xuân Liên Huyền Giang Anh My Trâm Vy Nhi Hà Đào Ly Uyên Thư")
	secondMiddle = strings.Fields("Thị Hoàng Minh Bảo Thanh Kim Ngọc Hải Khánh Thiên")

	placeFirst  = strings.Fields("An Bình Phú Tân Long Hòa Đông Tây Nam Vĩnh Thanh Hưng Đại Mỹ Thuận Kim Xuân Ngọc Quang Minh Sơn Trường Cẩm Liên Diên Hương Yên Lạc")
	placeSecond = strings.Fields("Thành Phước Lộc Hải Sơn Giang Khê Lâm Điền Thịnh Hưng Lợi Đức Xuân Mỹ Phong Tiến Hiệp Trung Châu Dương Thạnh Lương Hà Vân Nghĩa Quý Bảng Sa")
	streets     = []string{"Trần Quang Diệu", "Lê Thánh Tôn", "Nguyễn Trãi", "Phan Chu Trinh", "Hai Bà Trưng", "Lý Tự Trọng", "Ngô Gia Tự", "Bạch Đằng", "Hùng Vương", "Lê Hồng Phong", "Trần Nhân Tông", "Võ Thị Sáu", "Hoàng Diệu", "Quang Trung", "Phạm Văn Đồng", "Nguyễn Công Trứ", "Cách Mạng Tháng Tám", "Điện Biên Phủ"}
	// Invented: no province or city bears these names.
	provinces = []province{
		{"tỉnh", "Hải Sơn"}, {"tỉnh", "Tân Giang"}, {"tỉnh", "Bình Lâm"}, {"tỉnh", "Quảng Hà"}, {"tỉnh", "Vĩnh Châu Giang"},
		{"thành phố", "Hải Minh"}, {"thành phố", "Đông Phú"}, {"tỉnh", "Thanh Lạc"}, {"tỉnh", "Sơn Bình"}, {"thành phố", "Nam Lộc"},
	}
	districtKinds = []string{"huyện", "huyện", "quận", "thị xã", "thành phố"}
	communeKinds  = []string{"xã", "xã", "xã", "phường", "phường", "thị trấn"}
)

type province struct{ kind, name string }

// locality is where a paper comes from: one province, district and commune, the same all through a paper.
type locality struct {
	province               province
	districtKind, district string
	communeKind, commune   string
}

func newLocality(r *rng) locality {
	l := locality{province: pick(r, provinces)}
	l.districtKind, l.district = pick(r, districtKinds), placeName(r)
	l.communeKind, l.commune = pick(r, communeKinds), placeName(r)
	if l.districtKind == "quận" {
		l.communeKind = "phường"
	}
	return l
}

func placeName(r *rng) string {
	for {
		a, b := pick(r, placeFirst), pick(r, placeSecond)
		if a != b {
			return a + " " + b
		}
	}
}

func (l locality) provinceFull() string { return l.province.kind + " " + l.province.name }
func (l locality) districtFull() string { return l.districtKind + " " + l.district }
func (l locality) communeFull() string  { return l.communeKind + " " + l.commune }

// address invents a street or hamlet address in the paper's locality.
func (w *writer) address(l locality) string {
	commune := l.communeFull()
	if w.r.chance(0.4) {
		commune = pick(w.r, communeKinds[:3]) + " " + placeName(w.r)
	}
	tail := ", " + commune + ", " + l.districtFull() + ", " + l.provinceFull()
	switch w.r.intn(3) {
	case 0:
		return fmt.Sprintf("Số %d đường %s", w.r.span(2, 480), pick(w.r, streets)) + tail
	case 1:
		return "Thôn " + placeName(w.r) + tail
	default:
		return fmt.Sprintf("Tổ dân phố số %d", w.r.span(1, 24)) + tail
	}
}

// capital makes the first letter a capital.
func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// oldSpelling moves tone marks as many offices still type them: hoà for hòa, uỷ for ủy.
func oldSpelling() *strings.Replacer {
	return strings.NewReplacer("òa", "oà", "óa", "oá", "ỏa", "oả", "õa", "oã", "ọa", "oạ",
		"ủy", "uỷ", "ùy", "uỳ", "úy", "uý", "ũy", "uỹ", "ụy", "uỵ",
		"Ủy", "Uỷ", "ÒA", "OÀ", "ÓA", "OÁ", "ỎA", "OẢ", "ỦY", "UỶ", "ÙY", "UỲ")
}

// normalSpelling writes Ủy as the truth of real scans has it, however it is printed.
func normalSpelling(s string) string {
	return strings.NewReplacer("Uỷ", "Ủy", "uỷ", "ủy", "UỶ", "ỦY").Replace(s)
}
