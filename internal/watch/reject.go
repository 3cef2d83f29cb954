package watch

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

// reject puts a refused file into the folder for it, with why and what to do beside it. Target names where it goes before it goes; a file
// that was in custody is moved there from where it was put.
func (a *Agent) reject(e *entry, code fault.Code, detail string) error {
	next := *e
	next.Stage, next.Code, next.Detail = rejected, code, detail
	if err := a.box.settle(&next, rejectedFolder, e.Target); err != nil {
		return err
	}
	if err := a.explain(&next); err != nil {
		return err
	}
	a.mu.Lock()
	*e = next
	if a.ledger != nil {
		if err := a.ledger.add(e); err != nil {
			a.mu.Unlock()
			return err
		}
	}
	a.snap.Rejected++
	a.happened(e, rejected)
	a.mu.Unlock()
	a.log("rejected: %s: %s (%s)", e.Rel, detail, code)
	return a.remove(e)
}

// finishRejected ends what an earlier run was in the middle of rejecting.
func (a *Agent) finishRejected() error {
	for i := 0; i < len(a.entries); {
		e := a.entries[i]
		if e.Stage != rejected {
			i++
			continue
		}
		if err := a.explain(e); err != nil {
			return err
		}
		if a.ledger != nil {
			if err := a.ledger.add(e); err != nil {
				return err
			}
		}
		if err := a.remove(e); err != nil {
			return err
		}
	}
	return nil
}

// explain writes the text beside a refused file.
func (a *Agent) explain(e *entry) error {
	to := e.Target
	if to == "" {
		to = path.Join(rejectedFolder, e.Rel)
	}
	full := a.box.at(to + ".txt")
	if err := makeFolder(filepath.Dir(full)); err != nil {
		return err
	}
	return writeText(full, explanation(e))
}

// explanation says why a file was refused and what to do, in both languages.
func explanation(e *entry) string {
	c := cureOf(e.Code)
	return fmt.Sprintf("BỊ TỪ CHỐI: %s\r\nLý do: %s\r\nCần làm: %s\r\n\r\nREJECTED: %s\r\nWhy: %s (%s)\r\nWhat to do: %s\r\n",
		e.Rel, c.whyVi, c.doVi, e.Rel, e.Detail, e.Code, c.do)
}

type cure struct{ whyVi, doVi, do string }

func cureOf(c fault.Code) cure {
	const again = "Put the new file into the watched folder; the agent sends it by itself."
	const againVi = " Bỏ tệp mới vào thư mục quét; chương trình tự gửi."
	switch c {
	case fault.FileEmpty:
		return cure{"Tệp rỗng (0 byte).", "Quét lại giấy này." + againVi, "Scan the paper again. " + again}
	case fault.FileTooLarge:
		return cure{"Tệp lớn hơn mức được nhận.", "Quét thành nhiều tệp nhỏ hơn, hoặc giảm độ phân giải xuống 300 dpi." + againVi, "Scan it in several smaller files, or at 300 dpi. " + again}
	case fault.FileUnsupported:
		return cure{"Loại tệp này không phải là bản quét (nhận PDF, TIFF, JPEG, PNG, zip).", "Lưu lại thành PDF hoặc quét lại." + againVi, "Save it as PDF, or scan the paper again. " + again}
	case fault.FileEncrypted:
		return cure{"Tệp có mật khẩu.", "Bỏ mật khẩu rồi lưu lại." + againVi, "Take the password off and save it again. " + again}
	case fault.FileNoPages:
		return cure{"Tệp không có trang nào.", "Quét lại giấy này." + againVi, "Scan the paper again. " + again}
	case fault.FileTooManyPages:
		return cure{"Tệp có quá nhiều trang.", "Chia thành nhiều tệp." + againVi, "Split it into several files. " + again}
	case fault.PageTooLarge:
		return cure{"Có trang quá lớn.", "Quét lại trang đó ở 300 dpi." + againVi, "Scan that page again at 300 dpi. " + again}
	case fault.ArchiveUnsafe:
		return cure{"Tệp zip không an toàn (quá lớn khi giải nén, hoặc tên tệp lạ).", "Giải nén ra và gửi từng tệp." + againVi, "Unpack it and hand in the files. " + again}
	case fault.FileInfected:
		return cure{"Tệp có mã độc.", "Đừng mở tệp; báo cho người phụ trách máy tính.", "Do not open it; tell whoever looks after the computers."}
	default:
		return cure{"Tệp bị hỏng hoặc không đọc được.", "Quét lại giấy này." + againVi, "Scan the paper again. " + again}
	}
}

// countRejected counts what lies in the folder for it: a text stands beside each.
func (a *Agent) countRejected() int {
	n := 0
	_ = filepath.WalkDir(a.box.at(rejectedFolder), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(p, ".txt") {
			n++
		}
		return nil // what cannot be read is not counted
	})
	return n
}

func codeOf(t *retrieve.Trouble) fault.Code {
	if t == nil {
		return fault.FileUnreadable
	}
	return t.Code
}

func detailOf(t *retrieve.Trouble) string {
	if t == nil {
		return "the server could not open the file"
	}
	return t.Detail
}
