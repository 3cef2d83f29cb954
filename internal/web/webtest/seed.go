package webtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/intake"
)

// Papers are believable results. Every name is invented.
func Papers() []Paper {
	page1 := func(agency, number, place, kind, about string, body ...string) []string {
		return append([]string{agency, "\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: " + number, "\tĐộc lập - Tự do - Hạnh phúc", "\t" + place, "", "\t" + kind, about, ""}, body...)
	}
	return []Paper{
		{Title: "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ cho ông Trần Văn Mẫu", Type: "Quyết định", Symbol: "QĐ-UBND", IssuedOn: "2024-03-15",
			Agency: "Ủy ban nhân dân phường Bến Thử", Signer: "Nguyễn Văn Thử", SignerTitle: "Chủ tịch", Asked: []string{"number"}, Signatures: signatures(),
			Pages: [][]string{
				page1("ỦY BAN NHÂN DÂN PHƯỜNG BẾN THỬ", "      /QĐ-UBND", "Bến Thử, ngày 15 tháng 3 năm 2024", "QUYẾT ĐỊNH", "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ cho ông Trần Văn Mẫu",
					"Căn cứ Luật Tổ chức chính quyền địa phương;", "Căn cứ Luật Xây dựng và các văn bản hướng dẫn thi hành;", "Xét đề nghị của ông Trần Văn Mẫu về việc xin cấp giấy phép xây dựng,", "", "QUYẾT ĐỊNH:", "",
					"Điều 1. Cấp giấy phép xây dựng nhà ở riêng lẻ cho ông Trần Văn Mẫu,", "tại thửa đất số 45, tờ bản đồ số 12, phường Bến Thử.", "Quy mô: ba tầng, tổng diện tích sàn 245,6 mét vuông.", "",
					"Điều 2. Ông Trần Văn Mẫu có trách nhiệm khởi công trong thời hạn", "mười hai tháng kể từ ngày được cấp giấy phép xây dựng."),
				{"Điều 3. Quyết định này có hiệu lực kể từ ngày ký.", "", "Nơi nhận:", "- Như Điều 2;", "- Lưu: VT.", "", "\tCHỦ TỊCH", "", "", "\tNguyễn Văn Thử"},
			}},
		{Title: "Trích lục khai sinh của cháu Lê Thị Ví Dụ", Type: "Trích lục khai sinh", Number: "87", Symbol: "TLKS-BS", IssuedOn: "2024-02-02",
			Agency: "Ủy ban nhân dân xã Hòa Mẫu", Signer: "Phạm Thị Giả Định", SignerTitle: "Công chức tư pháp - hộ tịch",
			Pages: [][]string{page1("ỦY BAN NHÂN DÂN XÃ HÒA MẪU", "87/TLKS-BS", "Hòa Mẫu, ngày 02 tháng 02 năm 2024", "TRÍCH LỤC KHAI SINH", "(BẢN SAO)",
				"Họ, chữ đệm, tên: LÊ THỊ VÍ DỤ", "Ngày, tháng, năm sinh: 19/01/2024", "Giới tính: Nữ     Dân tộc: Kinh     Quốc tịch: Việt Nam", "Nơi sinh: Bệnh viện đa khoa Hòa Mẫu")}},
		{Title: "Giấy chứng nhận đăng ký hộ kinh doanh Tạp hóa Thử Nghiệm", Type: "Giấy chứng nhận đăng ký hộ kinh doanh", Number: "41A8012345", Symbol: "HKD", IssuedOn: "2023-11-20",
			Agency: "Phòng Tài chính - Kế hoạch quận Thử", Signer: "Đỗ Văn Ví", SignerTitle: "Trưởng phòng",
			Pages: [][]string{page1("PHÒNG TÀI CHÍNH - KẾ HOẠCH", "41A8012345/HKD", "Quận Thử, ngày 20 tháng 11 năm 2023", "GIẤY CHỨNG NHẬN", "ĐĂNG KÝ HỘ KINH DOANH", "1. Tên hộ kinh doanh: TẠP HÓA THỬ NGHIỆM", "2. Địa điểm kinh doanh: 12 đường Mẫu, quận Thử", "3. Ngành, nghề kinh doanh: bán lẻ lương thực, thực phẩm"), {}}},
		{Title: "V/v trả lời đơn đề nghị xác nhận tình trạng nhà đất", Type: "Công văn", Symbol: "UBND-ĐC", IssuedOn: "2024-01",
			Asked:  []string{"number", "date", "signer", "title"},
			Agency: "Ủy ban nhân dân phường Bến Thử", Signer: "Nguyễn Văn Thử", SignerTitle: "Chủ tịch",
			Pages: [][]string{page1("ỦY BAN NHÂN DÂN PHƯỜNG BẾN THỬ", "      /UBND-ĐC", "Bến Thử, ngày     tháng 01 năm 2024", "Kính gửi: Bà Võ Thị Thí Dụ", "V/v trả lời đơn đề nghị", "Ủy ban nhân dân phường nhận được đơn của bà đề nghị xác nhận", "tình trạng nhà đất tại thửa đất số 45, tờ bản đồ số 12.", "", "\tCHỦ TỊCH", "", "", "\tNguyễn Văn Thử")}},
	}
}

// signatures are one as most real papers have it, and one after which the file was added to.
func signatures() []archive.Signature {
	at := time.Date(2024, 3, 15, 2, 20, 0, 0, time.UTC)
	return []archive.Signature{
		{Signer: "Nguyễn Văn Thử", Organisation: "Ủy ban nhân dân phường Bến Thử", SignedAt: at, Integrity: archive.Intact, Covered: 412_640, Trust: archive.Trusted, Digest: "SHA-256"},
		{Signer: "Ủy ban nhân dân phường Bến Thử", SignedAt: at.Add(time.Hour), Integrity: archive.Intact, Covered: 431_204, Whole: true, Trust: archive.UnknownRoot, Digest: "SHA-256",
			Detail: "the authority that issued the certificate is not configured"},
	}
}

// Seed fills the archive with batches in every state: one at rest, one under way, one with trouble.
func (a *Archive) Seed(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "webtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	in, err := a.Intake(dir, 1<<30, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	papers := Papers()
	hand := func(batch, name string, queue archive.Queue) (archive.AccessionID, error) {
		r, err := in.Accept(ctx, intake.Request{Name: name, Unit: "26740", Batch: batch, Actor: "lan", Queue: queue}, strings.NewReader("%PDF-1.7\n"+batch+name+strings.Repeat(" scan", 9000)))
		return r.Accession.ID, err
	}
	for i := range 9 {
		id, err := hand("Tồn đọng 2024 – hộp 12", fmt.Sprintf("hop12_%03d.pdf", i+1), archive.Backlog)
		if err != nil {
			return err
		}
		p := papers[i%len(papers)]
		a.Archive(a.Split(id, p), p)
	}
	for i, name := range []string{"QĐ 145.pdf", "TLKS Lê Thị Ví Dụ.pdf", "scan0003.tif", "scan0004.pdf", "don de nghi.docx", "scan0006.pdf", "scan0007.jpg"} {
		id, err := hand("Một cửa 25-11", name, archive.Backlog)
		if err != nil {
			return err
		}
		p := papers[i%len(papers)]
		switch i {
		case 0, 1:
			a.Archive(a.Split(id, p), p)
		case 2:
			a.Read(a.Split(id, p), 1)
		case 3:
			a.Stall(a.Split(id, p), fault.StoreUnavailable, "the store does not answer")
		case 4:
			a.Reject(id, fault.FileUnsupported, "“don de nghi.docx” is a Word document; send PDF, TIFF, JPEG, PNG, WebP, or a zip of these")
		}
	}
	if _, err := hand("Quầy số 3", "giay xac nhan.pdf", archive.Interactive); err != nil {
		return err
	}
	return nil
}
