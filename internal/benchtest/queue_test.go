package benchtest

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/postgres"
)

const units = 20

// backlog fills the outbox with waiting pages of several units, in documents of 100 pages.
func backlog(b *testing.B, c *postgres.Catalogue, pages int, unit func(doc int) string) {
	b.Helper()
	for doc := range pages / 100 {
		splitNew(b, c, unit(doc), fmt.Sprint("backlog", doc), 100)
	}
}

// history is papers that were accepted and need nothing more: catalogues differ in what waits, not in what they hold besides.
func history(b *testing.B, c *postgres.Catalogue, papers int) {
	b.Helper()
	for i := range papers {
		a := acceptNew(b, c, fmt.Sprint("unit", i%units), fmt.Sprint("history", i))
		t, err := c.InspectTask(b.Context(), a.ID)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.CloseTask(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
}

// acceptNew takes a made-up paper into the catalogue.
func acceptNew(b *testing.B, c *postgres.Catalogue, unit, content string) archive.Accession {
	b.Helper()
	d := fixity.Of([]byte(unit + content))
	a, err := c.Accept(b.Context(), intake.Accepted{
		Accession: archive.Accession{
			ID: archive.AccessionIDFor(unit, "", d), Unit: unit, Name: "x.pdf", Master: d, SizeBytes: 1, Access: archive.AccessUnit, ReceivedBy: "bench",
			ReceivedAt: time.Now().UTC(), Queue: string(archive.Backlog),
		},
		MasterVersion: "v", RetainUntil: time.Now(),
	})
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// splitNew accepts a paper and opens its pages at once, without waiting for the relay.
func splitNew(b *testing.B, c *postgres.Catalogue, unit, content string, pages int) {
	b.Helper()
	a := acceptNew(b, c, unit, content)
	t, err := c.InspectTask(b.Context(), a.ID)
	if err != nil {
		b.Fatal(err)
	}
	doc := digitise.SplitDocument{ID: archive.DocumentIDFor(a.ID, 1), Name: "x.pdf"}
	for i := 1; i <= pages; i++ {
		doc.Pages = append(doc.Pages, archive.PageRef{Ordinal: i, Master: a.Master, Page: i})
	}
	if err := c.Split(b.Context(), t, digitise.Split{MediaType: archive.PDF, Pages: pages, Documents: []digitise.SplitDocument{doc}}); err != nil {
		b.Fatal(err)
	}
}

// queueRounds is how often each backlog is measured, by turns; the median counts.
const queueRounds = 15

// BenchmarkQueueByBacklog gives the rates of accepting, relaying and draining while 1k, 10k and 100k pages wait. They should not differ by more
// than a tenth. The three catalogues are measured by turns, so that what else the machine does meets all of them alike; filling them is
// over by then, and so is what Postgres does about it.
func BenchmarkQueueByBacklog(b *testing.B) {
	sizes := []int{1_000, 10_000, 100_000}
	pools := make([]*pgxpool.Pool, len(sizes))
	for i, n := range sizes {
		pools[i] = pgtest.Pool(b)
		history(b, postgres.New(pools[i]), 2_000)
		backlog(b, postgres.New(pools[i]), n, func(doc int) string { return fmt.Sprint("unit", doc%units) })
	}
	for _, p := range pools {
		for _, s := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
			if _, err := p.Exec(b.Context(), s); err != nil {
				b.Fatal(err)
			}
		}
	}
	steps := []string{"accepts", "relayed", "drained"}
	rates := map[string][]float64{} // by step and size
	for b.Loop() {
		for round := range queueRounds + 1 {
			for i := range sizes {
				i = (i + round) % len(sizes)
				for step, rate := range queueRound(b, postgres.New(pools[i]), round) {
					if round > 0 { // the first one warms up
						key := fmt.Sprint(steps[step], sizes[i])
						rates[key] = append(rates[key], rate)
					}
				}
			}
		}
	}
	for _, step := range steps {
		least, most := math.Inf(1), 0.0
		for _, n := range sizes {
			key := fmt.Sprint(step, n)
			sort.Float64s(rates[key])
			median := rates[key][len(rates[key])/2]
			least, most = min(least, median), max(most, median)
			b.ReportMetric(median, fmt.Sprintf("%s/s-at-%d", step, n))
		}
		b.ReportMetric(least/most, step+"-slowest/fastest")
	}
}

// queueRound accepts papers, hands out as many tasks and does them, and gives the three rates a second.
func queueRound(b *testing.B, c *postgres.Catalogue, round int) [3]float64 {
	b.Helper()
	const n = 200
	from := time.Now()
	for i := range n {
		acceptNew(b, c, "accepting", fmt.Sprint(round, i, from.UnixNano()))
	}
	accept := time.Since(from)
	from = time.Now()
	var rung []archive.Ring
	for turn := 0; len(rung) < n; turn++ {
		r, err := c.PickTasks(b.Context(), archive.Backlog, 16, turn)
		if err != nil {
			b.Fatal(err)
		}
		rung = append(rung, r...)
	}
	relay := time.Since(from)
	from = time.Now()
	for _, r := range rung {
		drainOne(b, c, r)
	}
	drain := time.Since(from)
	for i := range n / 100 { // the backlog stays as long as it was
		splitNew(b, c, fmt.Sprint("unit", (2*round+i)%units), fmt.Sprint("more", round, i), 100)
	}
	rate := func(d time.Duration) float64 { return n / d.Seconds() }
	return [3]float64{rate(accept), rate(relay), rate(drain)}
}

func drainOne(b *testing.B, c *postgres.Catalogue, r archive.Ring) {
	t, ok, err := c.Task(b.Context(), r.ID)
	if err != nil || !ok {
		b.Fatalf("task %d: %v, %v", r.ID, ok, err)
	}
	switch t.Kind {
	case archive.TaskRecognise:
		ev := digitise.EngineVersion{Engine: "stub", Settings: "stub"}
		v, err := c.Version(b.Context(), t)
		if err != nil {
			b.Fatal(err)
		}
		ref := v.Pages[t.Page-1]
		err = c.PageRead(b.Context(), t, digitise.PageRead{
			Ref: digitise.ResultRef{Master: ref.Master, Page: ref.Page, Engine: ev}, ResultKey: archive.ResultKey(ref.Master, ref.Page, "stub"),
			Result: page.Result{Width: 1, Height: 1},
		})
		if err != nil {
			b.Fatal(err)
		}
	default:
		if err := c.CloseTask(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCounterBesideBacklog hands one decision in at the counter while another unit has 50,000 pages waiting and each page takes a second,
// and gives the time until it is archived.
func BenchmarkCounterBesideBacklog(b *testing.B) {
	p := pipetest.New(b, pipetest.Options{Engine: pipetest.StubEngine{PerPage: time.Second}, Reader: pipetest.StubReader{Pages: 2}})
	backlog(b, p.Catalogue, 50_000, func(int) string { return "big" })
	p.Start(b)
	const tries = 50
	var took []float64
	for b.Loop() {
		for i := range tries {
			from := time.Now()
			a := p.Accept(b, intake.Request{Name: "quyết định.pdf", Unit: "small", Queue: archive.Interactive}, strings.NewReader(fmt.Sprint("paper", i, from.UnixNano())))
			id := archive.DocumentIDFor(a.ID, 1)
			for {
				if v, err := p.Catalogue.Document(b.Context(), id); err == nil && v.Processing == archive.Archived {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			took = append(took, time.Since(from).Seconds())
		}
	}
	sort.Float64s(took)
	b.ReportMetric(took[len(took)/2], "median-s")
	b.ReportMetric(took[len(took)*95/100], "p95-s")
}
