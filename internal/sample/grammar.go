package sample

import (
	"strconv"
	"strings"
)

// grammar grows sentences from rules: {name} is replaced by one of the rule's phrases, {3-40} by a number from
// that range, {date} by a day before the paper's own, {deadline} by one after it, {year} by its year or the one
// before, {money} by a sum, {person} by a name, {place} by a place. Values set for one paper (locality, agency) are rules with one phrase.
type grammar struct {
	r     *rng
	rules map[string][]string
	own   map[string]string
	used  map[string]int // where in a rule's list the paper is, to walk long lists rather than repeat
	made  date           // the paper's own day: what it cites is older, what it orders is later
}

func newGrammar(r *rng) *grammar {
	return &grammar{r: r, rules: phrases(), own: map[string]string{}, used: map[string]int{}, made: date{2025, 12, 28}}
}

func (g *grammar) set(name, value string) { g.own[name] = value }

// grow expands text. An unknown rule is an error in a layout, so it panics; the tests walk all of them.
func (g *grammar) grow(text string) string {
	return g.expand(text, 0)
}

// sentence is grow with a capital at the start.
func (g *grammar) sentence(text string) string { return capital(g.grow(text)) }

func (g *grammar) expand(text string, depth int) string {
	if depth > 12 {
		panic("sample: the grammar goes in circles at " + text)
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		j := i + strings.IndexByte(text[i:], '}')
		b.WriteString(text[:i])
		b.WriteString(g.value(text[i+1:j], depth))
		text = text[j+1:]
	}
}

func (g *grammar) value(name string, depth int) string {
	if v, ok := g.own[name]; ok {
		return v
	}
	if list, ok := g.rules[name]; ok {
		// A random start, then every seventh phrase: a paper does not repeat itself before the list is used up.
		n, seen := g.used[name]
		if !seen {
			n = g.r.intn(len(list))
		}
		step := 1
		if len(list)%7 != 0 {
			step = 7
		}
		for range list {
			if !tooNew(list[n%len(list)], g.made.year) {
				break
			}
			n++
		}
		g.used[name] = n + step
		return g.expand(list[n%len(list)], depth+1)
	}
	if lo, hi, ok := strings.Cut(name, "-"); ok {
		a, errA := strconv.Atoi(lo)
		z, errZ := strconv.Atoi(hi)
		if errA == nil && errZ == nil {
			return strconv.Itoa(g.r.span(a, z))
		}
	}
	switch name {
	case "date":
		year := g.made.year - g.r.intn(3)
		last := 12
		if year == g.made.year {
			last = max(1, g.made.month-1)
		}
		return date{year, g.r.span(1, last), g.r.span(1, 28)}.slashed()
	case "deadline":
		return date{g.made.year + 1, g.r.span(1, 12), g.r.span(1, 28)}.slashed()
	case "year":
		return strconv.Itoa(g.made.year - g.r.intn(2))
	case "money":
		return thousands(g.r.span(12, 98000) * 1000000 / pick(g.r, []int{1, 10, 100, 1000}) / 1000 * 1000)
	case "person":
		return fullName(g.r, g.r.chance(0.4))
	case "place":
		return placeName(g.r)
	}
	panic("sample: the grammar has no rule " + name)
}

// tooNew reports whether a phrase cites something of a year after the given one.
func tooNew(phrase string, year int) bool {
	_, tail, ok := strings.Cut(phrase, " năm ")
	if !ok || len(tail) < 4 {
		return false
	}
	cited, err := strconv.Atoi(tail[:4])
	return err == nil && cited > year
}

// thousands prints a number as Vietnamese offices do, with points between thousands.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}
