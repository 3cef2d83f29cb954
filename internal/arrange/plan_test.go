package arrange

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/page"
	"sohoa/internal/separator"
)

// Pages of tests are written as words: t text, b blank, u unread, s a sheet that only parts, sD a sheet of dossier D, d a sheet with both codes damaged,
// x a sheet known by its heading alone, o one of another unit, c one of another batch, a one with two different codes, pD a paper with the code of
// dossier D stuck on.
func pageOf(word string) page.Result {
	r := page.Result{Width: 2480, Height: 3508, Kind: page.Text, Lines: lines("Căn cứ Luật Tổ chức chính quyền địa phương", 30)}
	code := func(s separator.Sheet) page.Code {
		text, err := s.Encode()
		if err != nil {
			panic(err)
		}
		return page.Code{Format: "qr", Text: text, Box: page.Box{X0: 177, Y0: 177, X1: 1027, Y1: 1027}}
	}
	damaged := page.Code{Format: "qr", Damaged: true, Box: page.Box{X0: 177, Y0: 177, X1: 1027, Y1: 1027}}
	heading := append(lines(separator.Heading, 1), lines("Đặt lên trên giấy tờ của hồ sơ khi quét", 1)...)
	switch word[0] {
	case 'b':
		r.Kind, r.Lines = page.Blank, nil
	case 'u':
		r.Kind, r.Lines = page.Unread, nil
	case 's':
		r.Lines, r.Codes = heading, []page.Code{code(separator.Sheet{Dossier: word[1:]}), code(separator.Sheet{Dossier: word[1:]})}
	case 'd':
		r.Lines, r.Codes = lines("ĐT NGN", 1), []page.Code{damaged, damaged}
	case 'x':
		r.Lines = heading
	case 'o':
		r.Lines, r.Codes = heading, []page.Code{code(separator.Sheet{Unit: "another", Dossier: "9"})}
	case 'c':
		r.Lines, r.Codes = heading, []page.Code{damaged, code(separator.Sheet{Unit: "u", Batch: "another", Dossier: "9"})}
	case 'a':
		r.Lines, r.Codes = heading, []page.Code{code(separator.Sheet{Dossier: "1"}), code(separator.Sheet{Dossier: "2"})}
	case 'p':
		r.Codes = []page.Code{code(separator.Sheet{Dossier: word[1:]})}
	}
	return r
}

func lines(text string, n int) []page.Line {
	var out []page.Line
	for i := range n {
		l := page.Line{Size: 40, Box: page.Box{X0: 300, Y0: 500 + 60*i, X1: 2200, Y1: 540 + 60*i}}
		for j, w := range strings.Fields(text) {
			l.Words = append(l.Words, page.Word{Text: w, Confidence: 95, Box: page.Box{X0: 300 + 180*j, Y0: l.Box.Y0, X1: 460 + 180*j, Y1: l.Box.Y1}})
		}
		out = append(out, l)
	}
	return out
}

func stackOf(words string) Stack {
	s := Stack{Splitting: archive.SplitSeparators, Order: archive.OrderAsScanned, Unit: "u", Batch: "b"}
	for i, w := range strings.Fields(words) {
		s.Pages = append(s.Pages, Page{Number: i + 1, Result: pageOf(w)})
	}
	s.FilePages = len(s.Pages)
	return s
}

// told writes a plan as words: the dossier, the numbers of its pages with left-out ones in brackets, and questions after a question mark.
func told(s Stack, docs []Document) string {
	var out []string
	for _, d := range docs {
		text := d.Sheet.Dossier + ":"
		left := d.LeftOut
		for ordinal := 1; ordinal <= len(d.Pages)+1; ordinal++ {
			for len(left) > 0 && left[0].Before == ordinal {
				text += fmt.Sprintf(" (%d %s)", s.Pages[left[0].Page].Number, left[0].Reason)
				left = left[1:]
			}
			if ordinal <= len(d.Pages) {
				text += fmt.Sprintf(" %d", s.Pages[d.Pages[ordinal-1]].Number)
			}
		}
		for _, q := range d.Questions {
			text += fmt.Sprintf(" ?%s@%d", q.Reason, q.Page)
		}
		out = append(out, strings.TrimSpace(text))
	}
	return strings.Join(out, "\n")
}

func TestAStackIsTakenApartAtItsSeparators(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stack, want string }{
		"a single paper":                    {"t t", ": 1 2"},
		"a single paper keeps its blanks":   {"t b t b", ": 1 2 3 4"},
		"two papers with blank backs":       {"sA t b sB t t", "A: (1 separator) 2 (3 blank)\nB: (4 separator) 5 6"},
		"a paper before the first sheet":    {"t b s t", ": 1 (2 blank)\n: (3 separator) 4"},
		"the blank back of a sheet":         {"sA b t", "A: (1 separator) (2 blank) 3"},
		"blank pages before anything":       {"b sA t", "A: (1 blank) (2 separator) 3"},
		"a sheet printed on both sides":     {"sA sA t", "A: (1 separator) (2 separator) 3"},
		"a sheet without a paper":           {"sA sB t", "B: (1 separator) (2 separator) 3 ?separator_without_paper@1"},
		"a sheet that only parts, in front": {"s sB t", "B: (1 separator) (2 separator) 3"},
		"a sheet after the last paper":      {"sA t sB", "A: (1 separator) 2 (3 separator) ?separator_without_paper@1"},
		"a sheet that only parts, at last":  {"sA t s b", "A: (1 separator) 2 (3 separator) (4 blank)"},
		"nothing but sheets":                {"sA sB", "B: 1 2 ?separator_without_paper@1"},
		"nothing but blank pages":           {"b b", ": 1 2"},
		"a damaged sheet still parts":       {"sA t d t", "A: (1 separator) 2\n: (3 separator) 4 ?separator_damaged@1"},
		"a sheet known by its heading":      {"sA t x t", "A: (1 separator) 2\n: (3 separator) 4 ?separator_damaged@1"},
		"a sheet of another unit":           {"sA t o t", "A: (1 separator) 2\n: (3 separator) 4 ?separator_other_unit@1"},
		"a sheet of another batch":          {"c t", ": (1 separator) 2 ?separator_other_batch@1"},
		"a sheet with two codes":            {"t a t", ": 1\n: (2 separator) 3 ?separator_ambiguous@1"},
		"a code stuck on a paper":           {"t pA t", ": 1\nA: 2 3"},
		"an unread page is kept":            {"sA u sB t", "A: (1 separator) 2\nB: (3 separator) 4"},
	} {
		s := stackOf(c.stack)
		if got := told(s, Plan(s)); got != c.want {
			t.Errorf("%s: %s is taken apart as\n%s\nwant\n%s", name, c.stack, got, c.want)
		}
	}
}

func TestNothingIsTakenApartWhereTheBatchSaysSo(t *testing.T) {
	t.Parallel()
	s := stackOf("sA t b sB t")
	s.Splitting = archive.SplitNone
	if got := told(s, Plan(s)); got != ": 1 2 3 4 5" {
		t.Errorf("got\n%s", got)
	}
	if docs := Plan(Stack{Splitting: archive.SplitSeparators}); len(docs) != 0 {
		t.Errorf("no pages make %d documents", len(docs))
	}
}

func TestFrontsAndBacksArePutTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stack string
		order archive.PageOrder
		want  string
	}{
		"in the same order":  {"sA t sB t b t b b", archive.OrderFrontsThenBacks, "A: (1 separator) (5 blank) 2 6\nB: (3 separator) (7 blank) 4 (8 blank)"},
		"turned over":        {"sA t sB t b b t b", archive.OrderFrontsThenBacksReversed, "A: (1 separator) (8 blank) 2 7\nB: (3 separator) (6 blank) 4 (5 blank)"},
		"of one paper":       {"t t b t", archive.OrderFrontsThenBacks, ": 1 (3 blank) 2 4"},
		"not as many of one": {"t t t", archive.OrderFrontsThenBacks, ": 1 2 3 ?page_order_odd@0"},
	} {
		s := stackOf(c.stack)
		s.Order = c.order
		if got := told(s, Plan(s)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func numbered(numbers ...int) []page.Result {
	out := make([]page.Result, len(numbers))
	for i, n := range numbers {
		out[i] = pageOf("t")
		if n > 0 {
			l := lines(fmt.Sprint(n), 1)[0]
			l.Box.Y0, l.Box.Y1 = 120, 160
			out[i].Lines = append([]page.Line{l}, out[i].Lines...)
		}
	}
	return out
}

func TestPrintedNumbersTellOfOrderAndOfMissingPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		numbers []int
		order   bool
		missing []Gap
	}{
		"as it should be":                 {[]int{0, 2, 3, 4, 5}, false, nil},
		"fronts, then backs":              {[]int{0, 3, 5, 2, 4, 6}, true, nil},
		"fronts, then backs turned over":  {[]int{0, 3, 5, 6, 4, 2}, true, nil},
		"an uneven number of pages":       {[]int{0, 3, 5, 2, 4}, true, nil},
		"a page missing":                  {[]int{0, 2, 4, 5}, false, []Gap{{3, 3, 3}}},
		"pages missing at the end":        {[]int{0, 2, 3, 6}, false, []Gap{{4, 4, 5}}},
		"the second page missing":         {[]int{0, 3, 4}, false, []Gap{{2, 2, 2}}},
		"a number misread":                {[]int{0, 2, 8, 4, 5}, false, nil},
		"an annex that counts anew":       {[]int{0, 2, 3, 0, 2, 3}, false, nil},
		"no numbers":                      {[]int{0, 0, 0, 0}, false, nil},
		"numbers that are not read often": {[]int{0, 0, 3, 0, 5}, false, nil},
	} {
		r := numbered(c.numbers...)
		got := Missing(r)
		if OutOfOrder(r) {
			got = nil
		}
		if OutOfOrder(r) != c.order || !slices.Equal(got, c.missing) {
			t.Errorf("%s: out of order %v, missing %v", name, OutOfOrder(r), Missing(r))
		}
	}
	for text, want := range map[string]int{"2": 2, "- 12 -": 12, "Trang 3/7": 3, "Trang 4": 4, "2024/QĐ": 0, "Điều 5": 0, "": 0, "10000": 0, "3 4": 3} {
		if got := pageNumber(text); got != want {
			t.Errorf("pageNumber(%q) = %d, want %d", text, got, want)
		}
	}
}

// again plans a document of a plan by itself.
func again(s Stack, d Document) (Stack, []Document) {
	one := s
	one.Arranged, one.Pages = true, nil
	left := d.LeftOut
	for ordinal := 1; ordinal <= len(d.Pages)+1; ordinal++ {
		for len(left) > 0 && left[0].Before == ordinal {
			p := s.Pages[left[0].Page]
			p.LeftOut = left[0].Reason
			one.Pages, left = append(one.Pages, p), left[1:]
		}
		if ordinal <= len(d.Pages) {
			p := s.Pages[d.Pages[ordinal-1]]
			p.LeftOut = ""
			one.Pages = append(one.Pages, p)
		}
	}
	return one, Plan(one)
}

// check holds what is promised of every plan.
func check(t *testing.T, s Stack) {
	t.Helper()
	docs := Plan(s)
	if !reflect.DeepEqual(docs, Plan(s)) {
		t.Fatalf("two plans of one stack")
	}
	seen := make([]int, len(s.Pages))
	parts := map[int]bool{}
	for _, d := range docs {
		if len(d.Pages) == 0 {
			t.Errorf("a document without pages: %+v", d)
		}
		if parts[d.Part] {
			t.Errorf("two documents begin at page %d", d.Part)
		}
		parts[d.Part] = true
		for _, i := range d.Pages {
			seen[i]++
		}
		for _, l := range d.LeftOut {
			seen[l.Page]++
			if l.Before < 1 || l.Before > len(d.Pages)+1 || !l.Reason.Valid() {
				t.Errorf("a page left out of %d pages as %+v", len(d.Pages), l)
			}
		}
		for _, q := range d.Questions {
			if q.Page > len(d.Pages) {
				t.Errorf("a question about page %d of %d", q.Page, len(d.Pages))
			}
		}
		one, alone := again(s, d)
		if got, want := told(one, alone), told(s, []Document{d}); got != want {
			t.Errorf("planned by itself\n%s\nis\n%s", want, got)
		}
	}
	for i, n := range seen {
		if n != 1 {
			t.Errorf("page %d is in the plan %d times:\n%s", i+1, n, told(s, docs))
		}
	}
}

// FuzzPlan: every page is in the plan once, and a document planned by itself is itself, whatever the stack and its settings.
func FuzzPlan(f *testing.F) {
	words := []string{"t", "b", "u", "s", "sA", "sB", "d", "x", "o", "c", "a", "pA"}
	f.Add([]byte{4, 0, 1, 5, 0, 0}, uint8(1), uint8(0))
	f.Add([]byte{1, 1, 6, 2, 11, 4}, uint8(2), uint8(2))
	f.Add([]byte{3, 3, 3}, uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, pages []byte, splitting, order uint8) {
		if len(pages) > 40 {
			return
		}
		stack := make([]string, len(pages))
		for i, p := range pages {
			stack[i] = words[int(p)%len(words)]
		}
		s := stackOf(strings.Join(stack, " "))
		s.Splitting = archive.Splittings()[int(splitting)%3]
		s.Order = archive.PageOrders()[int(order)%3]
		check(t, s)
	})
}
