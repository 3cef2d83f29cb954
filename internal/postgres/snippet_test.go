package postgres

import (
	"strings"
	"testing"
)

func TestSnippetsVeilThePeoplesNumbers(t *testing.T) {
	t.Parallel()
	const body = "Họ và tên: Trần Thị Hoa, CCCD số 031085001234, CMND 031234567, điện thoại 0912345678, số vào sổ 1234."
	var all strings.Builder
	for _, s := range snippet(body, []string{"hoa"}) {
		all.WriteString(s.Text)
	}
	const want = "Họ và tên: Trần Thị Hoa, CCCD số 031•••••1234, CMND •••••4567, điện thoại 0912345678, số vào sổ 1234."
	if all.String() != want {
		t.Errorf("the snippet is %q", all.String())
	}
}
