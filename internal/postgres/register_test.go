package postgres_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/registertest"
	"sohoa/internal/wiring"
)

// city is a register over a real catalogue.
type city struct {
	*register.Service
	t     testing.TB
	db    pgtest.DB
	vault wiring.Vault
	admin archive.Actor
}

func newCity(t testing.TB) *city {
	t.Helper()
	ring, err := keyring.OpenOrCreate(filepath.Join(t.TempDir(), "keys"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t, db: pgtest.Pool(t), vault: wiring.Vault{Ring: ring}, admin: archive.Actor{Account: "city", Role: archive.Registrar}}
	if c.Service, err = register.New(register.Deps{Store: postgres.New(c.db).Register(), Vault: c.vault}); err != nil {
		t.Fatal(err)
	}
	return c
}

// put imports records and gives the report.
func (c *city) put(p register.Plan, src register.Source) register.Report {
	c.t.Helper()
	r, err := c.Import(c.t.Context(), c.admin, p, src)
	if err != nil {
		c.t.Fatalf("import %s: %v", p.Kind, err)
	}
	if s := r.Inserted + r.Updated + r.Unchanged + r.Skipped; r.Applied && s != r.Received {
		c.t.Errorf("the counts do not add up: %+v", r)
	}
	return r
}

// found puts units and procedures of a world in.
func (c *city) found(w *registertest.World) {
	c.t.Helper()
	if r := c.put(register.Plan{Kind: register.Units}, registertest.Of(w.Units...)); r.Inserted != len(w.Units) {
		c.t.Fatalf("units: %+v", r)
	}
	if r := c.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.Procedures...)); r.Inserted != len(w.Procedures) {
		c.t.Fatalf("procedures: %+v", r)
	}
}

func (c *city) count(table string) (n int) {
	c.t.Helper()
	if err := c.db.QueryRow(context.Background(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func TestARegisterSaidAgainChangesNothing(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(1, 40)
	c.found(w)
	dossiers := func() register.Source { return registertest.Records(100, w.Dossier) }
	if r := c.put(register.Plan{Kind: register.Dossiers}, dossiers()); r.Inserted != 100 || !r.Applied {
		t.Fatalf("first: %+v", r)
	}
	if n := c.count("register_holders"); n != 40 {
		t.Errorf("%d holders, want 40: a number is one holder", n)
	}
	var newest int64
	for range 2 {
		rows, err := c.Dossiers(t.Context(), c.admin, register.Query{Limit: register.MaxLimit})
		if err != nil || len(rows) != 100 {
			t.Fatalf("list: %d, %v", len(rows), err)
		}
		if newest != 0 && rows[99].Revision != newest {
			t.Error("saying it again made revisions")
		}
		newest = rows[99].Revision
		if r := c.put(register.Plan{Kind: register.Dossiers}, dossiers()); r.Unchanged != 100 {
			t.Errorf("again: %+v", r)
		}
	}
	if r := c.put(register.Plan{Kind: register.Units}, registertest.Of(w.Units...)); r.Unchanged != len(w.Units) {
		t.Errorf("units again: %+v", r)
	}
	for _, stage := range []string{"units", "procedures", "dossiers", "holders", "numbers"} {
		if n := c.count("register_stage_" + stage); n != 0 {
			t.Errorf("%d rows lie in the stage of %s", n, stage)
		}
	}
	d := w.Dossier(7)
	d.Status = register.Returned
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(d)); r.Updated != 1 {
		t.Errorf("a change: %+v", r)
	}
	rows, err := c.Dossiers(t.Context(), c.admin, register.Query{After: newest, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].Status != register.Returned || len(rows[0].Holders) != 1 || rows[0].Holders[0].Relation != register.Owner {
		t.Errorf("what changed since: %+v, %v", rows, err)
	}
}

func TestWhatIsOlderChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	noon := time.Date(2025, 5, 1, 12, 0, 0, 0, time.UTC)
	at := func(name string, hours int) register.Report {
		when := noon.Add(time.Duration(hours) * time.Hour)
		return c.put(register.Plan{Kind: register.Units}, registertest.Of(register.Unit{Code: "U1", Name: name, SourceUpdatedAt: &when}))
	}
	for _, step := range []struct {
		name                         string
		hours                        int
		inserted, updated, untouched int
		want                         string
	}{
		{"Phường A", 0, 1, 0, 0, "Phường A"},
		{"Phường B", 2, 0, 1, 0, "Phường B"},
		{"Phường C", 1, 0, 0, 1, "Phường B"}, // came late
		{"Phường B", 2, 0, 0, 1, "Phường B"},
		{"Phường C", 3, 0, 1, 0, "Phường C"},
	} {
		r := at(step.name, step.hours)
		rows, err := c.Units(t.Context(), c.admin, register.Query{Code: "U1", Limit: 1})
		if err != nil || r.Inserted != step.inserted || r.Updated != step.updated || r.Unchanged != step.untouched || rows[0].Name != step.want {
			t.Errorf("%+v: %+v, %v, %v", step, r, rows, err)
		}
	}
}

func TestWhatIsDeletedStaysAsAMark(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(1, 5)
	c.found(w)
	c.put(register.Plan{Kind: register.Dossiers}, registertest.Records(3, w.Dossier))
	before := time.Now().Add(-time.Hour)
	code := w.Dossier(1).Code
	for range 2 {
		if err := c.Delete(t.Context(), c.admin, register.Dossiers, code); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Delete(t.Context(), c.admin, register.Dossiers, "H24.1-230523-0001"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("delete what is not there: %v", err)
	}
	there, err := c.Dossiers(t.Context(), c.admin, register.Query{Limit: 10})
	if err != nil || len(there) != 2 {
		t.Errorf("there: %v, %v", there, err)
	}
	all, err := c.Dossiers(t.Context(), c.admin, register.Query{Limit: 10, Since: before, Deleted: true})
	if err != nil || len(all) != 3 || all[2].Code != code || all[2].DeletedAt == nil {
		t.Errorf("with marks: %+v, %v", all, err)
	}
	if late, err := c.Dossiers(t.Context(), c.admin, register.Query{Limit: 10, Since: time.Now().Add(time.Hour)}); err != nil || len(late) != 0 {
		t.Errorf("since tomorrow: %v, %v", late, err)
	}
	old := w.Dossier(1)
	old.SourceUpdatedAt = &before
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(old)); r.Unchanged != 1 {
		t.Errorf("what is older than its deletion: %+v", r)
	}
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(w.Dossier(1))); r.Updated != 1 {
		t.Errorf("back again: %+v", r)
	}
}

func TestOneBadRecordStopsAllUnlessBadOnesAreSkipped(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(1, 5)
	c.found(w)
	bad := func() register.Source {
		ds := make([]register.Dossier, 6)
		for i := range ds {
			ds[i] = w.Dossier(i)
		}
		ds[1].Unit = "000.99.00.H24"
		ds[2].Procedure = "2.999999"
		ds[3].Code = ds[0].Code
		ds[4].DueOn = "31/02/2024"
		ds[5].Holders[0].Name = "Người khác hẳn"
		ds[5].Holders[0].Identifiers[0].Number = ds[0].Holders[0].Identifiers[0].Number
		return registertest.Of(ds...)
	}
	want := map[int]string{2: "unit", 3: "procedure", 4: "code", 5: "due_on", 6: "name"}
	for _, p := range []register.Plan{{Kind: register.Dossiers}, {Kind: register.Dossiers, DryRun: true, SkipBad: true}, {Kind: register.Dossiers, SkipBad: true}} {
		r := c.put(p, bad())
		for _, b := range r.Bad {
			if want[b.Line] != b.Column || b.What == "" || b.Cure == "" {
				t.Errorf("%+v: %+v", p, b)
			}
		}
		if p.SkipBad && (len(r.Bad) != 5 || r.Skipped != 5 || r.Inserted != 1) || !p.SkipBad && r.Applied {
			t.Errorf("%+v: %+v", p, r)
		}
		if n, here := c.count("register_dossiers"), map[bool]int{true: 1, false: 0}[r.Applied]; n != here {
			t.Errorf("%+v: %d dossiers, want %d", p, n, here)
		}
	}
	r := c.put(register.Plan{Kind: register.Units}, registertest.Of(register.Unit{Code: "X", Name: "X", Parent: "nowhere"}, register.Unit{Code: "Y", Name: "Y", Parent: "X"}))
	if r.Applied || len(r.Bad) != 1 || r.Bad[0].Line != 1 || r.Bad[0].Column != "parent" {
		t.Errorf("a unit without parent: %+v", r)
	}
	unit := func(code, parent string) register.Unit { return register.Unit{Code: code, Name: code, Parent: parent} }
	r = c.put(register.Plan{Kind: register.Units, SkipBad: true}, registertest.Of(unit("A", "B"), unit("B", "C"), unit("C", "A"), unit("D", "A"), unit("E", "")))
	if r.Inserted != 1 || len(r.Bad) != 4 || r.Bad[0].Column != "parent" {
		t.Errorf("units in a ring, and one under it: %+v", r)
	}
}

func TestNobodyElseReadsOrFillsTheRegister(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	for _, role := range []archive.Role{archive.Clerk, archive.Officer, archive.Citizen, archive.Auditor, ""} {
		a := archive.Actor{Account: "x", Role: role, Unit: "P1"}
		_, list := c.Units(t.Context(), a, register.Query{Limit: 1})
		_, put := c.Import(t.Context(), a, register.Plan{Kind: register.Units}, registertest.Of(register.Unit{Code: "X", Name: "X"}))
		_, find := c.Find(t.Context(), a, []string{"031085001234"}, "")
		_, link := c.Link(t.Context(), a, "031085001234|030123456|A|01011985|Nam|x|01012021", "")
		for i, err := range []error{list, put, find, link, c.Delete(t.Context(), a, register.Units, "X")} {
			if fault.CodeOf(err) != fault.Forbidden {
				t.Errorf("%s, operation %d: %v", role, i, err)
			}
		}
	}
}

func TestIdentifiersLieSealedAndOpenOnlyForWhoHasTheKeys(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	const number = "031085001234"
	c.put(register.Plan{Kind: register.Holders}, registertest.Of(register.Holder{Name: "Nguyễn Văn An", Identifiers: []register.Identifier{{Number: number}, {Number: "030123456"}}}))
	var dump string
	if err := c.db.QueryRow(t.Context(), `SELECT (SELECT string_agg(n::text, '') FROM register_numbers n) || (SELECT string_agg(h::text, '') FROM register_holders h)
		|| (SELECT string_agg(a::text, '') FROM audit_events a)`).Scan(&dump); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump, number) || strings.Contains(dump, "030123456") || !strings.Contains(dump, "031•••••1234") {
		t.Errorf("the tables hold %s", dump)
	}
	id, err := dossier.ParseIdentifier(number)
	if err != nil {
		t.Fatal(err)
	}
	s := register.Sealed{Hash: c.vault.HashOf(id)}
	if err := c.db.QueryRow(t.Context(), "SELECT kind, key_id, wrapped_key, sealed FROM register_numbers WHERE hash = $1", s.Hash).Scan(&s.Kind, &s.Key, &s.Wrapped, &s.Body); err != nil {
		t.Fatal(err)
	}
	if got, err := c.vault.Open(s); err != nil || got != id {
		t.Errorf("Open = %v, %v", got, err)
	}
	s.Hash = c.vault.HashOf(dossier.Identifier{})
	if _, err := c.vault.Open(s); err == nil {
		t.Error("a sealed number opens in another's place")
	}
}

// TestHoldersAreLinkedByTheirCards makes ten thousand citizens, half of whom the register knows by their old number only, and some by both
// in separate records. Papers then ask for them by the new number.
func TestHoldersAreLinkedByTheirCards(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(7, 10_000)
	people := w.People()
	known := func(i int) (register.Holder, bool) { // what the register says at first of person i
		p := people[i]
		h := register.Holder{Name: p.Name}
		if i%2 == 0 && p.CMND != "" {
			h.Identifiers = []register.Identifier{{Number: p.CMND}}
			return h, true
		}
		h.Identifiers = []register.Identifier{{Number: p.CCCD}}
		return h, false
	}
	old := 0
	if r := c.put(register.Plan{Kind: register.Holders}, registertest.Records(len(people), func(i int) register.Holder {
		h, byOld := known(i)
		if byOld {
			old++
		}
		return h
	})); r.Inserted != len(people) {
		t.Fatalf("first: %+v", r)
	}
	// Every tenth of those known by the old number comes again with the new one, as another record: two holders who are one.
	var again []register.Holder
	for i := 0; i < len(people); i += 20 {
		again = append(again, register.Holder{Name: strings.ToUpper(people[i].Name), Identifiers: []register.Identifier{{Number: people[i].CCCD}}})
	}
	c.put(register.Plan{Kind: register.Holders}, registertest.Of(again...))

	merged := 0
	for i, p := range people {
		if i%2 != 0 { // who is known by the new number only keeps it; the card says the old one too
			continue
		}
		l, err := c.Link(t.Context(), c.admin, fmt.Sprintf("%s|%s|%s|01011985|Nam|Hải Phòng|01012021", p.CCCD, p.CMND, p.Name), "2025-01-01")
		if err != nil {
			t.Fatalf("link %d: %v", i, err)
		}
		merged += len(l.Merged)
	}
	hit, wrong := 0, 0
	holder := map[string]int{}
	for i, p := range people {
		for _, number := range []string{p.CCCD, p.CMND} {
			id, err := dossier.ParseIdentifier(number)
			if err != nil {
				continue
			}
			code, ok, err := postgres.New(c.db).Register().FindHolder(t.Context(), c.vault.HashOf(id))
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				continue
			}
			if number == p.CCCD {
				hit++
			}
			if j, taken := holder[code]; taken && j != i {
				wrong++
			}
			holder[code] = i
		}
	}
	t.Logf("%d people, %d known by the old number only, %d merged: %d found by the new number, %d false links", len(people), old, merged, hit, wrong)
	if recall := float64(hit) / float64(len(people)); recall < 0.99 || wrong != 0 {
		t.Errorf("recall %.4f, false links %d", recall, wrong)
	}
	if len(holder) != len(people) {
		t.Errorf("%d holders for %d people", len(holder), len(people))
	}
}

func TestNobodyIsLinkedByNameAloneNorAgainstIt(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	one := func(name string, numbers ...string) register.Holder {
		h := register.Holder{Name: name}
		for _, n := range numbers {
			h.Identifiers = append(h.Identifiers, register.Identifier{Number: n})
		}
		return h
	}
	plan := register.Plan{Kind: register.Holders}
	c.put(plan, registertest.Of(one("Nguyễn Văn An", "030000001"), one("Nguyễn Văn An", "031000000002"), one("Trần Thị Bình", "030000003")))
	if n := c.count("register_holders"); n != 3 {
		t.Errorf("%d holders, want 3: two of one name are two", n)
	}
	for name, h := range map[string]register.Holder{
		"a number of somebody of another name": one("Lê Văn Cường", "030000001"),
		"two numbers of two holders":           one("Nguyễn Văn An", "030000001", "031000000002"),
		"neither code nor number":              one("Nguyễn Văn An"),
	} {
		if r := c.put(plan, registertest.Of(h)); r.Applied || len(r.Bad) != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if _, err := c.Link(t.Context(), c.admin, "031000000009|030000003|NGUYỄN VĂN AN|01011985|Nam|x|01012021", ""); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("a card that names another: %v", err)
	}
	l, err := c.Link(t.Context(), c.admin, "031000000002|030000001|NGUYEN VAN AN|01011985|Nam|x|01012021", "")
	if err != nil || len(l.Merged) != 1 || !l.Changed {
		t.Errorf("the card of the one person: %+v, %v", l, err)
	}
	if l, err = c.Link(t.Context(), c.admin, "031000000002|030000001|NGUYEN VAN AN|01011985|Nam|x|01012021", ""); err != nil || l.Changed {
		t.Errorf("the card again: %+v, %v", l, err)
	}
	f, err := c.Find(t.Context(), c.admin, []string{"030000001", "030999999"}, "")
	if err != nil || len(f.Holders) != 1 || len(f.Holders[0].Numbers) != 2 || len(f.Tried) != 2 || f.Tried[1].Found || f.Tried[1].Masked != "•••••9999" {
		t.Errorf("find: %+v, %v", f, err)
	}
	gone, err := c.Holders(t.Context(), c.admin, register.Query{Code: l.Holder, Limit: 1})
	if err != nil || len(gone) != 1 {
		t.Errorf("the holder: %v, %v", gone, err)
	}
}

func TestImportsAtOnceAgreeAndAFollowerMissesNothing(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(1, 30)
	c.found(w)
	const imports, each = 4, 150
	errs := make(chan error, imports)
	for i := range imports {
		go func() { // half of each is in the next one too, and all share the holders
			r, err := c.Import(t.Context(), c.admin, register.Plan{Kind: register.Dossiers}, registertest.Records(each, func(n int) register.Dossier { return w.Dossier(i*each/2 + n) }))
			if err == nil && !r.Applied {
				err = fmt.Errorf("%+v", r)
			}
			errs <- err
		}()
	}
	seen := map[string]bool{}
	var last int64
	follow := func() {
		for {
			rows, err := c.Dossiers(t.Context(), c.admin, register.Query{After: last, Limit: 40})
			if err != nil {
				t.Error(err)
				return
			}
			for _, d := range rows {
				seen[d.Code], last = true, d.Revision
			}
			if len(rows) == 0 {
				return
			}
		}
	}
	for range imports {
		follow()
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	follow()
	if want := each/2*(imports-1) + each; len(seen) != want || c.count("register_dossiers") != want || c.count("register_holders") != 30 {
		t.Errorf("%d dossiers followed, %d there, want %d; %d holders, want 30", len(seen), c.count("register_dossiers"), want, c.count("register_holders"))
	}
}

func TestASearchByNumberIsAuditedWithoutTheNumber(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	if _, err := c.Find(t.Context(), c.admin, []string{"031085001234"}, ""); err != nil {
		t.Fatal(err)
	}
	var said string
	if err := c.db.QueryRow(t.Context(), "SELECT actor || detail::text FROM audit_events WHERE action = 'register_searched'").Scan(&said); err != nil || strings.Contains(said, "0310") || !strings.HasPrefix(said, "city") {
		t.Errorf("%s, %v", said, err)
	}
}

func TestARecordWithBothNumbersIsOneHolderWhateverCameFirst(t *testing.T) {
	t.Parallel()
	holder := func(numbers ...string) register.Holder {
		h := register.Holder{Name: "Nguyễn Văn An"}
		for _, n := range numbers {
			h.Identifiers = append(h.Identifiers, register.Identifier{Number: n})
		}
		return h
	}
	const cmnd, cccd, tax = "030000001", "031000000001", "0200000001"
	for name, bulks := range map[string][][]register.Holder{
		"the old number before, both after": {{holder(cmnd)}, {holder(cmnd, cccd)}},
		"the new number before, both after": {{holder(cccd)}, {holder(cmnd, cccd)}},
		"each alone and both, in one bulk":  {{holder(cmnd), holder(cccd), holder(cmnd, cccd)}},
		"a third number in the next":        {{holder(cmnd, cccd)}, {holder(cccd, tax)}, {holder(tax)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCity(t)
			for _, b := range bulks {
				if r := c.put(register.Plan{Kind: register.Holders}, registertest.Of(b...)); !r.Applied {
					t.Fatalf("%+v", r)
				}
			}
			f, err := c.Find(t.Context(), c.admin, []string{cmnd, cccd}, "")
			if err != nil || len(f.Holders) != 1 || !f.Tried[0].Found || !f.Tried[1].Found || c.count("register_holders") != 1 {
				t.Errorf("%+v, %v; %d holders", f, err, c.count("register_holders"))
			}
		})
	}
}

func TestAHolderIsRenamedByItsCode(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	plan := register.Plan{Kind: register.Holders}
	number := []register.Identifier{{Number: "031000000001"}}
	c.put(plan, registertest.Of(register.Holder{Name: "Nguyễn Văn Am", Identifiers: number}))
	if r := c.put(plan, registertest.Of(register.Holder{Name: "Nguyễn Văn An", Identifiers: number})); r.Applied {
		t.Errorf("another name by number alone: %+v", r)
	}
	f, err := c.Find(t.Context(), c.admin, []string{"031000000001"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if r := c.put(plan, registertest.Of(register.Holder{Code: f.Holders[0].Code, Name: "Nguyễn Văn An", Identifiers: number})); r.Updated != 1 {
		t.Errorf("by code: %+v", r)
	}
	if f, err = c.Find(t.Context(), c.admin, []string{"031000000001"}, ""); err != nil || len(f.Holders) != 1 || f.Holders[0].Name != "Nguyễn Văn An" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestASourcesOwnCodeLeadsToTheHolderKnownByNumber(t *testing.T) {
	t.Parallel()
	c, w := newCity(t), registertest.New(1, 3)
	c.found(w)
	p := w.People()[0]
	c.put(register.Plan{Kind: register.Dossiers}, registertest.Records(1, w.Dossier))
	if r := c.put(register.Plan{Kind: register.Holders}, registertest.Of(register.Holder{Code: "KH-1", Name: p.Name, Identifiers: []register.Identifier{{Number: p.CCCD}}})); !r.Applied {
		t.Fatalf("%+v", r)
	}
	d := w.Dossier(0)
	d.Code = "000.01.00.H24-250101-00001"
	d.Holders = []register.DossierHolder{{Holder: register.Holder{Code: "KH-1", Name: p.Name}}, {Relation: register.Guardian, Holder: register.Holder{Name: "Không rõ số"}}}
	if r := c.put(register.Plan{Kind: register.Dossiers}, registertest.Of(d)); r.Inserted != 1 {
		t.Fatalf("%+v", r)
	}
	f, err := c.Find(t.Context(), c.admin, []string{p.CCCD}, "")
	if err != nil || len(f.Holders) != 1 || len(f.Dossiers) != 2 {
		t.Errorf("both dossiers are one holder's: %+v, %v", f, err)
	}
}
