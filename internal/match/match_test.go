package match_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
	"sohoa/internal/match"
	"sohoa/internal/page"
)

// books is a register in memory.
type books struct {
	list  []match.Dossier
	filed map[string][]string
}

func (b *books) Dossiers(_ context.Context, codes []string) ([]match.Dossier, error) {
	return b.where(func(d match.Dossier) bool { return slices.Contains(codes, d.Code) }, len(b.list)), nil
}

func (b *books) DossiersOfNumbers(_ context.Context, hashes [][]byte, limit int) ([]match.Dossier, error) {
	return b.where(func(d match.Dossier) bool {
		return slices.ContainsFunc(d.Holders, func(h match.Holder) bool {
			return slices.ContainsFunc(h.Numbers, func(x match.Number) bool {
				return slices.ContainsFunc(hashes, func(y []byte) bool { return slices.Equal(x.Hash, y) })
			})
		})
	}, limit), nil
}

func (b *books) DossiersOfNames(_ context.Context, units, names []string, from, until time.Time, limit int) ([]match.Dossier, error) {
	return b.where(func(d match.Dossier) bool {
		return slices.Contains(units, d.Unit) && !d.ReceivedOn.Before(from) && !d.ReceivedOn.After(until) &&
			slices.ContainsFunc(d.Holders, func(h match.Holder) bool { return slices.Contains(names, h.NameKey) })
	}, limit), nil
}

func (b *books) Kin(_ context.Context, unit string) ([]string, error) { return []string{unit}, nil }

func (b *books) Filed(context.Context, []string, archive.DocumentID) (map[string][]string, error) {
	return b.filed, nil
}

func (b *books) where(is func(match.Dossier) bool, limit int) (out []match.Dossier) {
	for _, d := range b.list {
		if is(d) && len(out) < limit {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(x, y match.Dossier) int { return cmp.Compare(y.ReceivedOn.Unix(), x.ReceivedOn.Unix()) })
	return out
}

type hasher struct{}

func (hasher) HashOf(id dossier.Identifier) []byte {
	d := sha256.Sum256([]byte(string(id.Kind()) + id.Reveal()))
	return d[:]
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func holder(name, number string) match.Holder {
	h := match.Holder{Name: name, NameKey: strings.ReplaceAll(fold.Plain(name), " ", "")}
	if number != "" {
		id, err := dossier.ParseIdentifier(number)
		if err != nil {
			panic(err)
		}
		h.Numbers = []match.Number{{Kind: id.Kind(), Masked: id.String(), Hash: hasher{}.HashOf(id)}}
	}
	return h
}

// permit is a dossier for a building permit, received on the first of May 2023 and completed on the 23rd.
func permit(code string, hs ...match.Holder) match.Dossier {
	return match.Dossier{
		Code: code, Procedure: "1.009994", Name: "Cấp giấy phép xây dựng", Unit: "P1", UnitName: "Ủy ban nhân dân phường Lê Chân",
		ReceivedOn: day("2023-05-01"), CompletedOn: day("2023-05-23"), Results: []string{"Giấy phép xây dựng"}, Holders: hs,
	}
}

const (
	one, two, gone = "000.00.53.H48-230501-0001", "000.00.53.H48-230501-0002", "000.00.53.H48-230501-9999"
	anNumber       = "031085001234"
	binhNumber     = "031085009999"
)

func register() *books {
	late := permit("000.00.53.H48-230601-0003", holder("Nguyễn Văn An", anNumber))
	late.ReceivedOn, late.CompletedOn = day("2023-06-01"), day("2023-06-20")
	other := permit("000.00.54.H48-230501-0004", holder("Lê Văn Cường", ""))
	other.Unit, other.UnitName = "P2", "Ủy ban nhân dân phường Hồng Bàng"
	return &books{list: []match.Dossier{
		permit(one, holder("Nguyễn Văn An", anNumber)), permit(two, holder("Trần Thị Bình", binhNumber)), late, other,
	}}
}

// paper is a building permit of 23 May 2023 with lines of text on it.
func paper(lines ...string) match.Paper {
	p := match.Paper{Document: "d", Unit: "P1", Name: "scan.pdf", Fields: []archive.Field{
		{Name: "type", Value: "Giấy phép xây dựng", Confidence: 0.99}, {Name: "date", Value: "2023-05-23", Confidence: 0.99},
	}}
	p.Pages = []page.Result{{Width: 100, Height: 100, Lines: nil}}
	for _, text := range lines {
		l := page.Line{}
		for w := range strings.FieldsSeq(text) {
			l.Words = append(l.Words, page.Word{Text: w, Confidence: 96})
		}
		p.Pages[0].Lines = append(p.Pages[0].Lines, l)
	}
	return p
}

func withQR(p match.Paper, text string) match.Paper {
	p.Pages[0].Codes = append(p.Pages[0].Codes, page.Code{Format: "qr", Text: text, Damaged: text == ""})
	return p
}

func named(p match.Paper, name string) match.Paper {
	p.Fields = append(p.Fields, archive.Field{Name: "holder", Value: name, Confidence: 0.95})
	return p
}

func TestThePaperFindsItsDossierOrAPersonIsAsked(t *testing.T) {
	t.Parallel()
	file := func(p match.Paper, name string) match.Paper { p.Name = name; return p }
	given := func(p match.Paper, code string, by archive.MatchSource) match.Paper {
		p.Filed = &archive.DossierMatch{Code: code, Source: by, Score: 1}
		return p
	}
	unsure := func(p match.Paper) match.Paper { p.Pages[0].Lines[0].Words[3].Confidence = 60; return p }
	for name, tc := range map[string]struct {
		paper  match.Paper
		code   string // filed under
		source archive.MatchSource
		asked  string // reason of the question
		first  string // its first option
		waits  string // for this code
	}{
		"a QR names it": {paper: withQR(paper(), one+"|1.009994|"+anNumber), code: one, source: archive.MatchQR},
		"a QR names one and its owner is another":          {paper: withQR(paper(), one+"|1.009994|"+binhNumber), asked: match.AskAgainst, first: one},
		"a QR names one of another procedure":              {paper: withQR(paper(), one+"|1.000001"), asked: match.AskAgainst, first: one},
		"a QR names one of another unit":                   {paper: withQR(paper(), "000.00.54.H48-230501-0004"), asked: match.AskAgainst, first: "000.00.54.H48-230501-0004"},
		"two QR codes name two":                            {paper: withQR(withQR(paper(), one), two), asked: match.AskSeveral, first: one},
		"a QR names one that is not there":                 {paper: withQR(paper(), gone), waits: gone},
		"a QR is damaged":                                  {paper: withQR(paper(), ""), asked: match.AskDamaged},
		"a QR is damaged and the text says it":             {paper: withQR(paper("Mã hồ sơ: "+one, "CCCD số "+anNumber), ""), code: one, source: archive.MatchText},
		"the text names it and the number agrees":          {paper: paper("Mã hồ sơ: "+one, "Ông Nguyễn Văn An, CCCD số "+anNumber), code: one, source: archive.MatchText},
		"the text names it and the name agrees":            {paper: named(paper("Mã hồ sơ: "+one), "NGUYỄN VĂN AN"), code: one, source: archive.MatchText},
		"the text names it, surely read, day and type fit": {paper: paper("Mã hồ sơ: " + one), code: one, source: archive.MatchText},
		"the text names it, unsurely read":                 {paper: unsure(paper("Mã hồ sơ: " + one)), asked: match.AskUnsure, first: one},
		"the text names one and the number is another's":   {paper: paper("Mã hồ sơ: "+two, "CCCD số "+anNumber), asked: match.AskAgainst, first: one},
		"the text names one and the name is another's":     {paper: named(paper("Mã hồ sơ: "+two), "Nguyễn Văn An"), asked: match.AskUnsure, first: two},
		"the text names two":                               {paper: paper("Hồ sơ " + one + " và " + two), asked: match.AskSeveral, first: one},
		"a letter stands for a digit, and the number fits": {paper: paper("Mã hồ sơ: 000.00.53.H48-23O5O1-OOO1", "CCCD số "+anNumber), code: one, source: archive.MatchText},
		"a letter stands for a digit, and nothing else":    {paper: paper("Mã hồ sơ: 000.00.53.H48-23O5O1-OOO1"), asked: match.AskUnsure, first: one},
		"the file's name says it":                          {paper: file(paper(), one+"_gpxd.pdf"), code: one, source: archive.MatchName},
		"the folder's name says it":                        {paper: file(paper(), one+"/scan 1.pdf"), code: one, source: archive.MatchName},
		"the file's name and the number disagree":          {paper: file(paper("CCCD số "+anNumber), two+".pdf"), asked: match.AskAgainst, first: one},
		"number, type, day and unit say it":                {paper: paper("Ông Nguyễn Văn An, CCCD số " + anNumber), code: one, source: archive.MatchRegister},
		"nobody's number":                                  {paper: paper("CCCD số 031085777777")},
		"a name alone":                                     {paper: named(paper(), "Nguyễn Văn An"), asked: match.AskUnsure, first: one},
		"nothing at all":                                   {paper: paper()},
		"given, and nothing against it":                    {paper: given(paper(), one, archive.MatchGiven), code: one, source: archive.MatchGiven},
		"given, and a QR says another":                     {paper: withQR(given(paper(), one, archive.MatchGiven), two), code: one, source: archive.MatchGiven, asked: match.AskGiven, first: one},
		"given, and the text names another, surely":        {paper: given(paper("Mã hồ sơ: "+two), one, archive.MatchGiven), code: one, source: archive.MatchGiven, asked: match.AskGiven, first: one},
		"given, and the text cites one that is not there":  {paper: given(paper("theo hồ sơ "+gone), one, archive.MatchGiven), code: one, source: archive.MatchGiven},
		"a person said so, and a QR says another":          {paper: withQR(given(paper(), one, archive.MatchPerson), two), code: one, source: archive.MatchPerson},
		"found before, by the register":                    {paper: given(paper(), one, archive.MatchRegister), code: one, source: archive.MatchRegister},
	} {
		s, err := match.New(match.Deps{Register: register(), Hasher: hasher{}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Match(t.Context(), tc.paper)
		if err != nil {
			t.Fatal(err)
		}
		var code, asked, first, waits string
		var source archive.MatchSource
		if got.Match != nil {
			code, source = got.Match.Code, got.Match.Source
		}
		if q := got.Question; q != nil {
			asked = q.Reason
			if len(q.Options) > 0 {
				first = q.Options[0].Value
			}
			for _, o := range q.Options {
				if strings.Contains(o.Label, anNumber) || strings.Contains(o.Label, binhNumber) {
					t.Errorf("%s: the label %q shows a number", name, o.Label)
				}
			}
		}
		if w := got.Wait; w != nil && len(w.Codes) > 0 {
			waits = w.Codes[0]
		}
		if code != tc.code || source != tc.source || asked != tc.asked || first != tc.first || waits != tc.waits {
			t.Errorf("%s: filed under %q by %q, asked %q first %q, waits for %q; %+v", name, code, source, asked, first, waits, got)
		}
		if got.Match == nil && got.Wait == nil {
			t.Errorf("%s: neither filed nor waiting", name)
		}
	}
}

func TestTwoDossiersOfOneHolderAreNotToldApartByGuessing(t *testing.T) {
	t.Parallel()
	b := register()
	b.list = append(b.list, permit("000.00.53.H48-230502-0005", holder("Nguyễn Văn An", anNumber)))
	s, _ := match.New(match.Deps{Register: b, Hasher: hasher{}})
	p := paper("CCCD số " + anNumber)
	got, err := s.Match(t.Context(), p)
	if err != nil || got.Match != nil || got.Question == nil || got.Question.Reason != match.AskSeveral || len(got.Question.Options) < 2 {
		t.Errorf("%+v, %v", got, err)
	}
	b.filed = map[string][]string{one: {"giay phep xay dung"}, "000.00.53.H48-230502-0005": {"giay phep xay dung"}}
	if got, _ = s.Match(t.Context(), p); got.Match != nil {
		t.Errorf("both have such a result: %+v", got.Match)
	}
	b.filed = map[string][]string{one: {"giay phep xay dung"}}
	b.list = b.list[:1]
	if got, _ = s.Match(t.Context(), p); got.Match != nil {
		t.Errorf("the only one has such a result: %+v", got.Match)
	}
}
