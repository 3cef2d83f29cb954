package postgres_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/match"
	"sohoa/internal/page"
	"sohoa/internal/register"
	"sohoa/internal/registertest"
	"sohoa/internal/review"
	"sohoa/internal/wiring"
)

// hall is a desk beside a register, with the step that describes.
type hall struct {
	*desk
	city   *city
	steps  *digitise.Service
	filing *match.Filing
	shelf  *shelf
}

// shelf gives for every page what lay on the glass when it was first asked for.
type shelf struct {
	digitise.Objects
	kept   map[string]page.Result
	result page.Result
	fields []archive.Field
}

func (s *shelf) GetResult(_ context.Context, key string) ([]byte, error) {
	r, ok := s.kept[key]
	if !ok {
		r = s.result
		s.kept[key] = r
	}
	return json.Marshal(r)
}

func (s *shelf) Fields([]page.Result, string) []archive.Field { return s.fields }

func (s *shelf) Title([]archive.Field, string) string { return "x" }

func newHall(t *testing.T) *hall {
	t.Helper()
	d := newDesk(t)
	ring, err := keyring.OpenOrCreate(filepath.Join(t.TempDir(), "keys"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t, db: d.db, vault: wiring.Vault{Ring: ring}, admin: archive.Actor{Account: "city", Role: archive.Registrar}}
	if c.Service, err = register.New(register.Deps{Store: d.c.Register(), Vault: c.vault}); err != nil {
		t.Fatal(err)
	}
	h := &hall{desk: d, city: c, shelf: &shelf{kept: map[string]page.Result{}}}
	h.steps, err = digitise.New(digitise.Deps{
		Catalogue: d.c, Objects: h.shelf, Describer: h.shelf, Matcher: wiring.Matcher{Service: c.matcher()}, Twins: match.Twins{}, Alike: d.c, Keeping: d.c, WorkDir: filepath.Join(t.TempDir(), "work"),
		Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.steps.Close)
	h.filing = match.NewFiling(match.FilingDeps{Store: d.c.Filing(), Register: d.c.Matching()})
	return h
}

func (h *hall) step() {
	h.t.Helper()
	if err := h.steps.Describe(h.t.Context(), h.pick(archive.TaskDescribe)); err != nil {
		h.t.Fatal(err)
	}
	h.archive()
}

func (h *hall) matchWaiting() {
	h.t.Helper()
	if err := h.steps.MatchWaiting(h.t.Context(), h.c); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) dossier(id archive.DocumentID) (code string, version int) {
	h.t.Helper()
	v, err := h.c.Document(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.Dossier, v.Version
}

// lay puts a case's paper on the glass of unit u1.
func (h *hall) lay(x registertest.Case) {
	h.shelf.result, h.shelf.fields = x.Paper.Pages[0], x.Paper.Fields
}

// inU1 makes a case one of unit u1.
func inU1(x registertest.Case) registertest.Case {
	x.Dossier.Unit = "u1"
	return x
}

func TestAPaperWaitsForItsDossierAndFindsItWhenItComes(t *testing.T) {
	t.Parallel()
	h, w := newHall(t), registertest.New(8, 30)
	h.city.put(register.Plan{Kind: register.Units}, registertest.Of(append(w.Units, register.Unit{Code: "u1", Name: "Phường 1"})...))
	h.city.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.MatchProcedures()...))
	x := inU1(w.Case(4))
	h.lay(x)
	doc := h.paper("paper", 1)
	h.step()
	h.matchWaiting() // nothing came
	if code, version := h.dossier(doc); code != "" || version != 1 {
		t.Fatalf("filed under %q in version %d before its dossier is there", code, version)
	}
	ws, err := h.filing.Waiting(t.Context(), lan, "", 0, 10)
	if err != nil || len(ws) != 1 || ws[0].Document != doc || len(ws[0].Tried) == 0 {
		t.Fatalf("waiting: %+v, %v", ws, err)
	}
	if ws, err := h.filing.Waiting(t.Context(), minh, "", 0, 10); err != nil || len(ws) != 0 {
		t.Errorf("another unit sees %+v, %v", ws, err)
	}
	h.city.put(register.Plan{Kind: register.Dossiers}, registertest.Of(inU1(w.Case(5)).Dossier, x.Dossier))
	if x.Dossier.Holders[0].Identifiers[0].Number == x.Person.CMND { // known by the old number only, until the card is read
		if _, err := h.city.Link(t.Context(), h.city.admin, x.Person.CCCD+"|"+x.Person.CMND+"|"+x.Person.Name+"|01011985|Nam|HP|01012021", "2025-01-01"); err != nil {
			t.Fatal(err)
		}
	}
	h.matchWaiting()
	h.step()
	h.matchWaiting() // once is enough
	if code, version := h.dossier(doc); code != x.Dossier.Code || version != 2 {
		t.Fatalf("filed under %q in version %d, want %s in 2", code, version, x.Dossier.Code)
	}
	links, err := h.filing.Links(t.Context(), lan, doc)
	if err != nil || len(links) != 1 || links[0].Source != archive.MatchRegister || links[0].Version != 2 || len(links[0].Why) < 3 {
		t.Errorf("links: %+v, %v", links, err)
	}
	if ws, err := h.filing.Waiting(t.Context(), lan, "", 0, 10); err != nil || len(ws) != 0 {
		t.Errorf("still waiting: %+v, %v", ws, err)
	}
	v, _ := h.c.Document(t.Context(), doc)
	if f := value(v.Fields, "dossier"); f.Value != x.Dossier.Code || f.Source != "register" || f.Asked {
		t.Errorf("field: %+v", f)
	}
}

func TestAPaperThatNamesADossierFindsItWhenItComes(t *testing.T) {
	t.Parallel()
	h, w := newHall(t), registertest.New(9, 30)
	h.city.put(register.Plan{Kind: register.Units}, registertest.Of(append(w.Units, register.Unit{Code: "u1", Name: "Phường 1"})...))
	h.city.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.MatchProcedures()...))
	x := inU1(w.Case(3))
	h.lay(x)
	h.shelf.result.Codes = []page.Code{{Format: "qr", Text: x.Dossier.Code + "|" + x.Dossier.Procedure}}
	doc := h.paper("paper", 1)
	h.step()
	h.matchWaiting()
	h.city.put(register.Plan{Kind: register.Dossiers}, registertest.Of(x.Dossier))
	h.matchWaiting()
	h.step()
	if code, version := h.dossier(doc); code != x.Dossier.Code || version != 2 {
		t.Errorf("filed under %q in version %d", code, version)
	}
}

func TestADocumentMovesWithAReasonAndAReleasedOneByTwoPeople(t *testing.T) {
	t.Parallel()
	h, w := newHall(t), registertest.New(10, 30)
	h.city.put(register.Plan{Kind: register.Units}, registertest.Of(append(w.Units, register.Unit{Code: "u1", Name: "Phường 1"})...))
	h.city.put(register.Plan{Kind: register.Procedures}, registertest.Of(w.MatchProcedures()...))
	x, y := inU1(w.Case(4)), inU1(w.Case(5))
	h.city.put(register.Plan{Kind: register.Dossiers}, registertest.Of(x.Dossier, y.Dossier))
	h.lay(x)
	h.shelf.result.Codes = []page.Code{{Format: "qr", Text: x.Dossier.Code}}
	doc := h.paper("paper", 1)
	h.step()
	if code, _ := h.dossier(doc); code != x.Dossier.Code {
		t.Fatalf("filed under %q", code)
	}
	move := match.Move{Document: doc, Dossier: y.Dossier.Code, Reason: "quét nhầm hồ sơ"}
	for name, tc := range map[string]struct {
		by   archive.Actor
		m    match.Move
		want fault.Code
	}{
		"by another unit":           {minh, move, fault.DocumentUnknown},
		"by an auditor":             {archive.Actor{Account: "kt", Role: archive.Auditor}, move, fault.Forbidden},
		"without a reason":          {lan, match.Move{Document: doc, Dossier: y.Dossier.Code, Reason: " "}, fault.RequestMalformed},
		"to what is no code":        {lan, match.Move{Document: doc, Dossier: "hồ sơ 5", Reason: "x"}, fault.RequestMalformed},
		"to one that is not there":  {lan, match.Move{Document: doc, Dossier: "H24.1-230523-0001", Reason: "x"}, fault.RequestMalformed},
		"to where it is":            {lan, match.Move{Document: doc, Dossier: x.Dossier.Code, Reason: "x"}, fault.StateConflict},
		"of a version that is past": {lan, match.Move{Document: doc, Dossier: y.Dossier.Code, Reason: "x", Version: 7}, fault.StateConflict},
	} {
		if _, err := h.filing.Relink(t.Context(), tc.by, tc.m); fault.CodeOf(err) != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	got, err := h.filing.Relink(t.Context(), lan, move)
	if err != nil || got.Version != 2 || got.Request != nil {
		t.Fatalf("Relink = %+v, %v", got, err)
	}
	if _, err := h.filing.Relink(t.Context(), lan, match.Move{Document: doc, Dossier: x.Dossier.Code, Reason: "x"}); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("while a version is made: %v", err)
	}
	h.step() // the QR still says the first one; a person has said otherwise, so nobody is asked
	if code, version := h.dossier(doc); code != y.Dossier.Code || version != 2 {
		t.Errorf("filed under %q in version %d", code, version)
	}
	if _, ok, _ := h.s.Next(t.Context(), lan, review.Wish{Kind: archive.AskDossier}); ok {
		t.Error("somebody is asked again")
	}

	if _, err := h.db.Exec(t.Context(), "UPDATE documents SET release = 'released' WHERE id = $1", string(doc)); err != nil {
		t.Fatal(err)
	}
	back := match.Move{Document: doc, Dossier: x.Dossier.Code, Reason: "đã đúng từ đầu"}
	got, err = h.filing.Relink(t.Context(), lan, back)
	if err != nil || got.Version != 0 || got.Request == nil || got.Request.From != y.Dossier.Code {
		t.Fatalf("released: %+v, %v", got, err)
	}
	if _, err := h.filing.Relink(t.Context(), hoa, back); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("asked twice: %v", err)
	}
	code := y.Dossier.Code
	if cs, err := h.s.Bulk(t.Context(), lan, review.Bulk{Documents: []archive.DocumentID{doc}, Dossier: ptr("H24.1-230523-0001")}); err == nil && (len(cs) != 1 || cs[0].Refused == "") {
		t.Errorf("a bulk edit moved a released document: %+v", cs)
	}
	if now, _ := h.dossier(doc); now != code {
		t.Errorf("moved by one person: %s", now)
	}
	if _, err := h.filing.Decide(t.Context(), lan, got.Request.ID, true); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("approved by who asked: %v", err)
	}
	if _, err := h.filing.Decide(t.Context(), minh, got.Request.ID, true); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("approved by another unit: %v", err)
	}
	rs, err := h.filing.Requests(t.Context(), hoa, "", 0, 10)
	if err != nil || len(rs) != 1 || rs[0].Reason != back.Reason {
		t.Fatalf("requests: %+v, %v", rs, err)
	}
	if r, err := h.filing.Decide(t.Context(), hoa, got.Request.ID, true); err != nil || r.Decision != "approved" || r.DecidedBy != "hoa" {
		t.Fatalf("approved: %+v, %v", r, err)
	}
	if _, err := h.filing.Decide(t.Context(), hoa, got.Request.ID, false); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("decided twice: %v", err)
	}
	h.step()
	links, err := h.filing.Links(t.Context(), lan, doc)
	if err != nil || len(links) != 3 || links[2].Dossier != x.Dossier.Code || links[2].Actor != "lan" || links[2].ApprovedBy != "hoa" || links[1].Reason != move.Reason {
		t.Errorf("links: %+v, %v", links, err)
	}
	events, err := h.c.History(t.Context(), doc)
	seen := map[string]int{}
	for _, e := range events {
		seen[e.Action]++
	}
	if err != nil || seen["dossier_linked"] != 3 || seen["relink_requested"] != 1 || seen["relink_approved"] != 1 {
		t.Errorf("audit: %v, %v", seen, err)
	}
}

func TestTheSamePaperTwiceIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	lines := []string{
		"ỦY BAN NHÂN DÂN PHƯỜNG LÊ CHÂN", "Cấp cho ông Nguyễn Văn An, căn cước công dân số 031085001234", "địa chỉ số 15 đường Tô Hiệu, thành phố Hải Phòng",
		"được xây dựng nhà ở riêng lẻ trên thửa đất số 12, tờ bản đồ số 34", "Giấy phép có hiệu lực từ ngày ký", "Chủ tịch Trần Quốc Tuấn",
	}
	x := registertest.Case{}
	x.Paper.Pages = []page.Result{registertest.Page(lines...)}
	h.lay(x)
	first := h.paper("first scan", 1)
	h.step()
	if _, ok, _ := h.s.Next(t.Context(), lan, review.Wish{}); ok {
		t.Fatal("the first scan is asked about")
	}
	second := h.paper("second scan", 1)
	h.step()
	task := h.next(lan, review.Wish{Kind: archive.AskDuplicate})
	if task.Document != second || len(task.Options) != 1 || task.Options[0].Value != string(first) || task.Reason != "same_text" {
		t.Fatalf("asked: %+v", task)
	}
	choice := string(first)
	if _, err := h.s.Answer(t.Context(), lan, task.ID, review.Answer{Choice: &choice}); err != nil {
		t.Fatal(err)
	}
	release := func(id archive.DocumentID) archive.Release {
		v, err := h.c.Document(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return v.Release
	}
	if release(second) != archive.Replaced || release(first) == archive.Replaced {
		t.Errorf("released: %s and %s", release(first), release(second))
	}
	if _, err := h.s.Undo(t.Context(), lan); err != nil {
		t.Fatal(err)
	}
	if release(second) != archive.Unconfirmed {
		t.Errorf("undone: %s", release(second))
	}
	if _, err := h.s.Answer(t.Context(), lan, task.ID, review.Answer{Looked: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.filing.Relink(t.Context(), lan, match.Move{Document: second, Dossier: "H24.1-230523-0001", Reason: "x", Anyway: true}); err != nil {
		t.Fatal(err)
	}
	h.step()
	if _, ok, _ := h.s.Next(t.Context(), lan, review.Wish{Kind: archive.AskDuplicate}); ok {
		t.Error("told apart, and asked again")
	}
	x.Paper.Pages = []page.Result{registertest.Page(append(lines[:1:1], append([]string{"Cấp cho bà Lê Thị Bình, căn cước công dân số 031085009999"}, lines[2:]...)...)...)}
	h.lay(x)
	h.paper("another person", 1)
	h.step()
	if task, ok, _ := h.s.Next(t.Context(), lan, review.Wish{Kind: archive.AskDuplicate}); ok {
		t.Errorf("the same form for another person is asked about: %+v", task)
	}
}

func ptr[T any](v T) *T { return &v }

// lockbook notes how far locks were extended.
type lockbook struct{ reached []time.Time }

func (l *lockbook) ExtendMasterLock(_ context.Context, _ fixity.Digest, until time.Time) error {
	l.reached = append(l.reached, until)
	return nil
}

func (l *lockbook) ExtendManifestLock(_ context.Context, _ string, until time.Time) error {
	l.reached = append(l.reached, until)
	return nil
}
