package registerpull

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"sohoa/internal/register"
)

func FuzzAnAnswerIsRecordsOrAnError(f *testing.F) {
	for _, s := range []string{`{"data":{"items":[{"maHoSo":"x"}]},"meta":{"next":"2"}}`, `{"data":{"items":null}}`, `[]`, `{"data":{"items":[1,null,[],{}]},"meta":{"nextUrl":"//evil/x"}}`, `{`} {
		f.Add([]byte(s), `<https://evil.example/?a=b>; rel="next"`)
	}
	base, _ := url.Parse("https://tthc.example.vn/api/")
	fetch := &fetcher{base: base, now: time.Now}
	l := List{Records: must("data.items"), Columns: map[string]Value{"code": {Path: must("maHoSo")}, "procedure": {Path: must("a.b")}, "unit": {Path: must("c[*].d")}}}
	f.Fuzz(func(t *testing.T, body []byte, link string) {
		for _, p := range []Paging{{}, {Style: pagingCursor, Param: "c", Value: must("meta.next")}, {Style: pagingPage, Param: "p", Size: 1}, {Style: pagingNext, Value: must("meta.nextUrl")}, {Style: pagingNext, Value: must(linkHeader)}} {
			l.Paging = p
			pg, err := fetch.read(l, base, "", body, http.Header{"Link": {link}})
			if err != nil {
				continue
			}
			if len(pg.next) > maxNext {
				t.Errorf("the next page's name has %d bytes", len(pg.next))
			}
			if u, err := fetch.address(l, time.Time{}, pg.next); err == nil && u.Host != base.Host {
				t.Errorf("%q leads to %s", pg.next, u.Host)
			}
			m := newMapping(register.Dossiers, l)
			for i, rec := range pg.records {
				if g := m.given(i+1, rec); g.Record == nil && len(g.Problems) == 0 {
					t.Errorf("record %d is neither good nor bad", i)
				}
			}
		}
	})
}
