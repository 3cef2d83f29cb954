package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sohoa/internal/register"
	"sohoa/internal/web"
)

const cardOfAn = "031085001234|030123456|NGUYỄN VĂN AN|01011985|Nam|Số 1 Lê Lợi|01012021"

// city puts a holder with a dossier in each of two units into the register.
func (d *door) cityOfAn() {
	d.t.Helper()
	d.lines(register.Units, "", `{"code":"P1","name":"Phường 1"}`, `{"code":"P2","name":"Phường 2"}`)
	d.lines(register.Procedures, "", `{"code":"1.001612","name":"Thành lập hộ kinh doanh"}`)
	holder := `"holders":[{"name":"Nguyễn Văn An","identifiers":[{"number":"030123456"}]}]`
	d.lines(register.Dossiers, "", `{"code":"000.00.53.H24-250101-0001","procedure":"1.001612","unit":"P1",`+holder+`}`, `{"code":"000.00.53.H24-250101-0002","procedure":"1.001612","unit":"P2",`+holder+`}`)
}

func TestAClerkReadsACardAndSeesTheDossiersOfTheOwnUnit(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	d.cityOfAn()
	read := func(token, scan string) (*http.Response, web.CounterVisit) {
		resp, b := d.do(http.MethodPost, "/api/v1/counter/card", token, strings.NewReader(`{"scan":"`+scan+`"}`), "Content-Type", "application/json")
		if strings.Contains(string(b), "031085001234") || strings.Contains(string(b), "030123456") {
			t.Errorf("a number is answered open: %s", b)
		}
		if resp.StatusCode != http.StatusOK {
			return resp, web.CounterVisit{}
		}
		return resp, decode[web.CounterVisit](t, b)
	}
	_, v := read(clerkToken, cardOfAn)
	if v.Linked == nil || len(v.Tried) != 2 || len(v.Dossiers) != 1 || v.Dossiers[0].Unit != "P1" || len(v.Holders) == 0 {
		t.Errorf("the clerk of P1: %+v", v)
	}
	if _, v := read(adminToken, cardOfAn); len(v.Dossiers) != 2 {
		t.Errorf("the admin sees %d dossiers", len(v.Dossiers))
	}
	// A number alone tells nobody's name to who has nothing to do with them.
	if _, v := read(otherToken, "079085001234"); len(v.Holders) != 0 || len(v.Dossiers) != 0 || len(v.Tried) != 1 || v.Tried[0].Found || v.Tried[0].Masked != "079•••••1234" {
		t.Errorf("a number nobody has: %+v", v)
	}
	for _, bad := range []string{"", "Nguyễn Văn An", "031|x|y", strings.Repeat("1", 40)} {
		if resp, _ := read(clerkToken, bad); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %d", bad, resp.StatusCode)
		}
	}
}

func TestThePageOfTheCounterKeepsNothingOfTheCard(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	d.cityOfAn()
	c := d.browser()
	d.post(c, "/login", url.Values{"token": {clerkToken}})
	if resp, b := d.get("/counter", clerkToken); resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `id="scan"`) || strings.Contains(string(b), `role="alert"`) {
		t.Errorf("the page before a scan: %d\n%s", resp.StatusCode, b)
	}
	resp := d.post(c, "/counter", url.Values{"scan": {cardOfAn}})
	b, _ := io.ReadAll(resp.Body)
	page := string(b)
	if resp.StatusCode != http.StatusOK || resp.Request.URL.RawQuery != "" || !strings.Contains(page, "000.00.53.H24-250101-0001") || strings.Contains(page, "000.00.53.H24-250101-0002") {
		t.Errorf("%d at %s\n%s", resp.StatusCode, resp.Request.URL, page)
	}
	for _, secret := range []string{"031085001234", "030123456", "01011985", "Lê Lợi"} {
		if strings.Contains(page, secret) || strings.Contains(d.log.String(), secret) {
			t.Errorf("%s stands in the page or the log", secret)
		}
	}
	resp = d.post(c, "/counter", url.Values{"scan": {"không phải thẻ"}})
	b, _ = io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(b), `role="alert"`) || strings.Contains(string(b), "không phải thẻ") {
		t.Errorf("what is no card: %d\n%s", resp.StatusCode, b)
	}
}
