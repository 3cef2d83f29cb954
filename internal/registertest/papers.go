package registertest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/match"
	"sohoa/internal/page"
	"sohoa/internal/register"
)

// Case is a dossier with the paper that ends it.
type Case struct {
	Dossier register.Dossier
	Person  Person
	Paper   match.Paper
	// Absent says that the register is not told of the dossier; Twin, that the holder has another one that fits the paper as well.
	Absent, Twin bool
}

// Kinds are the types of the papers that end dossiers, by procedure.
func Kinds() []string {
	return []string{
		"Giấy phép xây dựng", "Giấy chứng nhận đăng ký hộ kinh doanh", "Trích lục khai sinh", "Giấy chứng nhận kết hôn", "Giấy xác nhận tình trạng hôn nhân",
		"Quyết định", "Giấy chứng nhận quyền sử dụng đất", "Giấy phép kinh doanh",
	}
}

// MatchProcedures gives the procedures of Case, each with the type of its results.
func (w *World) MatchProcedures() []register.Procedure {
	out := make([]register.Procedure, len(w.Procedures))
	for i, p := range w.Procedures {
		p.ResultTypes = []string{Kinds()[i%len(Kinds())]}
		out[i] = p
	}
	return out
}

// Case makes the nth case, of person n of the world. Half of the people who ever had an old number are known to the register by that alone.
// One case in fifty is not in the register, and one in twenty-five has a twin: a second dossier of the holder for the same thing at the same
// time. Papers carry old and new numbers by turns; one in a hundred was read with a wrong digit, one in five without the holder's name.
func (w *World) Case(n int) Case {
	rng := rand.New(rand.NewPCG(w.seed^0x6d61746368, uint64(n)))
	p := w.Person(n % w.people)
	unit := w.Units[n%20+1].Code
	kind := n % len(w.Procedures)
	received := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(300))
	signed := received.AddDate(0, 0, 3+rng.IntN(20))
	known := p.CCCD
	if p.CMND != "" && n%2 == 0 {
		known = p.CMND
	}
	c := Case{Person: p, Absent: rng.IntN(50) == 0, Twin: rng.IntN(25) == 0}
	c.Dossier = register.Dossier{
		Code: fmt.Sprintf("000.%02d.00.H24-%s-%05d", n%20+1, received.Format("060102"), n), Procedure: w.Procedures[kind].Code, Unit: unit,
		DueOn: day(received.AddDate(0, 0, 30)), CompletedOn: day(signed.AddDate(0, 0, rng.IntN(3))), Status: register.Returned,
		Holders: []register.DossierHolder{{Holder: register.Holder{Name: p.Name, Identifiers: []register.Identifier{{Number: known, Source: "city"}}}}},
	}
	printed := p.CCCD
	if p.CMND != "" && rng.IntN(2) == 0 {
		printed = p.CMND
	}
	if rng.IntN(100) == 0 {
		printed = misread(rng, printed)
	}
	label := "Căn cước công dân số: "
	if len(printed) == 9 {
		label = "Số CMND: "
	}
	fields := []archive.Field{
		{Name: "type", Value: Kinds()[kind%len(Kinds())], Confidence: 0.97}, {Name: "date", Value: signed.Format(time.DateOnly), Confidence: 0.95},
		{Name: "number", Value: fmt.Sprint(n), Confidence: 0.9},
	}
	if rng.IntN(5) > 0 {
		fields = append(fields, archive.Field{Name: "holder", Value: p.Name, Confidence: 0.93})
	}
	c.Paper = match.Paper{Document: archive.DocumentID(fmt.Sprintf("00000000-0000-8000-8000-%012d", n)), Unit: unit, Name: fmt.Sprintf("scan %05d.pdf", n), Fields: fields,
		Pages: []page.Result{Page("Cấp cho: "+p.Name, label+printed)}}
	return c
}

// Second is the other dossier of the holder of a case with a twin.
func (c Case) Second() register.Dossier {
	d := c.Dossier
	d.Code += "9"
	return d
}

// Page makes what is read on a page of so many lines.
func Page(lines ...string) page.Result {
	r := page.Result{Width: 2480, Height: 3508, Kind: page.Text, Source: page.Recognised, Confidence: 95}
	for i, text := range lines {
		l := page.Line{Size: 40, Box: page.Box{X0: 200, Y0: 300 + 60*i, X1: 2200, Y1: 350 + 60*i}}
		x := 200
		for w := range strings.FieldsSeq(text) {
			l.Words = append(l.Words, page.Word{Text: w, Confidence: 95, Box: page.Box{X0: x, Y0: 300 + 60*i, X1: x + 20*len(w), Y1: 350 + 60*i}})
			x += 20*len(w) + 20
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

func misread(rng *rand.Rand, digits string) string {
	b := []byte(digits)
	i := 3 + rng.IntN(len(b)-3)
	b[i] = '0' + (b[i]-'0'+1+byte(rng.IntN(9)))%10
	return string(b)
}

func day(t time.Time) register.Day { return register.Day(t.Format(time.DateOnly)) }
