package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/retrieve"
)

func TestADocumentSaysOfEachSignatureWhatHolds(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô P1")
	p := paper()
	p.Signatures = []archive.Signature{
		{Signer: "Nguyễn Văn Thử", Organisation: "Sở <Mẫu>", Integrity: archive.Intact, Covered: 412_640, Trust: archive.UnknownRoot},
		{Signer: "Người Khác", Integrity: archive.Altered, Covered: 9, Whole: true, Trust: archive.NotJudged},
		{Integrity: archive.Unreadable, Trust: archive.NotJudged},
	}
	doc := d.archive.Split(rec.Accession.ID, p)
	d.archive.Archive(doc, p)
	_, b := d.get("/documents/"+string(doc), clerkToken)
	page := string(b)
	for _, want := range []string{
		"Còn nguyên · chỉ ký 403,0 KiB đầu; tệp được ghi thêm sau đó · người ký chưa rõ gốc tin cậy", "Nguyễn Văn Thử (Sở &lt;Mẫu&gt;)",
		"Đã bị sửa sau khi ký · ký cả tệp · chưa xét được người ký", "Không đọc được chữ ký · chưa xét được người ký", "không rõ tên",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	_, b = d.get("/api/v1/documents/"+string(doc), clerkToken)
	if got := decode[retrieve.View](t, b).Accessions[0].Signatures; len(got) != 3 || got[0] != p.Signatures[0] {
		t.Errorf("the API says %+v", got)
	}
	if resp, b := d.get("/api/v1/documents/"+string(doc), otherToken); resp.StatusCode != http.StatusNotFound || strings.Contains(string(b), "Nguyễn") {
		t.Errorf("another unit is told %d %s", resp.StatusCode, b)
	}
}
