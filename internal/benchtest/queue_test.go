package benchtest

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

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

// BenchmarkQueueByBacklog gives the rates of accepting, relaying and draining while 1k, 10k and 100k pages wait. They should not differ by more
// than a tenth.
func BenchmarkQueueByBacklog(b *testing.B) {
	for _, waiting := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			c := pgtest.Catalogue(b)
			backlog(b, c, waiting, func(doc int) string { return fmt.Sprint("unit", doc%units) })
			const n = 500
			var accept, relay, drain time.Duration
			for b.Loop() {
				from := time.Now()
				for i := range n {
					acceptNew(b, c, "accepting", fmt.Sprint(b.N, i, time.Now().UnixNano()))
				}
				accept += time.Since(from)
				from = time.Now()
				var rung []archive.Ring
				for turn := 0; len(rung) < n; turn++ {
					r, err := c.PickTasks(b.Context(), archive.Backlog, 16, turn)
					if err != nil {
						b.Fatal(err)
					}
					rung = append(rung, r...)
				}
				relay += time.Since(from)
				from = time.Now()
				for _, r := range rung {
					drainOne(b, c, r)
				}
				drain += time.Since(from)
			}
			rounds := float64(b.N)
			b.ReportMetric(n*rounds/accept.Seconds(), "accepts/s")
			b.ReportMetric(n*rounds/relay.Seconds(), "relayed/s")
			b.ReportMetric(n*rounds/drain.Seconds(), "drained/s")
		})
	}
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
