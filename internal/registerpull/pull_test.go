package registerpull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/fault"
	"sohoa/internal/pgtest"
	"sohoa/internal/register"
	"sohoa/internal/roottest"
	"sohoa/internal/web/webtest"
	"sohoa/internal/wiring"
)

func exampleFile() (io.ReadCloser, error) {
	root, err := roottest.Module()
	if err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(root, "docs", "register-pull.example.yaml"))
}

// state remembers places in memory, and can be told to end after a number of saves.
type state struct {
	places map[register.Kind]register.PullPlace
	saves  int
	endAt  int
	busy   bool
}

func (s *state) PullPlace(_ context.Context, _ string, k register.Kind) (register.PullPlace, error) {
	return s.places[k], nil
}

var errPower = errors.New("the power is gone")

func (s *state) SavePullPlace(_ context.Context, p register.PullPlace) error {
	if s.saves++; s.endAt > 0 && s.saves >= s.endAt {
		return errPower
	}
	s.places[p.List] = p
	return nil
}

func (s *state) Alone(ctx context.Context, _ string, f func(context.Context) error) (bool, error) {
	if s.busy {
		return false, nil
	}
	return true, f(ctx)
}

// bench is a register, a procedure system, and what pulls the one from the other.
type bench struct {
	*stub
	t     *testing.T
	reg   *register.Service
	state *state
	real  State // set: in place of state
	now   time.Time
	waits []time.Duration
}

func newBench(t *testing.T) *bench {
	t.Helper()
	reg, err := webtest.New(time.Now).Register()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{stub: newStub(t), t: t, reg: reg, state: &state{places: map[register.Kind]register.PullPlace{}}, now: time.Date(2025, 6, 1, 8, 0, 0, 0, time.UTC)}
}

// newRealBench is a bench over Postgres.
func newRealBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	ring, err := keyring.OpenOrCreate(filepath.Join(t.TempDir(), "keys"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cat := pgtest.Catalogue(t)
	if b.reg, err = register.New(register.Deps{Store: cat.Register(), Vault: wiring.Vault{Ring: ring}}); err != nil {
		t.Fatal(err)
	}
	b.real = cat
	return b
}

func (b *bench) puller(change func(*Config)) *Puller {
	b.t.Helper()
	var st State = b.state
	if b.real != nil {
		st = b.real
	}
	p, err := New(Deps{
		Config: b.config(change), Register: b.reg, State: st, Now: func() time.Time { return b.now }, Logger: slog.New(slog.DiscardHandler),
		Getenv: func(string) string { return "s3cret" },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	p.fetch.pause = func(ctx context.Context, d time.Duration) error { b.waits = append(b.waits, d); return ctx.Err() }
	return p
}

func (b *bench) round(p *Puller, o Options) map[register.Kind]Report {
	b.t.Helper()
	reports, err := p.Round(b.t.Context(), o)
	if err != nil {
		b.t.Fatalf("round: %v; %+v", err, reports)
	}
	out := map[register.Kind]Report{}
	for _, r := range reports {
		out[r.Kind] = r
	}
	return out
}

func (b *bench) at(minutes int) string {
	return b.now.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

// fill gives the system units, procedures, holders and n dossiers.
func (b *bench) fill(n int) {
	old := b.at(-60 * 24)
	for i := range 4 {
		b.lists["units"] = append(b.lists["units"], map[string]any{"maDonVi": fmt.Sprintf("U%d", i), "tenDonVi": fmt.Sprintf("Phường %d", i), "donViCha": nil, "changed": old})
		b.lists["procedures"] = append(b.lists["procedures"], map[string]any{"maTTHC": fmt.Sprintf("1.00000%d", i), "ten": "Cấp giấy phép", "cap": i%2 + 1, "ketQua": []any{map[string]any{"ten": "Giấy phép"}}, "changed": old})
		b.lists["holders"] = append(b.lists["holders"], map[string]any{"id": fmt.Sprintf("H%d", i), "loai": "CN", "hoTen": fmt.Sprintf("Người %d", i), "cccd": fmt.Sprintf("03109000123%d", i), "giayToCu": []any{}, "changed": old})
	}
	for i := range n {
		b.lists["dossiers"] = append(b.lists["dossiers"], b.dossier(i, old))
	}
}

func (b *bench) dossier(i int, changed string) map[string]any {
	return map[string]any{
		"maHoSo": fmt.Sprintf("000.00.53.H24-250601-%04d", i+1), "maTTHC": fmt.Sprintf("1.00000%d", i%4), "donVi": map[string]any{"ma": fmt.Sprintf("U%d", i%4)},
		"ngayTiepNhan": "2025-06-01T08:00:00+07:00", "trangThai": 4, "chuHoSo": map[string]any{"hoTen": "Trần Thị Bình", "loai": "CN", "cccd": fmt.Sprintf("0310910%05d", i)}, "daXoa": false, "changed": changed,
	}
}

func (b *bench) dossiers() []register.DossierRow {
	b.t.Helper()
	rows, err := b.reg.Dossiers(b.t.Context(), archive.Actor{Role: archive.Registrar}, register.Query{Limit: register.MaxLimit})
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

func TestARoundBringsEveryListAndTheNextOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	b := newRealBench(t)
	b.fill(8)
	p := b.puller(nil)
	got := b.round(p, Options{})
	for k, want := range map[register.Kind]int{register.Units: 4, register.Procedures: 4, register.Holders: 4, register.Dossiers: 8} {
		if r := got[k]; r.Inserted != want || len(r.Bad) != 0 || !r.Applied {
			t.Errorf("%s: %+v", k, r)
		}
	}
	if rows := b.dossiers(); len(rows) != 8 || rows[0].Status != register.Returned || rows[0].ReceivedOn != "2025-06-01" || len(rows[0].Holders) != 1 || rows[0].Holders[0].Numbers[0].Masked != "031•••••0000" {
		t.Errorf("the first of %d dossiers: %+v", len(rows), rows[0])
	}
	// Half an hour later: one changed, one is new, one was deleted, one changed within the overlap, and one is told twice.
	b.now = b.now.Add(30 * time.Minute)
	b.lists["dossiers"][2] = b.dossier(2, b.at(-5))
	b.lists["dossiers"][2]["trangThai"] = 3
	b.lists["dossiers"][3]["changed"] = b.at(-35)
	b.lists["dossiers"][5]["changed"], b.lists["dossiers"][5]["daXoa"] = b.at(-4), true
	b.lists["dossiers"] = append(b.lists["dossiers"], b.dossier(8, b.at(-3)), b.dossier(8, b.at(-3)))
	b.asked = nil
	r := b.round(p, Options{Lists: []register.Kind{register.Dossiers}})[register.Dossiers]
	if r.Inserted != 1 || r.Updated != 2 || r.Deleted != 1 || len(r.Bad) != 0 { // the one within the overlap is as before but for its time
		t.Errorf("the second round: %+v", r)
	}
	if rows := b.dossiers(); len(rows) != 8 {
		t.Errorf("%d dossiers are there, want 8", len(rows))
	}
	if !strings.Contains(b.asked[0], "modifiedFrom="+strings.ReplaceAll(b.at(-40), ":", "%3A")) || !strings.Contains(b.asked[0], "expand=chuHoSo") {
		t.Errorf("asked %s", b.asked[0])
	}
	b.asked = nil
	if r := b.round(p, Options{Lists: []register.Kind{register.Dossiers}})[register.Dossiers]; r.Inserted+r.Updated != 0 {
		t.Errorf("a round without changes: %+v", r)
	}
}

func TestFaultsOfTheOtherSideAreWaitedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(7)
	b.uses = 2 // the token runs out after two pages
	b.faults = []func(http.ResponseWriter){
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		nil,
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
	}
	got := b.round(b.puller(nil), Options{})
	if r := got[register.Dossiers]; r.Inserted != 7 || r.Pages != 3 {
		t.Errorf("%+v", r)
	}
	if b.issued < 2 {
		t.Errorf("%d tokens were given, want a second", b.issued)
	}
	if len(b.waits) < 4 || b.waits[0] != 7*time.Second || b.waits[1] > 5*time.Second {
		t.Errorf("waited %v", b.waits)
	}
	for _, w := range b.waits {
		if w > longestPause {
			t.Errorf("waited %s", w)
		}
	}
}

func TestASystemThatStaysDownStopsTheRoundAndIsSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(1)
	for range 50 {
		b.faults = append(b.faults, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	}
	_, err := b.puller(nil).Round(t.Context(), Options{})
	if fault.CodeOf(err) != fault.StoreUnavailable || len(b.waits) != fetchTries-1 {
		t.Errorf("%v after %d pauses", err, len(b.waits))
	}
	if p := b.state.places[register.Units]; !strings.Contains(p.Problem, "502") || p.StartedAt.IsZero() {
		t.Errorf("%+v", p)
	}
	bad := b.puller(nil)
	bad.fetch.tokens.ClientSecret = "wrong-s3cret"
	b.faults, b.issued = nil, 0
	if _, err := bad.Round(t.Context(), Options{}); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "client_id") {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestAnInterruptedRoundGoesOnAtItsLastPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(10)
	only := Options{Lists: []register.Kind{register.Dossiers}}
	b.round(b.puller(nil), Options{Lists: []register.Kind{register.Units, register.Procedures}})
	b.state.saves, b.state.endAt = 0, 3
	if _, err := b.puller(nil).Round(t.Context(), only); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	b.state.endAt, b.asked = 0, nil
	b.now = b.now.Add(10 * time.Minute)
	r := b.round(b.puller(nil), only)[register.Dossiers]
	if !strings.Contains(b.asked[0], "after=6") || len(b.dossiers()) != 10 {
		t.Errorf("went on with %s; %d dossiers; %+v", b.asked[0], len(b.dossiers()), r)
	}
	if p := b.state.places[register.Dossiers]; !p.Through.Equal(b.now.Add(-10*time.Minute)) || p.Next != "" {
		t.Errorf("what the round began with is through, not what it ended with: %+v", p)
	}
	// A round left for a day begins anew.
	b.state.places[register.Dossiers] = register.PullPlace{List: register.Dossiers, StartedAt: b.now.Add(-24 * time.Hour), Next: "9"}
	b.asked = nil
	b.round(b.puller(nil), only)
	if strings.Contains(b.asked[0], "after=") {
		t.Errorf("after a day it goes on with %s", b.asked[0])
	}
}

func TestBadRecordsAreNamedByPathFieldAndCure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(4)
	b.lists["dossiers"][1]["chuHoSo"] = map[string]any{"hoTen": "Lê Văn Cường", "cccd": "0310"}
	b.lists["dossiers"][3]["ngayTiepNhan"] = "hôm qua"
	r := b.round(b.puller(nil), Options{})[register.Dossiers]
	if r.Inserted != 2 || r.Skipped != 2 || len(r.Bad) != 2 {
		t.Fatalf("%+v", r)
	}
	one, two := r.Bad[0], r.Bad[1]
	if one.Record != "data.items[1]" || one.Path != "chuHoSo.cccd" || one.Field != "cccd" || one.Cure == "" || one.Page != 1 || one.Code != "000.00.53.H24-250601-0002" {
		t.Errorf("%+v", one)
	}
	if two.Record != "data.items[0]" || two.Page != 2 || two.Path != "ngayTiepNhan" || two.Field != "received_on" {
		t.Errorf("%+v", two)
	}
	if s := fmt.Sprintf("%+v", r.Bad); strings.Contains(s, "Cường") || strings.Contains(s, "0310") && !strings.Contains(s, "cccd") {
		t.Errorf("a person is quoted: %s", s)
	}
	// With stop, nothing of the page is taken and the round stops there.
	b2 := newBench(t)
	b2.fill(4)
	b2.lists["dossiers"][3]["ngayTiepNhan"] = "hôm qua"
	reports, err := b2.puller(func(c *Config) { c.Bad = "stop" }).Round(t.Context(), Options{})
	if err == nil || len(b2.dossiers()) != 3 || reports[3].Applied {
		t.Errorf("%v, %d dossiers", err, len(b2.dossiers()))
	}
	if p := b2.state.places[register.Dossiers]; p.Next != "3" || p.Problem == "" {
		t.Errorf("%+v", p)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(4)
	r := b.round(b.puller(nil), Options{DryRun: true, Lists: []register.Kind{register.Units}})[register.Units]
	if r.Received != 4 || !r.DryRun || len(b.state.places) != 0 {
		t.Errorf("%+v, %+v", r, b.state.places)
	}
	us, err := b.reg.Units(t.Context(), archive.Actor{Role: archive.Registrar}, register.Query{Limit: 10})
	if err != nil || len(us) != 0 {
		t.Errorf("%d units are there (%v)", len(us), err)
	}
	b.state.busy = true
	if _, err := b.puller(nil).Round(t.Context(), Options{}); !errors.Is(err, ErrBusy) {
		t.Errorf("a second round: %v", err)
	}
	if err := b.puller(nil).Run(t.Context()); err != nil {
		t.Errorf("on schedule a second round is no fault: %v", err)
	}
}

func TestNobodyIsAskedButTheConfiguredHosts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(8)
	touched := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { touched = true }))
	defer other.Close()
	link := func(c *Config) {
		l := c.Lists[register.Dossiers]
		l.Paging = Paging{Style: pagingNext, Value: must("Link")}
		c.Lists = map[register.Kind]List{register.Dossiers: l}
	}
	b.elsewhere = other.URL
	if _, err := b.puller(link).Round(t.Context(), Options{}); !errors.Is(err, errElsewhere) {
		t.Errorf("a next page elsewhere: %v", err)
	}
	b.state.places = map[register.Kind]register.PullPlace{}
	b.faults = []func(http.ResponseWriter){func(w http.ResponseWriter) { w.Header().Set("Location", other.URL); w.WriteHeader(http.StatusFound) }}
	if _, err := b.puller(link).Round(t.Context(), Options{}); err == nil {
		t.Error("a redirect is followed")
	}
	if touched {
		t.Error("another host was asked")
	}
	b.elsewhere = ""
	b.round(b.puller(nil), Options{Lists: []register.Kind{register.Units, register.Procedures}})
	b.state.places = map[register.Kind]register.PullPlace{}
	if r := b.round(b.puller(link), Options{})[register.Dossiers]; r.Inserted+r.Unchanged != 8 || r.Pages != 3 {
		t.Errorf("by Link headers: %+v", r)
	}
}

func must(s string) Path {
	p, err := ParsePath(s)
	if err != nil {
		panic(err)
	}
	return p
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fill(3)
	if _, err := b.puller(func(c *Config) { c.MaxBody = 100 }).Round(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "max_body") {
		t.Errorf("a body over the limit: %v", err)
	}
	b.faults = []func(http.ResponseWriter){func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }}
	if _, err := b.puller(nil).Round(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Errorf("no JSON: %v", err)
	}
	b.faults = []func(http.ResponseWriter){func(w http.ResponseWriter) { fmt.Fprint(w, `{"data":{}}`) }}
	if _, err := b.puller(nil).Round(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "data.items") {
		t.Errorf("no list: %v", err)
	}
	b.faults = []func(http.ResponseWriter){
		func(w http.ResponseWriter) { fmt.Fprint(w, `{"data":{"items":[]},"meta":{"next":"x"}}`) },
		func(w http.ResponseWriter) { fmt.Fprint(w, `{"data":{"items":[]},"meta":{"next":"x"}}`) },
	}
	b.state.places = map[register.Kind]register.PullPlace{}
	if _, err := b.puller(nil).Round(t.Context(), Options{Lists: []register.Kind{register.Procedures}}); err == nil {
		t.Error("pages in a circle are followed for ever")
	}
}

func TestAConfigurationSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	good := "base_url: https://x.vn/api\nlists: {units: {path: u, columns: {code: a, name: b}}}\n"
	if _, err := ReadConfig(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ config, want string }{
		"a misspelt field":           {good + "ever: 1m\n", "ever"},
		"open http":                  {strings.Replace(good, "https", "http", 1), "not https"},
		"a password in the address":  {strings.Replace(good, "x.vn", "u:p@x.vn", 1), "no plain URL"},
		"no list":                    {"base_url: https://x.vn\n", "lists"},
		"a list nobody knows":        {strings.Replace(good, "units", "people", 1), "people"},
		"a column that must be":      {strings.Replace(good, ", name: b", "", 1), "name is missing"},
		"a column nobody knows":      {strings.Replace(good, "name: b", "name: b, colour: c", 1), "colour"},
		"a path out of the base":     {strings.Replace(good, "path: u", "path: ../../admin", 1), "no path"},
		"another host as path":       {strings.Replace(good, "path: u", "path: https://evil.vn/u", 1), "no path"},
		"a paging style":             {strings.Replace(good, "path: u", "path: u, paging: {style: scroll}", 1), "scroll"},
		"a cursor without its place": {strings.Replace(good, "path: u", "path: u, paging: {style: cursor, param: c}", 1), "cursor"},
		"a path that is none":        {strings.Replace(good, "name: b", "name: 'a..b'", 1), "no path"},
		"a token without secret":     {good + "auth: {token_url: https://x.vn/t, client_id: a}\n", "client_secret_env"},
		"a secret in the file":       {good + "auth: {token_url: https://x.vn/t, client_id: a, client_secret: geheim}\n", "client_secret"},
		"neither skip nor stop":      {good + "bad_records: maybe\n", "maybe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ReadConfig(strings.NewReader(c.config)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want a word of %q", err, c.want)
			}
		})
	}
}

func FuzzAPathThatReadsNeverPanics(f *testing.F) {
	for _, s := range []string{"a.b", "a[0].b", "a[*].b[*]", "$.x", "[1]", "a..b", "a[", "*"} {
		f.Add(s)
	}
	value := map[string]any{"a": []any{map[string]any{"b": "x"}, 3.0, nil}, "x": true}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		if len(p.steps) > maxSteps {
			t.Errorf("%q has %d steps", s, len(p.steps))
		}
		_ = p.texts(value)
		if again, err := ParsePath(p.String()); err != nil || len(again.steps) != len(p.steps) {
			t.Errorf("%q reads back as %v (%v)", s, again, err)
		}
	})
}
