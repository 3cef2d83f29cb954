package dossier

import "testing"

// Each parsed value has one spelling: what String gives is parsed to the same value again.

func FuzzParseCode(f *testing.F) {
	f.Add("000.00.53.H48-220921-0099")
	f.Add("H24.1-230523-0001")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.String()); err != nil || again != c {
			t.Errorf("ParseCode(%q) = %q, then %v, %v", s, c, again, err)
		}
		if _, err := ParseAgencyCode(string(c.Agency)); err != nil && len(c.Agency) <= maxAgencyCode {
			t.Errorf("agency of %q: %v", c, err)
		}
	})
}

func FuzzParseProcedure(f *testing.F) {
	f.Add("1.001612.000.00.00.H48")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParseProcedure(s); err == nil {
			if again, err := ParseProcedure(p.String()); err != nil || again != p {
				t.Errorf("ParseProcedure(%q) = %q, then %v, %v", s, p, again, err)
			}
		}
	})
}

func FuzzParseAgencyCode(f *testing.F) {
	f.Add("000.00.00.H24")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAgencyCode(s); err == nil {
			if again, err := ParseAgencyCode(string(a)); err != nil || again != a || a.Province() == "" {
				t.Errorf("ParseAgencyCode(%q) = %q, then %v, %v", s, a, again, err)
			}
		}
	})
}

func FuzzParseIdentifier(f *testing.F) {
	for _, s := range []string{"031085001234", "031 234 567", "0200123456-001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseIdentifier(s)
		if err != nil {
			return
		}
		if again, err := ParseIdentifier(id.Reveal()); err != nil || again != id {
			t.Errorf("an identifier is not parsed to itself: %v, %v", again, err)
		}
		if id.Kind() != TaxCode && len(id.String()) >= len(id.Reveal())+15 {
			t.Errorf("mask %q hides nothing", id)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1234/QĐ-UBND", "04 / CT – UBND", "12/2023/QĐ-UBND", "/TTR-HDND", "1/Q--A", "5a/A1-B.C&D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		again, err := ParseNumber(n.String())
		if err != nil || again != n || again.Key() != n.Key() {
			t.Errorf("ParseNumber(%q) = %q, then %q, %v", s, n, again, err)
		}
	})
}

func FuzzParseCard(f *testing.F) {
	f.Add("031085001234|031234567|Nguyễn Văn An|01021985|Nam|Hải Phòng|03042021")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseCard(s); err == nil && c.CCCD.Kind() != CCCD {
			t.Errorf("ParseCard(%q) has no citizen id", s)
		}
	})
}

func FuzzFind(f *testing.F) {
	f.Add("Mã hồ sơ: H24.1-230523-0001, 1.001612; CCCD 031 085 001234; số 12/QĐ-UBND")
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range FindCodes(s) {
			if again, err := ParseCode(s[c.Start:c.End]); err != nil || again != c.Value {
				t.Errorf("found %q, parsed %v, %v", c.Value, again, err)
			}
		}
		FindProcedures(s)
		FindIdentifiers(s)
		FindNumbers(s)
	})
}
