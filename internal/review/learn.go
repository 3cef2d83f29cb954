package review

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fold"
	"sohoa/internal/precision"
)

// Proposal is what people's decisions teach.
type Proposal struct {
	Decisions  int           `json:"decisions"`
	Thresholds []Lesson      `json:"thresholds"`
	Agencies   []LearnedWord `json:"agencies"`
	Signers    []LearnedWord `json:"signers"`
	Types      []LearnedWord `json:"types"`
}

// Lesson is what was learnt about one field. Only values that the machine found count, not those written by hand.
type Lesson struct {
	Field   string            `json:"field"`
	Decided int               `json:"decided"`
	Right   int               `json:"right"`
	Levels  []precision.Level `json:"levels"`
	// Threshold is the lowest confidence from which on the promise is kept; 0 while none is.
	Threshold float64 `json:"threshold"`
	Lower95   float64 `json:"lower95"` // from the threshold on; without one, of all
}

// LearnedWord is a value that people typed and no dictionary has.
type LearnedWord struct {
	Value string `json:"value"`
	Times int    `json:"times"`
}

// Learned is the data file that describing reads: the confidence below which a field is asked, and names that are spelt like this.
type Learned struct {
	Schema     string             `json:"schema"`
	Thresholds map[string]float64 `json:"thresholds"`
	Agencies   []string           `json:"agencies"`
	Signers    []string           `json:"signers"`
}

// LearnedSchema is the version of the file.
const LearnedSchema = "sohoa-learned/1"

// wordTimes is how often a word must have been typed to be proposed: once may be a slip.
const wordTimes = 2

// Learn reads every decision about a field that is not undone and says what it teaches. known tells which values the dictionaries have. It
// changes nothing. Memory grows with the number of different confidences, not of decisions.
func Learn(ctx context.Context, s Store, known func(field, value string) bool) (Proposal, error) {
	byField := map[string]*precision.Curve{}
	words := map[string]map[string]int{}
	p := Proposal{}
	err := s.FieldDecisions(ctx, func(d Decision) error {
		var before, after archive.Field
		if err := json.Unmarshal(d.Before, &before); err != nil {
			return fmt.Errorf("decision %d: %w", d.ID, err)
		}
		if err := json.Unmarshal(d.After, &after); err != nil {
			return fmt.Errorf("decision %d: %w", d.ID, err)
		}
		p.Decisions++
		name, _, _ := strings.Cut(d.Field, "#")
		same := fold.Accented(before.Value) == fold.Accented(after.Value)
		if before.Value != "" && !before.Handwritten && before.Source != sourcePerson {
			if byField[name] == nil {
				byField[name] = &precision.Curve{}
			}
			byField[name].Add(before.Confidence, same)
		}
		if after.Value != "" && !same && !known(name, after.Value) {
			if words[name] == nil {
				words[name] = map[string]int{}
			}
			words[name][after.Value]++
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	for _, name := range slices.Sorted(maps.Keys(byField)) {
		levels := byField[name].Levels()
		all := levels[len(levels)-1]
		l := Lesson{Field: name, Decided: all.N, Right: all.Right, Lower95: all.Lower95, Levels: thin(levels)}
		if kept, ok := precision.Kept(levels, precision.Promise); ok {
			l.Threshold, l.Lower95 = kept.From, kept.Lower95
		}
		p.Thresholds = append(p.Thresholds, l)
	}
	p.Agencies, p.Signers, p.Types = often(words["agency"]), often(words["signer_name"]), often(words["type"])
	return p, nil
}

// thin keeps what a person reads: one level each 0.05, and the last.
func thin(levels []precision.Level) []precision.Level {
	var out []precision.Level
	for i, l := range levels {
		if i == len(levels)-1 || math.Floor(l.From*20) != math.Floor(levels[i+1].From*20) {
			out = append(out, l)
		}
	}
	return out
}

func often(words map[string]int) []LearnedWord {
	out := []LearnedWord{}
	for w, n := range words {
		if n >= wordTimes {
			out = append(out, LearnedWord{w, n})
		}
	}
	slices.SortFunc(out, func(a, b LearnedWord) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// Empty reports whether nothing is proposed.
func (p Proposal) Empty() bool {
	return len(p.Agencies)+len(p.Signers) == 0 && !slices.ContainsFunc(p.Thresholds, func(l Lesson) bool { return l.Threshold > 0 })
}

// Learned is the file that makes the proposal take effect.
func (p Proposal) Learned() Learned {
	l := Learned{Schema: LearnedSchema, Thresholds: map[string]float64{}, Agencies: []string{}, Signers: []string{}}
	for _, t := range p.Thresholds {
		if t.Threshold > 0 {
			l.Thresholds[t.Field] = t.Threshold
		}
	}
	for _, w := range p.Agencies {
		l.Agencies = append(l.Agencies, w.Value)
	}
	for _, w := range p.Signers {
		l.Signers = append(l.Signers, w.Value)
	}
	return l
}

// String prints the proposal for people.
func (p Proposal) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d decisions about fields\n", p.Decisions)
	for _, l := range p.Thresholds {
		fmt.Fprintf(&b, "\n%-26s right %d of %d", l.Field, l.Right, l.Decided)
		if l.Threshold > 0 {
			fmt.Fprintf(&b, "; would not be asked from %.3f on (lower 95%% bound %.4f)\n", l.Threshold, l.Lower95)
		} else {
			fmt.Fprintf(&b, "; is asked as now (lower 95%% bound %.4f, %.3f is promised)\n", l.Lower95, precision.Promise)
		}
		for _, v := range l.Levels {
			fmt.Fprintf(&b, "  confidence from %.3f: %d of %d, lower 95%% bound %.4f\n", v.From, v.Right, v.N, v.Lower95)
		}
	}
	for _, list := range []struct {
		title string
		words []LearnedWord
	}{{"agencies", p.Agencies}, {"signers", p.Signers}, {"types", p.Types}} {
		if len(list.words) > 0 {
			fmt.Fprintf(&b, "\n%s that no dictionary has:\n", list.title)
		}
		for _, w := range list.words {
			fmt.Fprintf(&b, "  %s (%d times)\n", w.Value, w.Times)
		}
	}
	return b.String()
}

// Marshal gives the file's bytes.
func (l Learned) Marshal() []byte {
	b, err := json.MarshalIndent(l, "", "  ")
	if err != nil { // strings and numbers between 0 and 1
		panic(err)
	}
	return append(b, '\n')
}

// ParseLearned reads such a file.
func ParseLearned(b []byte) (Learned, error) {
	var l Learned
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return Learned{}, fmt.Errorf("learned file: %w", err)
	}
	if l.Schema != LearnedSchema {
		return Learned{}, fmt.Errorf("learned file has schema %q; this version reads %s", l.Schema, LearnedSchema)
	}
	for name, t := range l.Thresholds {
		if !(t > 0 && t <= 1) {
			return Learned{}, fmt.Errorf("learned file: threshold of %s is %v, not between 0 and 1", name, t)
		}
	}
	return l, nil
}

// Apply lets what was learnt say which fields are asked, and how a signer's name is spelt. What was written by hand, is missing, or comes
// from a signature's own text is asked as before. It changes fields in place and returns them.
func (l Learned) Apply(fields []archive.Field) []archive.Field {
	for i := range fields {
		f := &fields[i]
		if f.Value == "" || f.Handwritten || f.Source == "laid" {
			continue
		}
		if t, ok := l.Thresholds[f.Name]; ok {
			f.Asked = f.Confidence < t
		}
		if f.Name != "signer_name" || slices.Contains(l.Signers, f.Value) {
			continue
		}
		plain := fold.Plain(f.Value)
		if i := slices.IndexFunc(l.Signers, func(s string) bool { return fold.Plain(s) == plain }); i >= 0 {
			f.Value = l.Signers[i]
		}
	}
	return fields
}
