// Package custodytest runs an archive on real servers for tests of custody: its papers are text files, a page a line, and its engine,
// reader and writer are fakes that do what the ports promise and nothing else.
package custodytest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/custody/holders"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/digitise"
	"sohoa/internal/intake"
	"sohoa/internal/localtest"
	"sohoa/internal/objectstore"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"

	"sohoa/internal/wiring"
)

// World is an archive. A paper whose first line is ZIP is a zip with a paper in every other line; otherwise every line is a page. A line that is Blank is a blank page, a
// word of it that begins with SOHOA is the text of a code.
type World struct {
	T       *testing.T
	Pool    pgtest.DB
	Cat     *postgres.Catalogue
	Store   *objectstore.Store
	Shelves objectstore.Shelves
	In      *intake.Service
	Steps   *digitise.Service
	// Recognised counts the pages the engine has read.
	Recognised *atomic.Int64
}

// New makes a world with a catalogue and a store of its own.
func New(t *testing.T) *World { return On(t, pgtest.Pool(t), localtest.Store(t)) }

// Beside makes a world with an empty catalogue beside a store that is there already.
func Beside(t *testing.T, store *objectstore.Store) *World { return On(t, pgtest.Pool(t), store) }

// On makes a world on a migrated database and a store with buckets.
func On(t *testing.T, pool pgtest.DB, store *objectstore.Store) *World {
	return on(t, pool, store, nil)
}

// WithKeys makes a world like New whose steps seal the identifiers of holders.
func WithKeys(t *testing.T, ring *keyring.Ring) *World {
	return on(t, pgtest.Pool(t), localtest.Store(t), ring)
}

// Ring makes a key ring.
func Ring(t *testing.T) *keyring.Ring {
	t.Helper()
	r, err := keyring.OpenOrCreate(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Keeper seals and opens with the keys of a ring in this world's store.
func (w *World) Keeper(ring *keyring.Ring) *holders.Keeper {
	return holders.New(ring, objectstore.NewArchive(w.Store))
}

// Pages gives what the engine reads of pages, a line each.
func Pages(lines ...string) []page.Result {
	out := make([]page.Result, len(lines))
	for i, l := range lines {
		out[i], _ = lineEngine{&atomic.Int64{}}.Recognise(context.Background(), page.Picture{Data: []byte(l)})
	}
	return out
}

func on(t *testing.T, pool pgtest.DB, store *objectstore.Store, ring *keyring.Ring) *World {
	t.Helper()
	w := &World{T: t, Pool: pool, Store: store, Shelves: objectstore.NewShelves(store), Recognised: &atomic.Int64{}}
	w.Cat = postgres.New(w.Pool)
	arch := objectstore.NewArchive(store)
	var err error
	if w.In, err = intake.New(intake.Deps{
		Masters: arch, Records: arch, Catalogue: w.Cat, SpoolDir: t.TempDir(), Now: time.Now, Logger: quiet(),
	}); err != nil {
		t.Fatal(err)
	}
	deps := digitise.Deps{
		Catalogue: w.Cat, Objects: arch, Reader: lineReader{}, Zip: lineZip{}, Entries: wiring.Entries{Intake: w.In}, Engine: lineEngine{w.Recognised}, Writer: lineWriter{},
		Checker: lineChecker{}, Describer: lineDescriber{}, WorkDir: t.TempDir() + "/work", Now: time.Now, Logger: quiet(),
	}
	if ring != nil {
		deps.Holders = w.Keeper(ring)
	}
	if w.Steps, err = digitise.New(deps); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Steps.Close)
	return w
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Accept takes a paper of unit u1 into custody.
func (w *World) Accept(batch, name, content string) archive.Accession {
	w.T.Helper()
	r, err := w.In.Accept(w.T.Context(), intake.Request{Name: name, Unit: "u1", Batch: batch, Actor: "clerk"}, strings.NewReader(content))
	if err != nil {
		w.T.Fatalf("accept %s: %v", name, err)
	}
	return r.Accession
}

// Work runs tasks until none is left, those of the counter first, or stop says to stop before one.
func (w *World) Work(stop func(archive.Task) bool) {
	w.T.Helper()
	for w.work(archive.Interactive, stop)+w.work(archive.Backlog, stop) > 0 {
	}
}

// work runs the tasks that wait in a queue, and tells how many.
func (w *World) work(queue archive.Queue, stop func(archive.Task) bool) int {
	w.T.Helper()
	for n := 0; ; {
		rings, err := w.Cat.PickTasks(w.T.Context(), queue, 1, 0)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(rings) == 0 {
			return n
		}
		for _, r := range rings { // may be more than asked for
			w.do(r, stop)
			n++
		}
	}
}

func (w *World) do(r archive.Ring, stop func(archive.Task) bool) {
	w.T.Helper()
	ctx := w.T.Context()
	task, ok, err := w.Cat.Task(ctx, r.ID)
	if err != nil || !ok {
		w.T.Fatalf("task %d: %v, %v", r.ID, ok, err)
	}
	if stop != nil && stop(task) {
		return // stays rung: as if its worker had died
	}
	switch task.Kind {
	case archive.TaskInspect:
		err = w.Steps.Inspect(ctx, task)
	case archive.TaskRecognise:
		err = w.Steps.Recognise(ctx, task)
	case archive.TaskDescribe:
		err = w.Steps.Describe(ctx, task)
	case archive.TaskAssemble:
		err = w.Steps.Assemble(ctx, task)
	case archive.TaskSettle:
		err = w.Steps.Settle(ctx, task)
	}
	if err != nil {
		w.T.Fatalf("%s: %v", task.Kind, err)
	}
}

// Dump gives the rows of every table that a rebuild promises to bring back, but for what is documented as lost: order numbers, attempts,
// and times that only the database knew.
func (w *World) Dump() map[string][]string {
	w.T.Helper()
	out := map[string][]string{}
	for table, query := range map[string]string{
		"units":    `SELECT code, name FROM units ORDER BY 1`,
		"batches":  `SELECT id, unit_code, name, state, queue, created_by, splitting, page_order FROM batches ORDER BY 1`,
		"left out": `SELECT * FROM left_out_pages ORDER BY 1, 2, 3`,
		"masters":  `SELECT encode(digest, 'hex'), size_bytes, object_version, state, retain_until, disposal_hold FROM masters ORDER BY 1`,
		"links":    `SELECT document_id, accession_id FROM document_accessions ORDER BY 1, 2`,
		"versions": `SELECT document_id, version, reason, created_by, created_at, page_count, snapshot, rendition_digest, rendition_size, rendition_object_version, conformance, checked_by, manifest, manifest_digest FROM versions ORDER BY 1, 2`,
		"pages":    `SELECT * FROM pages ORDER BY 1, 2, 3`,
		// What was read on pages that are left out is not on record after a rebuild; it is found by its key when it is wanted.
		"results": `SELECT master_digest, master_page, engine, settings, object_key, digest FROM page_results r
			WHERE EXISTS (SELECT 1 FROM pages p WHERE p.master_digest = r.master_digest AND p.master_page = r.master_page) ORDER BY 1, 2`,
		"holders": `SELECT * FROM holders ORDER BY 1, 2, 3`,
		"fields":  `SELECT * FROM fields ORDER BY 1, 2, 3`,
		"search":  `SELECT document_id, ordinal, unit_code, access_level, body, accented, plain FROM search_pages ORDER BY 1, 2`,
		"accessions": `SELECT id, batch_id, parent_id, unit_code, dossier_code, access_level, name, master_digest, size_bytes, media_type, pages, warnings, queue, state,
			rejected_code, stalled_code, received_by, received_at FROM accessions ORDER BY 1`,
		"documents": `SELECT id, unit_code, dossier_code, access_level, batch_id, name, queue, processing, release, replaced_by, version, needs_review, stalled_code, title, doc_type,
			number, symbol, number_symbol, issued_on, agency, created_at, archived_at IS NOT NULL, shelf, procedure_code FROM documents ORDER BY 1`,
		"order": `SELECT id FROM documents WHERE processing = 'archived' ORDER BY created_at, id`,
	} {
		rows, err := w.Pool.Query(w.T.Context(), "SELECT t::text FROM ("+query+") t")
		if err != nil {
			w.T.Fatalf("dump %s: %v", table, err)
		}
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				w.T.Fatal(err)
			}
			out[table] = append(out[table], s)
		}
		if err := rows.Err(); err != nil {
			w.T.Fatalf("dump %s: %v", table, err)
		}
	}
	return out
}

// Count runs a query that gives one number.
func (w *World) Count(query string, args ...any) int {
	w.T.Helper()
	var n int
	if err := w.Pool.QueryRow(w.T.Context(), query, args...).Scan(&n); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
	return n
}

// Sweeper sweeps this world.
func (w *World) Sweeper(grace time.Duration) *custody.Sweeper {
	return custody.NewSweeper(custody.SweepDeps{Objects: w.Shelves, Catalogue: w.Cat, Now: time.Now, Logger: quiet(), Grace: grace})
}

// Rebuilder fills the catalogue of this world.
func (w *World) Rebuilder() *custody.Rebuilder { return w.RebuilderWith(nil) }

// RebuilderWith is a Rebuilder that opens sealed identifiers.
func (w *World) RebuilderWith(h custody.HolderOpener) *custody.Rebuilder {
	return custody.NewRebuilder(custody.RebuildDeps{Objects: w.Shelves, Catalogue: w.Cat, Holders: h, Logger: quiet()})
}

// Unring gives back the tasks that workers who died had in hand.
func (w *World) Unring() {
	w.T.Helper()
	if _, err := w.Pool.Exec(w.T.Context(), `UPDATE outbox SET rung_at = NULL`); err != nil {
		w.T.Fatal(err)
	}
}

type lineReader struct{}

// Open implements digitise.Reader.
func (lineReader) Open(_ context.Context, path string) (digitise.Master, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(b), "\n")
	if lines[0] == "ZIP" {
		return nil, digitise.ErrIsZip
	}
	return lineMaster(lines), nil
}

type lineMaster []string

// MediaType implements digitise.Master.
func (lineMaster) MediaType() archive.MediaType { return archive.PDF }

// Len implements digitise.Master.
func (m lineMaster) Len() int { return len(m) }

// Warnings implements digitise.Master.
func (lineMaster) Warnings() []string { return []string{"JavaScript is not carried over"} }

// Close implements digitise.Master.
func (lineMaster) Close() error { return nil }

// Page implements digitise.Master.
func (m lineMaster) Signatures() []archive.Signature { return nil }

func (m lineMaster) Page(_ context.Context, n int, _ digitise.Use) (digitise.Source, error) {
	return digitise.Source{
		Picture: page.Picture{Encoding: page.JPEG, Data: []byte(m[n-1]), Width: 1000, Height: 1400, Components: 1, BitsPerComponent: 8, DPIX: 120, DPIY: 120},
		WidthPt: 600, HeightPt: 840,
	}, nil
}

type lineZip struct{}

// Walk implements digitise.ZipReader.
func (lineZip) Walk(_ context.Context, path string, each func(string, func() (io.ReadCloser, error)) error) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i, l := range strings.Split(string(b), "\n")[1:] {
		if err := each(fmt.Sprintf("entry%d.pdf", i+1), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(l)), nil }); err != nil {
			return err
		}
	}
	return nil
}

// Blank is the line of a blank page.
const Blank = "(trắng)"

type lineEngine struct{ pages *atomic.Int64 }

// Recognise implements digitise.Engine.
func (e lineEngine) Recognise(_ context.Context, p page.Picture) (page.Result, error) {
	e.pages.Add(1)
	r := page.Result{Width: p.Width, Height: p.Height, Kind: page.Text, Source: page.Recognised, Skew: 0.125, Engine: "lines 1", Settings: "s1"}
	l := page.Line{Box: page.Box{X1: 900, Y1: 50}}
	for i, w := range strings.Fields(string(p.Data)) {
		l.Words = append(l.Words, page.Word{Text: w, Box: page.Box{X0: 100 * i, X1: 100*i + 90, Y1: 50}, Confidence: 91.5})
	}
	r.Lines = []page.Line{l}
	if string(p.Data) == Blank {
		r.Kind, r.Lines = page.Blank, nil
	}
	for w := range strings.FieldsSeq(string(p.Data)) {
		if strings.HasPrefix(w, "SOHOA") {
			r.Codes = append(r.Codes, page.Code{Format: "qr", Text: w, Box: page.Box{X1: 300, Y1: 300}})
		}
	}
	r.Confidence = page.MeanConfidence(r.Lines)
	return r, nil
}

// Codes implements digitise.Engine.
func (lineEngine) Codes(context.Context, page.Picture) ([]page.Code, error) { return nil, nil }

// Convert implements digitise.Engine.
func (lineEngine) Convert(_ context.Context, p page.Picture) (page.Picture, error) { return p, nil }

// View implements digitise.Engine.
func (lineEngine) View(context.Context, page.Picture, page.Turn, int) (page.Picture, error) {
	return page.Picture{}, errors.New("nobody looks")
}

// Version implements digitise.Engine.
func (lineEngine) Version() digitise.EngineVersion {
	return digitise.EngineVersion{Engine: "lines 1", Settings: "s1"}
}

type lineWriter struct{}

// Begin implements digitise.Writer.
func (lineWriter) Begin(w io.Writer, s digitise.Snapshot) (digitise.Rendition, error) {
	_, err := fmt.Fprintf(w, "%s %s\n", s.Title, s.CreatedAt)
	return lineRendition{w}, err
}

// Allows implements digitise.Writer.
func (lineWriter) Allows(page.Picture) bool { return true }

// Name implements digitise.Writer.
func (lineWriter) Name() string { return "lines 1" }

type lineRendition struct{ w io.Writer }

// Add implements digitise.Rendition.
func (r lineRendition) Add(l page.Leaf) error {
	_, err := fmt.Fprintln(r.w, l.Result.Text())
	return err
}

// Close implements digitise.Rendition.
func (lineRendition) Close() error { return nil }

type lineChecker struct{}

// Check implements digitise.Checker.
func (lineChecker) Check(context.Context, string) (string, string, error) {
	return "PDF/A-2u", "test", nil
}

type lineDescriber struct{}

// Fields reads "Số 12/QĐ-UBND" off the first line.
func (lineDescriber) Fields(results []page.Result, _ string) []archive.Field {
	f := []archive.Field{
		{Name: "agency", Value: "Ủy ban nhân dân", Confidence: 0.95, Source: "text", Page: 1},
		{Name: "date", Value: "2024-03-15", Confidence: 0.99, Source: "text", Page: 1},
		{Name: "annex", Value: "một", Confidence: 0.99, Source: "text", Page: 1},
		{Name: "annex", Value: "hai", Confidence: 0.99, Source: "text", Page: 1},
	}
	for i, w := range results[0].Lines[0].Words {
		if w.Text == "Số" && i+1 < len(results[0].Lines[0].Words) {
			number, symbol, _ := strings.Cut(results[0].Lines[0].Words[i+1].Text, "/")
			f = append(f, archive.Field{Name: "number", Value: number, Confidence: 0.5, Source: "text", Page: 1, Asked: true},
				archive.Field{Name: "symbol", Value: symbol, Confidence: 0.99, Source: "text", Page: 1})
		}
	}
	return f
}

// Title implements digitise.Describer.
func (lineDescriber) Title(_ []archive.Field, name string) string { return "Quyết định " + name }
