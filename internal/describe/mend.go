package describe

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"sohoa/internal/fold"
	"sohoa/internal/page"
	"sohoa/internal/syllable"
)

// pairsText lists pairs of neighbouring syllables that official texts write in one way only: of at least fifteen occurrences with
// these letters 98.5% carry these marks; of those with an exclamation mark 99% of at least fifty. Counted over 505 legal texts of
// the national database vbpl.vn.
//
//go:embed pairs.txt
var pairsText string

// pair is two neighbouring syllables with their marks, and how much their being neighbours says.
type pair struct {
	first, second string
	vote          float64
}

// pairForms maps two neighbouring syllables without marks to the same with marks.
//
//nolint:gochecknoglobals // constants in all but syntax
var pairForms = sync.OnceValue(func() map[string]pair {
	m := make(map[string]pair, 8192)
	for line := range strings.Lines(pairsText) {
		line, strong := strings.CutSuffix(strings.TrimSpace(line), "!")
		a, b, _ := strings.Cut(line, " ")
		p := pair{a, b, weakPairVote}
		if strong {
			p.vote = pairVote
		}
		m[fold.Plain(a)+" "+fold.Plain(b)] = p
	}
	return m
})

// spelt is a word as the mending sees it.
type spelt struct {
	text            string // as read
	accented, plain string
	own             float64 // how much the reading itself weighs, 0–1
	fixed           bool    // digits, abbreviations: never changed
}

func spell(w word) spelt {
	t := w.Text
	// ø is g misread: no Vietnamese word has it.
	if letterCount(t) > 1 {
		t = strings.NewReplacer("ø", "g", "Ø", "G").Replace(t)
	}
	s := spelt{text: t, accented: fold.Accented(t), plain: fold.Plain(t), own: w.Confidence / 100}
	s.fixed = strings.Contains(s.plain, " ") || s.plain == "" || strings.ContainsAny(s.plain, "0123456789") || capitals(t) == 1 && letterCount(t) > 1
	if !s.fixed && !syllable.Valid(s.accented) {
		s.own = min(s.own, 0.2)
	}
	return s
}

// Weights of the votes for the marks of a word.
const (
	pairVote     = 1.2  // official texts write this pair so
	weakPairVote = 0.9  // nearly always: enough against a weak reading, not against a sure one
	pageVote     = 0.45 // the paper itself writes it so elsewhere, beside the same word
	pageMost     = 1.6
	leastLead    = 0.2
)

// mend mends lost and misread marks of running words: it never touches digits, abbreviations or the letters under the marks.
// It gives the words and how many it changed.
func (d *doc) mend(ws []word) ([]string, int) {
	syl := make([]spelt, len(ws))
	for i, w := range ws {
		syl[i] = spell(w)
	}
	out := make([]string, len(ws))
	changed := 0
	for i, s := range syl {
		out[i] = s.text
		if s.fixed {
			continue
		}
		votes := map[string]float64{s.accented: s.own}
		if i > 0 {
			if f, ok := pairForms()[syl[i-1].plain+" "+s.plain]; ok && (f.first == syl[i-1].accented || syl[i-1].own < 0.5) {
				votes[f.second] += f.vote
			}
		}
		if i+1 < len(syl) {
			if f, ok := pairForms()[s.plain+" "+syl[i+1].plain]; ok && (f.second == syl[i+1].accented || syl[i+1].own < 0.5) {
				votes[f.first] += f.vote
			}
		}
		before, after := "", ""
		if i > 0 {
			before = syl[i-1].plain
		}
		if i+1 < len(syl) {
			after = syl[i+1].plain
		}
		for form, n := range d.elsewhere(before, s.plain, after) {
			if form == s.accented {
				n = max(0, n-1) // the word itself
			}
			votes[form] += min(pageMost, pageVote*n)
		}
		best := s.accented
		for form, v := range votes {
			if v > votes[best] || v == votes[best] && form < best {
				best = form
			}
		}
		if best != s.accented && votes[best] >= votes[s.accented]+leastLead {
			out[i] = recase(s.text, best)
			changed++
		}
	}
	return out, changed
}

// mendName mends the marks of a place's or person's name by how the paper writes it elsewhere.
func (d *doc) mendName(name string) string {
	var ws []word
	for _, f := range strings.Fields(name) {
		ws = append(ws, word{Word: page.Word{Text: f, Confidence: 70}})
	}
	out, n := d.mend(ws)
	if n == 0 {
		return name
	}
	return strings.Join(out, " ")
}

// recase writes form in the case of text and keeps the signs around it.
func recase(text, form string) string {
	from := strings.IndexFunc(text, unicode.IsLetter)
	to := strings.LastIndexFunc(text, unicode.IsLetter)
	if from < 0 {
		return text
	}
	for _, r := range text[to:] {
		to += len(string(r))
		break
	}
	core := text[from:to]
	switch {
	case letterCount(core) > 1 && capitals(core) == 1:
		form = strings.ToUpper(form)
	case startsUpper(core):
		form = firstUpper(form)
	}
	// Which vowel bears the tone in oa, oe, uy stays as printed elsewhere on the paper: forms are in the spelling of fold.
	return text[:from] + form + text[to:]
}

// contexts counts how the paper writes each word beside each neighbour: "plain|before>" and "plain|>after" to forms.
func (d *doc) buildContexts() {
	d.contexts = map[string]map[string]float64{}
	note := func(key, form string) {
		m := d.contexts[key]
		if m == nil {
			m = map[string]float64{}
			d.contexts[key] = m
		}
		m[form]++
	}
	for _, s := range d.sheets {
		prevPlain := ""
		var prev spelt
		for _, r := range s.rows {
			for _, w := range r.words {
				cur := spell(w)
				if !cur.fixed && w.Confidence >= 60 && prevPlain != "" {
					note(prevPlain+">"+cur.plain, cur.accented)
				}
				if prevPlain != "" && !prev.fixed && prev.own >= 0.6 {
					note(prev.plain+"<"+cur.plain, prev.accented)
				}
				prev, prevPlain = cur, cur.plain
			}
		}
	}
}

// elsewhere gives the forms in which the paper writes plain beside before or after, with counts.
func (d *doc) elsewhere(before, plain, after string) map[string]float64 {
	if d.contexts == nil {
		d.buildContexts()
	}
	out := map[string]float64{}
	if before != "" {
		for f, n := range d.contexts[before+">"+plain] {
			out[f] = max(out[f], n)
		}
	}
	if after != "" {
		for f, n := range d.contexts[plain+"<"+after] {
			out[f] = max(out[f], n)
		}
	}
	return out
}
