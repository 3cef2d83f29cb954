package postgres_test

import (
	"os"
	"testing"

	"sohoa/internal/dossier"
	"sohoa/internal/match"
	"sohoa/internal/page"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/registertest"
)

// many is how many holders are made up: ten thousand where there is time.
func many() int {
	if os.Getenv("SOHOA_TEST_LONG") != "" {
		return 10_000
	}
	return 600
}

// matcher is a service over the city's register.
func (c *city) matcher() *match.Service {
	c.t.Helper()
	s, err := match.New(match.Deps{Register: postgres.New(c.db).Matching(), Hasher: c.vault})
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

func TestHoldersKnownByOldNumbersAreFoundByNewOnes(t *testing.T) {
	t.Parallel()
	c, n := newCity(t), many()
	w := registertest.New(3, n)
	cases := make([]registertest.Case, n)
	for i := range cases {
		cases[i] = w.Case(i)
	}
	if r := c.put(register.Plan{Kind: register.Units}, registertest.Of(w.Units...)); !r.Applied {
		t.Fatalf("units: %+v", r)
	}
	if r := c.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.MatchProcedures()...)); !r.Applied {
		t.Fatalf("procedures: %+v", r)
	}
	var all []register.Dossier
	for _, x := range cases {
		if !x.Absent {
			all = append(all, x.Dossier)
		}
		if x.Twin {
			all = append(all, x.Second())
		}
	}
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(all...)); !r.Applied {
		t.Fatalf("dossiers: %+v", r)
	}
	// Cards are read at the counter; one in two hundred people has another name by now, and is not linked.
	linked := 0
	for i, x := range cases {
		if x.Person.CMND == "" {
			continue
		}
		name := x.Person.Name
		if i%200 == 0 {
			name = "Phan Thị Khác"
		}
		if _, err := c.Link(t.Context(), c.admin, x.Person.CCCD+"|"+x.Person.CMND+"|"+name+"|01011985|Nam|Hải Phòng|01012021", "2025-01-01"); err == nil {
			linked++
		}
	}

	m := postgres.New(c.db).Matching()
	asked, found, false1 := 0, 0, 0
	for _, x := range cases {
		if x.Absent && !x.Twin {
			continue
		}
		asked++
		ds, err := m.DossiersOfNumbers(t.Context(), [][]byte{c.hash(x.Person.CCCD)}, 10)
		if err != nil {
			t.Fatal(err)
		}
		own := false
		for _, d := range ds {
			switch d.Code {
			case x.Dossier.Code, x.Second().Code:
				own = true
			default:
				false1++
			}
		}
		if own {
			found++
		}
	}
	recall := float64(found) / float64(asked)
	t.Logf("holders: %d of %d cards linked; %d of %d found by the number they have now (%.4f), %d false", linked, n, found, asked, recall, false1)
	if recall < 0.99 || false1 > 0 {
		t.Errorf("recall %.4f, want 0.99; %d false links, want none", recall, false1)
	}

	s := c.matcher()
	right, wrong, asks, waits, sure := 0, 0, 0, 0, 0
	for _, x := range cases {
		out, err := s.Match(t.Context(), x.Paper)
		if err != nil {
			t.Fatal(err)
		}
		if !x.Absent && !x.Twin {
			sure++
		}
		switch {
		case out.Match != nil && out.Match.Code == x.Dossier.Code:
			right++
		case out.Match != nil && x.Twin && x.Absent: // the register knows only the other one, and nothing on the paper tells them apart
			t.Logf("%s filed under its twin", x.Dossier.Code)
		case out.Match != nil:
			wrong++
			t.Errorf("%s filed under %s: %+v", x.Dossier.Code, out.Match.Code, out.Match)
		case out.Question != nil:
			asks++
		default:
			waits++
		}
	}
	t.Logf("papers without codes: %d filed rightly of %d whose dossier is there and alone (%.4f), %d wrongly, %d asked, %d wait", right, sure, float64(right)/float64(sure), wrong, asks, waits)
	if wrong > 0 || float64(right) < 0.95*float64(sure) {
		t.Errorf("%d filed wrongly, want none; %d of %d rightly", wrong, right, sure)
	}
}

func (c *city) hash(number string) []byte {
	c.t.Helper()
	id, err := dossier.ParseIdentifier(number)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.vault.HashOf(id)
}

func TestPapersWithCodesFindTheirDossiersAndStrangersWait(t *testing.T) {
	t.Parallel()
	c, n := newCity(t), many()/3
	w := registertest.New(5, n)
	c.put(register.Plan{Kind: register.Units}, registertest.Of(w.Units...))
	c.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.MatchProcedures()...))
	var all []register.Dossier
	for i := range n {
		if x := w.Case(i); !x.Absent {
			all = append(all, x.Dossier)
		}
	}
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(all...)); !r.Applied {
		t.Fatalf("dossiers: %+v", r)
	}
	s := c.matcher()
	counts := map[string][3]int{} // filed rightly, wrongly, there
	for i := range n {
		x := w.Case(i)
		code := x.Dossier.Code
		for how, p := range map[string]match.Paper{
			"qr": qr(x.Paper, code+"|"+x.Dossier.Procedure+"|"+x.Dossier.Holders[0].Identifiers[0].Number), "name": file(x.Paper, code+".pdf"),
			"text": text(x.Paper, "Mã hồ sơ: "+code), "text misread": text(x.Paper, "Mã hồ sơ: "+misreadCode(code)),
		} {
			out, err := s.Match(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			k := counts[how]
			if !x.Absent {
				k[2]++
			}
			switch {
			case out.Match != nil && out.Match.Code == code && !x.Absent:
				k[0]++
			case out.Match != nil:
				k[1]++
				t.Errorf("%s %s filed under %s: %+v", how, code, out.Match.Code, out.Match)
			case x.Absent && how == "qr" && (out.Wait == nil || len(out.Wait.Codes) != 1 || out.Wait.Codes[0] != code):
				t.Errorf("%s does not wait for its dossier: %+v", code, out.Wait)
			}
			counts[how] = k
		}
	}
	for how, k := range counts {
		t.Logf("%s: %d of %d filed rightly, %d wrongly", how, k[0], k[2], k[1])
		if how != "text misread" && float64(k[0]) < 0.98*float64(k[2]) {
			t.Errorf("%s: only %d of %d", how, k[0], k[2])
		}
	}
}

func qr(p match.Paper, text string) match.Paper {
	p.Pages = append(p.Pages[:0:0], p.Pages...)
	p.Pages[0].Codes = append(p.Pages[0].Codes, page.Code{Format: "qr", Text: text})
	return p
}

func file(p match.Paper, name string) match.Paper { p.Name = name; return p }

func text(p match.Paper, line string) match.Paper {
	p.Pages = append(p.Pages[:0:0], p.Pages...)
	p.Pages[0].Lines = append(p.Pages[0].Lines[:len(p.Pages[0].Lines):len(p.Pages[0].Lines)], registertest.Page(line).Lines...)
	return p
}

// misreadCode is the code with its last digit read wrongly.
func misreadCode(code string) string {
	b := []byte(code)
	b[len(b)-1] = '0' + (b[len(b)-1]-'0'+1)%10
	return string(b)
}
