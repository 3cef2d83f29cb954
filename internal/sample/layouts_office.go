package sample

import (
	"fmt"
	"strings"
)

// The papers of Decree 30/2020 with running text.

func writeDecision(w *writer) {
	l := w.locality()
	a := w.provinceAgency(l)
	if w.r.chance(0.4) {
		a = w.districtAgency(l)
	}
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "QĐ", d))
	w.title("Quyết định", w.g.sentence("về việc {action}"))
	chair := w.r.chance(0.4)
	body := strings.ToUpper(a.name)
	if chair {
		body = "CHỦ TỊCH " + body
	}
	w.centred(body, 1, w.size, w.l, w.rt)
	w.gap(10)
	for range w.r.span(4, 8) {
		w.para(w.g.grow("Căn cứ {ground};"), 2)
	}
	w.para(w.g.grow("Theo đề nghị của Giám đốc {department} tại Tờ trình số {12-480}/TTr-{abbr} ngày {date}."), 2)
	w.gap(4)
	w.centred("QUYẾT ĐỊNH:", 1, w.size, w.l, w.rt)
	w.gap(6)
	n := w.r.span(3, 6)
	w.article(1, w.g.sentence("{action} với các nội dung chủ yếu sau đây:"))
	for i := range w.r.span(9, 16) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence("{order}")), 0)
	}
	for i := 2; i < n; i++ {
		w.article(i, w.g.sentence("{order}"))
	}
	w.close(fmt.Sprintf("**Điều %d.** ", n)+w.g.grow("Chánh Văn phòng Ủy ban nhân dân, Thủ trưởng {department}, {office} và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này. Quyết định này có hiệu lực kể từ ngày ký./."), signing{recipients: w.recipients(fmt.Sprintf("Như Điều %d", n)), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring, core: a.core})
	w.tail(a, "Quyết định", d)
}

func (w *writer) article(n int, text string) { w.para(fmt.Sprintf("**Điều %d.** %s", n, text), 0) }

// tail adds what often follows a paper: a blank back, turned annex tables.
func (w *writer) tail(a agency, kind string, d date) {
	annex := w.r.chance(0.3)
	if w.r.chance(0.3) {
		w.blankBack()
	}
	if annex {
		for i := range w.r.span(1, 2) {
			w.annex(i, a, kind, d)
		}
	}
}

func writeLetter(w *writer) {
	l := w.locality()
	var a agency
	switch w.r.intn(3) {
	case 0:
		a = w.provinceAgency(l)
	case 1:
		a = w.districtAgency(l)
	default:
		a = w.departmentAgency(l)
	}
	d := w.dated(2019, 2025)
	w.a4()
	h := a.letterhead(w, "", d)
	subject := w.g.grow("{action}")
	h.about = "V/v " + subject
	w.head(h)
	w.fields.Type, w.fields.Subject = "Công văn", "Về việc "+subject
	w.gap(14)
	w.addressees()
	w.gap(10)
	w.para(w.g.sentence("Ngày {date}, {coquan} nhận được Công văn số {12-4800}/{abbr}-{desk} của {department} về việc {action}. Sau khi xem xét, {coquan} có ý kiến như sau:"), 0)
	for i := range w.r.span(9, 16) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence("{order}")), 0)
		if w.r.chance(0.3) {
			w.para("- "+w.g.sentence("{order}"), 0)
		}
	}
	w.close(w.g.grow("{coquan} đề nghị {department} và các đơn vị liên quan quan tâm phối hợp, thực hiện./."), signing{recipients: w.recipients("Như trên"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring, core: a.core})
	if w.r.chance(0.35) {
		w.blankBack()
	}
}

// addressees is the "Kính gửi" of letters, proposals and reports.
func (w *writer) addressees() {
	if w.r.chance(0.5) {
		w.centred(w.g.grow("Kính gửi: {department}."), 0, w.size, w.l, w.rt)
		return
	}
	n := w.r.span(2, 3)
	w.l += 90
	w.flow("Kính gửi:", 0, w.size, 0, left)
	w.l += 30
	for i := range n {
		end := ";"
		if i == n-1 {
			end = "."
		}
		w.flow("- "+w.g.grow("{department}")+end, 0, w.size, 0, left)
	}
	w.l -= 120
}

func writeDirective(w *writer) {
	l := w.locality()
	a := w.provinceAgency(l)
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "CT", d))
	w.title("Chỉ thị", w.g.sentence("về việc tăng cường {topic} trên địa bàn {diaban}"))
	w.para(w.g.sentence("{intro}"), 0)
	w.para(w.g.sentence("{finding}"), 0)
	letters := "abcd"
	for i := range w.r.span(8, 14) {
		w.para(fmt.Sprintf("**%d. %s**", i+1, w.g.sentence("{who}")), 0)
		for k := range w.r.span(1, 3) {
			w.para(letters[k:k+1]+") "+w.g.sentence("{duty} {task}{aim}."), 0)
		}
	}
	w.close(w.g.grow("Yêu cầu {who} nghiêm túc triển khai thực hiện Chỉ thị này./."), signing{recipients: w.recipients("Bộ Nội vụ", "Thường trực Tỉnh ủy"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
}

func writeProposal(w *writer) {
	l := w.locality()
	a := w.departmentAgency(l)
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "TTr", d))
	w.title("Tờ trình", w.g.sentence("về việc đề nghị {action}"))
	w.centred(w.g.grow("Kính gửi: {capten}."), 0, w.size, w.l, w.rt)
	w.gap(8)
	for range w.r.span(2, 4) {
		w.para(w.g.grow("Căn cứ {ground};"), 2)
	}
	w.para(w.g.grow("{coquan} kính trình {capten} xem xét với các nội dung sau:"), 0)
	for _, h := range []string{"I. SỰ CẦN THIẾT", "II. NỘI DUNG CHỦ YẾU", "III. KINH PHÍ VÀ TIẾN ĐỘ THỰC HIỆN"} {
		w.para("**"+h+"**", 0)
		for i := range w.r.span(5, 9) {
			w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence(pick(w.r, []string{"{order}", "{finding}"}))), 0)
		}
	}
	w.close(w.g.grow("Kính trình {capten} xem xét, quyết định./."), signing{recipients: w.recipients("Như trên"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring, core: a.core})
	w.tail(a, "Tờ trình", d)
}

func writeNotice(w *writer) {
	l := w.locality()
	a := w.districtAgency(l)
	if w.r.chance(0.4) {
		a = w.communeAgency(l)
	}
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "TB", d))
	w.title("Thông báo", w.g.sentence("{notice}"))
	w.para(w.g.sentence("{intro}"), 0)
	for i := range w.r.span(11, 18) {
		w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence(pick(w.r, []string{"{order}", "{finding}", "{order}", "Thời gian thực hiện: từ ngày {date} đến hết ngày {deadline}.", "Địa điểm: Nhà văn hóa thôn {place}, {xa}, {huyen}."}))), 0)
	}
	w.close(w.g.grow("Vậy {coquan} thông báo để các cơ quan, đơn vị và Nhân dân biết, thực hiện./."), signing{recipients: w.recipients("Như trên"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring})
	if w.r.chance(0.3) {
		w.blankBack()
	}
}

func writeReport(w *writer) {
	l := w.locality()
	a := w.departmentAgency(l)
	if w.r.chance(0.4) {
		a = w.districtAgency(l)
	}
	d := w.dated(2019, 2025)
	w.a4()
	w.head(a.letterhead(w, "BC", d))
	w.title("Báo cáo", w.g.sentence("kết quả thực hiện công tác {topic} {period}"))
	w.para(w.g.sentence("{intro}"), 0)
	for _, h := range []string{"I. KẾT QUẢ ĐẠT ĐƯỢC", "II. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", "III. NHIỆM VỤ TRỌNG TÂM THỜI GIAN TỚI"} {
		w.para("**"+h+"**", 0)
		kind := "{finding}"
		if strings.HasPrefix(h, "III") {
			kind = "{order}"
		}
		for i := range w.r.span(6, 11) {
			w.para(fmt.Sprintf("%d. %s", i+1, w.g.sentence(kind)), 0)
		}
	}
	w.close(w.g.grow("Trên đây là báo cáo của {coquan}, kính trình cấp trên xem xét, chỉ đạo./."), signing{recipients: w.recipients("Như trên"), authority: w.authority(a), name: fullName(w.r, w.r.chance(0.25)), ring: a.ring, core: a.core})
	w.tail(a, "Báo cáo", d)
}
