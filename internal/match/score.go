package match

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"time"

	"sohoa/internal/fold"
)

// Points of evidence. What names the dossier itself weighs most; what many dossiers share weighs little. See ADR 21 for how they were set.
const (
	ptsQR        = 6.0
	ptsName      = 5.0
	ptsText      = 3.0
	ptsTextSure  = 1.0 // more where every word of the code was read surely
	ptsLoose     = 1.5
	ptsNumber    = 4.0
	ptsHolder    = 1.0
	ptsProcedure = 2.0
	ptsType      = 1.0
	ptsDay       = 1.0
	ptsWindow    = 0.5
	ptsUnit      = 0.5

	ptsNotNumber    = -4.0
	ptsNotHolder    = -1.5
	ptsNotProcedure = -4.0
	ptsNotType      = -2.0
	ptsNotYet       = -6.0
	ptsNotSoLate    = -1.0
	ptsNotUnit      = -3.0
	ptsNotCode      = -3.0
	ptsNotFree      = -2.0
)

// Thresholds of the decision.
const (
	winPoints  = 6.0  // at least, to be filed without a person
	winMargin  = 3.0  // at least, before the next
	showPoints = 2.0  // at least, to be offered to a person
	maxOptions = 8    // offered at once
	sureWord   = 0.93 // confidence of a word that counts as read surely
)

// Slack of the days a result may carry.
const (
	afterCompleted = 5 * 24 * time.Hour  // signed, then entered days later
	afterDue       = 30 * 24 * time.Hour // late, and the register not told yet
)

// Candidate is a dossier with what speaks for and against it.
type Candidate struct {
	Dossier Dossier
	Points  float64
	Why     []string
	Against []string
	named   bool // by a code or by a holder's number: what may be filed without a person
	barred  bool // something certain speaks against it
}

// Score is the chance that the paper belongs to the dossier, as its points tell.
func (c Candidate) Score() float64 {
	return math.Round(100/(1+math.Exp(4-c.Points))) / 100
}

func (c *Candidate) pro(points float64, why string) {
	c.Points += points
	c.Why = append(c.Why, why)
}

func (c *Candidate) con(points float64, why string, certain bool) {
	c.Points += points
	c.Against = append(c.Against, why)
	c.barred = c.barred || certain
}

// asked is what a candidate is judged by besides the clues.
type asked struct {
	clues   clues
	numbers []Number // on the paper
	owners  []Number // whom a QR says it belongs to
	kin     []string
	there   map[string]bool     // codes on the paper whose dossier is there
	filed   map[string][]string // types filed under a dossier already
}

// hashes are what the numbers on the paper are found by.
func (a *asked) hashes() [][]byte {
	out := make([][]byte, len(a.numbers))
	for i, n := range a.numbers {
		out[i] = n.Hash
	}
	return out
}

// judge weighs one dossier.
func (a *asked) judge(d Dossier) Candidate {
	c := Candidate{Dossier: d}
	a.judgeCode(&c)
	a.judgeHolder(&c)
	a.judgeKind(&c)
	a.judgeDay(&c)
	a.judgeUnit(&c)
	return c
}

func (a *asked) judgeCode(c *Candidate) {
	code := c.Dossier.Code
	byCode := false
	if slices.Contains(a.clues.qr, code) {
		c.pro(ptsQR, WhyQR)
		byCode = true
	}
	if slices.Contains(a.clues.name, code) {
		c.pro(ptsName, WhyName)
		byCode = true
	}
	if sure, ok := a.clues.text[code]; ok {
		c.pro(ptsText, WhyText)
		if sure >= sureWord {
			c.Points += ptsTextSure
		}
		byCode = true
	}
	if !byCode && (slices.Contains(a.clues.loose, code) || a.misread(code)) {
		c.pro(ptsLoose, WhyLoose)
		byCode = true
	}
	if !byCode && len(a.clues.qr)+len(a.clues.name)+len(a.clues.text) > 0 {
		c.con(ptsNotCode, NotCode, true)
	}
	c.named = byCode
}

// misread reports whether one of the codes in the text, whose dossier is not there, is this one but for one sign.
func (a *asked) misread(code string) bool {
	for s := range a.clues.text {
		if len(s) != len(code) || a.there[s] {
			continue
		}
		differ := 0
		for i := range len(s) {
			if s[i] != code[i] {
				differ++
			}
		}
		if differ == 1 {
			return true
		}
	}
	return false
}

func (a *asked) judgeHolder(c *Candidate) {
	named := false
	for _, h := range c.Dossier.Holders {
		named = named || slices.Contains(a.clues.names, h.NameKey)
	}
	_, stranger := compare(a.owners, c.Dossier.Holders)
	switch same, differ := compare(a.numbers, c.Dossier.Holders); {
	case stranger:
		c.con(ptsNotNumber, NotNumber, true)
	case same:
		c.pro(ptsNumber, WhyNumber)
		c.named = true
	case differ: // papers name others too, but the holder's own number is not among them
		c.con(ptsNotNumber, NotNumber, !named)
	}
	switch {
	case named:
		c.pro(ptsHolder, WhyHolder)
	case len(a.clues.names) > 0 && len(c.Dossier.Holders) > 0 && !slices.Contains(c.Why, WhyNumber):
		c.con(ptsNotHolder, NotHolder, false)
	}
}

// compare reports whether one of the numbers is a holder's, or whether there are numbers of the same kind on both sides and none is. An old
// number says nothing against a new one: the register may not have linked them yet.
func compare(numbers []Number, holders []Holder) (same, differ bool) {
	for _, n := range numbers {
		for _, h := range holders {
			for _, x := range h.Numbers {
				if bytes.Equal(x.Hash, n.Hash) {
					return true, false
				}
				differ = differ || x.Kind == n.Kind
			}
		}
	}
	return false, differ
}

func (a *asked) judgeKind(c *Candidate) {
	if len(a.clues.procedures) > 0 {
		if slices.Contains(a.clues.procedures, c.Dossier.Procedure) {
			c.pro(ptsProcedure, WhyProcedure)
		} else {
			c.con(ptsNotProcedure, NotProcedure, true)
		}
	}
	if a.clues.kind == "" || len(c.Dossier.Results) == 0 {
		return
	}
	if slices.ContainsFunc(c.Dossier.Results, func(r string) bool { return sameKind(fold.Plain(r), a.clues.kind) }) {
		c.pro(ptsType, WhyType)
		if slices.Contains(a.filed[c.Dossier.Code], a.clues.kind) && !slices.Contains(c.Why, WhyQR) {
			c.con(ptsNotFree, NotFree, false)
		}
		return
	}
	c.con(ptsNotType, NotType, false)
}

// sameKind reports whether a type read on a paper is the one a procedure names, which is often longer: "Giấy chứng nhận đăng ký hộ kinh
// doanh" and "Giấy chứng nhận đăng ký hộ kinh doanh (bản mới)".
func sameKind(named, read string) bool {
	if named == read {
		return true
	}
	long, short := named, read
	if len(short) > len(long) {
		long, short = short, long
	}
	return strings.HasPrefix(long, short+" ") && strings.Count(short, " ") >= 1
}

func (a *asked) judgeDay(c *Candidate) {
	from, to := a.clues.from, a.clues.to
	if from.IsZero() {
		return
	}
	d := c.Dossier
	if !d.ReceivedOn.IsZero() && to.Before(d.ReceivedOn) {
		c.con(ptsNotYet, NotYet, true)
		return
	}
	var until time.Time
	switch {
	case !d.CompletedOn.IsZero():
		until = d.CompletedOn.Add(afterCompleted)
	case !d.DueOn.IsZero():
		until = d.DueOn.Add(afterDue)
	default:
		return
	}
	switch {
	case from.After(until):
		c.con(ptsNotSoLate, NotSoLate, false)
	case from.Equal(d.CompletedOn) && to.Equal(d.CompletedOn):
		c.pro(ptsDay, WhyDay)
	case !d.ReceivedOn.IsZero():
		c.pro(ptsWindow, WhyWindow)
	}
}

func (a *asked) judgeUnit(c *Candidate) {
	if slices.Contains(a.kin, c.Dossier.Unit) || c.Dossier.UnitName != "" && fold.Plain(c.Dossier.UnitName) == a.clues.agency {
		c.pro(ptsUnit, WhyUnit)
		return
	}
	c.con(ptsNotUnit, NotUnit, true)
}

// ranked sorts candidates, best first; the same evidence gives the same order.
func ranked(cs []Candidate) []Candidate {
	slices.SortStableFunc(cs, func(x, y Candidate) int {
		switch {
		case x.Points > y.Points:
			return -1
		case x.Points < y.Points:
			return 1
		}
		return strings.Compare(x.Dossier.Code, y.Dossier.Code)
	})
	return cs
}

// winner gives the one candidate that may be filed under without a person. whole says that no candidate was cut off.
func winner(cs []Candidate, whole bool) (Candidate, bool) {
	if len(cs) == 0 || !whole {
		return Candidate{}, false
	}
	best := cs[0]
	if !best.named || best.barred || best.Points < winPoints {
		return Candidate{}, false
	}
	if len(cs) > 1 && best.Points-cs[1].Points < winMargin {
		return Candidate{}, false
	}
	return best, true
}
