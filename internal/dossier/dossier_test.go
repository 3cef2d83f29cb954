package dossier

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestParseCode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"a long agency code":          {"000.00.53.H48-220921-0099", "000.00.53.H48-220921-0099"},
		"a short agency code":         {" h24.1-230523-0001 ", "H24.1-230523-0001"},
		"a day that is none":          {"H24.1-231323-0001", ""},
		"a serial too short":          {"H24.1-230523-001", ""},
		"a procedure code is no case": {"1.001612.000.00.00.H48", ""},
		"more text around it":         {"xH24.1-230523-0001", ""},
	} {
		c, err := ParseCode(tc.in)
		if c.String() != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: ParseCode(%q) = %q, %v", name, tc.in, c, err)
		}
	}
}

func TestProceduresMatchOnTheShortPart(t *testing.T) {
	t.Parallel()
	a, err := ParseProcedure("1.001612.000.00.00.H48")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseProcedure("1.001612")
	if err != nil {
		t.Fatal(err)
	}
	if !a.Same(b) || a.String() != "1.001612.000.00.00.H48" || b.String() != "1.001612" || (Procedure{}).Same(Procedure{}) {
		t.Errorf("%v and %v are one procedure, and none is none", a, b)
	}
	for _, s := range []string{"4.001612", "1.00161", "1.001612.H48"} {
		if p, err := ParseProcedure(s); err == nil {
			t.Errorf("ParseProcedure(%q) = %v", s, p)
		}
	}
}

func TestFindInText(t *testing.T) {
	t.Parallel()
	text := "Mã hồ sơ: H24.1-230523-0001, thủ tục 1.001612.000.00.00.H48; CCCD số 031 085 001234. Số tiền 12.345.678.901 đồng."
	if got := FindCodes(text); len(got) != 1 || text[got[0].Start:got[0].End] != "H24.1-230523-0001" {
		t.Errorf("FindCodes = %v", got)
	}
	if got := FindProcedures(text); len(got) != 1 || got[0].Value.Short != "1.001612" {
		t.Errorf("FindProcedures = %v", got)
	}
	if got := FindIdentifiers(text); len(got) != 1 || got[0].Value.Kind() != CCCD {
		t.Errorf("FindIdentifiers = %v", got)
	}
}

func TestIdentifierDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in, masked string
		kind       IdentifierKind
	}{
		"citizen id":            {"031085001234", "031•••••1234", CCCD},
		"citizen id in groups":  {"031 085 001 234", "031•••••1234", CCCD},
		"old card":              {"031234567", "•••••4567", CMND},
		"tax code":              {"0200123456", "0200123456", TaxCode},
		"tax code of a branch":  {"0200123456-001", "0200123456-001", TaxCode},
		"11 digits are nothing": {"03108500123", "", ""},
		"letters are nothing":   {"03108500123x", "", ""},
	} {
		id, err := ParseIdentifier(tc.in)
		if id.Kind() != tc.kind || id.String() != tc.masked || (err == nil) != (tc.kind != "") {
			t.Errorf("%s: ParseIdentifier(%q) = %v, %v", name, tc.in, id, err)
		}
		j, _ := json.Marshal(map[string]Identifier{"id": id})
		if shown := fmt.Sprintf("%v %+v %#v %s %s", id, id, id, id, j); id.Kind() != TaxCode && id.Kind() != "" && strings.Contains(shown, id.Reveal()) {
			t.Errorf("%s: printed as %s", name, shown)
		}
	}
}

func TestParseCard(t *testing.T) {
	t.Parallel()
	c, err := ParseCard("031085001234|031234567|Nguyễn Văn An|01021985|Nam|12 Lê Lai, Ngô Quyền, Hải Phòng|03042021")
	if err != nil || c.CCCD.Reveal() != "031085001234" || c.CMND.Reveal() != "031234567" || c.Name != "Nguyễn Văn An" {
		t.Errorf("ParseCard = %+v, %v", c, err)
	}
	if c, err := ParseCard("031085001234||Trần Thị Bình|01021985|Nữ|Hải Phòng|03042021"); err != nil || c.CMND.Kind() != "" {
		t.Errorf("a card without old number: %+v, %v", c, err)
	}
	for _, s := range []string{"", "1|2|3", "031234567||a|b|c|d|e", "031085001234|12|a|b|c|d|e"} {
		if _, err := ParseCard(s); err == nil {
			t.Errorf("ParseCard(%q) took it", s)
		}
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want, key, abbr string }{
		"a decision":                       {"1234/QĐ-UBND", "1234/QĐ-UBND", "1234/qd-ubnd", "QĐ"},
		"Đ read as D":                      {"1234/QD-UBND", "1234/QĐ-UBND", "1234/qd-ubnd", "QĐ"},
		"Đ seen twice":                     {"1234/QĐÐ-UBND", "1234/QĐ-UBND", "1234/qd-ubnd", "QĐ"},
		"two that are printed":             {"9/STNMT-QLĐĐ", "9/STNMT-QLĐĐ", "9/stnmt-qldd", ""},
		"eth for Đ":                        {"1234/QÐ-UBND", "1234/QĐ-UBND", "1234/qd-ubnd", "QĐ"},
		"blanks and a dash":                {" 04 / CT – UBND.", "04/CT-UBND", "4/ct-ubnd", "CT"},
		"a normative text has a year":      {"12/2023/QĐ-UBND", "12/2023/QĐ-UBND", "12/2023/qd-ubnd", "QĐ"},
		"an official letter has no type":   {"123/UBND-VP", "123/UBND-VP", "123/ubnd-vp", ""},
		"a council's Đ":                    {"5/NQ-HDND", "5/NQ-HĐND", "5/nq-hdnd", "NQ"},
		"a proposal's case":                {"22/TTR-UBND", "22/TTr-UBND", "22/ttr-ubnd", "TTr"},
		"a project is not a scheme":        {"7/DA-SXD", "7/DA-SXD", "7/da-sxd", "DA"},
		"no serial: to be written by hand": {"/QĐ-UBND", "/QĐ-UBND", "/qd-ubnd", "QĐ"},
		"a date is no number":              {"12/03/2024", "", "", ""},
		"words are no number":              {"Quyết định", "", "", ""},
	} {
		n, err := ParseNumber(tc.in)
		if n.String() != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: ParseNumber(%q) = %q, %v", name, tc.in, n, err)
			continue
		}
		if err == nil && (n.Key() != tc.key || n.Type() != tc.abbr) {
			t.Errorf("%s: key %q, type %q", name, n.Key(), n.Type())
		}
	}
	if !OfficialLetter("UBND-KTTH") || OfficialLetter("QĐ-UBND") || OfficialLetter("") {
		t.Error("an official letter's symbol begins with an agency")
	}
	if got := FindNumbers("theo Công văn số 286/STC-HCSN ngày 04/02/2025 và 12/2021/QĐ-TTg"); len(got) != 2 || got[1].Value.Year != 2021 {
		t.Errorf("FindNumbers = %v", got)
	}
}

func TestTypesAreNamedOnce(t *testing.T) {
	t.Parallel()
	names, abbrs := map[string]bool{}, map[string]bool{}
	for _, ty := range Types() {
		if ty.Abbreviation != "" && abbrs[ty.Abbreviation] {
			t.Errorf("abbreviation %s twice", ty.Abbreviation)
		}
		abbrs[ty.Abbreviation], names[ty.Name] = true, true
		if got, ok := TypeNamed(strings.ToUpper(ty.Name)); !ok || got.Name != ty.Name {
			t.Errorf("TypeNamed(%q) = %v", strings.ToUpper(ty.Name), got)
		}
	}
}

func TestUnitsFollowTheirSuccessors(t *testing.T) {
	t.Parallel()
	merged := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	us := NewUnits([]Unit{
		{Code: "old", Name: "Uỷ ban nhân dân quận Lê Chân", Until: merged, Successor: "new"},
		{Code: "new", Name: "Ủy ban nhân dân phường Lê Chân", From: merged},
		{Code: "a", Name: "A", Until: merged, Successor: "b"}, {Code: "b", Name: "B", Until: merged, Successor: "a"},
	})
	if u, ok := us.Named("ỦY BAN NHÂN DÂN QUẬN LÊ CHÂN", merged.AddDate(-1, 0, 0)); !ok || u.Code != "old" {
		t.Errorf("Named = %v, %v", u, ok)
	}
	if _, ok := us.Named("Ủy ban nhân dân quận Lê Chân", merged); ok {
		t.Error("an abolished unit answered")
	}
	if u, ok := us.Today("old", merged); !ok || u.Code != "new" {
		t.Errorf("Today = %v, %v", u, ok)
	}
	if _, ok := us.Today("a", merged); ok {
		t.Error("a ring of successors gave a unit")
	}
}
