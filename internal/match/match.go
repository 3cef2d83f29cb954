package match

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
)

// Deps is what matching needs.
type Deps struct {
	Register Register
	Hasher   Hasher
}

// Service finds dossiers. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) (*Service, error) {
	if d.Register == nil || d.Hasher == nil {
		return nil, errors.New("matching needs a register and a hasher")
	}
	return &Service{d}, nil
}

// maxDossiers bounds how many dossiers of holders are weighed; where there are more, a person is asked.
const maxDossiers = 100

// maxCodes bounds how many codes of one paper are looked up.
const maxCodes = 50

// Match finds the dossier of a paper. The same paper against the same register gives the same outcome.
func (s *Service) Match(ctx context.Context, p Paper) (Outcome, error) {
	c := cluesOf(p)
	if p.Filed != nil {
		return s.given(ctx, *p.Filed, c)
	}
	a, err := s.ask(ctx, p, c)
	if err != nil {
		return Outcome{}, err
	}
	cs, err := s.byCode(ctx, p, a)
	if err != nil {
		return Outcome{}, err
	}
	if best, ok := winner(cs, true); ok {
		return Outcome{Match: matched(best, c)}, nil
	}
	cs, whole, err := s.byNumber(ctx, p, a, cs)
	if err != nil {
		return Outcome{}, err
	}
	if best, ok := winner(cs, whole); ok {
		return Outcome{Match: matched(best, c)}, nil
	}
	if cs, err = s.byHolderName(ctx, p, a, cs); err != nil {
		return Outcome{}, err
	}
	return Outcome{Question: question(cs, c), Wait: waitFor(c, a)}, nil
}

// given keeps what the paper is filed under, and asks where a code on the paper says otherwise, unless a person has said so.
func (s *Service) given(ctx context.Context, filed archive.DossierMatch, c clues) (Outcome, error) {
	if filed.Source == archive.MatchGiven {
		filed.Why = append([]string{WhyGiven}, c.findings...)
	}
	out := Outcome{Match: &filed}
	if filed.Source == archive.MatchPerson {
		return out, nil
	}
	others := slices.Clone(c.qr)
	for code, sure := range c.text {
		if sure >= sureWord {
			others = add(others, code)
		}
	}
	for _, code := range c.name {
		others = add(others, code)
	}
	if len(others) == 0 || slices.Contains(others, filed.Code) {
		return out, nil
	}
	if len(others) > maxCodes {
		others = others[:maxCodes]
	}
	slices.Sort(others)
	known, err := s.d.Register.Dossiers(ctx, append([]string{filed.Code}, others...))
	if err != nil {
		return Outcome{}, err
	}
	q := archive.Question{Kind: archive.AskDossier, Reason: AskGiven, Options: []archive.Option{{Value: filed.Code, Label: labelOf(known, filed.Code), Why: filed.Why}}}
	for _, code := range others {
		// A paper names the dossiers of others too; only a QR, or a code of a dossier that is there, is worth a question.
		if label := labelOf(known, code); label != "" || slices.Contains(c.qr, code) {
			q.Options = append(q.Options, archive.Option{Value: code, Label: label, Why: whyCode(c, code)})
		}
	}
	if len(q.Options) > 1 {
		q.Options = q.Options[:min(len(q.Options), maxOptions)]
		out.Question = &q
	}
	return out, nil
}

func whyCode(c clues, code string) (why []string) {
	if slices.Contains(c.qr, code) {
		why = append(why, WhyQR)
	}
	if _, ok := c.text[code]; ok {
		why = append(why, WhyText)
	}
	if slices.Contains(c.name, code) {
		why = append(why, WhyName)
	}
	return why
}

// ask prepares what candidates are judged by.
func (s *Service) ask(ctx context.Context, p Paper, c clues) (*asked, error) {
	a := &asked{clues: c, there: map[string]bool{}, filed: map[string][]string{}}
	a.numbers, a.owners = s.hashed(c.numbers), s.hashed(c.owners)
	var err error
	a.kin, err = s.d.Register.Kin(ctx, p.Unit)
	return a, err
}

func (s *Service) hashed(ids []dossier.Identifier) []Number {
	out := make([]Number, len(ids))
	for i, id := range ids {
		out[i] = Number{Kind: id.Kind(), Hash: s.d.Hasher.HashOf(id), Masked: id.String()}
	}
	return out
}

// byCode weighs the dossiers that the paper names.
func (s *Service) byCode(ctx context.Context, p Paper, a *asked) ([]Candidate, error) {
	codes := slices.Clone(a.clues.qr)
	for _, list := range [][]string{slices.Sorted(maps.Keys(a.clues.text)), a.clues.name, a.clues.loose} {
		for _, code := range list {
			codes = add(codes, code)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	ds, err := s.d.Register.Dossiers(ctx, codes[:min(len(codes), maxCodes)])
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		a.there[d.Code] = true
	}
	return s.weigh(ctx, p, a, nil, ds)
}

// byNumber adds the dossiers of the people and firms the paper names. whole is false where there are more than are weighed.
func (s *Service) byNumber(ctx context.Context, p Paper, a *asked, have []Candidate) (cs []Candidate, whole bool, err error) {
	if len(a.numbers) == 0 {
		return have, true, nil
	}
	ds, err := s.d.Register.DossiersOfNumbers(ctx, a.hashes(), maxDossiers+1)
	if err != nil {
		return nil, false, err
	}
	whole = len(ds) <= maxDossiers && len(a.clues.numbers) < maxNumbers
	cs, err = s.weigh(ctx, p, a, have, ds[:min(len(ds), maxDossiers)])
	return cs, whole, err
}

// nameWindow is how long before its result a dossier may have been received, where only a name leads to it.
const nameWindow = 180 * 24 * time.Hour

// byHolderName adds dossiers for a person to look at. They can never win: a name alone names nobody.
func (s *Service) byHolderName(ctx context.Context, p Paper, a *asked, have []Candidate) ([]Candidate, error) {
	if len(a.clues.names) == 0 || a.clues.from.IsZero() || len(have) >= maxOptions {
		return have, nil
	}
	ds, err := s.d.Register.DossiersOfNames(ctx, a.kin, a.clues.names, a.clues.from.Add(-nameWindow), a.clues.to, maxDossiers)
	if err != nil {
		return nil, err
	}
	return s.weigh(ctx, p, a, have, ds)
}

// weigh judges dossiers, leaves out those that are there already, and ranks all.
func (s *Service) weigh(ctx context.Context, p Paper, a *asked, have []Candidate, ds []Dossier) ([]Candidate, error) {
	var codes []string
	for _, d := range ds {
		if !slices.ContainsFunc(have, func(c Candidate) bool { return c.Dossier.Code == d.Code }) {
			codes = append(codes, d.Code)
		}
	}
	if len(codes) == 0 {
		return have, nil
	}
	filed, err := s.d.Register.Filed(ctx, codes, p.Document)
	if err != nil {
		return nil, err
	}
	maps.Copy(a.filed, filed)
	for _, d := range ds {
		if slices.Contains(codes, d.Code) {
			have = append(have, a.judge(d))
		}
	}
	return ranked(have), nil
}

// matched tells what a winner is known by: the surest of what names it.
func matched(c Candidate, clues clues) *archive.DossierMatch {
	m := &archive.DossierMatch{Code: c.Dossier.Code, Source: archive.MatchRegister, Score: c.Score(), Why: append(slices.Clone(c.Why), clues.findings...)}
	for _, by := range []struct {
		why    string
		source archive.MatchSource
	}{{WhyQR, archive.MatchQR}, {WhyText, archive.MatchText}, {WhyLoose, archive.MatchText}, {WhyName, archive.MatchName}} {
		if slices.Contains(c.Why, by.why) {
			m.Source = by.source
			break
		}
	}
	return m
}

// question is the list a person chooses from; nil when there is nothing to choose and nothing to look at.
func question(cs []Candidate, c clues) *archive.Question {
	q := archive.Question{Kind: archive.AskDossier, Reason: AskUnsure}
	for _, x := range cs {
		if x.Points < showPoints && !x.named || len(q.Options) == maxOptions {
			continue
		}
		q.Options = append(q.Options, archive.Option{Value: x.Dossier.Code, Label: x.Dossier.Label(), Score: x.Score(), Why: append(slices.Clone(x.Why), x.Against...)})
	}
	switch {
	case len(q.Options) == 0 && slices.Contains(c.findings, FoundDamaged):
		q.Reason = AskDamaged
	case len(q.Options) == 0:
		return nil
	case cs[0].barred && cs[0].named:
		q.Reason = AskAgainst
	case len(cs) > 1 && cs[0].Points >= winPoints:
		q.Reason = AskSeveral
	}
	return &q
}

// waitFor is what the paper's dossier is known by when it comes. Codes whose dossier is there wait for nothing.
func waitFor(c clues, a *asked) *archive.DossierWait {
	w := &archive.DossierWait{Holders: a.hashes(), Why: c.findings}
	for _, list := range [][]string{c.qr, slices.Sorted(maps.Keys(c.text)), c.name} {
		for _, code := range list {
			if !a.there[code] && len(w.Codes) < maxCodes {
				w.Codes = add(w.Codes, code)
			}
		}
	}
	for _, code := range w.Codes {
		w.Tried = add(w.Tried, code)
	}
	for _, n := range a.numbers {
		w.Tried = add(w.Tried, n.Masked)
	}
	return w
}

// Label names a dossier for people: what it is about and whose it is. Numbers are masked.
func (d Dossier) Label() string {
	parts := []string{d.Name}
	for i, h := range d.Holders {
		if i == 2 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, strings.TrimSpace(h.Name+" "+h.masked()))
	}
	if !d.ReceivedOn.IsZero() {
		parts = append(parts, d.ReceivedOn.Format("02/01/2006"))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

func labelOf(ds []Dossier, code string) string {
	for _, d := range ds {
		if d.Code == code {
			return d.Label()
		}
	}
	return ""
}
