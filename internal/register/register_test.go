package register

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDaysAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Day{
		"": "", "2024-05-23": "2024-05-23", "23/05/2024": "2024-05-23", "3/5/2024": "2024-05-03", "23-05-2024": "2024-05-23", "23.5.2024": "2024-05-23",
		"23/05/2024 14:30:00": "2024-05-23", "2024-05-23T00:00:00Z": "2024-05-23", "45435": "2024-05-23", "45435.5": "2024-05-23", "20240523": "2024-05-23",
	} {
		if got, err := ParseDay(in); err != nil || got != want {
			t.Errorf("ParseDay(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"31/02/2024", "tomorrow", "0024-05-23", "99999999", "-1", "5/23/2024"} {
		if got, err := ParseDay(in); err == nil {
			t.Errorf("ParseDay(%q) = %q", in, got)
		}
	}
}

func TestRecordsAreTidiedAndTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rec  Record
		want string // columns with problems
	}{
		"a unit":                                {&Unit{Code: " 000.00.53.H24 ", Name: "Phường Lê Chân"}, ""},
		"a unit that ends before it begins":     {&Unit{Code: "A", Name: "A", ValidFrom: "2025-07-01", ValidTo: "30/06/2025"}, "valid_to"},
		"a unit that is its own parent":         {&Unit{Code: "A", Name: "A", Parent: "A"}, "parent"},
		"a successor of a unit that acts":       {&Unit{Code: "A", Name: "A", Successor: "B"}, "valid_to"},
		"a unit without a name":                 {&Unit{Code: "a/b"}, "code name"},
		"a name with a line of control":         {&Unit{Code: "A", Name: "A\x00"}, "name"},
		"a procedure":                           {&Procedure{Code: "1.001612.000.00.00.H48", Name: "X", Retention: "Vĩnh viễn"}, ""},
		"a procedure kept for a year":           {&Procedure{Code: "1.001612", Name: "X", Retention: "1"}, "retention"},
		"a procedure of no list":                {&Procedure{Code: "9.001612", Name: "X"}, "code"},
		"a holder known by name alone":          {&Holder{Name: "An"}, "identifiers"},
		"a number that lost its zero":           {&Holder{Name: "An", Identifiers: []Identifier{{Number: "31085001234"}}}, "identifiers"},
		"a dossier":                             {&Dossier{Code: "000.00.53.H48-220921-0099", Procedure: "1.001612", Unit: "A"}, ""},
		"a dossier due before it came":          {&Dossier{Code: "000.00.53.H48-220921-0099", Procedure: "1.001612", Unit: "A", DueOn: "2022-09-20"}, "due_on"},
		"a dossier in no state":                 {&Dossier{Code: "000.00.53.H48-220921-0099", Procedure: "1.001612", Unit: "A", Status: "lost"}, "status"},
		"a guardian of nobody":                  {&Dossier{Code: "000.00.53.H48-220921-0099", Procedure: "1.001612", Unit: "A", Holders: []DossierHolder{{Relation: Guardian, Holder: Holder{Name: "B"}}}}, "holders"},
		"everything wrong at once is told once": {&Dossier{ReceivedOn: "x"}, "code procedure unit received_on"},
	} {
		var columns []string
		for _, p := range tc.rec.Tidy() {
			columns = append(columns, p.Column)
			if p.What == "" || p.Cure == "" {
				t.Errorf("%s: %+v does not say what and how", name, p)
			}
		}
		if got := strings.Join(columns, " "); got != tc.want {
			t.Errorf("%s: problems with %q, want %q", name, got, tc.want)
		}
		if tc.want == "" {
			once, _ := json.Marshal(tc.rec)
			if p := tc.rec.Tidy(); len(p) > 0 {
				t.Errorf("%s: tidied twice: %v", name, p)
			}
			if twice, _ := json.Marshal(tc.rec); !bytes.Equal(once, twice) {
				t.Errorf("%s: tidied twice it is %s, once %s", name, twice, once)
			}
		}
	}
	d := &Dossier{Code: "000.00.53.h48-220921-0099", Procedure: "1.001612.000.00.00.H48", Unit: "A", CompletedOn: "1/10/2022"}
	if p := d.Tidy(); len(p) > 0 || d.Procedure != "1.001612" || d.ReceivedOn != "2022-09-21" || d.Status != Completed || d.Code != "000.00.53.H48-220921-0099" {
		t.Errorf("%+v, %v", d, p)
	}
}

func TestNoProblemAndNoPrintShowsANumber(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"031085001234", "0310850012345", "03108500123", "3.1085E+10"} {
		h := Holder{Name: "An", Identifiers: []Identifier{{Number: number}}}
		said := fmt.Sprintf("%v %+v %#v %v", h, h, h, h.Tidy())
		if strings.Contains(said, number) || strings.Contains(said, "85001") {
			t.Errorf("%s is shown in %s", number, said)
		}
	}
}

func TestColumnsAreFoundByTheirVietnameseAndEnglishNames(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		for _, l := range []Language{Vietnamese, English} {
			var headings []string
			for _, c := range Columns(k) {
				headings = append(headings, strings.ToUpper(c.Heading(l)))
			}
			m, problems := Map(k, headings)
			if len(problems) > 0 {
				t.Errorf("%s in %s: %v", k, l, problems)
			}
			for i, c := range Columns(k) {
				if m.Columns[i].Field != c.Field {
					t.Errorf("%s in %s: %q is taken for %q, want %q", k, l, headings[i], m.Columns[i].Field, c.Field)
				}
			}
		}
	}
	m, problems := Map(Dossiers, []string{"ma ho so", "Ghi chú", "MÃ TTHC", "Mã hồ sơ"})
	if len(problems) != 2 || m.Columns[1].Field != "" || m.Columns[2].Field != "procedure" {
		t.Errorf("%+v, %v", m, problems)
	}
}

func TestARowBecomesARecord(t *testing.T) {
	t.Parallel()
	m, problems := Map(Dossiers, []string{"Mã hồ sơ", "Mã thủ tục", "Mã đơn vị", "Ngày tiếp nhận", "Trạng thái", "Chủ hồ sơ", "Số CMND/CCCD", "Người đại diện", "Thời điểm cập nhật"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	rec, problems := m.Record([]string{"H24.1-230523-0001", "1.001612", "A", "45069", "Đã trả kết quả", "Nguyễn Văn An", "031085001234; 030123456", "Lê B (030000001);Cty C (KH-7)", "23/05/2023 08:00:00"})
	d := rec.(*Dossier)
	if len(problems) > 0 || d.ReceivedOn != "2023-05-23" || d.Status != Returned || len(d.Holders) != 3 || len(d.Holders[0].Identifiers) != 2 ||
		d.Holders[1].Relation != Representative || d.Holders[2].Code != "KH-7" || !d.SourceUpdatedAt.Equal(time.Date(2023, 5, 23, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v", d, problems)
	}
	_, problems = m.Record([]string{"H24.1-230523-0001", "1.001612", "A", "45069", "thất lạc", "Nguyễn Văn An", "31085001234"})
	if len(problems) != 2 || problems[0].Column != "Trạng thái" || problems[1].Column != "Số CMND/CCCD" {
		t.Errorf("%v", problems)
	}
	h, _ := Map(Holders, []string{"Tên chủ hồ sơ", "Mã số thuế"})
	if _, problems = h.Record([]string{"Công ty A", "201234567"}); len(problems) == 0 || problems[0].Column != "Mã số thuế" {
		t.Errorf("a tax code that lost its zero is taken for an old id: %v", problems)
	}
}

// table is rows in memory.
type table [][]string

// Next implements RowReader: the first line is 1.
func (r *table) Next() (int, []string, *Problem, error) {
	if len(*r) == 0 {
		return 0, nil, nil, io.EOF
	}
	cells := (*r)[0]
	*r = (*r)[1:]
	n, _ := strconv.Atoi(cells[0])
	return n, cells[1:], nil, nil
}

func TestHeadingsAreFoundBelowTitles(t *testing.T) {
	t.Parallel()
	rows := table{{"1", "UBND THÀNH PHỐ"}, {"2", "", ""}, {"3", "DANH SÁCH ĐƠN VỊ", "năm 2025"}, {"5", "STT", "Mã đơn vị", "Tên đơn vị"}, {"6", "1", "A", "Phường A"}, {"7", "", " ", ""}, {"8", "2", "", "Phường B"}}
	m, src, problems, err := FromRows(Units, &rows)
	if err != nil || len(problems) > 0 || m.Line != 5 {
		t.Fatalf("%+v, %v, %v", m, problems, err)
	}
	first, _, _ := src()
	second, _, _ := src()
	if u := first.Record.(*Unit); first.Line != 6 || u.Code != "A" || second.Line != 8 || len(second.Problems) != 1 {
		t.Errorf("%+v, %+v", first, second)
	}
	if _, more, err := src(); more || err != nil {
		t.Errorf("there is more: %v", err)
	}
	none := table{{"1", "x"}, {"2", "Mã đơn vị", "y"}, {"3", "z"}}
	if m, src, problems, err := FromRows(Units, &none); err != nil || src != nil || len(problems) != 1 || m.Line != 2 || problems[0].Column != "Tên đơn vị" {
		t.Errorf("the row that comes closest: %+v, %v, %v", m, problems, err)
	}
	if _, src, problems, err := FromRows(Units, &table{}); err != nil || src != nil || len(problems) != 1 {
		t.Errorf("an empty file: %v, %v", problems, err)
	}
}

func TestACellThatLooksLikeAFormulaComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"=1+1", "'=x", "'x", "-5", "@a", "+84", "plain"} {
		m, _ := Map(Units, []string{"code", "name"})
		if rec, p := m.Record([]string{"A", Text(s)}); len(p) > 0 || rec.(*Unit).Name != s {
			t.Errorf("%q came back as %q, %v", s, rec.(*Unit).Name, p)
		}
		if g := Text(s)[0]; strings.IndexByte("=+-@", g) >= 0 {
			t.Errorf("Text(%q) is a formula", s)
		}
	}
}

func TestLinesAreReadStrictly(t *testing.T) {
	t.Parallel()
	src := Lines(Units, strings.NewReader("{\"code\":\"A\",\"name\":\"A\"}\n\n{\"line\":7,\"code\":\"B\",\"name\":\"B\"}\n{\"kode\":1}\n{\"code\":5}\n[]\n{} {}\n"))
	var got []string
	for {
		g, ok, err := src()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		got = append(got, fmt.Sprint(g.Line, len(g.Problems)))
	}
	if s := strings.Join(got, ","); s != "1 0,7 0,4 1,5 1,6 1,7 1" {
		t.Errorf("lines: %s", s)
	}
	if _, _, err := Lines(Units, strings.NewReader(strings.Repeat("x", maxLine+1)))(); err == nil {
		t.Error("a line without end is read")
	}
}

// FuzzLines: whatever comes, lines are numbered, and a record that is read can be written and read again to the same.
func FuzzLines(f *testing.F) {
	f.Add("dossiers", `{"code":"H24.1-230523-0001","procedure":"1.001612","unit":"A","holders":[{"name":"An","identifiers":[{"number":"030123456"}]}]}`)
	f.Add("units", `{"code":"A","name":"A","parent":"B","source_updated_at":"2025-01-01T00:00:00Z"}`)
	f.Add("holders", `{"line":3,"name":"A","identifiers":[{"number":"0201234567-001"}]}`)
	f.Fuzz(func(t *testing.T, kind, body string) {
		k, err := ParseKind(kind)
		if err != nil {
			k = Procedures
		}
		src := Lines(k, strings.NewReader(body))
		for {
			g, ok, err := src()
			if err != nil || !ok {
				return
			}
			if g.Line < 1 || g.Record == nil && len(g.Problems) == 0 {
				t.Fatalf("neither record nor problem: %+v", g)
			}
			if g.Record == nil || len(g.Record.Tidy()) > 0 {
				continue
			}
			var b bytes.Buffer
			if err := EncodeLine(&b, g.Line, g.Record); err != nil {
				t.Fatal(err)
			}
			again, ok, err := Lines(k, &b)()
			if err != nil || !ok || again.Record == nil || again.Line != g.Line {
				t.Fatalf("what was written is not read: %+v, %v", again, err)
			}
			if p := again.Record.Tidy(); len(p) > 0 {
				t.Fatalf("tidied it has problems: %v", p)
			}
			was, _ := json.Marshal(g.Record)
			if is, _ := json.Marshal(again.Record); !bytes.Equal(was, is) {
				t.Fatalf("%s became %s", was, is)
			}
		}
	})
}

// FuzzRecord: no row makes a record without problems that is not tidy.
func FuzzRecord(f *testing.F) {
	f.Add("dossiers", "Mã hồ sơ|Mã thủ tục|Mã đơn vị|Chủ hồ sơ|Số CCCD|Đồng sở hữu", "H24.1-230523-0001|1.001612|A|An|031085001234|B (030123456)")
	f.Add("procedures", "code|name|retention|online_only", "1.001612|X|20 năm|có")
	f.Fuzz(func(t *testing.T, kind, headings, cells string) {
		k, err := ParseKind(kind)
		if err != nil {
			k = Units
		}
		m, _ := Map(k, strings.Split(headings, "|"))
		rec, problems := m.Record(strings.Split(cells, "|"))
		if len(problems) > 0 {
			return
		}
		was, _ := json.Marshal(rec)
		if p := rec.Tidy(); len(p) > 0 {
			t.Fatalf("%s has problems after all: %v", was, p)
		}
		if is, _ := json.Marshal(rec); !bytes.Equal(was, is) {
			t.Fatalf("%s became %s", was, is)
		}
	})
}
