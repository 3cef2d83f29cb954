package rearrange

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// Documents of tests are called by letters; a page is the number it has in the file, and a left-out page is in brackets with the first letter of its reason.
func id(letter string) archive.DocumentID {
	return archive.DocumentIDFor(archive.AccessionIDFor("u", letter, fixity.Of(nil)), 1)
}

func stateOf(letter, pages string) State {
	s := State{ID: id(letter), Version: 1, Unit: "u", Access: archive.AccessUnit, Processing: archive.Archived, Release: archive.Unconfirmed}
	for w := range strings.FieldsSeq(pages) {
		var n int
		if _, err := fmt.Sscanf(w, "(%d", &n); err == nil {
			why := map[byte]archive.LeftOutReason{'b': archive.LeftOutBlank, 's': archive.LeftOutSeparator, 'r': archive.LeftOutRemoved}[w[len(w)-2]]
			s.LeftOut = append(s.LeftOut, archive.LeftOut{Before: len(s.Pages) + 1, Master: fixity.Of([]byte("m")), Page: n, Reason: why})
			continue
		}
		_, _ = fmt.Sscan(w, &n)
		s.Pages = append(s.Pages, archive.PageRef{Ordinal: len(s.Pages) + 1, Master: fixity.Of([]byte("m")), Page: n})
	}
	return s
}

func told(pages []archive.PageRef, left []archive.LeftOut) string {
	var out []string
	for n := 1; n <= len(pages)+1; n++ {
		for len(left) > 0 && left[0].Before == n {
			out = append(out, fmt.Sprintf("(%d%c)", left[0].Page, left[0].Reason[0]))
			left = left[1:]
		}
		if n <= len(pages) {
			w := fmt.Sprint(pages[n-1].Page)
			if t := pages[n-1].Turn; t != 0 {
				w += fmt.Sprintf("/%d", t)
			}
			out = append(out, w)
		}
	}
	if len(left) > 0 {
		out = append(out, fmt.Sprintf("and %+v", left))
	}
	return strings.Join(out, " ")
}

func TestOperationsChangeWhichPagesMakeWhichDocuments(t *testing.T) {
	t.Parallel()
	a, b := id("a"), id("b")
	for name, c := range map[string]struct {
		a, b string // as they lie
		do   []Operation
		want string // a | b | those that are made; an emptied one is ->letter of its heir
	}{
		"split":                           {"1 2 3 4", "", []Operation{{Do: Split, Document: a, Before: 3}}, "1 2 | 3 4"},
		"split at a sheet and a back":     {"1 (2b) (3s) 4 5 (6b)", "", []Operation{{Do: Split, Document: a, Before: 2}}, "1 (2b) | (3s) 4 5 (6b)"},
		"split twice":                     {"1 2 3", "", []Operation{{Do: Split, Document: a, Before: 2, As: "rest"}, {Do: Split, Document: "rest", Before: 2}}, "1 | 2 | 3"},
		"merge":                           {"1 (2b)", "(3s) 4 (5b)", []Operation{{Do: Merge, Documents: []archive.DocumentID{a, b}}}, "1 (2b) (3s) 4 (5b) | ->a"},
		"merge the other way":             {"1 2", "3", []Operation{{Do: Merge, Documents: []archive.DocumentID{b, a}}}, "->b | 3 1 2"},
		"move":                            {"1 2 3", "4 5", []Operation{{Do: Move, Document: a, Pages: []int{3, 1}, To: b, Before: 2}}, "2 | 4 3 1 5"},
		"move to the end":                 {"1 2", "4 (5b)", []Operation{{Do: Move, Document: a, Pages: []int{1}, To: b}}, "2 | 4 (5b) 1"},
		"move all":                        {"1 (2b)", "3 (4b)", []Operation{{Do: Move, Document: a, Pages: []int{1}, To: b, Before: 1}}, "->b | 1 (2b) 3 (4b)"},
		"move within":                     {"1 2 3 4", "", []Operation{{Do: Move, Document: a, Pages: []int{1}, To: a, Before: 4}}, "2 3 1 4"},
		"move keeps what is left out":     {"1 (2b) 3 (4b) 5", "6", []Operation{{Do: Move, Document: a, Pages: []int{2}, To: b}}, "1 (2b) (4b) 5 | 6 3"},
		"order":                           {"1 2 3", "", []Operation{{Do: Order, Document: a, Pages: []int{3, 1, 2}}}, "3 1 2"},
		"turn":                            {"1 2", "", []Operation{{Do: Turn, Document: a, Pages: []int{2}, Turn: 270}, {Do: Turn, Document: a, Pages: []int{2, 1}, Turn: 180}}, "1/180 2/90"},
		"take out":                        {"1 (2b) 3 4", "", []Operation{{Do: TakeOut, Document: a, Pages: []int{1, 2}}}, "(1r) (2b) (3r) 4"},
		"take out as blank":               {"1 2", "", []Operation{{Do: TakeOut, Document: a, Pages: []int{2}, Reason: archive.LeftOutBlank}}, "1 (2b)"},
		"put back":                        {"1 (2b) (3s) 4 (5b)", "", []Operation{{Do: PutBack, Document: a, LeftOut: []int{1, 3}}}, "1 2 (3s) 4 5"},
		"put back what was taken out":     {"1 2 3", "", []Operation{{Do: TakeOut, Document: a, Pages: []int{2}}, {Do: PutBack, Document: a, LeftOut: []int{1}}, {Do: Turn, Document: a, Pages: []int{1}, Turn: 90}}, "1/90 2 3"},
		"replace by a new scan":           {"1 (2b) 3 (4b) 5", "9", []Operation{{Do: Replace, Document: a, Pages: []int{2}, By: b, With: 1}}, "1 (2b) (3r) 9 (4b) 5 | ->a"},
		"replace by one page of a scan":   {"1", "(7s) 8 9", []Operation{{Do: Replace, Document: a, Pages: []int{1}, By: b, With: 2}}, "(1r) 9 | (7s) 8"},
		"an heir that is emptied as well": {"1 2", "3", []Operation{{Do: Split, Document: a, Before: 2, As: "c"}, {Do: Merge, Documents: []archive.DocumentID{a, b}}, {Do: Merge, Documents: []archive.DocumentID{"c", a}}}, "->c | ->c | 2 1 3"},
	} {
		states := []State{stateOf("a", c.a)}
		if c.b != "" {
			states = append(states, stateOf("b", c.b))
		}
		d := newDesk(states, func() archive.DocumentID { return archive.DocumentID(archive.NewID(time.Unix(0, 0))) })
		var err error
		for _, o := range c.do {
			if err = d.do(o); err != nil {
				break
			}
		}
		var targets []Target
		if err == nil {
			targets, err = d.targets()
		}
		var got []string
		for _, x := range targets {
			text := told(x.Pages, x.LeftOut)
			if len(x.Pages) == 0 {
				text = "->" + map[archive.DocumentID]string{a: "a", b: "b"}[x.Heir]
				if text == "->" {
					text = "->c"
				}
			}
			got = append(got, text)
		}
		if s := strings.Join(got, " | "); err != nil || s != c.want {
			t.Errorf("%s: %s, %v; want %s", name, s, err, c.want)
		}
	}
}

func TestAnOperationThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	a, b := id("a"), id("b")
	for name, o := range map[string]Operation{
		"no such operation":             {Do: "tear", Document: a},
		"a document nobody expected":    {Do: Split, Document: id("z"), Before: 2},
		"split before the first page":   {Do: Split, Document: a, Before: 1},
		"split after the last page":     {Do: Split, Document: a, Before: 4},
		"split under a name in use":     {Do: Split, Document: a, Before: 2, As: b},
		"merge of one":                  {Do: Merge, Documents: []archive.DocumentID{a}},
		"merge with itself":             {Do: Merge, Documents: []archive.DocumentID{a, a}},
		"move of a page that is not":    {Do: Move, Document: a, Pages: []int{4}, To: b},
		"move of no page":               {Do: Move, Document: a, To: b},
		"move of a page twice":          {Do: Move, Document: a, Pages: []int{1, 1}, To: a, Before: 1},
		"move to a place that is not":   {Do: Move, Document: a, Pages: []int{1}, To: b, Before: 3},
		"an order of some":              {Do: Order, Document: a, Pages: []int{2, 1}},
		"an order with a page twice":    {Do: Order, Document: a, Pages: []int{1, 1, 2}},
		"a crooked turn":                {Do: Turn, Document: a, Pages: []int{1}, Turn: 45},
		"no turn":                       {Do: Turn, Document: a, Pages: []int{1}},
		"all pages taken out":           {Do: TakeOut, Document: a, Pages: []int{1, 2, 3}},
		"taken out for no known reason": {Do: TakeOut, Document: a, Pages: []int{1}, Reason: "ugly"},
		"put back what is not out":      {Do: PutBack, Document: a, LeftOut: []int{1}},
		"replace by itself":             {Do: Replace, Document: a, Pages: []int{1}, By: a, With: 2},
		"replace of two":                {Do: Replace, Document: a, Pages: []int{1, 2}, By: b, With: 1},
		"replace by a page that is not": {Do: Replace, Document: a, Pages: []int{1}, By: b, With: 2},
	} {
		d := newDesk([]State{stateOf("a", "1 2 3"), stateOf("b", "4")}, func() archive.DocumentID { return "new" })
		if err := d.do(o); fault.CodeOf(err) != fault.RequestMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := newDesk([]State{stateOf("a", "1 2")}, nil)
	if err := d.do(Operation{Do: Order, Document: a, Pages: []int{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.targets(); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("a change that changes nothing: %v", err)
	}
}

// FuzzOperations: whatever is asked for, no page is lost or doubled, documents keep pages or name an heir that has some, and what is left out lies within.
func FuzzOperations(f *testing.F) {
	f.Add([]byte{0, 0, 3, 1, 0, 1, 2, 0, 1, 3, 1, 2})
	f.Add([]byte{5, 0, 1, 6, 0, 1, 7, 0, 1, 7, 1, 1, 1, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		d := newDesk([]State{stateOf("a", "1 (2b) 3 (4s) 5"), stateOf("b", "(6s) 7 8"), stateOf("c", "9")},
			func() archive.DocumentID { n++; return archive.DocumentID(fmt.Sprint(n)) })
		for ; len(b) >= 3 && n < 20; b = b[3:] {
			pick := func(x byte) archive.DocumentID { return d.piles[int(x)%len(d.piles)].id }
			x, y := int(b[2]%8), int(b[2]/8%8)
			o := Operation{
				Do: []string{Split, Merge, Move, Order, Turn, TakeOut, PutBack, Replace}[b[0]%8], Document: pick(b[1]), To: pick(b[1] / 8), By: pick(b[1] / 8),
				Documents: []archive.DocumentID{pick(b[1]), pick(b[1] / 8)}, Pages: []int{x}, Before: y, Turn: 90, LeftOut: []int{x}, With: y,
			}
			if o.Do == Order {
				for i := range d.names[o.Document].pages {
					o.Pages = append([]int{i + 1}, o.Pages...)
				}
				o.Pages = o.Pages[:len(o.Pages)-1]
			}
			if err := d.do(o); err != nil {
				if fault.CodeOf(err) != fault.RequestMalformed {
					t.Fatalf("%+v: %v", o, err)
				}
				return // a request is carried out whole or not at all
			}
			targets, err := d.targets()
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%+v: %v", o, err)
			}
			byID := map[archive.DocumentID]Target{}
			for _, x := range targets {
				byID[x.ID] = x
			}
			for _, x := range targets {
				if len(x.Pages) == 0 && len(byID[x.Heir].Pages) == 0 {
					t.Errorf("%+v: nobody has the pages of %s", o, x.ID)
				}
				last := 1
				for _, l := range x.LeftOut {
					if l.Before < last || l.Before > len(x.Pages)+1 {
						t.Errorf("%+v: left out %+v of %d pages", o, x.LeftOut, len(x.Pages))
					}
					last = l.Before
				}
			}
		}
	})
}

// shelf is a Store that remembers.
type shelf struct {
	states map[archive.DocumentID]State
	arr    []Arrangement
	got    Change
}

func (s *shelf) States(_ context.Context, ids []archive.DocumentID) ([]State, error) {
	var out []State
	for _, id := range ids {
		st, ok := s.states[id]
		if !ok {
			return nil, fault.New(fault.DocumentUnknown, "there is no document %s", id)
		}
		out = append(out, st)
	}
	return out, nil
}

func (s *shelf) Batch(context.Context, archive.BatchID, int64, int) ([]State, int64, error) {
	return slices.Collect(maps.Values(s.states)), 0, nil
}

func (s *shelf) VersionPages(_ context.Context, id archive.DocumentID, _ int) ([]archive.PageRef, []archive.LeftOut, error) {
	return s.states[id].Pages, s.states[id].LeftOut, nil
}

func (s *shelf) Apply(_ context.Context, c Change) (Arrangement, error) {
	s.got = c
	return Arrangement{ID: 7}, nil
}

func (s *shelf) Arrangement(_ context.Context, id int64) (Arrangement, error) {
	return s.arr[id-1], nil
}

func (s *shelf) Recent(context.Context, archive.DocumentID, archive.BatchID) ([]Arrangement, error) {
	return s.arr, nil
}

func (s *shelf) LastOf(context.Context, archive.DocumentID, bool) (int64, error) {
	return int64(len(s.arr)), nil
}

func (s *shelf) Scans(context.Context, archive.BatchID, int) ([]Scan, error) {
	return []Scan{{Page: 1, Quality: &page.Quality{DPI: 300, Paper: 250}}, {Page: 2, Quality: &page.Quality{DPI: 100, Paper: 250}}, {Page: 3, Kind: page.Unread}}, nil
}

func TestPoorScansAreTold(t *testing.T) {
	t.Parallel()
	a := stateOf("a", "1 2 3")
	svc := New(Deps{Store: &shelf{states: map[archive.DocumentID]State{a.ID: a}}})
	poor, looked, err := svc.PoorScans(t.Context(), archive.Actor{Account: "clerk", Role: archive.Clerk, Unit: "u"}, archive.BatchID(id("b")))
	if err != nil || looked != 3 || len(poor) != 2 || poor[0].Findings[0] != "low_resolution" || poor[1].Findings[0] != "unread" {
		t.Errorf("poor scans: %+v of %d, %v", poor, looked, err)
	}
	if _, _, err := svc.PoorScans(t.Context(), archive.Actor{Role: archive.Clerk, Unit: "x"}, archive.BatchID(id("b"))); fault.CodeOf(err) != fault.BatchUnknown {
		t.Errorf("another unit is told: %v", err)
	}
}

func TestOnlyTheOwningUnitChangesPagesAndOnlyAsSeen(t *testing.T) {
	t.Parallel()
	open := func(change func(*State)) *Service {
		a, b := stateOf("a", "1 2"), stateOf("b", "3")
		change(&b)
		return New(Deps{Store: &shelf{states: map[archive.DocumentID]State{a.ID: a, b.ID: b}}, Now: time.Now})
	}
	clerk := archive.Actor{Account: "clerk", Role: archive.Clerk, Unit: "u"}
	r := Request{Expected: map[archive.DocumentID]int{id("a"): 1, id("b"): 1}, Operations: []Operation{{Do: Merge, Documents: []archive.DocumentID{id("a"), id("b")}}}}
	for name, c := range map[string]struct {
		actor  archive.Actor
		change func(*State)
		want   fault.Code
	}{
		"the unit's clerk":     {clerk, func(*State) {}, ""},
		"an admin":             {archive.Actor{Account: "admin", Role: archive.Admin}, func(*State) {}, ""},
		"a clerk of another":   {archive.Actor{Account: "other", Role: archive.Clerk, Unit: "x"}, func(*State) {}, fault.DocumentUnknown},
		"an auditor":           {archive.Actor{Account: "auditor", Role: archive.Auditor}, func(*State) {}, fault.Forbidden},
		"a newer version":      {clerk, func(s *State) { s.Version = 2 }, fault.StateConflict},
		"a cancelled document": {clerk, func(s *State) { s.Processing = archive.Cancelled }, fault.StateConflict},
		"an emptied document":  {clerk, func(s *State) { s.Release = archive.Replaced }, fault.StateConflict},
		"a released document":  {clerk, func(s *State) { s.Release = archive.Released }, fault.StateConflict},
		"another access level": {clerk, func(s *State) { s.Access = archive.AccessPublic }, fault.StateConflict},
		"another unit":         {archive.Actor{Account: "admin", Role: archive.Admin}, func(s *State) { s.Unit = "x" }, fault.StateConflict},
	} {
		_, err := open(c.change).Arrange(t.Context(), c.actor, r)
		if err == nil && c.want != "" || err != nil && fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := open(func(*State) {}).Arrange(t.Context(), clerk, Request{}); fault.CodeOf(err) != fault.RequestMalformed {
		t.Errorf("an empty request: %v", err)
	}
}

func TestAStackIsPutTogetherAgain(t *testing.T) {
	t.Parallel()
	a, b := stateOf("a", "1 (2b)"), stateOf("b", "(3s) 5 4")
	s := &shelf{states: map[archive.DocumentID]State{a.ID: a, b.ID: b}, arr: []Arrangement{{ID: 1, Unit: "u", Kinds: []string{"stack"}, Documents: []ArrangementDocument{{b.ID, 0, 1}, {a.ID, 1, 1}}}}}
	clerk := archive.Actor{Account: "clerk", Role: archive.Clerk, Unit: "u"}
	if _, err := New(Deps{Store: s}).Undo(t.Context(), clerk, 1); err != nil {
		t.Fatal(err)
	}
	if x := s.got.Targets; len(x) != 2 || told(x[1].Pages, x[1].LeftOut) != "1 2 3 4 5" || len(x[0].Pages) != 0 || x[0].Heir != a.ID || s.got.Undoes != 1 {
		t.Errorf("undoing gives %+v", s.got)
	}
	s.arr = append(s.arr, Arrangement{ID: 2, Unit: "u"})
	if _, err := New(Deps{Store: s}).Undo(t.Context(), clerk, 1); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("undoing what is not the last change: %v", err)
	}
}
