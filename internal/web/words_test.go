package web_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/web"
)

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	m := web.Messages(t)
	vi, en := slices.Sorted(maps.Keys(m["vi"])), slices.Sorted(maps.Keys(m["en"]))
	if !slices.Equal(vi, en) {
		t.Errorf("keys differ:\nvi %v\nen %v", vi, en)
	}
	verbs := regexp.MustCompile(`%[sd]|\{\w+\}`)
	for _, k := range vi {
		a, b := verbs.FindAllString(m["vi"][k], -1), verbs.FindAllString(m["en"][k], -1)
		slices.Sort(a)
		slices.Sort(b)
		if m["vi"][k] == "" || m["en"][k] == "" || !slices.Equal(a, b) {
			t.Errorf("%s: %q and %q", k, m["vi"][k], m["en"][k])
		}
	}
	for _, c := range fault.Codes() {
		for _, end := range []string{".title", ".cure"} {
			if m["vi"]["fault."+string(c)+end] == "" {
				t.Errorf("code %s has no %s", c, end)
			}
		}
	}
	var states []string
	for _, s := range []archive.AccessionState{archive.AccessionReceived, archive.AccessionInspecting, archive.AccessionSplit, archive.AccessionRejected, archive.AccessionCancelled} {
		states = append(states, string(s))
	}
	for _, s := range []archive.Processing{archive.Recognising, archive.Describing, archive.Assembling, archive.Archived, archive.Cancelled} {
		states = append(states, string(s))
	}
	for _, s := range []archive.Release{archive.Unconfirmed, archive.Confirmed, archive.Signed, archive.Released, archive.Withdrawn, archive.Replaced} {
		states = append(states, string(s))
	}
	for _, s := range states {
		if m["vi"]["state."+s] == "" {
			t.Errorf("state %s has no name", s)
		}
	}
}

func TestPagesSayOnlyWhatIsInTheMessages(t *testing.T) {
	t.Parallel()
	m := web.Messages(t)["vi"]
	used := regexp.MustCompile(`(?:\{\{|\()t "([^"]+)"`)
	for name, src := range web.TemplateSources(t) {
		for _, k := range used.FindAllStringSubmatch(src, -1) {
			if m[k[1]] == "" {
				t.Errorf("%s says %q, which is no message", name, k[1])
			}
		}
		if strings.Contains(src, " style=") || strings.Contains(src, "<style") || regexp.MustCompile(`<script(?:>| [^>]*[^"]>)`).MatchString(src) {
			t.Errorf("%s carries inline style or script", name)
		}
	}
}

func TestPagesComeInTheLanguageAPersonReads(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, tc := range map[string]struct {
		headers []string
		lang    string
	}{
		"nothing said":                 {nil, "vi"},
		"a Vietnamese browser":         {[]string{"Accept-Language", "vi-VN,vi;q=0.9,en;q=0.8"}, "vi"},
		"an English browser":           {[]string{"Accept-Language", "en-GB,en;q=0.9"}, "en"},
		"a French browser":             {[]string{"Accept-Language", "fr"}, "vi"},
		"chosen against the browser's": {[]string{"Accept-Language", "en", "Cookie", "sohoa_language=vi"}, "vi"},
		"a language there is not":      {[]string{"Cookie", "sohoa_language=xx"}, "vi"},
	} {
		resp, b := d.do(http.MethodGet, "/login", "", nil, tc.headers...)
		if resp.Header.Get("Content-Language") != tc.lang || !strings.Contains(string(b), `<html lang="`+tc.lang+`"`) {
			t.Errorf("%s: %s", name, resp.Header.Get("Content-Language"))
		}
	}
}

func TestWhatWasSearchedForIsLit(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.archived(clerkToken)
	for query, want := range map[string]struct {
		marks []string
		rects int
	}{
		"giay phep xay dung":     {[]string{"giấy phép xây dựng", "giấy phép", "xây dựng"}, 3},
		`"giay phep xay dung"`:   {[]string{"giấy phép xây dựng", "giấy phép", "xây dựng"}, 3}, // across the line break
		"giấy":                   {[]string{"giấy"}, 2},
		"khong co":               {nil, 0},
		"":                       {nil, 0},
		"<script>alert(1)":       {nil, 0},
		"QUYẾT ĐỊNH":             {[]string{"QUYẾT ĐỊNH"}, 1},
		`"ong tran" "khong dau"`: {[]string{"ông Trần"}, 1},
	} {
		resp, b := d.do(http.MethodGet, "/documents/"+string(id)+"?page=1&q="+strings.NewReplacer(" ", "+", `"`, "%22", "<", "%3C", ">", "%3E").Replace(query), clerkToken, nil)
		page := string(b)
		if resp.StatusCode != http.StatusOK || strings.Contains(page, "<script>") {
			t.Fatalf("%q: %d", query, resp.StatusCode)
		}
		for _, m := range want.marks {
			if !strings.Contains(page, "<mark>"+m+"</mark>") {
				t.Errorf("%q does not mark %q", query, m)
			}
		}
		if got := strings.Count(page, "<rect "); got != want.rects {
			t.Errorf("%q lights %d boxes, want %d", query, got, want.rects)
		}
	}
}

func TestTimesAreShownAsInIndochina(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "a.pdf", "%PDF-1.7 a", "batch", "Lô 1")
	_, b := d.get("/documents/"+string(d.archive.Split(rec.Accession.ID, paper())), clerkToken)
	want := rec.Accession.ReceivedAt.UTC().Add(7 * 3600 * 1e9).Format("02/01/2006 15:04")
	if !strings.Contains(string(b), want) {
		t.Errorf("the page does not show %s", want)
	}
}

func TestAThickPaperShowsThePagesAround(t *testing.T) {
	t.Parallel()
	d := open(t)
	thick := paper()
	for len(thick.Pages) < 300 {
		thick.Pages = append(thick.Pages, []string{"Trang phụ lục"})
	}
	rec := d.hand(clerkToken, "a.pdf", "%PDF-1.7 thick")
	id := d.archive.Split(rec.Accession.ID, thick)
	d.archive.Archive(id, thick)
	for page, want := range map[string][]string{"1": {"page=2&"}, "150": {"page=130&", "page=149&", "page=151&", "page=170&"}, "300": {"page=299&"}, "9999": {"page=299&"}, "x": {"page=2&"}} {
		resp, b := d.get("/documents/"+string(id)+"?page="+page, clerkToken)
		html := strings.ReplaceAll(string(b), "&amp;", "&")
		if n := strings.Count(html, `image?size=160"`); resp.StatusCode != http.StatusOK || n > 41 {
			t.Errorf("page %s: %d with %d thumbnails", page, resp.StatusCode, n)
		}
		for _, w := range want {
			if !strings.Contains(html, w) {
				t.Errorf("page %s does not lead to %s", page, w)
			}
		}
	}
}
