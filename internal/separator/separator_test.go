package separator

import (
	"errors"
	"strings"
	"testing"
)

func TestASheetReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sheet Sheet
		text  string // without its checksum
	}{
		"a sheet that only parts":         {Sheet{}, "SOHOA1"},
		"a dossier":                       {Sheet{Unit: "H26.12", Dossier: "000.00.01.H26-240315-0001"}, "SOHOA1;U=H26.12;D=000.00.01.H26-240315-0001"},
		"Vietnamese words":                {Sheet{Batch: "Đợt 3", Shelf: "Kệ 7"}, "SOHOA1;B=%C4%90%E1%BB%A3t%203;S=K%E1%BB%87%207"},
		"values of the signs of the text": {Sheet{Shelf: "a;C=1%", Procedure: "1.004=x"}, "SOHOA1;S=a%3BC%3D1%25;P=1.004%3Dx"},
		"every value":                     {Sheet{"u", "b", "d", "s", "p"}, "SOHOA1;U=u;B=b;D=d;S=s;P=p"},
	} {
		text, err := c.sheet.Encode()
		if err != nil || text != c.text+";C="+checksum(c.text) {
			t.Errorf("%s: Encode = %q, %v", name, text, err)
		}
		got, err := Parse(text)
		if err != nil || got != c.sheet {
			t.Errorf("%s: Parse(%q) = %+v, %v", name, text, got, err)
		}
	}
}

func TestADamagedCodeIsAnError(t *testing.T) {
	t.Parallel()
	sum := func(s string) string { return s + ";C=" + checksum(s) }
	for name, text := range map[string]string{
		"no checksum":              "SOHOA1;U=u",
		"a changed character":      strings.Replace(sum("SOHOA1;U=u1"), "u1", "u7", 1),
		"a checksum in capitals":   "SOHOA1;U=u;C=" + strings.ToUpper(checksum("SOHOA1;U=u")) + "A",
		"something after it":       sum("SOHOA1;U=u") + " ",
		"another version":          sum("SOHOA2;U=u"),
		"an unknown key":           sum("SOHOA1;X=u"),
		"a long key":               sum("SOHOA1;UU=u"),
		"no key":                   sum("SOHOA1;u"),
		"an empty value":           sum("SOHOA1;U="),
		"an empty part":            sum("SOHOA1;"),
		"a key twice":              sum("SOHOA1;U=u;U=v"),
		"keys out of order":        sum("SOHOA1;D=d;U=u"),
		"an escape nobody needs":   sum("SOHOA1;U=%75"),
		"an escape in small":       sum("SOHOA1;U=%c4%90"),
		"half an escape":           sum("SOHOA1;U=%C"),
		"bytes that are no text":   sum("SOHOA1;U=%FF"),
		"a control character":      sum("SOHOA1;U=a%0Ab"),
		"white space at its end":   sum("SOHOA1;U=a%20"),
		"a value that is too long": sum("SOHOA1;U=" + strings.Repeat("x", MaxValueBytes+1)),
		"a text that is too long":  sum("SOHOA1;U=" + strings.Repeat("x", MaxTextBytes)),
	} {
		if got, err := Parse(text); !errors.Is(err, ErrDamaged) || !got.IsZero() {
			t.Errorf("%s: Parse(%q) = %+v, %v, want damaged", name, text, got, err)
		}
	}
}

func TestAnotherCodeIsNotASheet(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "SOHOA", "SOHOA;U=u", "sohoa1;U=u", "https://sohoa.vn", "001097012345|123456789|NGUYỄN VĂN A", " SOHOA1"} {
		if _, err := Parse(text); !errors.Is(err, ErrOther) {
			t.Errorf("Parse(%q) = %v, want that it is another's", text, err)
		}
	}
}

func TestASheetThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("đ", MaxValueBytes/2)
	for name, s := range map[string]Sheet{
		"a long value":         {Unit: strings.Repeat("x", MaxValueBytes+1)},
		"values of many signs": {Unit: long, Batch: long},
		"a line break":         {Shelf: "a\nb"},
		"a space before":       {Shelf: " a"},
		"no text":              {Shelf: "\xff"},
	} {
		if text, err := s.Encode(); err == nil {
			t.Errorf("%s: Encode = %q", name, text)
		}
	}
}

// FuzzParse: a text is another's, damaged, or the one spelling of a sheet; nothing else.
func FuzzParse(f *testing.F) {
	for _, s := range []Sheet{{}, {Unit: "u", Dossier: "d"}, {Batch: "Đợt 3", Shelf: "a;%="}} {
		text, err := s.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add("SOHOA1;U=%;C=00000000")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		switch {
		case err == nil:
			if again, err := s.Encode(); err != nil || again != text {
				t.Errorf("Parse(%q) = %+v, which is written %q, %v", text, s, again, err)
			}
		case errors.Is(err, ErrOther) == errors.Is(err, ErrDamaged):
			t.Errorf("Parse(%q) = %v", text, err)
		}
	})
}

// FuzzEncode: what can be written is read as the same.
func FuzzEncode(f *testing.F) {
	f.Add("H26.12", "Đợt 3", "000-1", "Kệ 7", "1.00123")
	f.Fuzz(func(t *testing.T, u, b, d, s, p string) {
		sheet := Sheet{u, b, d, s, p}
		text, err := sheet.Encode()
		if err != nil {
			return
		}
		if got, err := Parse(text); err != nil || got != sheet {
			t.Errorf("%+v is written %q and read as %+v, %v", sheet, text, got, err)
		}
	})
}
