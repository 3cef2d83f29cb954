package fold

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, accented, plain string }{
		"number and symbol part into words":       {"Số: 12/QĐ-UBND", "số 12 qđ ubnd", "so 12 qd ubnd"},
		"both spellings of Ủy are one":            {"Uỷ ban", "ủy ban", "uy ban"},
		"both spellings of HÒA are one":           {"CỘNG HOÀ", "cộng hòa", "cong hoa"},
		"a closed syllable keeps its tone":        {"Hoàng Hòang", "hoàng hoàng", "hoang hoang"},
		"qu keeps the tone on y":                  {"quý qúy", "quý quý", "quy quy"},
		"ny triphthongs are left alone":           {"Nguyễn Quyết", "nguyễn quyết", "nguyen quyet"},
		"decomposed letters are composed":         {norm.NFD.String("Thủy lợi"), "thủy lợi", "thuy loi"},
		"eth from old fonts is đ":                 {"QÐ-UBND", "qđ ubnd", "qd ubnd"},
		"superscripts are found as digits":        {"120 m²", "120 m2", "120 m2"},
		"ligatures of fonts are letters":          {"ﬁle", "file", "file"},
		"soft hyphens do not part words":          {"quyết đị\u00adnh", "quyết định", "quyet dinh"},
		"operators vanish":                        {"a & !b | (c:*) <-> 'd'", "a b c d", "a b c d"},
		"nothing comes of nothing":                {" …—/ ", "", ""},
		"a procedure code parts at its full stop": {"1.001612.000.00.00.H48", "1 001612 000 00 00 h48", "1 001612 000 00 00 h48"},
	} {
		if got := Accented(tc.in); got != tc.accented {
			t.Errorf("%s: Accented(%q) = %q, want %q", name, tc.in, got, tc.accented)
		}
		if got := Plain(tc.in); got != tc.plain {
			t.Errorf("%s: Plain(%q) = %q, want %q", name, tc.in, got, tc.plain)
		}
	}
}

func TestQuickFoldsAsTheLongWayDoes(t *testing.T) {
	t.Parallel()
	for r := rune(1); r < latinEnd; r++ {
		a, p, ok := quick(string(r))
		if !ok {
			continue
		}
		if want := lower(string(r)); a != want || p != strip(want) {
			t.Errorf("quick(%q) = %q, %q; the long way gives %q", r, a, p, want)
		}
	}
	if Base('Ộ') != 'o' || Base('Đ') != 'd' || Base('7') != '7' || Base('-') != 0 || Base('Ω') != 0 {
		t.Error("Base gives letters and digits alone")
	}
}

func BenchmarkAccented(b *testing.B) {
	s := strings.Repeat("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015; ", 40)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Accented(s)
	}
}

func TestTonesKeepsCaseAndPunctuation(t *testing.T) {
	t.Parallel()
	if got, want := Tones("UỶ BAN, Uỷ ban; HOÀ BÌNH – khoẻ"), "ỦY BAN, Ủy ban; HÒA BÌNH – khỏe"; got != want {
		t.Errorf("Tones = %q, want %q", got, want)
	}
}

func TestTokensSayWhereTheyStood(t *testing.T) {
	t.Parallel()
	s := "Số: 12/QĐ-UBND"
	var got []string
	for _, tok := range Tokens(s) {
		got = append(got, s[tok.Start:tok.End])
	}
	if strings.Join(got, "|") != "Số|12|QĐ|UBND" {
		t.Errorf("Tokens stood at %q", got)
	}
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in, plain, accented string
		codes               int
	}{
		"words must all be there":                     {"tran dau", "'tran' & 'dau'", "", 0},
		"typed diacritics are meant":                  {"tràn dau", "'tran' & 'dau'", "'tràn'", 0},
		"a phrase keeps its order":                    {`"tràn dầu"`, "('tran' <-> 'dau')", "('tràn' <-> 'dầu')", 0},
		"curly quotes are quotes":                     {"“su co”", "('su' <-> 'co')", "", 0},
		"a quote left open reaches the end":           {`"su co`, "('su' <-> 'co')", "", 0},
		"a number with symbol is known, and D is Đ":   {"12/QĐ-UBND", "('12' <-> 'qd' <-> 'ubnd')", "", 1},
		"a date is not a number with symbol":          {"12/3/2024", "('12' <-> '3' <-> '2024')", "", 0},
		"a star looks for beginnings":                 {"quyet*", "'quyet':*", "", 0},
		"operators of tsquery are no operators":       {`a' | 'b & !c:* <-> \`, "'a' & 'b' & 'c':*", "", 0},
		"nothing matches nothing":                     {` & | ! "" `, "", "", 0},
		"a hyphenated word without slash is a phrase": {"kinh-te", "('kinh' <-> 'te')", "", 0},
	} {
		q := ParseQuery(tc.in)
		if q.Plain != tc.plain || q.Accented != tc.accented || len(q.Codes) != tc.codes {
			t.Errorf("%s: ParseQuery(%q) = %q, %q, %q", name, tc.in, q.Plain, q.Accented, q.Codes)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Số: 12/QĐ-UBND", "Uỷ ban", "ﬁ½№", "\u0130\u1e9e", "a\u0301\u0323", "ừ\u0300", "\xff\xfe", "Hòang oà óe uỷ qúy"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, p := Accented(s), Plain(s)
		if b := Accented(a); b != a {
			t.Errorf("Accented is not idempotent: %q, then %q", a, b)
		}
		if b := Plain(p); b != p {
			t.Errorf("Plain is not idempotent: %q, then %q", p, b)
		}
		if b := Plain(a); b != p {
			t.Errorf("Plain(Accented(s)) = %q, Plain(s) = %q", b, p)
		}
		if utf8.ValidString(s) {
			if one, two := Tones(s), Tones(Tones(s)); one != two {
				t.Errorf("Tones is not idempotent: %q, then %q", one, two)
			}
		}
		if strings.ContainsAny(a+p, "'&|!():*<>\\/-.,\x00") {
			t.Errorf("punctuation came through: %q", a)
		}
	})
}

func FuzzParseQuery(f *testing.F) {
	f.Add(`"tràn dầu" 12/QĐ-UBND quyet*`)
	f.Add(`a' | !b`)
	f.Fuzz(func(t *testing.T, s string) {
		q := ParseQuery(s)
		for _, text := range []string{q.Plain, q.Accented} {
			// Between quotes only letters and digits, outside of them only what phrase writes.
			for i, part := range strings.Split(text, "'") {
				if i%2 == 1 {
					if part == "" || part != Accented(part) {
						t.Errorf("lexeme %q of %q is not folded", part, text)
					}
				} else if strings.Trim(part, " &()<->:*") != "" {
					t.Errorf("%q is outside quotes in %q", part, text)
				}
			}
			if strings.Count(text, "(") != strings.Count(text, ")") {
				t.Errorf("unbalanced: %q", text)
			}
		}
		if (q.Plain == "") != (len(q.Terms) == 0) {
			t.Errorf("terms %q and query %q disagree", q.Terms, q.Plain)
		}
	})
}
