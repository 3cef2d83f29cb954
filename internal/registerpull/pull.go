package registerpull

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/register"
)

// Register takes records in; it is register.Service.
type Register interface {
	Import(ctx context.Context, a archive.Actor, p register.Plan, src register.Source) (register.Report, error)
	Delete(ctx context.Context, a archive.Actor, k register.Kind, code string) error
}

// State remembers places and lets one run at a time.
type State interface {
	PullPlace(ctx context.Context, source string, k register.Kind) (register.PullPlace, error)
	SavePullPlace(ctx context.Context, p register.PullPlace) error
	// Alone runs f unless it runs elsewhere.
	Alone(ctx context.Context, name string, f func(ctx context.Context) error) (ran bool, err error)
}

// Deps is what a Puller needs.
type Deps struct {
	Config   Config
	Register Register
	State    State
	Now      func() time.Time
	Logger   *slog.Logger
	Getenv   func(string) string // nil: os.Getenv
}

// Puller pulls the register. It is safe for concurrent use; rounds take turns.
type Puller struct {
	d     Deps
	fetch *fetcher
}

// New makes a puller; it reads the client's secret.
func New(d Deps) (*Puller, error) {
	if d.Getenv == nil {
		d.Getenv = os.Getenv
	}
	f, err := newFetcher(d.Config, d.Getenv, d.Now)
	if err != nil {
		return nil, err
	}
	return &Puller{d, f}, nil
}

// Every is how often a round is wanted.
func (p *Puller) Every() time.Duration { return p.d.Config.Every }

// Options of a round by hand.
type Options struct {
	DryRun bool                  // say what would happen, remember nothing
	Full   bool                  // everything, not what changed
	Lists  []register.Kind       // nil: all that are configured
	Page   func(register.Report) // told of each page; may be nil
}

// Report says what a round did with one list.
type Report struct {
	register.Report
	Pages   int   `json:"pages"`
	Deleted int   `json:"deleted"`
	Bad     []Bad `json:"bad"`
}

// Bad is a record that was not taken: where it stands in the source's answer, and what would cure it. It quotes no identifier.
type Bad struct {
	Page   int    `json:"page"`   // from 1
	Record string `json:"record"` // its path in the answer
	Code   string `json:"code,omitempty"`
	Path   string `json:"path"` // of the value, in the record
	Field  string `json:"field"`
	What   string `json:"problem"`
	Cure   string `json:"cure"`
}

// maxBad is how many bad records a report lists.
const maxBad = 1000

// resumeWithin is how long a round that was interrupted goes on where it was; later, pages may have moved.
const resumeWithin = 6 * time.Hour

// actor is who the register's history names.
func actor() archive.Actor { return archive.Actor{Account: "register-pull", Role: archive.Registrar} }

// ErrBusy says that a round runs elsewhere.
var ErrBusy = errors.New("a pull of the register runs already") //nolint:gochecknoglobals // a sentinel

// Round pulls every list, in the order they need each other. Reports tell what was done also when there is an error.
func (p *Puller) Round(ctx context.Context, o Options) ([]Report, error) {
	var reports []Report
	ran, err := p.d.State.Alone(ctx, "register pull", func(ctx context.Context) error {
		for _, k := range register.Kinds() {
			l, ok := p.d.Config.Lists[k]
			if !ok || o.Lists != nil && !slices.Contains(o.Lists, k) {
				continue
			}
			r, err := p.list(ctx, k, l, o)
			reports = append(reports, r)
			if err != nil {
				return fmt.Errorf("%s: %w", k, err)
			}
		}
		return nil
	})
	if err == nil && !ran {
		err = ErrBusy
	}
	return reports, err
}

// Run is a round on schedule: one that runs elsewhere is no error.
func (p *Puller) Run(ctx context.Context) error {
	reports, err := p.Round(ctx, Options{})
	for _, r := range reports {
		level := slog.LevelDebug
		if r.Inserted+r.Updated+r.Deleted+r.Skipped > 0 {
			level = slog.LevelInfo
		}
		p.d.Logger.Log(ctx, level, "register pulled", "list", r.Kind, "pages", r.Pages, "received", r.Received, "inserted", r.Inserted, "updated", r.Updated, "deleted", r.Deleted, "bad", r.Skipped)
		for _, b := range r.Bad[:min(len(r.Bad), 20)] {
			p.d.Logger.WarnContext(ctx, "record not taken", "list", r.Kind, "record", b.Record, "path", b.Path, "field", b.Field, "problem", b.What, "cure", b.Cure)
		}
	}
	if errors.Is(err, ErrBusy) {
		return nil
	}
	return err
}

// list pulls one list to its end.
func (p *Puller) list(ctx context.Context, k register.Kind, l List, o Options) (Report, error) {
	total := Report{Report: register.Report{Kind: k, DryRun: o.DryRun, Applied: true}, Bad: []Bad{}}
	place, err := p.d.State.PullPlace(ctx, p.d.Config.BaseURL, k)
	if err != nil {
		return total, err
	}
	place.Source, place.List = p.d.Config.BaseURL, k
	now := p.d.Now().UTC()
	if place.StartedAt.IsZero() || now.Sub(place.StartedAt) > resumeWithin || o.Full || o.DryRun {
		place.StartedAt, place.Next = now, ""
	}
	var since time.Time
	if !place.Through.IsZero() && !o.Full {
		since = place.Through.Add(-p.d.Config.Overlap)
	}
	keep := func(problem error) error {
		if o.DryRun {
			return nil
		}
		place.Problem = ""
		if problem != nil {
			place.Problem = shown(problem)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return p.d.State.SavePullPlace(ctx, place)
	}
	seen := map[string]bool{}
	for {
		if seen[place.Next] {
			return total, errors.Join(fault.New(fault.Internal, "the procedure system answers with a page that was there already"), keep(errors.New("pages go in circles")))
		}
		seen[place.Next] = true
		pg, err := p.fetch.page(ctx, l, since, place.Next)
		if err == nil {
			err = p.take(ctx, k, l, pg, o, &total)
		}
		if err != nil {
			return total, errors.Join(err, keep(err))
		}
		if place.Next = pg.next; place.Next == "" {
			place.Through, place.StartedAt = place.StartedAt, time.Time{}
			return total, keep(nil)
		}
		if err := keep(nil); err != nil {
			return total, err
		}
	}
}

// shown is what an operator reads of an error.
func shown(err error) string {
	s := fault.DetailOf(err)
	if s == "" {
		s = err.Error()
	}
	return strings.ToValidUTF8(s[:min(len(s), 500)], "")
}

// take takes one page in.
func (p *Puller) take(ctx context.Context, k register.Kind, l List, pg page, o Options, total *Report) error {
	total.Pages++
	m := newMapping(k, l)
	i := 0
	var gone []string
	last := m.lastOf(pg.records)
	src := func() (register.Given, bool, error) {
		for i < len(pg.records) {
			rec := pg.records[i]
			i++
			if code := m.cell("code", rec); code != "" && last[code] != i-1 {
				continue // told again further down, where it is newer
			}
			if l.Deleted.set(rec) {
				gone = append(gone, m.cell("code", rec))
				continue
			}
			return m.given(i, rec), true, nil
		}
		return register.Given{}, false, nil
	}
	r, err := p.d.Register.Import(ctx, actor(), register.Plan{Kind: k, SkipBad: p.d.Config.Bad == "skip", DryRun: o.DryRun}, src)
	for _, b := range r.Bad {
		if len(total.Bad) < maxBad {
			total.Bad = append(total.Bad, m.bad(b, total.Pages, l.Records, pg.records))
		}
	}
	total.Received += r.Received
	total.Inserted += r.Inserted
	total.Updated += r.Updated
	total.Unchanged += r.Unchanged
	total.Skipped += r.Skipped
	if o.Page != nil {
		o.Page(r)
	}
	switch {
	case err != nil:
		return err
	case !r.Applied && !o.DryRun:
		total.Applied = false
		return fault.New(fault.RequestMalformed, "%d records of page %d are bad and nothing of the page was taken; have them mended, or set bad_records: skip", r.Skipped, total.Pages)
	}
	for _, code := range gone {
		if code == "" || o.DryRun {
			continue
		}
		err := p.d.Register.Delete(ctx, actor(), k, code)
		switch {
		case err == nil:
			total.Deleted++
		case fault.CodeOf(err) == fault.NotFound:
		default:
			return err
		}
	}
	return nil
}

func (f Flag) set(rec any) bool {
	if f.Path.empty() {
		return false
	}
	s := f.Path.text(rec)
	if len(f.Values) == 0 {
		return s == "true" || s == "1"
	}
	return slices.Contains(f.Values, s)
}

// moment turns a number of seconds or milliseconds since 1970 into a time as cells hold it.
func moment(s, unit string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if unit == "" || err != nil {
		return s
	}
	t := time.Unix(n, 0)
	if unit == "ms" {
		t = time.UnixMilli(n)
	}
	return t.UTC().Format(time.RFC3339)
}
