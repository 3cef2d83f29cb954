package review

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// today is the day the tests play on.
func today() time.Time { return time.Date(2024, 6, 1, 8, 0, 0, 0, time.UTC) }

func TestADateIsTypedAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"23": "2024-05-23", "23/4": "2024-04-23", "23 4": "2024-04-23", "23/4/2023": "2023-04-23", "23.4.2023": "2023-04-23", "23 4 2023": "2023-04-23",
		"23042023": "2023-04-23", "2023-04-23": "2023-04-23", "2023-4": "2023-04", "4/2023": "2023-04", "1-2-2023": "2023-02-01", "07": "2024-05-07",
	} {
		if got, err := ParseDate(typed, "2024-05", today()); got != want || err != nil {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"32", "31/2", "30/2/2023", "0", "23/13", "2023", "5/1/24", "mai", "23/4/2025", "23/4/1203", "2024-06-03", "12345678"} {
		if got, err := ParseDate(typed, "2024-05", today()); err == nil {
			t.Errorf("ParseDate(%q) = %q, want an error", typed, got)
		}
	}
	if got, err := ParseDate("23", "", today()); err == nil {
		t.Errorf("a day without month and year became %q", got)
	}
}

func TestAValueIsBroughtToTheFormThatIsKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, typed, want string }{
		{"number", "12", "12"}, {"number", " 04 ", "04"}, {"number", "12a", "12a"}, {"number", "12/2023", "12/2023"}, {"number", "12/QĐ-UBND", "12"}, {"number", "bk 123456", "BK 123456"},
		{"symbol", "QĐ-UBND", "QĐ-UBND"}, {"symbol", "/QD – UBND", "QĐ-UBND"}, {"symbol", "qđ-ubnd", "QĐ-UBND"},
		{"type", "quyết định", "Quyết định"}, {"type", "qđ", "Quyết định"}, {"type", "TB", "Thông báo"}, {"type", "giấy lạ", "Giấy lạ"},
		{"holder_id", "031085001234", "031•••••1234"}, {"agency", "Uỷ ban  nhân dân", "Ủy ban nhân dân"}, {"signature_page", "2", "2"},
		{"dossier", "000.00.53.h48-220921-0099", "000.00.53.H48-220921-0099"}, {"subject", "", ""},
	} {
		if got, err := Normalise(c.name, c.typed, "", 2, today()); got != c.want || err != nil {
			t.Errorf("Normalise(%s, %q) = %q, %v; want %q", c.name, c.typed, got, err, c.want)
		}
	}
	for _, c := range []struct{ name, typed string }{
		{"number", "mười hai"}, {"symbol", "?"}, {"type", "1"}, {"holder_id", "0310850"}, {"agency", "123"}, {"signature_page", "3"}, {"dossier", "H24"},
		{"subject", "a\x00b"}, {"place", strings.Repeat("a", maxValue+1)},
	} {
		if got, err := Normalise(c.name, c.typed, "", 2, today()); err == nil {
			t.Errorf("Normalise(%s, %q) = %q, want an error", c.name, c.typed, got)
		} else if len(c.typed) > 3 && strings.Contains(err.Error(), c.typed) {
			t.Errorf("%s: the error quotes what was typed: %v", c.name, err)
		}
	}
	if got, err := Normalise("holder_id", "031•••••1234", "031•••••1234", 1, today()); err != nil || got != "031•••••1234" {
		t.Errorf("a masked number that was found is not accepted: %q, %v", got, err)
	}
}

// FuzzNormalise: what is kept is kept when it is given again, and holds no signs that cannot be seen; a person's number is never kept whole.
func FuzzNormalise(f *testing.F) {
	for _, n := range Names() {
		f.Add(n, "12/QĐ-UBND", "")
		f.Add(n, "23/5", "2024-05")
	}
	f.Add("holder_id", "031085001234", "")
	iso := regexp.MustCompile(`^\d{4}-\d\d(-\d\d)?$`)
	f.Fuzz(func(t *testing.T, name, typed, found string) {
		got, err := Normalise(name, typed, found, 3, today())
		if err != nil || got == "" {
			return
		}
		again, err := Normalise(name, got, got, 3, today())
		if err != nil || again != got {
			t.Errorf("Normalise(%s, %q) = %q, and of that %q, %v", name, typed, got, again, err)
		}
		switch {
		case name == "date" && !iso.MatchString(got):
			t.Errorf("date %q became %q", typed, got)
		case name == "holder_id" && typed != found && regexp.MustCompile(`^\d{9}$|^\d{12}$`).MatchString(got):
			t.Errorf("a person's number was kept whole")
		}
	})
}
